"""A listed organisation travels as a plain document, by the node that lists it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atlas import sourced, wire
from cop.models import Listing
from federation.reader import BadField
from federation.types import FederatedType, register

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]


@register
class ListingOnTheWire(FederatedType):
    """An Article about it: `Organization` would be an actor, and nobody can write to or join what is only listed."""

    kinds = ("listing",)
    model = Listing
    type = "Article"
    additional_type = "https://schema.org/Organization"

    def topics_of(self, listing: Listing) -> list[str]:
        return []  # a register is not news

    def to_object(self, listing: Listing) -> Json:
        return {
            **wire.words(listing.name, listing.summary, listing.language),
            "website": listing.website,
            **sourced.written(listing),
            **wire.topics(listing.topics),
            **wire.place(
                area=listing.area,
                lat=listing.lat,
                lon=listing.lon,
                **({"radius": listing.accuracy, "units": "m"} if listing.accuracy else {}),
                **({"address": {"type": "PostalAddress", "postalCode": listing.postcode}} if listing.postcode else {}),
            ),
        }

    def from_object(self, read: Reader) -> Json:
        said = wire.read_words(read, name_length=200)
        source = sourced.read(read)
        place = read.place()
        if not source["register"]:
            raise BadField("identifier", read.data.get("identifier"), "a register and a number, a source and a licence")
        if not said["name"]:
            raise BadField("name", read.data.get("name"), "a name")
        return {
            **said,
            **source,
            "website": read.url("website") or "",
            "topics": wire.read_topics(read),
            "postcode": place.address.postcode[:12],
            "accuracy": int(place.radius) if place.radius else None,
            **wire.read_where(read),
        }
