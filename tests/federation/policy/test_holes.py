"""Holes that other programs have, tried at our front door; `tests.federation.holes` lists all, with their guards."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from base64 import b64encode
from email.utils import format_datetime
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cop.models import Post, Proposal
from federation import actors, http, keys
from federation.http import Answer
from federation.models import Actor, Delivery, Document, Following, Receipt
from federation.outbound.say import followers_of, say
from federation.signatures import sign_rfc9421
from federation.signatures.message import digest
from tests.federation.cast import Speaker

OURS = f"{settings.ORIGIN}/groups/abcdefghjkmn"


def by_hand(speaker: Speaker, body: bytes, names: str, **changed: str) -> dict[str, str]:
    """A draft-cavage POST over exactly the headers named. A header changed to nothing is not sent."""
    headers = {
        "Host": urlsplit(settings.ORIGIN).netloc,
        "Date": format_datetime(timezone.now(), usegmt=True),
        "Digest": f"SHA-256={digest(body)}",
        **changed,
    }
    values = {"(request-target)": "post /inbox"} | {name.lower(): value for name, value in headers.items()}
    text = "\n".join(f"{name}: {values[name]}" for name in names.split())
    signature = b64encode(speaker.private.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    said = f'keyId="{speaker.keyid}",algorithm="rsa-sha256",headers="{names}",signature="{signature}"'
    return {name: value for name, value in headers.items() if value} | {"Signature": said}


@pytest.mark.parametrize(
    ("names", "changed"),
    [
        ("(request-target) host date", {"Digest": ""}),
        ("(request-target) host date", {}),
        ("(request-target) host date digest", {"Digest": f"SHA-256={digest(b'another body')}"}),
        ("date", {}),
        ("host date digest", {}),
        ("(request-target) host digest", {}),
    ],
    ids=["no digest", "digest not signed", "digest of another body", "only the date", "no target", "no date"],
)
def test_a_signature_over_too_little_is_refused_at_the_door(peer, names, changed):
    dana = peer.somebody("people/dana")
    body = json.dumps(peer.activity(dana, "Create", peer.note(dana))).encode()
    answer = peer.post(dana, body, sign=None, headers=by_hand(dana, body, names, **changed))
    assert answer.status_code == 401, answer.content
    assert not Receipt.objects.exists()


def test_a_signature_over_all_that_is_needed_is_taken(peer):
    """Else the refusals above would prove nothing."""
    dana = peer.somebody("people/dana")
    body = json.dumps(peer.activity(dana, "Create", peer.note(dana))).encode()
    answer = peer.post(dana, body, sign=None, headers=by_hand(dana, body, "(request-target) host date digest"))
    assert answer.status_code == 202, answer.content


@pytest.mark.parametrize("known", [True, False], ids=["whose key is cached", "never heard of"])
def test_somebody_of_another_server_cannot_speak_for_dana(peer, stranger, known):
    dana, eve = peer.somebody("people/dana"), stranger.somebody("people/eve")
    if known:
        stranger.does(eve, "Like", f"{settings.ORIGIN}/needs/abcdefghjkmn")
    answer = peer.post(eve, peer.activity(dana, "Create", peer.note(dana)))
    assert answer.status_code == 401, answer.content
    assert not Receipt.objects.filter(type="Create").exists()


@pytest.mark.parametrize("sign", [None, sign_rfc9421], ids=["cavage", "rfc9421"])
def test_a_signature_that_mallory_made_under_the_name_of_danas_key_is_refused(peer, sign):
    dana, mallory = peer.somebody("people/dana"), peer.somebody("people/mallory")
    peer.does(dana, "Like", f"{settings.ORIGIN}/needs/abcdefghjkmn")
    forged = dataclasses.replace(dana, rsa=mallory.rsa)
    answer = peer.post(forged, peer.activity(dana, "Create", peer.note(dana)), **({"sign": sign} if sign else {}))
    assert answer.status_code == 401, answer.content
    assert not Receipt.objects.filter(type="Create").exists()


def test_nobody_outside_speaks_as_one_of_ours(peer, web):
    """Neither with a key of their own, nor by naming one of ours, nor by a document that claims our address."""
    ours = actors.make_actor(Actor.Type.GROUP, OURS, handle="camden", name="Camden")
    actors.with_keys(ours)
    dana = peer.somebody("people/dana")
    web.pages[OURS] = web.pages[dana.uri] | {"id": OURS}
    activity = peer.activity(dana, "Create", peer.note(dana)) | {"actor": OURS}
    for speaker in (dana, dataclasses.replace(dana, uri=OURS)):
        assert peer.post(speaker, activity).status_code in {401, 403}
    assert not Receipt.objects.exists()
    ours.refresh_from_db()
    assert ours.node is None and keys.load_public(ours.rsa_public) != dana.public


@pytest.mark.parametrize("wrapped", [True, False], ids=["a Create inside", "the thing itself"])
def test_what_is_passed_on_without_a_proof_is_asked_of_its_own_server(peer, web, outcomes, wrapped):
    """A neighbour's group brings words of a third server; what that says itself is taken, and nothing else."""
    dana, group = peer.somebody("people/dana"), peer.somebody("groups/menders", "Group", name="Menders")
    uri, eve = "https://third.example/needs/1", "https://third.example/people/eve"
    forged = peer.note(dana) | {"id": uri, "attributedTo": eve, "name": "Forged"}
    web.pages[uri] = forged | {"name": "As its own server says"}
    create = {"id": "https://third.example/activities/1", "type": "Create", "actor": eve, "object": forged}
    peer.does(group, "Announce", create if wrapped else forged)
    assert outcomes() == ["asked its own server for it"]
    assert Proposal.objects.get().title == "As its own server says"


def test_ten_megabytes_are_refused_whatever_they_hold(peer):
    dana = peer.somebody("people/dana")
    body = json.dumps(peer.activity(dana, "Create", peer.note(dana, content="x" * 10_000_000))).encode()
    assert peer.post(dana, body).status_code == 413
    assert peer.post(dana, body, headers={"Content-Length": "100"}).status_code in {400, 401, 413}
    assert not Receipt.objects.exists()


def deep(levels: int) -> list:
    return [deep(levels - 1)] if levels else []


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"content": deep(20)}, b"levels"),
        ({"content": deep(400)}, b"levels"),
        ({"to": [f"https://hackney.example/people/{number}" for number in range(201)]}, b"200 members"),
        ({f"name{number}": "" for number in range(300)}, b"300 members"),
        ({"content": "\0"}, b"NUL"),
        ({"content": "\ud800"}, b"surrogates"),
        ({"quantity": 2**53}, b"finite number"),
    ],
    ids=["20 deep inside", "400 deep", "201 in a list", "more than 300 names", "NUL", "half a character", "too large"],
)
def test_a_message_out_of_bounds_is_refused_by_name(peer, more, reason):
    dana = peer.somebody("people/dana")
    answer = peer.post(dana, peer.activity(dana, "Create", peer.note(dana, **more)))
    assert answer.status_code == 400 and reason in answer.content, answer.content
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("path", ["/inbox?from=hackney", "/inbox?a=1&b=%20"])
@pytest.mark.parametrize("sign", [None, sign_rfc9421], ids=["cavage", "rfc9421"])
def test_an_inbox_with_a_query_is_the_inbox(peer, outcomes, path, sign):
    dana = peer.somebody("people/dana")
    answer = peer.post(
        dana, peer.activity(dana, "Create", peer.note(dana)), path=path, **({"sign": sign} if sign else {})
    )
    assert answer.status_code == 202, answer.content
    assert outcomes() == ["need read"]


@pytest.mark.parametrize("published", ["2026-11-20T09:00:00.123Z", "2026-11-20T09:00:00.123456789+00:00"])
def test_a_fractional_published_is_read(peer, outcomes, published):
    dana = peer.somebody("people/dana")
    note = peer.note(dana, published=published, updated=published)
    del note["version"]
    peer.does(dana, "Create", note)
    assert outcomes() == ["need read"]
    assert Proposal.objects.get().published_at.isoformat().startswith("2026-11-20T09:00:00.123")


def test_a_thread_of_four_hundred_answers_makes_us_ask_for_none_of_them(peer, web, outcomes):
    """Elsewhere each answer makes a server fetch the one before it: eight hundred requests for one message."""
    dana = peer.somebody("people/dana")
    peer.does(dana, "Like", f"{settings.ORIGIN}/needs/abcdefghjkmn")
    outcomes()

    def address(number: int) -> str:
        return f"{peer.origin}/replies/{number}"

    def reply(number: int) -> dict:
        said = {"id": address(number), "type": "Note", "attributedTo": dana.uri, "content": "<p>Yes</p>"}
        return said | {"inReplyTo": address(number + 1), "to": ["https://www.w3.org/ns/activitystreams#Public"]}

    web.pages |= {address(number): reply(number) for number in range(400)}
    web.asked.clear()
    peer.does(dana, "Create", reply(0))
    outcomes()
    assert web.asked == []
    assert not Post.objects.exists() and Document.objects.filter(uri=address(0), state="ignored").exists()


def test_a_dead_follower_does_not_keep_the_others_waiting(peer, stranger, outcomes, work, monkeypatch):
    """One refuses the connection, one breaks; the third hears all the same."""
    group = actors.make_actor(Actor.Type.GROUP, OURS, handle="camden", name="Camden")
    followers = {
        "dead": "https://dead.example/inbox",
        "broken": "https://broken.example/inbox",
        "alive": "https://quick.example/inbox",
    }
    for inbox in followers.values():
        node = actors.hear_of_node(inbox)
        uri = inbox.replace("/inbox", "/actor")
        follower = Actor.objects.create(uri=uri, node=node, inbox=inbox, read_at=timezone.now())
        Following.objects.create(
            follower=follower, followed=group, uri=f"{uri}#follow", state="accepted", answered_at=timezone.now()
        )
    heard = []

    async def post(url, body, headers, **_how):
        heard.append(url)
        await asyncio.sleep(0)
        if url == followers["dead"]:
            raise http.FetchFailed("connection refused")
        return Answer(202 if url == followers["alive"] else 500, {}, "")

    monkeypatch.setattr(http, "post", post)
    with transaction.atomic():
        say(group, "Announce", "https://x.example/1", followers_of(group), to=[])
    work()
    assert sorted(set(heard)) == sorted(followers.values())
    assert [row.inbox for row in Delivery.objects.filter(state="done")] == [followers["alive"]]
    assert Delivery.objects.filter(state="ready").count() == 2
