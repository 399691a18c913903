"""Places of a register: libraries, community centres, workshops."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from atlas.placed import StepFree
from cop.actions.places import list_place
from cop.models import Place
from desk.bringing.kinds.fields import AREA, LONGEST_ID, POINT, WHERE, Field, Kind
from desk.bringing.values import BadRow


def _whole(fields: dict[str, Any]) -> None:
    fields["kind"] = fields["kind"] or Place.Kind.OTHER.value
    fields["step_free"] = fields["step_free"] or StepFree.UNKNOWN.value
    if not fields["address"] and not fields["area"] and fields["lat"] is None:
        raise BadRow("address", "", _("expected an address, an area or a point: a place is somewhere"))


PLACES = Kind(
    word="places",
    name="place",
    model=Place,
    list_one=list_place,
    fields={
        "external_id": Field(most=LONGEST_ID),
        "name": Field(most=200),
        "kind": Field("choice", choices=tuple(Place.Kind.values)),
        "summary": Field("paragraphs", 5000),
        "services": Field("paragraphs", 2000),
        "address": Field(most=500),
        "postcode": Field("postcode", 12),
        "opening": Field("paragraphs", 500),
        "step_free": Field("choice", choices=tuple(StepFree.values)),
        "access_note": Field(most=500),
        "url": Field("url", 500, column="website"),
        **AREA,
        **POINT,
    },
    title="name",
    needed=frozenset({"external_id", "name"}),
    whole=_whole,
    together=(WHERE,),
)
