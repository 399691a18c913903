"""Mandates by their pages: proposed, objected to, answered, in force, reviewed, left; for one group and for several."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from atlas.models import Card, Link
from cop.actions import mandates as actions
from cop.federated.groups import GroupOnTheWire
from cop.mandates.reading import mandate_of
from cop.mandates.states import State
from cop.models import Consent, MandateVersion, Result
from federation.reader import Reader
from journal import errand
from notifications.models import Notice
from tests.matches import Meeting

Stance = Consent.Stance


@pytest.fixture
def meeting(db) -> Meeting:
    return Meeting()


def form(meeting, *, parties=(), goals=(("Answer every plan", "12", "plans"),), **changed):
    sent = {
        "speaker": meeting.group.public_id,
        "title": "Read plans together",
        "purpose": "So that nobody faces a plan alone.",
        "decisions": "All together.",
        "sharing": "On the know-how pages.",
        "review_on": (timezone.localdate() + dt.timedelta(days=200)).isoformat(),
        "language": "en",
        "goal-TOTAL_FORMS": str(len(goals)),
        "goal-INITIAL_FORMS": "0",
        "party-TOTAL_FORMS": str(len(parties)),
        "party-INITIAL_FORMS": "0",
    }
    for number, (text, target, unit) in enumerate(goals):
        sent |= {f"goal-{number}-text": text, f"goal-{number}-target": target, f"goal-{number}-unit": unit}
    for number, (body, role) in enumerate(parties):
        sent |= {f"party-{number}-body": body, f"party-{number}-role": role}
    return sent | changed


def propose(meeting, person=None, **changed) -> MandateVersion:
    address = f"{meeting.group.get_absolute_url()}/mandate/new"
    answer = meeting.client(person or meeting.alice).post(address, form(meeting, **changed))
    assert answer.status_code == 302, [answer.context[name].errors for name in ("form", "goals", "parties")]
    return MandateVersion.objects.get(public_id=answer.url.rsplit("/", 1)[-1])


def state(meeting, version, reader=None) -> State:
    return mandate_of(meeting.group, reader or meeting.alice).standing_of(version).state


def say(meeting, person, version, stance, words=""):
    return meeting.client(person).post(f"{version.get_absolute_url()}/stance", {"stance": stance, "words": words})


def told(person):
    return list(Notice.objects.filter(user__actor=person, kind__startswith="mandate").values_list("kind", flat=True))


def test_one_groups_mandate_needs_its_members(meeting, client, work):
    version = propose(meeting)
    work()
    assert told(meeting.bob) == ["mandate_proposed"] and told(meeting.alice) == []
    assert state(meeting, version) == State.PROPOSED
    adoption = f"{version.get_absolute_url()}/adoption"
    meeting.client(meeting.alice).post(adoption)
    assert state(meeting, version) == State.PROPOSED, "Bob has not said anything, and the round is not over"
    assert say(meeting, meeting.bob, version, "object").status_code == 400, "an objection says why"
    say(meeting, meeting.bob, version, "object", "Too many plans for two people.")
    work()
    assert state(meeting, version) == State.OBJECTED and told(meeting.alice) == ["mandate_objected"]
    meeting.client(meeting.alice).post(adoption)
    assert state(meeting, version) == State.OBJECTED, "nobody is outvoted"
    objection = Consent.objects.get()
    answer = f"{version.get_absolute_url()}/objections/{objection.public_id}/answer"
    assert meeting.client(meeting.charlie).post(answer, {"words": "No"}).status_code in (403, 404)
    meeting.client(meeting.alice).post(answer, {"words": "We try it for three months."})
    work()
    assert "mandate_answered" in told(meeting.bob)
    page = meeting.client(meeting.bob).get(version.get_absolute_url()).content.decode()
    assert "Too many plans" in page and "three months" in page
    say(meeting, meeting.bob, version, "consent")
    meeting.client(meeting.alice).post(adoption)
    work()
    assert state(meeting, version, meeting.charlie) == State.IN_FORCE
    page = client.get(f"{meeting.group.get_absolute_url()}/mandate").content.decode()
    assert "Read plans together" in page and "0 of 12 plans" in page
    visitor = client.get(version.get_absolute_url()).content.decode()
    assert "Too many plans" not in visitor, "what members say is for members"
    assert "mandate_in_force" in told(meeting.bob)


def test_silence_is_no_objection_once_the_round_is_over(meeting):
    version = propose(meeting)
    with time_machine.travel(timezone.now() + dt.timedelta(days=15), tick=False):
        assert actions.adopt_version(meeting.alice, version).adopted_at is not None
        with pytest.raises(actions.NotNow):
            actions.give_stance(meeting.bob, version, Stance.OBJECT, "Too late")


def test_only_members_say_something_and_only_stewards_write_it_down(meeting):
    version = propose(meeting)
    for outsider in (meeting.charlie, meeting.erin):
        assert say(meeting, outsider, version, "consent").status_code == 403
    with pytest.raises(actions.NotAllowed):
        actions.adopt_version(meeting.bob, version)
    assert not Consent.objects.exists()


def shared(meeting, **changed) -> MandateVersion:
    return propose(meeting, parties=[(meeting.readers.get_absolute_url(), "university")], **changed)


def test_bodies_sign_as_equals_and_none_is_bound_by_others(meeting, client, work):
    work()  # the groups have cards
    version = shared(meeting)
    assert [(each["uri"], each["role"]) for each in version.parties] == [
        (meeting.group.uri, "community"),
        (meeting.readers.uri, "university"),
    ]
    work()
    assert told(meeting.erin) == ["mandate_proposed"] and told(meeting.bob) == []
    assert say(meeting, meeting.bob, version, "consent").status_code == 403, "a member is no steward"
    assert meeting.client(meeting.alice).post(f"{version.get_absolute_url()}/adoption").status_code == 403
    assert state(meeting, version) == State.PROPOSED
    say(meeting, meeting.erin, version, "consent", "Gladly.")
    work()
    assert state(meeting, version) == State.IN_FORCE
    assert {"mandate_in_force"} <= set(told(meeting.alice)) & set(told(meeting.erin))
    page = client.get(version.get_absolute_url()).content.decode()
    assert "Gladly." in page and "University" in page and "proposes it" in page


def test_the_other_body_amends_it_and_both_read_what_is_new(meeting, client, work):
    work()
    first = shared(meeting)
    say(meeting, meeting.erin, first, "object", "Plans are too much; let us begin with leases.")
    begun = meeting.client(meeting.erin).get(f"{meeting.group.get_absolute_url()}/mandate/new")
    assert "So that nobody faces a plan alone." in begun.content.decode()
    known = first.goals[0]["id"]
    changed = {
        "speaker": meeting.readers.public_id,
        "purpose": "So that nobody faces a lease alone.",
        "goal-0-id": known,
    }
    parties = [(meeting.group.uri, "community"), (meeting.readers.uri, "university")]
    second = propose(meeting, meeting.erin, parties=parties, comment="Leases first", **changed)
    assert (second.number, second.supersedes, second.actor) == (2, first.uri, meeting.readers.actor)
    assert second.goals[0]["id"] == known, "what was reached counts on"
    page = client.get(second.get_absolute_url()).content.decode()
    assert "<del>" in page and "lease" in page and "Leases first" in page
    say(meeting, meeting.alice, second, "consent")
    assert state(meeting, second) == State.IN_FORCE and state(meeting, first) == State.REPLACED
    with pytest.raises(actions.NotNow):
        actions.give_stance(meeting.erin, first, Stance.CONSENT, speaker=meeting.readers.actor)


def test_who_has_nothing_to_do_with_it_proposes_nothing(meeting):
    address = f"{meeting.group.get_absolute_url()}/mandate/new"
    assert meeting.client(meeting.erin).get(address).status_code == 403
    with pytest.raises(actions.NotAllowed):
        actions.propose_version(meeting.erin, meeting.readers.actor, meeting.group, title="Ours now", purpose="x")
    assert not MandateVersion.objects.exists()


def in_force(meeting, work) -> MandateVersion:
    work()
    version = shared(meeting)
    actions.give_stance(meeting.erin, version, Stance.CONSENT, speaker=meeting.readers.actor)
    return version


def test_past_its_review_it_says_lapsed_and_asks_to_be_negotiated(meeting, client, work):
    version = in_force(meeting, work)
    with time_machine.travel(timezone.now() + dt.timedelta(days=201), tick=False):
        assert state(meeting, version) == State.LAPSED
        page = meeting.client(meeting.alice).get(f"{meeting.group.get_absolute_url()}/mandate").content.decode()
        assert "has lapsed" in page and "Negotiate it anew" in page
        with transaction.atomic():
            errand("cop.tell_of_lapsed")
        work()
        with transaction.atomic():
            errand("cop.tell_of_lapsed")
        work()
        assert told(meeting.erin).count("mandate_lapsed") == told(meeting.alice).count("mandate_lapsed") == 1


def test_a_body_leaves_in_two_clicks_and_the_others_go_on(meeting, client, work):
    version = in_force(meeting, work)
    page = meeting.client(meeting.erin).get(version.get_absolute_url()).content.decode()
    assert f"{version.get_absolute_url()}/leaving" in page
    meeting.client(meeting.erin).post(f"{version.get_absolute_url()}/leaving")
    work()
    assert state(meeting, version) == State.IN_FORCE
    assert "Has left" in client.get(version.get_absolute_url()).content.decode()
    assert "mandate_left" in told(meeting.alice)


def test_what_was_reached_counts_towards_the_goal(meeting, client, work):
    version = in_force(meeting, work)
    goal = version.goals[0]["id"]
    address = f"{meeting.group.get_absolute_url()}/mandate/results/new?goal={goal}"
    for person, body, amount in ((meeting.bob, meeting.group, "3"), (meeting.erin, meeting.readers, "4.5")):
        sent = {"speaker": body.public_id, "title": f"{amount} plans answered", "amount": amount, "language": "en"}
        answer = meeting.client(person).post(address, sent | {"reached_on": "2026-11-01"})
        assert answer.status_code == 302, answer.context["form"].errors
    page = client.get(f"{meeting.group.get_absolute_url()}/mandate").content.decode()
    assert "7.5 of 12 plans" in page and 'value="62"' in page
    assert meeting.client(meeting.charlie).get(address).status_code == 404
    assert meeting.client(meeting.bob).get(address.replace(goal, "nogoal")).status_code == 404
    result = Result.objects.first()
    meeting.client(meeting.bob).post(f"{result.get_absolute_url()}/withdrawal")
    assert "4.5 of 12 plans" in client.get(f"{meeting.group.get_absolute_url()}/mandate").content.decode()


def test_a_proposal_is_taken_back_and_what_holds_is_not(meeting, work):
    version = propose(meeting)
    meeting.client(meeting.alice).post(f"{version.get_absolute_url()}/withdrawal")
    assert MandateVersion.objects.get(pk=version.pk).withdrawn_at is not None
    held = in_force(meeting, work)
    meeting.client(meeting.alice).post(f"{held.get_absolute_url()}/withdrawal")
    assert MandateVersion.objects.get(pk=held.pk).withdrawn_at is None


@pytest.mark.parametrize(
    ("changed", "where", "field"),
    [
        ({"title": ""}, "form", "title"),
        ({"purpose": " "}, "form", "purpose"),
        ({"review_on": "2020-01-01"}, "form", "review_on"),
        ({"starts_on": "2027-05-01", "ends_on": "2027-04-01"}, "form", "ends_on"),
        ({"speaker": "nobody"}, "form", "speaker"),
        ({"goals": [("", "12", "plans")]}, "goals", "text"),
        ({"goals": [("A goal", "-1", "")]}, "goals", "target"),
        ({"parties": [("Nobody here", "university")]}, "parties", "body"),
        ({"parties": [("https://elsewhere.example/groups/1", "castle")]}, "parties", "role"),
    ],
)
def test_what_is_wrong_is_named(meeting, work, changed, where, field):
    work()
    address = f"{meeting.group.get_absolute_url()}/mandate/new"
    answer = meeting.client(meeting.alice).post(address, form(meeting, **changed))
    assert answer.status_code == 400
    errors = answer.context[where].errors
    assert field in (errors if where == "form" else errors[0])
    assert not MandateVersion.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"about_uri": ""}, {"review_on": None}, {"purpose": ""}, {"number": 0}, {"title": ""}]
)
def test_the_database_wants_a_mandate_whole(meeting, wrong):
    version = propose(meeting)
    with pytest.raises(IntegrityError), transaction.atomic():
        MandateVersion.objects.filter(pk=version.pk).update(**wrong)


def test_the_same_form_twice_is_one_version(meeting):
    sent = {"once": "a token of one page"}
    assert propose(meeting, **sent) == propose(meeting, **sent)


def practice(**changed):
    sent = {
        "subject": "Plans, and who they serve.",
        "practice": "We read one aloud each month.",
        "motivation": "",
        "role-TOTAL_FORMS": "2",
        "role-INITIAL_FORMS": "0",
        "role-0-title": "Convenor",
        "role-0-holder": "Elected in May",
        "role-0-starts": "2026-05-01",
        "role-0-ends": "2027-04-30",
        "table-TOTAL_FORMS": "1",
        "table-INITIAL_FORMS": "0",
        "table-0-name": "Kitchen table",
        "table-0-when": "Fridays",
    }
    return sent | changed


def test_a_community_of_practice_shows_its_six_attributes(meeting, client, work):
    address = f"{meeting.group.get_absolute_url()}/practice"
    assert meeting.client(meeting.bob).get(address).status_code == 403
    answer = meeting.client(meeting.alice).post(address, practice())
    assert answer.status_code == 302, answer.context["form"].errors
    work()
    page = client.get(meeting.group.get_absolute_url()).content.decode()
    for words in ("Plans, and who they serve.", "read one aloud", "Convenor", "1 May 2026", "Kitchen table", "Mandate"):
        assert words in page, words
    document = client.get(meeting.group.get_absolute_url(), headers={"Accept": "application/activity+json"}).json()
    read = GroupOnTheWire().from_object(Reader(document))
    meeting.group.refresh_from_db()
    assert read["roles"] == meeting.group.roles and read["tables"] == meeting.group.tables
    again = meeting.client(meeting.alice).get(address).content.decode()
    assert 'value="Convenor"' in again and 'value="Kitchen table"' in again


@pytest.mark.parametrize(
    ("changed", "where", "field"),
    [
        ({"role-0-title": ""}, "roles", "title"),
        ({"role-0-ends": "2025-01-01"}, "roles", "ends"),
        ({"role-0-starts": "yesterday"}, "roles", "starts"),
        ({"table-0-name": ""}, "tables", "name"),
    ],
)
def test_a_line_without_a_name_is_asked_for_one(meeting, changed, where, field):
    answer = meeting.client(meeting.alice).post(f"{meeting.group.get_absolute_url()}/practice", practice(**changed))
    assert answer.status_code == 400 and field in answer.context[where].errors[0]


def test_what_is_in_force_stands_on_the_atlas_and_what_is_proposed_does_not(meeting, client, work):
    work()
    version = shared(meeting)
    work()
    assert not Card.objects.filter(kind="mandate").exists()
    say(meeting, meeting.erin, version, "consent")
    work()
    assert Card.objects.get(kind="mandate").uri == version.uri
    signs = Link.objects.get(relation="signs")
    assert (signs.from_uri, signs.to_uri) == (meeting.readers.uri, meeting.group.uri)
    actions.give_stance(meeting.erin, version, Stance.LEFT, speaker=meeting.readers.actor)
    work()
    assert not Link.objects.filter(relation="signs").exists(), "who has left signs nothing"


def test_what_a_group_signs_with_others_is_proposed_by_its_stewards(meeting, work):
    """Else a member could bind it to a group of their own."""
    work()
    address = f"{meeting.group.get_absolute_url()}/mandate/new"
    sent = form(meeting, parties=[(meeting.readers.uri, "other")])
    answer = meeting.client(meeting.bob).post(address, sent)
    assert answer.status_code == 400 and "speaker" in answer.context["form"].errors
    with pytest.raises(actions.NotAllowed):
        party = {"uri": meeting.readers.uri, "name": "Plan Readers", "role": "other"}
        actions.propose_version(
            meeting.bob, meeting.group.actor, meeting.group, parties=[party], title="Mine", purpose="Mine"
        )
    assert propose(meeting, meeting.bob).number == 1, "of the group alone its members consent"
