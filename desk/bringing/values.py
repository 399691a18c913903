"""From what stands in a cell to a value of ours, or to the reason why not."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import zones
from desk.bringing.postcodes import tidy
from federation import identity
from federation.values import WEB, BadField, read_address
from frontend.amounts import is_currency
from funding import money

if TYPE_CHECKING:
    from desk.bringing.mapping import Column

WEB_ADDRESS = gettext_noop("expected a web address such as https://example.org")
LONGEST_ADDRESS = 500  # characters
MOMENT = gettext_noop("expected a date or a moment such as 2027-05-01 or 2027-05-01T18:30:00+01:00")
DAY_ENDS = dt.time(23, 59)
YEARS = range(1900, 2200)
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_AMOUNT = re.compile(r"[£$€]?\s*([0-9][0-9,]{0,20}(?:\.[0-9]{1,2})?)")


class BadValue(ValueError):
    """Why a value cannot be taken, and what is accepted."""


class BadRow(ValueError):
    """Why a row cannot be taken: the field, what stands there, what is accepted."""

    def __init__(self, name: str, value: str, why: str) -> None:
        super().__init__(name, value, why)
        self.name, self.value, self.why = name, value, why


def value_of(column: Column, raw: str, zone: str) -> Any:
    """What a cell means; nothing said is the empty value of its format. Raises BadValue."""
    said = column.values.get(raw.strip(), raw)
    if not said.strip():
        if column.required:
            raise BadValue(_("expected a value"))
        return unsaid(column.format)
    return READERS[column.format](column, said, zone)


def unsaid(form: str) -> Any:
    """The empty value of a format."""
    return "" if form in TEXTS else None


def _printable(text: str) -> str:
    """Without control characters and what turns the reading direction; with the joiners that Persian words need."""
    return "".join(each for each in text if each.isprintable() or each in JOINERS)


def _text(column: Column, raw: str, _zone: str) -> str:
    text = _printable(" ".join(raw.split()))
    if column.required and not text:
        raise BadValue(_("expected a value"))
    if column.name == "external_id" and len(text) > column.most:
        raise BadValue(_("expected at most %(most)d characters") % {"most": column.most})
    return text


def _paragraphs(column: Column, raw: str, _zone: str) -> str:
    lines = (" ".join(line.split()) for line in raw.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(map(_printable, lines))).strip()
    if column.required and not text:
        raise BadValue(_("expected a value"))
    return text


def _web_address(_column: Column, raw: str, _zone: str) -> str:
    """As people write it: the scheme is often left away."""
    raw = raw.strip()
    address = raw if "://" in raw else f"https://{raw}"
    try:
        identity.origin_of(read_address("url", address, WEB))
        URLValidator(schemes=["http", "https"])(address)
    except (BadField, ValidationError) as bad:
        raise BadValue(_(WEB_ADDRESS)) from bad
    if "." not in (urlsplit(address).hostname or "") or len(address) > LONGEST_ADDRESS:
        raise BadValue(_(WEB_ADDRESS))
    return address


def _postcode(_column: Column, raw: str, _zone: str) -> str:
    whole = tidy(raw)
    if whole is None:
        raise BadValue(_("expected a whole postcode such as SE1 7PB"))
    return whole


def _degrees(most: int) -> Callable[[Column, str, str], float]:
    def read(_column: Column, raw: str, _zone: str) -> float:
        try:
            found = float(raw)
        except ValueError:
            found = math.nan
        if not -most <= found <= most:
            raise BadValue(_("expected degrees from -%(most)d to %(most)d") % {"most": most})
        return found

    return read


def _amount(_column: Column, raw: str, _zone: str) -> Decimal | None:
    """Nought is what tables say where nobody knows."""
    found = _AMOUNT.fullmatch(raw.strip())
    try:
        amount = Decimal(found[1].replace(",", "")) if found else None
    except InvalidOperation:
        amount = None
    if amount is None or amount > money.LARGEST:
        raise BadValue(_("expected an amount such as 25000 or 25,000.50"))
    return amount or None


def _currency(_column: Column, raw: str, _zone: str) -> str:
    code = raw.strip().upper()
    if not is_currency(code):
        raise BadValue(_("expected a currency of ISO 4217, such as GBP"))
    return code


def _zone(_column: Column, raw: str, _given: str) -> str:
    if raw.strip() not in zones.known():
        raise BadValue(_("expected a time zone such as Europe/London"))
    return raw.strip()


def _choice(column: Column, raw: str, _zone: str) -> str:
    if raw.strip() not in column.choices:
        raise BadValue(_("expected one of %(choices)s") % {"choices": ", ".join(column.choices)})
    return raw.strip()


def _moment(column: Column, raw: str, zone: str) -> dt.datetime:
    """In UTC. A day without a time begins at midnight, and where an end is meant, ends at 23:59, on the clock there."""
    said = raw.strip()
    found = _parsed(said, column.patterns)
    if found is None or found.year not in YEARS:
        raise BadValue(_(MOMENT))
    if re.fullmatch(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}", said) and column.is_end:
        found = dt.datetime.combine(found.date(), DAY_ENDS)
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(zone))
    return found.astimezone(dt.UTC).replace(microsecond=0)


def _parsed(said: str, patterns: tuple[str, ...]) -> dt.datetime | None:
    for pattern in patterns:
        try:
            return dt.datetime.strptime(said, pattern)  # noqa: DTZ007  # its zone is the mapping's
        except ValueError:
            continue
    try:
        return dt.datetime.fromisoformat(said)
    except ValueError:
        return None


READERS: dict[str, Callable[[Column, str, str], Any]] = {
    "text": _text,
    "paragraphs": _paragraphs,
    "url": _web_address,
    "postcode": _postcode,
    "latitude": _degrees(90),
    "longitude": _degrees(180),
    "amount": _amount,
    "currency": _currency,
    "zone": _zone,
    "choice": _choice,
    "moment": _moment,
}
TEXTS = {"text", "paragraphs", "url", "postcode", "currency", "zone", "choice"}
