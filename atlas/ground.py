"""What lies under the pins of the map, beside the outlines that are shipped: a steward's own streets, or nothing.

Either tiles from an address that a steward gives, or a PMTiles file in the node's data folder. Nothing comes from a
third party unless a steward says so, and then browsers may ask that host for pictures and no other.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from federation import describing

FILE = "map.pmtiles"
CREDIT_OF_FILES = "© OpenStreetMap, https://www.openstreetmap.org/copyright"
"""PMTiles are cut from OpenStreetMap, which asks to be named; a steward's own words count instead."""
PLACES = ("{z}", "{x}", "{y}")
HEADER_BYTES = 127  # PMTiles version 3, section 3
MAGIC, VERSION, VECTOR = b"PMTiles", 3, 1
TYPE_AT = 99
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]{2,39}\]")


class BadTiles(ValueError):
    """Not an address of tiles that the map can use; the message says why, to the steward who gave it."""


class BadFile(ValueError):
    """Not a map that can be shown; the message says why, to the steward who put it there."""


@dataclass(frozen=True)
class Ground:
    """What the map lays down. At most one of `tiles` and `streets` is set, both are addresses."""

    tiles: str = ""
    streets: str = ""
    credit: str = ""

    @property
    def host(self) -> str:
        """The origin browsers may ask for pictures, or nothing where it is this node itself."""
        return origin_of_tiles(self.tiles) if self.tiles else ""


def of_this_node() -> Ground:
    """A steward's address of tiles, else the file in the data folder, else nothing."""
    told = describing.told_of_this_node()
    if told.tiles:
        return Ground(tiles=told.tiles, credit=told.tiles_credit)
    if not is_usable():
        return Ground()
    return Ground(streets=f"/{FILE}", credit=told.tiles_credit or CREDIT_OF_FILES)


def check_tiles(template: str) -> str:
    """The template as it was given. Raises BadTiles."""
    if not template.isascii() or not template.isprintable() or set(template) & set(" \"'<>\\^`|;,"):
        raise BadTiles(_("An address has no spaces, quotation marks or letters with accents."))
    for place in PLACES:
        if template.count(place) != 1:
            raise BadTiles(_("Write %(place)s once, where the tile’s number stands.") % {"place": place})
    if re.search("[{}]", re.sub(r"\{[zxy]\}", "", template)):
        raise BadTiles(_("Only {z}, {x} and {y} may stand in braces: the tiles come from one address."))
    origin_of_tiles(template)
    return template


def origin_of_tiles(template: str) -> str:
    """`https://tiles.example` of an address there, "" of one of this node. Raises BadTiles."""
    if template.startswith("/") and not template.startswith("//"):
        return ""
    try:
        parts = urlsplit(template)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    origin = f"{parts.scheme.lower()}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"
    if origin == settings.ORIGIN:
        return ""
    named = _HOST.fullmatch(f"[{host}]" if ":" in host else host)
    if parts.scheme != "https" or not named or "@" in parts.netloc or "{" in parts.netloc:
        raise BadTiles(_("Give an address that begins with https:// and a host, or with / for this node’s own."))
    return origin


def path() -> Path:
    return Path(settings.DATA_DIR) / FILE


def is_usable() -> bool:
    try:
        return size_of_file() > 0
    except BadFile:
        return False


def size_of_file() -> int:
    """Bytes of the map in the data folder; 0 where there is none. Raises BadFile for one that cannot be shown."""
    try:
        with path().open("rb") as file:
            header, size = file.read(HEADER_BYTES), os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise BadFile(_("%(file)s cannot be read: %(error)s") % {"file": path(), "error": error.strerror}) from None
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC) or header[len(MAGIC)] != VERSION:
        raise BadFile(_("%(file)s is no PMTiles file of version 3.") % {"file": path()})
    if header[TYPE_AT] != VECTOR:
        raise BadFile(_("%(file)s holds pictures. The map draws vector tiles.") % {"file": path()})
    return size
