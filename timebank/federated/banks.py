"""A time bank travels as a Note that any program can show: that it is there, and how it works. No account is in it."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override

from atlas.cards import language_of_labels
from federation.models import Actor
from federation.reader import BadField, Reader
from federation.types import FederatedType, register
from frontend.text import render_markdown
from timebank.hours import in_words
from timebank.models import LARGEST_LIMIT, SMALLEST_LIMIT, USUAL_LIMIT, Bank

Json = dict[str, Any]


@register
class BankOnTheWire(FederatedType):
    """`attributedTo` is the group whose bank it is; `limit` how far an account may be from 0, in minutes."""

    kinds = ("timebank",)
    model = Bank
    type = "Note"
    additional_type = "urn:flotilla:ns:TimeBank"

    def topics_of(self, bank: Bank) -> list[str]:
        return []

    def to_object(self, bank: Bank) -> Json:
        with override(language_of_labels(bank.language)):
            rule = _("Nobody is more than %(hours)s away from as much given as received.")
            html = format_html(
                "<p><strong>{}</strong></p>{}<p>{}</p>",
                bank.name,
                render_markdown(bank.summary),
                rule % {"hours": in_words(bank.limit)},
            )
        return {
            "name": bank.name,
            "content": html,
            "source": {"content": bank.summary, "mediaType": "text/markdown"} if bank.summary else None,
            "inLanguage": bank.language,
            "limit": bank.limit,
        }

    def from_object(self, read: Reader) -> Json:
        source = read.child("source")
        return {
            "name": read.text("name", 120, required=True),
            "summary": source.text("content", 5000, lines=True) if source is not None else "",
            "language": read.language()[:16],
            "limit": read.integer("limit", SMALLEST_LIMIT, LARGEST_LIMIT) or USUAL_LIMIT,
        }

    def settle(self, values: Json, read: Reader) -> Json:
        """Only a group has a bank: whoever speaks for it books what members gave and received."""
        if values["actor"].type not in (Actor.Type.GROUP, Actor.Type.ORGANIZATION):
            raise BadField("attributedTo", values["actor"].uri, "a group")
        return values
