"""A node that is paused or blocked here reads nothing either: what goes by asking must stop like what is sent."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from cop.actions.proposals import publish_proposal
from cop.models import Proposal
from federation import http, neighbours
from federation.http import Answer
from federation.models import Node
from federation.signatures import sign_cavage
from tests.know_how import Writers

ACTIVITY = "application/activity+json"


@pytest.fixture
def camden(db) -> Writers:
    return Writers()


@pytest.fixture
def addresses(camden, peer, work, monkeypatch) -> list[str]:
    """What a neighbour asks for: how all of it stands, whom we know, and one thing."""

    async def post(url, body, headers, **_: object):
        return Answer(202, {}, "")

    monkeypatch.setattr(http, "post", post)
    need = publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A room", language="en")
    work()
    metro = ["/metro/digest", "/metro/digest?buckets=1", "/metro/catalogue", "/metro/neighbours"]
    return [*metro, need.uri.removeprefix(settings.ORIGIN), camden.group.uri.removeprefix(settings.ORIGIN)]


def ask(path: str, speaker=None) -> HttpResponse:
    headers = {"Host": "127.0.0.1:8000", "Accept": ACTIVITY}
    if speaker is not None:
        url = f"{settings.ORIGIN}{path}"
        headers |= sign_cavage(speaker.private, speaker.keyid, "GET", url, None, timezone.now())
    return Client().get(path, headers=headers)


def test_a_paused_neighbour_is_told_when_to_ask_again(peer, addresses):
    neighbours.pause(Node.objects.get(), lasting=dt.timedelta(days=1))
    for path in addresses:
        answer = ask(path, peer.node)
        assert answer.status_code == 503, path
        assert 86_000 < int(answer["Retry-After"]) <= 86_400
        assert ask(path).status_code == 200, "what everyone may read, anybody reads"
    neighbours.resume(Node.objects.get())
    assert {ask(path, peer.node).status_code for path in addresses} == {200}


def test_a_blocked_node_gets_nothing_whoever_of_it_asks(peer, stranger, addresses):
    neighbours.block(Node.objects.get(origin=peer.origin))
    eve = peer.somebody("people/eve")
    for path in addresses:
        assert {ask(path, speaker).status_code for speaker in (peer.node, eve)} == {403}, path
        assert ask(path, stranger.node).status_code == 200, "others are not meant"
    neighbours.unblock(Node.objects.get(origin=peer.origin))
    assert {ask(path, peer.node).status_code for path in addresses} == {200}


def test_a_name_that_is_none_is_a_visitors(peer, addresses):
    neighbours.block(Node.objects.get(origin=peer.origin))
    for odd in ("", 'keyId="nothing"', 'keyId="https://[",headers="date",signature="x"', "x" * 5000):
        answer = Client().get(addresses[0], headers={"Host": "127.0.0.1:8000", "Signature": odd})
        assert answer.status_code == 200, odd[:50]
