"""Every kind of thing a node can publish: how its form is filled in, and what programs must read of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.federation.live.kinds_forms import Value

HOUSING = "urn:flotilla:topic:housing"
NEXT_YEAR = dt.datetime.now(dt.UTC).year + 1

OPEN, REQUEST, ELSEWHERE = "open", "request", "elsewhere"
SIGN_UP_AT = "https://lantern-yard.example/come"

PUBLISHED, READ, JOINED, EDITED, LEFT, WITHDRAWN = STEPS = (
    "published", "read", "joined", "edited", "left", "withdrawn",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """`name` is ours, `card` the atlas's word for it; `title` the field that holds its name on the form."""

    name: str
    folder: str
    card: str
    type: str
    additional_type: str
    form: Mapping[str, Value]
    title: str = "title"
    publish: str = "Publish"
    joining: str = ""
    has_calendar: bool = False
    first_version: int = 1
    steps: tuple[str, ...] = field(default=(PUBLISHED, READ, EDITED, WITHDRAWN))

    @property
    def new_at(self) -> str:
        return "/me/page" if self.card == "person" else f"/{self.folder}/new"

    @property
    def ends_in_tombstone(self) -> bool:
        """A person's page is only hidden: a Delete would end their account in other programs for good."""
        return self.card not in {"person", "topic"}


def _group(name: str, joining: str) -> Kind:
    form: dict[str, Value] = {
        "summary": "We mend **together**.\n\nOn Thursdays.",
        "joining": joining,
        "topics": [HOUSING],
        "area": "Camden, London",
        "lat": "51.529",
        "lon": "-0.1255",
        "language": "en",
    }
    return Kind(
        name, "groups", "group", "Group", "https://schema.org/Organization", form,
        title="name", publish="Found the group", joining=joining, steps=STEPS,
    )  # fmt: skip


def _proposal(direction: str, support: str) -> Kind:
    form: dict[str, Value] = {
        "summary": "For **forty** people.\n\nStep-free, please.",
        "support": support,
        "topics": [HOUSING],
        "area": "Camden, London",
        "quantity": "40",
        "unit": "chairs",
        "language": "en",
    }
    return Kind(direction, f"{direction}s", direction, "Note", "https://w3id.org/valueflows/ont/vf#Proposal", form)


def _gathering(name: str, additional_type: str, joining: str) -> Kind:
    form: dict[str, Value] = {
        "kind": name.replace(" ", "-"),
        "summary": "Bring **your** lease.\n\nWe read it aloud.",
        "starts": f"{NEXT_YEAR}-07-05T18:30",
        "ends": f"{NEXT_YEAR}-07-05T20:30",
        "time_zone": "Europe/London",
        "place": "Camden Town Hall",
        "area": "Camden, London",
        "joining": joining,
        "topics": [HOUSING],
        "language": "en",
        **({"external_url": SIGN_UP_AT} if joining == ELSEWHERE else {"capacity": "40"}),
    }
    # Nobody can leave what nobody can join here.
    steps = tuple(step for step in STEPS if (joining, step) != (ELSEWHERE, LEFT))
    return Kind(
        name, "gatherings", "gathering", "Event", f"https://schema.org/{additional_type}", form,
        joining=joining, has_calendar=True, steps=steps,
    )  # fmt: skip


PERSON = Kind(
    "person",
    "people",
    "person",
    "Person",
    "https://schema.org/Person",
    {
        "summary": "I read **leases**.",
        "topics": [HOUSING],
        "area": "Camden",
        "shown": ["summary", "topics", "area"],
        "is_public": True,
    },
    title="name",
    publish="Save",
    first_version=2,  # the page was there before, hidden
)

TOPIC = Kind(
    "topic",
    "topics",
    "topic",
    "Service",
    "http://www.w3.org/2004/02/skos/core#Concept",
    {},
    steps=(PUBLISHED, READ, JOINED, LEFT),
)
"""The words are the same on every node and nobody here writes them: a topic is read, followed, and left again."""

CALL = Kind(
    "call",
    "calls",
    "call",
    "Article",
    "https://schema.org/MonetaryGrant",
    {
        "plain_summary": "For something you can **finish** in six months.",
        "giver": "Lantern Yard Fund",
        "who_can_apply": "Groups of at least three people.",
        "minimum": "300",
        "maximum": "2000",
        "currency": "GBP",
        "closes_at": f"{NEXT_YEAR}-07-15T17:00",
        "time_zone": "Europe/London",
        "topics": [HOUSING],
        "area": "London",
        "language": "en",
    },
    has_calendar=True,
)

KNOW_HOW = Kind(
    "know-how",
    "know-how",
    "know-how",
    "Article",
    "https://schema.org/HowTo",
    {
        "kind": "know-how",
        "short_answer": "Take it off its hinges first.",
        "body": "1. Lift **slowly**.\n2. Mend it.",
        "jurisdiction": "England",
        "licence": "CC-BY-4.0",
        "checked_on": "2026-10-01",
        "checked_by": "A joiner",
        "topics": [HOUSING],
        "language": "en",
    },
)

PLACE = Kind(
    "place",
    "places",
    "place",
    "Place",
    "https://schema.org/CivicStructure",
    {
        "kind": "community-hub",
        "summary": "A room for **forty**.",
        "services": "Repair table",
        "give_back": "An hour of paint",
        "address": "1 Example Street",
        "area": "Camden, London",
        "lat": "51.529",
        "lon": "-0.1255",
        "step_free": "yes",
        "access": ["lift"],
        "topics": [HOUSING],
        "language": "en",
    },
    title="name",
)

EXPERTISE = Kind(
    "expertise",
    "expertise",
    "expertise",
    "Note",
    "https://w3id.org/valueflows/ont/vf#ResourceSpecification",
    {
        "summary": "We read **leases**.",
        "ways": ["read", "explain"],
        "terms": "pro-bono",
        "topics": [HOUSING],
        "languages": ["en"],
        "language": "en",
    },
)

KINDS = (
    _group("open group", OPEN),
    _group("group by request", REQUEST),
    PERSON,
    TOPIC,
    _proposal("need", "space"),
    _proposal("offer", "equipment"),
    _gathering("lab", "EducationEvent", OPEN),
    _gathering("master class", "EducationEvent", REQUEST),
    _gathering("popular event", "SocialEvent", OPEN),
    _gathering("festival", "Festival", ELSEWHERE),
    _gathering("meeting", "Event", REQUEST),
    _gathering("action", "Event", OPEN),
    CALL,
    KNOW_HOW,
    PLACE,
    EXPERTISE,
)
