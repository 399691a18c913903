"""Nodes become neighbours when both stewards agree, and not before."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from federation import neighbours, peering
from federation.models import Activity, Delivery, Following, Node
from journal.models import Errand
from notifications.models import Notice

AGREED = {"agree": "on", "agreement": peering.AGREEMENT}


@pytest.fixture
def steward(client, db):
    user = User.objects.create_user("steward@here.example", "pw", is_steward=True)
    client.force_login(user)
    return user


def said(type_: str) -> list[dict]:
    return [json.loads(body) for body in Activity.objects.filter(type=type_).values_list("body", flat=True)]


def test_a_stranger_who_follows_our_node_asks_and_waits(stranger, outcomes, steward, client):
    stranger.does(stranger.node, "Follow", f"{settings.ORIGIN}/actor")
    assert outcomes() == ["asks to become a neighbour"]
    assert Node.objects.get().peering == Node.Peering.ASKED
    assert not said("Accept")
    assert Notice.objects.get(user=steward).kind == "neighbour_asked"
    page = client.get("/desk/")
    assert b"asks to become a neighbour" in page.content


def test_the_steward_says_yes_and_we_follow_back(stranger, outcomes, work, steward, client):
    stranger.does(stranger.node, "Follow", f"{settings.ORIGIN}/actor")
    outcomes()
    node = Node.objects.get()
    answer = client.post(f"/desk/neighbours/{node.pk}/accept", AGREED)
    assert answer.status_code == 302
    assert Node.objects.get().peering == Node.Peering.FULL
    assert said("Accept")[0]["object"]["actor"] == stranger.node.uri
    assert said("Follow")[0]["object"] == stranger.node.uri
    assert Delivery.objects.count() == 2


def test_the_steward_says_no(stranger, outcomes, steward, client):
    stranger.does(stranger.node, "Follow", f"{settings.ORIGIN}/actor")
    outcomes()
    client.post(f"/desk/neighbours/{Node.objects.get().pk}/refuse")
    assert Node.objects.get().peering == Node.Peering.NONE
    assert said("Reject")


def test_a_person_cannot_become_a_neighbour(stranger, outcomes):
    eve = stranger.somebody("people/eve")
    stranger.does(eve, "Follow", f"{settings.ORIGIN}/actor")
    assert outcomes() == ["refused: only a node can become a neighbour"]
    assert not Node.objects.filter(peering__in=["asked", "full"]).exists()


def test_we_ask_and_they_say_yes(stranger, web, outcomes, work, steward, client):
    page = {"id": f"{stranger.origin}/c?after=0", "type": "OrderedCollectionPage", "orderedItems": [], "last": 0}
    web.pages[stranger.node.uri]["catalogue"] = f"{stranger.origin}/c"
    web.pages[f"{stranger.origin}/c?after=0"] = page
    answer = client.post("/desk/neighbours/invitations", {"address": stranger.origin, **AGREED})
    assert answer.status_code == 302
    work()
    follow = said("Follow")[0]
    stranger.does(stranger.node, "Accept", follow)
    assert outcomes() == ["accepted us as a neighbour"]
    node = Node.objects.get()
    assert node.peering == Node.Peering.FULL and node.catalogue_read_at is not None
    assert Following.objects.get().state == "accepted"


def test_we_follow_a_node_that_asked_us_while_we_could_not_reach_it(stranger, web, outcomes, work, steward, client):
    pages, web.pages = web.pages, {}
    client.post("/desk/neighbours/invitations", {"address": stranger.origin, **AGREED})
    work()
    web.pages = pages
    stranger.does(stranger.node, "Follow", f"{settings.ORIGIN}/actor")
    assert outcomes() == ["neighbours, as we had asked them too"]
    Errand.objects.filter(kind="federation.invite").update(due_at=timezone.now())
    work()
    assert Node.objects.get().peering == Node.Peering.FULL
    assert [follow["object"] for follow in said("Follow")] == [stranger.node.uri]


def test_an_accept_nobody_asked_for_changes_nothing(stranger, outcomes):
    stranger.does(stranger.node, "Accept", {"id": f"{settings.ORIGIN}/activities/none", "type": "Follow"})
    assert outcomes()[0].startswith("refused")
    assert Node.objects.get().peering == Node.Peering.NONE


@pytest.mark.parametrize(
    "address", ["", "not an address at all", "ftp://x.example", "https://user@x.example", "x" * 300]
)
def test_a_bad_address_is_named_and_nothing_is_written(address, steward, client):
    answer = client.post("/desk/neighbours/invitations", {"address": address, **AGREED})
    assert answer.status_code == 400
    assert not Node.objects.exists()


def test_our_own_address_is_no_neighbour(steward, client):
    answer = client.post("/desk/neighbours/invitations", {"address": settings.ORIGIN, **AGREED})
    assert answer.status_code == 400
    assert f"{settings.ORIGIN} is this node itself." in answer.content.decode()


def test_the_desk_is_for_stewards(client, db):
    assert client.get("/desk/").status_code in {302, 403, 404}
    client.force_login(User.objects.create_user("bob@here.example", "pw"))
    assert client.get("/desk/").status_code in {403, 404}
    assert client.post("/desk/neighbours/1/accept").status_code in {403, 404}


def test_pause_and_resume_lose_nothing(peer, work):
    node = Node.objects.get()
    neighbours.pause(node)
    assert Node.objects.get().peering == Node.Peering.PAUSED
    with pytest.raises(peering.CannotPeer):
        neighbours.pause(node)
    neighbours.resume(node)
    assert Node.objects.get().is_neighbour


def test_ending_takes_both_follows_back(stranger, outcomes, steward, client):
    stranger.does(stranger.node, "Follow", f"{settings.ORIGIN}/actor")
    outcomes()
    node = Node.objects.get()
    client.post(f"/desk/neighbours/{node.pk}/accept", AGREED)
    client.post(f"/desk/neighbours/{node.pk}/end")
    assert Node.objects.get().peering == Node.Peering.ENDED
    assert not Following.objects.exists()
    assert said("Undo")
