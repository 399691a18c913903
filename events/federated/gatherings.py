"""A gathering travels as an Event that Mobilizon, Gancio and Mastodon can show.

FEP-8a8e at its draft of 2025-04-23, with Mobilizon's counters and modes beside it. What the FEP has no word for, its
own words serve: our six kinds are six of its categories.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django.utils.html import escape

from atlas import sourced, wire
from events.federated import together, venues
from events.models import Gathering
from events.models.gatherings import ADDRESS_LENGTH
from federation.reader import BadField
from federation.types import FederatedType, register
from federation.values import write_instant

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]

Kind, State, Joining = Gathering.Kind, Gathering.State, Gathering.Joining

EDUCATION = "https://schema.org/EducationEvent"
SOCIAL = "https://schema.org/SocialEvent"
FESTIVAL = "https://schema.org/Festival"
PLAIN = "https://schema.org/Event"

ADDITIONAL_TYPE = {
    Kind.LAB: EDUCATION,
    Kind.MASTER_CLASS: EDUCATION,
    Kind.POPULAR_EVENT: SOCIAL,
    Kind.FESTIVAL: FESTIVAL,
    Kind.MEETING: PLAIN,
    Kind.ACTION: PLAIN,
}
CATEGORY = {
    Kind.LAB: "WORKSHOPS_SKILL_SHARING",
    Kind.MASTER_CLASS: "LEARNING",
    Kind.POPULAR_EVENT: "COMMUNITY",
    Kind.FESTIVAL: "FESTIVALS",
    Kind.MEETING: "MEETING",
    Kind.ACTION: "CAUSES",
}
KIND_BY_CATEGORY = {category: kind for kind, category in CATEGORY.items()} | {"NETWORKING": Kind.MEETING}
KIND_BY_ADDITIONAL_TYPE = {EDUCATION: Kind.LAB, SOCIAL: Kind.POPULAR_EVENT, FESTIVAL: Kind.FESTIVAL}

EVENT_STATUS = {
    State.SCHEDULED: "EventScheduled",
    State.TENTATIVE: "EventTentative",
    State.POSTPONED: "EventPostponed",
    State.MOVED_ONLINE: "EventMovedOnline",
    State.CANCELLED: "EventCancelled",
}
STATE_BY_EVENT_STATUS = {status: state for state, status in EVENT_STATUS.items()}
ICAL_STATUS = {State.TENTATIVE: "TENTATIVE", State.POSTPONED: "TENTATIVE", State.CANCELLED: "CANCELLED"}
STATE_BY_ICAL_STATUS = {"TENTATIVE": State.TENTATIVE, "CANCELLED": State.CANCELLED}

JOIN_MODE = {Joining.OPEN: "free", Joining.REQUEST: "restricted", Joining.ELSEWHERE: "external"}
JOINING_BY_MODE = {mode: joining for joining, mode in JOIN_MODE.items()}

AXIS_PREFIX = "urn:flotilla:axis:"


@register
class GatheringOnTheWire(FederatedType):
    """An Event; unmarked ones of other programs are read as well."""

    kinds = ("gathering",)
    model = Gathering
    type = "Event"
    additional_type = EDUCATION
    also_reads = (("Event", SOCIAL), ("Event", FESTIVAL), ("Event", PLAIN), ("Event", ""))

    def topics_of(self, gathering: Gathering) -> list[str]:
        return [] if gathering.register else gathering.topics  # a register is not news

    def to_object(self, gathering: Gathering) -> Json:
        return {
            **wire.words(gathering.title, gathering.summary, gathering.language),
            # Also when empty: without it, readers would take the line in `summary` for the description.
            "source": {"content": gathering.summary, "mediaType": "text/markdown"},
            "summary": f"<p>{escape(in_one_line(gathering))}</p>",
            "additionalType": ADDITIONAL_TYPE[Kind(gathering.kind)],
            "category": [CATEGORY[Kind(gathering.kind)]],
            **_times(gathering),
            **_state(gathering),
            **venues.written(gathering),
            **_joining(gathering),
            "organizers": {"type": "Collection", "totalItems": 1, "items": [gathering.actor.uri]},
            "axis": f"{AXIS_PREFIX}{gathering.axis}" if gathering.axis else "",
            "context": gathering.festival_id,
            **together.written(gathering),
            **sourced.written(gathering),
            **wire.topics(gathering.topics),
        }

    def from_object(self, read: Reader) -> Json:
        said = wire.read_words(read)
        if not said["name"]:
            raise BadField("name", read.data.get("name"), "a title")
        kind = _read_kind(read)
        return {
            "kind": kind,
            "title": said["name"],
            "summary": _read_summary(read, said["summary"]),
            "language": said["language"],
            "state": _read_state(read),
            **_read_times(read),
            **venues.read(read),
            **_read_joining(read),
            "axis": _read_axis(read),
            **together.read(read, kind),
            **sourced.read(read),
            "festival_id": _read_festival(read),
            "topics": wire.read_topics(read),
        }


def in_one_line(gathering: Gathering) -> str:
    """When and where in figures and names, which need no translation: Mastodon shows this under the title."""
    parts = []
    if gathering.starts is not None:
        starts = gathering.starts.astimezone(gathering.zone)
        parts.append(f"{starts:%Y-%m-%d %H:%M}{_until(starts, gathering)} ({gathering.time_zone or 'UTC'})")
    parts += [gathering.place, gathering.address, gathering.area]
    return " · ".join(part for part in dict.fromkeys(parts) if part)


def _until(starts: dt.datetime, gathering: Gathering) -> str:
    if gathering.ends is None:
        return ""
    ends = gathering.ends.astimezone(gathering.zone)
    return f"–{ends:%H:%M}" if ends.date() == starts.date() else f" – {ends:%Y-%m-%d %H:%M}"


def _times(gathering: Gathering) -> Json:
    """In the place's own wall time. A postponed one keeps its old date, and says that it is one."""
    starts = _wall_time(gathering.starts, gathering)
    said: Json = {
        "startTime": starts,
        "endTime": _wall_time(gathering.ends, gathering),
        "timezone": gathering.time_zone,
        "displayEndTime": gathering.ends is not None,
    }
    if gathering.state == State.POSTPONED:
        said["previousStartTime"] = starts
    return said


def _wall_time(moment: dt.datetime | None, gathering: Gathering) -> str | None:
    return write_instant(moment, gathering.zone) if moment else None


def _read_times(read: Reader) -> Json:
    starts = read.instant("startTime") or read.instant("previousStartTime")
    ends = read.instant("endTime")
    if starts and ends and ends < starts:
        raise BadField("endTime", read.data.get("endTime"), f"a moment not before startTime, {starts.isoformat()}")
    zone = read.text("timezone", 64)
    return {"starts": starts, "ends": ends, "time_zone": zone if zone in available_timezones() else ""}


def _state(gathering: Gathering) -> Json:
    state = State(gathering.state)
    return {"eventStatus": EVENT_STATUS[state], "ical:status": ICAL_STATUS.get(state, "CONFIRMED")}


def _read_state(read: Reader) -> str:
    """FEP-8a8e's word, else iCalendar's, as Mobilizon has it. Rescheduled is scheduled: the new date is what counts."""
    status = _last_word(read.text("eventStatus", 200))
    if status:
        return STATE_BY_EVENT_STATUS.get(status, State.SCHEDULED)
    word = _last_word(read.text("ical:status", 100) or read.text("status", 100)).upper()
    return STATE_BY_ICAL_STATUS.get(word, State.SCHEDULED)


def _joining(gathering: Gathering) -> Json:
    said: Json = {"joinMode": JOIN_MODE[Joining(gathering.joining)], "anonymousParticipationEnabled": False}
    if gathering.capacity is not None:
        said["maximumAttendeeCapacity"] = gathering.capacity
    if gathering.joining == Joining.ELSEWHERE:
        return said | {"externalParticipationUrl": gathering.external_url}
    attendees = {"type": "Collection", "id": f"{gathering.uri}/attendees", "totalItems": gathering.coming}
    said |= {"participantCount": gathering.coming, "attendees": attendees}
    if gathering.places_left is not None:
        said["remainingAttendeeCapacity"] = gathering.places_left
    return said


def _read_joining(read: Reader) -> Json:
    """Programs that do not handle joining (Gancio) say no mode: then people find out on the gathering's own page."""
    joining = JOINING_BY_MODE.get(_last_word(read.text("joinMode", 100)), Joining.ELSEWHERE)
    address = ""
    if joining == Joining.ELSEWHERE:
        address = read.uri("externalParticipationUrl", schemes=("https", "http", "mailto"))
    attendees = read.child("attendees")
    told = attendees.integer("totalItems") if attendees else None
    return {
        "joining": joining,
        "external_url": address if len(address) <= ADDRESS_LENGTH else "",
        # Mobilizon writes 0 for no limit.
        "capacity": read.integer("maximumAttendeeCapacity") or None,
        "coming": read.integer("participantCount") or told or 0,
    }


def _read_kind(read: Reader) -> str:
    for category in read.strings("category", 10):
        kind = KIND_BY_CATEGORY.get(category.upper())
        if kind:
            return kind
    known = [KIND_BY_ADDITIONAL_TYPE[each] for each in read.additional_types if each in KIND_BY_ADDITIONAL_TYPE]
    return known[0] if known else Kind.POPULAR_EVENT


def _read_summary(read: Reader, summary: str) -> str:
    """Markdown of ours as it was written, even when that is nothing."""
    source = read.child("source")
    ours = source is not None and source.text("mediaType", 100) == "text/markdown"
    return source.text("content", 5000, lines=True) if source is not None and ours else summary


def _read_axis(read: Reader) -> str:
    slug = read.text("axis", 100).removeprefix(AXIS_PREFIX)
    return slug if slug in Gathering.Axis.values else ""


def _read_festival(read: Reader) -> str | None:
    """`context` is the festival among our nodes, and a conversation or a group in other programs: kept as an address
    that leads somewhere only where a festival is, and of no account when it is none."""
    try:
        address = read.uri("context", schemes=("https", "http"))
    except BadField:
        return None
    return address if address and len(address) <= ADDRESS_LENGTH and address != read.id else None


def _last_word(name: str) -> str:
    """`https://w3id.org/fep/8a8e/EventCancelled` and `EventCancelled` are one word."""
    return name.replace("#", "/").replace(":", "/").rpartition("/")[2]
