"""A group is an actor that Mobilizon, Lemmy and Mastodon can follow (FEP-1b12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atlas import wire
from cop.models import Group, Member
from cop.models.ships import MOST_SHIPS
from federation import identity
from federation.models import Actor
from federation.types import FederatedType, register
from federation.values import write_instant
from frontend.text import render_markdown

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]

MOST_LISTED = 30  # roles, and tables
ROLE = {"title": "name", "holder": "signed", "starts": "startDate", "ends": "endDate"}
TABLE = {"name": "name", "when": "frequency", "about": "content"}

# Mobilizon's word for who may come in.
OPENNESS = {Group.Joining.OPEN: "open", Group.Joining.REQUEST: "moderated"}


@register
class GroupOnTheWire(FederatedType):
    """`additionalType` is schema.org's Organization: right for a group that is one, misleading nobody of another."""

    kinds = ("group",)
    model = Group
    type = "Group"
    additional_type = "https://schema.org/Organization"
    also_reads = (("Group", ""), ("Organization", ""))
    is_actor = True

    def is_hidden(self, group: Group) -> bool:
        return not group.is_discoverable

    def hears(self, group: Group) -> list[str]:
        """Of a flotilla its ships, also where they are no neighbours."""
        ships = Actor.objects.filter(uri__in=group.ships, node__isnull=False, gone_at__isnull=True)
        return [actor.delivery_inbox for actor in ships]

    def silence(self, group: Group) -> Group:
        group.is_discoverable = False
        return group

    def to_object(self, group: Group) -> Json:
        """Of a silenced group only what its members' nodes need to know that it is still there."""
        if not group.is_discoverable:
            return {"attributedTo": f"{group.uri}/moderators", "discoverable": False, "indexable": False}
        said: Json = {
            "name": group.name,
            "summary": render_markdown(group.summary),
            "attributedTo": f"{group.uri}/moderators",
            "members": group.members_audience,
            "memberCount": group.members.filter(state=Member.State.JOINED).count(),
            "manuallyApprovesFollowers": False,
            "openness": OPENNESS[Group.Joining(group.joining)],
            "discoverable": True,
            "indexable": True,
            "kinds": group.kinds,
            "languages": group.languages,
            "website": group.website,
            **{name: getattr(group, name) for name in Group.ATTRIBUTES},
            "roles": [_named(each, ROLE) for each in group.roles],
            "tables": [_named(each, TABLE) for each in group.tables],
            "harbour": group.harbour,
            "endDate": group.ends_on.isoformat() if group.ends_on else None,
            "asks": group.asks,
            "ships": group.ships,
            "dissolved": write_instant(group.dissolved_at) if group.dissolved_at else None,
            "harvest": group.harvest,
        }
        if group.language:
            said["nameMap"] = {group.language: group.name}
            said["inLanguage"] = group.language
        if group.summary:
            said["source"] = {"content": group.summary, "mediaType": "text/markdown"}
        place = wire.place(area=group.area, lat=group.lat, lon=group.lon)
        return said | wire.topics(group.topics) | place

    def from_object(self, read: Reader) -> Json:
        said = wire.read_words(read, name_length=120)
        openness = read.text("openness", 16)
        return said | {
            "name": said["name"] or read.text("preferredUsername", 64) or read.uri("id", required=True)[-120:],
            "kinds": read.strings("kinds", 10),
            "languages": read.strings("languages", 10),
            "joining": Group.Joining.OPEN if openness == "open" else Group.Joining.REQUEST,
            "website": read.url("website") or "",
            **{name: read.text(name, 1000, lines=True) for name in Group.ATTRIBUTES},
            "roles": [_read_role(each) for each in read.children("roles")[:MOST_LISTED] if "name" in each],
            "tables": [_read_table(each) for each in read.children("tables")[:MOST_LISTED] if "name" in each],
            "harbour": read.text("harbour", 300),
            "ends_on": read.day("endDate"),
            "asks": read.text("asks", 2000, lines=True),
            "ships": [identity.fits("ships", uri) for uri in read.uris("ships", MOST_SHIPS)],
            "dissolved_at": read.instant("dissolved"),
            "harvest": read.text("harvest", 5000, lines=True),
            "is_discoverable": read.boolean("discoverable", default=True),
            "members_elsewhere": read.integer("memberCount", 0, 10**9) or 0,
            "topics": wire.read_topics(read),
            **wire.read_where(read),
        }


def _named(each: Json, names: dict[str, str]) -> Json:
    return {wire: each[name] for name, wire in names.items() if each.get(name)}


def _read_role(read: Reader) -> Json:
    starts, ends = read.day("startDate"), read.day("endDate")
    return {
        "title": read.text("name", 100),
        "holder": read.text("signed", 120),
        "starts": starts.isoformat() if starts else "",
        "ends": ends.isoformat() if ends else "",
    }


def _read_table(read: Reader) -> Json:
    said = {"name": ("name", 100), "when": ("frequency", 100), "about": ("content", 300)}
    return {name: read.text(wire, longest) for name, (wire, longest) in said.items()}
