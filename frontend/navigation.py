"""The few ways through the site. Plain paths: a page that is not there yet must not break the others."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Entry(NamedTuple):
    label: str | Promise
    path: str


PRIMARY: tuple[Entry, ...] = (
    Entry(_("Atlas"), "/atlas/"),
    Entry(_("Needs"), "/needs/"),
    Entry(_("Offers"), "/offers/"),
    Entry(_("Meet and learn"), "/gatherings/"),
    Entry(_("Funding"), "/calls/"),
    Entry(_("Know-how"), "/know-how/"),
    Entry(_("Groups"), "/groups/"),
)

FOOTER: tuple[Entry, ...] = (
    Entry(_("Atlas"), "/atlas/"),
    Entry(_("Places"), "/places/"),
    Entry(_("Expertise"), "/expertise/"),
    Entry(_("Accessibility"), "/accessibility/"),
    Entry(_("How these pages are made"), "/style/"),
    Entry(_("For programs"), "/api/v1/docs"),
)


def is_here(entry_path: str, request_path: str) -> bool:
    """True for the entry's page and every page under it."""
    return request_path == entry_path or (entry_path != "/" and request_path.startswith(entry_path))
