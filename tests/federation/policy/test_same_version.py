"""Versions decide: a higher one replaces, the same one says the same, and whoever says otherwise is refused."""

from __future__ import annotations

import pytest
from django.db import transaction

from cop.models import Proposal
from federation import catalogue
from federation.documents import content_hash
from federation.models import Document, Node


@pytest.fixture
def dana(peer):
    return peer.somebody("people/dana", name="Dana")


def title() -> str:
    return Proposal.objects.get().title


def test_the_same_version_with_other_content_is_refused_and_changes_nothing(peer, dana, web, outcomes):
    web.pages[peer.note(dana)["id"]] = peer.note(dana)
    peer.does(dana, "Create", peer.note(dana))
    for verb in ("Update", "Create"):
        peer.does(dana, verb, peer.note(dana, name="Another room", updated="2027-01-01T09:00:00+00:00"))
    said = outcomes()
    assert said[0] == "need read"
    assert all(each.startswith("refused: version: expected more than 1") for each in said[1:]), said
    assert title() == "A room for forty people" and "Another" not in Document.objects.get().raw


def test_its_own_server_is_asked_which_of_the_two_counts(peer, dana, web, outcomes):
    """A node that was set back to a copy of last week counts on from there: its neighbours still agree with it."""
    peer.does(dana, "Create", peer.note(dana))
    now = web.pages[peer.note(dana)["id"]] = peer.note(dana, name="Another room")
    peer.does(dana, "Update", now)
    assert outcomes()[1].startswith("refused: version: expected more than 1")
    assert title() == "Another room" and Document.objects.get().content_hash == content_hash(now)


def test_the_same_version_with_the_same_content_is_no_trouble_and_counters_are_no_content(peer, dana, outcomes):
    peer.does(dana, "Create", peer.note(dana))
    peer.does(dana, "Update", peer.note(dana))
    peer.does(dana, "Update", peer.note(dana, likes={"type": "Collection", "totalItems": 7}))
    assert outcomes() == ["need read", "known already", "known already"]


def test_a_higher_version_replaces(peer, dana, outcomes):
    peer.does(dana, "Create", peer.note(dana))
    peer.does(dana, "Update", peer.note(dana, name="Another room", version=2))
    assert outcomes() == ["need read", "need read"] and title() == "Another room"


def test_what_could_not_be_read_is_no_door_either(peer, dana, outcomes):
    peer.does(dana, "Create", peer.note(dana, endTime="0000-0-0T0:0"))
    peer.does(dana, "Update", peer.note(dana))
    assert outcomes()[1].startswith("refused: version") and not Proposal.objects.exists()
    peer.does(dana, "Update", peer.note(dana, version=2))
    assert outcomes()[2] == "need read"


def test_asked_for_at_its_own_address_the_same_version_mends_our_copy(peer, dana, web, outcomes):
    """Somebody sent us something else under that version, or we read it wrongly: its own server is to be believed."""
    peer.does(dana, "Create", peer.note(dana, name="Not what it says at home"))
    outcomes()
    web.pages[peer.note(dana)["id"]] = peer.note(dana)
    peer.does(dana, "Update", peer.note(dana)["id"])
    outcomes()
    assert title() == "A room for forty people"


def test_read_in_their_catalogue_the_same_version_mends_our_copy(peer, dana, web, outcomes):
    peer.does(dana, "Create", peer.note(dana, name="Not what it says at home"))
    outcomes()
    address = f"{peer.origin}/metro/catalogue"
    web.pages[f"{address}?after=0"] = {
        "id": f"{address}?after=0", "type": "OrderedCollectionPage", "orderedItems": [peer.note(dana)], "last": 1,
    }  # fmt: skip
    Node.objects.filter(origin=peer.origin).update(catalogue_url=address)
    with transaction.atomic():
        catalogue.ask(Node.objects.get(origin=peer.origin))
    outcomes()
    assert title() == "A room for forty people"


def test_programs_that_do_not_count_change_things_as_often_as_they_like(peer, dana, outcomes):
    """Their version is the second of the last change; two within one second are two."""
    note = peer.note(dana)
    del note["version"]
    peer.does(dana, "Create", note)
    peer.does(dana, "Update", note | {"name": "In the same second"})
    peer.does(dana, "Update", note | {"name": "Later", "updated": "2026-11-20T09:00:05Z"})
    peer.does(dana, "Update", note | {"name": "Late", "updated": "2026-11-20T09:00:01Z"})
    said = outcomes()
    assert said[:3] == ["need read"] * 3 and said[3].startswith("older than version")
    assert title() == "Later"
