"""What a steward of this node does about what somebody reported or they saw themself, and about what waits for one."""

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


def decisions_unasked(thing: tuple[FederatedType, Any] | None) -> list[Decision]:
    """What a steward can do of their own accord. Leaving a thing as it is answers a report, and nothing else."""
    return [each for each in decisions_about(thing) if each != Decision.NOTHING]


def decide(flag: Flag, decision: Decision, *, by: Actor, words: str) -> None:
    """Carry out what a steward decides, and answer every open report of the same thing.

    Raises moderation.StewardsOnly, AlreadyClosed, CannotDecide.
    """
    moderation.require_steward(by)
    with transaction.atomic():
        waiting = _waiting(flag.object_uri)
        if flag.pk not in {each.pk for each in waiting}:
            raise AlreadyClosed(f"{flag} was answered before")
        thing = types.locate(flag.object_uri)
        if decision not in decisions_about(thing):
            raise CannotDecide(f"{decision} of {flag.object_uri}")
        _settle(waiting, _carry_out(decision, thing, flag, by=by, words=words), by=by, words=words)


def decide_unasked(uri: str, decision: Decision, *, by: Actor, words: str) -> None:
    """The same of a steward's own accord, whether anybody has reported the thing or not. The caller knows that they may
    see it. Where its own node is to hear of it and nobody here has told it yet, they are who reports it.

    Raises moderation.StewardsOnly, CannotDecide, reports.TooManyReports.
    """
    moderation.require_steward(by)
    with transaction.atomic():
        thing = types.locate(uri)
        if thing is None or decision not in decisions_unasked(thing):
            raise CannotDecide(f"{decision} of {uri}")
        waiting = _waiting(uri)
        flag = next((each for each in waiting if each.node_id is None), None)
        if flag is None and decision == Decision.PASS_ON:
            flag, _is_new = reports.report(by, thing[1], Flag.Reason.OTHER, words)
            waiting.append(flag)
        flag = flag or next(iter(waiting), None)
        _settle(waiting, _carry_out(decision, thing, flag, by=by, words=words), by=by, words=words)


def _waiting(uri: str) -> list[Flag]:
    """The open reports of a thing, locked until the decision is made."""
    open_flags = Flag.objects.select_for_update().filter(object_uri=uri, closed_at__isnull=True)
    return list(open_flags.order_by("pk"))


def _settle(waiting: list[Flag], outcome: Flag.Outcome, *, by: Actor, words: str) -> None:
    for each in waiting:
        reports.answer(each, outcome, by=by, words=words)


def _carry_out(
    decision: Decision, thing: tuple[FederatedType, Any] | None, flag: Flag | None, *, by: Actor, words: str
) -> Flag.Outcome:
    """What came of it. `flag` is the report that led to it, or one of them; None where there was none."""
    if decision == Decision.NOTHING or thing is None:
        return Flag.Outcome.NOTHING
    row = thing[1]
    if decision == Decision.HIDE:
        moderation.hide(row.uri, by=by, reason=words, flag=flag)
        return Flag.Outcome.HIDDEN
    if decision == Decision.PASS_ON:
        moderation.hide(row.uri, by=by, reason=words, flag=flag)
        passed_on = flag is not None and reports.pass_on(flag, row)
        return Flag.Outcome.PASSED_ON if passed_on else Flag.Outcome.HIDDEN
    if decision == Decision.REMOVE:
        moderation.remove(row.uri, by=by, reason=words, flag=flag)
        return Flag.Outcome.REMOVED
    level = Restriction.Level.LIMITED if decision == Decision.LIMIT else Restriction.Level.SUSPENDED
    moderation.restrict_actor(level, row.actor, by=by, reason=words, flag=flag)
    return Flag.Outcome.LIMITED if decision == Decision.LIMIT else Flag.Outcome.SUSPENDED


def refuse(restriction: Restriction, *, by: Actor, words: str) -> None:
    """It is taken back before anybody saw it, and its author is told why; what a stranger wrote is hidden, and nobody
    is told. Raises moderation.NotInForce."""
    moderation.require_steward(by)
    with transaction.atomic():
        found = types.locate(restriction.object_uri)
        if not moderation.dismiss(restriction, by=by):
            raise moderation.NotInForce(f"{restriction} does not wait any more")
        Restriction.objects.filter(pk=restriction.pk).update(reason=words)
        if found is not None and found[1].withdrawn_at is None:
            if not found[1].is_ours:
                moderation.hide(restriction.object_uri, by=by, reason=words)
                return
            tell_owner("first_post_refused", found[1], threads.title_of(found[1]), words)
            publishing.withdraw(found[1], found[0].kind_of(found[1]), by=by)
