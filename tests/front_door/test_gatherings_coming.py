"""Taking a place, asking for one, being answered and leaving, on one node."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections
from django.utils import timezone

from cop.actions.membership import join_group, leave_group, refuse_member
from cop.models import Member
from events import queries
from events.actions import attendance
from events.actions.gatherings import TooFewPlaces, change_gathering, withdraw_gathering
from events.models import Attendee, Gathering
from federation.models import Actor, AudienceKey
from notifications.models import Notice
from tests.gatherings import Camden

pytestmark = pytest.mark.django_db


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


def ask(camden: Camden, person, gathering, **said):
    answer = camden.client(person).post(
        f"{gathering.get_absolute_url()}/attendance", {"name": "Charlie", **said}, follow=True
    )
    return answer.content.decode()


def kinds(person) -> list[str]:
    """What a person was told about gatherings, in order."""
    told = Notice.objects.filter(user=person.user, uri__contains="/gatherings/")
    return list(told.order_by("pk").values_list("kind", flat=True))


def test_charlie_takes_a_place_at_once(camden, work):
    lab = camden.gathering(capacity=3)
    page = ask(camden, camden.charlie, lab, message="I am vegetarian")
    assert "You have a place. See you there." in page and "1 of 3" in page and "Give my place back" in page
    work()
    assert kinds(camden.charlie) == [], "he saw it at once"
    assert kinds(camden.alice) == [], "nobody waits for an answer"


def test_charlie_asks_and_alice_gives_him_a_place(camden, work):
    lab = camden.gathering(joining="request")
    assert "You have asked for a place." in ask(camden, camden.charlie, lab)
    work()
    assert kinds(camden.alice) == ["place_requested"]
    page = camden.client(camden.alice).get(lab.get_absolute_url()).content.decode()
    assert "Waiting for your answer" in page and "Charlie" in page
    attendee = Attendee.objects.get()
    address = f"{lab.get_absolute_url()}/attendees/{attendee.pk}/answer"
    assert camden.client(camden.alice).post(address, {"answer": "accept"}).status_code == 302
    work()
    assert kinds(camden.charlie) == ["place_given"]
    lab.refresh_from_db()
    assert lab.coming == 1


def test_alice_says_no_and_then_yes_after_all(camden, work):
    lab = camden.gathering(joining="request")
    ask(camden, camden.charlie, lab)
    address = f"{lab.get_absolute_url()}/attendees/{Attendee.objects.get().pk}/answer"
    alice = camden.client(camden.alice)
    alice.post(address, {"answer": "refuse"})
    assert "could not give you a place" in ask(camden, camden.charlie, lab), "asking again does not help"
    assert "People without a place" in alice.get(lab.get_absolute_url()).content.decode()
    alice.post(address, {"answer": "accept"})
    work()
    assert kinds(camden.charlie) == ["place_refused", "place_given"]
    assert Gathering.objects.get().coming == 1


def test_names_are_for_the_organisers_only(camden):
    lab = camden.gathering()
    ask(camden, camden.charlie, lab, name="Charlie of Kentish Town")
    for person in (None, camden.bob):
        page = camden.client(person).get(lab.get_absolute_url()).content.decode()
        assert "Kentish Town" not in page and "1 person is coming" in page
    assert "Kentish Town" in camden.client(camden.alice).get(lab.get_absolute_url()).content.decode()


def test_the_organisers_turn_the_pages_of_a_long_list(camden):
    lab = camden.gathering()
    people = Actor.objects.bulk_create(
        Actor(uri=f"https://far.example/people/{number}", type=Actor.Type.PERSON, handle=f"p{number}")
        for number in range(120)
    )
    Attendee.objects.bulk_create(
        Attendee(
            gathering=lab,
            actor=person,
            name=f"Person {number:03}",
            state=Attendee.State.COMING if number < 105 else Attendee.State.DECLINED,
            answered_at=timezone.now(),
        )
        for number, person in enumerate(people)
    )
    alice = camden.client(camden.alice)
    first, second = (alice.get(lab.get_absolute_url(), {"page": page}).content.decode() for page in (1, 2))
    assert first.count("/answer") == 100 and "Page 1 of 2" in first
    assert "Person 099" in first and "Person 100" not in first and "People without a place" not in first
    assert "Person 104" in second and "People without a place" in second and "Person 119" in second


def test_bob_answers_for_what_he_wrote_and_charlie_for_nothing(camden):
    lab = camden.gathering(author=camden.bob, joining="request")
    ines = camden.somebody("ines")
    ask(camden, ines, lab)
    attendee = Attendee.objects.get()
    address = f"{lab.get_absolute_url()}/attendees/{attendee.pk}/answer"
    assert camden.client(camden.charlie).post(address, {"answer": "accept"}).status_code == 403
    assert camden.client(ines).post(address, {"answer": "accept"}).status_code == 403
    assert camden.client().post(address, {"answer": "accept"}).status_code == 302, "to the sign-in page"
    attendee.refresh_from_db()
    assert attendee.state == "asked"
    assert list(queries.waiting_for_answer(camden.bob)) == [attendee] == list(queries.waiting_for_answer(camden.alice))
    assert list(queries.waiting_for_answer(camden.charlie)) == []
    assert camden.client(camden.bob).post(address, {"answer": "accept"}).status_code == 302
    attendee.refresh_from_db()
    assert attendee.state == "coming"


def test_who_was_removed_from_the_group_no_longer_runs_what_they_wrote_for_it(camden, work):
    lab = camden.gathering(author=camden.bob, joining="request")
    ask(camden, camden.charlie, lab, name="Charlie Secret", message="I use a wheelchair")
    work()
    assert kinds(camden.bob) == ["place_requested"]
    refuse_member(camden.alice, Member.objects.get(group=camden.group, actor=camden.bob))
    bob = camden.client(camden.bob)
    page = bob.get(lab.get_absolute_url()).content.decode()
    assert "Charlie Secret" not in page and "wheelchair" not in page
    attendee = Attendee.objects.get()
    address = f"{lab.get_absolute_url()}/attendees/{attendee.pk}/answer"
    assert bob.post(address, {"answer": "accept"}).status_code == 403
    assert list(queries.waiting_for_answer(camden.bob)) == []
    assert list(queries.waiting_for_answer(camden.alice)) == [attendee]
    ask(camden, camden.somebody("ines"), lab, name="Ines")
    work()
    assert kinds(camden.bob) == ["place_requested"], "of Ines only those hear who may answer her"
    assert kinds(camden.alice) == ["place_requested", "place_requested"]


def test_an_attendee_of_another_gathering_is_not_found(camden):
    mine, other = camden.gathering(), camden.gathering(title="Another")
    ask(camden, camden.charlie, other)
    number = Attendee.objects.get().pk
    answer = camden.client(camden.alice).post(
        f"{mine.get_absolute_url()}/attendees/{number}/answer", {"answer": "refuse"}
    )
    assert answer.status_code == 404
    beyond = f"{mine.get_absolute_url()}/attendees/999999999999999999/answer"
    assert camden.client(camden.alice).post(beyond, {"answer": "refuse"}).status_code == 404


def test_an_answer_must_be_one_of_two(camden):
    lab = camden.gathering(joining="request")
    ask(camden, camden.charlie, lab)
    address = f"{lab.get_absolute_url()}/attendees/{Attendee.objects.get().pk}/answer"
    for said in ({}, {"answer": "perhaps"}, {"answer": "\0"}):
        page = camden.client(camden.alice).post(address, said, follow=True).content.decode()
        assert "Choose an answer" in page
    assert Attendee.objects.get().state == "asked"


def test_full_is_said_and_a_place_given_back_is_free(camden):
    lab = camden.gathering(capacity=1)
    ask(camden, camden.bob, lab)
    assert "It is full" in camden.client(camden.charlie).get(lab.get_absolute_url()).content.decode()
    assert "This gathering is full." in ask(camden, camden.charlie, lab)
    camden.client(camden.bob).post(f"{lab.get_absolute_url()}/leaving")
    assert "You have a place" in ask(camden, camden.charlie, lab)
    assert Gathering.objects.get().coming == 1


def test_organisers_cannot_give_more_places_than_there_are(camden):
    lab = camden.gathering(joining="request", capacity=1)
    ask(camden, camden.bob, lab)
    ask(camden, camden.charlie, lab)
    first, second = Attendee.objects.order_by("pk")
    attendance.accept_attendee(camden.alice, first)
    address = f"{lab.get_absolute_url()}/attendees/{second.pk}/answer"
    page = camden.client(camden.alice).post(address, {"answer": "accept"}, follow=True).content.decode()
    assert "This gathering is full." in page
    second.refresh_from_db()
    assert (second.state, Gathering.objects.get().coming) == ("asked", 1)


def test_fewer_places_than_people_is_refused_by_number(camden):
    lab = camden.gathering(capacity=3)
    ask(camden, camden.bob, lab)
    ask(camden, camden.charlie, lab)
    with pytest.raises(TooFewPlaces):
        change_gathering(camden.alice, lab, {"capacity": 1})
    answer = camden.client(camden.alice).post(f"{lab.get_absolute_url()}/edit", camden.form(capacity="1", speaker=None))
    assert answer.status_code == 400 and "2 people have a place already" in answer.content.decode()
    assert Gathering.objects.get().capacity == 3
    answer = camden.client(camden.alice).post(f"{lab.get_absolute_url()}/edit", camden.form(capacity="2", speaker=None))
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "cancelled"}, "This gathering is cancelled."),
        ({"joining": "elsewhere", "external_url": "https://tickets.example/"}, "on another website"),
    ],
)
def test_where_nobody_can_come_it_says_why(camden, fields, words):
    lab = camden.gathering(**fields)
    assert words in ask(camden, camden.charlie, lab)
    assert not Attendee.objects.exists()


def test_what_is_over_cannot_be_joined(camden):
    now = timezone.now()
    lab = camden.gathering(starts=now - timezone.timedelta(days=2), ends=now - timezone.timedelta(days=1))
    assert "This gathering is over." in camden.client(camden.charlie).get(lab.get_absolute_url()).content.decode()
    assert "This gathering is over." in ask(camden, camden.charlie, lab)


def test_asking_twice_is_said_and_changes_nothing(camden):
    lab = camden.gathering()
    ask(camden, camden.charlie, lab)
    assert "You have a place already" in ask(camden, camden.charlie, lab)
    assert Gathering.objects.get().coming == 1


def test_a_place_can_be_given_back_when_people_sign_up_elsewhere_now(camden):
    lab = camden.gathering()
    ask(camden, camden.charlie, lab)
    change_gathering(camden.alice, lab, {"joining": "elsewhere", "external_url": "https://tickets.example/lab"})
    charlie = camden.client(camden.charlie)
    page = charlie.get(lab.get_absolute_url()).content.decode()
    assert "Give my place back" in page and "Sign up on their website" in page
    charlie.post(f"{lab.get_absolute_url()}/leaving")
    assert not Attendee.objects.exists()
    page = charlie.get(lab.get_absolute_url()).content.decode()
    assert "Give my place back" not in page and "Sign up on their website" in page


def test_leaving_twice_is_leaving_once(camden):
    lab = camden.gathering()
    ask(camden, camden.bob, lab)
    ask(camden, camden.charlie, lab)
    for _time in range(2):
        assert camden.client(camden.charlie).post(f"{lab.get_absolute_url()}/leaving").status_code == 302
    assert Gathering.objects.get().coming == 1


def test_those_who_come_hear_of_changes_and_the_editor_does_not(camden, work):
    lab = camden.gathering()
    ask(camden, camden.charlie, lab)
    ask(camden, camden.alice, lab, name="Alice")
    work()
    change_gathering(camden.alice, lab, {"place": "Kentish Town Library"})
    work()
    assert kinds(camden.charlie) == ["gathering_changed"] and kinds(camden.alice) == []
    withdraw_gathering(camden.alice, lab)
    work()
    assert kinds(camden.charlie) == ["gathering_changed", "gathering_withdrawn"]


def test_who_left_the_group_gives_back_their_place_and_is_told_no_more_of_what_is_for_it(camden, work):
    lab, public = camden.gathering(audience=camden.group.members_audience), camden.gathering()
    for gathering in (lab, public):
        ask(camden, camden.bob, gathering, name="Bob")
    work()
    leave_group(camden.bob, camden.group)
    change_gathering(camden.alice, lab, {"title": "Secret strategy in Judd Street"})
    change_gathering(camden.alice, public, {"place": "Kentish Town Library"})
    work()
    assert kinds(camden.bob) == ["gathering_changed"], "of the one that is for everyone"
    assert "Secret strategy" not in camden.client(camden.bob).get("/notices/").content.decode()
    assert [attendee.gathering for attendee in Attendee.objects.all()] == [public]
    lab.refresh_from_db()
    assert lab.coming == 0


def test_who_came_back_to_the_group_keeps_their_place(camden, work):
    lab = camden.gathering(audience=camden.group.members_audience)
    ask(camden, camden.bob, lab, name="Bob")
    leave_group(camden.bob, camden.group)
    join_group(camden.bob, camden.group, name="Bob")
    work()
    assert Attendee.objects.get().actor == camden.bob


def test_somebody_who_left_the_group_does_not_come_to_what_is_for_it(camden):
    lab = camden.gathering(audience=camden.group.members_audience)
    AudienceKey.objects.filter(actor=camden.bob).delete()
    with pytest.raises(attendance.CannotCome) as refused:
        attendance.attend(camden.bob, lab)
    assert refused.value.reason == "gone"


@pytest.mark.parametrize(
    "said", [{"name": ""}, {"name": "x" * 121}, {"name": "a\0b"}, {"name": "Charlie", "message": "y" * 501}]
)
def test_what_the_form_refuses_is_said_beside_the_field(camden, said):
    lab = camden.gathering()
    answer = camden.client(camden.charlie).post(f"{lab.get_absolute_url()}/attendance", said)
    assert answer.status_code == 400 and "There is something to mend" in answer.content.decode()
    assert not Attendee.objects.exists()


def test_only_a_post_does_anything(camden):
    lab = camden.gathering()
    alice = camden.client(camden.alice)
    assert alice.get(f"{lab.get_absolute_url()}/leaving").status_code == 405
    assert alice.get(f"{lab.get_absolute_url()}/attendees/1/answer").status_code == 405
    assert alice.get(f"{lab.get_absolute_url()}/attendance").status_code == 200, "a form to fill in"
    assert not Attendee.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_people_at_once_never_share_two_places():
    camden = Camden()
    lab = camden.gathering(capacity=2)
    people = [camden.somebody(f"person{number}") for number in range(8)]
    ready = threading.Barrier(len(people))
    outcomes: list[str] = []

    def come(person) -> None:
        try:
            ready.wait(timeout=20)
            outcomes.append(attendance.attend(person, lab, name="Somebody").state)
        except attendance.CannotCome as no:
            outcomes.append(no.reason)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=come, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["coming"] * 2 + ["full"] * 6, (connection.vendor, outcomes)
    lab.refresh_from_db()
    assert lab.coming == Attendee.objects.filter(state="coming").count() == 2
