"""Funding calls of a register or a portal."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from desk.bringing.kinds.fields import AREA, LONGEST_ID, POINT, WHERE, Field, Kind
from desk.bringing.values import BadRow
from funding.actions import list_call
from funding.models import Call

AMOUNTS = ("minimum", "maximum", "total")


def _whole(fields: dict[str, Any]) -> None:
    """Amounts in order and with a currency; it closes after it opens."""
    known = [fields[name] for name in AMOUNTS if fields[name] is not None]
    if known != sorted(known):
        said = ", ".join(f"{name} {fields[name]}" for name in AMOUNTS if fields[name] is not None)
        raise BadRow("total", said, _("expected minimum up to maximum up to total"))
    if known and not fields["currency"]:
        raise BadRow("currency", "", _("expected a currency such as GBP beside an amount"))
    if not known:
        fields["currency"] = ""
    opens, closes = fields["opens_at"], fields["closes_at"]
    if opens is not None and closes is not None and opens >= closes:
        raise BadRow(
            "closes_at",
            closes.isoformat(),
            _("expected a moment after it opens, %(opening)s") % {"opening": opens.isoformat()},
        )


CALLS = Kind(
    word="calls",
    name="call",
    model=Call,
    list_one=list_call,
    fields={
        "external_id": Field(most=LONGEST_ID),
        "title": Field(most=200),
        "plain_summary": Field("paragraphs", 5000),
        "giver": Field(most=200),
        "giver_uri": Field("url", 500),
        "who_can_apply": Field("paragraphs", 3000),
        "minimum": Field("amount"),
        "maximum": Field("amount"),
        "total": Field("amount"),
        "currency": Field("currency"),
        "opens_at": Field("moment"),
        "closes_at": Field("moment", is_end=True),
        "time_zone": Field("zone"),
        "how_to_apply": Field("paragraphs", 3000),
        "application_url": Field("url", 500),
        **AREA,
        **POINT,
    },
    title="title",
    needed=frozenset({"external_id", "title", "plain_summary", "giver", "who_can_apply"}),
    whole=_whole,
    together=(
        WHERE,
        frozenset({*AMOUNTS, "currency"}),
        frozenset({"opens_at", "closes_at", "time_zone"}),
    ),
)
