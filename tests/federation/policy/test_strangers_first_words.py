"""Where stewards want it, what somebody from a server that is no neighbour says to us first waits for them as well."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cop.actions.proposals import publish_proposal
from cop.models import Post, Proposal
from federation import audiences
from federation.describing import describe_this_node
from federation.models import Activity, Actor, Following, Node, Restriction
from journal.models import Entry
from notifications.models import Notice
from tests.know_how import Writers


@pytest.fixture
def camden(db) -> Writers:
    camden = Writers()
    User.objects.filter(actor=camden.charlie).update(is_steward=True)
    describe_this_node(hold_first_post=True)
    return camden


@pytest.fixture
def need(camden, work) -> Proposal:
    found = publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A room", language="en")
    work()
    Notice.objects.all().delete()
    return found


@pytest.fixture
def eve(stranger):
    return stranger.somebody("people/eve", name="Eve")


def answer(eve, number: int, need: Proposal, words: str) -> dict:
    return {
        "id": f"{eve.uri}/notes/{number}", "type": "Note", "attributedTo": eve.uri, "content": f"<p>{words}</p>",
        "inReplyTo": need.uri, "published": "2026-11-20T09:00:00Z", "to": [audiences.PUBLIC],
    }  # fmt: skip


def shown(need: Proposal, client: Client | None = None) -> str:
    return (client or Client()).get(need.get_absolute_url()).content.decode()


def test_they_wait_unseen_and_untold_until_a_steward_publishes_them(camden, need, stranger, eve, work):
    stranger.does(eve, "Create", answer(eve, 1, need, "Buy my pills"))
    work()
    assert Post.objects.exists() and "Buy my pills" not in shown(need)
    assert not Entry.objects.filter(name="post.published").exists()
    assert set(Notice.objects.values_list("user__actor", "kind")) == {(camden.charlie.pk, "post_held")}
    desk = camden.client(camden.charlie)
    held = Restriction.objects.get(level="held")
    assert f"/desk/moderation/{held.pk}/undoing" in desk.get("/desk/").content.decode()
    assert desk.post(f"/desk/moderation/{held.pk}/undoing").status_code == 302
    work()
    assert "Buy my pills" in shown(need)
    assert Notice.objects.filter(user__actor=camden.alice).exists(), "whom it answers hears of it now"
    stranger.does(eve, "Create", answer(eve, 2, need, "And my shoes"))
    work()
    assert "And my shoes" in shown(need), "only the first waits"


def test_what_changes_meanwhile_waits_on(camden, need, stranger, eve, work):
    first = answer(eve, 1, need, "Hello")
    stranger.does(eve, "Create", first)
    work()
    stranger.does(eve, "Update", first | {"content": "<p>Buy my pills</p>", "updated": "2026-11-21T09:00:00Z"})
    stranger.does(eve, "Create", answer(eve, 2, need, "And my shoes"))
    work()
    assert "Buy my pills" not in shown(need) and "And my shoes" not in shown(need)
    assert not Notice.objects.filter(user__actor=camden.alice).exists()
    stranger.does(eve, "Delete", first["id"])
    work()
    assert (
        f"/desk/moderation/{Restriction.objects.first().pk}/"
        not in camden.client(camden.charlie).get("/desk/").content.decode()
    )


def test_a_group_passes_them_on_as_they_stand_when_they_are_let_through(camden, need, peer, stranger, eve, work):
    """Not as they were written first: third nodes could ask nobody for what came after."""
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Follow", camden.group.uri)
    first = answer(eve, 1, need, "We meet on Monday")
    stranger.does(eve, "Create", first)
    work()
    later = {"content": "<p>We meet on Tuesday</p>", "updated": "2026-11-21T09:00:00Z"}
    stranger.does(eve, "Update", first | later)
    work()
    announced = Activity.objects.filter(actor=camden.group.actor, type="Announce", body__contains="/notes/1")
    assert not announced.exists()
    held = Restriction.objects.get(level="held")
    camden.client(camden.charlie).post(f"/desk/moderation/{held.pk}/undoing")
    work()
    assert "Tuesday" in announced.latest("pk").body
    assert announced.filter(body__contains="Monday").count() <= 1


def test_refused_they_are_hidden_and_nobody_is_told(camden, need, stranger, eve, work):
    stranger.does(eve, "Create", answer(eve, 1, need, "Buy my pills"))
    work()
    desk, held = camden.client(camden.charlie), Restriction.objects.get(level="held")
    page = desk.get(f"/desk/moderation/{held.pk}/refusal").content.decode()
    assert "is not told" in page and "cannot be brought back" not in page and "Whoever wrote it reads this" not in page
    refused = desk.post(f"/desk/moderation/{held.pk}/refusal", {"words": "Advertising."})
    assert refused.status_code == 302
    work()
    assert "Buy my pills" not in shown(need)
    assert Restriction.objects.in_force().get().level == "hidden"
    stranger.does(eve, "Create", answer(eve, 2, need, "And my shoes"))
    work()
    assert "And my shoes" not in shown(need), "nothing of theirs was let through yet"


def test_neighbours_and_those_whom_somebody_here_follows_do_not_wait(camden, need, peer, stranger, eve, work):
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Create", answer(dana, 1, need, "From a neighbour"))
    stranger.does(eve, "Follow", camden.group.uri)
    work()
    followed = Actor.objects.get(uri=eve.uri)
    Following.objects.create(
        uri="https://x.example/1",
        follower=camden.group.actor,
        followed=followed,
        state="accepted",
        answered_at=timezone.now(),
    )
    stranger.does(eve, "Create", answer(eve, 1, need, "From somebody we follow"))
    work()
    assert "From a neighbour" in shown(need) and "From somebody we follow" in shown(need)


def test_where_stewards_do_not_want_it_nothing_waits(camden, need, stranger, eve, work):
    describe_this_node(hold_first_post=False)
    stranger.does(eve, "Create", answer(eve, 1, need, "Good evening"))
    work()
    assert "Good evening" in shown(need)


def test_a_stranger_does_not_have_us_fetch_words_from_elsewhere(camden, need, peer, stranger, eve, work):
    """What is not on its sender's server is asked for only where somebody here listens to the sender."""
    Node.objects.filter(origin=peer.origin).update(peering="none")
    dana = peer.somebody("people/dana")
    elsewhere = answer(dana, 1, need, "Buy my pills")
    peer.web.pages[elsewhere["id"]] = elsewhere
    stranger.does(eve, "Create", elsewhere)
    work()
    assert not Post.objects.exists()
