"""A flotilla over several nodes: what each ship and the flotilla itself say, believed from nobody else."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.utils import timezone

from cop.actions import flotillas as actions
from cop.actions import mandates
from cop.flotillas.aboard import aboard, asking
from cop.mandates.reading import goals_of, mandate_of
from cop.mandates.states import State
from cop.models import Consent, Group, MandateVersion, Ship
from federation.models import Activity, Delivery, Publication
from notifications.models import Notice
from tests.matches import Meeting

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ORGANIZATION = "https://schema.org/Organization"


@pytest.fixture
def meeting(db) -> Meeting:
    return Meeting()


def group_document(peer, speaker, **said):
    known = {"additionalType": ORGANIZATION, "to": [PUBLIC], "version": 1}
    return peer.web.pages[speaker.uri] | known | said


@pytest.fixture
def course(peer, outcomes):
    """A group on Hackney's node, seen here."""
    speaker = peer.somebody("groups/course", "Group", name="A course in Hackney")
    peer.does(speaker, "Create", group_document(peer, speaker))
    assert outcomes()[-1] == "group read"
    return speaker


@pytest.fixture
def theirs(peer, outcomes):
    """A flotilla of Hackney's node, seen here."""
    speaker = peer.somebody("groups/fleet", "Group", name="Canal fleet")
    doc = group_document(peer, speaker, harbour="A clean canal", endDate="2027-06-30", openness="moderated")
    peer.does(speaker, "Create", doc)
    assert outcomes()[-1] == "group read"
    return speaker


def ours(meeting, **fields) -> Group:
    known = {
        "name": "Plans before the deadline",
        "harbour": "Every plan read in time",
        "ends_on": timezone.localdate() + dt.timedelta(days=90),
        "joining": Group.Joining.REQUEST,
        "language": "en",
    }
    said = {"brings": "Readers", "needs": "A room"}
    return actions.start_flotilla(meeting.alice, meeting.group, said=said, **(known | fields))


def ship(peer, speaker, flotilla_uri, path="ships/1", **said):
    return {
        "id": f"{peer.origin}/{path}",
        "type": "Note",
        "additionalType": "urn:flotilla:ns:Ship",
        "attributedTo": speaker.uri,
        "content": "<p>We sail.</p>",
        "context": flotilla_uri,
        "brings": "Thirty students in spring",
        "needs": "Streets to draw",
        "published": "2026-11-20T09:00:00Z",
        "version": 1,
        "to": [PUBLIC],
        **said,
    }


def names(flotilla) -> list[str]:
    return [each.actor.name for each in aboard(Group.objects.get(pk=flotilla.pk), None)]


def sent(type_: str) -> list[dict]:
    return [json.loads(body) for body in Activity.objects.filter(type=type_).values_list("body", flat=True)]


def told(person) -> list[str]:
    return list(Notice.objects.filter(user__actor=person, kind__startswith="flotilla").values_list("kind", flat=True))


def test_a_group_elsewhere_asks_and_is_welcomed(peer, outcomes, work, meeting, course):
    flotilla = ours(meeting)
    work()
    peer.does(course, "Create", ship(peer, course, flotilla.uri))
    assert outcomes()[-1] == "ship read"
    work()
    assert names(flotilla) == ["Tenants of Camden"] and told(meeting.alice) == ["flotilla_asked"]
    row = Ship.objects.get(uri=f"{peer.origin}/ships/1")
    page = meeting.client(meeting.alice).get(flotilla.get_absolute_url()).content.decode()
    assert "Thirty students in spring" in page
    actions.welcome(meeting.alice, flotilla, row)
    work()
    assert names(flotilla) == ["A course in Hackney", "Tenants of Camden"]
    doc = json.loads(Publication.objects.get(uri=flotilla.uri).document)
    assert doc["ships"] == [meeting.group.uri, course.uri]
    reached = Delivery.objects.filter(activity__object_uri=flotilla.uri, activity__type="Update")
    assert any(peer.origin in each.inbox for each in reached), "their node hears that they are aboard"


def test_a_ship_elsewhere_is_turned_away_with_a_word(peer, outcomes, work, meeting, course):
    flotilla = ours(meeting)
    work()
    peer.does(course, "Create", ship(peer, course, flotilla.uri))
    outcomes()
    row = Ship.objects.get(uri=f"{peer.origin}/ships/1")
    actions.put_ashore(meeting.alice, flotilla, row)
    work()
    assert [(each["object"], each["actor"]) for each in sent("Reject")] == [(row.uri, flotilla.uri)]
    assert asking(flotilla, meeting.alice) == [] and names(flotilla) == ["Tenants of Camden"]
    assert Ship.objects.get(pk=row.pk).brings == "Thirty students in spring", "what they say stays theirs"


def test_where_anyone_may_sail_a_neighbours_group_is_aboard_at_once(peer, outcomes, work, meeting, course):
    flotilla = ours(meeting, joining=Group.Joining.OPEN)
    work()
    peer.does(course, "Create", ship(peer, course, flotilla.uri))
    work()
    assert names(flotilla) == ["A course in Hackney", "Tenants of Camden"]
    peer.does(course, "Delete", {"id": f"{peer.origin}/ships/1", "type": "Tombstone", "version": 2})
    outcomes()
    work()
    assert names(flotilla) == ["Tenants of Camden"] and "flotilla_left" in told(meeting.alice)


def test_nobody_sends_another_group_sailing(peer, outcomes, meeting, course):
    flotilla = ours(meeting, joining=Group.Joining.OPEN)
    mallory = peer.somebody("people/mallory")
    forged = [
        ship(peer, course, flotilla.uri),  # said by Mallory
        ship(peer, mallory, flotilla.uri, attributedTo=meeting.readers.uri),
    ]
    for doc in forged:
        peer.does(mallory, "Create", doc)
        outcomes()
    assert not Ship.objects.exclude(actor=meeting.group.actor).exists()


def test_a_second_word_of_the_same_group_is_refused(peer, outcomes, meeting, course):
    flotilla = ours(meeting)
    peer.does(course, "Create", ship(peer, course, flotilla.uri))
    peer.does(course, "Create", ship(peer, course, flotilla.uri, path="ships/2"))
    assert "the address of what you said before" in outcomes()[-1]
    assert Ship.objects.filter(node__isnull=False).count() == 1


def test_our_group_sails_with_a_flotilla_elsewhere(peer, outcomes, work, meeting, theirs):
    flotilla = Group.objects.select_related("actor", "node").get(uri=theirs.uri)
    assert flotilla.harbour == "A clean canal" and flotilla.ends_on == dt.date(2027, 6, 30)
    answer = meeting.client(meeting.alice).post(
        f"{flotilla.get_absolute_url()}/ships/new",
        {"ship": meeting.group.public_id, "brings": "A boat", "needs": "Nets"},
    )
    assert answer.status_code == 302
    work()
    said = Ship.objects.get(actor=meeting.group.actor)
    doc = json.loads(Publication.objects.get(uri=said.uri).document)
    assert doc["context"] == theirs.uri and doc["brings"] == "A boat"
    assert names(flotilla) == []
    doc = group_document(peer, theirs, harbour="A clean canal", endDate="2027-06-30", version=2)
    peer.does(theirs, "Update", doc | {"ships": [meeting.group.uri]})
    assert outcomes()[-1].startswith("group")
    work()
    assert names(flotilla) == ["Tenants of Camden"]
    assert told(meeting.alice) == ["flotilla_welcomed"]


def test_only_the_flotilla_turns_our_group_away(peer, outcomes, work, meeting, theirs, course):
    flotilla = Group.objects.select_related("actor", "node").get(uri=theirs.uri)
    said = actions.sail_with(meeting.alice, meeting.group, flotilla, {"brings": "A boat", "needs": ""})
    work()
    peer.does(course, "Reject", said.uri)
    assert "expected a ship of this node" in outcomes()[-1]
    assert Ship.objects.get(pk=said.pk).turned_away_at is None
    for _again in range(2):
        peer.does(theirs, "Reject", said.uri)
        assert outcomes()[-1] == "ship: turned away"
    work()
    row = Ship.objects.get(pk=said.pk)
    assert row.turned_away_at is not None and row.brings == "A boat" and row.withdrawn_at is None
    assert told(meeting.alice) == ["flotilla_turned_away"]


def test_a_mandate_over_two_nodes_is_signed_by_ships_alone(peer, outcomes, work, meeting, course):
    flotilla = ours(meeting, joining=Group.Joining.OPEN)
    work()
    peer.does(course, "Create", ship(peer, course, flotilla.uri))
    work()
    flotilla = Group.objects.select_related("actor", "node").get(pk=flotilla.pk)
    proposal = {
        "id": f"{peer.origin}/mandates/1",
        "type": "Article",
        "additionalType": "https://w3id.org/valueflows/ont/vf#Agreement",
        "attributedTo": course.uri,
        "name": "Sail to the deadline",
        "content": "<p>…</p>",
        "context": flotilla.uri,
        "aim": "Every plan read in time.",
        "number": 1,
        "goals": [{"type": "Goal", "id": "plans", "text": "Read plans", "target": "10", "unit": "plans"}],
        "parties": [{"id": course.uri, "role": "university"}, {"id": meeting.group.uri, "role": "community"}],
        "endDate": "2027-03-01",
        "reviewAt": "2027-02-01",
        "published": "2026-11-21T09:00:00Z",
        "version": 1,
        "to": [PUBLIC],
    }
    alone = proposal | {"id": f"{peer.origin}/mandates/2", "number": 9, "parties": [{"id": meeting.group.uri}]}
    stranger = peer.somebody("groups/stranger", "Group", name="Strangers")
    peer.does(stranger, "Create", group_document(peer, stranger))
    foreign = proposal | {
        "id": f"{peer.origin}/mandates/3",
        "number": 8,
        "attributedTo": stranger.uri,
        "parties": [{"id": stranger.uri, "role": "other"}],
    }
    for speaker, doc in ((course, proposal), (course, alone), (stranger, foreign)):
        peer.does(speaker, "Create", doc)
        assert outcomes()[-1] == "mandate read"
    mandate = mandate_of(flotilla, None)
    assert [each.version.number for each in mandate.versions] == [1], "one signs what one proposes, and is aboard"
    version = MandateVersion.objects.get(uri=proposal["id"])
    mandates.give_stance(meeting.alice, version, Consent.Stance.CONSENT, speaker=meeting.group.actor)
    assert mandate_of(flotilla, None).standing_of(version).state == State.IN_FORCE
    result = {
        "id": f"{peer.origin}/results/1",
        "type": "Note",
        "additionalType": "urn:flotilla:ns:Result",
        "attributedTo": course.uri,
        "name": "Four plans",
        "content": "<p>Four plans</p>",
        "context": flotilla.uri,
        "goal": "plans",
        "amount": "4",
        "reached": "2026-11-21",
        "published": "2026-11-21T09:00:00Z",
        "version": 1,
        "to": [PUBLIC],
    }
    peer.does(course, "Create", result)
    peer.does(stranger, "Create", result | {"id": f"{peer.origin}/results/2", "attributedTo": stranger.uri})
    outcomes()
    assert goals_of(mandate_of(flotilla, None), None)[0].reached == 4, "who is not aboard counts nothing"


def test_hostile_ships_are_bounded(peer, outcomes, meeting, course):
    flotilla = ours(meeting)
    peer.does(course, "Create", ship(peer, course, flotilla.uri, brings="x" * 5000, needs="<script>alert(1)</script>"))
    outcomes()
    row = Ship.objects.get(node__isnull=False)
    assert len(row.brings) <= 2000
    actions.welcome(meeting.alice, flotilla, row)
    page = meeting.client(meeting.alice).get(flotilla.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page


def test_only_groups_sail_and_none_with_itself(peer, outcomes, work, meeting, theirs):
    flotilla = ours(meeting, joining=Group.Joining.OPEN)
    work()
    eve = peer.somebody("people/eve", name="Eve")
    peer.does(eve, "Create", ship(peer, eve, flotilla.uri))
    peer.does(theirs, "Create", ship(peer, theirs, theirs.uri, path="ships/2"))
    assert all("a group that sails with another" in each for each in outcomes()[-2:])
    work()
    assert names(flotilla) == ["Tenants of Camden"] and not Ship.objects.filter(node__isnull=False).exists()
