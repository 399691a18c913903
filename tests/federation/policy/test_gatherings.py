"""Coming to a gathering across nodes: who may ask, who may answer, and what travels between them."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.utils import timezone

from cop.actions.people import change_page, person_of
from events.actions import attendance
from events.models import Attendee, Gathering
from federation import personal_blocks
from federation.models import Activity, Actor, Delivery, Document
from notifications.models import Notice
from tests.gatherings import NEXT_YEAR, Camden

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


@pytest.fixture
def dana(peer):
    return peer.somebody("people/dana", name="Dana")


@pytest.fixture
def hackney_growers(peer):
    return peer.somebody("groups/growers", "Group", name="Hackney Growers")


def event(peer, organiser, **more):
    """A gathering as our nodes send it, here from Hackney."""
    return {
        "id": f"{peer.origin}/gatherings/1",
        "type": "Event",
        "additionalType": "https://schema.org/EducationEvent",
        "category": ["WORKSHOPS_SKILL_SHARING"],
        "attributedTo": organiser.uri,
        "name": "Lab: plant a street",
        "startTime": f"{NEXT_YEAR}-05-01T10:00:00+01:00",
        "endTime": f"{NEXT_YEAR}-05-01T13:00:00+01:00",
        "timezone": "Europe/London",
        "location": {"type": "Place", "name": "Clissold Park"},
        "joinMode": "restricted",
        "maximumAttendeeCapacity": 30,
        "participantCount": 12,
        "published": "2026-11-20T09:00:00+00:00",
        "updated": "2026-11-20T09:00:00+00:00",
        "version": 1,
        "to": [PUBLIC],
        **more,
    }


@pytest.fixture
def theirs(peer, hackney_growers, outcomes) -> Gathering:
    peer.does(hackney_growers, "Create", event(peer, hackney_growers))
    assert outcomes() == ["gathering read"]
    return Gathering.objects.get(node__isnull=False)


def said(answer: str) -> dict:
    return json.loads(Activity.objects.filter(type=answer).latest("pk").body)


def inboxes(answer: str) -> set[str]:
    return set(Delivery.objects.filter(activity__type=answer).values_list("inbox", flat=True))


# --- People of other nodes come to ours ---------------------------------------------------------------


def test_dana_takes_a_place_and_is_told_so(camden, peer, dana, outcomes):
    lab = camden.gathering(capacity=2)
    join = peer.activity(dana, "Join", lab.uri, name="Dana", participationMessage="I use a wheelchair")
    assert peer.post(dana, join).status_code == 202
    assert outcomes() == ["join: coming"]
    attendee = Attendee.objects.get()
    assert (attendee.name, attendee.message, attendee.join_uri) == ("Dana", "I use a wheelchair", join["id"])
    lab.refresh_from_db()
    assert (lab.coming, lab.version) == (1, 1)
    accept = said("Accept")
    assert (accept["actor"], accept["object"]["id"], accept["to"]) == (camden.group.uri, join["id"], [dana.uri])
    assert inboxes("Accept") == {f"{peer.origin}/inbox"}


def test_dana_asks_and_alice_answers(camden, peer, dana, outcomes, work):
    lab = camden.gathering(joining="request")
    peer.does(dana, "Join", lab.uri)
    assert outcomes() == ["join: asked"]
    attendee = Attendee.objects.get()
    assert attendee.name == "Dana", "her own node's name for her, where the Join gives none"
    notice = Notice.objects.get(kind="place_requested")
    assert notice.user == camden.alice.user and notice.params["person"] == "Dana"
    assert not Activity.objects.filter(type__in=["Accept", "Reject"], object_uri=lab.uri).exists()
    address = f"{lab.get_absolute_url()}/attendees/{attendee.pk}/answer"
    assert camden.client(camden.alice).post(address, {"answer": "accept"}).status_code == 302
    assert said("Accept")["object"]["actor"] == dana.uri
    assert camden.client(camden.alice).post(address, {"answer": "refuse"}).status_code == 302
    assert said("Reject")["object"]["actor"] == dana.uri, "a Reject after an Accept takes the place back"
    lab.refresh_from_db()
    assert lab.coming == 0


def test_the_last_place_is_given_once(camden, peer, dana, outcomes):
    lab = camden.gathering(capacity=1)
    erin = peer.somebody("people/erin", name="Erin")
    peer.does(dana, "Join", lab.uri)
    peer.does(erin, "Join", lab.uri)
    assert outcomes() == ["join: coming", "join refused: full"]
    lab.refresh_from_db()
    assert (lab.coming, Attendee.objects.count()) == (1, 1)
    reject = said("Reject")
    assert (reject["object"]["actor"], reject["state"]) == (erin.uri, "full")
    peer.does(dana, "Leave", lab.uri)
    peer.does(erin, "Join", lab.uri)
    assert outcomes()[2:] == ["left", "join: coming"], "a place that was given back is free again"


def test_asking_twice_is_answered_twice_and_counted_once(camden, peer, dana, outcomes):
    lab = camden.gathering()
    peer.does(dana, "Join", lab.uri)
    again = peer.activity(dana, "Join", lab.uri)
    peer.post(dana, again)
    assert outcomes() == ["join: coming", "join again: coming"]
    assert said("Accept")["object"]["id"] == again["id"], "our first answer may have been lost"
    lab.refresh_from_db()
    assert lab.coming == 1


@pytest.mark.parametrize("type_", ["Leave", "Undo"])
def test_dana_does_not_come_after_all(camden, peer, dana, outcomes, type_):
    lab = camden.gathering()
    join = peer.activity(dana, "Join", lab.uri)
    peer.post(dana, join)
    outcomes()
    peer.does(dana, type_, lab.uri if type_ == "Leave" else join)
    assert outcomes()[-1] == "left"
    lab.refresh_from_db()
    assert lab.coming == 0 and not Attendee.objects.exists()


def test_nobody_takes_back_the_join_of_another(camden, peer, dana, outcomes):
    lab = camden.gathering()
    mallory = peer.somebody("people/mallory")
    join = peer.activity(dana, "Join", lab.uri)
    peer.post(dana, join)
    outcomes()
    peer.does(mallory, "Undo", join)
    peer.does(mallory, "Leave", lab.uri)
    said_of_it = outcomes()[1:]
    assert said_of_it[0].startswith("refused: object: expected a Join of your own"), said_of_it
    assert Attendee.objects.get().actor.uri == dana.uri


@pytest.mark.parametrize(
    ("fields", "answer", "reason"),
    [
        ({"state": "cancelled"}, "Reject", "cancelled"),
        ({"joining": "elsewhere", "external_url": "https://tickets.example/"}, "Ignore", "elsewhere"),
        ({"starts": timezone.now() - timezone.timedelta(days=2), "ends": timezone.now() - timezone.timedelta(days=1)},
         "Reject", "over"),
    ],
)  # fmt: skip
def test_where_nobody_can_come_the_join_is_answered_all_the_same(camden, peer, dana, outcomes, fields, answer, reason):
    lab = camden.gathering(**fields)
    peer.does(dana, "Join", lab.uri)
    assert outcomes() == [f"join refused: {reason}"]
    assert said(answer)["state"] == reason
    assert not Attendee.objects.exists()


def test_a_no_stays_a_no(camden, peer, dana, outcomes):
    lab = camden.gathering(joining="request")
    peer.does(dana, "Join", lab.uri)
    outcomes()
    attendance.decline_attendee(camden.alice, Attendee.objects.get())
    peer.does(dana, "Leave", lab.uri)
    peer.does(dana, "Join", lab.uri)
    assert outcomes()[1:] == ["left", "join refused: declined"]
    assert Attendee.objects.get().state == "declined"


@pytest.mark.parametrize("of", ["themself", "their node"])
def test_who_is_blocked_gets_no_place_at_a_personal_gathering_and_their_words_reach_nobody(
    camden, peer, dana, outcomes, work, of
):
    change_page(person_of(camden.bob), {"name": "Bob", "is_public": True})
    peer.does(dana, "Follow", camden.group.uri)
    outcomes()
    answer = camden.client(camden.bob).post("/gatherings/new", camden.form(speaker="me"))
    lab = Gathering.objects.get(public_id=answer["Location"].rsplit("/", 1)[1])
    asked = camden.gathering(author=camden.bob, joining="request")
    if of == "themself":
        personal_blocks.block(camden.bob, dana.uri)
    else:
        personal_blocks.block_node(camden.bob, peer.origin)
    peer.does(dana, "Join", lab.uri, participationMessage="You will read this, Bob")
    assert outcomes()[-1] == "join refused: declined" and said("Reject")["state"] == "declined"
    peer.does(dana, "Join", asked.uri, participationMessage="You will read this, Bob")
    assert outcomes()[-1] == "join: asked"
    work()
    told = Notice.objects.filter(kind="place_requested").values_list("user__actor", flat=True)
    assert set(told) == {camden.alice.pk}
    page = asked.get_absolute_url()
    assert "You will read this" not in camden.client(camden.bob).get(page).content.decode()
    assert "You will read this" in camden.client(camden.alice).get(page).content.decode()


def test_what_is_for_a_group_only_is_not_there_for_dana(camden, peer, dana, outcomes):
    lab = camden.gathering(audience=camden.group.members_audience)
    peer.does(dana, "Join", lab.uri)
    assert outcomes() == ["refused: object: expected a gathering of this node"]
    assert not Attendee.objects.exists() and not Activity.objects.filter(type="Reject").exists()


def test_what_was_withdrawn_cannot_be_joined(camden, peer, dana, outcomes):
    from events.actions.gatherings import withdraw_gathering

    lab = camden.gathering()
    withdraw_gathering(camden.alice, lab)
    peer.does(dana, "Join", lab.uri)
    assert outcomes() == ["refused: object: expected a gathering of this node"]


def test_nobody_joins_on_behalf_of_another(camden, peer, dana):
    lab = camden.gathering()
    mallory = peer.somebody("people/mallory")
    forged = peer.activity(dana, "Join", lab.uri)
    assert peer.post(mallory, forged).status_code == 401
    assert peer.post(dana, forged, sign=None).status_code == 401
    assert not Attendee.objects.exists()


def test_a_change_reaches_those_who_come_wherever_they_live(camden, stranger, outcomes, work):
    """Elsewhere is neither a neighbour nor a follower; Dana lives there and has a place."""
    lab = camden.gathering()
    work()
    erin = stranger.somebody("people/erin", name="Erin")
    stranger.does(erin, "Join", lab.uri)
    outcomes()
    from events.actions.gatherings import change_gathering, withdraw_gathering

    change_gathering(camden.alice, lab, {"state": "cancelled"})
    work()
    assert f"{stranger.origin}/inbox" in inboxes("Update")
    assert said("Update")["object"]["eventStatus"] == "EventCancelled"
    withdraw_gathering(camden.alice, Gathering.objects.get())
    work()
    assert f"{stranger.origin}/inbox" in inboxes("Delete")


def test_who_comes_is_never_on_the_wire(camden, peer, dana, outcomes, work):
    lab = camden.gathering()
    peer.does(dana, "Join", lab.uri, name="Dana of Hackney")
    outcomes()
    bodies = "".join(Activity.objects.exclude(type__in=["Accept", "Reject"]).values_list("body", flat=True))
    document = camden.client().get(lab.get_absolute_url(), headers={"Accept": "application/activity+json"})
    people = camden.client().get(f"{lab.get_absolute_url()}/attendees", headers={"Accept": "application/activity+json"})
    assert (document.json()["participantCount"], people.json()["totalItems"]) == (1, 1)
    for text in (bodies, document.content.decode(), people.content.decode()):
        assert "Dana" not in text and dana.uri not in text


# --- Our people go to theirs --------------------------------------------------------------------------


def test_a_gathering_of_hackney_is_read_and_shown(camden, theirs):
    assert (theirs.kind, theirs.title, theirs.place, theirs.capacity, theirs.coming) == (
        "lab", "Lab: plant a street", "Clissold Park", 30, 12,
    )  # fmt: skip
    page = camden.client().get(theirs.get_absolute_url()).content.decode()
    for words in ("Lab: plant a street", "Clissold Park", "Hackney", "12 of 30"):
        assert words in page, words
    answer = camden.client().get(theirs.get_absolute_url(), headers={"Accept": "application/activity+json"})
    assert (answer.status_code, answer["Location"]) == (302, theirs.uri)


def test_bob_asks_hackney_and_is_let_in(camden, peer, theirs, hackney_growers, outcomes):
    answer = camden.client(camden.bob).post(
        f"{theirs.get_absolute_url()}/attendance", {"name": "Bob", "message": "I bring spades"}
    )
    assert answer.status_code == 302
    join = said("Join")
    assert (join["actor"], join["object"], join["name"]) == (camden.bob.uri, theirs.uri, "Bob")
    assert join["participationMessage"] == "I bring spades"
    assert inboxes("Join") == {f"{hackney_growers.uri}/inbox"}
    page = camden.client(camden.bob).get(theirs.get_absolute_url()).content.decode()
    assert "You have asked for a place" in page
    peer.does(hackney_growers, "Accept", {"id": join["id"], "type": "Join"})
    assert outcomes()[-1] == "one of our people has a place"
    assert Attendee.objects.get(actor=camden.bob).state == "coming"
    assert Notice.objects.get(user=camden.bob.user).kind == "place_given"
    assert camden.client(camden.bob).post(f"{theirs.get_absolute_url()}/leaving").status_code == 302
    assert (said("Leave")["actor"], said("Leave")["object"]) == (camden.bob.uri, theirs.uri)
    assert not Attendee.objects.exists()


@pytest.mark.parametrize(("state", "kind", "left"), [("full", "gathering_full", 0), (None, "place_refused", 1)])
def test_bob_is_refused_and_told_why(camden, peer, theirs, hackney_growers, outcomes, state, kind, left):
    attendance.attend(camden.bob, theirs, name="Bob")
    join = said("Join")
    peer.does(hackney_growers, "Reject", join["id"], **({"state": state} if state else {}))
    outcomes()
    assert Notice.objects.get(user=camden.bob.user).kind == kind
    assert Attendee.objects.count() == left, "where it was full, Bob may ask again"


def test_a_place_can_be_taken_back(camden, peer, theirs, hackney_growers, outcomes):
    attendance.attend(camden.bob, theirs, name="Bob")
    join = said("Join")["id"]
    peer.does(hackney_growers, "Accept", join)
    peer.does(hackney_growers, "Reject", join)
    outcomes()
    assert Attendee.objects.get().state == "declined"
    assert set(Notice.objects.filter(user=camden.bob.user).values_list("kind", flat=True)) == {
        "place_given", "place_taken_back",
    }  # fmt: skip


@pytest.mark.parametrize("type_", ["Accept", "Reject"])
def test_only_the_organisers_answer(camden, peer, theirs, stranger, outcomes, type_):
    attendance.attend(camden.bob, theirs, name="Bob")
    join = said("Join")["id"]
    mallory, eve = peer.somebody("people/mallory"), stranger.somebody("people/eve")
    peer.does(mallory, type_, join)
    stranger.does(eve, type_, {"id": join, "type": "Join", "actor": camden.bob.uri, "object": theirs.uri})
    assert all(each.startswith("refused: object:") for each in outcomes()[1:])
    assert Attendee.objects.get().state == "asked"


def test_an_answer_to_what_nobody_asked_is_refused(camden, peer, theirs, hackney_growers, outcomes):
    invented = {
        "id": f"{settings.ORIGIN}/activities/none",
        "type": "Join",
        "actor": camden.bob.uri,
        "object": theirs.uri,
    }
    peer.does(hackney_growers, "Accept", invented)
    assert outcomes()[-1].startswith("refused: object: expected a Join that one of our people sent")
    attendance.attend(camden.bob, theirs, name="Bob")
    peer.does(hackney_growers, "Accept", invented)
    outcomes()
    assert Attendee.objects.get().state == "asked", "an older or invented Join is not the one he sent"


def test_on_mobilizon_a_person_answers_for_the_group(camden, peer, hackney_growers, dana, outcomes):
    peer.does(hackney_growers, "Create", event(peer, hackney_growers, actor=dana.uri))
    outcomes()
    attendance.attend(camden.bob, Gathering.objects.get(node__isnull=False), name="Bob")
    peer.does(dana, "Accept", said("Join")["id"])
    assert outcomes()[-1] == "one of our people has a place"


def test_organisers_who_were_never_read_are_asked_first(camden, peer, theirs, hackney_growers, web, work):
    Actor.objects.filter(uri=hackney_growers.uri).update(inbox="", shared_inbox="", read_at=None)
    attendee = attendance.attend(camden.bob, Gathering.objects.get(pk=theirs.pk), name="Bob")
    assert not Activity.objects.filter(type="Join").exists()
    work()
    assert hackney_growers.uri in web.asked
    attendee.refresh_from_db()
    assert attendee.join_uri == said("Join")["id"] and inboxes("Join") == {f"{hackney_growers.uri}/inbox"}


@pytest.mark.parametrize(
    ("said_now", "kind"),
    [
        ({"name": "Lab: plant two streets"}, "gathering_changed"),
        ({"eventStatus": "EventCancelled"}, "gathering_cancelled"),
        ({"eventStatus": "EventPostponed"}, "gathering_postponed"),
        ({"eventStatus": "EventMovedOnline"}, "gathering_moved_online"),
    ],
)
def test_bob_hears_what_becomes_of_it(camden, peer, theirs, hackney_growers, outcomes, said_now, kind):
    attendance.attend(camden.bob, theirs, name="Bob")
    changed = event(peer, hackney_growers, version=2, updated="2026-11-21T09:00:00+00:00", **said_now)
    peer.does(hackney_growers, "Update", changed)
    outcomes()
    assert Notice.objects.get(user=camden.bob.user).kind == kind
    again = changed | {"version": 3, "updated": "2026-11-22T09:00:00+00:00", "content": "More"}
    peer.does(hackney_growers, "Update", again)
    outcomes()
    assert Notice.objects.filter(user=camden.bob.user).count() == 1, "unread, it is renewed and not doubled"


def test_bob_hears_that_it_was_withdrawn(camden, peer, theirs, hackney_growers, outcomes):
    attendance.attend(camden.bob, theirs, name="Bob")
    peer.does(hackney_growers, "Delete", {"id": theirs.uri, "type": "Tombstone", "version": 2})
    outcomes()
    assert Notice.objects.get(user=camden.bob.user).kind == "gathering_withdrawn"
    page = camden.client(camden.bob).get(theirs.get_absolute_url())
    assert page.status_code == 410 and "was withdrawn" in page.content.decode()


def test_an_impossible_event_is_kept_and_not_shown(peer, hackney_growers, outcomes):
    peer.does(hackney_growers, "Create", event(peer, hackney_growers, endTime=f"{NEXT_YEAR}-04-01T10:00:00Z"))
    assert outcomes()[0].startswith("endTime: expected a moment not before startTime")
    assert not Gathering.objects.exists()
    assert Document.objects.get().state == Document.State.REFUSED


def test_a_bare_event_is_read_with_what_it_tells(peer, hackney_growers, outcomes):
    bare = {
        "id": f"{peer.origin}/e/1",
        "type": "Event",
        "attributedTo": hackney_growers.uri,
        "name": "Picnic",
        "to": [PUBLIC],
    }
    peer.does(hackney_growers, "Create", bare)
    assert outcomes() == ["gathering read"]
    gathering = Gathering.objects.get()
    assert (gathering.starts, gathering.joining, gathering.kind) == (None, "elsewhere", "popular-event")
