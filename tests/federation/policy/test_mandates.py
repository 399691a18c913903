"""A mandate over several nodes: each body's own versions and consents, believed from nobody else."""

from __future__ import annotations

import json

import pytest

from cop.actions import mandates as actions
from cop.mandates.reading import goals_of, mandate_of
from cop.mandates.states import State
from cop.models import Consent, Group, MandateVersion, Result
from federation.models import Activity, Delivery, Document, Publication
from tests.matches import Meeting

AGREEMENT = "https://w3id.org/valueflows/ont/vf#Agreement"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
REVIEW = "2027-11-01"


@pytest.fixture
def meeting(db) -> Meeting:
    return Meeting()


@pytest.fixture
def course(peer, outcomes):
    """A course on Hackney's node, seen here."""
    speaker = peer.somebody("groups/course", "Group", name="A course in Hackney")
    doc = peer.web.pages[speaker.uri] | {
        "additionalType": "https://schema.org/Organization",
        "to": [PUBLIC],
        "version": 1,
    }
    peer.does(speaker, "Create", doc)
    assert outcomes()[-1] == "group read"
    return speaker


def ours(meeting, course, **fields) -> MandateVersion:
    known = {
        "title": "Read plans together",
        "purpose": "So that nobody faces a plan alone.",
        "language": "en",
        "review_on": "2027-11-01",
        "goals": [{"id": "plans", "text": "Answer every plan", "target": "12", "unit": "plans"}],
    }
    parties = [{"uri": course.uri, "name": "A course in Hackney", "role": "university"}]
    version = actions.propose_version(
        meeting.alice, meeting.group.actor, meeting.group, parties=parties, **(known | fields)
    )
    return MandateVersion.objects.get(pk=version.pk)


def consent(peer, course, version_uri, stance="consent", path="consents/1", **said):
    words = said.pop("words", "")
    return {
        "id": f"{peer.origin}/{path}",
        "type": "Note",
        "additionalType": "urn:flotilla:ns:Consent",
        "attributedTo": course.uri,
        "content": "<p>Consents</p>",
        "source": {"content": words, "mediaType": "text/markdown"},
        "inReplyTo": version_uri,
        "stance": stance,
        "signed": "A course in Hackney",
        "published": "2026-11-20T09:00:00Z",
        "version": 1,
        "to": [PUBLIC],
        **said,
    }


def theirs(peer, course, meeting, **said):
    return {
        "id": f"{peer.origin}/mandates/1",
        "type": "Article",
        "additionalType": AGREEMENT,
        "attributedTo": course.uri,
        "name": "Read leases together",
        "content": "<p>…</p>",
        "context": meeting.group.uri,
        "aim": "So that nobody faces a lease alone.",
        "number": 2,
        "goals": [{"type": "Goal", "id": "plans", "text": "Answer every plan"}],
        "parties": [{"id": meeting.group.uri, "role": "community"}, {"id": course.uri, "role": "university"}],
        "reviewAt": REVIEW,
        "published": "2026-11-21T09:00:00Z",
        "version": 1,
        "to": [PUBLIC],
        **said,
    }


def state(meeting, version) -> State:
    return mandate_of(meeting.group, None).standing_of(version).state


def test_their_consent_brings_it_into_force_on_both_nodes(peer, outcomes, work, meeting, course):
    version = ours(meeting, course)
    work()
    doc = json.loads(Publication.objects.get(uri=version.uri).document)
    assert doc["additionalType"] == AGREEMENT and doc["reviewAt"] == REVIEW and "faces a plan alone" in doc["content"]
    assert [each["role"] for each in doc["parties"]] == ["community", "university"]
    peer.does(course, "Create", consent(peer, course, version.uri))
    assert outcomes()[-1] == "consent read"
    assert state(meeting, version) == State.IN_FORCE
    later = consent(peer, course, version.uri, "left", version=2)
    peer.does(course, "Update", later)
    outcomes()
    assert state(meeting, version) == State.IN_FORCE and Consent.objects.get().stance == "left"


def test_nobody_consents_for_another(peer, outcomes, meeting, course):
    version = ours(meeting, course)
    mallory = peer.somebody("groups/mallory", "Group", name="Mallory")
    peer.does(mallory, "Create", consent(peer, course, version.uri))
    assert outcomes()[-1].startswith("refused: attributedTo")
    peer.does(mallory, "Create", consent(peer, mallory, version.uri, path="consents/2"))
    outcomes()
    assert state(meeting, version) == State.PROPOSED, "Mallory is not asked"
    peer.does(course, "Create", consent(peer, course, version.uri))
    peer.does(course, "Create", consent(peer, course, version.uri, "object", path="consents/3", words="No"))
    outcomes()
    assert Document.objects.get(uri__endswith="consents/3").reason.startswith("id: expected the address")
    assert state(meeting, version) == State.IN_FORCE


@pytest.mark.parametrize(
    "said", [{"stance": "castle"}, {"stance": "object"}, {"inReplyTo": None}, {"inReplyTo": "not an address"}]
)
def test_a_consent_that_says_nothing_is_kept_unread(peer, outcomes, meeting, course, said):
    version = ours(meeting, course)
    doc = {name: value for name, value in (consent(peer, course, version.uri) | said).items() if value is not None}
    peer.does(course, "Create", doc)
    outcomes()
    assert not Consent.objects.exists() and Document.objects.filter(uri=doc["id"], state="refused").exists()


def test_a_body_that_signs_amends_it_from_its_own_node(peer, outcomes, work, meeting, course):
    first = ours(meeting, course)
    peer.does(course, "Create", theirs(peer, course, meeting, supersedes=first.uri))
    assert outcomes()[-1] == "mandate read"
    second = MandateVersion.objects.get(node__isnull=False)
    assert [each.version.pk for each in mandate_of(meeting.group, None).proposed] == [second.pk, first.pk]
    actions.give_stance(meeting.alice, second, Consent.Stance.CONSENT, speaker=meeting.group.actor)
    work()
    assert state(meeting, second) == State.IN_FORCE and state(meeting, first) == State.REPLACED
    told = Delivery.objects.filter(activity__object_uri=Consent.objects.get().uri)
    assert told.exists(), "their node hears of our consent"


def test_a_mandate_for_a_group_that_one_has_nothing_to_do_with_is_not_believed(peer, outcomes, meeting, course):
    peer.does(course, "Create", theirs(peer, course, meeting))
    assert outcomes()[-1] == "mandate read", "it is kept: the group may name them later"
    assert mandate_of(meeting.group, None).versions == []


def test_nobody_changes_anothers_version(peer, outcomes, meeting, course):
    version = ours(meeting, course)
    forged = theirs(peer, course, meeting) | {"id": version.uri}
    peer.does(course, "Update", forged)
    assert outcomes()[-1].startswith("refused:")
    version.refresh_from_db()
    assert version.title == "Read plans together"


def test_results_of_all_bodies_count(peer, outcomes, meeting, course):
    version = ours(meeting, course)
    peer.does(course, "Create", consent(peer, course, version.uri))
    result = {
        "id": f"{peer.origin}/results/1",
        "type": "Note",
        "additionalType": "urn:flotilla:ns:Result",
        "attributedTo": course.uri,
        "name": "Five plans read in class",
        "context": meeting.group.uri,
        "goal": "plans",
        "amount": "5",
        "reached": "2026-11-20",
        "version": 1,
        "to": [PUBLIC],
    }
    peer.does(course, "Create", result)
    mallory = peer.somebody("groups/mallory", "Group", name="Mallory")
    peer.does(
        mallory, "Create", result | {"id": f"{peer.origin}/results/2", "attributedTo": mallory.uri, "amount": "99"}
    )
    outcomes()
    assert Result.objects.count() == 2
    (goal,) = goals_of(mandate_of(meeting.group, None), None)
    assert goal.reached == 5, "only of those who sign it"


def test_what_members_say_goes_to_their_groups_node_alone(peer, outcomes, work, meeting, course):
    """Bob is in the course; its mandate binds the course alone."""
    from cop.actions.membership import join_group

    group = Group.objects.get(uri=course.uri)
    join_group(meeting.bob, group, name="Bob")
    join = json.loads(Activity.objects.get(type="Join").body)
    peer.does(course, "Accept", join)
    doc = theirs(peer, course, meeting, context=course.uri, parties=[{"id": course.uri, "role": "university"}])
    peer.does(course, "Create", doc)
    outcomes()
    version = MandateVersion.objects.get(node__isnull=False)
    actions.give_stance(meeting.bob, version, Consent.Stance.OBJECT, "Too early in the term.")
    work()
    said = Consent.objects.get()
    assert said.audience == group.members_audience and said.signed == "Bob"
    told = Delivery.objects.filter(activity__object_uri=said.uri).values_list("inbox", flat=True)
    assert list(told) == [f"{peer.origin}/inbox"]
    (create,) = [json.loads(each.body) for each in Activity.objects.filter(object_uri=said.uri)]
    assert create["to"] == [group.members_audience]


def test_a_stranger_holds_no_groups_own_mandate_up(peer, outcomes, meeting, course):
    version = ours(meeting, course, title="Our own")
    alone = actions.propose_version(
        meeting.alice, meeting.group.actor, meeting.group, title="Alone", purpose="Ours", review_on=REVIEW
    )
    mallory = peer.somebody("groups/mallory", "Group", name="Mallory")
    for number, each in enumerate((version, alone)):
        doc = consent(peer, mallory, each.uri, "object", path=f"consents/{number}", words="No")
        peer.does(mallory, "Create", doc)
        assert outcomes()[-1] == "consent read"
        assert state(meeting, each) == State.PROPOSED


def test_the_highest_number_leaves_room_for_another_version(peer, outcomes, meeting, course):
    version = ours(meeting, course)
    peer.does(course, "Create", consent(peer, course, version.uri))
    peer.does(course, "Create", theirs(peer, course, meeting, number=30_000))
    outcomes()
    again = ours(meeting, course)
    assert again.number == 30_000, "one more, and no other node could read it"
    peer.does(course, "Create", consent(peer, course, again.uri, path="consents/2"))
    outcomes()
    assert mandate_of(meeting.group, None).current.version.pk == again.pk


def test_a_flood_of_versions_hides_none_that_holds(peer, outcomes, meeting, course, monkeypatch):
    monkeypatch.setattr("cop.mandates.reading.MOST_VERSIONS", 3)
    version = ours(meeting, course)
    peer.does(course, "Create", consent(peer, course, version.uri))
    outcomes()
    mallory = peer.somebody("groups/mallory", "Group", name="Mallory")
    for number in range(4):
        doc = theirs(peer, mallory, meeting, id=f"{peer.origin}/mandates/{number}", published="2030-01-01T09:00:00Z")
        peer.does(mallory, "Create", doc)
    outcomes()
    current = mandate_of(meeting.group, None).current
    assert current is not None and current.version.pk == version.pk
