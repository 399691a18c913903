"""Every guard of the inbox refuses, with a reason; what is fine is kept and worked on."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.conf import settings

from cop.models import Proposal
from federation import actors, limits
from federation.documents import CONTEXT
from federation.models import Actor, Node, Receipt
from federation.signatures import sign_rfc9421
from tests.federation import peer as peers


def test_a_signed_need_of_a_neighbour_is_kept_and_read(peer, outcomes):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", peer.note(dana))
    assert outcomes() == ["need read"]
    assert Proposal.objects.get().title == "A room for forty people"


def test_rfc_9421_is_taken_as_well(peer, outcomes):
    dana = peer.somebody("people/dana")
    answer = peer.post(dana, peer.activity(dana, "Create", peer.note(dana)), sign=sign_rfc9421)
    assert answer.status_code == 202, answer.content
    assert outcomes() == ["need read"]


def test_an_activity_written_with_prefixes_is_read_all_the_same(peer, outcomes):
    dana = peer.somebody("people/dana")
    plain = peer.activity(dana, "Create", peer.note(dana))
    note = {f"as:{name}": value for name, value in plain["object"].items() if name in {"name", "content"}}
    rest = {
        name: value for name, value in plain["object"].items() if name not in {"id", "type", "name", "content", "to"}
    }
    context = [*CONTEXT, {"as": "https://www.w3.org/ns/activitystreams#", "about": "as:object"}]
    written = {
        "@context": context,
        "@id": plain["id"],
        "@type": "as:Create",
        "as:actor": {"@id": dana.uri},
        "as:to": {"@id": "as:Public"},
        "about": {"@id": plain["object"]["id"], "@type": "as:Note", **note, **rest, "as:to": {"@id": "as:Public"}},
    }
    answer = peer.post(dana, written)
    assert answer.status_code == 202, answer.content
    assert outcomes() == ["need read"]
    assert Proposal.objects.get().title == "A room for forty people"
    assert json.loads(bytes(Receipt.objects.get().body)) == written, "the bytes are kept as they came"


def test_an_actor_written_with_prefixes_is_read_all_the_same(peer, outcomes):
    dana = peer.somebody("people/dana")
    page = peer.web.pages[dana.uri]
    page["@context"] = [*page["@context"], {"as": "https://www.w3.org/ns/activitystreams#"}]
    page["@id"], page["@type"] = page.pop("id"), f"as:{page.pop('type')}"
    page["as:preferredUsername"] = page.pop("preferredUsername")
    peer.does(dana, "Create", peer.note(dana))
    assert outcomes() == ["need read"]
    assert Actor.objects.get(uri=dana.uri).handle == "dana"


def test_a_context_nobody_knows_is_refused(peer):
    dana = peer.somebody("people/dana")
    activity = peer.activity(dana, "Create", peer.note(dana)) | {"@context": "https://elsewhere.example/context"}
    answer = peer.post(dana, activity)
    assert answer.status_code == 400
    assert b"@context" in answer.content and b"elsewhere.example" in answer.content
    assert not Receipt.objects.exists()


def test_unsigned_is_refused(peer):
    dana = peer.somebody("people/dana")
    answer = peer.post(dana, peer.activity(dana, "Create", peer.note(dana)), sign=None)
    assert answer.status_code == 401
    assert b"not signed" in answer.content
    assert not Receipt.objects.exists()


def test_a_date_of_2019_is_refused(peer):
    dana = peer.somebody("people/dana")
    activity = peer.activity(dana, "Create", peer.note(dana))
    answer = peer.post(dana, activity, now=datetime(2019, 5, 1, tzinfo=UTC))
    assert answer.status_code == 401
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("digest", ["", "SHA-256=AAAA", "MD5=AAAA"])
def test_a_wrong_digest_is_refused(peer, digest):
    dana = peer.somebody("people/dana")
    answer = peer.post(dana, peer.activity(dana, "Create", peer.note(dana)), headers={"Digest": digest})
    assert answer.status_code == 401


def test_a_body_changed_on_the_way_is_refused(peer):
    dana = peer.somebody("people/dana")
    activity = peer.activity(dana, "Create", peer.note(dana))
    for sign in (peers.sign_cavage, sign_rfc9421):
        body = json.dumps(activity).encode()
        signed = sign(dana.private, dana.keyid, "POST", f"{settings.ORIGIN}/inbox", body, None)
        answer = peer.post(dana, body.replace(b"forty", b"fifty"), sign=None, headers=signed)
        assert answer.status_code == 401
    assert not Receipt.objects.exists()


def test_the_key_of_another_actor_is_refused(peer):
    dana, mallory = peer.somebody("people/dana"), peer.somebody("people/mallory")
    activity = peer.activity(dana, "Create", peer.note(dana))
    assert peer.post(mallory, activity).status_code == 401
    peer.does(mallory, "Like", f"{peer.origin}/needs/9")  # now Mallory's key is known here
    assert peer.post(mallory, activity).status_code == 401


def test_a_rotated_key_is_taken_after_asking_once(peer, web):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", peer.note(dana))
    fresh = peer.somebody("people/dana2")
    rotated = peers.Speaker(dana.uri, fresh.rsa, fresh.ed25519)
    web.pages[dana.uri]["publicKey"]["publicKeyPem"] = fresh.rsa.public_pem
    answer = peer.post(rotated, peer.activity(rotated, "Update", peer.note(dana, version=2)))
    assert answer.status_code == 202, answer.content
    assert web.asked.count(dana.uri) == 2


def test_bad_signatures_make_us_ask_once_in_five_minutes(peer, web):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", peer.note(dana))
    wrong = peers.Speaker(dana.uri, peer.somebody("people/x").rsa, dana.ed25519)
    for _ in range(3):
        assert peer.post(wrong, peer.activity(dana, "Create", peer.note(dana))).status_code == 401
    assert web.asked.count(dana.uri) == 2


def test_an_actor_on_our_own_host_is_refused(peer):
    dana = peer.somebody("people/dana")
    activity = peer.activity(dana, "Create", peer.note(dana)) | {"actor": f"{settings.ORIGIN}/actor"}
    assert peer.post(dana, activity).status_code == 403


def test_an_activity_id_on_another_host_is_refused(peer):
    dana = peer.somebody("people/dana")
    activity = peer.activity(dana, "Create", peer.note(dana)) | {"id": "https://else.example/1"}
    answer = peer.post(dana, activity)
    assert answer.status_code == 400
    assert b"id" in answer.content


def test_a_blocked_node_is_refused_and_a_paused_one_put_off(peer):
    dana = peer.somebody("people/dana")
    Node.objects.update(peering=Node.Peering.PAUSED)
    assert peer.post(dana, peer.activity(dana, "Create", peer.note(dana))).status_code == 503
    Node.objects.update(blocked_at="2026-11-01T00:00:00Z")
    assert peer.post(dana, peer.activity(dana, "Create", peer.note(dana))).status_code == 403


def test_too_large_too_deep_and_not_json_are_refused(peer):
    dana = peer.somebody("people/dana")
    assert peer.post(dana, b"x" * 1_000_001).status_code == 413
    assert peer.post(dana, b"not json").status_code == 400
    assert peer.post(dana, b"[1]").status_code == 400
    assert peer.post(dana, b'{"a":' * 30 + b"1" + b"}" * 30).status_code == 400
    assert peer.post(dana, peer.activity(dana, "Like", "x"), content_type="text/html").status_code == 415


def test_the_same_activity_twice_is_kept_once(peer, outcomes):
    dana = peer.somebody("people/dana")
    activity = peer.activity(dana, "Create", peer.note(dana))
    assert [peer.post(dana, activity).status_code for _ in range(3)] == [202, 202, 202]
    assert outcomes() == ["need read"]


def test_too_many_from_one_node_are_put_off(peer, monkeypatch):
    monkeypatch.setattr(limits, "INBOX_PER_NODE", 2)
    dana = peer.somebody("people/dana")
    answers = [peer.post(dana, peer.activity(dana, "Like", "https://x.example/1")).status_code for _ in range(4)]
    assert answers[:2] == [202, 202] and 429 in answers[2:]


def test_the_farewell_of_somebody_unknown_is_thanked_and_dropped(peer):
    gone = peers.Speaker(f"{peer.origin}/people/gone", peer.node.rsa, peer.node.ed25519)
    answer = peer.post(gone, peer.activity(gone, "Delete", gone.uri), sign=None)
    assert answer.status_code == 202
    assert not Receipt.objects.exists()


def test_get_is_not_for_the_inbox(client, db):
    assert client.get("/inbox").status_code == 405


@pytest.mark.parametrize("id_", [None, "", 7, {"id": "x"}], ids=str)
def test_what_has_no_id_is_worked_on_all_the_same(peer, outcomes, id_):
    """Some programs give a Follow none; it may be anonymous (ActivityPub section 3.1)."""
    group = actors.make_actor(Actor.Type.GROUP, f"{settings.ORIGIN}/groups/abcdefghjkmn", handle="g", name="G")
    dana = peer.somebody("people/dana")
    for verb in ("Follow", "Like"):
        activity = peer.activity(dana, verb, group.uri) | {"id": id_}
        if id_ is None:
            del activity["id"]
        assert peer.post(dana, activity).status_code == 202
    told = outcomes()
    assert told[0] == "follows and was accepted" and "KeyError" not in told[1], told
    assert not Receipt.objects.exclude(state="done").exists()
