"""How gatherings travel: what we send says all we hold, and what others send is read as far as it goes."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts import zones
from atlas.placed import StepFree
from events.federated.gatherings import GatheringOnTheWire
from events.models import Gathering
from federation import types
from federation.documents import content_hash, normalise, unknown_terms
from federation.models import Actor
from federation.reader import BadField, Reader
from tests.federation.shared import DATA, DESIGN, files, name_of, needs_shared_data

pytestmark = pytest.mark.django_db  # a document counts what others said of the thing

COLUMNS = (
    "kind", "title", "summary", "language", "state", "starts", "ends", "time_zone", "place", "address", "area", "lat",
    "lon", "step_free", "online", "online_url", "joining", "external_url", "capacity", "coming", "axis", "festival_id",
    "venue_id", "topics", "register", "register_id", "source", "source_url", "licence", "attribution", "needed",
    "covered", "for_uri", "goal_id", "in_charge", "outcome", "outcome_note", "outcome_on",
)  # fmt: skip
WIRE = GatheringOnTheWire()
GROUP = "https://camden.example/groups/tenants"
NEEDED = [{"id": "a1b2c3d4", "text": "Chairs", "amount": 5}, {"id": "00ff00ff", "text": "A van", "amount": 1}]


def lab(**changed) -> Gathering:
    starts = dt.datetime(2026, 12, 5, 9, 0, tzinfo=dt.UTC)
    known = {
        "uri": "https://camden.example/gatherings/abcdefghjkmn",
        "public_id": "abcdefghjkmn",
        "actor": Actor(uri=GROUP, name="Tenants of Camden", type="Group"),
        "published_at": dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC),
        "updated_at": dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC),
        "kind": "lab",
        "title": "Laboratorio: contratti di coabitazione",
        "summary": "Programma:\n\n- *leggere*\n- scrivere",
        "language": "it",
        "starts": starts,
        "ends": starts + dt.timedelta(hours=3),
        "time_zone": "Europe/Rome",
        "place": "Casa di quartiere",
        "address": "Via Esempio 1, 40121 Bologna",
        "area": "Bologna",
        "lat": 44.5,
        "lon": 11.35,
        "step_free": "yes",
        "joining": "request",
        "capacity": 25,
        "coming": 17,
        "axis": "education",
        "festival_id": "https://hackney.example/gatherings/festival1234",
        "venue_id": "https://camden.example/places/abcdefghjkmn",
        "topics": ["urn:flotilla:topic:housing", "urn:flotilla:topic:cohousing"],
    }
    return Gathering(**(known | changed))


def back(gathering: Gathering) -> dict:
    """What another node of ours holds after reading what we send, bytes and all."""
    return WIRE.from_object(Reader(json.loads(json.dumps(WIRE.document(gathering)))))


def held(gathering: Gathering) -> dict:
    return {name: getattr(gathering, name) for name in COLUMNS}


VARIANTS = [
    {},
    {"summary": "", "language": "", "topics": [], "axis": "", "festival_id": None},
    {"kind": "master-class", "state": "tentative", "step_free": "no"},
    {"kind": "popular-event", "state": "postponed", "joining": "open", "capacity": None, "coming": 0},
    {"kind": "festival", "state": "cancelled", "lat": None, "lon": None, "address": ""},
    {"kind": "meeting", "state": "moved-online", "online": True, "online_url": "https://meet.example/casa"},
    {"online": True, "online_url": "https://meet.example/casa"},
    {"online": True, "place": "", "address": "", "area": "", "lat": None, "lon": None, "step_free": "unknown"},
    {"joining": "elsewhere", "external_url": "https://tickets.example/1", "coming": 0},
    {"joining": "elsewhere", "external_url": "mailto:casa@example.org", "coming": 0, "capacity": None},
    {"kind": "action", "for_uri": GROUP, "goal_id": "plans", "in_charge": "Ada", "needed": NEEDED},
    {"kind": "action", "needed": NEEDED, "covered": {"a1b2c3d4": 7}, "outcome": "not-done"},
    {"for_uri": GROUP, "outcome": "done", "outcome_note": "Ten\n\n- leases", "outcome_on": dt.date(2026, 12, 6)},
    {"time_zone": "UTC", "title": "Titolo “con” <b>segni</b> & così via"},
]


@pytest.mark.parametrize("changed", VARIANTS, ids=lambda changed: ",".join(map(str, changed.values()))[:40])
def test_what_is_sent_is_what_is_held(changed):
    gathering = lab(**changed)
    assert back(gathering) == held(gathering)


@pytest.mark.parametrize("changed", VARIANTS, ids=lambda changed: ",".join(map(str, changed.values()))[:40])
def test_every_term_is_in_the_context(changed):
    document = WIRE.document(lab(**changed))
    assert unknown_terms(document) == set()
    assert normalise(document)["type"] == "Event", "and so it is for those who read it as JSON-LD"


texts = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Cf", "Z")), min_size=1, max_size=40)
moments = st.integers(-631_152_000, 5_680_281_600).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC))


@examples(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    starts=moments,
    length=st.timedeltas(dt.timedelta(), dt.timedelta(days=30)).map(
        lambda length: length - length % dt.timedelta(seconds=1)
    ),
    zone=st.sampled_from(sorted(zones.known())),
    kind=st.sampled_from(Gathering.Kind.values),
    state=st.sampled_from(["scheduled", "tentative", "postponed", "cancelled"]),
    step_free=st.sampled_from(StepFree.values),
    capacity=st.none() | st.integers(1, 100_000),
    place=texts,
    lat=st.integers(-89_000_000, 89_000_000).map(lambda each: each / 1_000_000),
    lon=st.integers(-179_000_000, 179_000_000).map(lambda each: each / 1_000_000),
)
def test_any_gathering_comes_back_the_same(starts, length, zone, kind, state, step_free, capacity, place, lat, lon):
    gathering = lab(
        starts=starts, ends=starts + length, time_zone=zone, kind=kind, state=state, step_free=step_free,
        capacity=capacity, coming=min(17, capacity or 17), place=place.strip() or "x", lat=lat or 1.0, lon=lon or 1.0,
    )  # fmt: skip
    read = back(gathering)
    assert read.pop("place") == unicodedata.normalize("NFC", gathering.place)
    expected = held(gathering)
    del expected["place"]
    assert read == expected


def test_an_offset_with_seconds_is_told_in_utc():
    document = WIRE.document(lab(starts=dt.datetime(1970, 1, 1, tzinfo=dt.UTC), ends=None, time_zone="Africa/Monrovia"))
    assert document["startTime"] == "1970-01-01T00:00:00Z", "RFC 3339 knows no -00:44:30"


def test_the_hours_are_those_of_the_place():
    document = WIRE.document(lab())
    assert (document["startTime"], document["endTime"]) == ("2026-12-05T10:00:00+01:00", "2026-12-05T13:00:00+01:00")
    assert (document["timezone"], document["displayEndTime"]) == ("Europe/Rome", True)
    assert "2026-12-05 10:00–13:00 (Europe/Rome) · Casa di quartiere" in document["summary"]


def test_a_postponed_one_tells_its_old_date_as_old():
    document = WIRE.document(lab(state="postponed"))
    assert document["previousStartTime"] == "2026-12-05T10:00:00+01:00"
    assert document["eventStatus"] == "EventPostponed"


def test_who_comes_is_a_number_and_no_part_of_the_content():
    few, many = WIRE.document(lab(coming=3)), WIRE.document(lab(coming=24))
    assert many["attendees"] == {"type": "Collection", "id": f"{lab().uri}/attendees", "totalItems": 24}
    assert (many["participantCount"], many["remainingAttendeeCapacity"]) == (24, 1)
    assert content_hash(few) == content_hash(many), "a place taken is no new version"


def test_the_kind_is_said_in_the_words_of_others():
    said = {}
    for kind in Gathering.Kind:
        document = WIRE.document(lab(kind=kind))
        said[kind] = (document["type"], document["additionalType"].rsplit("/", 1)[1], document["category"])
    assert said == {
        "lab": ("Event", "EducationEvent", ["WORKSHOPS_SKILL_SHARING"]),
        "master-class": ("Event", "EducationEvent", ["LEARNING"]),
        "popular-event": ("Event", "SocialEvent", ["COMMUNITY"]),
        "festival": ("Event", "Festival", ["FESTIVALS"]),
        "meeting": ("Event", "Event", ["MEETING"]),
        "action": ("Event", "Event", ["CAUSES"]),
    }


@pytest.mark.parametrize("additional", ["EducationEvent", "SocialEvent", "Festival", "Event"])
def test_all_our_additional_types_and_none_are_read_as_gatherings(additional):
    found = types.for_wire("Event", (f"https://schema.org/{additional}",))
    assert found is types.for_wire("Event", ()) is types.for_kind("gathering")


# --- What others send ---------------------------------------------------------------------------------


def event(**said) -> dict:
    known = {
        "id": "https://mobilizon.example/events/1",
        "type": "Event",
        "name": "An evening",
        "startTime": "2026-12-05T18:00:00Z",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
    }
    return {name: value for name, value in (known | said).items() if value is not None}


def read(**said) -> dict:
    return WIRE.from_object(Reader(event(**said)))


@needs_shared_data
@pytest.mark.parametrize("path", files("activitypub/mobilizon", "Event*.json"), ids=name_of)
def test_mobilizon(path):
    """`location` redefined as schema.org, `geo` inside it, 0 for no limit, a status in iCalendar's word."""
    found = WIRE.from_object(Reader(json.loads(path.read_text())))
    assert found["title"] == "Mobilizon Launching Party"
    assert (found["kind"], found["state"], found["joining"]) == ("meeting", "scheduled", "open")
    assert found["starts"] == dt.datetime(2019, 12, 18, 13, tzinfo=dt.UTC)
    assert found["ends"] == dt.datetime(2019, 12, 18, 14, tzinfo=dt.UTC)
    assert found["place"] == "Cour du Château des Ducs de Bretagne"
    assert (found["area"], found["capacity"]) == ("Nantes", None)
    assert "Nantes" in found["address"] and found["lat"] is not None


@needs_shared_data
def test_gancio():
    """The address as text, no end, no start in this capture, no word on how to join."""
    path = DATA / "activitypub" / "gancio" / "Event--gancio-v1.22.json"
    found = WIRE.from_object(Reader(json.loads(path.read_text())))
    assert (found["title"], found["kind"]) == ("Picture Show", "popular-event")
    assert (found["place"], found["address"]) == ("Fediverse TV", "C/ Falsa 123")
    assert (found["starts"], found["ends"], found["joining"], found["external_url"]) == (None, None, "elsewhere", "")


@needs_shared_data
def test_the_example_of_the_design():
    found = WIRE.from_object(Reader(json.loads((DESIGN / "wire-examples" / "lab-event.json").read_text())))
    assert (found["kind"], found["joining"], found["capacity"], found["coming"]) == ("lab", "request", 25, 17)
    assert (found["time_zone"], found["language"], found["state"]) == ("Europe/Rome", "it", "scheduled")
    assert (found["lat"], found["lon"], found["place"]) == (44.5, 11.35, "Casa di quartiere")


@needs_shared_data
@pytest.mark.parametrize("path", files("activitypub", "*Event*.json"), ids=name_of)
def test_every_event_of_the_captures_is_read_or_refused_by_name(path):
    try:
        document = json.loads(path.read_text())
    except ValueError:
        pytest.skip("not JSON")
    for candidate in (document, document.get("object")):
        if isinstance(candidate, dict):
            try:
                found = WIRE.from_object(Reader(candidate))
            except BadField as bad:
                assert bad.accepted
            else:
                Gathering(**found)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"eventStatus": "https://w3id.org/fep/8a8e/EventCancelled"}, "cancelled"),
        ({"eventStatus": "EventRescheduled"}, "scheduled"),
        ({"ical:status": "TENTATIVE"}, "tentative"),
        ({"status": "http://www.w3.org/2002/12/cal/ical#CANCELLED"}, "cancelled"),
        ({"eventStatus": "Nonsense"}, "scheduled"),
    ],
)
def test_states_of_others(said, expected):
    assert read(**said)["state"] == expected


def test_several_locations_are_a_hybrid():
    found = read(
        location=[
            {"type": "VirtualLocation", "name": "Jitsi", "url": "https://meet.example/1"},
            {"type": "Place", "name": "Hall", "address": "15 Fediverse Street"},
        ]
    )
    assert (found["place"], found["address"]) == ("Hall", "15 Fediverse Street")
    assert (found["online"], found["online_url"]) == (True, "https://meet.example/1")


def test_online_without_a_link_is_online():
    found = read(isOnline=True)
    assert (found["online"], found["online_url"], found["place"]) == (True, "", "")


@pytest.mark.parametrize("category", ["workshops_skill_sharing", ["ARTS", "WORKSHOPS_SKILL_SHARING"]])
def test_categories_come_as_text_or_list(category):
    assert read(category=category)["kind"] == "lab"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"startTime": "2026-12-05"}, "startTime"),
        ({"startTime": "0000-0-0T0:0"}, "startTime"),
        ({"endTime": "2026-12-05T17:00:00Z"}, "endTime"),
        ({"participantCount": -1}, "participantCount"),
        ({"maximumAttendeeCapacity": "many"}, "maximumAttendeeCapacity"),
        ({"location": {"type": "Place", "latitude": 451, "longitude": 0}}, "latitude"),
        ({"joinMode": "external", "externalParticipationUrl": "javascript:alert(1)"}, "externalParticipationUrl"),
    ],
)
def test_what_cannot_be_read_is_named(said, field):
    with pytest.raises(BadField, match=field):
        read(**said)


@pytest.mark.parametrize(
    ("said", "column", "expected"),
    [
        ({"timezone": "Mars/Olympus"}, "time_zone", ""),
        ({"timezone": "../../etc/passwd"}, "time_zone", ""),
        ({"context": "tag:mastodon.example,2026:1"}, "festival_id", None),
        ({"context": "https://mobilizon.example/events/1"}, "festival_id", None),
        ({"context": f"https://mobilizon.example/{'x' * 600}"}, "festival_id", None),
        ({"location": {"type": "VirtualLocation", "url": f"https://a.example/{'x' * 600}"}}, "online_url", ""),
        ({"joinMode": "invite"}, "joining", "elsewhere"),
        ({"axis": "urn:flotilla:axis:conquest"}, "axis", ""),
        (
            {"topics": ["urn:flotilla:topic:housing", "https://lambeth.example/topics/a", "javascript:alert(1)"]},
            "topics",
            ["urn:flotilla:topic:housing", "https://lambeth.example/topics/a"],
        ),
    ],
)
def test_what_can_be_left_out_is_left_out(said, column, expected):
    assert read(**said)[column] == expected
