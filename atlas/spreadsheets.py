"""A list as a spreadsheet: CSV (RFC 4180), in UTF-8 with the mark by which spreadsheet programs know it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from atlas.filters import kind_word
from atlas.points import DECIMALS
from atlas.timezones import in_utc
from frontend import shell

if TYPE_CHECKING:
    import datetime as dt

    from atlas.models import Card

MEDIA_TYPE = "text/csv; charset=utf-8"
BYTE_ORDER_MARK = "\ufeff"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # OWASP, “CSV Injection”

# Names for programs: the same in every language.
COLUMNS = (
    *("kind", "title", "summary", "page", "uri", "language", "from", "node", "area", "lat", "lon", "accuracy"),
    "step_free",
    *("starts", "ends", "state", "topics", "axis", "support", "capacity", "source", "licence", "published", "updated"),
)


def spreadsheet(cards: Iterable[Card], *, more: int = 0) -> bytes:
    """One row a card, in the order given; times in UTC, `accuracy` in metres. `more` that did not fit are told last."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    count = 0
    for count, row in enumerate(_rows(cards), start=1):  # noqa: B007  used after the loop
        rows.writerow(row)
    if more:
        words = _("Only the first %(count)s of %(all)s are in this file. Filter the list to have the others.")
        rows.writerow([words % {"count": count, "all": count + more}])
    return out.getvalue().encode()


def _rows(cards: Iterable[Card]) -> Iterator[list[Any]]:
    here = shell.node_name()
    for card in cards:
        topics = ", ".join(topic.label() for topic in shell.topics_of(card))
        written = [kind_word(card.kind), card.title, card.summary, f"{settings.ORIGIN}{card.url}", card.uri]
        written += [card.language, card.group_name, str(card.node) if card.node else here, card.area]
        yield [
            *map(harmless, written),
            *(
                _degrees(card.lat),
                _degrees(card.lon),
                card.accuracy,
                "" if card.step_free is None else ("no", "yes")[card.step_free],
                _moment(card.starts),
                _moment(card.ends),
                card.state,
            ),
            *map(harmless, (topics, card.axis, card.support)),
            card.capacity,
            *map(harmless, (card.source, card.licence)),
            *(_moment(card.published), _moment(card.updated)),
        ]


def harmless(text: str) -> str:
    """Text that a spreadsheet program would run as a formula gets an apostrophe in front."""
    return f"'{text}" if text.lstrip(" \n").startswith(STARTS_A_FORMULA) else text


def _degrees(number: float | None) -> float | None:
    return None if number is None else round(number, DECIMALS)


def _moment(moment: dt.datetime | None) -> str:
    return in_utc(moment).isoformat() if moment else ""
