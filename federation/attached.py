"""What hangs on an object: tags, mentions, pictures and files.

Other people's tags are many and sloppy; what cannot be used is left out rather than refused, so that one bad
tag does not cost the whole object.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from federation.bounded import BadDocument
from federation.values import WEB, BadField, as_list, only, read_address, read_integer, read_text

MOST_TAGS = 100
MOST_ATTACHMENTS = 20
LONGEST_TAG = 100
LONGEST_CAPTION = 1_500
TOPIC = "urn:flotilla:topic:"
LINKED = ("Document", "Image", "Video", "Audio", "Link", "Page")


@dataclass(frozen=True)
class Mention:
    """An actor spoken to, and the name the text calls them by."""

    uri: str
    name: str


@dataclass(frozen=True)
class Tags:
    """`hashtags` without # in lower case, `topics` as IRIs (`urn:flotilla:topic:…`), each once, in order."""

    hashtags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True)
class Attachment:
    """A picture, file or link; `name` is a picture's alternative text or a file's title, sizes in pixels."""

    type: str
    url: str
    media_type: str = ""
    name: str = ""
    width: int | None = None
    height: int | None = None
    caption: str = ""


def read_tags(field: str, value: Any) -> Tags:
    """Everything in `tag` that is a hashtag, a topic or a mention."""
    hashtags: dict[str, None] = {}
    topics: dict[str, None] = {}
    mentions: dict[Mention, None] = {}
    for each in _listed(field, value, MOST_TAGS):
        if topic := _topic(each):
            topics[topic] = None
        elif isinstance(each, str | dict) and (hashtag := _hashtag(each)):
            hashtags[hashtag] = None
        elif isinstance(each, dict) and (mention := _mention(each)):
            mentions[mention] = None
    return Tags(tuple(hashtags), tuple(topics), tuple(mentions))


def _listed(field: str, value: Any, maximum: int) -> list[Any]:
    values = as_list(value)
    if len(values) > maximum * 2:
        raise BadField(field, values, f"at most {maximum} members")
    return values[:maximum]


def _topic(tag: Any) -> str:
    """A concept is named by its IRI, as a text or as the id or href of an object."""
    candidates = [tag] if not isinstance(tag, dict) else [tag.get("id"), tag.get("href")]
    for each in candidates:
        if isinstance(each, str) and each.startswith(TOPIC) and _is_slug(each.removeprefix(TOPIC)):
            return each
    return ""


def _is_slug(text: str) -> bool:
    return 0 < len(text) <= LONGEST_TAG and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def _hashtag(tag: str | dict[str, Any]) -> str:
    name = tag
    if isinstance(tag, dict):
        if only(tag.get("type")) not in ("Hashtag", "as:Hashtag"):
            return ""
        name = only(tag.get("name"))
    if not isinstance(name, str) or (isinstance(tag, str) and not tag.startswith("#")):
        return ""
    words = read_text("tag", name, LONGEST_TAG + 1).lstrip("#").strip().lower()
    return "" if len(words) > LONGEST_TAG else words


def _mention(tag: dict[str, Any]) -> Mention | None:
    if only(tag.get("type")) != "Mention":
        return None
    try:
        return Mention(read_address("tag", tag.get("href"), WEB), read_text("tag", tag.get("name"), LONGEST_TAG))
    except BadDocument:
        return None


def read_attachments(field: str, value: Any) -> list[Attachment]:
    """Pictures, files and links with a usable address; anything else is left out."""
    return list(_attachments(_listed(field, value, MOST_ATTACHMENTS)))


def _attachments(values: list[Any]) -> Iterator[Attachment]:
    for each in values:
        try:
            if isinstance(each, str):
                yield Attachment("Link", read_address("attachment", each, WEB))
            elif isinstance(each, dict) and only(each.get("type")) in LINKED:
                yield _attachment(each)
        except BadDocument:
            continue


def _attachment(each: dict[str, Any]) -> Attachment:
    link: Any = only(each.get("url") or each.get("href"))
    described = each | link if isinstance(link, dict) else each
    if isinstance(link, dict):
        link = link.get("href")
    return Attachment(
        type=str(only(each["type"])),
        url=read_address("attachment.url", link, WEB),
        media_type=read_text("attachment.mediaType", described.get("mediaType"), 100).lower(),
        name=read_text("attachment.name", each.get("name"), LONGEST_CAPTION),
        width=read_integer("attachment.width", described.get("width"), 0, 100_000),
        height=read_integer("attachment.height", described.get("height"), 0, 100_000),
        caption=read_text("attachment.caption", each.get("caption"), LONGEST_CAPTION),
    )
