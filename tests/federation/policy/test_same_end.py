"""What has ended stands in our part of the shared view as its own node has it, however we came to hear of it."""

from __future__ import annotations

import pytest
from django.db import transaction

from cop.actions.proposals import publish_proposal
from cop.models import Post, Proposal
from federation import audiences, digest
from federation.documents import content_hash
from federation.http import Fetched
from federation.inbound.objects_verbs import ask_for
from federation.models import Document
from tests.know_how import Writers


@pytest.fixture
def camden(db) -> Writers:
    return Writers()


@pytest.fixture
def dana(peer):
    return peer.somebody("people/dana", name="Dana")


def ended(peer, dana, version: int) -> dict:
    return {"id": peer.note(dana)["id"], "type": "Tombstone", "formerType": "Note", "version": version}


def is_gone(web, uri: str, work) -> None:
    """Somebody spoke of it, and its own server answers that it is not there."""
    web.pages[uri] = Fetched(uri, 410, "text/html", b"", {})
    with transaction.atomic():
        ask_for(uri)
    work()


def test_the_end_of_what_was_never_for_everyone_is_no_part_of_it(peer, dana, outcomes):
    """A member's node that was away hears only the end."""
    peer.does(dana, "Delete", ended(peer, dana, 2), to=[f"{peer.origin}/groups/x/members"])
    outcomes()
    assert Document.objects.get().tombstone and digest.of_origin(peer.origin)["count"] == 0
    peer.does(dana, "Delete", ended(peer, dana, 2) | {"id": f"{peer.origin}/needs/2"})
    outcomes()
    assert digest.of_origin(peer.origin)["count"] == 1


def test_what_its_own_server_did_not_find_ends_as_its_node_says(peer, dana, web, outcomes, work):
    peer.does(dana, "Create", peer.note(dana, version=3))
    outcomes()
    is_gone(web, peer.note(dana)["id"], work)
    held = Document.objects.get()
    assert held.tombstone and held.version == 3 and Proposal.objects.get().withdrawn_at is not None
    peer.does(dana, "Delete", ended(peer, dana, 4))
    outcomes()
    held.refresh_from_db()
    assert (held.version, held.content_hash) == (4, content_hash(ended(peer, dana, 4)))


def test_what_its_own_server_did_not_find_for_a_moment_comes_back_with_its_next_change(peer, dana, web, outcomes, work):
    peer.does(dana, "Create", peer.note(dana, version=3))
    outcomes()
    is_gone(web, peer.note(dana)["id"], work)
    peer.does(dana, "Update", peer.note(dana, version=3))
    peer.does(dana, "Update", peer.note(dana, version=4))
    assert outcomes()[1:] == ["withdrawn before", "need read"]
    assert Proposal.objects.get().withdrawn_at is None


def test_a_node_that_was_set_back_can_still_take_its_things_back(peer, dana, web, outcomes):
    """It counts on from an earlier copy of itself: its end is older than what we hold, and its own server says so."""
    uri = peer.note(dana)["id"]
    peer.does(dana, "Create", peer.note(dana, version=5))
    web.pages[uri] = peer.note(dana, version=5)
    peer.does(dana, "Delete", ended(peer, dana, 3))
    assert outcomes()[1].startswith("older than version 5") and Proposal.objects.get().withdrawn_at is None
    web.pages[uri] = Fetched(uri, 410, "text/html", b"", {})
    peer.does(dana, "Delete", ended(peer, dana, 4))
    outcomes()
    assert Proposal.objects.get().withdrawn_at is not None and Document.objects.get().tombstone


def test_what_a_group_said_stays_when_it_is_closed(camden, peer, outcomes):
    """As on its own node, which tells of each thing that it takes back."""
    need = publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A room", language="en")
    group = peer.somebody("groups/menders", "Group", name="Menders")
    said = {
        "id": f"{peer.origin}/posts/1", "type": "Note", "additionalType": "https://schema.org/Comment", "version": 1,
        "attributedTo": group.uri, "inReplyTo": need.uri, "content": "<p>We have one</p>", "to": [audiences.PUBLIC],
    }  # fmt: skip
    peer.does(group, "Create", said)
    peer.does(group, "Delete", {"id": group.uri, "type": "Tombstone", "version": 2})
    assert outcomes() == ["post read", "withdrawn"]
    assert Post.objects.get().withdrawn_at is None and not Document.objects.get(uri=said["id"]).tombstone
