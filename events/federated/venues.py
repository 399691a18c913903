"""Where a gathering is, on the wire: a Place, a VirtualLocation, or both (FEP-8a8e, "Location")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atlas.placed import StepFree
from events.models import Gathering
from events.models.gatherings import ADDRESS_LENGTH

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]


def written(gathering: Gathering) -> Json:
    """`location` with what there is. One that moved online names the link first: some read only the first."""
    locations = [each for each in (_place(gathering), _virtual(gathering)) if each]
    if gathering.state == Gathering.State.MOVED_ONLINE:
        locations.reverse()
    return {
        "location": locations[0] if len(locations) == 1 else locations,
        "isOnline": gathering.online and not gathering.is_face_to_face,
        "area": gathering.area,
        "accessibility": StepFree(gathering.step_free).word,
    }


def _place(gathering: Gathering) -> Json:
    found: Json = {"id": gathering.venue_id} if gathering.venue_id else {}
    if gathering.place:
        found["name"] = gathering.place
    if gathering.address:
        found["address"] = {"type": "PostalAddress", "streetAddress": gathering.address}
    if gathering.lat is not None and gathering.lon is not None:
        found |= {"latitude": gathering.lat, "longitude": gathering.lon}
    return {"type": "Place"} | found if found else {}


def _virtual(gathering: Gathering) -> Json:
    """Also without a link: organisers may send it to those who come."""
    if not gathering.online:
        return {}
    link = {"url": gathering.online_url} if gathering.online_url else {}
    return {"type": "VirtualLocation", "name": "Online"} | link


def read(read: Reader) -> Json:
    """Mobilizon's nested `geo`, Gancio's address in words and places that are only a name are read alike."""
    place = read.place()
    physical = any((place.name, place.address.text, place.has_point))
    link = place.online_url if len(place.online_url) <= ADDRESS_LENGTH else ""
    return {
        "venue_id": place.uri if 0 < len(place.uri) <= ADDRESS_LENGTH else None,
        "place": place.name,
        "address": place.address.text,
        "area": read.text("area", 100) or place.address.locality[:100],
        "lat": place.latitude,
        "lon": place.longitude,
        "step_free": StepFree.read(read.text("accessibility", 40)),
        "online": place.is_online or bool(link) or (read.boolean("isOnline") and not physical),
        "online_url": link,
    }
