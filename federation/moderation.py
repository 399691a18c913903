"""What stewards decide about things and about who says them: made, carried out on the network, and taken back.

A decision about something of ours is carried out by taking it from the other nodes, as if it were withdrawn; taken
back, it is published again with a higher version. A decision about something of theirs holds here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from federation import actors, audiences, restrictions, types
from federation.models import Actor, Restriction
from federation.outbound import say
from federation.outbound.publish import publish_uri
from journal import errand_kind, reaction, record
from journal.models import Entry
from journal.recording import Wanted, errand_for_each

if TYPE_CHECKING:
    from federation.models import Flag, Published
    from journal.models import Errand

RESTRICTED, LIFTED = "moderation.restricted", "moderation.lifted"
SHOWN_AGAIN = "moderation.shown_again"


class StewardsOnly(PermissionDenied):
    """Only stewards of this node decide about what others publish."""


class Suspended(PermissionDenied):
    """The stewards of this node have suspended who speaks: nothing is published in that name."""


class NotInForce(ValueError):
    """The decision was taken back before."""


class TooLate(NotInForce):
    """What was removed is not kept any longer than `BACK_WITHIN`, and cannot be brought back."""


class CannotRestrict(ValueError):
    """A node's own actor is not suspended: neighbours are blocked, and this node is run by its stewards."""


def require_steward(person: Actor) -> None:
    if not restrictions.is_node_steward(person):
        raise StewardsOnly("only stewards of this node decide about what others publish")


def hide(uri: str, *, by: Actor, reason: str, flag: Flag | None = None) -> Restriction:
    """Nobody sees the thing any more but who wrote it and the stewards. One that is hidden already stays so.

    Raises StewardsOnly.
    """
    require_steward(by)
    return _restrict(Restriction.Level.HIDDEN, object_uri=uri, by=by, reason=reason, flag=flag)


def remove(uri: str, *, by: Actor, reason: str, flag: Flag | None = None) -> Restriction:
    """Nobody sees the thing of ours any more but the stewards of this node, and after `BACK_WITHIN` it is erased
    (`federation.erasing`). Until then it can be brought back as what is hidden can.

    Raises StewardsOnly.
    """
    require_steward(by)
    return _restrict(Restriction.Level.REMOVED, object_uri=uri, by=by, reason=reason, flag=flag)


def restrict_actor(
    level: Restriction.Level, actor: Actor, *, by: Actor, reason: str, flag: Flag | None = None
) -> Restriction:
    """Suspend somebody, ours or theirs, or have what they say in no list unasked. A second time changes nothing.

    Raises StewardsOnly, CannotRestrict.
    """
    require_steward(by)
    if actor.type == Actor.Type.APPLICATION:
        raise CannotRestrict(f"{actor.uri} is a node")
    return _restrict(level, actor=actor, by=by, reason=reason, flag=flag)


def take_out(uri: str, group: Actor, *, by: Actor | None, reason: str) -> Restriction:
    """The stewards of `group` take words out of its talk. Whoever calls knows that they may: `cop.actions.removal` for
    groups of ours, `federation.inbound.removals` for theirs."""
    return _restrict(Restriction.Level.HIDDEN, object_uri=uri, group=group, by=by, reason=reason)


def put_back(uri: str, group: Actor, *, by: Actor | None) -> bool:
    """A group undoes that; whether there was anything to undo."""
    held = Restriction.objects.in_force().filter(object_uri=uri, group=group).first()
    return held is not None and _lift(held, by)


def lift(restriction: Restriction, *, by: Actor) -> None:
    """Take a decision back: what it kept from others is seen again, on every node.

    Raises StewardsOnly, NotInForce, TooLate.
    """
    require_steward(by)
    if not _lift(restriction, by):
        if Restriction.objects.filter(pk=restriction.pk, lifted_at__isnull=True).exists():
            raise TooLate(f"{restriction} is not kept any more")
        raise NotInForce(f"{restriction} was taken back before")


def hold_if_first(row: Published, author: Actor | None) -> bool:
    """Where stewards want it, what somebody new publishes waits for them, as long as nothing of theirs was let through.

    Whether it waits: then it is on record as published only once it is released. What people write to each other alone
    is read by nobody else, and does not wait.
    """
    if author is None or author.user is None or author.user.is_steward or _is_private(row.audience):
        return False
    return _held_if_first(row, Q(author=author, node__isnull=True))


def hold_if_first_of_a_stranger(row: Published) -> bool:
    """The same for words that nobody here asked for: those of neighbours' people are for their stewards to look after,
    and whom somebody here follows was chosen."""
    return not _is_private(row.audience) and _held_if_first(row, Q(actor=row.actor_id))


def _held_if_first(row: Published, theirs: Q) -> bool:
    if not actors.this_node().hold_first_post or _has_published(theirs, row):
        return False
    _restrict(Restriction.Level.HELD, object_uri=row.uri, by=None, reason="")
    return True


def told_by(entry: Entry) -> Restriction | None:
    """The decision that an entry RESTRICTED or LIFTED is about; None where that was decided otherwise since."""
    made = entry.name == RESTRICTED
    about = Restriction.objects.filter(Q(object_uri=entry.uri) | Q(actor__uri=entry.uri), lifted_at__isnull=made)
    moment = "made_at" if made else "lifted_at"
    return about.filter(**{f"{moment}__lte": entry.at}).order_by(f"-{moment}", "-pk").first()


def decision_uri(uri: str) -> str:
    """What notices of a decision are about: those about the thing itself are kept from people, and go, with it."""
    return f"{uri}#decision"


def was_erased(uri: str) -> bool:
    """Whether stewards removed a thing for good: that it is withdrawn then is no news to anybody."""
    return Restriction.objects.filter(object_uri=uri, erased_at__isnull=False).exists()


def dismiss(restriction: Restriction, *, by: Actor) -> bool:
    """What waited was refused and taken back: it waits no more, and nothing was ever published."""
    lifted = {"lifted_at": timezone.now(), "lifted_by": by}
    return bool(Restriction.objects.in_force().filter(pk=restriction.pk).update(**lifted))


def _is_private(audience: str) -> bool:
    open_to_many = {audiences.PUBLIC, audiences.this_node()}
    return audience not in open_to_many and not audience.endswith("/members")


def _has_published(theirs: Q, row: Published) -> bool:
    """Whether anything of theirs is out and was not kept back. One query, however many kinds there are."""
    kept = Restriction.objects.in_force().filter(level__in=Restriction.OF_THINGS).values("object_uri")
    asked = [
        type_.model._default_manager.filter(theirs, withdrawn_at__isnull=True)
        .exclude(uri=row.uri)
        .exclude(uri__in=kept)
        .exclude(audience__contains="/conversations/")
        .order_by()
        .values_list("pk")
        for type_ in types.all_types()
    ]
    return bool(asked[0].union(*asked[1:], all=True)[:1])


def require_not_suspended(*speakers: Actor | None) -> None:
    if restrictions.is_suspended(*(speaker for speaker in speakers if speaker is not None)):
        raise Suspended("the stewards of this node have suspended this; write to them if you think that is wrong")


def _restrict(level: Restriction.Level, *, by: Actor | None, **target: Any) -> Restriction:
    """A new decision on the record, or the one of the same kind that is in force."""
    known = {name: value for name, value in target.items() if name in {"object_uri", "actor", "group"}}
    with transaction.atomic():
        same = Restriction.objects.in_force().filter(level=level, **{"group": None, **known})
        held = same.first()
        if held is not None:
            return held
        try:
            with transaction.atomic():
                made = Restriction.objects.create(level=level, by=by, **target)
        except IntegrityError:  # another steward was first
            return same.get()
        record(RESTRICTED, made.target_uri, actor=by.uri if by is not None else "")
        return made


def _lift(restriction: Restriction, by: Actor | None) -> bool:
    with transaction.atomic():
        lifted = {"lifted_at": timezone.now(), "lifted_by": by}
        if not Restriction.objects.to_be_undone().filter(pk=restriction.pk).update(**lifted):
            return False
        record(LIFTED, restriction.target_uri, actor=by.uri if by is not None else "")
        if restriction.level == Restriction.Level.HELD:
            _publish_now(restriction.object_uri)
        return True


def _publish_now(uri: str) -> None:
    """What waited is new from this moment, for lists and for those who are told."""
    found = types.locate(uri)
    if found is None or found[1].withdrawn_at is not None:
        return
    type_, row = found
    author = row.author or row.actor
    if row.is_ours:
        now = timezone.now()
        type_.model._default_manager.filter(pk=row.pk).update(published_at=now, updated_at=now)
    record(f"{type_.kind_of(row)}.published", uri, actor=author.uri, origin="here" if row.is_ours else "peer")


@reaction("federation.carry_out_decision", to=(RESTRICTED, LIFTED))
def carry_out(errand: Errand) -> None:
    """The other nodes hear of it: of the thing itself, or of everything that an actor has said."""
    assert isinstance(errand.entry, Entry)  # reactions always come with their entry
    uri, lifted = errand.entry.uri, errand.entry.name == LIFTED
    _tell(uri, lifted=lifted)
    actor = Actor.objects.filter(uri=uri).first()
    if actor is None:
        return
    said = [
        type_.model._default_manager.filter(actor=actor, withdrawn_at__isnull=True)
        .exclude(uri=uri)
        .order_by()
        .values_list("uri")
        for type_ in types.all_types()
    ]
    things = said[0].union(*said[1:], all=True)
    now = timezone.now()
    again = [Wanted(f"tell:{uri}", {"uri": uri, "lifted": lifted}, now) for (uri,) in things]
    errand_for_each("federation.tell_again", again)


@errand_kind("federation.tell_again")
def tell_again(errand: Errand) -> None:
    """One thing, as it stands now."""
    _tell(errand.payload["uri"], lifted=errand.payload["lifted"])


def _tell(uri: str, *, lifted: bool) -> None:
    """What other nodes are to know of it. What a group of ours passed on of theirs is taken back here as well: it
    stands in no outbox of ours while it is hidden, and may stand there again afterwards."""
    publish_uri(uri)
    found = types.locate(uri)
    if found is None or found[1].withdrawn_at is not None:
        return
    if not restrictions.is_hidden(uri, found[1].actor.uri):
        if lifted:
            record(SHOWN_AGAIN, uri, actor=found[1].actor.uri)
    elif not found[1].is_ours:
        say.erase(uri)
