"""What was taken from a register or a file of others: where it stands there, and whom to thank for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]


class Sourced(models.Model):
    """`register` is the scheme of identifiers (GB-CHC, or the name of a file), `register_id` the number in it.

    All empty where people of this node wrote the thing themselves.
    """

    register = models.CharField(_("register"), max_length=60, blank=True, help_text="identifier scheme, such as GB-CHC")
    register_id = models.CharField(_("number in the register"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True)
    licence = models.CharField(_("licence"), max_length=300, blank=True)
    attribution = models.TextField(
        max_length=1000, blank=True, help_text="what the licences ask to be said, word for word"
    )

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["register", "register_id"],
                condition=Q(node__isnull=True) & ~Q(register=""),
                name="%(class)s_once_here",
            ),
            models.CheckConstraint(
                condition=Q(register="", register_id="") | (~Q(register="") & ~Q(register_id="")),
                name="%(class)s_register_has_number",
            ),
            models.CheckConstraint(
                condition=Q(register="") | (~Q(source="") & ~Q(licence="")),
                name="%(class)s_tells_source_and_licence",
            ),
        ]


def written(row: Sourced) -> Json:
    """As it travels: schema.org's identifier, and where the facts come from."""
    if not row.register:
        return {}
    return {
        "identifier": {"type": "PropertyValue", "propertyID": row.register, "value": row.register_id},
        "isBasedOn": row.source_url,
        "source_name": row.source,
        "licence": row.licence,
        "creditText": row.attribution,
    }


def read(read: Reader) -> Json:
    """The columns of `Sourced`; all empty unless register, number, source and licence are told."""
    identifier = read.child("identifier")
    found = {
        "register": identifier.text("propertyID", 60) if identifier else "",
        "register_id": identifier.text("value", 200) if identifier else "",
        "source": read.text("source_name", 300),
        "source_url": read.url("isBasedOn") or "",
        "licence": read.text("licence", 300),
        "attribution": read.text("creditText", 1000),
    }
    whole = all(found[name] for name in ("register", "register_id", "source", "licence"))
    return found if whole else dict.fromkeys(found, "")
