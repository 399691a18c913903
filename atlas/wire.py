"""How what most kinds share travels: topics, a place, words in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.html import escape

from atlas import meaning
from atlas.models.topics import LONGEST_IRI
from federation.values import WEB, BadField, read_address
from frontend.text import plain, render_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from federation.reader import Reader

Json = dict[str, Any]
TOPIC_PREFIX = "urn:flotilla:topic:"


def topics(iris: list[str]) -> Json:
    """The concept ids, which keep their meaning in every language, beside the hashtags other programs show.

    With a concept of this node go those it is part of or means the same as: a node that has never heard of it finds
    the thing under the shared topic (decision 0013).
    """
    said = meaning.carried(iris)
    tags = [
        {"type": "Hashtag", "name": "#" + slug.replace("-", ""), "href": f"{settings.ORIGIN}/topics/{slug}"}
        for slug in filter(None, map(_slug_here, said))
    ]
    return {"topics": said, "tag": tags} if said else {}


def _slug_here(iri: str) -> str:
    """The slug of a concept that has a page on this node; empty for one of elsewhere."""
    here = f"{settings.ORIGIN}/topics/"
    return next((iri.removeprefix(each) for each in (TOPIC_PREFIX, here) if iri.startswith(each)), "")


def place(*, name: str = "", area: str = "", lat: float | None = None, lon: float | None = None, **more: Any) -> Json:
    """The area in words, and an ActivityStreams Place where one is known. Degrees WGS 84, `radius` in metres."""
    found: Json = {"type": "Place", "name": name or area, **more}
    if lat is not None and lon is not None:
        found |= {"latitude": lat, "longitude": lon}
    said = {"area": area} if area else {}
    return said | ({"location": found} if len(found) > 2 or found["name"] else {})


def words(name: str, markdown: str, language: str) -> Json:
    """Name and readable HTML, marked with their language; the Markdown source for those who can use it."""
    return _marked(name, render_markdown(markdown), markdown, language)


def words_of_note(name: str, markdown: str, language: str, uri: str, facts: Iterable[tuple[str, str]] = ()) -> Json:
    """As `words`, for a Note: Mastodon shows its content alone, so the title, the address and `facts`, each a label and
    what it says, stand there too."""
    html = f"<p><strong>{escape(name)}</strong></p>{render_markdown(markdown)}"
    html += "".join(f"<p><strong>{escape(label)}</strong>: {escape(value)}</p>" for label, value in facts if value)
    said = _marked(name, f'{html}<p><a href="{escape(uri)}">{escape(uri)}</a></p>', markdown, language)
    # Said where it is empty too: without it, a node would take the title and the address for the text.
    return said | {"source": {"content": markdown, "mediaType": "text/markdown"}}


def _marked(name: str, html: str, markdown: str, language: str) -> Json:
    said: Json = {"name": name, "content": html}
    if language:
        said |= {"nameMap": {language: name}, "contentMap": {language: html}, "inLanguage": language}
    if markdown:
        said["source"] = {"content": markdown, "mediaType": "text/markdown"}
    return said


def read_topics(read: Reader) -> list[str]:
    """Known by their names, host-free or under another node's address; hashtags alone say too little to file a thing
    under a topic. What is no name of a concept is left out. Nothing is fetched."""
    return [iri for iri in read.strings("topics", meaning.MOST_CARRIED, LONGEST_IRI + 1) if _is_concept(iri)]


def _is_concept(iri: str) -> bool:
    if iri.startswith(TOPIC_PREFIX):
        return len(iri) <= LONGEST_IRI
    try:
        return len(read_address("topics", iri, WEB)) <= LONGEST_IRI
    except BadField:
        return False


def read_words(read: Reader, *, name_length: int = 200, text_length: int = 5000) -> Json:
    """Name, text and language of a document: the Markdown source where there is one, else the HTML in plain words."""
    source = read.child("source")
    markdown, html = "", ""
    if source is not None and source.text("mediaType", 100) == "text/markdown" and "content" in source.data:
        markdown = source.text("content", text_length, lines=True)
    else:
        html = read.html("content") or read.html("summary")
    return {
        "name": read.natural("name", name_length).text,
        "summary": markdown or plain(html, text_length),
        "language": read.language()[:16],
    }


def read_where(read: Reader) -> Json:
    """Area and point, for the columns of `Placed`; a Place without an area of ours gives its name or town."""
    place = read.place()
    return {
        "area": (read.text("area", 100) or place.address.locality or place.name)[:100],
        "lat": place.latitude,
        "lon": place.longitude,
    }
