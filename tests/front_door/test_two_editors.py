"""Two people have the same page open to change it: nobody undoes the other's words without having seen them."""

from __future__ import annotations

import re
from html import unescape

import pytest

from cop.actions.groups import change_group
from cop.actions.proposals import change_proposal, publish_proposal
from cop.models import Proposal
from events.actions.gatherings import change_gathering
from funding.actions import change_call
from tests.calls import Funders
from tests.gatherings import FORM as GATHERING
from tests.gatherings import HOUSING

NEED = {"title": "A ladder", "summary": "Long", "support": "equipment", "topics": [HOUSING], "language": "en"}


@pytest.fixture
def camden(db) -> Funders:
    return Funders()


def group(camden):
    sent = {"name": "Tenants of Camden", "joining": "open", "language": "en"}
    return camden.group, sent, lambda **fields: change_group(camden.alice, camden.group, fields)


def need(camden):
    row = publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, **NEED)
    return row, NEED, lambda **fields: change_proposal(camden.alice, row, fields)


def gathering(camden):
    row = camden.gathering()
    return row, GATHERING, lambda **fields: change_gathering(camden.alice, row, fields)


def call(camden):
    row = camden.call()
    return row, camden.form(speaker=None), lambda **fields: change_call(camden.alice, row, fields)


def shown(client, path) -> str:
    return re.search(r'name="seen" value="(\d+)"', client.get(path).content.decode())[1]


@pytest.mark.parametrize("kind", [group, need, gathering, call])
def test_the_second_is_told_keeps_their_words_and_can_save_them_then(camden, kind):
    row, sent, somebody_changes = kind(camden)
    path, alice = f"{row.get_absolute_url()}/edit", camden.client(camden.alice)
    field = "name" if "name" in sent else "title"
    mine = sent | {field: "My words", "seen": shown(alice, path)}
    somebody_changes(**{field: "Their words"})
    answer = alice.post(path, mine)
    page = unescape(answer.content.decode())
    assert answer.status_code == 400 and "Somebody else has saved changes" in page
    assert "Saved now: “Their words”" in page and 'value="My words"' in page
    row.refresh_from_db()
    assert str(row) == "Their words"
    again = mine | {"seen": re.search(r'name="seen" value="(\d+)"', page)[1]}
    assert alice.post(path, again).status_code == 302
    row.refresh_from_db()
    assert str(row) == "My words"


def test_whatever_would_be_replaced_is_there_to_read(camden):
    row = camden.gathering()
    festival = camden.gathering(kind="festival", title="A week of leases")
    path, alice = f"{row.get_absolute_url()}/edit", camden.client(camden.alice)
    seen = shown(alice, path)
    long = "We read it aloud. " * 20 + "\n\nAnd then we eat."
    change_gathering(camden.alice, row, {"festival_id": festival.uri, "summary": long, "topics": []})
    page = unescape(alice.post(path, GATHERING | {"seen": seen}).content.decode())
    assert "Saved now: “A week of leases" in page, "the name of what is chosen"
    assert long in page, "the whole text"
    assert "Nothing is saved here now." in page, "no topics any more"


def test_the_same_words_twice_are_no_quarrel(camden):
    row, sent, somebody_changes = need(camden)
    path, alice = f"{row.get_absolute_url()}/edit", camden.client(camden.alice)
    seen = shown(alice, path)
    somebody_changes(title="A step ladder")
    assert alice.post(path, sent | {"title": "A step ladder", "seen": seen}).status_code == 302


@pytest.mark.parametrize("seen", ["two", "-1", "9" * 40])
def test_a_version_nobody_was_shown_saves_nothing(camden, seen):
    row, sent, _somebody_changes = need(camden)
    answer = camden.client(camden.alice).post(f"{row.get_absolute_url()}/edit", sent | {"title": "Mine", "seen": seen})
    row.refresh_from_db()
    assert answer.status_code == 400 and row.title == "A ladder"
