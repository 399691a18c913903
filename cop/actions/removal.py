"""The stewards of a group take words out of its talk, whoever wrote them on whichever node, and put them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from cop import threads
from cop.access import NotAllowed
from cop.models import Group, Member, Post
from federation import audiences, moderation
from federation.models import Restriction
from federation.outbound.say import erase, followers_of, neighbours, readers_of, say, told_by

if TYPE_CHECKING:
    from federation.models import Actor


def group_of(post: Post) -> Group | None:
    """The group of this node in whose talk a post stands: its discussion, or what is said about its things."""
    thing = threads.thing_at(post.about_uri)
    if thing is None or not thing.is_ours:
        return None
    return Group.objects.ours().select_related("actor").filter(actor=thing.actor_id).first()


def take_out(steward: Actor, post: Post, *, reason: str) -> Restriction:
    """Nobody reads it there any more, on any node. What is ours is taken back from the others; of what came from
    elsewhere the group tells them (FEP-1b12). Undone by `put_back`. Raises NotAllowed.
    """
    group = _group_led_by(steward, post)
    with transaction.atomic():
        before = Restriction.objects.in_force().filter(object_uri=post.uri, group=group.actor).first()
        if before is not None:
            return before
        made = moderation.take_out(post.uri, group.actor, by=steward, reason=reason)
        if not post.is_ours:
            inboxes = _who_has_it(group, post)
            erase(post.uri)
            deleted = {"type": "Delete", "actor": group.uri, "object": post.uri, "summary": reason}
            _announce(group, post, deleted, inboxes)
    return made


def put_back(steward: Actor, post: Post) -> bool:
    """False where it was not taken out, or was put back before. Raises NotAllowed."""
    group = _group_led_by(steward, post)
    with transaction.atomic():
        if not moderation.put_back(post.uri, group.actor, by=steward):
            return False
        if not post.is_ours:
            deleted = {"type": "Delete", "actor": group.uri, "object": post.uri}
            undone = {"type": "Undo", "actor": group.uri, "object": deleted}
            _announce(group, post, undone, _who_has_it(group, post))
    return True


def _announce(group: Group, post: Post, inner: dict[str, object], inboxes: set[str]) -> None:
    """In no outbox: it is told to those who have the words, and to nobody else."""
    everyone = post.audience == audiences.PUBLIC
    to, cc = [post.audience], [f"{group.uri}/followers"] if everyone else None
    say(group.actor, "Announce", inner, inboxes, to=to, cc=cc, about=post.uri, listed=False)


def _who_has_it(group: Group, post: Post) -> set[str]:
    heard = {*told_by(group.actor, post.uri), post.actor.delivery_inbox}
    if post.audience == audiences.PUBLIC:
        heard.update(neighbours(), followers_of(group.actor))
    else:
        heard.update(readers_of(post.audience))
    return heard - {""}


def _group_led_by(steward: Actor, post: Post) -> Group:
    group = group_of(post)
    led = Member.objects.filter(group=group, actor=steward, role=Member.Role.STEWARD)
    if group is None or not led.exists():
        raise NotAllowed("only the stewards of a group take words out of its talk")
    return group
