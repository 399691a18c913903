"""One address, two readers: who asks for what, and what is left of something that was withdrawn."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from cop.actions.groups import withdraw_group
from cop.actions.listings import list_organisation, lister
from cop.actions.proposals import publish_proposal, withdraw_proposal
from cop.models import Listing, Proposal
from federation.models import Node
from tests.gatherings import Camden

pytestmark = pytest.mark.django_db
LINKED_DATA = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


def a_need(camden: Camden) -> Proposal:
    return publish_proposal(
        camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A room", summary="For forty.", language="en"
    )


def theirs(row, path: str):
    """The same row as if Hackney had sent it."""
    node, _ = Node.objects.get_or_create(origin="https://hackney.example")
    type(row).objects.filter(pk=row.pk).update(uri=f"https://hackney.example{path}", node=node, author=None)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    "accept",
    [
        "application/activity+json",
        LINKED_DATA,
        "application/ld+json",
        "application/activity+json; charset=utf-8",
        f"application/activity+json, {LINKED_DATA}",
        f"{LINKED_DATA}, application/json;q=0.5, text/html;q=0.1, */*;q=0.1",
        "application/json",
    ],
)
def test_programs_are_given_the_document(camden, accept):
    need = a_need(camden)
    answer = Client().get(need.get_absolute_url(), headers={"accept": accept})
    assert answer.status_code == 200 and answer["Content-Type"] == "application/activity+json"
    assert answer.json()["id"] == need.uri


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "text/html",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
        "text/html, application/activity+json;q=0.9",
        "image/png",
        "application/activity+json;q=0, */*",
        "nonsense",
    ],
)
def test_everybody_else_is_given_the_page(camden, accept):
    headers = {} if accept is None else {"accept": accept}
    answer = Client().get(a_need(camden).get_absolute_url(), headers=headers)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("accept", ["application/activity+json", LINKED_DATA])
def test_a_withdrawn_thing_of_ours_answers_with_its_tombstone(camden, work, accept):
    need = a_need(camden)
    work()
    withdraw_proposal(camden.alice, need)
    work()
    answer = Client().get(need.get_absolute_url(), headers={"accept": accept})
    assert answer.status_code == 410
    assert {"id": need.uri, "type": "Tombstone", "formerType": "Note", "version": 2}.items() <= answer.json().items()
    assert Client().get(need.get_absolute_url().replace("needs", "offers")).status_code == 404


def withdrawn_need(camden):
    need = a_need(camden)
    withdraw_proposal(camden.alice, need)
    return theirs(need, "/needs/abcdefghjkmn")


def withdrawn_group(camden):
    withdraw_group(camden.alice, camden.group)
    return theirs(camden.group, "/groups/abcdefghjkmn")


def withdrawn_listing(camden):
    facts = {"name": "The Sick Society", "source": "A register", "licence": "OGL 3.0", "language": "en"}
    with transaction.atomic():
        listing, _ = list_organisation(lister(), "Charity Commission", "203644", **facts)
    Listing.objects.filter(pk=listing.pk).update(withdrawn_at=timezone.now())
    return theirs(listing, "/organisations/abcdefghjkmn")


@pytest.mark.parametrize("withdrawn", [withdrawn_need, withdrawn_group, withdrawn_listing])
def test_what_another_node_withdrew_is_gone_here_too_and_says_so(camden, withdrawn):
    row = withdrawn(camden)
    page = Client().get(row.get_absolute_url())
    assert page.status_code == 410 and "This was withdrawn" in page.content.decode()
    answer = Client().get(row.get_absolute_url(), headers={"accept": "application/activity+json"})
    assert answer.status_code == 302 and answer["Location"] == row.uri


def test_what_a_reader_never_could_see_is_not_said_to_be_withdrawn(camden):
    need = a_need(camden)
    withdraw_proposal(camden.alice, need)
    Proposal.objects.filter(pk=need.pk).update(audience=camden.group.members_audience)
    assert Client().get(need.get_absolute_url()).status_code == 404
    assert camden.client(camden.bob).get(need.get_absolute_url()).status_code == 410
    assert camden.client(camden.charlie).get(need.get_absolute_url()).status_code == 404


def test_what_a_blocked_node_withdrew_is_simply_not_there(camden):
    row = withdrawn_need(camden)
    Node.objects.update(blocked_at=timezone.now())
    assert Client().get(row.get_absolute_url()).status_code == 404


def test_a_closed_group_cannot_be_found_any_more(camden, work):
    work()
    finger = f"/.well-known/webfinger?resource=acct:{camden.group.actor.handle}@{settings.ORIGIN.split('//')[1]}"
    assert Client().get(finger).status_code == 200
    withdraw_group(camden.alice, camden.group)
    work()
    assert Client().get(finger).status_code == 404
