"""The stewards of a group take words out of its talk, whoever wrote them on whichever node, and put them back.

A node that becomes a neighbour later, or was blocked meanwhile, is told how it stands: it reads the words on their
writer's node, where they stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from cop import threads
from cop.access import NotAllowed
from cop.models import Group, Member, Post
from federation import audiences, moderation
from federation.models import Delivery, Restriction
from federation.outbound.say import erase, followers_of, neighbours, readers_of, say, told_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from federation.models import Actor, Node

TOLD_AT_ONCE = 100  # decisions of our groups that a new neighbour is told of in one transaction


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
            _announce(group, post, _taking_out(group, post, reason), inboxes)
    return made


def put_back(steward: Actor, post: Post) -> bool:
    """False where it was not taken out, or was put back before. Raises NotAllowed."""
    group = _group_led_by(steward, post)
    with transaction.atomic():
        if not moderation.put_back(post.uri, group.actor, by=steward):
            return False
        if not post.is_ours:
            _announce(group, post, _putting_back(group, post), _who_has_it(group, post))
    return True


def tell_newcomer(node: Node, *, after: int) -> int | None:
    """Tell a neighbour of the next TOLD_AT_ONCE decisions of our groups after the one with this key: what is out of
    their talk, and what was put back of which it has heard. Only of what everyone may read, and came from elsewhere.

    The last key that was looked at; None where there is nothing more. Inside a transaction.
    """
    assert node.actor is not None  # neighbours have one
    inbox = node.actor.delivery_inbox
    # Held, so that whoever puts back one of them meanwhile says so after this.
    made = Restriction.objects.filter(group__isnull=False, group__node__isnull=True, pk__gt=after).order_by("pk")
    decisions = list(made.select_for_update(of=("self",))[:TOLD_AT_ONCE])
    uris = {each.object_uri for each in decisions}
    groups = _groups_of(decisions)
    posts = Post.objects.filter(uri__in=uris, node__isnull=False, withdrawn_at__isnull=True, audience=audiences.PUBLIC)
    found = {post.uri: post for post in posts}
    told = Delivery.objects.filter(inbox=inbox, object_uri__in=uris, activity__type="Announce")
    heard = set(told.values_list("activity__actor", "object_uri"))
    for each in decisions:
        group, post = groups.get(each.group_id), found.get(each.object_uri)
        if group is None or post is None:
            continue
        if each.lifted_at is None:
            _announce(group, post, _taking_out(group, post, each.reason), {inbox})
        elif (each.group_id, each.object_uri) in heard:
            _announce(group, post, _putting_back(group, post), {inbox})
    return decisions[-1].pk if len(decisions) == TOLD_AT_ONCE else None


def _groups_of(decisions: Iterable[Restriction]) -> Mapping[int | None, Group]:
    open_ones = Group.objects.ours().filter(withdrawn_at__isnull=True).select_related("actor")
    return {group.actor_id: group for group in open_ones.filter(actor__in={each.group_id for each in decisions})}


def _taking_out(group: Group, post: Post, reason: str) -> dict[str, object]:
    return {"type": "Delete", "actor": group.uri, "object": post.uri, "summary": reason}


def _putting_back(group: Group, post: Post) -> dict[str, object]:
    return {"type": "Undo", "actor": group.uri, "object": {"type": "Delete", "actor": group.uri, "object": post.uri}}


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
