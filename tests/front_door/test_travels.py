"""Where a thing has travelled: what its author and the stewards read, and nobody else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cop.actions.conversations import publish_post, write_to
from cop.actions.people import change_page, person_of
from cop.actions.proposals import change_proposal, publish_proposal, withdraw_proposal
from cop.models import Proposal
from federation import actors, http
from federation.housekeeping import KEEP_DELIVERIES
from federation.http import Answer, FetchFailed
from federation.kept_out import PAUSED
from federation.models import Actor, Delivery, Node, Publication
from federation.overtaken import COMPARED, NO_LONGER_THEIRS
from federation.travels import travels
from journal import errand
from tests.calls import Funders

NODES = ("hackney", "islington", "barnet", "brent")


@pytest.fixture
def answers(monkeypatch):
    """What each server says to what we post."""
    said: dict[str, Answer | FetchFailed] = dict.fromkeys(NODES, Answer(202, {}, ""))

    async def post(url, body, headers, **_: object):
        answer = said[url.split("//")[1].split(".")[0]]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(http, "post", post)
    return said


@pytest.fixture
def camden(db) -> Funders:
    camden = Funders()
    for name in NODES:
        node = Node.objects.create(origin=f"https://{name}.example", name=name.title())
        uri = f"{node.origin}/actor"
        actor = Actor.objects.create(uri=uri, node=node, type="Application", inbox=f"{uri}/inbox")
        Node.objects.filter(pk=node.pk).update(actor=actor, peering="full")
    return camden


@pytest.fixture
def need(camden, work, answers):
    need = publish_proposal(
        camden.bob, camden.group.actor, Proposal.Direction.NEED, title="A room for forty", language="en"
    )
    work()
    return need


def page(camden, person, thing) -> str:
    answer = camden.client(person).get("/travels/", {"of": thing.uri})
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def line(shown: str, name: str) -> str:
    """The row of one node."""
    return next(row for row in shown.split("<tr>") if f"{name.lower()}.example" in row)


def test_its_author_reads_of_each_server_what_it_was_told_and_whether_that_arrived(camden, need, work, answers):
    answers["islington"] = FetchFailed("no answer within 10 s")
    answers["barnet"] = Answer(404, {}, "never heard of <i>you</i>")
    change_proposal(camden.bob, need, {"title": "A room for fifty"})
    work()
    Node.objects.filter(name="Islington").update(unreachable_since="2026-11-18T10:00:00Z")
    Delivery.objects.filter(node__name="Brent").update(state="dead", unreached=True, delivered_at=None)
    shown = page(camden, camden.bob, need)
    assert "that it was changed" in line(shown, "Hackney") and "Received" in line(shown, "Hackney")
    assert "has not answered since" in line(shown, "Islington") and "18 November" in line(shown, "Islington")
    assert "refused it" in line(shown, "Barnet") and "&lt;i&gt;you" in line(shown, "Barnet")
    assert "did not answer for a week" in line(shown, "Brent") and "sent again when they are back" in line(
        shown, "Brent"
    )
    assert "may have copies and may keep them" in shown


def test_after_a_withdrawal_it_says_whom_that_has_reached(camden, need, work, answers):
    answers["islington"] = Answer(503, {}, "down")
    withdraw_proposal(camden.bob, need)
    work()
    shown = page(camden, camden.bob, need)
    assert "that it was withdrawn" in line(shown, "Hackney") and "Received" in line(shown, "Hackney")
    assert "that it was withdrawn" in line(shown, "Islington") and "Not yet" in line(shown, "Islington")
    gone = camden.client(camden.bob).get(need.get_absolute_url())
    assert gone.status_code == 410 and "/travels/?of=" in gone.content.decode()
    assert "/travels/?of=" not in Client().get(need.get_absolute_url()).content.decode()


def test_what_waits_for_a_paused_or_blocked_node_says_so(camden, need, work, answers):
    Node.objects.filter(name="Hackney").update(peering="paused")
    answers["brent"] = Answer(503, {}, "down")
    change_proposal(camden.bob, need, {"title": "A room for fifty"})
    work()
    Node.objects.filter(name="Brent").update(blocked_at="2026-11-20T10:00:00Z")
    shown = page(camden, camden.bob, need)
    assert "is paused" in line(shown, "Hackney") and "is blocked here" in line(shown, "Brent")


def test_why_it_has_not_arrived_is_said_as_it_is(camden, need, work, answers):
    answers["hackney"] = Answer(503, {"retry-after": "3600"}, f"{PAUSED}\n")
    answers["islington"] = Answer(500, {}, "broken")
    change_proposal(camden.bob, need, {"title": "A room for fifty"})
    work()
    for name, reason in (("Barnet", COMPARED), ("Brent", NO_LONGER_THEIRS)):
        last = Delivery.objects.filter(node__name=name).latest("pk")
        Delivery.objects.filter(pk=last.pk).update(delivered_at=None, answer=reason)
    shown = page(camden, camden.bob, need)
    assert "they have paused" in line(shown, "Hackney")
    assert "cannot take it now" in line(shown, "Islington") and "500 broken" in line(shown, "Islington")
    assert "they look for it by themselves" in line(shown, "Barnet"), "it was not withdrawn"
    assert "no longer for anybody there" in line(shown, "Brent")


def test_what_a_neighbour_has_read_by_itself_has_arrived(camden, need, work, answers):
    """Who joins later is told nothing of what was there: it reads that in the catalogue, or finds it by comparing."""
    Delivery.objects.filter(node__name__in=["Hackney", "Islington", "Barnet"]).delete()
    position = Publication.objects.get(uri=need.uri).position
    Node.objects.filter(name="Hackney").update(given_cursor=position, given_at="2026-11-20T10:00:00Z")
    Node.objects.filter(name="Barnet").update(peering="ended")
    Delivery.objects.filter(node__name="Brent").update(state="dead", unreached=True, delivered_at=None)
    Node.objects.filter(name="Brent").update(given_cursor=position, given_at="2026-11-20T10:00:00Z")
    shown = page(camden, camden.bob, need)
    assert "They have it" in line(shown, "Hackney") and "20 November" in line(shown, "Hackney")
    assert "they read what is there by themselves" in line(shown, "Hackney")
    assert "they look for it by themselves" in line(shown, "Islington")
    assert "They have it" in line(shown, "Brent"), "whatever became of what was sent"
    assert "barnet.example" not in shown and "not sent to any other server" not in shown


def test_what_is_not_even_tried_as_their_server_is_away_is_not_on_its_way(camden, need, work):
    Node.objects.filter(name="Brent").update(unreachable_since="2026-11-18T10:00:00Z", failures=9)
    Delivery.objects.filter(node__name="Brent").update(state="ready", attempts=0, delivered_at=None)
    shown = line(page(camden, camden.bob, need), "Brent")
    assert "has not answered since" in shown and "on its way" not in shown


def test_of_what_was_withdrawn_before_they_came_neighbours_are_not_said_to_have_it(camden, need, work):
    withdraw_proposal(camden.bob, need)
    work()
    Delivery.objects.filter(node__name="Brent").delete()
    Node.objects.update(given_cursor=Publication.objects.get(uri=need.uri).position)
    shown = page(camden, camden.bob, need)
    assert "brent.example" not in shown and "hackney.example" in shown


def test_a_neighbour_that_read_an_earlier_version_has_not_got_this_one(camden, need, work, answers):
    Node.objects.update(given_cursor=Publication.objects.get(uri=need.uri).position)
    answers["hackney"] = FetchFailed("no answer within 10 s")
    change_proposal(camden.bob, need, {"title": "A room for fifty"})
    work()
    assert "has not answered since" in line(page(camden, camden.bob, need), "Hackney")


def test_what_is_for_one_group_is_not_read_by_neighbours(camden, answers, work):
    post = publish_post(camden.alice, camden.group.uri, "For us", title="Our plan", members_only=True)
    work()
    Node.objects.update(given_cursor=10_000)
    assert "not sent to any other server" in page(camden, camden.alice, post)


def test_the_stewards_of_its_group_and_of_the_node_read_it_too(camden, need):
    assert "A room for forty" in page(camden, camden.alice, need)
    User.objects.filter(actor=camden.charlie).update(is_steward=True)
    assert "A room for forty" in page(camden, camden.charlie, need)


def test_all_others_find_nothing_there(camden, need):
    other = camden.somebody("eve")
    assert Client().get("/travels/", {"of": need.uri}).status_code == 404
    for person in (camden.charlie, other):
        assert camden.client(person).get("/travels/", {"of": need.uri}).status_code == 404


@pytest.mark.parametrize("odd", ["", "nothing", "a\0b", "x" * 3000, "https://hackney.example/needs/1"])
def test_an_address_of_nothing_here_is_not_found(camden, odd):
    assert camden.client(camden.alice).get("/travels/", {"of": odd}).status_code == 404


def test_what_another_node_published_is_traced_there(camden, need):
    theirs = Node.objects.get(name="Hackney")
    Proposal.objects.filter(pk=need.pk).update(node=theirs, author=None)
    assert camden.client(camden.alice).get("/travels/", {"of": need.uri}).status_code == 404


def test_where_a_message_went_is_its_writers_alone(camden, answers, work):
    for person, name in ((camden.alice, "Alice"), (camden.bob, "Bob")):
        change_page(person_of(person), {"name": name, "is_public": True})
    message = write_to(camden.alice, camden.bob, "Between us")
    User.objects.filter(actor=camden.charlie).update(is_steward=True)
    assert page(camden, camden.alice, message)
    for person in (camden.bob, camden.charlie):
        assert camden.client(person).get("/travels/", {"of": message.uri}).status_code == 404


def test_a_steward_of_the_node_does_not_read_what_a_group_calls_its_things(camden, answers, work):
    post = publish_post(camden.alice, camden.group.uri, "For us", title="Our secret plan", members_only=True)
    User.objects.filter(actor=camden.charlie).update(is_steward=True)
    shown = page(camden, camden.charlie, post)
    assert "Our secret plan" not in shown and "Something for one group" in shown
    assert "Our secret plan" in page(camden, camden.alice, post)


def test_the_page_of_a_thing_leads_there_for_those_who_may(camden, need):
    link = f"/travels/?of={need.uri}".replace(":", "%3A").replace("/", "%2F").replace("%2Ftravels%2F", "/travels/")
    for person, leads in ((camden.alice, True), (camden.bob, True), (camden.charlie, False)):
        shown = camden.client(person).get(need.get_absolute_url()).content.decode()
        assert (link in shown) == leads, person


def test_taking_back_says_what_other_servers_will_do(camden, need):
    shown = camden.client(camden.bob).get(f"{need.get_absolute_url()}/withdrawal").content.decode()
    assert "Other servers are asked to delete their copies; some may keep them." in shown
    assert actors.this_node()


def test_what_did_not_arrive_comes_first(camden, need, work, answers):
    answers["islington"] = Answer(503, {}, "down")
    change_proposal(camden.bob, need, {"title": "A room for fifty"})
    work()
    assert [stop.node.name for stop in travels(need.uri)] == ["Islington", "Barnet", "Brent", "Hackney"]


def test_long_after_a_withdrawal_it_says_that_the_record_is_gone_and_not_that_it_never_left(camden, need, work):
    withdraw_proposal(camden.bob, need)
    work()
    assert "record is gone" not in page(camden, camden.bob, need)
    long_ago = timezone.now() - KEEP_DELIVERIES - dt.timedelta(days=1)
    Publication.objects.filter(uri=need.uri).update(changed_at=long_ago)
    Delivery.objects.update(settled_at=long_ago)
    with transaction.atomic():
        errand("federation.purge", key="now")
    work()
    assert not Delivery.objects.filter(object_uri=need.uri).exists()
    shown = page(camden, camden.bob, need)
    assert "for 30 days" in shown and "record is gone" in shown and "not sent to any other server" not in shown


def test_a_withdrawn_call_leads_there_too(camden, work, answers):
    call = camden.call()
    work()
    camden.client(camden.alice).post(f"{call.get_absolute_url()}/withdrawal")
    gone = camden.client(camden.alice).get(call.get_absolute_url())
    assert gone.status_code == 410 and "/travels/?of=" in gone.content.decode()
    assert "/travels/?of=" not in Client().get(call.get_absolute_url()).content.decode()
