"""A page of know-how travels as an Article (FEP-b2b8) that any program can show, with its Markdown for those who can
use it. Its kind stands in `additionalType`: an Article without one of ours is somebody's article, not a page here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from atlas import licences, wire
from federation.reader import BadField
from federation.types import FederatedType, register
from frontend.text import plain, render_markdown
from frontend.times import day_words
from knowledge.models import MOST_ANSWER, MOST_BODY, MOST_COMMENT, Kind, Page, Revision

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]

LONGEST_CONTENT = 60_000  # characters of HTML; it travels twice, and a document has one megabyte
MOST_VERSIONS = 100  # kept of a page of another node
ADDRESS_LENGTH = 500  # characters, as long as the columns

ADDITIONAL_TYPE: Final = {
    Kind.KNOW_HOW: "https://schema.org/HowTo",
    Kind.KNOWLEDGE: "https://schema.org/Article",
    Kind.GOOD_PRACTICE: "urn:flotilla:ns:GoodPractice",
    Kind.RESOURCE: "https://schema.org/LearningResource",
}
KIND_BY_ADDITIONAL_TYPE = {address: kind for kind, address in ADDITIONAL_TYPE.items()}
_block_end = re.compile(r"</(?:p|li|h[1-6]|blockquote|tr|dd|pre)\s*>", re.IGNORECASE)


@register
class PageOnTheWire(FederatedType):
    """The short answer is the `summary`, as programs show it under the title of an Article."""

    kinds = ("know-how",)
    model = Page
    type = "Article"
    additional_type = ADDITIONAL_TYPE[Kind.KNOW_HOW]
    also_reads = tuple(("Article", address) for kind, address in ADDITIONAL_TYPE.items() if kind != Kind.KNOW_HOW)

    def to_object(self, page: Page) -> Json:
        with translation.override(_language_of(page)):
            html = _for_people(page)
        return {
            "additionalType": ADDITIONAL_TYPE[Kind(page.kind)],
            **wire.words(page.title, page.body, page.language),
            "content": html,
            "contentMap": {page.language: html} if page.language else {},
            "mediaType": "text/html",
            "summary": format_html("<p>{}</p>", page.short_answer) if page.short_answer else "",
            "license": page.licence_address,
            "lastReviewed": page.checked_on.isoformat() if page.checked_on else "",
            "reviewedBy": page.checked_by,
            "wasDerivedFrom": page.adapted_from,
            "creditText": page.credit,
            "changeNote": page.comment,
            "context": page.actor.uri if page.actor.type not in {"Person", "Application"} else "",
            **wire.topics(page.topics),
            **wire.place(area=page.jurisdiction),
        }

    def from_object(self, read: Reader) -> Json:
        title = read.natural("name", 200).text
        if not title:
            raise BadField("name", read.data.get("name"), "a title")
        checked_on = read.day("lastReviewed")
        return {
            "kind": next(
                (KIND_BY_ADDITIONAL_TYPE[each] for each in read.additional_types if each in KIND_BY_ADDITIONAL_TYPE),
                Kind.KNOW_HOW,
            ),
            "title": title,
            "short_answer": plain(read.html("summary"), MOST_ANSWER),
            "body": _read_body(read),
            "language": read.language()[:16],
            "jurisdiction": wire.read_where(read)["area"],
            "licence": licences.at(_read_address(read, "license")),
            "checked_on": checked_on,
            "checked_by": read.text("reviewedBy", 200) if checked_on else "",
            "adapted_from": _read_address(read, "wasDerivedFrom"),
            "credit": read.text("creditText", 300),
            "comment": read.text("changeNote", MOST_COMMENT),
            "topics": wire.read_topics(read),
        }

    def after_arrival(self, row: Page, read: Reader) -> None:
        """Every version that arrives is kept, so that the history reads here as it does at home; the newest ones."""
        Revision.objects.get_or_create(
            page=row,
            number=row.version,
            defaults={**row.kept(), "comment": row.comment, "made_at": row.updated_at},
        )
        numbers = Revision.objects.filter(page=row).order_by("-number").values_list("number", flat=True)
        too_many = list(numbers[MOST_VERSIONS - 1 : MOST_VERSIONS + 1])
        if len(too_many) > 1:
            Revision.objects.forget_before(row, too_many[0])


# --- What people read elsewhere ---------------------------------------------------------------------------------------


def _for_people(page: Page) -> str:
    """The whole page, for programs that show `content`; of one too long to travel twice, what it says in short."""
    whole = format_html("{}{}{}", _answer(page), render_markdown(page.body), _facts(page))
    if len(whole) <= LONGEST_CONTENT:
        return whole
    return format_html("{}{}", _answer(page), _facts(page))


def _answer(page: Page) -> str:
    return format_html("<p><strong>{}</strong></p>", page.short_answer) if page.short_answer else ""


def _facts(page: Page) -> str:
    checked = day_words(page.checked_on) if page.checked_on else ""
    by = _("%(day)s, by %(who)s") % {"day": checked, "who": page.checked_by} if page.checked_by else checked
    lines = [
        (_("Where it holds"), page.jurisdiction),
        (_("Checked"), by),
        (_("Licence"), page.licence_name),
        (_("Adapted from"), page.adapted_from),
        (_("Made by, and with"), page.credit),
        (_("See it where it was published"), format_html('<a href="{}">{}</a>', page.uri, page.uri)),
    ]
    return format_html_join("", "<p><strong>{}</strong><br>{}</p>", [line for line in lines if line[1]])


def _language_of(page: Page) -> str:
    language = page.language.split("-")[0]
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


# --- What programs read -----------------------------------------------------------------------------------------------


def _read_body(read: Reader) -> str:
    """The Markdown as it was written; of a program that sends none, the paragraphs of its HTML in plain words."""
    source = read.child("source")
    if source is not None and source.text("mediaType", 100) == "text/markdown":
        return source.text("content", MOST_BODY, lines=True)
    blocks = (plain(block, MOST_BODY) for block in _block_end.split(read.html("content")))
    return "\n\n".join(block for block in blocks if block)[:MOST_BODY]


def _read_address(read: Reader, name: str) -> str:
    """The first web address there; what is none is good to know and no reason to refuse the rest."""
    found = [each for each in read.addresses_among(name, 1) if len(each) <= ADDRESS_LENGTH]
    return found[0] if found else ""
