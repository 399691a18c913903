"""`GET /metro/catalogue?id=…`: many things in one answer, for a node that has missed them."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from cop.actions.proposals import publish_proposal, withdraw_proposal
from cop.models import Proposal
from federation import catalogue
from tests.know_how import Writers


@pytest.fixture
def camden(db) -> Writers:
    return Writers()


@pytest.fixture
def needs(camden, work) -> list[Proposal]:
    need = Proposal.Direction.NEED
    found = [
        publish_proposal(camden.alice, camden.group.actor, need, title=f"Room {number}", language="en")
        for number in range(3)
    ]
    work()
    return found


def together(*uris: str) -> list[dict]:
    paths = [uri.removeprefix(settings.ORIGIN) for uri in uris]
    answer = Client().get("/metro/catalogue", {"id": paths}, headers={"Host": "127.0.0.1:8000"})
    assert answer.status_code == 200, answer.content[:200]
    return answer.json()["orderedItems"]


def test_things_and_ends_that_were_asked_for_and_nothing_else(camden, needs, work):
    withdraw_proposal(camden.alice, needs[1])
    work()
    found = together(needs[1].uri, needs[0].uri)
    assert [(item["id"], item["type"]) for item in found] == [(needs[0].uri, "Note"), (needs[1].uri, "Tombstone")]


def test_what_is_not_for_everyone_or_not_there_does_not_come(camden, work):
    members = f"{camden.group.uri}/members"
    need = Proposal.Direction.NEED
    ours = publish_proposal(camden.alice, camden.group.actor, need, title="For us", language="en", audience=members)
    work()
    assert (
        together(ours.uri, f"{settings.ORIGIN}/needs/nothing", f"{settings.ORIGIN}/a\0b", "https://x.example/1") == []
    )


def test_no_more_than_one_page(needs, monkeypatch):
    monkeypatch.setattr(catalogue, "PAGE_BYTES", 10)
    assert [item["id"] for item in together(*(need.uri for need in needs))] == [needs[0].uri]
    monkeypatch.undo()
    monkeypatch.setattr(catalogue, "PAGE_ITEMS", 2)
    assert len(together(*(need.uri for need in needs))) == 2
