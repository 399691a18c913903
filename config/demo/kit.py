"""Reading one file of the demo kit. Its format is told at the top of `config/demo_kit/just-space.yaml`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import yaml
from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "config" / "demo_kit"
KEYS = ("just-space", "civicwise", "ucl-course")
"""The three nodes, in the order of their ports."""

Entry = dict[str, Any]

# For each part of a file: the fields every entry has, and those it may have.
FIELDS: dict[str, tuple[str, str]] = {
    "people": ("id name language languages area topics help engagement publish", "steward_of_node"),
    "groups": (
        "id language name kinds summary topics languages area steward joining",
        "lat lon members minority",
    ),
    "proposals": (
        "id direction group language title summary topics support where area until",
        "lat lon quantity unit lent_by longest how_many lends_to terms",
    ),
    "gatherings": (
        "id kind group language title summary starts ends time_zone axis topics joining state",
        "place address lat lon online_url join_url capacity step_free needed coming for_group in_charge",
    ),
    "calls": (
        "id group language title plain_summary giver who_can_apply opens closes time_zone area topics how_to_apply",
        "min max total currency",
    ),
    "know_how": (
        "id group language kind title short_answer body jurisdiction topics",
        "licence checked_on checked_by adapted_from earlier comment",
    ),
    "places": (
        "id kind group language name summary topics area",
        "services give_back address opening step_free access lat lon",
    ),
    "expertise": ("id language title summary ways engagement languages topics area", "group person experience online"),
    "talk": ("id person about language text", "title"),
    "hosts": ("person welcome", "to_visitors"),
    "follows": ("person", "topic group area"),
    "joins": ("person group message", ""),
}
NODE_FIELDS = {"key", "host_label", "name", "name_it", "summary", "area", "language", "time_zone"}
# What may stand in a field that has its own few words; in a list, each of them.
WORDS: dict[tuple[str, str], set[Any]] = {
    ("people", "engagement"): {"engaged", "pro-bono", "both"},
    ("people", "publish"): {"help", "engagement", "languages", "area", "topics", "groups"},
    ("groups", "joining"): {"open", "request"},
    ("proposals", "direction"): {"need", "offer"},
    ("proposals", "lent_by"): {"day", "hour"},
    ("proposals", "lends_to"): {"ask", "anyone"},
    ("gatherings", "step_free"): {True, False},
    ("gatherings", "time_zone"): available_timezones(),
    ("calls", "time_zone"): available_timezones(),
    ("places", "step_free"): {True, False},
    ("expertise", "engagement"): {"engaged", "pro-bono", "both"},
    ("expertise", "ways"): {"explain", "teach", "read", "do", "accompany"},
    ("hosts", "to_visitors"): {True, False},
    ("know_how", "kind"): {"knowledge", "know-how", "good-practice", "resource"},
}
LANGUAGES = ("en", "it")  # that newcomers are welcomed in
FOLLOWABLE = {"topic", "group", "area"}


class BadKit(ValueError):
    """A file of the kit is of no use; the text says where, what stands there and what is accepted."""


@dataclass(frozen=True)
class Kit:
    """What one node of the demo shows, as its file has it."""

    key: str
    node: Entry
    people: list[Entry]
    groups: list[Entry]
    proposals: list[Entry]
    gatherings: list[Entry]
    calls: list[Entry]
    know_how: list[Entry]
    places: list[Entry]
    expertise: list[Entry]
    talk: list[Entry]
    hosts: list[Entry]
    follows: list[Entry]
    joins: list[Entry]
    checksum: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.node["time_zone"])

    @property
    def steward(self) -> Entry:
        """The person who is steward of the node."""
        return next(person for person in self.people if person.get("steward_of_node"))

    def email(self, person: str) -> str:
        return f"{person}@{self.key}.example"


def read_kit(key: str, folder: Path = FOLDER) -> Kit:
    """Raises BadKit for a file that is missing, is not marked as demo, or does not have the format."""
    path = folder / f"{key}.yaml"
    try:
        text = path.read_bytes()
        said = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, yaml.YAMLError) as error:
        raise BadKit(f"{path.name}: cannot be read: {error}") from error
    if not isinstance(said, dict) or said.get("demo") is not True:
        raise BadKit(f"{path.name}: expected `demo: true`: only what is marked as demo content is loaded")
    node = said.get("node")
    if not isinstance(node, dict) or set(node) != NODE_FIELDS or node["key"] != key:
        raise BadKit(f"{path.name}: node: expected {', '.join(sorted(NODE_FIELDS))}, with the key {key}")
    if node["time_zone"] not in available_timezones() or node["language"] not in node["summary"]:
        raise BadKit(f"{path.name}: node: expected a time zone such as Europe/London, and a summary in its language")
    parts = {part: list(_entries(path, part, said.get(part))) for part in FIELDS}
    kit = Kit(key=key, node=node, checksum=hashlib.sha256(text).hexdigest(), **parts)
    _check_references(path, kit)
    return kit


def _entries(path: Path, part: str, said: Any) -> Iterator[Entry]:
    if not isinstance(said, list):
        raise BadKit(f"{path.name}: {part}: expected a list, got {said!r}")
    required, optional = (set(names.split()) for names in FIELDS[part])
    for number, entry in enumerate(said, 1):
        if not isinstance(entry, dict):
            raise BadKit(f"{path.name}: {part} {number}: expected names and values, got {entry!r}")
        where = f"{path.name}: {part} {entry.get('id', number)}"
        if missing := required - set(entry):
            raise BadKit(f"{where}: {', '.join(sorted(missing))} must be given")
        if unknown := set(entry) - required - optional:
            accepted = ", ".join(sorted(required | optional))
            raise BadKit(f"{where}: unknown: {', '.join(sorted(unknown))}; accepted: {accepted}")
        _check_words(where, part, entry)
        if part == "gatherings":
            _check_needed(where, entry)
        yield entry


def _check_needed(where: str, entry: Entry) -> None:
    """Only an action needs something, and only what is needed can be brought."""
    needed, brought = entry.get("needed", {}), list(entry.get("coming", {}).values())
    if needed and entry["kind"] != "action":
        raise BadKit(f"{where}: needed: expected in an action alone, got {entry['kind']}")
    for said in (needed, *brought):
        if not all(isinstance(number, int) and 1 <= number <= 999 for number in said.values()):
            raise BadKit(f"{where}: needed: expected words with a number from 1 to 999, got {said!r}")
    if strangers := {name for said in brought for name in said} - set(needed):
        raise BadKit(f"{where}: coming: expected what is needed, got {', '.join(sorted(strangers))}")


def _check_words(where: str, part: str, entry: Entry) -> None:
    for (of, name), accepted in WORDS.items():
        if of != part or name not in entry:
            continue
        said = entry[name] if isinstance(entry[name], list) else [entry[name]]
        if strangers := [each for each in said if each not in accepted]:
            some = ", ".join(sorted(map(str, accepted))[:6])
            raise BadKit(f"{where}: {name}: expected one of {some}, got {strangers[0]!r}")
    if part == "follows" and len(FOLLOWABLE & set(entry)) != 1:
        raise BadKit(f"{where}: expected exactly one of {', '.join(sorted(FOLLOWABLE))}")
    if part == "joins" and "/" not in entry["group"]:
        raise BadKit(f"{where}: group: expected one of another node, written node/id, got {entry['group']!r}")


def _check_references(path: Path, kit: Kit) -> None:
    """Whoever is named in a file is in it; things of other nodes are written `node/id`."""
    people, groups = {person["id"] for person in kit.people}, {group["id"] for group in kit.groups}
    if sum(bool(person.get("steward_of_node")) for person in kit.people) != 1:
        raise BadKit(f"{path.name}: people: expected one with steward_of_node: true")
    for group in kit.groups:
        _require(path, f"groups {group['id']}", {group["steward"], *group.get("members", ())}, people, "people")
    for part in (kit.proposals, kit.gatherings, kit.calls, kit.know_how, kit.places):
        for entry in part:
            _require(path, entry["id"], {entry["group"]}, groups, "groups")
    for entry in kit.gatherings:
        _require(path, f"{entry['id']}: for_group", {entry.get("for_group") or entry["group"]}, groups, "groups")
        _require(path, f"{entry['id']}: coming", set(entry.get("coming", {})), people, "people")
    things = {entry["id"] for part in FIELDS for entry in getattr(kit, part) if "id" in entry}
    for entry in kit.talk:
        _require(path, entry["id"], {entry["person"]}, people, "people")
        _require(path, entry["id"], {entry["about"]}, things, "things of this file")
    for entry in kit.expertise:
        speaker = {entry.get("person") or entry.get("group", "")}
        _require(path, entry["id"], speaker, people if "person" in entry else groups, "people or groups")
    for entry in kit.hosts:
        _require(path, f"hosts {entry['person']}", {entry["person"]}, people, "people")
        _require(path, f"hosts {entry['person']}: welcome", set(entry["welcome"]), set(LANGUAGES), "languages")
    for entry in [*kit.follows, *kit.joins]:
        _require(path, f"{entry['person']} follows or joins", {entry["person"]}, people, "people")
        if "/" not in entry.get("group", "/"):
            _require(path, f"{entry['person']} follows", {entry["group"]}, groups, "groups")


def _require(path: Path, where: str, named: set[str], known: set[str], what: str) -> None:
    if strangers := named - known:
        raise BadKit(f"{path.name}: {where}: expected {what} of this file, got {', '.join(sorted(strangers))}")
