"""Minutes in words. Time is kept in whole minutes everywhere; only people read hours."""

from __future__ import annotations

from django.utils.translation import gettext as _


def in_words(minutes: int) -> str:
    """“1 h 30 min”, of as many minutes, given or received."""
    hours, rest = divmod(abs(minutes), 60)
    if hours and rest:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
    if hours:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(minutes)s min") % {"minutes": rest}


def standing_in_words(balance: int) -> str:
    """How an account stands, as one would say it to somebody."""
    if balance > 0:
        return _("You have given %(hours)s more than you received.") % {"hours": in_words(balance)}
    if balance < 0:
        return _("You have received %(hours)s more than you gave.") % {"hours": in_words(balance)}
    return _("You have given as much time as you received.")


def standing_of_in_words(balance: int) -> str:
    """The same of somebody else, or of another bank."""
    if balance > 0:
        return _("%(hours)s more given than received") % {"hours": in_words(balance)}
    if balance < 0:
        return _("%(hours)s more received than given") % {"hours": in_words(balance)}
    return _("as much given as received")
