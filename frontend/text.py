"""Words people wrote, made safe to show: Markdown or foreign HTML in, clean HTML out.

Everything shown passes nh3, also what our own Markdown made: one gate, one list of what may pass.
"""

from __future__ import annotations

import html
import re

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from frontend.direction import without_turns

MAX_SOURCE = 200_000  # characters; longer text is cut before parsing

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "dl", "dt", "em", "h2",
    "h3", "h4", "hr", "i", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub",
    "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "hreflang", "title"},
    "abbr": {"title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
SCHEMES = {"http", "https", "mailto", "tel", "geo"}
LINK_REL = "nofollow noopener ugc"

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False}).enable(
    ["table", "strikethrough"]
)
_spaces = re.compile(r"\s+")
_block_end = re.compile(r"</(?:p|div|li|h[1-6]|blockquote|tr|dd|dt|pre)\s*>|<br\s*/?>", re.IGNORECASE)


def render_markdown(source: str | None) -> SafeString:
    """CommonMark with tables as clean HTML. HTML in the source is shown as the text it is."""
    if not source:
        return SafeString("")
    rendered = _markdown.render(source[:MAX_SOURCE])
    # A page has one h1, its title: headings in people's words start one lower.
    return clean_html(rendered.replace("<h1>", "<h2>").replace("</h1>", "</h2>"))


def clean_html(source: str | None) -> SafeString:
    """The harmless part of any HTML. Unknown tags go and their words stay; scripts go whole."""
    if not source:
        return SafeString("")
    cleaned = _clean(source[:MAX_SOURCE])
    # Entities may have brought back what turns the reading direction. Without it the rest can read as another address.
    straight = without_turns(cleaned)
    return mark_safe(cleaned if straight == cleaned else _clean(straight))


def _clean(source: str) -> str:
    return nh3.clean(
        source,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=LINK_REL,
        strip_comments=True,
    )


def plain(source: str | None, maximum: int = 280) -> str:
    """HTML as one line of plain text, at most `maximum` characters, cut between words and ended with “…”."""
    if not source:
        return ""
    bare = nh3.clean(_block_end.sub(" ", source[:MAX_SOURCE]), tags=set(), attributes={})
    text = _spaces.sub(" ", without_turns(html.unescape(bare))).strip()
    if len(text) <= maximum:
        return text
    cut = text[: maximum - 1]
    head, _, tail = cut.rpartition(" ")
    return f"{(head if head and len(tail) < 40 else cut).rstrip(' ,;:.')}…"
