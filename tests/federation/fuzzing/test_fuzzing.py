"""A short voyage, and that its judges notice what must never be. `./run prove fuzz` sails further."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import override_settings

from federation import actors, http
from federation.guard import FetchRefused
from federation.models import Actor, AudienceKey, Document, Node, Receipt
from tests.federation.fuzzing.edge import at_the_edge
from tests.federation.fuzzing.judging import changed, misplaced, ours, unsettled
from tests.federation.fuzzing.ours import Shown
from tests.federation.fuzzing.voyage import Tally, Voyage
from tests.federation.peer import Web

ACTIVITIES = 25


def test_a_short_voyage(db):
    tally = Tally()
    Voyage(seed=4).sail(tally, 0, ACTIVITIES)
    assert tally.wrong == [] and tally.sent == ACTIVITIES
    assert sum(times for what, times in tally.became.items() if what.startswith("taken")) > ACTIVITIES / 3


def test_the_same_seed_sends_the_same_again(db):
    voyage, became = Voyage(seed=4), []
    for _ in range(2):
        tally = Tally()
        voyage.sail(tally, 1, 5)
        became.append(tally.became)
    assert became[0] == became[1]


def test_what_must_never_be_is_noticed(db):
    shown = Shown()
    before = ours()
    assert not [*misplaced(), *changed(before), *unsettled()]
    node = actors.hear_of_node("https://hackney.example/")
    Document.objects.create(uri="https://lambeth.example/notes/1", node=node, state="read")
    stranger = Actor.objects.create(uri="https://hackney.example/people/x", node=node, inbox=f"{settings.ORIGIN}/inbox")
    AudienceKey.objects.create(actor=stranger, audience=f"{settings.ORIGIN}/people")
    type(shown.need).objects.filter(pk=shown.need.pk).update(title="Hijacked")
    Receipt.objects.create(activity_uri="https://hackney.example/1", actor=stranger, type="Create", body=b"", error="x")
    assert len(list(misplaced())) == 3 and len(list(changed(before))) == 1 and len(list(unsettled())) == 1
    type(shown.need).objects.filter(pk=shown.need.pk).update(node=Node.objects.get(), author=None)
    assert len(list(misplaced())) == 6, "its address, whose it is, and where they live"


@pytest.mark.parametrize("url", ["https://inner.example/x", "https://127.0.0.1/x", "http://hackney.example/x"])
def test_nothing_is_opened_to_where_nobody_may_ask(url):
    web = Web()
    with override_settings(ALLOW_PRIVATE_ADDRESSES=False), at_the_edge(web) as edge:
        with pytest.raises(FetchRefused):
            http.fetch(url)
        assert edge.opened == []
        http.fetch("https://hackney.example/x")
        assert edge.forbidden == [] and len(edge.opened) == 1
    with override_settings(ALLOW_PRIVATE_ADDRESSES=True), at_the_edge(web) as edge:
        http.fetch(url)
        assert edge.forbidden, "were it let through, it would be noticed"
