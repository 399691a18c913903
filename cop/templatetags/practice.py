"""`{% load practice %}`: the term of a role in words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext as _

from frontend.times import day_words

if TYPE_CHECKING:
    from collections.abc import Mapping

register = template.Library()


@register.simple_tag
def term_of(role: Mapping[str, str]) -> str:
    """“from 1 May 2026 until 30 April 2027”, or what of it is known."""
    starts, ends = (_in_words(role.get(name, "")) for name in ("starts", "ends"))
    if starts and ends:
        return _("from %(starts)s until %(ends)s") % {"starts": starts, "ends": ends}
    if starts:
        return _("from %(starts)s") % {"starts": starts}
    return _("until %(ends)s") % {"ends": ends} if ends else ""


def _in_words(day: str) -> str:
    return day_words(dt.date.fromisoformat(day)) if day else ""
