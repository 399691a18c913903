"""Single values from strangers' documents: text, addresses, moments, numbers, languages.

Each function takes the name of the field, for the error, and whatever stood there. None and "" mean absent.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from federation.bounded import BadDocument
from frontend.direction import EMBEDDINGS

LONGEST_ADDRESS = 2_048
LONGEST_LANGUAGE = 35  # RFC 5646 §4.4.1
FIRST_YEAR, LAST_YEAR = 1900, 2200
EARLIEST_DAY, LATEST_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR - 1, 12, 31)
LARGEST_INTEGER = 2**31 - 1  # what an integer column of both databases holds

WEB = ("https", "http")


class BadField(BadDocument):
    """A property of a document is not as it must be; the rest of the document may be fine."""


# Characters that change how the text around them is shown: bidirectional overrides, isolates and marks.
_OVERRIDES = dict.fromkeys((*EMBEDDINGS, 0x061C, 0x200E, 0x200F, 0xFEFF))
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:[^\s<>\"\\^`{|}\x00-\x20\x7f]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,5}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,18})(\.[0-9]{1,18})?")
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,30}))?)?"
    r"(?:([Zz])|([+-])([0-9]{2})(?::?([0-9]{2}))?)"
)


def as_list(value: Any) -> list[Any]:
    """JSON-LD writes a list of one also without its brackets, and nothing for an empty one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def only(value: Any) -> Any:
    """The one value: the first of a list, the text of a JSON-LD value object."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict) and "@value" in value:
        value = value["@value"]
    return value


def read_text(field: str, value: Any, maximum: int, *, lines: bool = False) -> str:
    """Plain text of at most `maximum` characters, longer text cut; on one line unless `lines`."""
    value = only(value)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadField(field, value, "text")
    return cut(tidy(value[: maximum * 4 + 1_000], lines=lines), maximum)


def tidy(value: str, *, lines: bool = False) -> str:
    """Text in composed form, without control characters and without overrides of the reading direction."""
    value = unicodedata.normalize("NFC", value.translate(_OVERRIDES))
    value = value.replace("\r\n", "\n").replace("\r", "\n") if lines else " ".join(value.split())
    return _CONTROL.sub("", value).strip()


def cut(value: str, maximum: int) -> str:
    return value if len(value) <= maximum else f"{value[: maximum - 1].rstrip()}…"


def read_address(field: str, value: Any, schemes: Iterable[str]) -> str:
    """An absolute URI with one of the schemes, exactly as written. Raises BadField."""
    accepted = f"an address starting with {', '.join(f'{scheme}:' for scheme in schemes)}"
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or not _URI.fullmatch(value):
        raise BadField(field, value, accepted)
    scheme = value.partition(":")[0].lower()
    if scheme not in schemes or not value.isprintable():
        raise BadField(field, value, accepted)
    if scheme in WEB:
        try:
            parts = urlsplit(value)
            usable = parts.hostname and parts.username is None and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise BadField(field, value, "an address with a host and without a user name")
    return value


def read_instant(field: str, value: Any) -> datetime | None:
    """A moment in UTC from an ISO 8601 date and time with an offset; seconds and fractions may be missing.

    `24:00` is midnight at the end of the day, second 60 counts as 59. Years 1900 to 2200.
    """
    value = only(value)
    if value is None or value == "":
        return None
    accepted = "an ISO 8601 instant with a UTC offset"
    match = _INSTANT.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 80 else None
    if match is None:
        raise BadField(field, value, accepted)
    year, month, day, hour, minute = (int(part) for part in match.groups()[:5])
    second, fraction = int(match[6] or 0), (match[7] or "0")[:6].ljust(6, "0")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadField(field, value, f"a year from {FIRST_YEAR} to {LAST_YEAR}")
    end_of_day = (hour, minute, second, int(fraction)) == (24, 0, 0, 0)
    try:
        moment = datetime(
            year, month, day, 0 if end_of_day else hour, minute, min(second, 59) if second == 60 else second,
            int(fraction), tzinfo=_offset(match),
        )  # fmt: skip
    except ValueError as error:
        raise BadField(field, value, accepted) from error
    return (moment + timedelta(days=end_of_day)).astimezone(UTC)


def write_instant(moment: datetime, zone: tzinfo = UTC) -> str:
    """A moment as RFC 3339 has it, to the second, on the clocks of `zone`.

    UTC is written `Z`, as nearly everybody writes it: some read nothing else (django-activitypub, `models.py:298`).
    RFC 3339 offsets are whole minutes. Some zones had others (Monrovia until 1972): then it is told in UTC.
    """
    there = moment.astimezone(zone)
    offset = there.utcoffset()
    if zone is UTC or offset is None or offset.total_seconds() % 60:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    return there.isoformat(timespec="seconds")


def _offset(match: re.Match[str]) -> timezone:
    """Raises ValueError for 24 hours or more."""
    if match[8]:
        return UTC
    minutes = int(match[10]) * 60 + int(match[11] or 0)
    if int(match[11] or 0) > 59:
        raise ValueError("minutes of an offset go to 59")
    return timezone(timedelta(minutes=-minutes if match[9] == "-" else minutes))


def read_integer(field: str, value: Any, low: int = 0, high: int = LARGEST_INTEGER) -> int | None:
    """A whole number, also written as `17.0` or as text."""
    number = read_decimal(field, value, low, high)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise BadField(field, value, "a whole number")
    return int(number)


def read_decimal(
    field: str, value: Any, low: Decimal | float, high: Decimal | float, places: int = 18
) -> Decimal | None:
    """An exact number, as a number or as text of digits, rounded to `places`."""
    value = only(value)
    if value is None or value == "":
        return None
    accepted = f"a number from {low} to {high}"
    number = _decimal(value)
    if number is None or not Decimal(str(low)) <= number <= Decimal(str(high)):
        raise BadField(field, value, accepted)
    written_places = -int(number.as_tuple().exponent)
    try:
        return round(number, places) if written_places > places else number
    except InvalidOperation as error:  # more digits than decimal's 28
        raise BadField(field, value, accepted) from error


def _decimal(value: Any) -> Decimal | None:
    """The number, or None for what is none: text in any but plain notation, Infinity, NaN, true."""
    if isinstance(value, str):
        written = value.strip()
        return Decimal(written) if len(written) <= 40 and _NUMBER.fullmatch(written) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 10**18:
        return None
    return Decimal(repr(value))


def read_language(value: Any) -> str:
    """A BCP 47 tag in its usual case ("pt-BR"), or "" for anything that is none; never an error."""
    value = only(value)
    if not isinstance(value, str) or len(value) > LONGEST_LANGUAGE or not _LANGUAGE.fullmatch(value):
        return ""
    first, *rest = value.split("-")
    tag = "-".join([first.lower(), *(_subtag(each) for each in rest)])
    return "" if tag in ("und", "zxx", "mul") else tag


def _subtag(text: str) -> str:
    if len(text) == 4 and text.isalpha():
        return text.title()
    return text.upper() if len(text) == 2 and text.isalpha() else text.lower()


def read_day(field: str, value: Any) -> date | None:
    """A day, or a moment on it, since schema.org takes both: of 1900 to 2199. Raises BadField."""
    said = only(value)
    if said in (None, ""):
        return None
    found = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.{1,40})?", said) if isinstance(said, str) else None
    try:
        day = date.fromisoformat(found[1]) if found else None
    except ValueError:
        day = None
    if day is None or not EARLIEST_DAY <= day <= LATEST_DAY:
        raise BadField(field, said, "a day from 1900 to 2199, as 2026-12-01")
    return day
