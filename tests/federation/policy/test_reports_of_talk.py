"""A report about words in a group's talk reaches those who can take them out of there, on whichever node they are."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cop.actions.conversations import publish_post
from cop.actions.people import change_page, person_of
from cop.models import Group, Member, Post
from federation import actors, audiences
from federation.models import Activity, Delivery, Flag, Node
from federation.outbound.say import told_before
from notifications.models import Notice
from tests.gatherings import Camden

PUBLIC = audiences.PUBLIC
FOR_ITS_GROUP = "of our report to the node of the group: what the thing's own node says counts"


@pytest.fixture
def camden(db):
    """Alice leads the group, Charlie is a steward of the node."""
    camden = Camden()
    change_page(person_of(camden.bob), {"name": "Bob", "is_public": True})
    User.objects.filter(actor=camden.charlie).update(is_steward=True)
    return camden


@pytest.fixture
def in_our_talk(camden, lambeth, outcomes):
    """Dana of Lambeth's node writes in our group's discussion."""
    lambeth.does(lambeth.dana, "Follow", camden.group.uri)
    lambeth.does(lambeth.dana, "Create", lambeth.comment(camden.group.uri))
    assert outcomes()[-1] == "post read"
    return Post.objects.get()


@pytest.fixture
def menders(peer, outcomes):
    """A group on Hackney's node."""
    group = peer.somebody("groups/menders", "Group", name="Menders")
    said = {**peer.web.pages[group.uri], "version": 1, "to": [PUBLIC], "published": "2026-11-20T09:00:00Z"}
    peer.does(group, "Create", said | {"additionalType": "https://schema.org/Organization"})
    assert outcomes()[-1] == "group read"
    return group


@pytest.fixture
def in_their_talk(camden, lambeth, menders, outcomes):
    """Dana writes in that group: three nodes are concerned."""
    lambeth.does(lambeth.dana, "Create", lambeth.comment(menders.uri))
    assert outcomes()[-1] == "post read"
    return Post.objects.get()


def report(camden, person, thing):
    form = {"about": thing.uri, "reason": "hurtful", "words": "It calls my neighbours names."}
    answer = camden.client(person).post("/reports/new", form)
    assert answer.status_code == 302, answer.content.decode()


def asks(camden, person, thing):
    return camden.client(person).get("/reports/new", {"about": thing.uri}).content.decode()


def told(person):
    return list(Notice.objects.filter(user__actor=person, kind="report_in_talk"))


def flags_sent():
    return [json.loads(each.body) for each in Activity.objects.filter(type="Flag").order_by("pk")]


def inboxes():
    return set(Delivery.objects.filter(activity__type="Flag").values_list("inbox", flat=True))


# --- A group of this node --------------------------------------------------------------------------------


def test_the_stewards_of_a_group_hear_of_a_report_about_its_talk_and_not_by_whom(camden, in_our_talk, lambeth, work):
    assert "Their stewards hear that somebody reports it" in asks(camden, camden.bob, in_our_talk)
    report(camden, camden.bob, in_our_talk)
    work()
    (notice,) = told(camden.alice)
    shown = camden.client(camden.alice).get("/notices/").content.decode()
    assert "in the discussions of Tenants of Camden. You can take it out of there." in shown
    assert in_our_talk.get_absolute_url() in shown
    said = json.dumps(notice.params)
    assert "Bob" not in said and camden.bob.uri not in said and "neighbours names" not in said + shown
    assert not told(camden.bob) and not told(camden.charlie), "the stewards of the node have the report itself"
    assert inboxes() == {f"{lambeth.node.uri}/inbox"}
    assert [said["actor"] for said in flags_sent()] == [actors.this_node().actor.uri]
    page = camden.client(camden.alice).get(in_our_talk.get_absolute_url()).content.decode()
    assert f"/posts/{in_our_talk.public_id}/taking-out" in page
    camden.client(camden.alice).post(f"/posts/{in_our_talk.public_id}/taking-out", {"reason": "Rude"})
    work()
    assert "You can take it out of there" not in camden.client(camden.alice).get("/notices/").content.decode()


def test_words_under_a_thing_of_the_group_are_its_talk_too(camden, work):
    lab = camden.gathering()
    post = publish_post(camden.bob, lab.uri, "Rude words", title="Rude")
    report(camden, camden.charlie, post)
    work()
    assert [notice.uri for notice in told(camden.alice)] == [post.uri]


def test_nobody_is_asked_to_judge_their_own_words_nor_told_of_their_own_report(camden, in_our_talk, work):
    change_page(person_of(camden.alice), {"name": "Alice", "is_public": True})
    mine = publish_post(camden.alice, camden.group.uri, "Words of Alice", title="Hello")
    report(camden, camden.bob, mine)
    report(camden, camden.alice, in_our_talk)
    work()
    assert not told(camden.alice)


def test_what_stands_in_no_talk_of_a_group_is_reported_to_no_group(camden, work):
    lab = camden.gathering()
    report(camden, camden.bob, lab)
    work()
    assert not Notice.objects.filter(kind="report_in_talk").exists()
    assert Notice.objects.filter(user__actor=camden.alice, kind="report_about_group").exists()


# --- A group of a third node -----------------------------------------------------------------------------


def test_a_report_goes_to_the_writers_node_and_to_the_groups(camden, in_their_talk, peer, lambeth, work):
    assert "The stewards of Hackney, the node of that group, read your report too." in asks(
        camden, camden.bob, in_their_talk
    )
    report(camden, camden.bob, in_their_talk)
    work()
    (said,) = flags_sent()
    assert inboxes() == {f"{peer.node.uri}/inbox", f"{lambeth.node.uri}/inbox"}
    assert said["object"] == [in_their_talk.uri, in_their_talk.actor.uri]
    assert set(said["to"]) == {peer.node.uri, lambeth.node.uri} and camden.bob.uri not in json.dumps(said)
    flag = Flag.objects.get()
    assert flag.uri == said["id"] and flag.passed_to.origin == lambeth.origin
    assert not told(camden.alice)


def test_the_answer_that_counts_is_that_of_the_writers_node(
    camden, in_their_talk, peer, lambeth, menders, work, outcomes
):
    report(camden, camden.bob, in_their_talk)
    work()
    flag = Flag.objects.get()
    Delivery.objects.filter(activity__type="Flag", node__origin=peer.origin).update(
        state="done", delivered_at=timezone.now()
    )
    assert "Their node has it" not in camden.client(camden.bob).get("/reports/").content.decode()
    peer.does(peer.node, "Read", flag.uri)
    peer.does(peer.node, "Accept", {"id": flag.uri, "type": "Flag"}, content="Taken out.")
    assert outcomes()[-2:] == [FOR_ITS_GROUP] * 2
    peer.does(menders, "Accept", {"id": flag.uri, "type": "Flag"}, content="Taken out.")
    assert outcomes()[-1].startswith("refused: "), "only the node's own actor was asked"
    flag.refresh_from_db()
    assert (flag.seen_there_at, flag.answered_there_at, flag.words_there) == (None, None, "")
    lambeth.does(lambeth.node, "Reject", {"id": flag.uri, "type": "Flag"}, content="It is fine.")
    assert outcomes()[-1] == "their answer to our report"
    flag.refresh_from_db()
    assert (flag.acted_there, flag.words_there) == (False, "It is fine.")


def test_one_node_gets_one_report(camden, lambeth, peer, menders, outcomes, work):
    hackneys = peer.somebody("people/dana", name="Dana")
    peer.does(hackneys, "Create", peer.comment(menders.uri))
    outcomes()
    report(camden, camden.bob, Post.objects.get())
    work()
    assert inboxes() == {f"{peer.node.uri}/inbox"} and flags_sent()[0]["to"] == [peer.node.uri]


def test_words_of_ours_in_a_talk_elsewhere_are_reported_there(camden, peer, menders, work):
    group = Group.objects.get(uri=menders.uri)
    joined = {"state": Member.State.JOINED, "joined_at": timezone.now()}
    Member.objects.create(group=group, actor=camden.bob, name="Bob", **joined)
    post = publish_post(camden.bob, group.uri, "Words of Bob", title="Hello")
    report(camden, camden.charlie, post)
    work()
    flag = Flag.objects.get()
    assert inboxes() == {f"{peer.node.uri}/inbox"} and flag.passed_to is None and flag.uri == flags_sent()[0]["id"]
    assert f"{peer.node.uri}/inbox" not in told_before(post.uri), "what becomes of the post is no news of the report"


def test_a_blocked_node_of_a_group_hears_nothing_of_it(camden, in_their_talk, peer, lambeth, work):
    Node.objects.filter(origin=peer.origin).update(blocked_at=timezone.now())
    assert "read your report too" not in asks(camden, camden.bob, in_their_talk)
    report(camden, camden.bob, in_their_talk)
    work()
    assert inboxes() == {f"{lambeth.node.uri}/inbox"} and flags_sent()[0]["to"] == [lambeth.node.uri]


# --- What others report here -----------------------------------------------------------------------------


def test_a_report_from_elsewhere_about_words_of_others_in_our_talk_waits_at_the_desk(
    camden, in_our_talk, stranger, outcomes
):
    stranger.does(stranger.node, "Flag", [in_our_talk.uri, in_our_talk.actor.uri], content="Rude", reason="hurtful")
    assert outcomes()[-1] == "a report for our stewards"
    flag = Flag.objects.get()
    assert (flag.object_uri, flag.node.origin, flag.passed_to) == (in_our_talk.uri, stranger.origin, None)
    assert len(told(camden.alice)) == 1
    desk = camden.client(camden.charlie)
    assert "Rude words" in desk.get(f"/desk/reports/{flag.pk}").content.decode()
    assert desk.post(f"/desk/reports/{flag.pk}", {"decision": "hide", "words": "Rude"}).status_code == 302
    outcomes()
    (answer,) = [json.loads(each.body) for each in Activity.objects.filter(type="Accept") if "Flag" in each.body]
    assert answer["object"]["id"] == flag.uri and answer["result"]["name"] == "hidden"
    assert not flags_sent(), "whoever reports it has told the writer's node"
    assert Client().get(in_our_talk.get_absolute_url()).status_code == 404


def test_words_of_others_in_the_talk_of_others_are_not_ours_to_judge(camden, in_their_talk, stranger, outcomes):
    stranger.does(stranger.node, "Flag", [in_their_talk.uri, in_their_talk.actor.uri])
    assert outcomes()[-1] == "about nothing of ours: not kept" and not Flag.objects.exists()


def test_a_thing_of_ours_comes_before_words_in_our_talk_and_these_before_an_actor(
    camden, in_our_talk, stranger, outcomes
):
    lab = camden.gathering()
    stranger.does(stranger.node, "Flag", [camden.group.uri, in_our_talk.uri, lab.uri])
    stranger.does(stranger.node, "Flag", [camden.group.uri, in_our_talk.uri])
    stranger.does(stranger.node, "Flag", [camden.group.uri])
    outcomes()
    named = list(Flag.objects.order_by("pk").values_list("object_uri", flat=True))
    assert named == [lab.uri, in_our_talk.uri, camden.group.uri]


def test_they_count_among_the_reports_that_wait_for_one_node(camden, in_our_talk, stranger, outcomes, monkeypatch):
    monkeypatch.setattr("federation.inbound.flags.MOST_OPEN", 1)
    for _ in range(2):
        stranger.does(stranger.node, "Flag", in_our_talk.uri)
    assert outcomes()[-1].startswith("refused: object: 1 of your reports wait")
