"""Somebody saves a thing that somebody else withdrew after the form was opened: nothing of it comes back."""

from __future__ import annotations

import pytest
from django.http import Http404

from cop import access
from cop.actions.conversations import change_post, publish_post, withdraw_post
from cop.actions.proposals import change_proposal, publish_proposal, withdraw_proposal
from cop.models import Post, Proposal
from knowledge.actions import change_page, withdraw_page
from knowledge.models import Page, Revision
from tests.know_how import Writers


@pytest.fixture
def camden(db) -> Writers:
    return Writers()


def need_of(camden: Writers) -> Proposal:
    return publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A room", language="en")


def test_a_need_keeps_its_end(camden, work):
    shown = need_of(camden)
    withdraw_proposal(camden.alice, shown)
    work()
    with pytest.raises(Http404):
        change_proposal(camden.alice, shown, {"summary": "On Tuesdays"})
    held = Proposal.objects.get()
    assert (held.summary, held.version) == ("", 2)


def test_words_under_a_thing_stay_taken_back(camden, work):
    shown = publish_post(camden.alice, need_of(camden).uri, "We have one", speaker=camden.group.actor)
    withdraw_post(camden.alice, shown)
    with pytest.raises(Http404):
        change_post(camden.alice, shown, {"text": "We have two"})
    assert Post.objects.get().text == ""


def test_a_page_has_no_version_after_its_end(camden, work):
    shown = camden.page()
    withdraw_page(camden.alice, shown)
    work()
    with pytest.raises(Http404):
        change_page(camden.alice, shown, {"body": "Better so"})
    assert Page.objects.get().body == "" and not Revision.objects.exists()


def test_who_saves_it_is_told_that_it_is_not_there(camden, client, monkeypatch):
    """Withdrawn in the moment between looking it up and writing."""
    shown = need_of(camden)
    client.force_login(camden.alice.user)
    form = {"title": "A room for forty", "language": "en", "support": "space"}
    look = access.proposal_for_reading

    def and_then_it_is_withdrawn(*asked):
        found = look(*asked)
        withdraw_proposal(camden.alice, found)
        return found

    monkeypatch.setattr(access, "proposal_for_reading", and_then_it_is_withdrawn)
    answer = client.post(f"{shown.get_absolute_url()}/edit", form)
    assert answer.status_code == 404 and Proposal.objects.get().title == "A room"
