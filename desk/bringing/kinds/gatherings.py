"""Gatherings of a calendar or table of others: one row is one date."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from desk.bringing.kinds.fields import AREA, POINT, WHERE, Field, Kind
from desk.bringing.values import BadRow
from events.actions.gatherings import list_gathering
from events.models import Gathering

STATES = (Gathering.State.SCHEDULED, Gathering.State.TENTATIVE, Gathering.State.POSTPONED, Gathering.State.CANCELLED)


def _whole(fields: dict[str, Any]) -> None:
    """Nobody signs up here for what others organise. Without an end, it ends when it starts, as in RFC 5545."""
    starts, ends = fields["starts"], fields["ends"]
    if ends is not None and ends < starts:
        raise BadRow(
            "ends", ends.isoformat(), _("expected a moment after the start, %(start)s") % {"start": starts.isoformat()}
        )
    fields["ends"] = ends or starts
    fields["kind"] = fields["kind"] or Gathering.Kind.POPULAR_EVENT.value
    fields["state"] = fields["state"] or Gathering.State.SCHEDULED.value
    fields["joining"] = Gathering.Joining.ELSEWHERE.value
    fields["online"] = bool(fields["online_url"])


GATHERINGS = Kind(
    word="gatherings",
    name="gathering",
    model=Gathering,
    list_one=list_gathering,
    fields={
        "external_id": Field(most=200),
        "title": Field(most=200),
        "kind": Field("choice", choices=tuple(Gathering.Kind.values)),
        "summary": Field("paragraphs", 5000),
        "starts": Field("moment"),
        "ends": Field("moment", is_end=True),
        "time_zone": Field("zone"),
        "state": Field("choice", choices=tuple(str(state.value) for state in STATES)),
        "place": Field(most=200),
        "address": Field(most=500),
        "url": Field("url", 500, column="external_url"),
        "online_url": Field("url", 500),
        **AREA,
        **POINT,
    },
    title="title",
    needed=frozenset({"external_id", "title", "starts"}),
    whole=_whole,
    together=(
        WHERE,
        frozenset({"starts", "ends", "time_zone"}),
        frozenset({"joining", "external_url"}),
        frozenset({"online", "online_url", "place", "state"}),
    ),
)
