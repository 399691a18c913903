"""A neighbour's server has other people on it too: none of them speaks for the others, or for the server."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest
from django.conf import settings

from cop.models import Proposal
from events.models import Gathering
from federation import actors
from federation.models import Document, Following, Node
from federation.values import BadField
from tests.gatherings import NEXT_YEAR

ACTOR = f"{settings.ORIGIN}/actor"


def test_a_person_who_follows_and_unfollows_our_node_ends_no_neighbourhood(peer, outcomes):
    actors.this_node()
    mallory = peer.somebody("people/mallory")
    follow = peer.activity(mallory, "Follow", ACTOR)
    peer.post(mallory, follow)
    peer.does(mallory, "Undo", follow)
    outcomes()
    assert Node.objects.get().peering == Node.Peering.FULL


@pytest.mark.parametrize("standing", [Node.Peering.FULL, Node.Peering.INVITED, Node.Peering.ASKED])
def test_a_bot_does_not_become_the_node_it_lives_on(peer, outcomes, standing):
    """Many programs let people make accounts of the type Application."""
    actors.this_node()
    Node.objects.update(peering=standing)
    bot = peer.somebody("users/bot", "Application")
    follow = peer.activity(bot, "Follow", ACTOR)
    peer.post(bot, follow)
    outcomes()
    node = Node.objects.select_related("actor").get()
    assert node.actor.uri == peer.node.uri and node.peering == standing
    assert not Following.objects.filter(follower__uri=bot.uri, state="accepted").exists()
    peer.does(bot, "Undo", follow)
    outcomes()
    assert Node.objects.get().peering == standing


def test_nobody_withdraws_the_thing_of_another_by_wrapping_its_tombstone(peer, outcomes):
    dana, mallory = peer.somebody("people/dana"), peer.somebody("people/mallory")
    peer.does(dana, "Create", peer.note(dana))
    for verb in ("Create", "Update"):
        peer.does(mallory, verb, {"id": peer.note(dana)["id"], "type": "Tombstone", "version": 9})
    outcomes()
    assert Proposal.objects.get().withdrawn_at is None


def test_nobody_takes_over_the_address_of_what_another_withdrew(peer, outcomes):
    dana, mallory = peer.somebody("people/dana"), peer.somebody("people/mallory")
    peer.does(dana, "Create", peer.note(dana))
    peer.does(dana, "Delete", {"id": peer.note(dana)["id"], "type": "Tombstone", "version": 2})
    outcomes()
    peer.does(mallory, "Create", peer.note(mallory, name="Hijacked", version=3))
    outcomes()
    assert not Proposal.objects.filter(withdrawn_at=None).exists()


def test_nobody_publishes_in_the_name_of_another(peer, outcomes):
    dana, mallory = peer.somebody("people/dana"), peer.somebody("people/mallory")
    peer.does(mallory, "Create", peer.note(dana, attributedTo=[dana.uri, mallory.uri]))
    outcomes()
    assert not Proposal.objects.filter(actor__uri=dana.uri).exists()


def test_nobody_withdraws_what_we_could_not_read_of_another(peer, outcomes):
    dana, mallory = peer.somebody("people/dana"), peer.somebody("people/mallory")
    odd = {"id": f"{peer.origin}/x/1", "type": "Spaceship", "attributedTo": dana.uri}
    peer.does(dana, "Create", odd)
    peer.does(mallory, "Delete", odd["id"])
    outcomes()
    assert not Document.objects.get().tombstone


def test_a_thing_stays_what_it_is(peer, outcomes):
    """Otherwise the need would stay on the atlas when the gathering under its address is withdrawn."""
    dana = peer.somebody("people/dana")
    note = peer.note(dana)
    event = {key: note[key] for key in ("id", "attributedTo", "name", "published", "to")}
    starts = f"{NEXT_YEAR}-05-01T10:00:00Z"
    peer.does(dana, "Create", note)
    peer.does(dana, "Update", event | {"type": "Event", "startTime": starts, "version": 2})
    outcomes()
    assert Proposal.objects.filter(withdrawn_at=None).count() + Gathering.objects.count() == 1


def test_what_was_withdrawn_without_a_version_does_not_come_back(peer, outcomes):
    """Other programs send the bare address, and their versions are the seconds of the last change."""
    dana = peer.somebody("people/dana")
    note = peer.note(dana)
    del note["version"]
    peer.does(dana, "Delete", note["id"])
    peer.does(dana, "Create", note)
    outcomes()
    assert not Proposal.objects.filter(withdrawn_at=None).exists()


def test_an_edit_that_arrives_after_the_farewell_changes_nothing(peer, outcomes):
    dana = peer.somebody("people/dana")
    note = peer.note(dana)
    del note["version"]
    peer.does(dana, "Create", note)
    peer.does(dana, "Delete", {"id": note["id"], "type": "Tombstone"})
    peer.does(dana, "Update", note | {"updated": "2026-11-20T10:00:00Z", "name": "Late"})
    outcomes()
    assert Proposal.objects.get().withdrawn_at is not None


def test_a_stranger_fills_nothing_with_farewells(stranger, outcomes):
    eve = stranger.somebody("people/eve")
    stranger.does(eve, "Delete", {"id": f"{stranger.origin}/needs/1", "type": "Tombstone", "version": 2})
    outcomes()
    assert not Document.objects.exists()


def test_a_key_that_bears_the_name_of_another_silences_nobody(peer, stranger, web, outcomes):
    """Mallory's own document says that her key has the id of Dana's."""
    dana, mallory = peer.somebody("people/dana"), stranger.somebody("people/mallory")
    web.pages[mallory.uri]["publicKey"]["id"] = dana.keyid
    with contextlib.suppress(BadField):
        actors.fetch(mallory.uri)
    for number in range(2):
        answer = peer.post(dana, peer.activity(dana, "Create", peer.note(dana, f"needs/{number}")))
        assert answer.status_code == 202, answer.content


def test_messages_nobody_signed_do_not_use_up_what_a_neighbour_may_send(peer, monkeypatch):
    monkeypatch.setattr("federation.limits.INBOX_PER_NODE", 3)
    dana = peer.somebody("people/dana")
    for number in range(5):
        peer.post(dana, peer.activity(dana, "Create", peer.note(dana, f"needs/{number}")), sign=None)
    assert peer.post(dana, peer.activity(dana, "Create", peer.note(dana))).status_code == 202


def test_a_key_on_another_server_than_its_owner_is_not_even_asked_for(peer, web):
    """Otherwise anybody could have us ask any server anything, once for each message."""
    dana = peer.somebody("people/dana")
    elsewhere = dataclasses.replace(dana, uri="https://victim.example/search?q=1")
    body = peer.activity(dana, "Create", peer.note(dana))
    assert peer.post(elsewhere, body).status_code == 401
    assert not [url for url in web.asked if "victim" in url]


def test_one_server_is_not_asked_for_more_than_so_many_unknown_keys(peer, web, monkeypatch):
    monkeypatch.setattr("federation.limits.UNKNOWN_KEYS_PER_NODE", 5)
    dana = peer.somebody("people/dana")
    web.asked.clear()
    for number in range(9):
        nobody = dataclasses.replace(dana, uri=f"{peer.origin}/people/nobody{number}")
        peer.post(nobody, peer.activity(nobody, "Create", peer.note(nobody)))
    assert len(web.asked) <= 5
