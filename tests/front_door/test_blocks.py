"""Whom somebody blocks they do not meet: in no list, no talk, no message, no notice; and nobody learns of it."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from cop.actions import conversations as talk
from cop.actions.groups import found_group
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal
from cop.models import Proposal
from events.models import Attendee, Gathering
from federation import personal_blocks
from federation.models import Activity, Block, Delivery, Node
from notifications.actions import follow
from notifications.models import Notice
from tests.gatherings import HOUSING, Camden
from tests.neighbours import a_need_elsewhere

NEED = Proposal.Direction.NEED


@pytest.fixture
def camden(db):
    camden = Camden()
    for person, name in ((camden.alice, "Alice"), (camden.bob, "Bob"), (camden.charlie, "Charlie")):
        change_page(person_of(person), {"name": name, "is_public": True})
    return camden


@pytest.fixture
def their_need(camden):
    return a_need_elsewhere()


def need_of(camden, person, **more):
    return publish_proposal(person, person, NEED, title="A room for a choir", language="en", **more)


def block(camden, blocker, **whom):
    answer = camden.client(blocker).post("/me/blocks/new", whom)
    assert answer.status_code == 302, answer.content[:500]


def test_a_blocked_person_is_met_nowhere_until_that_is_undone(camden, work):
    need = need_of(camden, camden.bob, topics=[HOUSING])
    talk.publish_post(camden.bob, camden.group.uri, "Words of Bob", title="A subject of Bob")
    work()
    client = camden.client(camden.charlie)
    places = ["/needs/", "/atlas/", "/topics/housing", "/needs/list.csv", camden.group.get_absolute_url()]

    def met() -> list[str]:
        words = ("A room for a choir", "Words of Bob")
        return [path for path in places if any(each in client.get(path).content.decode() for each in words)]

    assert met() == places
    block(camden, camden.charlie, whom=camden.bob.uri)
    assert met() == []
    assert client.get(need.get_absolute_url()).status_code == 404
    assert client.get(person_of(camden.bob).get_absolute_url()).status_code == 404
    others = camden.client(camden.alice).get("/needs/").content.decode()
    assert "A room for a choir" in others, "it is a matter of the one who blocks"
    listed = client.get("/me/blocks").content.decode()
    assert "Bob" in listed
    assert client.post(f"/me/blocks/{Block.objects.get().pk}/undoing").status_code == 302
    assert met() == places


def test_a_blocked_person_cannot_write_to_them_and_is_told_the_same_as_of_who_takes_no_messages(camden, work):
    block(camden, camden.charlie, whom=camden.bob.uri)
    form = {"text": "Hello", "language": "en"}
    refused = camden.client(camden.bob).post(f"{person_of(camden.charlie).get_absolute_url()}/writing", form)
    assert refused.status_code == 400
    assert "They cannot be written to: they show no page, or have left the conversation." in refused.content.decode()
    with pytest.raises(talk.NotReachable):
        talk.write_to(camden.bob, camden.charlie, "Hello")


def test_a_conversation_that_was_begun_before_is_off_the_list_and_ends(camden, work):
    talk.write_to(camden.bob, camden.charlie, "Before the block")
    work()
    client = camden.client(camden.charlie)
    assert "Bob" in client.get("/conversations/").content.decode()
    block(camden, camden.charlie, whom=camden.bob.uri)
    assert "Bob" not in client.get("/conversations/").content.decode()
    with pytest.raises(talk.NotReachable):
        talk.write_to(camden.bob, camden.charlie, "After")


def test_nothing_a_blocked_person_says_makes_a_notice(camden, work):
    need = need_of(camden, camden.charlie)
    work()
    follow(camden.charlie.user, "topic", HOUSING)
    follow(camden.charlie.user, "person", camden.bob.uri)
    block(camden, camden.charlie, whom=camden.bob.uri)
    need_of(camden, camden.bob, topics=[HOUSING])
    talk.publish_post(camden.bob, need.uri, f"[@Charlie]({camden.charlie.uri}) answer me")
    work()
    assert not Notice.objects.filter(user__actor=camden.charlie).exists()


def test_a_blocked_node_is_met_nowhere_by_that_person_alone(camden, their_need, work):
    from journal import record

    with transaction.atomic():
        record("need.published", their_need.uri, actor=their_need.actor.uri, origin="peer")
    work()
    client = camden.client(camden.charlie)
    assert "A hall in Hackney" in client.get("/needs/").content.decode()
    block(camden, camden.charlie, node="https://hackney.example")
    assert "A hall in Hackney" not in client.get("/needs/").content.decode()
    assert client.get(their_need.get_absolute_url()).status_code == 404
    assert "A hall in Hackney" in camden.client(camden.alice).get("/needs/").content.decode()
    assert "A room for a choir" not in client.get("/needs/").content.decode()
    need_of(camden, camden.alice)
    work()
    assert "A room for a choir" in client.get("/needs/").content.decode(), "ours have no node, and stay"
    assert "Everybody on Hackney" in client.get("/me/blocks").content.decode()


def test_nobody_elsewhere_hears_of_a_block(camden, their_need):
    before = Activity.objects.count(), Delivery.objects.count()
    block(camden, camden.charlie, whom=their_need.actor.uri)
    block(camden, camden.charlie, node="https://hackney.example")
    assert (Activity.objects.count(), Delivery.objects.count()) == before


def test_blocks_are_one_persons_own_and_of_somebody_known(camden):
    client = camden.client(camden.charlie)
    for bad in (
        {},
        {"whom": camden.charlie.uri},
        {"whom": "https://nowhere.example/x"},
        {"node": "https://nowhere.example"},
        {"node": settings.ORIGIN},
        {"whom": f"{settings.ORIGIN}/actor"},
        {"whom": "\0"},
    ):
        assert client.post("/me/blocks/new", bad).status_code == 404, bad
    block(camden, camden.charlie, whom=camden.bob.uri)
    block(camden, camden.charlie, whom=camden.bob.uri)
    made = Block.objects.get()
    assert camden.client(camden.bob).post(f"/me/blocks/{made.pk}/undoing").status_code == 404
    assert "Charlie" not in camden.client(camden.bob).get("/me/blocks").content.decode()
    assert client.post(f"/me/blocks/{made.pk}/undoing").status_code == 302
    assert client.post(f"/me/blocks/{made.pk}/undoing").status_code == 404, "twice is once"


def test_nobody_blocks_more_than_can_be_kept(camden, monkeypatch):
    monkeypatch.setattr(personal_blocks, "MOST_BLOCKS", 1)
    block(camden, camden.charlie, whom=camden.bob.uri)
    answer = camden.client(camden.charlie).post("/me/blocks/new", {"whom": camden.alice.uri}, follow=True)
    assert "as many as we can keep" in answer.content.decode() and Block.objects.count() == 1


def test_the_database_keeps_no_half_block_and_none_of_oneself(camden):
    node = Node.objects.create(origin="https://lambeth.example")
    for wrong in ({}, {"blocked": camden.bob, "node": node}, {"blocked": camden.charlie}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Block.objects.create(blocker=camden.charlie, **wrong)


def told(person) -> set[str]:
    return set(Notice.objects.filter(user__actor=person).values_list("kind", flat=True))


def test_what_a_blocked_person_writes_when_asking_to_join_reaches_the_other_stewards_alone(camden, work):
    group = found_group(camden.charlie, name="Menders", joining="request", language="en")
    block(camden, camden.charlie, whom=camden.bob.uri)
    User.objects.filter(actor=camden.charlie).update(is_steward=True)
    form = {"name": "Nasty Bob", "message": "You will read this, Charlie"}
    assert camden.client(camden.bob).post(f"{group.get_absolute_url()}/joining", form).status_code == 302
    camden.client(camden.alice).post(f"{group.get_absolute_url()}/joining", {"name": "Alice", "message": "Me too"})
    work()
    notices = Notice.objects.filter(user__actor=camden.charlie)
    assert [each.params["person"] for each in notices] == ["Alice"]
    for page in (group.get_absolute_url(), "/desk/"):
        shown = camden.client(camden.charlie).get(page).content.decode()
        assert "Me too" in shown and "Nasty Bob" not in shown and "You will read this" not in shown, page
    Block.objects.all().delete()
    assert "You will read this" in camden.client(camden.charlie).get(group.get_absolute_url()).content.decode()


def test_a_newcomer_whom_a_steward_blocks_is_no_news_to_them(camden, work):
    group = found_group(camden.charlie, name="Menders", joining="open", language="en")
    block(camden, camden.charlie, whom=camden.bob.uri)
    camden.client(camden.bob).post(f"{group.get_absolute_url()}/joining", {"name": "Nasty Bob"})
    work()
    assert "somebody_joined" not in told(camden.charlie)


def test_a_blocked_person_gets_no_place_at_ones_own_gathering_and_learns_nothing_of_the_block(camden, work):
    for joining in ("open", "request"):
        answer = camden.client(camden.charlie).post("/gatherings/new", camden.form(speaker="me", joining=joining))
        assert answer.status_code == 302, answer.context["form"].errors
    block(camden, camden.charlie, whom=camden.bob.uri)
    for lab in Gathering.objects.all():
        form = {"name": "Nasty Bob", "message": "You will read this, Charlie"}
        answer = camden.client(camden.bob).post(f"{lab.get_absolute_url()}/attendance", form, follow=True)
        assert answer.status_code == 200, answer.redirect_chain
        assert "could not give you a place" in answer.content.decode()
    work()
    assert not Attendee.objects.exists() and not told(camden.charlie)


def test_a_group_organiser_reads_no_words_of_whom_they_block(camden, work):
    lab = camden.gathering(joining="request")
    block(camden, camden.alice, whom=camden.charlie.uri)
    User.objects.filter(actor=camden.alice).update(is_steward=True)
    form = {"name": "Charlie", "message": "You will read this, Alice"}
    answer = camden.client(camden.charlie).post(f"{lab.get_absolute_url()}/attendance", form)
    assert answer.status_code == 302
    work()
    assert "place_requested" not in told(camden.alice)
    for page in (lab.get_absolute_url(), "/desk/"):
        assert "You will read this" not in camden.client(camden.alice).get(page).content.decode(), page
    Attendee.objects.update(state="coming", answered_at=lab.published_at)
    page = camden.client(camden.alice).get(lab.get_absolute_url()).content.decode()
    assert "Charlie" in page and "You will read this" not in page, "who comes has to be known at the door"
