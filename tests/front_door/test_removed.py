"""What stewards remove: nobody sees it but they, it can be brought back for thirty days, and then it is erased."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cop import talk
from cop.actions.conversations import publish_post, write_to
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal, withdraw_proposal
from cop.actions.removal import take_out
from cop.models import Proposal
from events.actions.attendance import attend
from federation import moderation, reports
from federation.attaching import Attaching, keep
from federation.models import Actor, Attachment, Flag, Publication, Restriction
from federation.uploads import rewrite
from journal import schedule
from notifications.models import Notice
from tests.gatherings import HOUSING, Camden
from tests.know_how import Writers
from tests.moderated import as_program, places_with, said_of
from tests.neighbours import a_neighbour
from tests.pictures import picture

WORDS = "It is loud here every night."


@pytest.fixture
def camden(db):
    """Alice and Eve are stewards of the node."""
    camden = Camden()
    camden.eve = camden.somebody("eve")
    User.objects.filter(actor__in=[camden.alice, camden.eve]).update(is_steward=True)
    camden.alice, camden.eve = Actor.objects.get(pk=camden.alice.pk), Actor.objects.get(pk=camden.eve.pk)
    change_page(person_of(camden.bob), {"name": "Bob", "is_public": True})
    return camden


@pytest.fixture
def hackney(db):
    return a_neighbour()


@pytest.fixture
def need(camden, work):
    """Bob's own words, with a picture."""
    need = publish_proposal(
        camden.bob,
        camden.bob,
        Proposal.Direction.NEED,
        title="A quarrelsome room",
        summary=WORDS,
        language="en",
        lat=51.5,
        lon=-0.1,
        topics=[HOUSING],
        attached=Attaching((keep(rewrite(picture()), alt="A room", name=""),)),
    )
    work()
    return need


@pytest.fixture
def after(work):
    """Let time pass for a node that does its work."""

    def days(number: float) -> None:
        with time_machine.travel(timezone.now() + dt.timedelta(days=number), tick=True):
            schedule.arm()
            work()

    return days


def remove(camden, thing, by=None) -> Restriction:
    """As a steward answers a report of it."""
    flag, _is_new = reports.report(camden.charlie, thing, "hurtful", "Look at it.")
    form = {"decision": "remove", "words": "It hurts people."}
    answer = camden.client(by or camden.alice).post(f"/desk/reports/{flag.pk}", form)
    assert answer.status_code == 302, answer.content.decode()
    return Restriction.objects.get(level="removed", object_uri=thing.uri)


def undo(camden, removed, by=None):
    return camden.client(by or camden.alice).post(f"/desk/moderation/{removed.pk}/undoing", follow=True)


def kinds_told(person) -> list[str]:
    return list(Notice.objects.filter(user__actor=person).order_by("pk").values_list("kind", flat=True))


def test_what_is_removed_is_nowhere_also_for_its_author_and_is_back_when_that_is_undone(camden, hackney, need, work):
    bob = camden.client(camden.bob)
    before, before_for_bob = places_with(camden, need), places_with(camden, need, bob)
    assert {"page", "picture", "list", "map", "search", "feed", "person", "thread"} <= before & before_for_bob
    removed = remove(camden, need)
    assert places_with(camden, need) == places_with(camden, need, bob) == set(), "at once, before any work was done"
    work()
    assert as_program(need).status_code == 410 and as_program(need).json()["type"] == "Tombstone"
    assert places_with(camden, need, bob) == set()
    assert kinds_told(camden.bob) == ["removed_by_stewards"]
    assert "It hurts people." in bob.get("/notices/").content.decode()
    assert Flag.objects.get().outcome == "removed"
    assert "Undone." in undo(camden, removed).content.decode()
    work()
    assert places_with(camden, need) == before and places_with(camden, need, bob) == before_for_bob
    assert kinds_told(camden.bob) == ["removed_by_stewards", "decision_lifted"]
    verbs, versions = zip(*said_of(need), strict=True)
    assert verbs == ("Create", "Delete", "Create") and versions[0] < versions[1] < versions[2]
    assert as_program(need).json()["version"] == versions[2]


def test_the_stewards_of_the_node_see_what_is_removed_and_until_when(camden, need, work):
    remove(camden, need)
    work()
    for steward in (camden.alice, camden.eve):
        page = camden.client(steward).get(need.get_absolute_url()).content.decode()
        assert "A quarrelsome room" in page and "have removed this" in page and "It hurts people." in page
        assert "Can be undone until" in camden.client(steward).get("/desk/moderation").content.decode()


def test_whoever_wrote_it_finds_nothing_of_what_is_removed_and_can_do_nothing_with_it(camden, need, work):
    remove(camden, need)
    work()
    bob, page, about = camden.client(camden.bob), need.get_absolute_url(), f"?about={need.uri}"
    attached = Attachment.objects.get(thing_uri=need.uri)
    ways = [page, f"{page}/edit", f"{page}/withdrawal", f"/travels/?of={need.uri}", f"/threads/{about}"]
    for path in (*ways, f"/reports/new{about}", attached.path):
        assert bob.get(path).status_code == 404, path
    for path, form in ((f"{page}/withdrawal", {}), ("/threads/", {"about": need.uri, "text": "x", "voice": "me"})):
        assert bob.post(path, form).status_code == 404, path
    assert bob.get(page, headers={"Accept": "application/activity+json"}).status_code == 410
    outbox = Client().get(f"{camden.bob.uri.removeprefix(settings.ORIGIN)}/outbox?page=1").content.decode()
    assert "quarrelsome" not in outbox and WORDS not in outbox
    assert camden.client(camden.alice).get(f"/travels/?of={need.uri}").status_code == 200


@pytest.mark.parametrize("kind", ["gathering", "know-how"])
def test_every_page_about_what_is_removed_is_gone_for_its_author_and_its_group(db, work, kind):
    writers = Writers()
    eve = writers.somebody("eve")
    User.objects.filter(actor=eve).update(is_steward=True)
    make = writers.gathering if kind == "gathering" else writers.page
    thing = make(author=writers.bob, title="A quarrelsome evening")
    work()
    own = ["edit", "withdrawal"] + (["attendees"] if kind == "gathering" else ["history", "changes", "versions/1"])
    page = thing.get_absolute_url()
    pages = [page, *(f"{page}/{each}" for each in own), *([f"{page}.ics"] if kind == "gathering" else [])]
    lists = ["/gatherings/", "/gatherings/calendar.ics", "/know-how/", "/atlas/?q=quarrelsome", "/"]
    lists.append(writers.group.get_absolute_url())
    bob = writers.client(writers.bob)
    assert bob.get(page).status_code == bob.get(f"{page}/edit").status_code == 200
    removed = moderation.remove(thing.uri, by=Actor.objects.get(pk=eve.pk), reason="Rude")
    work()
    for person in (writers.bob, writers.alice, writers.charlie):
        client = writers.client(person)
        assert {client.get(path).status_code for path in pages} == {404}, person
        assert not [path for path in lists if "quarrelsome evening" in client.get(path).content.decode()], person
    moderation.lift(removed, by=Actor.objects.get(pk=eve.pk))
    assert {bob.get(path).status_code for path in (page, f"{page}/edit")} == {200}


def test_words_that_are_removed_are_left_to_nobody_who_writes_or_leads(camden, work):
    """Neither in a discussion to their writer and the stewards of its group, nor between two people."""
    change_page(person_of(camden.charlie), {"name": "Charlie", "is_public": True})
    User.objects.filter(actor=camden.alice).update(is_steward=False)
    leader = camden.client(camden.alice)
    post = publish_post(camden.bob, camden.group.uri, "Nasty words", title="Nasty")
    message = write_to(camden.bob, camden.charlie, "Nasty message")
    work()
    conversation = message.audience.removeprefix(settings.ORIGIN)
    take_out(camden.alice, post, reason="Rude")
    taken_out = f"{camden.group.get_absolute_url()}/taken-out"
    assert "Nasty words" in leader.get(taken_out).content.decode()
    removed = [remove(camden, thing, camden.eve) for thing in (post, message)]
    work()
    for person in (camden.bob, camden.charlie, camden.alice):
        client = camden.client(person)
        for path in (camden.group.get_absolute_url(), conversation, post.get_absolute_url(), "/notices/"):
            shown = client.get(path).content.decode()
            assert "Nasty words" not in shown and "Nasty message" not in shown, (person, path)
    page = leader.get(taken_out).content.decode()
    assert "Nasty words" not in page and "not there any more" in page
    assert leader.post(f"{post.get_absolute_url()}/putting-back").status_code == 404
    held = talk.conversations_of(camden.charlie)
    assert [each.unread for each in talk.with_others(held, camden.charlie)] == [0]
    for each in removed:
        moderation.lift(each, by=camden.eve)
    assert "Nasty message" in camden.client(camden.bob).get(conversation).content.decode()
    assert "Nasty words" in leader.get(taken_out).content.decode(), "what the group decided stands"


def test_after_thirty_days_it_is_erased_and_cannot_be_brought_back(camden, hackney, need, work, after):
    removed = remove(camden, need)
    work()
    told, stone = said_of(need)[-1:], Publication.objects.get(uri=need.uri)
    after(29.9)
    need.refresh_from_db()
    assert need.withdrawn_at is None and need.summary == WORDS, "until then everything is kept"
    after(30.1)
    need.refresh_from_db()
    removed.refresh_from_db()
    assert need.withdrawn_at is not None and not need.summary and not Attachment.objects.exists()
    assert removed.erased_at is not None and removed.lifted_at is None
    assert said_of(need)[-1:] == told == [("Delete", stone.version)], "the others were told when it was removed"
    kept = Publication.objects.get(uri=need.uri)
    assert kept.tombstone and (kept.position, kept.version) == (stone.position, stone.version)
    assert as_program(need).status_code == 410 and as_program(need).json()["version"] == stone.version
    for person in (camden.bob, camden.charlie, camden.alice):
        assert camden.client(person).get(need.get_absolute_url()).status_code == 410
    page = camden.client(camden.alice).get("/desk/moderation").content.decode()
    assert "Removed" in page and "It hurts people." in page
    assert "Can be undone until" not in page and "/undoing" not in page
    assert "cannot be undone any more" in undo(camden, removed).content.decode()
    removed.refresh_from_db()
    assert removed.lifted_at is None and kinds_told(camden.bob) == ["removed_by_stewards"]
    after(31)
    assert said_of(need)[-1:] == told


def test_nobody_brings_it_back_between_the_thirtieth_day_and_its_erasure(camden, need, work):
    """A worker may be late; what the page promised counts."""
    removed = remove(camden, need)
    with time_machine.travel(removed.made_at + dt.timedelta(days=30), tick=False):
        with pytest.raises(moderation.TooLate):
            moderation.lift(removed, by=camden.alice)
        assert "/undoing" not in camden.client(camden.alice).get("/desk/moderation").content.decode()
        assert Client().get(need.get_absolute_url()).status_code == 404
    with time_machine.travel(removed.made_at + dt.timedelta(days=29, hours=23), tick=False):
        moderation.lift(removed, by=camden.alice)
    with pytest.raises(moderation.NotInForce) as refused:
        moderation.lift(removed, by=camden.alice)
    assert not isinstance(refused.value, moderation.TooLate), "it was undone, not too late"


def test_what_was_brought_back_or_is_gone_already_is_not_erased(camden, work, after):
    back, gone = (
        publish_proposal(camden.bob, camden.bob, Proposal.Direction.NEED, title=title, summary=WORDS, language="en")
        for title in ("Brought back", "Gone before")
    )
    undo(camden, remove(camden, back))
    removed = remove(camden, gone)
    withdraw_proposal(camden.bob, gone)
    work()
    withdrawn_at = Proposal.objects.get(pk=gone.pk).withdrawn_at
    after(40)
    back.refresh_from_db()
    assert back.withdrawn_at is None and back.summary == WORDS
    removed.refresh_from_db()
    assert removed.erased_at is not None and Proposal.objects.get(pk=gone.pk).withdrawn_at == withdrawn_at


def test_what_two_stewards_decide_at_once_is_undone_one_by_one(camden, hackney, need, work):
    hidden = moderation.hide(need.uri, by=camden.eve, reason="Rude")
    removed = remove(camden, need)
    assert remove(camden, need, camden.eve).pk == removed.pk, "what is removed is not removed twice"
    work()
    undo(camden, hidden, camden.eve)
    work()
    assert places_with(camden, need) == places_with(camden, need, camden.client(camden.bob)) == set()
    assert [verb for verb, _version in said_of(need)] == ["Create", "Delete"]
    assert "decision_lifted" not in kinds_told(camden.bob)
    undo(camden, removed)
    assert "undone already" in undo(camden, removed, camden.eve).content.decode()
    work()
    assert "page" in places_with(camden, need) and kinds_told(camden.bob)[-1] == "decision_lifted"
    assert [verb for verb, _version in said_of(need)] == ["Create", "Delete", "Create"]


def test_the_database_lets_nothing_be_erased_that_is_not_removed_or_was_brought_back(camden, need):
    now = timezone.now()
    for wrong in (
        {"level": "hidden", "erased_at": now},
        {"level": "removed", "erased_at": now, "lifted_at": now},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Restriction.objects.create(object_uri=need.uri, **wrong)
    remove(camden, need)
    with pytest.raises(IntegrityError), transaction.atomic():
        Restriction.objects.create(object_uri=need.uri, level="removed")


def test_only_stewards_of_the_node_remove(camden, need):
    for person in (camden.bob, camden.charlie):
        with pytest.raises(moderation.StewardsOnly):
            moderation.remove(need.uri, by=person, reason="")
    assert not Restriction.objects.exists()


def test_who_was_going_hears_that_it_was_taken_down_and_is_back_and_nothing_of_its_erasing(camden, work, after):
    """They do not see it for themselves, and the organisers did not withdraw it."""
    lab = camden.gathering(author=camden.bob)
    attend(camden.charlie, lab, name="Charlie")
    work()
    Notice.objects.all().delete()
    removed = remove(camden, lab)
    work()
    assert kinds_told(camden.charlie)[0] == "gathering_taken_down"
    assert "was taken down by the stewards" in camden.client(camden.charlie).get("/notices/").content.decode()
    undo(camden, removed)
    work()
    assert kinds_told(camden.charlie)[-1] == "gathering_back"
    assert (
        f'href="{lab.get_absolute_url()}#decision"' in camden.client(camden.charlie).get("/notices/").content.decode()
    )
    moderation.remove(lab.uri, by=camden.alice, reason="It hurts people.")
    work()
    Notice.objects.all().delete()
    after(31)
    lab.refresh_from_db()
    assert lab.withdrawn_at is not None and not Notice.objects.exclude(user__actor=camden.alice).exists()


def test_who_was_going_to_what_is_only_hidden_hears_nothing(camden, work):
    lab = camden.gathering(author=camden.bob)
    attend(camden.charlie, lab, name="Charlie")
    work()
    Notice.objects.all().delete()
    hidden = moderation.hide(lab.uri, by=camden.alice, reason="Not here.")
    work()
    moderation.lift(hidden, by=camden.alice)
    work()
    assert kinds_told(camden.charlie) == []
    hidden = moderation.hide(lab.uri, by=camden.alice, reason="Not here.")
    removed = moderation.remove(lab.uri, by=camden.alice, reason="It hurts people.")
    work()
    moderation.lift(removed, by=camden.alice)
    work()
    assert kinds_told(camden.charlie) == ["gathering_taken_down"], "it is hidden still"
    moderation.lift(hidden, by=camden.alice)
    work()
    assert kinds_told(camden.charlie) == ["gathering_taken_down"]
