"""What strangers sent and nothing here was made of is kept for two weeks, and not for ever."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from cop.actions.proposals import publish_proposal
from cop.models import Post, Proposal
from federation import housekeeping
from federation.digest import of_origin
from federation.models import Activity, Document, Node
from federation.sources import listen_to
from journal.schedule import arm
from tests.federation.policy.test_talk import maria, toot
from tests.gatherings import Camden


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


@pytest.fixture
def room(camden) -> Proposal:
    return publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A room", language="en")


def after(days: int, work) -> None:
    with time_machine.travel(timezone.now() + dt.timedelta(days=days)):
        arm()
        work()


def states() -> list[str]:
    return list(Document.objects.order_by("pk").values_list("state", flat=True))


def broken(of, number: int, room: Proposal, **more):
    """An answer to something of ours, so that it is let in; without words, so that it is refused."""
    return toot(of, f"notes/{number}", inReplyTo=room.uri, content="", contentMap=None, **more)


def test_what_a_stranger_sent_that_was_refused_goes_after_two_weeks(stranger, room, outcomes, work):
    stranger.does(maria(stranger), "Create", broken(stranger, 1, room))
    outcomes()
    assert states() == ["refused"]
    after(13, work)
    assert states() == ["refused"]
    after(15, work)
    assert states() == []


def test_what_waits_for_the_thing_it_answers_waits_two_weeks(stranger, work, camden):
    """From an account the node listens to: much of what it says answers things nobody here has heard of."""
    listened = stranger.somebody("@riparatori", "Group", name="Riparatori")
    listen_to(listened.uri)
    work()
    asked = Activity.objects.get(type="Follow")
    stranger.does(listened, "Accept", asked.uri)
    said = toot(stranger, attributedTo=listened.uri, inReplyTo="https://third.example/notes/1")
    stranger.does(listened, "Create", said)
    work()
    held = Document.objects.get(uri=said["id"])
    assert (held.state, held.answers) == ("ignored", "https://third.example/notes/1")
    after(15, work)
    assert not Document.objects.filter(uri=said["id"]).exists()


def test_what_is_shown_what_it_was_refused_as_and_what_was_withdrawn_stay(stranger, room, outcomes, work, client):
    writer = maria(stranger)
    stranger.does(writer, "Create", toot(stranger, "notes/1", inReplyTo=room.uri))
    stranger.does(writer, "Update", broken(stranger, 1, room, updated="2026-11-20T10:00:00Z"))
    stranger.does(writer, "Create", toot(stranger, "notes/2", inReplyTo=room.uri))
    stranger.does(writer, "Create", toot(stranger, "notes/3", inReplyTo=room.uri))
    stranger.does(writer, "Delete", {"id": f"{stranger.origin}/notes/3", "type": "Tombstone"})
    outcomes()
    assert states() == ["refused", "read", "read"] and Post.objects.filter(withdrawn_at=None).count() == 2
    after(15, work)
    assert states() == ["refused", "read", "read"]
    stranger.does(
        writer,
        "Update",
        toot(stranger, "notes/1", inReplyTo=room.uri, content="<p>Two.</p>", updated="2026-11-20T11:00:00Z"),
    )
    stranger.does(writer, "Create", toot(stranger, "notes/3", inReplyTo=room.uri))
    outcomes()
    assert "Two." in client.get(room.get_absolute_url()).content.decode()
    assert Post.objects.filter(withdrawn_at=None).count() == 2, "what was withdrawn does not come back"


@pytest.mark.parametrize(
    ("standing", "kept"),
    [("full", True), ("trial", True), ("paused", True), ("limited", True), ("ended", False), ("none", False)],
)
def test_what_neighbours_share_stays_and_so_does_the_view(peer, outcomes, work, standing, kept):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", {"id": f"{peer.origin}/x/1", "type": "Spaceship", "attributedTo": dana.uri})
    peer.does(dana, "Create", peer.note(dana))
    outcomes()
    Node.objects.filter(origin=peer.origin).update(peering=standing)
    before = of_origin(peer.origin)
    after(15, work)
    assert states() == (["ignored", "read"] if kept else ["read"])
    assert of_origin(peer.origin) == before and before["count"] == 1


def test_a_flood_of_them_goes_a_batch_at_a_time(stranger, room, outcomes, work, monkeypatch):
    monkeypatch.setattr(housekeeping, "PURGE_BATCH", 2)
    writer = maria(stranger)
    for number in range(3):
        stranger.does(writer, "Create", broken(stranger, number, room))
    outcomes()
    first = Document.objects.order_by("pk").first()
    for days, left in ((15, 1), (16, 0)):
        after(days, work)
        assert len(states()) == left
        assert not Document.objects.filter(pk=first.pk).exists(), "the oldest go first"
