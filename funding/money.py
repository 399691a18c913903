"""Amounts as people write and read them. Exact decimals throughout, never floats."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from babel.core import get_global
from babel.numbers import get_currency_name, get_currency_symbol, get_territory_currencies
from django.utils.translation import gettext

from frontend.amounts import money_words, reading_locale

if TYPE_CHECKING:
    from funding.models import Call

OFTEN = ("EUR", "GBP", "USD", "CHF")
LARGEST = Decimal("999999999999.99")
_SPACES = re.compile(r"\s")
_AMOUNT = re.compile(
    r"""[0-9]{1,3}(?P<mark>[.,'])[0-9]{3}((?P=mark)[0-9]{3})*((?!(?P=mark))[.,][0-9]{1,2})?|[0-9]+([.,][0-9]{1,2})?"""
)


class NoAmount(ValueError):
    """Text that does not say an amount, or one that is not more than zero or too large."""


def parse(text: str) -> Decimal:
    """The amount in `5000`, `5,000.50`, `5.000,50` or `£5 000`. Raises NoAmount.

    No currency here has thousandths, so a mark before exactly three digits sets thousands apart in any language.
    """
    bare = _SPACES.sub("", text.strip()).replace("’", "'")
    for sign in ("€", "£", "$", *OFTEN):
        bare = bare.removeprefix(sign).removesuffix(sign)
    if len(bare) > 30 or not bare.isascii() or not _AMOUNT.fullmatch(bare):
        raise NoAmount(text)
    whole, point, cents = bare[:-3], bare[-3:-2], bare[-2:]
    if point not in (".", ","):
        whole, point, cents = bare[:-2], bare[-2:-1], bare[-1:]
    if point not in (".", ","):
        whole, cents = bare, ""
    digits = re.sub("[^0-9]", "", whole)
    amount = Decimal(f"{digits}.{cents}" if cents else digits)
    if not 0 < amount <= LARGEST:
        raise NoAmount(text)
    return amount


def offered(call: Call) -> list[str]:
    """How much there is, one phrase for what one applicant gets and one for the whole; empty where nothing is said."""
    least, most, whole = (
        money_words(amount, call.currency) if amount is not None else ""
        for amount in (call.minimum, call.maximum, call.total)
    )
    found = []
    if least and most:
        words = {"least": least, "most": most}
        found.append(most if least == most else gettext("%(least)s to %(most)s") % words)
    elif most:
        found.append(gettext("up to %(most)s") % {"most": most})
    elif least:
        found.append(gettext("from %(least)s") % {"least": least})
    if whole:
        found.append(gettext("%(total)s in all") % {"total": whole})
    return found


def offered_in_one_line(call: Call) -> str:
    """“£300 to £2,000 · £40,000 in all”."""
    return " · ".join(offered(call))


def choices() -> list[tuple[str, str] | tuple[str, list[tuple[str, str]]]]:
    """Currencies in use, those that are usual here first, for a select in the reader's language."""
    often = [(code, label(code)) for code in OFTEN]
    others = sorted(((code, label(code)) for code in in_use() - set(OFTEN)), key=lambda choice: choice[1].casefold())
    return [("", "–"), (gettext("Used most often"), often), (gettext("All others"), others)]


def label(code: str) -> str:
    """“British Pound (£)”."""
    name, symbol = get_currency_name(code, locale=reading_locale()), get_currency_symbol(code, locale=reading_locale())
    return f"{name} ({symbol})" if symbol != code else f"{name} ({code})"


@cache
def in_use() -> frozenset[str]:
    """ISO 4217 codes of the money people pay with today (CLDR)."""
    today = dt.datetime.now(dt.UTC).date()
    places = get_global("territory_currencies")
    return frozenset(code for place in places for code in get_territory_currencies(place, today))


def of_zone(zone: str) -> str:
    """The money people pay with where a time zone is; "" where it is nowhere. `Europe/Rome` gives EUR."""
    place = get_global("zone_territories").get(zone, "")
    found = get_territory_currencies(place) if place else []
    return str(found[0]) if found else ""
