"""How soon mail comes about each matter, until and after a person chooses, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from notifications import kinds
from notifications.models import MailChoice, Matter, Pace, QuietHours

if TYPE_CHECKING:
    from accounts.models import User

DIGEST_AT = dt.time(8)  # by the clock where the person is

# What is addressed to a person comes at once; news waits for the morning.
DEFAULTS = {
    Matter.NEWS: Pace.DAILY,
    Matter.GROUPS: Pace.AT_ONCE,
    Matter.DATES: Pace.AT_ONCE,
    Matter.WORDS: Pace.AT_ONCE,
    Matter.MONEY: Pace.DAILY,
    Matter.NODE: Pace.AT_ONCE,
}
EXPLAINED = {
    Matter.NEWS: _("Under what you follow, in your groups, and in talks you take part in."),
    Matter.GROUPS: _("Somebody asks to join your group, or a group answers you."),
    Matter.DATES: _("Places, new times, and what is cancelled."),
    Matter.WORDS: _("Somebody writes to you, names you, answers you, or writes about something of yours."),
    Matter.MONEY: _("The closing date of a call has moved."),
    Matter.NODE: _("For stewards: other nodes that want to be neighbours, reports, and what waits for you."),
}


def paces_of(users: Iterable[int]) -> dict[int, dict[str, str]]:
    """For each person the pace of each matter. One query."""
    found: dict[int, dict[str, str]] = {user: dict(DEFAULTS) for user in users}
    for user, matter, pace in MailChoice.objects.filter(user__in=found).values_list("user", "matter", "pace"):
        found[user][matter] = pace
    return found


def kinds_at(paces: Mapping[str, str], *wanted: str) -> list[str]:
    """The kinds of notices that come at one of the `wanted` paces."""
    return [name for name in kinds.names() if paces[kinds.matter_of(name)] in wanted]


@transaction.atomic
def choose(user: User, paces: Mapping[str, str], quiet: tuple[dt.time, dt.time] | None) -> None:
    """All choices of the page, or none."""
    for matter, pace in paces.items():
        MailChoice.objects.update_or_create(user=user, matter=matter, defaults={"pace": pace})
    if quiet is None:
        QuietHours.objects.filter(user=user).delete()
    else:
        QuietHours.objects.update_or_create(user=user, defaults={"begins": quiet[0], "ends": quiet[1]})


@transaction.atomic
def stop(user: User, matters: Iterable[str]) -> None:
    """No more mail about these matters; notices on the page stay."""
    for matter in matters:
        MailChoice.objects.update_or_create(user=user, matter=matter, defaults={"pace": Pace.OFF})


# --- By the clock where a person is -------------------------------------------------------------------


def zone_of(user: User) -> dt.tzinfo:
    """UTC where this machine does not know their zone."""
    try:
        return ZoneInfo(user.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def after_quiet(moment: dt.datetime, user: User) -> dt.datetime:
    """`moment`, or the end of the quiet hours it falls into."""
    hours = getattr(user, "quiet_hours", None)  # no row: RelatedObjectDoesNotExist is an AttributeError
    if hours is None:
        return moment
    local = moment.astimezone(zone_of(user))
    clock = local.time()
    over_midnight = hours.begins > hours.ends
    is_quiet = clock >= hours.begins or clock < hours.ends if over_midnight else hours.begins <= clock < hours.ends
    if not is_quiet:
        return moment
    day = local.date() + dt.timedelta(days=over_midnight and clock >= hours.begins)
    return dt.datetime.combine(day, hours.ends, local.tzinfo)


def next_digest(moment: dt.datetime, user: User) -> dt.datetime:
    """The first DIGEST_AT after `moment`; later where that is in their quiet hours."""
    local = moment.astimezone(zone_of(user))
    at = dt.datetime.combine(local.date(), DIGEST_AT, local.tzinfo)
    return after_quiet(at if at > local else at + dt.timedelta(days=1), user)
