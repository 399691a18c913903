"""Freeze an activity and write one Delivery row per inbox, inside the transaction of the change it tells of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from federation import audiences, identity
from federation.documents import CONTEXT
from federation.models import Activity, Actor, Delivery, Following, Node, Receipt
from federation.outbound.signing import vouched
from journal import bell

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]
TELLS_HOW_IT_STANDS = ("Create", "Update")
ERASED = "{}"


def new_activity_uri() -> str:
    """An id for one occurrence: peers drop the second activity with an id they have seen."""
    return identity.new_uri("activities", identity.new_public_id() + identity.new_public_id())


def say(
    actor: Actor,
    type_: str,
    obj: Json | str | list[str],
    inboxes: Iterable[str],
    *,
    to: list[str],
    cc: list[str] | None = None,
    about: str = "",
    listed: bool = True,
    **extra: Any,
) -> Activity:
    """Write down that `actor` does `type_` to `obj`, and for whom. Must be called inside a transaction.

    `about` is the id of the thing concerned: a later delivery about it to the same inbox waits for an earlier one.
    What is for everyone stands in the actor's outbox, unless it is not to be `listed`.
    """
    if not about and not isinstance(obj, list):
        about = obj if isinstance(obj, str) else str(obj.get("id", ""))
    uri = new_activity_uri()
    if isinstance(obj, dict) and "proof" not in obj:  # with its context, its proof would go
        obj = {key: value for key, value in obj.items() if key != "@context"}
    body: Json = {"@context": CONTEXT, "id": uri, "type": type_, "actor": actor.uri, "object": obj, "to": to}
    if cc:
        body["cc"] = cc
    body = vouched(actor, body | extra)
    activity = Activity.objects.create(
        uri=uri,
        actor=actor,
        type=type_,
        object_uri=about[:500],
        public=listed and audiences.PUBLIC in to,
        farewell=isinstance(obj, dict) and "Delete" in _types_within({"type": type_, "object": obj}),
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    )
    address(activity, inboxes)
    return activity


def _types_within(said: Json | str | None) -> list[str]:
    """What is said, and of what: the end of a thing is told by a Delete, an Announce of one, and an Undo of that."""
    return [str(said.get("type")), *_types_within(said.get("object"))] if isinstance(said, dict) else []


def address(activity: Activity, inboxes: Iterable[str]) -> None:
    """One Delivery per distinct inbox that is not on this node, and a ring of the bell."""
    wanted = sorted({inbox for inbox in inboxes if inbox and not identity.is_ours(inbox)})
    if not wanted:
        return
    origins = {inbox: identity.origin_of(inbox) for inbox in wanted}
    nodes = {node.origin: node for node in Node.objects.filter(origin__in=set(origins.values()))}
    Delivery.objects.bulk_create(
        [
            Delivery(activity=activity, node=nodes[origins[inbox]], inbox=inbox, object_uri=activity.object_uri)
            for inbox in wanted
            if origins[inbox] in nodes and nodes[origins[inbox]].blocked_at is None
        ],
        ignore_conflicts=True,
    )
    bell.ring()


def neighbours() -> list[str]:
    """The inboxes of every node we share the metropolitan view with; for one that is paused it waits."""
    nodes = Node.objects.filter(peering__in=Node.AGREED, blocked_at__isnull=True).select_related("actor")
    return [node.actor.delivery_inbox for node in nodes if node.actor]


def readers_of_catalogue(position: int) -> list[str]:
    """The inboxes of nodes that have read our catalogue as far as that, neighbours or not any more."""
    nodes = Node.objects.filter(given_cursor__gte=position, blocked_at__isnull=True).select_related("actor")
    return [node.actor.delivery_inbox for node in nodes if node.actor]


def followers_of(actor: Actor) -> list[str]:
    """The inboxes of everybody on other servers who follows `actor` and was accepted."""
    rows = Following.objects.filter(
        followed=actor,
        state=Following.State.ACCEPTED,
        follower__node__isnull=False,
        follower__node__blocked_at__isnull=True,
    ).select_related("follower")
    return [row.follower.delivery_inbox for row in rows]


def readers_of(audience: str) -> list[str]:
    """The inboxes of members elsewhere who may read what is for `audience`, on fully peered nodes only; for one that
    is paused it waits."""
    actors = Actor.objects.filter(
        audience_keys__audience=audience,
        node__in=Node.objects.filter(Node.FOR_GROUPS, blocked_at__isnull=True),
    )
    return [actor.delivery_inbox for actor in actors]


def supersede(object_uri: str) -> None:
    """What was said of a thing before is shown by no outbox any more: the next activity says how it stands."""
    Activity.objects.filter(object_uri=object_uri, type__in=TELLS_HOW_IT_STANDS, public=True).update(public=False)


def erase(object_uri: str) -> None:
    """A thing is taken back: its words are in no activity that we keep, nor sent to anybody who was not reached yet.

    Those hear only what is said next; `told_before` still knows of them. Announces embed the words or lead to them, but
    for one that passes on the farewell, or takes that back.
    """
    told = Activity.objects.filter(type__in=[*TELLS_HOW_IT_STANDS, "Announce"], object_uri=object_uri, farewell=False)
    # Those in hand too: who has sent one has nothing more to say about it, and who failed does not try again. Locked in
    # one order, as by whoever wakes deliveries: two that wait for each other would both end.
    waiting = Delivery.objects.filter(activity__in=told).exclude(state=Delivery.State.DONE).order_by("pk")
    keys = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=keys).update(
        state=Delivery.State.DONE,
        settled_at=timezone.now(),
        lease_owner="",
        lease_until=None,
        answer="withdrawn before they were reached",
        error="",
    )
    told.update(public=False, body=ERASED)


def told_before(object_uri: str) -> list[str]:
    """Where earlier activities about a thing went: an edit or a withdrawal must reach them too."""
    return list(Delivery.objects.filter(object_uri=object_uri).values_list("inbox", flat=True).distinct())


def queued_for(node: Node) -> int:
    """How many messages to a node were never tried yet: what waits after a failed attempt may take hours."""
    return Delivery.objects.filter(node=node, state=Delivery.State.READY, attempts=0).count()


def told_by(actor: Actor, object_uri: str) -> set[str]:
    """Where an actor has passed on what somebody said of a thing, or the thing itself."""
    announced = Activity.objects.filter(actor=actor, type="Announce", object_uri=object_uri)
    return set(Delivery.objects.filter(activity__in=announced).values_list("inbox", flat=True))


def stands_by(actor: Actor, object_uri: str) -> bool:
    """Whether an actor has passed on a thing, and has not taken that back since."""
    announced = Activity.objects.filter(actor=actor, type="Announce", object_uri=object_uri, farewell=False)
    return announced.exclude(body=ERASED).exists()


def creation_of(object_uri: str, owner: Actor) -> Json | None:
    """The public Create of a thing as its owner said it and we took it in, where it is still on record: what anybody
    else said of it was never believed, and is not passed on."""
    ours = Activity.objects.filter(object_uri=object_uri, type="Create", actor=owner, public=True)
    newest = ours.order_by("-pk").first()
    return _unwrapped(newest.body) if newest is not None else heard(object_uri, owner, "Create")


def heard(object_uri: str, owner: Actor, verb: str) -> Json | None:
    """What the owner of a thing elsewhere last said of it in this way, word for word, where we took it in."""
    said = Receipt.objects.filter(object_uri=object_uri, type=verb, actor=owner).exclude(body=b"")
    taken = said.filter(Q(outcome__endswith=" read") | Q(outcome="withdrawn")).order_by("-pk").first()
    return _unwrapped(bytes(taken.body)) if taken is not None else None


def _unwrapped(body: str | bytes) -> Json:
    said: Json = json.loads(body)
    return said
