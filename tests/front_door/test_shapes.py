"""Briefs for courses, and what authorities and institutions open."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from cop.federated.proposals import ProposalOnTheWire
from cop.models import Proposal
from federation.reader import Reader
from tests.gatherings import HOUSING, NEXT_YEAR, Camden

BRIEF = {
    "audience": "everyone",
    "title": "Which halls can be reached without steps?",
    "summary": "Nobody has a list.",
    "topics": [HOUSING],
    "starts": f"{NEXT_YEAR}-01-12T09:00",
    "until": f"{NEXT_YEAR}-03-26T17:00",
    "language": "en",
    "module_size": "24 students, 15 credits",
    "supervisor": "Our coordinator",
    "output": "A map with a short report",
    "output_licence": "CC-BY-4.0",
    "ethics": "No pictures of people.",
    "safeguarding": "Visits in pairs.",
}
OPENING = {
    "audience": "everyone",
    "title": "Committee room on Tuesday evenings",
    "summary": "",
    "opens": "room",
    "opened_by": "Community Engagement, duty officer",
    "topics": [HOUSING],
    "until": f"{NEXT_YEAR}-12-31T22:00",
    "quantity": "30",
    "unit": "seats",
    "language": "en",
}


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


def send(camden, address, form, **changed):
    return camden.client(camden.bob).post(address, form | {"speaker": camden.group.public_id} | changed)


def published(camden, address, form) -> Proposal:
    answer = send(camden, address, form)
    assert answer.status_code == 302, answer.context["form"].errors
    return Proposal.objects.get(public_id=answer.url.rsplit("/", 1)[-1])


def travelled(client, proposal):
    document = client.get(proposal.get_absolute_url(), headers={"Accept": "application/activity+json"}).json()
    return document, ProposalOnTheWire().from_object(Reader(document))


def test_a_brief_says_what_a_course_needs_to_know(camden, client, work):
    brief = published(camden, "/needs/new?as=brief", BRIEF)
    work()
    assert (brief.shape, brief.support) == ("brief", "student-project")
    page = client.get(brief.get_absolute_url()).content.decode()
    for words in ("24 students", "Our coordinator", "A map with", "No pictures", "Visits in pairs", "CC BY"):
        assert words in page, words
    document, read = travelled(client, brief)
    assert "Visits in pairs." in document["content"], "programs that know no briefs show it all the same"
    for name in (*Proposal.OF_BRIEFS, "starts", "until", "shape"):
        assert read[name] == getattr(brief, name), name


def test_what_is_opened_says_by_whom_until_when_and_to_everybody(camden, client, work):
    opening = published(camden, "/offers/new?as=opening", OPENING)
    work()
    assert (opening.shape, opening.support) == ("opening", "space")
    page = client.get(opening.get_absolute_url()).content.decode()
    assert "Community Engagement, duty officer" in page and "whatever its colours" in page and "30 seats" in page
    document, read = travelled(client, opening)
    assert document["openedBy"] in document["content"]
    assert (read["opens"], read["opened_by"], read["shape"]) == ("room", OPENING["opened_by"], "opening")
    assert "Committee room" in client.get("/offers/?support=space").content.decode()


@pytest.mark.parametrize(
    ("address", "form", "changed", "field"),
    [
        ("/needs/new?as=brief", BRIEF, {"starts": ""}, "starts"),
        ("/needs/new?as=brief", BRIEF, {"until": f"{NEXT_YEAR}-01-01T09:00"}, "until"),
        ("/needs/new?as=brief", BRIEF, {"supervisor": ""}, "supervisor"),
        ("/needs/new?as=brief", BRIEF, {"output_licence": "All rights reserved"}, "output_licence"),
        ("/offers/new?as=opening", OPENING, {"opened_by": ""}, "opened_by"),
        ("/offers/new?as=opening", OPENING, {"until": ""}, "until"),
        ("/offers/new?as=opening", OPENING, {"opens": "castle"}, "opens"),
    ],
)
def test_what_is_missing_is_asked_for_by_name(camden, address, form, changed, field):
    answer = send(camden, address, form, **changed)
    assert answer.status_code == 400 and field in answer.context["form"].errors
    assert not Proposal.objects.exists()


def test_it_keeps_its_shape_when_it_is_changed(camden):
    brief = published(camden, "/needs/new?as=brief", BRIEF)
    page = camden.client(camden.bob).get(f"{brief.get_absolute_url()}/edit").content.decode()
    assert 'name="safeguarding"' in page and 'name="support"' not in page
    sent = BRIEF | {"supervisor": "Somebody else", "seen": brief.version}
    answer = camden.client(camden.bob).post(f"{brief.get_absolute_url()}/edit", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    brief.refresh_from_db()
    assert (brief.supervisor, brief.shape) == ("Somebody else", "brief")


@pytest.mark.parametrize("address", ["/needs/new?as=opening", "/offers/new?as=brief", "/needs/new?as=castle"])
def test_a_shape_that_does_not_fit_is_a_plain_form(camden, address):
    page = camden.client(camden.bob).get(address).content.decode()
    assert 'name="safeguarding"' not in page and 'name="opens"' not in page and 'name="support"' in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": "opening", "opens": "room"},
        {"shape": "brief", "opens": "room"},
        {"supervisor": "somebody"},
        {"shape": "castle"},
        {"shape": "brief", "output_licence": ""},
    ],
)
def test_the_database_keeps_shapes_apart(camden, wrong):
    need = published(camden, "/needs/new", BRIEF | {"support": "other"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=need.pk).update(**wrong)


@pytest.mark.parametrize(
    "said",
    [
        {"shape": "brief", "purpose": "offer"},
        {"shape": "opening", "purpose": "request", "opens": "room"},
        {"shape": "castle", "supervisor": "somebody"},
        {"startTime": "2027-05-01T00:00:00Z", "endTime": "2027-04-01T00:00:00Z"},
    ],
)
def test_a_shape_from_elsewhere_that_does_not_fit_is_read_as_plain(camden, client, said):
    brief = published(camden, "/needs/new", BRIEF | {"support": "other"})
    document, _read = travelled(client, brief)
    read = ProposalOnTheWire().from_object(Reader(document | said))
    assert (read["shape"], read["supervisor"], read["opens"]) == ("", "", "")
    if "startTime" in said:
        assert read["starts"] is None and read["until"] is not None
