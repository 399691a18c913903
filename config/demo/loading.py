"""Putting a kit on this node, through the actions that people use."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from accounts.actions import make_account
from accounts.models import User
from atlas.models import Topic
from config.demo import publishing
from config.demo.kit import BadKit, Entry, Kit
from config.demo.stage import Stage, labelled, topics, where
from cop.actions.groups import found_group
from cop.actions.hosts import agree, ask_host
from cop.actions.membership import accept_member, join_group
from cop.actions.people import change_page, person_of
from cop.models import Group, Member, Person
from federation import actors
from federation.describing import describe_this_node

if TYPE_CHECKING:
    from collections.abc import Callable

    from federation.models import Published

PASSWORD = "sail-together"
"""Of every account of the demo: it is printed on the screen, and guards nothing."""

PRACTICE = {
    "engaged": Person.Practice.ENGAGED,
    "pro-bono": Person.Practice.PRO_BONO,
    "both": Person.Practice.EITHER,
}
SHOWN = {
    "help": "summary", "engagement": "practice", "languages": "languages", "area": "area", "topics": "topics",
    "groups": "groups",
}  # fmt: skip


def is_loaded(kit: Kit) -> bool:
    """Whether the kit is on this node: its accounts came with everything else, in one transaction."""
    return User.objects.filter(email=kit.email(kit.steward["id"])).exists()


def load(kit: Kit) -> dict[str, Published]:
    """All of the kit that needs no neighbour, or nothing; returns what was published, by entry. Raises BadKit naming
    entry, field and value."""
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
        _put(stage, kit.proposals, publishing.proposal)
        _put(stage, kit.gatherings, publishing.gathering)
        _put(stage, kit.calls, publishing.call)
        _put(stage, kit.know_how, publishing.know_how)
        _put(stage, kit.places, publishing.place)
        _put(stage, kit.expertise, publishing.expertise)
        _put(stage, kit.talk, publishing.talk)
        for entry in kit.hosts:
            _host(stage, entry)
        return stage.things


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
        "topics": topics(stage, entry),
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
        topics=topics(stage, entry),
        **where(entry),
    )
    stage.groups[entry["id"]] = group
    for person in entry.get("members", ()):
        member = join_group(stage.people[person], group, name=_name(stage.kit, person))
        if member.state == Member.State.ASKED:
            accept_member(steward, member)
    return group


def _host(stage: Stage, entry: Entry) -> None:
    """The steward of the node has asked, and they have said yes."""
    words = {language: labelled(text, language) for language, text in entry["welcome"].items()}
    steward, host = (
        User.objects.get(email=stage.kit.email(person)) for person in (stage.kit.steward["id"], entry["person"])
    )
    agree(ask_host(steward, host, words), words, to_visitors=entry.get("to_visitors", False))


def _put(stage: Stage, entries: list[Entry], publish: Callable[[Stage, Entry], Published]) -> None:
    """Actions trust their forms; a file has none, so its values are held against the columns here."""
    for entry in entries:
        where = f"{stage.kit.key}.yaml: {entry['id']}"
        try:
            stage.things[entry["id"]] = thing = publish(stage, entry)
            thing.clean_fields()
        except ValidationError as bad:
            said = "; ".join(f"{name}: {' '.join(why)}" for name, why in bad.message_dict.items())
            raise BadKit(f"{where}: {said}") from bad
        except (IntegrityError, DataError) as bad:
            raise BadKit(f"{where}: the database refuses it: {bad}") from bad


def _name(kit: Kit, person: str) -> str:
    return next(str(entry["name"]) for entry in kit.people if entry["id"] == person)
