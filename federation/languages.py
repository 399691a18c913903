"""Which language a document speaks, and its words in several languages at once."""

from collections.abc import Mapping
from typing import Any

from federation.values import BadField, as_list, only, read_language

MOST_LANGUAGES = 30
DECLARING = ("inLanguage", "language")
SHOWING = ("content", "name", "summary")


def language_of(doc: Mapping[str, Any]) -> str:
    """The language of the content as a BCP 47 tag, or "": as declared, else as its language map shows."""
    for name in DECLARING:
        if declared := read_language(_identifier(doc.get(name))):
            return declared
    for name in SHOWING:
        if shown := _shown(doc, name):
            return shown
    for context in as_list(doc.get("@context")):
        if isinstance(context, dict) and (default := read_language(context.get("@language"))):
            return default
    return ""


def _identifier(value: Any) -> Any:
    """PeerTube and Lemmy write an object with an identifier."""
    value = only(value)
    return value.get("identifier") if isinstance(value, dict) else value


def _shown(doc: Mapping[str, Any], name: str) -> str:
    """The language whose words are also the plain property, or the only one there is."""
    by_language = doc.get(f"{name}Map")
    if not isinstance(by_language, dict) or len(by_language) > MOST_LANGUAGES:
        return ""
    same = [tag for tag, words in by_language.items() if words and words == doc.get(name)]
    candidates = same or list(by_language)
    return read_language(candidates[0]) if len(candidates) == 1 else ""


def read_map(field: str, by_language: Any) -> dict[str, Any]:
    """A language map with tags in their usual case; what is under a tag that is none is left out."""
    if by_language is None:
        return {}
    if not isinstance(by_language, dict) or len(by_language) > MOST_LANGUAGES:
        raise BadField(field, by_language, f"text in at most {MOST_LANGUAGES} languages")
    tagged = {read_language(tag): value for tag, value in by_language.items()}
    return {tag: value for tag, value in tagged.items() if tag}
