"""What other programs write in their own way: understood where it is safe, and no way around who may say what."""

from __future__ import annotations

import pytest

from cop.models import Group, Person, Proposal
from events.models import Gathering
from federation import keys
from federation.audiences import PUBLIC
from federation.documents import content_hash
from federation.models import Actor, Document
from journal.models import Errand

EVENT = {"type": "Event", "name": "Reading evening", "startTime": "2027-03-01T19:00:00+01:00"}


def test_a_created_thing_that_names_nobody_is_of_whoever_created_it(peer, outcomes):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", EVENT | {"id": f"{peer.origin}/events/1", "attributedTo": None})
    assert outcomes() == ["gathering read"]
    assert Gathering.objects.get().actor.uri == dana.uri


def test_a_changed_thing_that_names_nobody_is_refused(peer, outcomes):
    dana, mallory = peer.somebody("people/dana"), peer.somebody("people/mallory")
    event = EVENT | {"id": f"{peer.origin}/events/1"}
    peer.does(dana, "Update", event)
    peer.does(dana, "Create", event)
    outcomes()
    peer.does(mallory, "Create", event | {"name": "Hijacked", "updated": "2027-01-01T00:00:00Z"})
    said = outcomes()
    assert said[0].startswith("refused: attributedTo") and said[2].startswith("refused: attributedTo"), said
    assert Gathering.objects.get().title == "Reading evening"


def test_what_a_moderator_says_of_their_group_is_asked_of_the_group(peer, web, outcomes):
    owner, group = peer.somebody("u/owner"), peer.somebody("m/menders", "Group", name="Menders")
    peer.does(owner, "Update", web.pages[group.uri] | {"name": "Hijacked", "inbox": f"{owner.uri}/inbox"})
    assert outcomes() == ["asked its own server for it"]
    assert Group.objects.get().name == "Menders"
    assert Actor.objects.get(uri=group.uri).inbox == f"{group.uri}/inbox"


def test_somebody_who_tells_no_name_is_shown_by_their_address(peer, web, outcomes):
    dana = peer.somebody("people/dana", preferredUsername="")
    peer.does(dana, "Update", web.pages[dana.uri])
    assert outcomes() == ["person read"]
    assert Person.objects.get().name == dana.uri
    assert not Errand.objects.exclude(error="").exists()


def test_the_ed25519_key_is_found_behind_another_multikey(peer, web, outcomes):
    dana = peer.somebody("people/dana")
    multikey = {"type": "Multikey", "controller": dana.uri}
    rsa = multikey | {"id": dana.keyid, "publicKeyMultibase": "z4MXj1wBzi9jUstyPz" * 20}
    ed25519 = keys.encode_multikey(keys.load_public(dana.ed25519.public_pem))
    web.pages[dana.uri]["assertionMethod"] = [rsa, multikey | {"id": f"{dana.uri}#ed", "publicKeyMultibase": ed25519}]
    peer.does(dana, "Create", peer.note(dana))
    assert outcomes() == ["need read"]
    assert Actor.objects.get(uri=dana.uri).ed25519_key_id == f"{dana.uri}#ed"


def test_pleromas_source_is_a_bare_text(peer, outcomes):
    dana = peer.somebody("people/dana")
    event = EVENT | {"id": f"{peer.origin}/events/1", "content": "<p>Bring a book</p>", "source": "Bring *a* book"}
    peer.does(dana, "Create", event)
    assert outcomes() == ["gathering read"]
    assert Gathering.objects.get().summary == "Bring a book"


def test_of_several_types_the_one_we_know_counts(peer, outcomes):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", EVENT | {"id": f"{peer.origin}/events/1", "type": ["Spaceship", "Event"]})
    assert outcomes() == ["gathering read"]


@pytest.mark.parametrize("type_", [["Person"], ["Event", "Person"], ["Group", "Spaceship"]], ids=str)
def test_several_types_are_no_way_to_speak_for_somebody_else(peer, web, outcomes, type_):
    bob, mallory = peer.somebody("people/bob"), peer.somebody("people/mallory")
    forged = web.pages[bob.uri] | {"type": type_, "attributedTo": mallory.uri, "name": "", "inbox": mallory.uri}
    peer.does(mallory, "Update", forged)
    outcomes()
    assert not Person.objects.exists() and not Group.objects.exists() and not Proposal.objects.exists()
    assert not Actor.objects.filter(uri=bob.uri).exclude(inbox="").exists()
    assert Document.objects.get().state in {"ignored", "refused"}


def test_a_person_is_held_as_they_were_sent_so_that_digests_agree(peer, outcomes):
    dana = peer.somebody("people/dana", name="Dana", published="2026-11-20T09:00:00Z", version=1, to=[PUBLIC])
    said = peer.web.pages[dana.uri]
    peer.does(dana, "Create", said)
    outcomes()
    held = Document.objects.get(uri=dana.uri)
    assert held.content_hash == content_hash({name: each for name, each in said.items() if name != "@context"})
