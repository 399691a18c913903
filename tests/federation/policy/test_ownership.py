"""Who may write, change and withdraw what: the holes of others, each refused (FEP-fe34)."""

from __future__ import annotations

from django.conf import settings

from cop.models import Proposal
from federation.models import Document


def test_an_object_on_our_host_cannot_be_written_from_outside(peer, outcomes):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", peer.note(dana) | {"id": f"{settings.ORIGIN}/needs/abcdefghjkmn"})
    assert outcomes()[0].startswith("refused: object:")
    assert not Proposal.objects.exists()


def test_an_object_of_a_third_host_is_asked_of_that_host(peer, web, outcomes):
    dana = peer.somebody("people/dana")
    forged = peer.note(dana) | {"id": "https://third.example/needs/1", "name": "Forged"}
    web.pages["https://third.example/needs/1"] = peer.note(dana) | {
        "id": "https://third.example/needs/1",
        "attributedTo": "https://third.example/people/eve",
        "name": "As its own server says",
    }
    peer.does(dana, "Create", forged)
    assert outcomes() == ["asked its own server for it"]
    assert Proposal.objects.get().title == "As its own server says"


def test_only_the_owner_changes_or_withdraws(peer, outcomes):
    dana, mallory = peer.somebody("people/dana"), peer.somebody("people/mallory")
    peer.does(dana, "Create", peer.note(dana))
    peer.does(mallory, "Update", peer.note(dana, name="Hijacked", version=2))
    peer.does(mallory, "Update", peer.note(mallory, name="Hijacked", version=3))
    peer.does(mallory, "Delete", peer.note(dana)["id"])
    said = outcomes()
    assert said[0] == "need read" and all(each.startswith("refused") for each in said[1:]), said
    proposal = Proposal.objects.get()
    assert proposal.title == "A room for forty people" and proposal.withdrawn_at is None


def test_a_stranger_cannot_undo_the_follow_of_another(peer, outcomes):
    from federation import actors
    from federation.models import Actor, Following

    ours = actors.make_actor(Actor.Type.GROUP, f"{settings.ORIGIN}/groups/abcdefghjkmn", handle="camden", name="Camden")
    dana, mallory = peer.somebody("people/dana"), peer.somebody("people/mallory")
    follow = peer.activity(dana, "Follow", ours.uri)
    peer.post(dana, follow)
    outcomes()
    assert Following.objects.get().state == "accepted"
    peer.does(mallory, "Undo", follow)
    outcomes()
    assert Following.objects.filter(follower__uri=dana.uri).exists()
    peer.does(dana, "Undo", follow)
    outcomes()
    assert not Following.objects.exists()


def test_older_never_replaces_newer_and_a_tombstone_wins(peer, outcomes):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Update", peer.note(dana, name="Second", version=2))
    peer.does(dana, "Create", peer.note(dana, name="First", version=1))
    outcomes()
    assert Proposal.objects.get().title == "Second"
    uri = peer.note(dana)["id"]
    peer.does(dana, "Delete", {"id": uri, "type": "Tombstone", "version": 3})
    peer.does(dana, "Create", peer.note(dana, name="Back", version=2))
    outcomes()
    assert Proposal.objects.get().withdrawn_at is not None
    peer.does(dana, "Create", peer.note(dana, name="Published anew", version=4))
    outcomes()
    proposal = Proposal.objects.get()
    assert proposal.withdrawn_at is None and proposal.title == "Published anew"


def test_create_after_delete_stays_deleted(peer, outcomes):
    dana = peer.somebody("people/dana")
    uri = peer.note(dana)["id"]
    peer.does(dana, "Delete", {"id": uri, "type": "Tombstone", "version": 2})
    peer.does(dana, "Create", peer.note(dana))
    outcomes()
    assert not Proposal.objects.filter(withdrawn_at=None).exists()
    assert Document.objects.get(uri=uri).tombstone


def test_what_a_stranger_pushes_is_not_kept(stranger, outcomes):
    eve = stranger.somebody("people/eve")
    stranger.does(eve, "Create", stranger.note(eve))
    assert outcomes() == ["not from a neighbour, nor from anybody followed here: not kept"]
    assert not Document.objects.exists()


def test_unreadable_fields_are_kept_as_a_document_and_named(peer, outcomes):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", peer.note(dana, endTime="0000-0-0T0:0"))
    said = outcomes()
    assert "endTime" in said[0]
    assert Document.objects.get().state == "refused" and not Proposal.objects.exists()


def test_unknown_types_are_kept_and_nothing_breaks(peer, outcomes):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", {"id": f"{peer.origin}/x/1", "type": "Spaceship", "attributedTo": dana.uri})
    assert outcomes() == ["a type this node does not know"]
    assert Document.objects.get().state == "ignored"


def test_group_only_things_stay_with_members(peer, outcomes, client):
    dana = peer.somebody("people/dana")
    group = peer.somebody("groups/secret", "Group", name="Secret")
    peer.does(dana, "Create", peer.note(dana, to=[f"{group.uri}/members"]))
    outcomes()
    proposal = Proposal.objects.get()
    assert client.get(proposal.get_absolute_url()).status_code == 404
