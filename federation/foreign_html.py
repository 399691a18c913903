"""HTML that came from another server, made safe to show on a page of ours."""

import html
import re

import nh3

from federation.values import tidy
from frontend.text import ATTRIBUTES, LINK_REL, SCHEMES, TAGS, clean_html, render_markdown

_RELATIVE = re.compile(rf'href="(?!(?:{"|".join(sorted(SCHEMES))}):)', re.IGNORECASE)


def read_html(source: str, media_type: str = "") -> str:
    """Clean HTML from HTML, Markdown or plain text, by the media type; unknown types count as HTML."""
    if media_type == "text/markdown":
        source = str(render_markdown(source))
    elif media_type == "text/plain":
        paragraphs = [each.replace("\n", "<br>") for each in html.escape(source).split("\n\n") if each.strip()]
        source = "".join(f"<p>{each}</p>" for each in paragraphs)
    cleaned = _cleaned(source)
    # Entities may have brought back characters that were taken out of the source. Without them the rest can read
    # as another address, so it is cleaned once more.
    tidied = tidy(cleaned, lines=True)
    return cleaned if tidied == cleaned else _cleaned(tidied)


def _cleaned(source: str) -> str:
    cleaned = str(clean_html(source)).strip()
    return _without_relative_links(cleaned) if _RELATIVE.search(cleaned) else cleaned


def _without_relative_links(cleaned: str) -> str:
    """A relative link of theirs would lead to a page of ours."""

    def keep(_tag: str, name: str, value: str) -> str | None:
        scheme, colon, _ = value.partition(":")
        return None if name == "href" and not (colon and scheme.lower() in SCHEMES) else value

    return nh3.clean(
        cleaned,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=LINK_REL,
        attribute_filter=keep,
    ).strip()
