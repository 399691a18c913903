"""Like and Announce from elsewhere are counted, once for each person, and taken back by them alone."""

from __future__ import annotations

import json

import pytest

from accounts.models import User
from cop.actions.groups import found_group
from cop.actions.proposals import publish_proposal, withdraw_proposal
from cop.models import Proposal
from federation import actors
from federation.documents import content_hash
from federation.models import Endorsement

ACTIVITY = "application/activity+json"


@pytest.fixture
def alice(db):
    return actors.for_user(User.objects.create_user("alice@here.example", "pw"))


@pytest.fixture
def tenants(alice):
    return found_group(alice, name="Tenants of Camden", joining="open", language="en")


@pytest.fixture
def need(alice, tenants):
    return publish_proposal(alice, tenants.actor, Proposal.Direction.NEED, title="A room", language="en")


def said_of(client, need):
    return json.loads(client.get(need.get_absolute_url(), headers={"accept": ACTIVITY}).content)


def test_likes_and_shares_are_counted_once_a_person(stranger, outcomes, need, client):
    maria, nils = stranger.somebody("users/maria"), stranger.somebody("users/nils")
    before = content_hash(said_of(client, need))
    for somebody, verb in ((maria, "Like"), (maria, "Like"), (nils, "EmojiReact"), (maria, "Announce")):
        stranger.does(somebody, verb, need.uri)
    assert outcomes() == ["counted: Like", "counted: Like", "counted: Like", "counted: Announce"]
    said = said_of(client, need)
    assert (said["likes"]["totalItems"], said["shares"]["totalItems"]) == (2, 1)
    assert content_hash(said) == before, "a counter makes no new version"
    page = client.get("/threads/", {"about": need.uri}).content.decode()
    assert "2 people elsewhere like this." in page and "1 person elsewhere passed it on." in page
    assert maria.uri not in page


@pytest.mark.parametrize("by_id", [True, False])
def test_they_take_it_back_and_nobody_else_does(stranger, outcomes, need, by_id):
    maria, mallory = stranger.somebody("users/maria"), stranger.somebody("users/mallory")
    like = stranger.activity(maria, "Like", need.uri)
    stranger.post(maria, like)
    stranger.does(maria, "Announce", need.uri)
    outcomes()
    stranger.does(mallory, "Undo", like)
    assert outcomes()[-1] == "nothing of theirs to undo"
    inner = like if by_id else like | {"id": f"{stranger.origin}/activities/other"}
    stranger.does(maria, "Undo", inner)
    assert outcomes()[-1] == "counted no more"
    assert [each.kind for each in Endorsement.objects.all()] == ["Announce"]
    stranger.does(
        maria, "Undo", {"type": "Announce", "id": f"{stranger.origin}/x", "actor": maria.uri, "object": need.uri}
    )
    outcomes()
    assert not Endorsement.objects.exists()


def test_what_is_not_for_everyone_or_not_ours_or_gone_is_not_counted(stranger, outcomes, need, alice, tenants):
    maria = stranger.somebody("users/maria")
    hidden = publish_proposal(
        alice, tenants.actor, Proposal.Direction.NEED, title="Quiet", language="en", audience=tenants.members_audience
    )
    withdraw_proposal(alice, need)
    for uri in (hidden.uri, need.uri, "https://other.example/notes/1"):
        stranger.does(maria, "Like", uri)
    assert set(outcomes()) == {"about nothing of ours: not counted"}
    stranger.does(maria, "Like", {"type": "Note"})
    assert outcomes()[-1].startswith("refused: object")
    assert not Endorsement.objects.exists()


def test_who_closes_their_account_counts_no_more(stranger, outcomes, need):
    maria = stranger.somebody("users/maria")
    stranger.does(maria, "Like", need.uri)
    outcomes()
    stranger.does(maria, "Delete", maria.uri)
    outcomes()
    assert not Endorsement.objects.exists()
