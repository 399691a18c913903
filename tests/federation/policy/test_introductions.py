"""Nodes tell each other whom they know, and a steward decides whom to ask."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from accounts.models import User
from federation import actors, introductions
from federation.describing import describe_this_node
from federation.models import Activity, Delivery, Introduction, Node
from journal import Errand

ISLINGTON = "https://islington.example"


@pytest.fixture
def steward(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("alice@here.example", "pw", is_steward=True))
    return client


def knows(peer, *others: str, **more) -> None:
    """What Hackney says of whom it knows."""
    address = f"{peer.origin}/metro/neighbours"
    peer.web.pages[peer.node.uri]["peers"] = address
    items = [{"type": "Application", "id": f"{origin}/actor", "name": origin[8:-8].title()} for origin in others]
    peer.web.pages[address] = {"id": address, "type": "Collection", "items": items} | more


def says_so(peer, work) -> None:
    peer.does(peer.node, "Update", peer.web.pages[peer.node.uri])
    work()


def test_whom_a_neighbour_knows_is_offered_on_the_desk(peer, work, steward):
    knows(peer, ISLINGTON)
    says_so(peer, work)
    page = steward.get("/desk/neighbours").content.decode()
    assert "Known to your neighbours" in page and ISLINGTON in page and "Known to Hackney" in page
    assert not Node.objects.filter(origin=ISLINGTON).exists(), "nobody has asked them yet"
    assert steward.post("/desk/neighbours/invite", {"address": ISLINGTON}).status_code in {302, 404}


def test_the_steward_asks_them_with_the_address_filled_in_and_they_leave_the_list(peer, work, steward):
    knows(peer, ISLINGTON)
    says_so(peer, work)
    offered = steward.get("/desk/neighbours").content.decode().split("Known to your neighbours")[1]
    form = steward.get(offered.split('href="')[1].split('"')[0]).context["form"]
    assert form.initial["address"] == ISLINGTON
    agreed = {"address": ISLINGTON, "agree": "on", "agreement": form["agreement"].value()}
    assert steward.post("/desk/neighbours/invitations", agreed).status_code == 302
    assert Node.objects.get(origin=ISLINGTON).peering == Node.Peering.INVITED
    assert introductions.acquaintances() == []


def test_what_is_said_anew_replaces_what_was_said_before(peer, work):
    knows(peer, ISLINGTON, "https://barnet.example")
    says_so(peer, work)
    knows(peer, "https://barnet.example")
    says_so(peer, work)
    assert list(Introduction.objects.values_list("origin", flat=True)) == ["https://barnet.example"]


def test_those_known_by_most_come_first_and_who_is_a_neighbour_or_this_node_never(peer, work, settings):
    Node.objects.create(origin="https://friend.example", name="Friend")
    friend = Node.objects.get(origin="https://friend.example")
    Node.objects.filter(pk=friend.pk).update(actor=actors.hear_of("https://friend.example/actor"), peering="full")
    friend.refresh_from_db()
    knows(peer, "https://aldgate.example", ISLINGTON, "https://friend.example", settings.ORIGIN)
    says_so(peer, work)
    Introduction.objects.create(node=friend, origin=ISLINGTON)
    found = introductions.acquaintances()
    assert [each.origin for each in found] == [ISLINGTON, "https://aldgate.example"]
    Node.objects.filter(pk=friend.pk).update(peering="ended")
    assert len(introductions.acquaintances()[0].known_by) == 1, "who is no neighbour any more introduces nobody"


@pytest.mark.parametrize(
    "items",
    [
        "nonsense", [7, None, {"id": 7}, {"id": "javascript:x"}, {"name": "no id"}], [{"id": "x" * 600}],
        [[ISLINGTON]], {"id": ISLINGTON},
    ],
)  # fmt: skip
def test_nonsense_introduces_nobody_and_breaks_nothing(peer, work, items):
    knows(peer, items=items)
    says_so(peer, work)
    assert not Introduction.objects.exclude(origin=ISLINGTON).exists()
    assert not Errand.objects.filter(kind="federation.read_node").exclude(state="done").exists()


def test_one_neighbour_cannot_fill_the_desk(peer, work):
    knows(peer, *(f"https://n{number}.example" for number in range(210)))
    says_so(peer, work)
    assert Introduction.objects.count() <= introductions.MOST_TOLD


def test_a_strangers_word_of_itself_makes_nobody_read_it(stranger, web, outcomes):
    stranger.does(stranger.node, "Update", web.pages[stranger.node.uri])
    assert outcomes() == ["not from a neighbour, nor from anybody followed here: not kept"]
    assert not Errand.objects.filter(kind="federation.read_node").exists()


def test_only_the_nodes_own_actor_speaks_for_it(peer, work):
    knows(peer, ISLINGTON)
    mallory = peer.somebody("people/mallory")
    peer.does(mallory, "Update", peer.web.pages[peer.node.uri])
    work()
    assert not Introduction.objects.exists()


def test_we_say_whom_we_know_and_tell_neighbours_when_that_changes(peer, work, client):
    said = json.loads(client.get("/metro/neighbours").content)
    assert [each["id"] for each in said["items"]] == [peer.node.uri]
    ours = json.loads(client.get("/actor", headers={"accept": "application/activity+json"}).content)
    assert ours["peers"] == said["id"]
    describe_this_node(name="Camden anew")
    work()
    update = Activity.objects.get(type="Update")
    assert json.loads(update.body)["object"]["name"] == "Camden anew"
    assert Delivery.objects.get(activity=update).inbox == f"{peer.origin}/inbox"


def test_paused_limited_and_blocked_nodes_are_told_to_nobody(peer, client):
    Node.objects.update(peering=Node.Peering.LIMITED)
    assert json.loads(client.get("/metro/neighbours").content)["totalItems"] == 0
    Node.objects.update(peering=Node.Peering.PAUSED)
    assert json.loads(client.get("/metro/neighbours").content)["totalItems"] == 0
