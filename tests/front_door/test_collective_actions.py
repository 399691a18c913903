"""Collective actions by their pages: what is needed, who brings what, whom they are for, and what came of them."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from atlas.models import Card, Link
from cop.access import NotAllowed
from cop.actions.groups import found_group
from cop.actions.mandates import give_stance, propose_version
from cop.actions.membership import leave_group
from events import belonging
from events.actions import attendance
from events.actions import gatherings as actions
from events.models import Attendee, Gathering
from journal import errand
from notifications.models import Notice
from tests.gatherings import NEXT_YEAR
from tests.together import CHAIRS, NEEDED, VAN, Acting, group_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def acting(db) -> Acting:
    return Acting()


def publish(acting: Acting, *needed, **changed):
    return acting.client(acting.alice).post("/gatherings/new", acting.lines(*needed, **changed))


def published(acting: Acting, *needed, **changed) -> Gathering:
    answer = publish(acting, *needed, **changed)
    assert answer.status_code == 302, answer.context["form"].errors
    return Gathering.objects.get(public_id=answer.url.rsplit("/", 1)[1])


def page(acting: Acting, gathering: Gathering, person=None) -> str:
    return acting.client(person).get(gathering.get_absolute_url()).content.decode()


def bring(acting: Acting, person, gathering: Gathering, **said):
    return acting.client(person).post(f"{gathering.get_absolute_url()}/bringing", said, follow=True)


def told(person, kind: str) -> int:
    return Notice.objects.filter(user__actor=person, kind=kind).count()


def covered(gathering: Gathering) -> dict[str, int]:
    return Gathering.objects.get(pk=gathering.pk).covered


# --- What is needed ------------------------------------------------------------------------------------


def test_alice_says_what_is_needed_and_everybody_reads_it(acting):
    gathering = published(acting, ("", "Chairs", "5"), ("", "", ""), ("", "A van", ""), in_charge="Ada at the lock")
    assert [(each["text"], each["amount"]) for each in gathering.needed] == [("Chairs", 5), ("A van", 1)]
    shown = page(acting, gathering)
    for words in ("Collective action", "What is needed", "Chairs", "0 of 5", "5 still needed", "Ada at the lock"):
        assert words in shown, words


def test_a_thing_keeps_its_id_over_edits_and_an_emptied_line_goes(acting):
    gathering = published(acting, ("", "Chairs", "5"), ("", "A van", "1"))
    chairs, van = (each["id"] for each in gathering.needed)
    form = acting.client(acting.alice).get(f"{gathering.get_absolute_url()}/edit")
    assert f'value="{chairs}"' in form.content.decode() and 'name="need-4-text"' in form.content.decode()
    lines = acting.lines((chairs, "Folding chairs", "6"), (van, "", ""), ("deadbeef", "Tea", "2"), speaker=None)
    answer = acting.client(acting.alice).post(f"{gathering.get_absolute_url()}/edit", lines)
    assert answer.status_code == 302
    gathering.refresh_from_db()
    first, second = gathering.needed
    assert first == {"id": chairs, "text": "Folding chairs", "amount": 6}
    assert second["text"] == "Tea" and second["id"] not in ("deadbeef", van), "ids are given here, not sent in"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("", "", "3"), "Say what it is of which you need so many."),
        (("", "Chairs", "0"), "“0” is not a number we can use. Write a whole number from 1 to 999."),
        (("", "Chairs", "1000"), "“1000” is not a number we can use."),
        (("", "x" * 141, "1"), "at most 140 characters"),
    ],
)
def test_a_line_that_cannot_be_is_said_beside_it(acting, line, words):
    answer = publish(acting, line)
    shown = answer.content.decode()
    assert answer.status_code == 400 and words in shown and "Look at what is needed" in shown
    assert not Gathering.objects.exists()


def test_more_than_twelve_things_are_too_many(acting):
    answer = publish(acting, *[("", f"Thing {number}", "1") for number in range(13)])
    assert answer.status_code == 400 and "12" in answer.content.decode()
    assert not Gathering.objects.exists()


def test_only_an_action_needs_something(acting):
    answer = publish(acting, ("", "Chairs", "5"), kind="lab")
    assert answer.status_code == 400 and "Only a collective action says what is needed" in answer.content.decode()
    gathering = acting.action()
    form = acting.form(kind="lab", speaker=None)
    answer = acting.client(acting.alice).post(f"{gathering.get_absolute_url()}/edit", form)
    assert answer.status_code == 400, "also where the lines were not sent"
    emptied = acting.lines((CHAIRS, "", ""), (VAN, "", ""), kind="lab", speaker=None)
    assert acting.client(acting.alice).post(f"{gathering.get_absolute_url()}/edit", emptied).status_code == 302
    gathering.refresh_from_db()
    assert (gathering.kind, gathering.needed) == ("lab", [])


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "lab", "needed": NEEDED},
        {"kind": "lab", "for_uri": "https://a.example/groups/1", "goal_id": "metres"},
        {"goal_id": "metres"},
        {"outcome": "perhaps"},
        {"outcome_note": "Words alone"},
        {"outcome_on": dt.date(2026, 1, 1)},
    ],
    ids=str,
)
def test_the_database_keeps_the_rules_too(acting, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        acting.action(**fields)


def test_two_who_change_what_is_needed_are_told_of_each_other(acting):
    gathering = acting.action()
    seen = {"seen": "1", "speaker": None}
    address = f"{gathering.get_absolute_url()}/edit"
    first = acting.lines((CHAIRS, "Chairs", "9"), belongs_to=acting.group.uri, **seen)
    assert acting.client(acting.alice).post(address, first).status_code == 302
    second = acting.client(acting.alice).post(address, acting.lines((CHAIRS, "Stools", "4"), **seen))
    shown = second.content.decode()
    assert second.status_code == 400 and "Saved now as what is needed: “9 × Chairs”" in shown
    assert "Saved now: “Tenants of Camden”" in shown and Gathering.objects.get(pk=gathering.pk).needed[0]["amount"] == 9


# --- Who brings what -----------------------------------------------------------------------------------


def test_charlie_joins_and_says_what_he_brings(acting):
    gathering = acting.action()
    shown = page(acting, gathering, acting.charlie)
    assert f'name="brings_{CHAIRS}"' in shown and "How many do you bring: Chairs" in shown
    said = {"name": "Charlie", f"brings_{CHAIRS}": "3", f"brings_{VAN}": ""}
    acting.client(acting.charlie).post(f"{gathering.get_absolute_url()}/attendance", said)
    assert Attendee.objects.get().brings == {CHAIRS: 3} and covered(gathering) == {CHAIRS: 3}
    assert "3 of 5" in page(acting, gathering) and "2 still needed" in page(acting, gathering)
    mine = page(acting, gathering, acting.charlie)
    assert "You bring:" in mine and "3 × Chairs" in mine
    assert Gathering.objects.get(pk=gathering.pk).version == 1, "a counter is no new version"


def test_more_than_is_needed_is_welcome(acting):
    gathering = acting.action()
    attendance.attend(acting.charlie, gathering, brings={CHAIRS: 4})
    attendance.attend(acting.bob, gathering, brings={CHAIRS: 4, "ffffffff": 2})
    assert covered(gathering) == {CHAIRS: 8}, "what nobody asked for is not counted"
    assert "8 of 5" in page(acting, gathering) and "more hands are welcome" in page(acting, gathering)


def test_who_brings_what_is_for_the_organisers_alone(acting):
    gathering = acting.action()
    attendance.attend(acting.charlie, gathering, name="Charlie", brings={VAN: 1})
    assert "1 × A van" in page(acting, gathering, acting.alice)
    for person in (None, acting.bob, acting.erin):
        assert "1 × A van" not in page(acting, gathering, person)
    asked = acting.action(joining="request", title="Asked")
    attendance.attend(acting.charlie, asked, name="Charlie", brings={VAN: 1})
    waiting = page(acting, asked, acting.alice)
    assert "Brings: 1 × A van" in waiting and "0 of 1" in waiting, "who waits does not count yet"


def test_it_can_be_changed_and_who_leaves_brings_nothing(acting):
    gathering = acting.action()
    attendance.attend(acting.charlie, gathering, brings={CHAIRS: 3})
    answer = bring(acting, acting.charlie, gathering, **{f"brings_{CHAIRS}": "1", f"brings_{VAN}": "1"})
    assert "The organisers see what you bring." in answer.content.decode()
    assert covered(gathering) == {CHAIRS: 1, VAN: 1}
    bring(acting, acting.charlie, gathering)
    assert covered(gathering) == {}, "an empty form brings nothing"
    bring(acting, acting.charlie, gathering, **{f"brings_{VAN}": "1"})
    acting.client(acting.charlie).post(f"{gathering.get_absolute_url()}/leaving")
    assert covered(gathering) == {}


def test_who_is_given_no_place_or_loses_it_brings_nothing(acting):
    gathering = acting.action(joining="request")
    attendee = attendance.attend(acting.charlie, gathering, brings={CHAIRS: 2})
    assert covered(gathering) == {}
    attendance.accept_attendee(acting.alice, attendee)
    assert covered(gathering) == {CHAIRS: 2}
    attendance.decline_attendee(acting.alice, Attendee.objects.get())
    assert covered(gathering) == {}
    attendance.accept_attendee(acting.alice, Attendee.objects.get())
    assert covered(gathering) == {CHAIRS: 2}, "what they said is remembered"


def test_saying_it_waits_for_a_place(acting):
    gathering = acting.action()
    answer = bring(acting, acting.charlie, gathering, **{f"brings_{CHAIRS}": "1"})
    assert "Take a place or ask for one first" in answer.content.decode() and covered(gathering) == {}
    attendance.attend(acting.charlie, gathering)
    refused = bring(acting, acting.charlie, gathering, **{f"brings_{CHAIRS}": "-1"})
    assert refused.status_code == 400 and "is not a number we can use" in refused.content.decode()
    assert acting.client(acting.charlie).get(f"{gathering.get_absolute_url()}/bringing").status_code == 200
    assert acting.client().post(f"{gathering.get_absolute_url()}/bringing").status_code == 302, "nobody is signed in"
    actions.change_gathering(acting.alice, gathering, {"state": "cancelled"})
    answer = bring(acting, acting.charlie, gathering, **{f"brings_{CHAIRS}": "1"})
    assert "This gathering is cancelled." in answer.content.decode() and covered(gathering) == {}


def test_what_is_for_members_is_not_there_for_charlie_to_bring(acting):
    gathering = acting.action(audience=acting.group.members_audience)
    assert acting.client(acting.charlie).post(f"{gathering.get_absolute_url()}/bringing").status_code == 404


def test_what_is_not_needed_any_more_stands_nowhere(acting):
    gathering = acting.action()
    attendance.attend(acting.charlie, gathering, name="Charlie", brings={VAN: 1})
    actions.change_gathering(acting.alice, gathering, {"needed": NEEDED[:1]})
    assert "A van" not in page(acting, gathering, acting.alice)
    attendance.attend(acting.bob, Gathering.objects.get(pk=gathering.pk), brings={CHAIRS: 1})
    assert covered(gathering) == {CHAIRS: 1}


# --- Whom it is for ------------------------------------------------------------------------------------


def test_an_action_belongs_to_a_goal_and_stands_on_the_groups_page(acting, work):
    acting.mandate()
    form = acting.client(acting.alice).get(f"/gatherings/new?kind=action&belongs_to={acting.group.uri}").context["form"]
    key = f"{acting.group.uri}#metres"
    assert form["belongs_to"].value() == acting.group.uri
    assert (key, "Tenants of Camden › Clear the whole bank") in form.fields["belongs_to"].choices
    gathering = published(acting, ("", "Chairs", "5"), belongs_to=key, title="Clear the bank")
    assert (gathering.for_uri, gathering.goal_id) == (acting.group.uri, "metres")
    work()
    assert Link.objects.filter(from_uri=gathering.uri, to_uri=acting.group.uri, relation="for").exists()
    shown = page(acting, gathering)
    assert "Goal: Clear the whole bank" in shown and acting.group.get_absolute_url() in shown
    theirs = group_page(acting, acting.group)
    assert "What we do together" in theirs and theirs.count("Clear the bank") >= 2, "there, and among its gatherings"


def test_coming_ones_stand_first_and_then_what_was_done(acting, work):
    past = timezone.now() - dt.timedelta(days=3)
    done = acting.action(title="Swept", for_uri=acting.group.uri, starts=past)
    actions.tell_outcome(acting.alice, done, {"outcome": "done"})
    undone = acting.action(title="Rained off", for_uri=acting.group.uri, starts=past)
    actions.tell_outcome(acting.alice, undone, {"outcome": "not-done"})
    acting.action(title="Called off", for_uri=acting.group.uri, state="cancelled")
    later = acting.action(title="Later", for_uri=acting.group.uri, starts=timezone.now() + dt.timedelta(days=9))
    soon = timezone.now() + dt.timedelta(days=2)
    sooner = acting.gathering(title="Sooner", for_uri=acting.group.uri, starts=soon, ends=soon + dt.timedelta(hours=1))
    work()
    context = acting.client().get(acting.group.get_absolute_url()).context
    assert [card.uri for card in context["together"]] == [sooner.uri, later.uri, done.uri]
    assert [card.was_done for card in context["together"]] == [False, False, True]


def test_nobody_puts_things_on_the_page_of_a_group_they_have_not_agreed_with(acting, work):
    version = acting.mandate(signed=False)
    theirs = acting.action(
        author=acting.erin, speaker=acting.readers.actor, title="By readers", for_uri=acting.group.uri
    )
    mallory = found_group(acting.frank, steward_name="Frank", name="Canal Sellers", joining="open", language="en")
    acting.action(author=acting.frank, speaker=mallory.actor, title="Buy boats", for_uri=acting.group.uri)
    work()
    assert acting.client().get(acting.group.get_absolute_url()).context["together"] == []
    give_stance(acting.erin, version, "consent", speaker=acting.readers.actor)
    together = acting.client().get(acting.group.get_absolute_url()).context["together"]
    assert [card.uri for card in together] == [theirs.uri], "who signs its mandate stands with it"


def test_what_is_for_members_alone_is_not_on_the_page_for_others(acting, work):
    acting.action(title="Quietly", for_uri=acting.group.uri, audience=acting.group.members_audience)
    work()
    assert "Quietly" in group_page(acting, acting.group, acting.bob)
    assert "Quietly" not in group_page(acting, acting.group, acting.charlie)


def test_only_groups_one_is_in_are_offered_and_only_an_action_is_for_a_goal(acting):
    acting.mandate()
    answer = publish(acting, belongs_to=acting.readers.uri)
    assert answer.status_code == 400 and "is not one of the available choices" in answer.content.decode()
    answer = publish(acting, belongs_to=f"{acting.group.uri}#metres", kind="meeting")
    assert answer.status_code == 400 and "Only a collective action is for a goal." in answer.content.decode()
    meeting = published(acting, belongs_to=acting.group.uri, kind="meeting")
    assert (meeting.for_uri, meeting.goal_id) == (acting.group.uri, "")


def test_who_corrects_it_from_outside_the_group_keeps_what_it_belongs_to(acting):
    gathering = acting.action(author=acting.erin, speaker=acting.readers.actor, for_uri=acting.group.uri)
    form = acting.client(acting.erin).get(f"{gathering.get_absolute_url()}/edit").context["form"]
    assert form["belongs_to"].value() == acting.group.uri
    sent = acting.lines(*[(each["id"], each["text"], str(each["amount"])) for each in NEEDED],
                        belongs_to=acting.group.uri, speaker=None, title="Anew")  # fmt: skip
    assert acting.client(acting.erin).post(f"{gathering.get_absolute_url()}/edit", sent).status_code == 302
    gathering.refresh_from_db()
    assert (gathering.title, gathering.for_uri, gathering.needed) == ("Anew", acting.group.uri, NEEDED)


def test_the_choice_takes_as_many_queries_for_many_groups(acting):
    acting.mandate()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            belonging.choices(acting.alice, Gathering())
        return len(queries)

    few = asked()
    for number in range(4):
        group = found_group(acting.alice, name=f"Group {number}", joining="open", language="en")
        propose_version(acting.alice, group.actor, group, title="Ours", purpose="So.", review_on=dt.date(2100, 1, 1))
    assert asked() == few and len(belonging.choices(acting.alice, Gathering())) == 6
    leave_group(acting.bob, acting.group)
    assert belonging.choices(acting.bob, Gathering()) == {}


# --- What came of it -----------------------------------------------------------------------------------


def tell(acting: Acting, person, gathering: Gathering, **said):
    known = {"outcome": "done", "outcome_on": "", "outcome_note": "Forty **metres**."}
    return acting.client(person).post(f"{gathering.get_absolute_url()}/outcome", known | said)


def after(gathering: Gathering) -> dt.datetime:
    return gathering.ends + dt.timedelta(hours=3)


def test_its_organisers_are_asked_once_and_those_who_came_are_told_once(acting, work):
    acting.mandate()
    gathering = acting.action(for_uri=acting.group.uri, goal_id="metres")
    attendance.attend(acting.charlie, gathering)
    work()
    with time_machine.travel(after(gathering), tick=True):
        for _ in range(2):
            with transaction.atomic():
                errand("events.ask_for_outcome", key="")
            work()
        assert told(acting.alice, "outcome_asked") == 1 and told(acting.charlie, "outcome_asked") == 0
        bell = acting.client(acting.alice).get("/notices/").content.decode()
        assert "Was it done?" in bell
        form = acting.client(acting.alice).get(f"{gathering.get_absolute_url()}/outcome")
        assert f'value="{NEXT_YEAR}-07-05"' in form.content.decode(), "the day it took place on"
        assert tell(acting, acting.alice, gathering, outcome_on=f"{NEXT_YEAR}-07-05").status_code == 302
        work()
        gathering.refresh_from_db()
        assert (gathering.outcome, gathering.outcome_note) == ("done", "Forty **metres**.")
        assert told(acting.charlie, "gathering_outcome") == 1 and told(acting.charlie, "gathering_changed") == 0
        assert "5 July" in page(acting, gathering), "the day it was done"
        assert tell(acting, acting.alice, gathering, outcome="not-done").status_code == 302, "it can be corrected"
        work()
        assert told(acting.charlie, "gathering_outcome") == 1
        shown = page(acting, gathering)
        assert "Not done" in shown and "<strong>metres</strong>" in shown
        assert "Tell what was reached" not in shown
        tell(acting, acting.alice, gathering)
        leads = f"{acting.group.get_absolute_url()}/mandate/results/new?goal=metres"
        assert leads in page(acting, gathering, acting.alice) and leads not in page(acting, gathering, acting.charlie)
        assert acting.client(acting.alice).get(leads).status_code == 200


@pytest.mark.parametrize(
    "fields", [{"kind": "lab", "needed": []}, {"state": "cancelled"}, {"state": "postponed"}], ids=str
)
def test_nobody_is_asked_about_what_was_no_action_or_did_not_take_place(acting, work, fields):
    gathering = acting.action(**fields)
    with time_machine.travel(after(gathering), tick=True):
        with transaction.atomic():
            errand("events.ask_for_outcome", key="")
        work()
    assert told(acting.alice, "outcome_asked") == 0


def test_nobody_is_asked_before_it_is_over_or_long_after(acting, work):
    gathering = acting.action()
    for moment in (gathering.starts + dt.timedelta(minutes=1), gathering.ends + dt.timedelta(days=40)):
        with time_machine.travel(moment, tick=True):
            with transaction.atomic():
                errand("events.ask_for_outcome", key="")
            work()
    assert told(acting.alice, "outcome_asked") == 0


def test_what_has_not_begun_has_no_outcome(acting):
    gathering = acting.action()
    assert "What came of it" not in page(acting, gathering, acting.alice)
    assert tell(acting, acting.alice, gathering).status_code == 302
    gathering.refresh_from_db()
    assert gathering.outcome == ""
    with pytest.raises(actions.TooEarly):
        actions.tell_outcome(acting.alice, gathering, {"outcome": "done"})


def test_only_those_who_run_it_tell_what_came_of_it(acting):
    gathering = acting.action(starts=timezone.now() - dt.timedelta(days=1))
    attendance_page = f"{gathering.get_absolute_url()}/outcome"
    for person in (acting.charlie, acting.bob):
        assert acting.client(person).get(attendance_page).status_code == 403
        assert tell(acting, person, gathering).status_code == 403
        with pytest.raises(NotAllowed):
            actions.tell_outcome(person, gathering, {"outcome": "done"})
    hidden = acting.action(starts=timezone.now() - dt.timedelta(days=1), audience=acting.group.members_audience)
    assert tell(acting, acting.charlie, hidden).status_code == 404
    assert not Gathering.objects.exclude(outcome="").exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"outcome": ""}, "This field is required."),
        ({"outcome": "perhaps"}, "perhaps is not one of the available choices"),
        ({"outcome_on": f"{NEXT_YEAR}-12-31"}, "is still to come"),
        ({"outcome_on": "yesterday"}, "“yesterday” is not a day we can use"),
        ({"outcome_note": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_an_outcome_that_cannot_be_is_said_beside_its_field(acting, said, words):
    gathering = acting.action(starts=timezone.now() - dt.timedelta(days=1))
    answer = tell(acting, acting.alice, gathering, **said)
    assert answer.status_code == 400 and words in answer.content.decode()
    gathering.refresh_from_db()
    assert gathering.outcome == ""


def test_a_lab_tells_what_came_of_it_too(acting, work):
    lab = acting.gathering(starts=timezone.now() - dt.timedelta(hours=5), ends=timezone.now() - dt.timedelta(hours=3))
    assert tell(acting, acting.alice, lab, outcome_note="Nine leases were read.").status_code == 302
    work()
    assert "Nine leases were read." in page(acting, lab)
    assert "Nine leases" in Card.objects.get(uri=lab.uri).document.text


def test_actions_are_listed_by_their_kind_and_in_calendars(acting, work):
    gathering = acting.action()
    acting.gathering(title="A lab")
    work()
    listed = acting.client().get("/gatherings/?kind=action").content.decode()
    assert "Clear the canal bank" in listed and "A lab" not in listed
    assert "CATEGORIES:ACTION" in acting.client().get(f"{gathering.get_absolute_url()}.ics").content.decode()


def test_what_is_withdrawn_says_nothing_any_more(acting):
    gathering = acting.action(in_charge="Ada")
    actions.withdraw_gathering(acting.alice, gathering)
    gathering = Gathering.objects.get(pk=gathering.pk)
    assert (gathering.needed, gathering.covered, gathering.in_charge, gathering.outcome_note) == ([], {}, "", "")
