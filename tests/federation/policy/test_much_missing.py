"""Where much of a neighbour is missing: one at a time reads its catalogue, and many things are asked for together."""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from federation import catalogue, mending, repair
from federation.http import Fetched
from federation.models import Document, Node
from journal.claims import DIED, DIED_AGAIN
from journal.models import Errand
from tests.federation.hackney import JSON, titles


def test_while_their_catalogue_is_read_things_are_not_asked_for_one_by_one(hackney, look):
    """A catalogue brings many at a time. One that cannot be read is no reason to wait."""
    hackney.publish("needs/1", name="A room")
    with transaction.atomic():
        catalogue.ask(Node.objects.get())
    reading = Errand.objects.filter(kind="federation.catalogue")
    reading.update(lease_owner="a worker that reads", lease_until=timezone.now() + dt.timedelta(days=1))
    for how in ("", DIED, DIED_AGAIN):
        reading.update(error=how)
        look()
        assert hackney.asked() == [] and titles() == set()
        assert Errand.objects.filter(kind="federation.compare", state="ready", due_at__gt=timezone.now()).exists()
    reading.update(error="FetchFailed: their server answered 500")
    look()
    assert titles() == {"A room"}


def test_one_catalogue_is_read_by_one_at_a_time(hackney, work):
    """Whoever is at it reads to the end; should they die, it is tried again by itself."""
    hackney.has_pages([hackney.publish("needs/1", name="A room")])
    with transaction.atomic():
        catalogue.ask(Node.objects.get())
    first = Errand.objects.filter(kind="federation.catalogue")
    first.update(lease_owner="a worker that reads", lease_until=timezone.now() + dt.timedelta(minutes=1))
    with transaction.atomic():
        catalogue.ask(Node.objects.get())
    assert Errand.objects.filter(kind="federation.catalogue", state="ready").count() == 2
    work()
    assert hackney.asked() == [] and titles() == set()
    assert Errand.objects.filter(kind="federation.catalogue", state="ready").count() == 1
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2), tick=True):
        work()
    assert titles() == {"A room"}


def test_a_page_that_somebody_else_has_taken_in_meanwhile_is_left_to_them(hackney, web, work):
    """Their cursor stands: it never goes back, and nothing is read from there a second time."""
    hackney.has_pages([hackney.publish("needs/1", name="A room")])
    address = f"{hackney.peer.origin}/metro/catalogue?after=0"
    page = web.pages[address]

    def overtaken() -> dict[str, Any]:
        Node.objects.update(catalogue_cursor=7)
        return page

    web.pages[address] = overtaken
    web.pages[address.replace("=0", "=7")] = {"orderedItems": [], "last": 7, "left": 0}
    with transaction.atomic():
        catalogue.ask(Node.objects.get())
    work()
    assert Node.objects.get().catalogue_cursor == 7 and titles() == set()
    read = [path for path in hackney.asked() if "catalogue" in path]
    assert read == ["/metro/catalogue?after=0", "/metro/catalogue?after=7"], "should they die, somebody goes on"


def test_a_catalogue_without_an_end_does_not_put_off_comparing_for_ever(hackney, look):
    hackney.publish("needs/1", name="A room")
    with transaction.atomic():
        catalogue.ask(Node.objects.get())
    reading = Errand.objects.filter(kind="federation.catalogue")
    reading.update(lease_owner="a worker that reads", lease_until=timezone.now() + dt.timedelta(days=1))
    look()
    waiting = Errand.objects.get(kind="federation.compare", state="ready")
    Errand.objects.filter(pk=waiting.pk).update(payload=waiting.payload | {"waits": repair.MOST_WAITS})
    look()
    assert titles() == {"A room"}


@pytest.mark.parametrize(("left", "asked"), [(0, "/metro/digest"), (7, "/metro/catalogue?after=0")])
def test_news_of_a_neighbour_has_its_view_compared_or_the_rest_of_its_catalogue_read(hackney, peer, work, left, asked):
    """What was pushed moves no cursor: read on, all of it would come a second time at every word of theirs."""
    hackney.push(hackney.publish("needs/1", name="A room"))
    about = hackney.web.pages[peer.node.uri]
    about["catalogue"] = f"{peer.origin}/metro/catalogue"
    hackney.web.pages[f"{about['catalogue']}?after=0"] = {"orderedItems": [], "last": 0, "left": 0}
    Node.objects.update(catalogue_url=about["catalogue"], catalogue_left=left)
    peer.does(peer.node, "Update", about)
    work()
    with time_machine.travel(timezone.now() + 1.1 * repair.FIRST_LOOK, tick=True):
        work()
    assert next(path for path in hackney.asked() if path.startswith("/metro/")) == asked
    assert Node.objects.get().catalogue_left == 0


@pytest.fixture
def from_the_first(monkeypatch) -> None:
    """A look begins at a bucket drawn by lot: here at the first, so that one list has all that differs."""
    monkeypatch.setattr(random, "randrange", lambda _end: 0)


def test_many_things_are_asked_for_together(hackney, from_the_first, look):
    """Whoever was away for a month has missed hundreds: one by one, that took minutes."""
    hackney.has_catalogue()
    for number in range(mending.TOGETHER + 10):
        hackney.publish(f"needs/{number}", name=f"Number {number}")
    look()
    assert len(titles()) == mending.TOGETHER + 10
    asked = hackney.asked()
    assert sum(path.startswith("/metro/catalogue?id=") for path in asked) == 2
    assert not any(path.startswith("/needs/") for path in asked)


def test_what_does_not_come_with_the_others_is_asked_for_by_itself(hackney, from_the_first, look):
    hackney.has_catalogue(most=5)
    for number in range(8):
        hackney.publish(f"needs/{number}", name=f"Number {number}")
    look()
    assert len(titles()) == 8
    asked = hackney.asked()
    assert sum(path.startswith("/needs/") for path in asked) == 3, asked


@pytest.mark.parametrize(
    "answer", [(404, b"{}"), (200, b"[]"), (200, b'{"orderedItems": 3}'), (200, b'{"orderedItems": []}')]
)
def test_a_node_that_gives_nothing_together_is_asked_one_by_one(hackney, web, from_the_first, look, answer):
    hackney.has_catalogue()
    paths = [f"needs/{number}" for number in range(8)]
    for path in paths:
        hackney.publish(path, name=path)
    inner, (status, body) = web.answer, answer

    def refuse(url: str, headers: dict[str, str]) -> Fetched | None:
        return Fetched(url, status, JSON, body, {}) if "/metro/catalogue?id=" in url else inner(url, headers)

    web.answer = refuse
    look()
    assert titles() == set(paths)


def test_of_what_comes_together_only_what_was_asked_for_and_is_theirs_is_taken(hackney, from_the_first, look):
    hackney.has_catalogue()
    for number in range(8):
        hackney.publish(f"needs/{number}", name=f"Number {number}")
    uri = f"{hackney.peer.origin}/needs/1"
    bad = hackney.things[uri] | {"attributedTo": "https://elsewhere.example/people/eve"}
    hackney.things[uri] = bad
    foreign = hackney.things[f"{hackney.peer.origin}/needs/2"] | {"id": "https://elsewhere.example/needs/2"}
    together = hackney._together
    hackney._together = lambda url: _with(together(url), foreign)
    look()
    assert titles() == {f"Number {number}" for number in range(8) if number != 1}
    assert not Document.objects.filter(uri=foreign["id"]).exists()


def _with(answer: Fetched, item: dict[str, Any]) -> Fetched:
    doc = json.loads(answer.body)
    return Fetched(answer.url, 200, JSON, json.dumps(doc | {"orderedItems": [item, *doc["orderedItems"]]}).encode(), {})
