"""Where words belong: the thing they are about, and the post they answer. For what people write here and elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cop.models import Group, Post
from federation import audiences, types

if TYPE_CHECKING:
    from federation.models import Actor, Published

NOT_DISCUSSED = frozenset({"post", "person", "topic"})
"""Kinds nobody writes under: posts are answered, to a person one writes a message."""


@dataclass(frozen=True)
class Branch:
    """A place in a thread: under `about_uri`, answering `reply_to` (empty: the thing itself)."""

    about_uri: str
    reply_to: str = ""
    top_uri: str = ""

    def values(self) -> dict[str, str]:
        return {"about_uri": self.about_uri, "reply_to": self.reply_to, "top_uri": self.top_uri}


def branch_under(uri: str) -> Branch | None:
    """The place in a thread that an answer to `uri` takes; None where nothing known stands there."""
    post = Post.objects.filter(uri=uri).first()
    if post is not None:
        return Branch(post.about_uri, post.uri, post.top_uri or post.uri)
    return Branch(uri) if thing_at(uri) is not None else None


def thing_at(uri: str) -> Published | None:
    """The published thing that can be written about at this address, ours or theirs."""
    found = types.locate(uri) if uri else None
    if found is None or found[0].kind_of(found[1]) in NOT_DISCUSSED:
        return None
    row: Published = found[1]
    return row


def group_of_talk(row: Published) -> Group | None:
    """The group, of this node or another, in whose talk a post stands: it is about that group or a thing of its."""
    thing = thing_at(row.about_uri) if isinstance(row, Post) else None
    return Group.objects.filter(actor=thing.actor).select_related("node").first() if thing is not None else None


def may_read(actor: Actor, row: Published) -> bool:
    """Whether `actor`, of this node or another, may read a row that is not withdrawn."""
    if row.withdrawn_at is not None:
        return False
    return row.audience in audiences.readable_by(actor)


def title_of(row: Any) -> str:
    """What people call a thing, whatever its kind."""
    return str(getattr(row, "title", "") or getattr(row, "name", ""))


def is_discussion(row: Published) -> bool:
    """Whether writing under it is talking in a group, which only those in it may."""
    return isinstance(row, Group)
