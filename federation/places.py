"""Where something is, as the programs around us write it.

ActivityStreams has a Place with latitude and longitude; Mobilizon nests schema.org's `geo` and a
PostalAddress in it, Gancio writes the address as text, FEP-8a8e adds VirtualLocation, and several of them
make a hybrid event.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from federation.bounded import BadDocument
from federation.values import WEB, BadField, as_list, only, read_address, read_decimal, read_text

MOST_LOCATIONS = 10
LONGEST_NAME = 200
LONGEST_ADDRESS_TEXT = 500
LONGEST_PART = 200

METRES = {"m": 1.0, "km": 1_000.0, "cm": 0.01, "feet": 0.3048, "inches": 0.0254, "miles": 1_609.344}


@dataclass(frozen=True)
class Address:
    """A postal address; `text` is the whole of it on one line."""

    text: str = ""
    street: str = ""
    locality: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True)
class ReadPlace:
    """A place, WGS 84 degrees; `radius` in metres says how far off the point may be.

    `is_online` is true when there is (also) a way to take part from afar, `online_url` where.
    """

    uri: str = ""
    name: str = ""
    latitude: float | None = None
    longitude: float | None = None
    radius: float | None = None
    address: Address = field(default_factory=Address)
    is_online: bool = False
    online_url: str = ""

    @property
    def has_point(self) -> bool:
        return self.latitude is not None

    def __bool__(self) -> bool:
        return self != ReadPlace()


def read_location(name: str, value: Any) -> ReadPlace:
    """One place out of one or several locations: the first physical one, and whether any is online."""
    values = as_list(value)
    if len(values) > MOST_LOCATIONS:
        raise BadField(name, values, f"at most {MOST_LOCATIONS} locations")
    physical, online = ReadPlace(), ReadPlace()
    for each in values:
        if isinstance(each, dict) and _is_virtual(each):
            online = online or ReadPlace(is_online=True, online_url=_web_address(each.get("url")))
        else:
            physical = physical or _read_one(name, each)
    return replace(physical, is_online=online.is_online, online_url=online.online_url) if online else physical


def _is_virtual(place: dict[str, Any]) -> bool:
    return any(isinstance(each, str) and each.endswith("VirtualLocation") for each in as_list(place.get("type")))


def _read_one(name: str, value: Any) -> ReadPlace:
    if value is None or value == "":
        return ReadPlace()
    if isinstance(value, dict):
        return read_place(name, value)
    if not isinstance(value, str):
        raise BadField(name, value, "a Place, its address or a text")
    if value.startswith(("https://", "http://")):
        return ReadPlace(uri=read_address(name, value, WEB))
    return ReadPlace(name=read_text(name, value, LONGEST_NAME))


def read_place(path: str, place: dict[str, Any]) -> ReadPlace:
    """A Place object. Raises BadField for coordinates off the globe or a part of the wrong kind."""
    prefix = f"{path}." if path else ""
    latitude, longitude = _read_point(prefix, place)
    return ReadPlace(
        uri=_web_address(place.get("id")),
        name=read_text(f"{prefix}name", place.get("name"), LONGEST_NAME),
        latitude=latitude,
        longitude=longitude,
        radius=_read_radius(prefix, place),
        address=_read_address(f"{prefix}address", place.get("address")),
    )


def _read_point(prefix: str, place: dict[str, Any]) -> tuple[float | None, float | None]:
    """Both coordinates or none. Exactly 0, 0 is what programs write when they do not know."""
    source, geo = place, only(place.get("geo"))
    if isinstance(geo, dict) and place.get("latitude") is None:
        source, prefix = geo, f"{prefix}geo."
    latitude = read_decimal(f"{prefix}latitude", source.get("latitude"), -90, 90)
    longitude = read_decimal(f"{prefix}longitude", source.get("longitude"), -180, 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None, None
    return float(latitude), float(longitude)


def _read_radius(prefix: str, place: dict[str, Any]) -> float | None:
    radius = read_decimal(f"{prefix}radius", place.get("radius"), 0, 100_000_000)
    factor = METRES.get(str(place.get("units", "m")))
    return None if radius is None or factor is None else float(radius) * factor


def _read_address(path: str, value: Any) -> Address:
    value = only(value)
    if not isinstance(value, dict):
        return Address(text=read_text(path, value, LONGEST_ADDRESS_TEXT))
    parts = {
        "street": _part(path, value, "streetAddress"),
        "locality": _part(path, value, "addressLocality"),
        "region": _part(path, value, "addressRegion"),
        "postcode": _part(path, value, "postalCode"),
        "country": _part(path, value, "addressCountry"),
    }
    city = " ".join(each for each in (parts["postcode"], parts["locality"]) if each)
    line = ", ".join(each for each in (parts["street"], city, parts["region"], parts["country"]) if each)
    return Address(text=read_text(path, line, LONGEST_ADDRESS_TEXT), **parts)


def _part(path: str, address: dict[str, Any], name: str) -> str:
    """A part of an address; a country may be an object with a name, a postcode a number."""
    value = only(address.get(name))
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, int) and not isinstance(value, bool):
        value = format(value, "d") if abs(value) < 10**12 else None
    return read_text(f"{path}.{name}", value, LONGEST_PART)


def _web_address(value: Any) -> str:
    """A link if it is one: a place without a usable address is still a place."""
    try:
        return read_address("url", only(value), WEB)
    except BadDocument:
        return ""
