"""Somebody without an account reads what is out in the open."""

from __future__ import annotations

import pytest

from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal
from cop.models import Proposal
from tests.gatherings import HOUSING, Camden


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


def test_a_visitor_reads_a_need_of_this_node(camden, client):
    need = publish_proposal(
        camden.alice,
        camden.group.actor,
        Proposal.Direction.NEED,
        title="A room for forty",
        language="en",
        topics=[HOUSING],
        support="space",
    )
    page = client.get(need.get_absolute_url())
    assert page.status_code == 200
    assert "A room for forty" in page.text and f"{need.get_absolute_url()}/edit" not in page.text


def test_a_visitor_reads_the_page_a_person_chose_to_show(camden, client):
    person = change_page(person_of(camden.bob), {"name": "Bob", "shown": [], "is_public": True})
    page = client.get(person.get_absolute_url())
    assert page.status_code == 200
    assert "Bob" in page.text and "/me/page" not in page.text


def test_a_visitor_reads_a_group(camden, client):
    page = client.get(camden.group.get_absolute_url())
    assert page.status_code == 200
    assert "Tenants of Camden" in page.text and f"{camden.group.get_absolute_url()}/edit" not in page.text
