"""Putting a kit on this node, through the actions that people use."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from accounts.actions import make_account
from accounts.models import User
from atlas.models import Topic
from atlas.vocabulary import iri_of
from config.demo.kit import BadKit, Entry, Kit
from config.demo.moments import EVENING, MORNING, moment
from cop.actions.groups import found_group
from cop.actions.membership import accept_member, join_group
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal
from cop.models import Group, Member, Person, Proposal
from events.actions.gatherings import publish_gathering
from events.models import Gathering
from federation import actors
from federation.describing import describe_this_node
from funding.actions import publish_call

if TYPE_CHECKING:
    from collections.abc import Callable

    from federation.models import Actor, Published

PASSWORD = "sail-together"
"""Of every account of the demo: it is printed on the screen, and guards nothing."""

LABEL = {
    "en": "Demo content, invented to show how this works.",
    "it": "Contenuto dimostrativo, inventato per mostrare come funziona.",
}
PRACTICE = {
    "engaged": Person.Practice.ENGAGED,
    "pro-bono": Person.Practice.PRO_BONO,
    "both": Person.Practice.EITHER,
}
SHOWN = {
    "help": "summary", "engagement": "practice", "languages": "languages", "area": "area", "topics": "topics",
    "groups": "groups",
}  # fmt: skip
STEP_FREE = {True: Gathering.StepFree.YES, False: Gathering.StepFree.NO, None: Gathering.StepFree.UNKNOWN}


@dataclass
class Stage:
    """Who and what of the kit is on the node already."""

    kit: Kit
    now: dt.datetime
    topics: frozenset[str]
    people: dict[str, Actor] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def speakers(self, entry: Entry) -> tuple[Actor, Actor]:
        """The human on record and the group that speaks."""
        group = self.groups[entry["group"]]
        steward = next(each["steward"] for each in self.kit.groups if each["id"] == entry["group"])
        return self.people[steward], group.actor


def is_loaded(kit: Kit) -> bool:
    """Whether the kit is on this node: its accounts came with everything else, in one transaction."""
    return User.objects.filter(email=kit.email(kit.steward["id"])).exists()


def load(kit: Kit) -> None:
    """All of the kit that needs no neighbour, or nothing. Raises BadKit naming entry, field and value."""
    with transaction.atomic():
        stage = Stage(kit, timezone.now(), frozenset(Topic.objects.values_list("iri", flat=True)))
        language = kit.node["language"]
        describe_this_node(
            name=kit.node["name"],
            summary=kit.node["summary"][language],
            area=kit.node["area"],
        )
        # One hash for all of them: making one is meant to be slow, and the password is the same.
        _put(stage, kit.people, partial(_person, hashed=make_password(PASSWORD)))
        _put(stage, kit.groups, _group)
        _put(stage, kit.proposals, _proposal)
        _put(stage, kit.gatherings, _gathering)
        _put(stage, kit.calls, _call)


def labelled(text: str, language: str) -> str:
    """The text, saying of itself that it is demo content where it does not do so already."""
    if re.search(r"\bdemo", text, re.IGNORECASE):
        return text
    return f"{text.rstrip()}\n\n*{LABEL.get(language, LABEL['en'])}*"


def _person(stage: Stage, entry: Entry, *, hashed: str) -> Person:
    """An account, and a page with what its person chose to show."""
    user = make_account(
        stage.kit.email(entry["id"]),
        language=entry["language"],
        time_zone=stage.kit.node["time_zone"],
        is_steward=bool(entry.get("steward_of_node")),
    )
    user.password = hashed
    user.save(update_fields=["password"])
    actor = stage.people[entry["id"]] = actors.for_user(user)
    page: dict[str, Any] = {
        "name": entry["name"],
        "summary": labelled(entry["help"], entry["language"]),
        "practice": PRACTICE[entry["engagement"]],
        "languages": entry["languages"],
        "language": entry["language"],
        "area": entry["area"],
        "topics": _topics(stage, entry),
        "shown": [SHOWN[name] for name in entry["publish"]],
        "is_public": bool(entry["publish"]),
    }
    return change_page(person_of(actor), page)


def _group(stage: Stage, entry: Entry) -> Group:
    steward = stage.people[entry["steward"]]
    group = found_group(
        steward,
        handle=entry["id"],
        steward_name=_name(stage.kit, entry["steward"]),
        name=entry["name"],
        summary=labelled(entry["summary"], entry["language"]),
        language=entry["language"],
        kinds=entry["kinds"],
        languages=entry["languages"],
        joining=entry["joining"],
        topics=_topics(stage, entry),
        **_where(entry),
    )
    stage.groups[entry["id"]] = group
    for person in entry.get("members", ()):
        member = join_group(stage.people[person], group, name=_name(stage.kit, person))
        if member.state == Member.State.ASKED:
            accept_member(steward, member)
    return group


def _proposal(stage: Stage, entry: Entry) -> Proposal:
    return publish_proposal(
        *stage.speakers(entry),
        Proposal.Direction(entry["direction"]),
        title=entry["title"],
        summary=labelled(entry["summary"], entry["language"]),
        language=entry["language"],
        topics=_topics(stage, entry),
        support=entry["support"],
        online=entry["where"] == "online",
        until=_moment(stage, entry, "until", stage.kit.zone, EVENING),
        quantity=_amount(entry, "quantity"),
        unit=entry.get("unit", ""),
        **_where(entry),
    )


def _gathering(stage: Stage, entry: Entry) -> Gathering:
    """Face to face it is in its group's area."""
    zone = ZoneInfo(entry["time_zone"])
    walkable = "place" in entry
    return publish_gathering(
        *stage.speakers(entry),
        kind=entry["kind"],
        title=entry["title"],
        summary=labelled(entry["summary"], entry["language"]),
        language=entry["language"],
        starts=_moment(stage, entry, "starts", zone, MORNING),
        ends=_moment(stage, entry, "ends", zone, EVENING),
        time_zone=entry["time_zone"],
        place=entry.get("place", ""),
        address=entry.get("address", ""),
        step_free=STEP_FREE[entry.get("step_free")],
        online=not walkable or "online_url" in entry,
        online_url=entry.get("online_url", ""),
        axis=entry["axis"],
        topics=_topics(stage, entry),
        capacity=entry.get("capacity"),
        joining=entry["joining"],
        external_url=entry.get("join_url", ""),
        state=entry["state"],
        area=stage.groups[entry["group"]].area if walkable else "",
        lat=entry.get("lat"),
        lon=entry.get("lon"),
    )


def _call(stage: Stage, entry: Entry) -> Published:
    zone = ZoneInfo(entry["time_zone"])
    return publish_call(
        *stage.speakers(entry),
        title=entry["title"],
        plain_summary=labelled(entry["plain_summary"], entry["language"]),
        language=entry["language"],
        giver=entry["giver"],
        who_can_apply=entry["who_can_apply"],
        how_to_apply=entry["how_to_apply"],
        minimum=_amount(entry, "min"),
        maximum=_amount(entry, "max"),
        total=_amount(entry, "total"),
        currency=entry.get("currency", ""),
        opens_at=_moment(stage, entry, "opens", zone, MORNING),
        closes_at=_moment(stage, entry, "closes", zone, EVENING),
        time_zone=entry["time_zone"],
        topics=_topics(stage, entry),
        **_where(entry),
    )


def _put(stage: Stage, entries: list[Entry], publish: Callable[[Stage, Entry], Published]) -> None:
    """Actions trust their forms; a file has none, so its values are held against the columns here."""
    for entry in entries:
        where = f"{stage.kit.key}.yaml: {entry['id']}"
        try:
            publish(stage, entry).clean_fields()
        except ValidationError as bad:
            said = "; ".join(f"{name}: {' '.join(why)}" for name, why in bad.message_dict.items())
            raise BadKit(f"{where}: {said}") from bad
        except (IntegrityError, DataError) as bad:
            raise BadKit(f"{where}: the database refuses it: {bad}") from bad


def _topics(stage: Stage, entry: Entry) -> list[str]:
    iris = [iri_of(Topic.Scheme.TOPIC, slug) for slug in entry["topics"]]
    if strangers := set(iris) - stage.topics:
        raise BadKit(f"{stage.kit.key}.yaml: {entry['id']}: topics: nobody knows {', '.join(sorted(strangers))}")
    return iris


def _where(entry: Entry) -> dict[str, Any]:
    """A group that does not want to be found has an area and no point."""
    hidden = bool(entry.get("minority"))
    return {
        "area": entry["area"],
        "lat": None if hidden else entry.get("lat"),
        "lon": None if hidden else entry.get("lon"),
    }


def _moment(stage: Stage, entry: Entry, name: str, zone: ZoneInfo, otherwise: dt.time) -> dt.datetime:
    try:
        return moment(str(entry[name]), zone, stage.now, otherwise=otherwise)
    except ValueError as bad:
        raise BadKit(f"{stage.kit.key}.yaml: {entry['id']}: {name}: {bad}") from bad


def _amount(entry: Entry, name: str) -> Decimal | None:
    return Decimal(str(entry[name])) if entry.get(name) is not None else None


def _name(kit: Kit, person: str) -> str:
    return next(str(entry["name"]) for entry in kit.people if entry["id"] == person)
