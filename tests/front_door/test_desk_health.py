"""The desk says how the node is doing: also of neighbours that do not answer, and of what is still to be read."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from federation import actors
from federation.models import Activity, Actor, Delivery, Node, Receipt
from journal.models import Errand


@pytest.fixture
def steward(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("alice@here.example", "pw", is_steward=True))
    return client


@pytest.fixture
def hackney(db) -> Node:
    node = Node.objects.create(origin="https://hackney.example", name="Hackney")
    node.actor = Actor.objects.create(
        uri=f"{node.origin}/actor", node=node, type="Application", inbox=f"{node.origin}/in"
    )
    node.peering = Node.Peering.FULL
    node.save()
    return node


def desk(steward: Client) -> str:
    answer = steward.get("/desk/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("minutes", "peering", "blocked", "told"),
    [(90, "full", False, True), (90, "limited", False, True), (5, "full", False, False), (90, "paused", False, False),
     (90, "full", True, False), (90, "ended", False, False)],
)  # fmt: skip
def test_a_neighbour_that_has_not_answered_for_an_hour_stands_on_the_front(
    steward, hackney, minutes, peering, blocked, told
):
    since = timezone.now() - dt.timedelta(minutes=minutes)
    blocked_at = timezone.now() if blocked else None
    Node.objects.update(unreachable_since=since, failures=4, peering=peering, blocked_at=blocked_at)
    shown = desk(steward)
    assert ("do not answer" in shown) == told
    assert (f"/desk/neighbours/{hackney.pk}" in shown) == told


def test_what_is_still_to_be_read_of_a_neighbour_stands_there_too(steward, hackney):
    Node.objects.update(catalogue_left=1234)
    shown = desk(steward)
    assert "Still to be read from Hackney" in shown and "1234" in shown
    Node.objects.update(catalogue_left=0)
    assert "Still to be read" not in desk(steward)


def test_what_was_given_up_is_named(steward, hackney):
    actor = actors.this_node().actor
    activity = Activity.objects.create(uri="https://here.example/a/1", actor=actor, type="Create", object_uri="x:need")
    Delivery.objects.create(
        activity=activity, node=hackney, inbox="https://hackney.example/in", state="dead", error="no"
    )
    Receipt.objects.create(
        activity_uri="https://hackney.example/a/1", actor=hackney.actor, type="Update", body=b"", state="dead"
    )
    Errand.objects.create(kind="federation.compare", state="dead", error="broken")
    shown = steward.get("/desk/work").content.decode()
    for words in ("A message to Hackney", "Create x:need", "A message from Hackney", "A task of this node"):
        assert words in shown, words
