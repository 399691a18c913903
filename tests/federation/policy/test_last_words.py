"""What somebody said reaches others also when they are gone by then: their keys stay on their tombstone."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from cop.actions.groups import withdraw_group
from cop.models import Group, Proposal
from federation import actors
from federation.http import Fetched
from federation.models import Actor, Document, Following, Receipt
from tests.federation.peer import ACTIVITY, Peer, Web
from tests.gatherings import Camden


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


def closed(peer: Peer, web: Web, **said):
    """A group of the peer that was founded and closed while nobody looked."""
    group = peer.somebody("groups/menders", "Group")
    tombstone = {"id": group.uri, "type": "Tombstone", "formerType": "Group", "version": 2}
    tombstone |= {"publicKey": web.pages[group.uri]["publicKey"], **said}
    web.pages[group.uri] = Fetched(group.uri, 410, ACTIVITY, json.dumps(tombstone).encode(), {})
    return group


def test_the_keys_of_a_closed_group_stay_on_its_tombstone(camden, work):
    actors.with_keys(camden.group.actor)
    withdraw_group(camden.alice, camden.group)
    work()
    answer = Client().get(camden.group.get_absolute_url(), headers={"accept": ACTIVITY})
    assert answer.status_code == 410 and answer.json()["type"] == "Tombstone"
    assert answer.json()["publicKey"]["owner"] == camden.group.uri and answer.json()["assertionMethod"]
    assert "name" not in answer.json() and "inbox" not in answer.json()


def test_what_a_group_said_before_it_was_closed_is_read(peer, web, outcomes):
    group = closed(peer, web)
    peer.does(group, "Create", peer.note(group))
    assert outcomes() == ["need read"]
    assert Proposal.objects.get().actor.uri == group.uri and not Group.objects.exists()


def test_that_it_was_closed_is_part_of_the_shared_view(peer, web, outcomes):
    group = closed(peer, web)
    peer.does(group, "Delete", {"id": group.uri, "type": "Tombstone", "formerType": "Group", "version": 2})
    assert outcomes() == ["withdrawn"]
    held = Document.objects.get(uri=group.uri)
    assert held.tombstone and held.counted and held.version == 2


@pytest.mark.parametrize(
    "said",
    [
        {"publicKey": None},
        {"publicKey": {"id": "https://hackney.example/groups/menders#main-key", "owner": "https://hackney.example/x"}},
        {"id": "https://hackney.example/groups/others"},
        {"type": "Group"},
    ],
)
def test_a_tombstone_without_their_own_keys_proves_nothing(peer, web, said):
    group = closed(peer, web, **said)
    assert peer.post(group, peer.activity(group, "Create", peer.note(group))).status_code == 401
    assert not Receipt.objects.exists()


def test_a_page_that_says_gone_in_words_proves_nothing(peer, web):
    group = closed(peer, web)
    web.pages[group.uri] = Fetched(group.uri, 410, "text/html", b"<p>gone</p>", {})
    assert peer.post(group, peer.activity(group, "Create", peer.note(group))).status_code == 401


def test_the_farewell_of_a_stranger_is_thanked_and_not_kept(stranger, web):
    group = closed(stranger, web)
    assert stranger.post(group, stranger.activity(group, "Delete", group.uri)).status_code == 202
    assert not Receipt.objects.exists() and not Actor.objects.filter(uri=group.uri).exists()


def test_a_closed_group_takes_no_followers(camden, peer, outcomes):
    dana = peer.somebody("people/dana")
    withdraw_group(camden.alice, camden.group)
    peer.does(dana, "Follow", camden.group.uri)
    assert outcomes()[-1].startswith("refused: ") and not Following.objects.exists()
