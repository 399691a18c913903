"""Open licences by their SPDX identifier, and the web address that names each on the wire and on the page."""

from __future__ import annotations

from typing import Final

DEFAULT: Final = "CC-BY-4.0"

NAMES: Final = {
    "CC-BY-4.0": "Creative Commons Attribution 4.0 (CC BY)",
    "CC-BY-SA-4.0": "Creative Commons Attribution-ShareAlike 4.0 (CC BY-SA)",
    "CC0-1.0": "Creative Commons Zero 1.0 (CC0)",
    "OGL-UK-3.0": "Open Government Licence 3.0 (UK)",
    "GFDL-1.3-or-later": "GNU Free Documentation License 1.3",
}
ADDRESSES: Final = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "OGL-UK-3.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    "GFDL-1.3-or-later": "https://www.gnu.org/licenses/fdl-1.3.html",
}


def address_of(licence: str) -> str:
    """Where a licence can be read. What is no identifier of ours is an address already, as another node gave it."""
    return ADDRESSES.get(licence, licence)


def name_of(licence: str) -> str:
    """What people call it; the bare address of one we do not know."""
    return NAMES.get(licence, licence)


def at(address: str) -> str:
    """The identifier of the licence at an address, however it is spelled; the address itself where we know none."""
    return _BY_ADDRESS.get(_plain(address), address)


def _plain(address: str) -> str:
    return address.strip().lower().partition("://")[2].removeprefix("www.").rstrip("/")


_BY_ADDRESS = {_plain(address): licence for licence, address in ADDRESSES.items()}
