"""A thread keeps its shape where words in it are not shown, and what can be done with it."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from cop.actions.conversations import publish_post
from cop.actions.people import change_page, person_of
from cop.actions.removal import take_out
from federation import moderation, personal_blocks
from federation.models import Actor, Restriction
from tests.gatherings import Camden


@pytest.fixture
def camden(db):
    camden = Camden()
    User.objects.filter(actor=camden.alice).update(is_steward=True)
    camden.alice = Actor.objects.get(pk=camden.alice.pk)
    for person, name in ((camden.alice, "Alice"), (camden.bob, "Bob"), (camden.charlie, "Charlie")):
        change_page(person_of(person), {"name": name, "is_public": True})
    return camden


@pytest.fixture
def opened(camden):
    """Bob opens a subject, Alice answers."""
    opener = publish_post(camden.bob, camden.group.uri, "Words of Bob", title="A subject of Bob")
    answer = publish_post(camden.alice, camden.group.uri, "Answer of Alice", reply_to=opener.uri)
    return opener, answer


def pages(camden, answer) -> list[str]:
    return [camden.group.get_absolute_url(), f"/threads/?about={camden.group.uri}", answer.get_absolute_url()]


@pytest.mark.parametrize("how", ["hidden", "removed", "taken out", "suspended", "blocked"])
def test_answers_stay_where_what_they_answer_is_not_shown(camden, opened, how):
    opener, answer = opened
    reader = camden.client(camden.bob if how == "removed" else camden.charlie)
    if how == "hidden":
        moderation.hide(opener.uri, by=camden.alice, reason="Rude")
    elif how == "removed":
        moderation.remove(opener.uri, by=camden.alice, reason="Rude")
    elif how == "taken out":
        take_out(camden.alice, opener, reason="Rude")
    elif how == "suspended":
        moderation.restrict_actor(Restriction.Level.SUSPENDED, camden.bob, by=camden.alice, reason="Rude")
    else:
        personal_blocks.block(camden.charlie, camden.bob.uri)
    gap = "Taken out of the discussion by its stewards." if how == "taken out" else "Something stood here"
    for path in pages(camden, answer):
        shown = reader.get(path).content.decode()
        assert "Answer of Alice" in shown and gap in shown, path
        assert "Words of Bob" not in shown and "A subject of Bob" not in shown, path
        if how != "blocked":
            assert "Answer of Alice" in Client().get(path).content.decode(), path
    assert reader.get(opener.get_absolute_url()).status_code == 404
    steward = camden.client(camden.alice).get(camden.group.get_absolute_url()).content.decode()
    assert "Words of Bob" in steward and gap not in steward


def test_what_nobody_answered_leaves_no_gap(camden):
    opener = publish_post(camden.bob, camden.group.uri, "Words of Bob", title="A subject of Bob")
    moderation.hide(opener.uri, by=camden.alice, reason="Rude")
    shown = Client().get(f"/threads/?about={camden.group.uri}").content.decode()
    assert "Something stood here" not in shown and "Nobody has written anything yet." in shown


def test_a_thread_that_fetches_itself_again_still_lets_stewards_take_words_out(camden, opened):
    path = f"/threads/?about={camden.group.uri}"
    fragment = {"HX-Request": "true", "HX-Target": "thread"}
    for headers in ({}, fragment):
        shown = camden.client(camden.alice).get(path, headers=headers).content.decode()
        assert "/taking-out" in shown, headers
        assert "/taking-out" not in camden.client(camden.bob).get(path, headers=headers).content.decode()
        assert "/taking-out" not in Client().get(path, headers=headers).content.decode()
