"""Lending and borrowing on one node: what is offered, who has it when, and who reads that."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from cop.actions import reservations as actions
from cop.actions.proposals import change_proposal, withdraw_proposal
from cop.federated.proposals import ProposalOnTheWire
from cop.lending import slots
from cop.lending.rules import CannotReserve
from cop.models import Proposal, Reservation, ReservedSlot
from federation.personal_blocks import block
from federation.reader import Reader
from journal import schedule
from notifications.models import Notice
from tests.at_once import at_once
from tests.gatherings import HOUSING
from tests.lending import Shed, day, days, hours

FORM = {
    "audience": "everyone",
    "title": "A ladder",
    "summary": "Four metres.",
    "support": "equipment",
    "how_many": "2",
    "longest": "",
    "lends_to": "ask",
    "lent_by": "day",
    "time_zone": "Europe/London",
    "terms": "Two people carry it.",
    "topics": [HOUSING],
    "language": "en",
}


@pytest.fixture
def shed(db) -> Shed:
    return Shed()


def address(offer: Proposal) -> str:
    return f"{offer.get_absolute_url()}/reserving"


def asks(shed, person, offer, first, last, **more):
    said = {"first": day(first).isoformat(), "last": day(last).isoformat(), "name": "Charlie", "message": ""}
    return shed.client(person).post(address(offer), said | more)


def step(shed, person, reservation, name):
    return shed.client(person).post(f"/reservations/{reservation.public_id}/{name}")


def page(shed, person, offer) -> str:
    return shed.client(person).get(offer.get_absolute_url()).content.decode()


def told(kind: str) -> list[str]:
    return sorted(Notice.objects.filter(kind=kind).values_list("user__email", flat=True))


# --- Something to lend ----------------------------------------------------------------------------------


def test_alice_offers_a_ladder_to_lend(shed, client, work):
    answer = shed.client(shed.alice).post("/offers/new?as=lending", FORM | {"speaker": shed.group.public_id})
    assert answer.status_code == 302, answer.context["form"].errors
    ladder = Proposal.objects.get(title="A ladder")
    work()
    assert (ladder.shape, ladder.longest, ladder.how_many, ladder.lends_to) == ("lending", 14, 2, "ask")
    shown = client.get(ladder.get_absolute_url()).content.decode()
    for words in ("Two people carry it.", "14 days", "2 of them", "2 of 2 free", "Reserve it"):
        assert words in shown, words
    assert "Can be borrowed" in client.get("/offers/?exchange=borrow-lend").content.decode()
    document = client.get(ladder.get_absolute_url(), headers={"Accept": "application/activity+json"}).json()
    assert "Two people carry it." in document["content"], "programs that know no lending show it all the same"
    assert document["transactionType"] == "borrow-lend"
    read = ProposalOnTheWire().from_object(Reader(document))
    for name in (*Proposal.OF_LENDING, "shape", "taken", "support"):
        assert read[name] == getattr(ladder, name), name


def test_what_it_is_lent_by_stays_when_it_is_changed(shed):
    client = shed.client(shed.alice)
    shown = client.get(f"{shed.drill.get_absolute_url()}/edit").content.decode()
    assert 'name="terms"' in shown and 'name="lent_by"' not in shown and 'name="time_zone"' not in shown
    sent = FORM | {"seen": shed.drill.version, "title": "Hammer drill", "longest": "", "lent_by": "hour"}
    assert client.post(f"{shed.drill.get_absolute_url()}/edit", sent).status_code == 302
    shed.drill.refresh_from_db()
    assert (shed.drill.title, shed.drill.lent_by, shed.drill.longest) == ("Hammer drill", "day", 14)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"how_many": "0"}, "how_many"),
        ({"how_many": "51"}, "how_many"),
        ({"longest": "61"}, "longest"),
        ({"support": "money"}, "support"),
        ({"lends_to": "friends"}, "lends_to"),
        ({"lent_by": "year"}, "lent_by"),
        ({"time_zone": "Atlantis"}, "time_zone"),
        ({"terms": "x" * 1001}, "terms"),
    ],
)
def test_what_cannot_be_used_is_named(shed, changed, field):
    sent = FORM | {"speaker": shed.group.public_id} | changed
    answer = shed.client(shed.alice).post("/offers/new?as=lending", sent)
    assert answer.status_code == 400 and field in answer.context["form"].errors


@pytest.mark.parametrize(
    "wrong",
    [
        {"lent_by": ""},
        {"longest": None},
        {"longest": 61},
        {"how_many": 0},
        {"lends_to": ""},
        {"time_zone": ""},
        {"support": "money"},
        {"direction": "need"},
        {"opens": "room"},
        {"shape": ""},
    ],
)
def test_the_database_keeps_what_is_lent_whole(shed, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=shed.drill.pk).update(**wrong)


@pytest.mark.parametrize(
    "said",
    [
        {"timezone": "Atlantis"},
        {"lentBy": "year"},
        {"support": "money"},
        {"purpose": "request"},
    ],
)
def test_what_cannot_be_reserved_from_here_is_read_as_a_plain_offer(shed, client, said):
    accept = {"Accept": "application/activity+json"}
    document = client.get(shed.drill.get_absolute_url(), headers=accept).json()
    read = ProposalOnTheWire().from_object(Reader(document | said))
    assert (read["shape"], read["lent_by"], read["longest"], read["taken"]) == ("", "", None, [])


# --- Asking for it --------------------------------------------------------------------------------------


def test_charlie_asks_alice_says_yes_hands_it_over_and_has_it_back(shed, work):
    answer = asks(shed, shed.charlie, shed.drill, 0, 2, message="For a shelf")
    assert answer.status_code == 302, answer.context["form"].errors
    reservation = Reservation.objects.get()
    assert (reservation.starts, reservation.ends, reservation.state) == (*days(0, 2), "asked")
    work()
    assert told("reservation_asked") == ["alice@camden.example"]
    assert "For a shelf" in page(shed, shed.alice, shed.drill)
    assert step(shed, shed.alice, reservation, "giving").status_code == 302
    work()
    assert told("reservation_given") == ["charlie@camden.example"]
    assert ReservedSlot.objects.count() == 3
    shed.drill.refresh_from_db()
    assert [[dt.datetime.fromisoformat(each) for each in stretch] for stretch in shed.drill.taken] == [[*days(0, 2)]]
    assert "taken" in page(shed, None, shed.drill)
    step(shed, shed.alice, reservation, "handing-over")
    step(shed, shed.alice, reservation, "taking-back")
    work()
    reservation.refresh_from_db()
    assert reservation.state == "back" and not ReservedSlot.objects.exists()
    assert told("reservation_back") == ["charlie@camden.example"]
    shed.drill.refresh_from_db()
    assert shed.drill.taken == [], "what is back early is free for others"


def test_the_room_is_had_by_who_comes_first(shed, work):
    said = {"day": day(0).isoformat(), "begins": "18", "over": "20", "name": "Charlie"}
    assert shed.client(shed.charlie).post(address(shed.room), said).status_code == 302
    assert Reservation.objects.get().state == "given"
    work()
    assert told("reservation_made") == ["alice@camden.example"] and not told("reservation_given")
    shown = page(shed, None, shed.room)
    assert "taken from 6pm to 8pm" in shown and "Charlie" not in shown
    later = said | {"begins": "19", "over": "21"}
    answer = shed.client(shed.bob).post(address(shed.room), later)
    assert answer.status_code == 400 and "Somebody else has it then" in answer.content.decode()
    assert shed.client(shed.bob).post(address(shed.room), later | {"begins": "20"}).status_code == 302


def test_a_second_click_asks_once(shed):
    for _click in range(2):
        assert asks(shed, shed.charlie, shed.drill, 0, 0).status_code == 302
    assert Reservation.objects.count() == 1
    answer = asks(shed, shed.charlie, shed.drill, 0, 1)
    assert "already" in answer.content.decode() and Reservation.objects.count() == 1


@pytest.mark.parametrize(
    ("stretch", "reason"),
    [
        (lambda: days(0, 14), CannotReserve.TOO_LONG),
        (lambda: days(-9, -8), CannotReserve.PAST),
        (lambda: days(-5000, 0), CannotReserve.TOO_LONG),
        (lambda: days(365, 366), CannotReserve.TOO_FAR),
        (lambda: hours(0, 10, 12), CannotReserve.NOT_WHOLE),
        (lambda: days(0)[::-1], CannotReserve.NOT_WHOLE),
        (lambda: (days(0)[0], days(0)[0]), CannotReserve.NOT_WHOLE),
    ],
)
def test_what_cannot_be_reserved_is_refused(shed, stretch, reason):
    with pytest.raises(CannotReserve) as no:
        shed.reserved(shed.drill, stretch())
    assert no.value.reason == reason and not Reservation.objects.exists()


def test_today_can_still_be_had_and_hours_must_be_whole(shed):
    today = shed.reserved(shed.drill, days(-7))
    assert today.state == "asked"
    begins, over = hours(0, 10, 12)
    with pytest.raises(CannotReserve) as no:
        shed.reserved(shed.room, (begins + dt.timedelta(minutes=30), over))
    assert no.value.reason == CannotReserve.NOT_WHOLE
    with pytest.raises(CannotReserve) as no:
        shed.reserved(shed.room, hours(0, 8, 17))
    assert no.value.reason == CannotReserve.TOO_LONG


def test_it_is_lent_only_while_it_is_offered(shed):
    drill = shed.lent(starts=days(2)[0], until=days(4)[1])
    for stretch, refused in ((days(1), True), (days(1, 2), True), (days(5), True), (days(2, 4), False)):
        if refused:
            with pytest.raises(CannotReserve) as no:
                shed.reserved(drill, stretch)
            assert no.value.reason == CannotReserve.NOT_THEN
        else:
            shed.reserved(drill, stretch)
    assert "not offered" in page(shed, None, drill)


def test_nobody_borrows_their_own(shed):
    with pytest.raises(CannotReserve) as no:
        shed.reserved(shed.drill, days(0), by=shed.alice)
    assert no.value.reason == CannotReserve.OWN
    assert asks(shed, shed.alice, shed.drill, 0, 0).status_code == 400


def test_a_plain_offer_cannot_be_reserved(shed):
    chairs = shed.lent(
        title="Chairs", shape="", lent_by="", longest=None, how_many=None, lends_to="", terms="", time_zone=""
    )
    assert shed.client(shed.charlie).get(address(chairs)).status_code == 404
    with pytest.raises(CannotReserve) as no:
        shed.reserved(chairs, days(0))
    assert no.value.reason == CannotReserve.GONE


def test_visitors_are_asked_to_sign_in(shed, client):
    assert client.get(address(shed.drill)).url.startswith("/accounts/login/")
    assert client.get("/lending/mine").url.startswith("/accounts/login/")
    reservation = shed.reserved(shed.drill, days(0))
    assert client.post(f"/reservations/{reservation.public_id}/cancelling").url.startswith("/accounts/login/")
    assert "Reserve it" in client.get(shed.drill.get_absolute_url()).content.decode()


def test_what_is_for_a_group_is_lent_to_its_members(shed, work):
    drill = shed.lent(audience=shed.group.members_audience)
    assert asks(shed, shed.charlie, drill, 0, 0).status_code == 404
    with pytest.raises(CannotReserve) as no:
        shed.reserved(drill, days(0))
    assert no.value.reason == CannotReserve.GONE
    reservation = shed.reserved(drill, days(0), by=shed.bob)
    shed.client(shed.bob).post(f"{shed.group.get_absolute_url()}/leaving")
    work()
    reservation.refresh_from_db()
    assert reservation.state == "cancelled", "who is no longer a member does not borrow it"


def test_whom_the_lender_blocks_is_told_no_more_than_no(shed):
    block(shed.alice, shed.charlie.uri)
    with pytest.raises(CannotReserve) as no:
        shed.reserved(shed.drill, days(0))
    assert no.value.reason == CannotReserve.DECLINED


def test_one_person_does_not_ask_for_everything(shed):
    for number in range(10):
        shed.reserved(shed.drill, days(number * 2))
    with pytest.raises(CannotReserve) as no:
        shed.reserved(shed.drill, days(30))
    assert no.value.reason == CannotReserve.TOO_MANY
    for number in range(30):
        actions.cancel(shed.bob, shed.reserved(shed.room, hours(number, 10, 11), by=shed.bob))
    with pytest.raises(CannotReserve) as no:
        shed.reserved(shed.room, hours(30, 10, 11), by=shed.bob)
    assert no.value.reason == CannotReserve.TOO_MANY, "taking it back again and again keeps neighbours busy"


# --- Never twice ----------------------------------------------------------------------------------------


def test_the_same_day_is_never_given_twice(shed):
    one, other = shed.reserved(shed.drill, days(0, 2)), shed.reserved(shed.drill, days(2, 3), by=shed.bob)
    actions.give(shed.alice, one)
    answer = shed.client(shed.alice).post(f"/reservations/{other.public_id}/giving", follow=True)
    assert "Somebody else has it then" in answer.content.decode()
    other.refresh_from_db()
    assert other.state == "asked" and ReservedSlot.objects.count() == 3


def test_the_database_refuses_a_slot_that_is_held(shed):
    given = actions.give(shed.alice, shed.reserved(shed.drill, days(0)))
    other = shed.reserved(shed.drill, days(1), by=shed.bob)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReservedSlot.objects.create(reservation=other, offer=shed.drill, copy=1, slot=given.starts)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_one_room():
    shed = Shed()
    stretch = hours(0, 18, 20)
    got = at_once(lambda: shed.reserved(shed.room, stretch, by=shed.bob), lambda: shed.reserved(shed.room, stretch))
    assert sorted(type(each).__name__ for each in got) == ["CannotReserve", "Reservation"], got
    assert [each.reason for each in got if isinstance(each, CannotReserve)] == [CannotReserve.TAKEN]
    assert Reservation.objects.filter(state="given").count() == 1
    assert ReservedSlot.objects.count() == 2


def test_so_many_can_be_out_as_there_are(shed):
    drills = shed.lent(how_many=2, lends_to="anyone")
    shed.reserved(drills, days(0, 1))
    shed.reserved(drills, days(1, 2), by=shed.bob)
    dave = shed.somebody("dave")
    with pytest.raises(CannotReserve) as no:
        shed.reserved(drills, days(1), by=dave)
    assert no.value.reason == CannotReserve.TAKEN
    shed.reserved(drills, days(2, 4), by=dave)  # one copy is free on each of these days
    assert "1 of 2 free" in page(shed, None, drills)


def test_where_there_are_fewer_than_before_nobody_gets_more(shed):
    drills = shed.lent(how_many=2, lends_to="anyone")
    first = shed.reserved(drills, days(0))
    shed.reserved(drills, days(0), by=shed.bob)
    change_proposal(shed.alice, drills, {"how_many": 1})
    actions.cancel(shed.charlie, first)
    with pytest.raises(CannotReserve) as no:
        shed.reserved(drills, days(0), by=shed.somebody("dave"))
    assert no.value.reason == CannotReserve.TAKEN


@pytest.mark.parametrize(
    ("zone", "month"), [("Europe/London", 3), ("Europe/London", 10), ("Africa/Cairo", 4), ("Asia/Kolkata", 6)]
)
def test_days_are_whole_also_when_clocks_change(shed, zone, month):
    drill = shed.lent(time_zone=zone)
    first = dt.date(2027, month, 20)
    starts, ends = (slots.midnight(first + dt.timedelta(days=each), drill.zone) for each in (0, 14))
    found = slots.slots_between(drill, starts, ends)
    assert len(found) == len(set(found)) == 14
    assert {each.astimezone(drill.zone).date() - first for each in found} == {dt.timedelta(days=n) for n in range(14)}
    assert slots.last_moment_of(drill, found[-1]) == ends


# --- Answers, and changes of mind -----------------------------------------------------------------------


def test_more_or_fewer_of_it_are_told_to_everybody(shed, work):
    offer = shed.lent(title="Ladder", how_many=1, lends_to="anyone")
    shed.reserved(offer, days(0))
    work()
    assert len(Proposal.objects.get(pk=offer.pk).taken) == 1
    change_proposal(shed.alice, offer, {"how_many": 2})
    work()
    assert Proposal.objects.get(pk=offer.pk).taken == [], "other nodes would let nobody ask for the second"
    change_proposal(shed.alice, Proposal.objects.get(pk=offer.pk), {"how_many": 1})
    work()
    assert len(Proposal.objects.get(pk=offer.pk).taken) == 1


def test_not_this_time_is_told_kindly_and_stays(shed, work):
    reservation = shed.reserved(shed.drill, days(0))
    step(shed, shed.alice, reservation, "declining")
    work()
    assert told("reservation_declined") == ["charlie@camden.example"]
    step(shed, shed.alice, reservation, "giving")
    reservation.refresh_from_db()
    assert reservation.state == "declined"
    assert "could not lend it to you" in shed.client(shed.charlie).get("/lending/mine").content.decode()


@pytest.mark.parametrize("by", ["alice", "charlie"])
def test_either_side_cancels_before_it_is_handed_over(shed, work, by):
    reservation = actions.give(shed.alice, shed.reserved(shed.drill, days(0)))
    step(shed, getattr(shed, by), reservation, "cancelling")
    work()
    reservation.refresh_from_db()
    other = {"alice": "charlie", "charlie": "alice"}[by]
    assert reservation.state == "cancelled" and not ReservedSlot.objects.exists()
    assert told("reservation_cancelled") == [f"{other}@camden.example"]
    again = shed.reserved(shed.drill, days(0), by=shed.bob)
    assert again.state == "asked", "it is free for others"


def test_what_was_handed_over_is_not_cancelled(shed):
    reservation = actions.give(shed.alice, shed.reserved(shed.drill, days(0)))
    actions.hand_over(shed.alice, reservation)
    for person in (shed.alice, shed.charlie):
        step(shed, person, reservation, "cancelling")
    reservation.refresh_from_db()
    assert reservation.state == "out"


def test_each_step_twice_is_as_once(shed, work):
    reservation = shed.reserved(shed.drill, days(0))
    for act in (actions.give, actions.hand_over, actions.take_back):
        for _turn in range(2):
            act(shed.alice, reservation)
    work()
    assert Notice.objects.filter(kind__startswith="reservation_", user__actor=shed.charlie).count() == 2


def test_only_the_two_sides_see_and_move_a_reservation(shed, work):
    reservation = shed.reserved(shed.drill, days(0), name="Charlie C", message="For my shelf")
    actions.give(shed.alice, reservation)
    work()
    for person in (shed.bob, None):
        shown = page(shed, person, shed.drill)
        assert "Charlie C" not in shown and "For my shelf" not in shown and "taken" in shown
    assert step(shed, shed.bob, reservation, "cancelling").status_code == 404
    assert "For my shelf" not in shed.client(shed.bob).get("/lending/mine").content.decode()
    for name in ("giving", "declining", "handing-over", "taking-back"):
        assert step(shed, shed.charlie, reservation, name).status_code == 403, name
    reservation.refresh_from_db()
    assert reservation.state == "given"
    for person in (shed.alice, shed.charlie):
        assert "For my shelf" in shed.client(person).get("/lending/mine").content.decode()


def test_an_offer_that_is_withdrawn_is_reserved_for_nobody(shed, work):
    given = actions.give(shed.alice, shed.reserved(shed.drill, days(0)))
    out = actions.hand_over(shed.alice, actions.give(shed.alice, shed.reserved(shed.drill, days(2), by=shed.bob)))
    withdraw_proposal(shed.alice, shed.drill)
    work()
    given.refresh_from_db()
    out.refresh_from_db()
    assert (given.state, out.state) == ("cancelled", "out"), "what is out is still to come back"
    assert told("reservation_cancelled") == ["charlie@camden.example"]
    assert step(shed, shed.alice, out, "taking-back").status_code == 302
    out.refresh_from_db()
    assert out.state == "back"


# --- Coming back ----------------------------------------------------------------------------------------


def reminded(at: dt.datetime, work) -> None:
    with time_machine.travel(at, tick=True):
        schedule.arm()
        work()


def test_the_borrower_hears_once_before_the_last_day_and_once_after(shed, work):
    reservation = shed.reserved(shed.drill, days(0, 4))
    actions.hand_over(shed.alice, actions.give(shed.alice, reservation))
    work()
    ends = reservation.ends
    reminded(ends - dt.timedelta(days=3), work)
    assert not told("lending_due")
    for hour in (40, 38, 5):
        reminded(ends - dt.timedelta(hours=hour), work)
    assert told("lending_due") == ["charlie@camden.example"] and not told("lending_overdue")
    for hour in (2, 30):
        reminded(ends + dt.timedelta(hours=hour), work)
    assert told("lending_overdue") == ["charlie@camden.example"]
    lines = shed.client(shed.charlie).get("/notices/").content.decode()
    assert "is to be back by the end of" in lines and "a word to the lender helps" in lines


def test_nobody_is_reminded_of_what_they_never_had(shed, work):
    reservation = actions.give(shed.alice, shed.reserved(shed.drill, days(0, 4)))
    reminded(reservation.ends + dt.timedelta(hours=2), work)
    assert not told("lending_due") and not told("lending_overdue")


def test_who_borrowed_what_is_forgotten_after_half_a_year(shed, work):
    back = actions.give(shed.alice, shed.reserved(shed.drill, days(0)))
    actions.take_back(shed.alice, actions.hand_over(shed.alice, back))
    out = actions.hand_over(shed.alice, actions.give(shed.alice, shed.reserved(shed.drill, days(2))))
    work()
    reminded(timezone.now() + dt.timedelta(days=200), work)
    assert list(Reservation.objects.all()) == [out], "what is not back is not forgotten"
