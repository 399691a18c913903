"""The word people read for each kind of thing on the atlas."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KIND_WORDS: dict[str, Promise] = {
    "group": _("Group"),
    "listing": _("Listed organisation"),
    "person": _("Person"),
    "topic": _("Topic"),
    "need": _("Need"),
    "offer": _("Offer"),
    "expertise": _("Expertise"),
    "gathering": _("Gathering"),
    "call": _("Funding call"),
    "place": _("Place"),
    "know-how": _("Know-how"),
    "mandate": _("Mandate"),
    "node": pgettext_lazy("a node of the flotilla", "Node"),
}

# For headings and counts: “Needs 12”.
KIND_PLURALS: dict[str, Promise] = {
    "group": _("Groups"),
    "listing": _("Listed organisations"),
    "person": _("People"),
    "topic": _("Topics"),
    "need": _("Needs"),
    "offer": _("Offers"),
    "expertise": _("Expertise"),
    "gathering": _("Gatherings"),
    "call": _("Funding calls"),
    "place": _("Places"),
    "know-how": _("Know-how"),
    "mandate": _("Mandates"),
    "node": pgettext_lazy("nodes of the flotilla", "Nodes"),
}
