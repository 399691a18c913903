"""What a group passes on for its members is believed on the writer's own proof, and on nothing less (FEP-8b32)."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cop.actions.conversations import publish_post
from cop.actions.groups import found_group
from cop.actions.membership import join_group
from cop.actions.people import change_page, person_of
from cop.models import Group, Post
from federation import actors, keys, limits, proofs
from federation.http import FetchFailed
from federation.models import Activity, Actor, Delivery, Node, Receipt
from federation.proofs import sign
from tests.federation.cast import Speaker

COMMENT = "https://schema.org/Comment"
SECRET = "Xylophone"


def somebody(name: str) -> Actor:
    person = actors.for_user(User.objects.create_user(f"{name}@here.example", "pw"))
    change_page(person_of(person), {"name": name.title(), "is_public": True})
    return person


@pytest.fixture
def alice(db) -> Actor:
    return somebody("alice")


@pytest.fixture
def bob(stranger) -> Speaker:
    """A member of the group who lives on a third node, of which ours knows nothing."""
    return with_proof_key(stranger, stranger.somebody("people/bob", name="Bob"))


def with_proof_key(of: Any, speaker: Speaker) -> Speaker:
    multikey = keys.encode_multikey(keys.load_public(speaker.ed25519.public_pem))
    method = {"id": f"{speaker.uri}#ed25519-key", "type": "Multikey", "controller": speaker.uri}
    of.web.pages[speaker.uri]["assertionMethod"] = [method | {"publicKeyMultibase": multikey}]
    return speaker


@pytest.fixture
def menders(peer, outcomes, alice) -> Speaker:
    """A group of Hackney's in which our Alice is."""
    speaker = peer.somebody("groups/menders", "Group", name="Menders")
    said = peer.web.pages[speaker.uri] | {
        "additionalType": "https://schema.org/Organization", "version": 1, "name": "Menders", "joinMode": "free",
        "inLanguage": "en", "members": f"{speaker.uri}/members",
    }  # fmt: skip
    peer.does(speaker, "Create", said)
    outcomes()
    group = Group.objects.get()
    join_group(alice, group, name="Alice")
    join = Activity.objects.get(type="Join")
    peer.does(speaker, "Accept", {"id": join.uri, "type": "Join", "actor": alice.uri, "object": speaker.uri})
    outcomes()
    return speaker


def members(group: Speaker) -> str:
    return f"{group.uri}/members"


def words(of: Any, writer: Speaker, group: Speaker, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{of.origin}/posts/1", "type": "Note", "additionalType": COMMENT, "version": 1,
        "attributedTo": writer.uri, "context": group.uri, "inReplyTo": group.uri, "content": f"<p>{SECRET}</p>",
        "source": {"content": SECRET, "mediaType": "text/markdown"}, "published": "2026-11-20T09:00:00Z",
        "updated": "2026-11-20T09:00:00Z", "to": [members(group)],
    } | more  # fmt: skip


def said(of: Any, writer: Speaker, verb: str, obj: Any, to: list[str]) -> dict[str, Any]:
    """An activity with its doer's proof, as our nodes send it."""
    return sign(of.activity(writer, verb, obj, to=to), writer.proof_key, f"{writer.uri}#ed25519-key")


def posts() -> list[str]:
    return list(Post.objects.filter(withdrawn_at=None).values_list("text", flat=True))


def passes_on(peer, menders, inner) -> None:
    peer.does(menders, "Announce", inner, to=[members(menders)])


def test_words_for_members_reach_members_on_a_third_node(peer, stranger, menders, bob, alice, outcomes, client):
    passes_on(peer, menders, said(stranger, bob, "Create", words(stranger, bob, menders), [members(menders)]))
    assert outcomes()[-1] == "post read"
    post = Post.objects.get()
    assert (post.text, post.actor.uri, post.audience) == (SECRET, bob.uri, members(menders))
    assert stranger.origin not in " ".join(url for url in stranger.web.asked if "/posts/" in url)
    page = Group.objects.get().get_absolute_url()
    assert SECRET not in client.get(page).content.decode()
    client.force_login(alice.user)
    assert SECRET in client.get(page).content.decode()


def test_an_edit_and_the_end_reach_them_too(peer, stranger, menders, bob, outcomes):
    to = [members(menders)]
    passes_on(peer, menders, said(stranger, bob, "Create", words(stranger, bob, menders), to))
    newer = words(stranger, bob, menders, version=2, source={"content": "Marimba", "mediaType": "text/markdown"})
    passes_on(peer, menders, said(stranger, bob, "Update", newer, to))
    outcomes()
    assert posts() == ["Marimba"]
    gone = {"id": newer["id"], "type": "Tombstone", "version": 3}
    passes_on(peer, menders, said(stranger, bob, "Delete", gone, to))
    assert outcomes()[-1] == "withdrawn"
    assert posts() == [] and not Post.objects.get().text


def forged(peer, stranger, menders, bob, how: str) -> dict[str, Any]:
    to, mallory = [members(menders)], with_proof_key(stranger, stranger.somebody("people/mallory"))
    honest = said(stranger, bob, "Create", words(stranger, bob, menders), to)
    if how == "no proof":
        return {name: value for name, value in honest.items() if name != "proof"}
    if how == "changed words":
        changed = copy.deepcopy(honest)
        changed["object"]["source"]["content"] = "Changed"
        return changed
    if how == "changed audience":
        return honest | {"to": ["https://www.w3.org/ns/activitystreams#Public"]}
    if how == "another's key":
        activity = stranger.activity(bob, "Create", words(stranger, bob, menders), to=to)
        return sign(activity, mallory.proof_key, f"{mallory.uri}#ed25519-key")
    if how == "another's key under his name":
        activity = stranger.activity(bob, "Create", words(stranger, bob, menders), to=to)
        return sign(activity, mallory.proof_key, f"{bob.uri}#ed25519-key")
    if how == "another's thing":
        activity = stranger.activity(mallory, "Create", words(stranger, bob, menders), to=to)
        return sign(activity, mallory.proof_key, f"{mallory.uri}#ed25519-key")
    if how == "a key on another server":
        elsewhere = with_proof_key(peer, peer.somebody("people/eve"))
        activity = stranger.activity(bob, "Create", words(stranger, bob, menders), to=to)
        return sign(activity, elsewhere.proof_key, f"{elsewhere.uri}#ed25519-key")
    assert how == "a thing on another server"
    stolen = words(stranger, bob, menders) | {"id": f"{peer.origin}/posts/1"}
    return said(stranger, bob, "Create", stolen, to)


@pytest.mark.parametrize(
    "how",
    [
        "no proof", "changed words", "changed audience", "another's key", "another's key under his name",
        "another's thing", "a key on another server", "a thing on another server",
    ],
)  # fmt: skip
def test_what_its_writer_does_not_vouch_for_is_not_believed(peer, stranger, menders, bob, outcomes, how):
    passes_on(peer, menders, forged(peer, stranger, menders, bob, how))
    outcomes()
    assert not Post.objects.exists()


def test_a_proof_from_before_a_key_was_changed_is_tried_against_the_newer_key_once(
    peer, stranger, menders, bob, outcomes
):
    """Bob's server has given us a key of his that it has changed since."""
    other = with_proof_key(stranger, Speaker(bob.uri, bob.rsa, keys.make_ed25519()))
    actors.fetch(bob.uri)
    with_proof_key(stranger, bob)
    passes_on(peer, menders, said(stranger, bob, "Create", words(stranger, bob, menders), [members(menders)]))
    outcomes()
    assert posts() == [SECRET] and other.uri == bob.uri


def test_nobody_from_a_blocked_node_is_heard_through_a_group(peer, stranger, menders, bob, outcomes):
    node = actors.hear_of_node(bob.uri)
    Node.objects.filter(pk=node.pk).update(blocked_at=node.heard_at)
    passes_on(peer, menders, said(stranger, bob, "Create", words(stranger, bob, menders), [members(menders)]))
    outcomes()
    assert not Post.objects.exists()


def test_a_group_vouches_for_writers_to_its_own_members_only(peer, stranger, menders, bob, outcomes):
    other = peer.somebody("groups/others", "Group", name="Others")
    to = [members(other)]
    inner = said(stranger, bob, "Create", words(stranger, bob, menders, to=to), to)
    passes_on(peer, menders, inner)
    outcomes()
    assert not Post.objects.exists()


def test_whoever_nobody_here_listens_to_cannot_have_us_ask_for_a_key(stranger, peer, outcomes):
    """Servers that never answer would hold up the inbox."""
    shouters = stranger.somebody("groups/shouters", "Group", name="Shouters")
    dana = with_proof_key(peer, peer.somebody("people/dana", name="Dana"))
    inner = said(peer, dana, "Create", words(peer, dana, shouters), [members(shouters)])
    stranger.does(shouters, "Announce", inner, to=[members(shouters)])
    outcomes()
    assert not [url for url in stranger.web.asked if url.startswith(dana.uri)] and not Post.objects.exists()


@pytest.mark.parametrize(
    "why", ["their server is down", "too many keys in a minute", "too many keys at once", "too many new people today"]
)
def test_words_whose_writers_key_cannot_be_read_just_now_wait_for_it(
    peer, stranger, menders, bob, outcomes, monkeypatch, why
):
    """They are for members only: nobody could ask Bob's server for them later."""
    kept = stranger.web.pages[bob.uri]
    name, most = {
        "their server is down": ("UNKNOWN_KEYS_PER_NODE", 240),
        "too many keys in a minute": ("UNKNOWN_KEYS_PER_NODE", 0),
        "too many keys at once": ("KEY_FETCHES_AT_ONCE", 0),
        "too many new people today": ("NEW_ACTORS_PER_STRANGER_PER_DAY", 0),
    }[why]
    with monkeypatch.context() as passing:
        passing.setattr(limits, name, most)
        if why == "their server is down":
            stranger.web.pages[bob.uri] = FetchFailed("no answer within 10 seconds")
        passes_on(peer, menders, said(stranger, bob, "Create", words(stranger, bob, menders), [members(menders)]))
        outcomes()
        assert posts() == []
        waiting = Receipt.objects.get(type="Announce")
        assert (waiting.state, waiting.attempts) == ("ready", 1) and waiting.due_at > timezone.now()
    stranger.web.pages[bob.uri] = kept
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        cache.clear()  # what was remembered for two minutes
        outcomes()
    assert posts() == [SECRET]


def test_a_newer_key_that_cannot_be_read_just_now_is_waited_for_as_well(peer, stranger, menders, bob, outcomes):
    """Bob's server has given us a key of his that it has changed since, and is down when we ask again."""
    kept = dict(stranger.web.pages[bob.uri])
    with_proof_key(stranger, Speaker(bob.uri, bob.rsa, keys.make_ed25519()))
    actors.fetch(bob.uri)
    stranger.web.pages[bob.uri] = FetchFailed("no answer within 10 seconds")
    passes_on(peer, menders, said(stranger, bob, "Create", words(stranger, bob, menders), [members(menders)]))
    outcomes()
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        outcomes()
    stranger.web.pages[bob.uri] = kept
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        cache.clear()  # what was remembered for five minutes
        outcomes()
    assert posts() == [SECRET]


def test_a_server_that_did_not_answer_holds_up_the_inbox_once(peer, stranger, menders, bob, outcomes, web):
    carla = with_proof_key(stranger, stranger.somebody("people/carla", name="Carla"))
    for writer, number in ((bob, 1), (carla, 2)):
        web.pages[writer.uri] = FetchFailed("no answer within 10 seconds")
        obj = words(stranger, writer, menders, id=f"{stranger.origin}/posts/{number}")
        passes_on(peer, menders, said(stranger, writer, "Create", obj, [members(menders)]))
    web.asked.clear()
    outcomes()
    assert [url for url in web.asked if url.startswith(stranger.origin)] == [bob.uri]
    assert Receipt.objects.filter(type="Announce", state="ready", attempts=1).count() == 2


def test_a_stranger_cannot_have_us_ask_for_keys_by_passing_things_on(stranger, peer, outcomes, web):
    """Ten seconds each, on servers that never answer: nothing else would be read meanwhile."""
    relay = stranger.somebody("groups/relay", "Group", name="Relay")
    bob = with_proof_key(peer, peer.somebody("people/bob", name="Bob"))
    web.pages[bob.uri] = FetchFailed("no answer within 10 seconds")
    stranger.does(relay, "Announce", said(peer, bob, "Create", words(peer, bob, relay), ["https://x.example/members"]))
    assert outcomes()[-1] == "passed on by somebody nobody here follows"
    assert bob.uri not in web.asked


# The other side: a group of ours, whose members are here, on Hackney's node and on a third.


@pytest.fixture
def tenants(alice) -> Group:
    return found_group(alice, name="Tenants of Camden", joining="open", language="en", steward_name="Alice")


@pytest.fixture
def scattered(peer, web, outcomes, tenants):
    """Bob on Hackney's node and Carla on Lambeth's, neighbours of ours both, are in our group."""
    from tests.federation.peer import Peer

    third = Peer(Client(), web, "https://lambeth.example")
    node = actors.hear_of_node(third.origin)
    node.actor = actors.read(web.pages[third.node.uri], node)
    node.peering = Node.Peering.FULL
    node.save()
    bob = with_proof_key(peer, peer.somebody("people/bob", name="Bob"))
    carla = third.somebody("people/carla", name="Carla")
    peer.does(bob, "Join", tenants.uri, name="Bob")
    third.does(carla, "Join", tenants.uri, name="Carla")
    outcomes()
    return bob, third


def passed_on(about: str) -> list[Activity]:
    return list(Activity.objects.filter(type="Announce", object_uri=about).order_by("pk"))


def test_our_group_passes_words_for_members_on_to_the_other_nodes_of_members(peer, outcomes, tenants, scattered):
    bob, third = scattered
    group = Speaker(tenants.uri, bob.rsa, bob.ed25519)
    obj, to = words(peer, bob, group), [tenants.members_audience]
    answer = peer.post(bob, said(peer, bob, "Create", obj, to))
    assert answer.status_code == 202 and outcomes()[-1] == "post read"
    [announce] = passed_on(obj["id"])
    delivered = Delivery.objects.filter(activity=announce)
    assert [each.inbox for each in delivered] == [f"{third.origin}/inbox"]
    body = json.loads(announce.body)
    assert body["to"] == to and not announce.public
    proofs.verify(body["object"], bob.look_up_method)  # as its writer said it, word for word
    assert Client().get(announce.uri, headers={"Accept": "application/activity+json"}).status_code == 404
    gone = {"id": obj["id"], "type": "Tombstone", "version": 2}
    peer.post(bob, said(peer, bob, "Delete", gone, to))
    outcomes()
    first, last = passed_on(obj["id"])
    assert first.body == "{}", "its words are gone from what was passed on"
    assert json.loads(last.body)["object"]["type"] == "Delete"
    assert not Receipt.objects.filter(body__contains=SECRET.encode()).exists()


def test_words_without_a_proof_go_no_further(peer, outcomes, tenants, scattered):
    bob, _third = scattered
    obj = words(peer, bob, Speaker(tenants.uri, bob.rsa, bob.ed25519))
    peer.does(bob, "Create", obj, to=[tenants.members_audience])
    assert outcomes()[-1] == "post read" and passed_on(obj["id"]) == []


def test_what_our_own_people_say_carries_their_proof(peer, work, tenants, scattered, alice):
    post = publish_post(alice, tenants.uri, "Between us", members_only=True)
    work()
    body = json.loads(Activity.objects.get(type="Create", object_uri=post.uri).body)
    alice.refresh_from_db()
    assert proofs.verify(body, lambda _method: keys.load_public(alice.ed25519_public))
    assert body["proof"]["verificationMethod"] == alice.ed25519_key_id
    assert len(passed_on(post.uri)) == 0, "our own node tells all members itself"


def test_a_lost_secret_key_keeps_nobody_from_speaking(peer, work, tenants, scattered, alice, settings):
    publish_post(alice, tenants.uri, "Before", members_only=True)
    work()
    settings.SECRET_KEY = "another-one-" * 5
    post = publish_post(alice, tenants.uri, "After", members_only=True)
    work()
    body = json.loads(Activity.objects.get(type="Create", object_uri=post.uri).body)
    assert "proof" not in body
