"""Joining a group across nodes: a signed Join in, an answer out, and the same rows on both sides."""

from __future__ import annotations

import json

import pytest

from accounts.models import User
from cop.actions.groups import found_group
from cop.actions.people import change_page, person_of
from cop.models import Group, Member, Person
from federation import actors
from federation.models import Activity, AudienceKey, Delivery, Node
from notifications.models import Notice


@pytest.fixture
def alice(db):
    return User.objects.create_user("alice@here.example", "pw")


@pytest.fixture
def tenants(alice):
    return found_group(actors.for_user(alice), name="Tenants of Camden", joining="request", language="en")


def answers() -> list[str]:
    return list(Activity.objects.filter(type__in=["Accept", "Reject"]).order_by("pk").values_list("type", flat=True))


def test_dana_asks_from_hackney_and_alice_lets_her_in(peer, outcomes, work, tenants, alice, client):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Join", tenants.uri, name="Dana", participationMessage="I rent here")
    assert outcomes() == ["join: Has asked to join"]
    assert Notice.objects.get(user=alice).kind == "join_requested"
    client.force_login(alice)
    page = client.get(tenants.get_absolute_url())
    assert b"I rent here" in page.content
    member = Member.objects.get(actor__uri=dana.uri)
    assert (
        client.post(f"{tenants.get_absolute_url()}/members/{member.pk}/answer", {"answer": "accept"}).status_code == 302
    )
    assert Member.objects.get(pk=member.pk).state == "joined"
    assert answers() == ["Accept"]
    assert Delivery.objects.get(activity__type="Accept").inbox == f"{dana.uri}/inbox"
    assert AudienceKey.objects.filter(actor__uri=dana.uri, audience=tenants.members_audience).exists()


def test_whom_the_words_for_members_do_not_reach_is_said(peer, outcomes, tenants, alice, client):
    """Of those who ask, before they are let in, and of those who are in."""
    client.force_login(alice)
    dana = peer.somebody("people/dana")
    peer.does(dana, "Join", tenants.uri, name="Dana")
    outcomes()
    for joined in (False, True):
        if joined:
            member = Member.objects.get(actor__uri=dana.uri)
            client.post(f"{tenants.get_absolute_url()}/members/{member.pk}/answer", {"answer": "accept"})
        for peering, reached in (("full", True), ("paused", True), ("limited", False), ("ended", False)):
            Node.objects.filter(origin=peer.origin).update(peering=peering)
            shown = client.get(tenants.get_absolute_url()).content.decode()
            assert "Dana" in shown and ("does not reach them" in shown) != reached, (joined, peering)


def test_an_open_group_answers_at_once_and_again_when_asked_again(peer, outcomes, tenants):
    Group.objects.update(joining="open")
    dana = peer.somebody("people/dana")
    peer.does(dana, "Join", tenants.uri)
    outcomes()
    peer.does(dana, "Join", tenants.uri)
    outcomes()
    assert answers() == ["Accept", "Accept"]
    assert Member.objects.filter(actor__uri=dana.uri).count() == 1


def test_leaving_takes_the_key_away(peer, outcomes, tenants):
    Group.objects.update(joining="open")
    dana, mallory = peer.somebody("people/dana"), peer.somebody("people/mallory")
    peer.does(dana, "Join", tenants.uri)
    outcomes()
    peer.does(mallory, "Leave", tenants.uri)
    outcomes()
    assert Member.objects.filter(actor__uri=dana.uri).exists()
    peer.does(dana, "Leave", tenants.uri)
    outcomes()
    assert not Member.objects.filter(actor__uri=dana.uri).exists()
    assert not AudienceKey.objects.filter(actor__uri=dana.uri).exists()


def test_charlie_cannot_answer_for_alice(peer, outcomes, tenants, client):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Join", tenants.uri)
    outcomes()
    client.force_login(User.objects.create_user("charlie@here.example", "pw"))
    member = Member.objects.get(actor__uri=dana.uri)
    answer = client.post(f"{tenants.get_absolute_url()}/members/{member.pk}/answer", {"answer": "accept"})
    assert answer.status_code == 403
    assert Member.objects.get(pk=member.pk).state == "asked"


@pytest.fixture
def book_club(peer, outcomes):
    """A group on Hackney's node, seen here."""
    speaker = peer.somebody("groups/books", "Group", name="Book club")
    doc = peer.web.pages[speaker.uri] | {
        "additionalType": "https://schema.org/Organization",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "openness": "moderated",
        "version": 1,
    }
    peer.does(speaker, "Create", doc)
    assert outcomes() == ["group read"]
    return speaker


def test_our_person_joins_their_group(peer, outcomes, work, book_club, client, alice):
    client.force_login(alice)
    group = Group.objects.get()
    assert client.post(f"{group.get_absolute_url()}/joining", {"name": "Alice", "message": "hello"}).status_code == 302
    join = json.loads(Activity.objects.get(type="Join").body)
    assert join["object"] == book_club.uri and join["participationMessage"] == "hello"
    mallory = peer.somebody("people/mallory")
    peer.does(mallory, "Accept", join)
    assert outcomes()[-1].startswith("refused")
    assert Member.objects.get().state == "asked"
    peer.does(book_club, "Accept", join)
    assert outcomes()[-1] == "one of our people was let in"
    assert Member.objects.get().state == "joined"
    assert Notice.objects.get(user=alice).kind == "join_accepted"
    peer.does(book_club, "Reject", join)
    outcomes()
    assert not Member.objects.exists() and not AudienceKey.objects.exists()


def test_the_last_steward_stays(tenants, alice, client):
    client.force_login(alice)
    client.post(f"{tenants.get_absolute_url()}/leaving")
    assert Member.objects.get().role == "steward"


def related(client) -> list[tuple[str, str]]:
    return [(link["from"], link["to"]) for link in client.get("/atlas/network.json").json()["links"]]


def says_to_be_in(peer, dana, said) -> None:
    person = {
        "type": "Person",
        "name": "Dana",
        "version": 2,
        "discoverable": True,
        "inbox": f"{dana.uri}/inbox",
        "memberOf": said,
    }
    peer.does(dana, "Update", {"id": dana.uri, **person})


def test_who_says_to_be_in_our_group_is_shown_in_it_only_while_they_are(peer, outcomes, tenants, alice, client):
    Group.objects.update(joining="open")
    elsewhere, alice_herself = "https://elsewhere.example/groups/1", actors.for_user(alice)
    change_page(person_of(alice_herself), {"name": "Alice", "is_public": True})
    dana = peer.somebody("people/dana")
    says_to_be_in(peer, dana, [tenants.uri, elsewhere, alice_herself.uri])
    outcomes()
    person = Person.objects.get(uri=dana.uri)

    def page() -> str:
        return client.get(person.get_absolute_url()).content.decode()

    assert related(client) == [] and "Tenants of Camden" not in page(), "anybody can say so"
    peer.does(dana, "Join", tenants.uri)
    outcomes()
    assert related(client) == [(dana.uri, tenants.uri)] and "Tenants of Camden" in page()
    peer.does(dana, "Leave", tenants.uri)
    outcomes()
    assert related(client) == [] and "Tenants of Camden" not in page()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Tenants of Camden", 0),
        (7, 0),
        (["did:web:x.example"], 0),
        ([["https://x.example/"]], 0),
        ([{"type": "Organization", "name": "No address"}], 0),
        (["https://x.example/" + "a" * 600, "https://x.example/1"], 1),
        ([f"https://x.example/{n}" for n in range(150)], 100),
    ],
    ids=["words", "number", "did", "list", "nameless", "long", "many"],
)
def test_odd_words_about_groups_neither_hide_the_rest_nor_stop_a_join(peer, outcomes, tenants, said, kept):
    Group.objects.update(joining="open")
    dana = peer.somebody("people/dana")
    says_to_be_in(peer, dana, said)
    outcomes()
    person = Person.objects.get(uri=dana.uri)
    assert (person.name, len(person.groups)) == ("Dana", kept)
    peer.does(dana, "Join", tenants.uri)
    outcomes()
    assert Member.objects.get(actor__uri=dana.uri).state == "joined"
