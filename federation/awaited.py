"""What groups elsewhere took out of their talk before the words were here: it holds once these come and stand there.

Until then it hides nothing: no group keeps from anybody what is not said in its talk, whatever it names beforehand.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from federation import identity, limits, moderation, types
from federation.models import AwaitedRemoval
from journal import errand, errand_kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from federation.models import Actor
    from federation.types import FederatedType
    from journal.models import Errand

LOOK_AGAIN = dt.timedelta(minutes=1)
"""Longer than any transaction that takes something in: what came while it was remembered is on record by then."""


def remember(uri: str, group: Actor, *, reason: str) -> None:
    """For when the words come. The oldest of that node's make room. Inside a transaction."""
    told, _is_new = AwaitedRemoval.objects.update_or_create(
        object_uri=uri, group=group, defaults={"reason": reason, "told_at": timezone.now()}
    )
    theirs = AwaitedRemoval.objects.filter(group__node=group.node_id).order_by("-told_at", "-pk")
    too_many = list(theirs.values_list("pk", flat=True)[limits.AWAITED_REMOVALS_PER_NODE :])
    AwaitedRemoval.objects.filter(pk__in=too_many).delete()
    _settle([told])
    _look_again(told)


def forget(uri: str, group: Actor) -> bool:
    """The group has put them back before they came; whether anything was remembered."""
    return bool(AwaitedRemoval.objects.filter(object_uri=uri, group=group).delete()[0])


def has_come(row: Any) -> None:
    """Something of theirs was taken in: words that a group took out before, or the thing such words are about.

    Inside the transaction that takes it in, so that nobody reads it first.
    """
    told = AwaitedRemoval.objects.filter(Q(object_uri=row.uri) | Q(waits_for=row.uri)).select_related("group")
    _settle(told.select_for_update(of=("self",)).order_by("pk"))


def standing_of(type_: FederatedType, row: Any) -> tuple[Actor | None, str]:
    """The group in whose talk words stand; and where nobody can say yet, the address of the thing they are about."""
    group = type_.stands_under(row)
    about = type_.place_of(row) if group is None else ""
    if not about or identity.is_ours(about) or types.locate(about) is not None:
        return group, ""
    return None, about


def _settle(told: Iterable[AwaitedRemoval]) -> None:
    """What is certain by now holds, or is forgotten; the rest waits on."""
    told = list(told)
    here = types.locate_all({each.object_uri for each in told})
    standing = {uri: standing_of(*found) for uri, found in here.items() if found[1].withdrawn_at is None}
    settled = []
    for each in told:
        group, missing = standing.get(each.object_uri, (None, ""))
        if missing and each.waits_for != missing:
            AwaitedRemoval.objects.filter(pk=each.pk).update(waits_for=missing)
            _look_again(each)
        if missing or each.object_uri not in standing:
            continue
        if group is not None and group.pk == each.group_id:
            moderation.take_out(each.object_uri, each.group, by=None, reason=each.reason)
        settled.append(each.pk)
    AwaitedRemoval.objects.filter(pk__in=settled).delete()


def _look_again(told: AwaitedRemoval) -> None:
    """Where several transactions write at once, the words may have come in one that did not see this one yet."""
    due_at = timezone.now() + LOOK_AGAIN
    errand("federation.await_removal", payload={"removal": told.pk}, key=f"removal:{told.pk}", due_at=due_at)


@errand_kind("federation.await_removal")
def look_again(errand_row: Errand) -> None:
    told = AwaitedRemoval.objects.filter(pk=errand_row.payload["removal"]).select_related("group")
    _settle(told.select_for_update(of=("self",)))
