"""A place travels as a Place; those of Gancio and Mobilizon are read as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atlas import sourced, wire
from atlas.placed import StepFree
from cop.models import Place
from cop.models.places import ACCESS
from federation.reader import BadField
from federation.types import FederatedType, register

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]

KNOWN_ACCESS = {slug for slug, _words in ACCESS}


@register
class PlaceOnTheWire(FederatedType):
    """HSDS's accessibility attributes travel as slugs in `accessibility`, the first of them about steps."""

    kinds = ("place",)
    model = Place
    type = "Place"
    additional_type = "https://schema.org/CivicStructure"
    also_reads = (("Place", ""),)

    def topics_of(self, place: Place) -> list[str]:
        return [] if place.register else place.topics  # a register is not news

    def to_object(self, place: Place) -> Json:
        step_free = StepFree(place.step_free).word
        address = {"streetAddress": place.address, "postalCode": place.postcode, "addressLocality": place.area}
        return {
            **wire.words(place.name, place.summary, place.language),
            "kinds": [place.kind],
            "area": place.area,
            "address": {"type": "PostalAddress"} | {name: said for name, said in address.items() if said},
            "latitude": place.lat,
            "longitude": place.lon,
            "radius": place.accuracy,
            "units": "m" if place.accuracy else "",
            "openingHours": place.opening,
            "accessibility": ([step_free] if step_free else []) + place.access,
            "accessNote": place.access_note,
            "services": place.services,
            "giveBack": place.give_back,
            "website": place.website,
            **sourced.written(place),
            **wire.topics(place.topics),
        }

    def from_object(self, read: Reader) -> Json:
        said = wire.read_words(read)
        point = read.as_place()
        name = said["name"] or point.address.text[:200]
        if not name:
            raise BadField("name", read.data.get("name"), "a name or an address")
        kind = next(iter(read.strings("kinds", 1, 16)), "")
        access = read.strings("accessibility", 20, 40)
        told = (StepFree.read(word) for word in access)
        steps = next((answer for answer in told if answer != StepFree.UNKNOWN), StepFree.UNKNOWN)
        return said | {
            "name": name,
            "kind": kind if kind in Place.Kind.values else Place.Kind.OTHER,
            "services": read.text("services", 2000, lines=True),
            "give_back": read.text("giveBack", 1000, lines=True),
            "address": point.address.street or point.address.text,
            "postcode": point.address.postcode[:12],
            "area": (read.text("area", 100) or point.address.locality)[:100],
            "lat": point.latitude,
            "lon": point.longitude,
            "accuracy": int(point.radius) if point.radius else None,
            "opening": _opening(read),
            "step_free": steps,
            "access": [slug for slug in dict.fromkeys(access) if slug in KNOWN_ACCESS],
            "access_note": read.text("accessNote", 500),
            "website": read.url("website") or "",
            **sourced.read(read),
            "topics": wire.read_topics(read),
        }


def _opening(read: Reader) -> str:
    """Words, or schema.org's list of "Mo-Fr 09:00-18:00"."""
    if isinstance(read.data.get("openingHours"), list):
        return "\n".join(read.strings("openingHours", 14, 100))[:500]
    return read.text("openingHours", 500, lines=True)
