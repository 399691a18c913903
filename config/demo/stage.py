"""Who and what of a kit is on the node already, and the values of its file as columns hold them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from atlas.models import Topic
from atlas.vocabulary import iri_of
from config.demo.kit import BadKit, Entry, Kit
from config.demo.moments import moment

if TYPE_CHECKING:
    from cop.models import Group
    from federation.models import Actor, Published

LABEL = {
    "en": "Demo content, invented to show how this works.",
    "it": "Contenuto dimostrativo, inventato per mostrare come funziona.",
}


@dataclass
class Stage:
    """Who and what of the kit is on the node already."""

    kit: Kit
    now: dt.datetime
    topics: frozenset[str]
    people: dict[str, Actor] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    things: dict[str, Published] = field(default_factory=dict)

    def speakers(self, entry: Entry) -> tuple[Actor, Actor]:
        """The human on record and the group that speaks."""
        group = self.groups[entry["group"]]
        steward = next(each["steward"] for each in self.kit.groups if each["id"] == entry["group"])
        return self.people[steward], group.actor


def labelled(text: str, language: str) -> str:
    """The text, saying of itself that it is demo content where it does not do so already."""
    if re.search(r"\bdemo", text, re.IGNORECASE):
        return text
    return f"{text.rstrip()}\n\n*{LABEL.get(language, LABEL['en'])}*"


def topics(stage: Stage, entry: Entry) -> list[str]:
    iris = [iri_of(Topic.Scheme.TOPIC, slug) for slug in entry["topics"]]
    if strangers := set(iris) - stage.topics:
        raise BadKit(f"{stage.kit.key}.yaml: {entry['id']}: topics: nobody knows {', '.join(sorted(strangers))}")
    return iris


def where(entry: Entry) -> dict[str, Any]:
    """A group that does not want to be found has an area and no point."""
    hidden = bool(entry.get("minority"))
    return {
        "area": entry["area"],
        "lat": None if hidden else entry.get("lat"),
        "lon": None if hidden else entry.get("lon"),
    }


def moment_of(stage: Stage, entry: Entry, name: str, zone: ZoneInfo, otherwise: dt.time) -> dt.datetime:
    try:
        return moment(str(entry[name]), zone, stage.now, otherwise=otherwise)
    except ValueError as bad:
        raise BadKit(f"{stage.kit.key}.yaml: {entry['id']}: {name}: {bad}") from bad


def amount(entry: Entry, name: str) -> Decimal | None:
    return Decimal(str(entry[name])) if entry.get(name) is not None else None
