"""A funding call travels as an Article that any program can show, and as schema.org's MonetaryGrant for those who can
sort money and dates. Names after CommonGrants 0.4 where schema.org has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from accounts import zones
from atlas import sourced, wire
from federation.reader import BadField
from federation.types import FederatedType, register
from federation.values import only, write_instant
from frontend.amounts import is_currency
from frontend.text import render_markdown
from funding import deadlines, money
from funding.cards import language_of
from funding.models import MOST_HOURS, Call

if TYPE_CHECKING:
    from decimal import Decimal

    from django.utils.safestring import SafeString

    from federation.reader import Reader

Json = dict[str, Any]

ADDRESS_LENGTH = 500  # characters, as long as the columns
AMOUNTS = {"minimum": "minValue", "maximum": "maxValue", "total": "value"}


@register
class CallOnTheWire(FederatedType):
    """schema.org's MonetaryGrant; the closing date stands in `endTime` and in `applicationDeadline`."""

    kinds = ("call",)
    model = Call
    type = "Article"
    additional_type = "https://schema.org/MonetaryGrant"

    def topics_of(self, call: Call) -> list[str]:
        return [] if call.register else call.topics  # a register is not news

    def to_object(self, call: Call) -> Json:
        with translation.override(language_of(call)):
            html, in_short, link_name = _for_people(call), _in_short(call), _("Apply")
        words = wire.words(call.title, call.plain_summary, call.language)
        closes = _on_its_clock(call, "closes_at")
        return {
            **words,
            "content": html,
            "contentMap": {call.language: html} if call.language else {},
            "summary": f"<p>{escape(in_short)}</p>" if in_short else "",
            "startTime": _on_its_clock(call, "opens_at"),
            "endTime": closes,
            "applicationDeadline": closes,
            "timezone": call.time_zone,
            "amount": _amount(call),
            "funder": _funder(call),
            "whoCanApply": call.who_can_apply,
            "howToApply": call.how_to_apply,
            "effortHours": call.effort_hours,
            "attachment": [{"type": "Link", "name": link_name, "href": call.application_url}]
            if call.application_url
            else [],
            **sourced.written(call),
            **wire.topics(call.topics),
            **wire.place(area=call.area, lat=call.lat, lon=call.lon),
        }

    def from_object(self, read: Reader) -> Json:
        said = wire.read_words(read)
        if not said["name"]:
            raise BadField("name", read.data.get("name"), "a title")
        return {
            "title": said["name"],
            "plain_summary": said["summary"],
            "language": said["language"],
            **_read_giver(read),
            **_read_amounts(read),
            **_read_dates(read),
            "who_can_apply": read.text("whoCanApply", 3000, lines=True),
            "how_to_apply": read.text("howToApply", 3000, lines=True),
            "application_url": _read_application(read),
            "effort_hours": read.integer("effortHours", 0, MOST_HOURS) or None,
            **sourced.read(read),
            "topics": wire.read_topics(read),
            **wire.read_where(read),
        }


# --- What people read elsewhere ---------------------------------------------------------------------------------------


def _for_people(call: Call) -> str:
    """All of the call, for programs that show `content` and know nothing of grants."""
    lines = [
        (_("Who gives the money"), call.giver or call.giver_uri),
        (_("How much"), money.offered_in_one_line(call)),
        (_("Opens"), _day(call, "opens_at")),
        (_("Closes"), _day(call, "closes_at") or _("No closing date")),
        (_("Apply here"), _link(call.application_url)),
        (_("See it where it was published"), _link(call.uri)),
    ]
    texts = [(_("Who can apply"), call.who_can_apply), (_("How to apply"), call.how_to_apply)]
    paragraphs = [
        render_markdown(call.plain_summary),
        *(format_html("<p><strong>{}</strong></p>{}", label, render_markdown(text)) for label, text in texts if text),
        *(format_html("<p><strong>{}</strong><br>{}</p>", label, words) for label, words in lines if words),
    ]
    return "".join(paragraphs)


def _link(address: str) -> SafeString | str:
    return format_html('<a href="{}">{}</a>', address, address) if address else ""


def _in_short(call: Call) -> str:
    """How much and until when: Mastodon shows this under the title of an Article, and the address below."""
    closes = _day(call, "closes_at")
    sentences = [money.offered_in_one_line(call), _("Closes on %(day)s") % {"day": closes} if closes else ""]
    return " ".join(f"{sentence}." for sentence in sentences if sentence)


def _day(call: Call, name: str) -> str:
    moment = getattr(call, name)
    return deadlines.in_words(moment, call.time_zone) if moment else ""


# --- What programs read -----------------------------------------------------------------------------------------------


def _on_its_clock(call: Call, name: str) -> str | None:
    moment = getattr(call, name)
    return write_instant(moment, call.zone) if moment else None


def _amount(call: Call) -> Json:
    """Digits as text, so that nobody rounds them."""
    held = {wire_name: getattr(call, name) for name, wire_name in AMOUNTS.items()}
    digits = {wire_name: f"{amount.normalize():f}" for wire_name, amount in held.items() if amount is not None}
    return {"type": "MonetaryAmount", "currency": call.currency, **digits} if digits else {}


def _funder(call: Call) -> Json:
    found = {"id": call.giver_uri, "name": call.giver}
    said = {name: value for name, value in found.items() if value}
    return {"type": "Organization", **said} if said else {}


def _read_giver(read: Reader) -> Json:
    """An organisation with a name, an address, or both; or only its name in plain text."""
    said = only(read.data.get("funder"))
    name, address = "", ""
    if isinstance(said, dict):
        name = type(read)(said, "funder").text("name", 200)
    try:
        address = read.uri("funder")
    except BadField:
        if not isinstance(said, dict | str):
            raise
        name = name or read.text("funder", 200)
    return {"giver": name, "giver_uri": address if len(address) <= ADDRESS_LENGTH else ""}


def _read_amounts(read: Reader) -> Json:
    """Nought is what programs write when they do not know. Raises BadField for amounts that contradict each other."""
    said = read.child("amount") if isinstance(only(read.data.get("amount")), dict) else None
    found: dict[str, Decimal | None] = dict.fromkeys(AMOUNTS)
    if said is not None:
        found = {name: said.decimal(wire_name, 0, money.LARGEST) or None for name, wire_name in AMOUNTS.items()}
    known = {name: amount for name, amount in found.items() if amount is not None}
    currency = said.text("currency", 10).upper() if said is not None and known else ""
    if known and not is_currency(currency):
        raise BadField("amount.currency", currency, "a currency of ISO 4217, as EUR")
    in_order = [known[name] for name in AMOUNTS if name in known]
    if in_order != sorted(in_order):
        shown = ", ".join(f"{AMOUNTS[name]} {amount}" for name, amount in known.items())
        raise BadField("amount", shown, "minValue up to maxValue up to value")
    return {**found, "currency": currency}


def _read_dates(read: Reader) -> Json:
    opens = read.instant("startTime")
    closes = read.instant("applicationDeadline") or read.instant("endTime")
    if opens is not None and closes is not None and opens >= closes:
        raise BadField("startTime", read.data.get("startTime"), f"a moment before the deadline, {closes.isoformat()}")
    zone = read.text("timezone", 64)
    return {"opens_at": opens, "closes_at": closes, "time_zone": zone if zone in zones.known() else "UTC"}


def _read_application(read: Reader) -> str:
    """The first link that hangs on it; files that hang on it are not where one applies."""
    links = [each.url for each in read.attachments() if each.type == "Link" and len(each.url) <= ADDRESS_LENGTH]
    return links[0] if links else ""
