"""Organisations of a register: listed, not members."""

from __future__ import annotations

from typing import Any

from cop.actions.listings import list_organisation
from cop.models import Listing
from desk.bringing.kinds.fields import AREA, LONGEST_ID, POINT, WHERE, Field, Kind


def _whole(fields: dict[str, Any]) -> None:
    """Nothing is needed but a name."""


GROUPS = Kind(
    word="groups",
    name="listing",
    model=Listing,
    list_one=list_organisation,
    fields={
        "external_id": Field(most=LONGEST_ID),
        "name": Field(most=200),
        "summary": Field(most=5000),
        "postcode": Field("postcode", 12),
        "url": Field("url", 500, column="website"),
        **AREA,
        **POINT,
    },
    title="name",
    needed=frozenset({"external_id", "name"}),
    whole=_whole,
    together=(WHERE,),
)
