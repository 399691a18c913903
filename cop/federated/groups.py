"""A group is an actor that Mobilizon, Lemmy and Mastodon can follow (FEP-1b12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atlas import wire
from cop.models import Group, Member
from federation.types import FederatedType, register
from frontend.text import render_markdown

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]

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
            "is_discoverable": read.boolean("discoverable", default=True),
            "members_elsewhere": read.integer("memberCount", 0, 10**9) or 0,
            "topics": wire.read_topics(read),
            **wire.read_where(read),
        }
