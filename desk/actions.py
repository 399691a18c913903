"""What a steward of this node does about what somebody reported, and about what waits for a steward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from cop import threads
from desk.notices import tell_owner
from federation import moderation, publishing, reports, types
from federation.models import Flag, Restriction

if TYPE_CHECKING:
    from typing import Any

    from federation.models import Actor
    from federation.types import FederatedType


class Decision(TextChoices):
    NOTHING = "nothing", _("Leave it as it is")
    HIDE = "hide", _("Hide it: only who wrote it and the stewards see it")
    REMOVE = "remove", _("Remove it: nobody sees it any more. It can be undone for 30 days")
    PASS_ON = "pass-on", _("Hide it here, and report it to its own node")
    LIMIT = "limit", _("Show what they publish only to those who follow them")
    SUSPEND = "suspend", _("Suspend them: nobody sees what they publish, and they publish nothing more here")


class AlreadyClosed(ValueError):
    """Another steward has answered the report."""


class CannotDecide(ValueError):
    """This cannot be done with such a thing, or it is not there any more."""


def decisions_about(thing: tuple[FederatedType, Any] | None) -> list[Decision]:
    """What can be done about the thing of a report; with what is gone, nothing more.

    Somebody's own page is not hidden apart from what they say: an account that is taken from other nodes does not come
    back there.
    """
    if thing is None or thing[1].withdrawn_at is not None:
        return [Decision.NOTHING]
    type_, row = thing
    about_it = [] if type_.is_actor else [Decision.HIDE, Decision.REMOVE if row.is_ours else Decision.PASS_ON]
    about_them = [] if row.actor.type == row.actor.Type.APPLICATION else [Decision.LIMIT, Decision.SUSPEND]
    return [Decision.NOTHING, *about_it, *about_them]


def decide(flag: Flag, decision: Decision, *, by: Actor, words: str) -> None:
    """Carry out what a steward decides, and answer every open report of the same thing.

    Raises moderation.StewardsOnly, AlreadyClosed, CannotDecide.
    """
    moderation.require_steward(by)
    with transaction.atomic():
        waiting = Flag.objects.select_for_update().filter(object_uri=flag.object_uri, closed_at__isnull=True)
        open_flags = list(waiting.order_by("pk"))
        if flag.pk not in {each.pk for each in open_flags}:
            raise AlreadyClosed(f"{flag} was answered before")
        thing = types.locate(flag.object_uri)
        if decision not in decisions_about(thing):
            raise CannotDecide(f"{decision} of {flag.object_uri}")
        outcome = _carry_out(flag, decision, thing, by=by, words=words)
        for each in open_flags:
            reports.answer(each, outcome, by=by, words=words)


def _carry_out(
    flag: Flag, decision: Decision, thing: tuple[FederatedType, Any] | None, *, by: Actor, words: str
) -> Flag.Outcome:
    if decision == Decision.NOTHING or thing is None:
        return Flag.Outcome.NOTHING
    row = thing[1]
    if decision in {Decision.HIDE, Decision.PASS_ON}:
        moderation.hide(row.uri, by=by, reason=words, flag=flag)
        if decision == Decision.HIDE:
            return Flag.Outcome.HIDDEN
        return Flag.Outcome.PASSED_ON if reports.pass_on(flag, row) else Flag.Outcome.HIDDEN
    if decision == Decision.REMOVE:
        moderation.remove(row.uri, by=by, reason=words, flag=flag)
        return Flag.Outcome.REMOVED
    level = Restriction.Level.LIMITED if decision == Decision.LIMIT else Restriction.Level.SUSPENDED
    moderation.restrict_actor(level, row.actor, by=by, reason=words, flag=flag)
    return Flag.Outcome.LIMITED if decision == Decision.LIMIT else Flag.Outcome.SUSPENDED


def refuse(restriction: Restriction, *, by: Actor, words: str) -> None:
    """It is taken back before anybody saw it, and its author is told why. Raises moderation.NotInForce."""
    moderation.require_steward(by)
    with transaction.atomic():
        found = types.locate(restriction.object_uri)
        if not moderation.dismiss(restriction, by=by):
            raise moderation.NotInForce(f"{restriction} does not wait any more")
        Restriction.objects.filter(pk=restriction.pk).update(reason=words)
        if found is not None and found[1].withdrawn_at is None:
            tell_owner("first_post_refused", found[1], threads.title_of(found[1]), words)
            publishing.withdraw(found[1], found[0].kind_of(found[1]), by=by)
