"""Borrowing across nodes: who may ask, who may answer, and what travels between them."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from cop.actions import reservations as actions
from cop.actions.proposals import withdraw_proposal
from cop.lending.rules import CannotReserve
from cop.models import Proposal, Reservation, ReservedSlot
from federation import moderation, personal_blocks
from federation.models import Activity, Actor, Delivery, Restriction
from notifications.models import Notice
from tests.lending import Shed, days, hours

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@pytest.fixture
def shed(db) -> Shed:
    return Shed()


@pytest.fixture
def dana(peer):
    return peer.somebody("people/dana", name="Dana")


@pytest.fixture
def menders(peer):
    return peer.somebody("groups/menders", "Group", name="Hackney Menders")


def when(stretch) -> dict[str, str]:
    return {"startTime": stretch[0].isoformat(), "endTime": stretch[1].isoformat()}


def joins(peer, speaker, offer, stretch, **more) -> dict:
    """Post a Join and return it."""
    join = peer.activity(speaker, "Join", offer.uri, **when(stretch), **more)
    assert peer.post(speaker, join).status_code == 202
    return join


def said(answer: str) -> dict:
    return json.loads(Activity.objects.filter(type=answer).latest("pk").body)


def inboxes(answer: str) -> set[str]:
    return set(Delivery.objects.filter(activity__type=answer).values_list("inbox", flat=True))


def lent(peer, lender, **more) -> dict:
    """A saw that Hackney lends, as our nodes send it."""
    return peer.note(
        lender,
        "offers/saw",
        **{
            "purpose": "offer",
            "name": "Saw",
            "shape": "lending",
            "support": "equipment",
            "transactionType": "borrow-lend",
            "lentBy": "day",
            "longest": 7,
            "howMany": 1,
            "lendsTo": "ask",
            "terms": "Mind the teeth.",
            "timezone": "Europe/London",
            "taken": [],
            **more,
        },
    )


@pytest.fixture
def saw(peer, menders, outcomes) -> Proposal:
    peer.does(menders, "Create", lent(peer, menders))
    assert outcomes() == ["offer read"]
    return Proposal.objects.get(node__isnull=False)


# --- People of other nodes borrow from ours -------------------------------------------------------------


def test_dana_reserves_the_room_and_is_told_so(shed, peer, dana, outcomes):
    join = joins(peer, dana, shed.room, hours(0, 18, 20), name="Dana", participationMessage="To read plans")
    assert outcomes() == ["reservation: given"]
    reservation = Reservation.objects.get()
    assert (reservation.name, reservation.message, reservation.join_uri) == ("Dana", "To read plans", join["id"])
    assert (reservation.starts, reservation.ends) == hours(0, 18, 20)
    accept = said("Accept")
    assert (accept["actor"], accept["object"]["id"], accept["to"]) == (shed.group.uri, join["id"], [dana.uri])
    assert accept["state"] == "given" and inboxes("Accept") == {f"{peer.origin}/inbox"}
    assert Notice.objects.get(kind="reservation_made").user == shed.alice.user
    told = said("Update")
    [taken] = told["object"]["taken"]
    stretch = tuple(dt.datetime.fromisoformat(taken[name]) for name in ("startTime", "endTime"))
    assert stretch == hours(0, 18, 20) and PUBLIC in told["to"]
    assert "Dana" not in json.dumps(told) and dana.uri not in json.dumps(told), "everybody reads when, nobody who"


def test_dana_asks_alice_answers_hands_over_and_has_it_back(shed, peer, dana, outcomes, work):
    join = joins(peer, dana, shed.drill, days(0, 2))
    assert outcomes() == ["reservation: asked"]
    reservation = Reservation.objects.get()
    assert reservation.name == "Dana", "her own node's name for her, where the Join gives none"
    assert Notice.objects.get(kind="reservation_asked").params["person"] == "Dana"
    assert not Activity.objects.filter(type__in=["Accept", "Reject"]).exists()
    for act, state in ((actions.give, "given"), (actions.hand_over, "out"), (actions.take_back, "back")):
        act(shed.alice, reservation)
        answer = said("Accept")
        assert (answer["state"], answer["object"]["id"], answer["to"]) == (state, join["id"], [dana.uri])
    assert Activity.objects.filter(type="Accept").count() == 3


def test_the_same_day_is_given_once(shed, peer, dana, outcomes):
    erin = peer.somebody("people/erin", name="Erin")
    joins(peer, dana, shed.room, hours(0, 18, 20))
    joins(peer, erin, shed.room, hours(0, 19, 21))
    assert outcomes() == ["reservation: given", "reservation refused: taken"]
    reject = said("Reject")
    assert (reject["object"]["actor"], reject["state"]) == (erin.uri, "taken")
    peer.does(dana, "Leave", shed.room.uri)
    joins(peer, erin, shed.room, hours(0, 19, 21))
    assert outcomes()[2:] == ["reservation: cancelled", "reservation: given"]


def test_asking_twice_is_answered_twice_and_held_once(shed, peer, dana, outcomes):
    joins(peer, dana, shed.room, hours(0, 18, 20))
    again = joins(peer, dana, shed.room, hours(0, 18, 20))
    assert outcomes() == ["reservation: given", "reservation again: given"]
    assert said("Accept")["object"]["id"] == again["id"], "our first answer may have been lost"
    assert Reservation.objects.count() == 1 and ReservedSlot.objects.count() == 2


def test_the_same_message_again_does_nothing(shed, peer, dana, outcomes):
    join = joins(peer, dana, shed.room, hours(0, 18, 20))
    outcomes()
    assert peer.post(dana, join).status_code == 202
    assert outcomes() == ["reservation: given"]
    assert Activity.objects.filter(type="Accept").count() == 1


@pytest.mark.parametrize("is_whole", [True, False])
def test_dana_takes_it_back(shed, peer, dana, outcomes, is_whole):
    join = joins(peer, dana, shed.room, hours(0, 18, 20))
    outcomes()
    peer.does(dana, "Undo", join if is_whole else join["id"])
    assert outcomes()[-1] == "reservation: cancelled"
    assert Reservation.objects.get().state == "cancelled" and not ReservedSlot.objects.exists()
    assert Notice.objects.filter(kind="reservation_cancelled", user=shed.alice.user).exists()
    assert not Activity.objects.filter(type="Reject").exists(), "she knows"
    peer.does(dana, "Undo", join)
    assert Reservation.objects.get().state == "cancelled"


def test_nobody_takes_back_what_another_reserved(shed, peer, dana, outcomes):
    mallory = peer.somebody("people/mallory")
    join = joins(peer, dana, shed.room, hours(0, 18, 20))
    outcomes()
    peer.does(mallory, "Undo", join)
    peer.does(mallory, "Undo", join | {"actor": mallory.uri})
    peer.does(mallory, "Leave", shed.room.uri)
    heard = outcomes()[1:]
    assert heard[0].startswith("refused: object: expected a Join of your own"), heard
    assert heard[2] == "reservation: none to take back"
    assert Reservation.objects.get().state == "given"


def test_what_was_handed_over_is_not_taken_back_and_dana_hears_so(shed, peer, dana, outcomes):
    join = joins(peer, dana, shed.room, hours(0, 18, 20))
    outcomes()
    actions.hand_over(shed.alice, Reservation.objects.get())
    peer.does(dana, "Undo", join)
    assert outcomes()[-1] == "reservation still: out"
    assert said("Accept")["state"] == "out"


def test_alice_calls_it_off_and_dana_is_told(shed, peer, dana, outcomes):
    join = joins(peer, dana, shed.room, hours(0, 18, 20))
    outcomes()
    actions.cancel(shed.alice, Reservation.objects.get())
    reject = said("Reject")
    assert (reject["state"], reject["object"]["id"]) == ("cancelled", join["id"])


def test_dana_is_told_when_it_is_withdrawn(shed, peer, dana, outcomes, work):
    joins(peer, dana, shed.room, hours(0, 18, 20))
    outcomes()
    withdraw_proposal(shed.alice, shed.room)
    work()
    assert said("Reject")["state"] == "cancelled" and Reservation.objects.get().state == "cancelled"


@pytest.mark.parametrize(
    ("times", "outcome"),
    [
        ({}, "refused: startTime: expected"),
        ({"startTime": "2026-12-01T00:00:00Z"}, "refused: endTime: expected"),
        ({"startTime": "2026-12-01", "endTime": "2026-12-02"}, "refused: startTime: expected"),
        ({"startTime": "0000-0-0T0:0", "endTime": "0000-0-0T0:0"}, "refused: startTime: expected"),
        ({"startTime": ["2026-12-01T00:00:00Z"] * 3, "endTime": {}}, "refused:"),
        ({"startTime": "2199-01-01T00:00:00Z", "endTime": "2199-01-02T00:00:00Z"}, "reservation refused: too-far"),
        ({"startTime": "1900-01-01T00:00:00Z", "endTime": "2027-01-01T00:00:00Z"}, "reservation refused: too-long"),
        ({"startTime": "2026-01-02T00:00:00Z", "endTime": "2026-01-01T00:00:00Z"}, "reservation refused: not-whole"),
        ({"startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-02T00:00:00Z"}, "reservation refused: past"),
    ],
)
def test_times_that_cannot_be_are_refused_by_name(shed, peer, dana, outcomes, times, outcome):
    peer.does(dana, "Join", shed.drill.uri, **times)
    [heard] = outcomes()
    assert heard.startswith(outcome), heard
    assert not Reservation.objects.exists()


def test_what_dana_may_not_read_is_not_there_for_her(shed, peer, dana, outcomes):
    ours = shed.lent(audience=shed.group.members_audience)
    joins(peer, dana, ours, days(0))
    [heard] = outcomes()
    assert heard.startswith("refused: object: expected something that this node lends")
    assert not Activity.objects.filter(type="Reject").exists()


def test_a_plain_offer_cannot_be_joined(shed, peer, dana, outcomes):
    plain = dict.fromkeys(("shape", "lent_by", "lends_to", "terms", "time_zone"), "")
    joins(peer, dana, shed.lent(title="Chairs", longest=None, how_many=None, **plain), days(0))
    [heard] = outcomes()
    assert heard.startswith("refused: object: expected something that this node lends")


def test_whom_the_lender_blocks_is_told_no_more_than_no(shed, peer, dana, outcomes):
    peer.does(dana, "Follow", shed.group.uri)
    outcomes()
    personal_blocks.block(shed.alice, dana.uri)
    joins(peer, dana, shed.room, hours(0, 18, 20))
    assert outcomes()[-1] == "reservation refused: declined" and said("Reject")["state"] == "declined"


def test_a_stranger_does_not_flood(shed, stranger, outcomes):
    people = [stranger.somebody(f"people/p{number}") for number in range(7)]
    for number, person in enumerate(people):
        joins(stranger, person, shed.room, hours(number, 10, 11))
    assert outcomes() == ["reservation: given"] * 5 + ["reservation refused: too-many"] * 2


def test_whoever_is_gone_frees_what_they_had_reserved(shed, peer, dana, outcomes):
    joins(peer, dana, shed.room, hours(0, 18, 20))
    outcomes()
    peer.does(dana, "Delete", dana.uri)
    outcomes()
    assert not ReservedSlot.objects.exists()


def test_a_name_and_a_word_go_with_whoever_is_gone(shed, peer, dana, outcomes):
    joins(peer, dana, shed.room, hours(0, 18, 20), name="Dana D.", participationMessage="My number is 020 7946 0000")
    joins(peer, dana, shed.drill, days(0), name="Dana D.", participationMessage="My number is 020 7946 0000")
    outcomes()
    out = Reservation.objects.get(offer=shed.drill)
    actions.give(shed.alice, out), actions.hand_over(shed.alice, out)
    peer.does(dana, "Delete", dana.uri)
    outcomes()
    kept = set(Reservation.objects.values_list("state", "name", "message"))
    assert kept == {("cancelled", "", ""), ("out", "Dana D.", "")}, "whoever has the drill still has a name"


@pytest.mark.parametrize("actor", [{"id": "x"}, ["x"], 7, {}])
def test_an_undo_of_an_odd_join_is_refused(shed, peer, dana, outcomes, actor):
    made_up = {"id": f"{peer.origin}/activities/odd", "type": "Join", "actor": actor, "object": shed.room.uri}
    peer.does(dana, "Undo", made_up)
    assert outcomes()[-1].startswith(("refused: object", "reservation: none"))


def test_who_is_suspended_here_is_lent_nothing(shed, peer, dana, outcomes):
    shed.alice.user.is_steward = True
    shed.alice.user.save()
    danas = Actor.objects.get(uri=dana.uri) if Actor.objects.filter(uri=dana.uri).exists() else None
    if danas is None:
        joins(peer, dana, shed.drill, days(20))
        outcomes()
        danas = Actor.objects.get(uri=dana.uri)
    for person in (danas, shed.charlie):
        moderation.restrict_actor(Restriction.Level.SUSPENDED, person, by=shed.alice, reason="Threats")
    joins(peer, dana, shed.room, hours(0, 18, 20))
    assert outcomes()[-1] == "reservation refused: declined"
    with pytest.raises(moderation.Suspended):
        shed.reserved(shed.room, hours(0, 18, 20))
    assert not ReservedSlot.objects.exists()


# --- Our people borrow from other nodes -----------------------------------------------------------------


def test_what_hackney_lends_is_read_whole(shed, saw, client, work):
    assert (saw.shape, saw.lent_by, saw.longest, saw.terms) == ("lending", "day", 7, "Mind the teeth.")
    page = client.get(saw.get_absolute_url()).content.decode()
    assert "Mind the teeth." in page and "As its own node last said" in page
    assert "Saw" in client.get("/lending/").content.decode()


def test_charlie_borrows_the_saw(shed, peer, menders, saw, outcomes, work):
    reservation = shed.reserved(saw, days(0, 1), message="For a bench")
    join = said("Join")
    assert (join["actor"], join["object"], join["to"]) == (shed.charlie.uri, saw.uri, [menders.uri])
    assert (join["name"], join["participationMessage"]) == ("Charlie", "For a bench")
    assert tuple(dt.datetime.fromisoformat(join[name]) for name in ("startTime", "endTime")) == days(0, 1)
    states = []
    for state in ("given", "out", "back"):
        peer.does(menders, "Accept", join["id"], state=state)
        outcomes()
        reservation.refresh_from_db()
        states.append(reservation.state)
    assert states == ["given", "out", "back"]
    kinds = Notice.objects.filter(user=shed.charlie.user).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["reservation_given", "reservation_back"]
    assert not ReservedSlot.objects.exists(), "which days are held is the saw's own node to say"


def test_what_comes_late_or_twice_changes_nothing(shed, peer, menders, saw, outcomes):
    reservation = shed.reserved(saw, days(0))
    join = said("Join")
    for type_, state in (("Accept", "out"), ("Accept", "given"), ("Accept", "out"), ("Reject", "cancelled")):
        peer.does(menders, type_, join["id"], state=state)
    assert outcomes()[1:] == ["reservation: out", *["reservation: known already"] * 3]
    reservation.refresh_from_db()
    assert reservation.state == "out"


@pytest.mark.parametrize(
    ("state", "words"),
    [("taken", "Somebody else has it then"), ("declined", "cannot be lent to you"), ("x" * 50, "could not lend it")],
)
def test_a_no_comes_with_its_reason(shed, peer, menders, saw, outcomes, state, words):
    reservation = shed.reserved(saw, days(0))
    peer.does(menders, "Reject", said("Join")["id"], state=state)
    outcomes()
    reservation.refresh_from_db()
    assert reservation.state == "declined"
    assert words in shed.client(shed.charlie).get("/lending/mine").content.decode()
    assert Notice.objects.filter(kind="reservation_declined", user=shed.charlie.user).count() == 1


def test_charlie_cancels_and_hackney_hears_it(shed, peer, menders, saw, outcomes):
    reservation = shed.reserved(saw, days(0))
    join = said("Join")
    actions.cancel(shed.charlie, reservation)
    undo = said("Undo")
    assert (undo["object"]["id"], undo["object"]["type"], undo["to"]) == (join["id"], "Join", [menders.uri])
    peer.does(menders, "Accept", join["id"], state="given")
    outcomes()
    reservation.refresh_from_db()
    assert reservation.state == "cancelled", "their yes crossed with it"
    peer.does(menders, "Accept", join["id"], state="out")
    outcomes()
    reservation.refresh_from_db()
    assert reservation.state == "out", "what was handed over counts more"


def test_a_yes_to_what_was_cancelled_is_told_so_again(shed, peer, menders, saw, outcomes):
    reservation = shed.reserved(saw, days(0))
    join = said("Join")
    actions.cancel(shed.charlie, reservation)
    peer.does(menders, "Accept", join["id"], state="given")
    assert outcomes()[-1] == "reservation: known already"
    undos = Activity.objects.filter(type="Undo", actor=shed.charlie)
    assert undos.count() == 2, "else their copy would be held for nobody"


@pytest.mark.parametrize("type_", ["Accept", "Reject"])
def test_only_the_lender_answers_and_only_what_we_asked(shed, peer, dana, menders, saw, outcomes, type_):
    reservation = shed.reserved(saw, days(0))
    join = said("Join")
    peer.does(dana, type_, join["id"], state="given")
    peer.does(menders, type_, {**join, "id": f"{peer.origin}/activities/made-up"}, state="given")
    peer.does(menders, type_, {**join, "actor": shed.bob.uri, "id": f"{peer.origin}/activities/other"})
    heard = outcomes()[1:]
    assert all(each.startswith("refused: object: expected a Join that one of our people sent") for each in heard), heard
    reservation.refresh_from_db()
    assert reservation.state == "asked"


def test_nobody_answers_a_join_to_something_of_ours(shed, peer, dana, menders, outcomes):
    reservation = shed.reserved(shed.drill, days(0))
    join = {"id": f"{peer.origin}/activities/x", "type": "Join", "actor": shed.charlie.uri, "object": shed.drill.uri}
    peer.does(menders, "Accept", join)
    assert outcomes()[-1].startswith("refused:")
    reservation.refresh_from_db()
    assert reservation.state == "asked"


def test_what_their_node_says_is_taken_is_not_asked_for(shed, peer, menders, saw, outcomes):
    starts, ends = days(0, 2)
    taken = [{"startTime": starts.isoformat(), "endTime": ends.isoformat()}]
    peer.does(menders, "Update", lent(peer, menders, taken=taken, version=2, updated="2026-11-21T09:00:00+00:00"))
    outcomes()
    saw.refresh_from_db()
    with pytest.raises(CannotReserve) as no:
        shed.reserved(saw, days(2, 3))
    assert no.value.reason == CannotReserve.TAKEN
    assert shed.reserved(saw, days(3)).state == "asked"


@pytest.mark.parametrize(
    ("taken", "kept"),
    [
        ("always", 0),
        ([{"startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-02T00:00:00Z"}], 0),
        ([{"startTime": "2190-01-02T00:00:00Z", "endTime": "2190-01-01T00:00:00Z"}], 0),
        ([{"startTime": f"2190-01-{each:02}T00:00:00Z", "endTime": "2190-01-30T00:00:00Z"} for each in (1, 5)], 1),
        ([None, 7, {}], 0),
    ],
)
def test_what_is_taken_is_read_with_care(shed, peer, menders, outcomes, client, taken, kept):
    peer.does(menders, "Create", lent(peer, menders, taken=taken))
    assert outcomes() == ["offer read"]
    saw = Proposal.objects.get(node__isnull=False)
    assert len(saw.taken) == kept
    assert client.get(saw.get_absolute_url()).status_code == 200


def test_too_much_that_is_taken_is_refused_by_name(shed, peer, menders):
    stretch = {"startTime": "2190-01-01T00:00:00Z", "endTime": "2190-01-02T00:00:00Z"}
    answer = peer.post(menders, peer.activity(menders, "Create", lent(peer, menders, taken=[stretch] * 201)))
    assert answer.status_code == 400 and b"object.taken: expected at most 200" in answer.content
    assert not Proposal.objects.filter(node__isnull=False).exists()


def test_what_their_node_withdraws_is_reserved_no_more(shed, peer, menders, saw, outcomes, work):
    reservation = shed.reserved(saw, days(0))
    peer.does(menders, "Delete", saw.uri)
    outcomes()
    reservation.refresh_from_db()
    assert reservation.state == "cancelled"
    assert Notice.objects.filter(kind="reservation_cancelled", user=shed.charlie.user).exists()


def test_a_lender_whose_document_was_never_read_is_asked_first(shed, peer, menders, saw, work):
    Actor.objects.filter(uri=menders.uri).update(inbox="", shared_inbox="", read_at=None)
    reservation = shed.reserved(saw, days(0))
    assert reservation.join_uri == "" and not Activity.objects.filter(type="Join").exists()
    work()
    reservation.refresh_from_db()
    assert reservation.join_uri == said("Join")["id"]


def test_what_was_cancelled_before_it_was_sent_is_never_sent(shed, peer, menders, saw, work):
    Actor.objects.filter(uri=menders.uri).update(inbox="", shared_inbox="", read_at=None)
    actions.cancel(shed.charlie, shed.reserved(saw, days(0)))
    work()
    assert not Activity.objects.filter(type__in=["Join", "Undo"], actor=shed.charlie).exists()
