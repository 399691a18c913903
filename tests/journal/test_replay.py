"""What reactions wrote can be thrown away and rebuilt from the journal."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from journal import Entry, Errand, reaction, rebuild, replaying

pytestmark = pytest.mark.django_db

NODE = "https://node.example"


def test_replay_asks_once_for_the_newest_matching_entry_of_every_uri(happened, work, monkeypatch):
    monkeypatch.setattr(replaying, "BATCH", 2)
    for number in range(5):
        happened("need.published", f"{NODE}/needs/{number}")
        happened("need.changed", f"{NODE}/needs/{number}")
    happened("group.joined", f"{NODE}/needs/0")
    happened("need.changed", f"{NODE}/needs/peer", origin="peer")
    cards, notices = [], []
    reaction("atlas.card", to="need.*", origin="here")(lambda errand: cards.append(errand.entry))
    reaction("notices", to="*")(lambda errand: notices.append(errand.entry))

    assert replaying.replay("atlas") == 5
    assert replaying.replay("atlas.card") == 5
    assert Errand.objects.count() == 5, "asked twice before a worker came, done once"
    work()
    assert [entry.uri for entry in cards] == [f"{NODE}/needs/{number}" for number in range(5)]
    assert {entry.name for entry in cards} == {"need.changed"}
    assert notices == []

    replaying.replay("atlas")
    work()
    assert len(cards) == 10


def test_replay_calls_the_rebuild_an_app_registered(happened, capsys):
    rebuild("atlas")(lambda: 42)
    call_command("replay", "atlas")
    assert "Asked for 42 errands of atlas." in capsys.readouterr().out
    assert not Entry.objects.exists()


def test_replay_of_something_unknown_names_what_there_is():
    reaction("atlas.card", to="*")(lambda errand: None)
    rebuild("search")(lambda: 0)
    with pytest.raises(CommandError, match=r"'atlaz' can be replayed; known: atlas, atlas\.card, search"):
        call_command("replay", "atlaz")
