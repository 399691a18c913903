"""Which notices there are. Each app registers its own in its `notices.py`, imported at start.

    from notifications.kinds import notice_kind

    notice_kind("join_requested", _("%(person)s asks to join %(group)s."), matter="groups", address=joining_page)

and sends one, inside the transaction of the change, by `notifications.actions.notify`. The sentence is
written in the reader's language when it is read. Where a word itself depends on the language, decorate a
function that gives the words:

    @notice_kind("topic_news", _("New because you follow the topic %(topic)s."), matter="news")
    def topic_words(notice): return {"topic": label_of(notice.params["topic"])}
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from frontend.direction import alone
from notifications.models import Matter

if TYPE_CHECKING:
    from atlas.models import Card
    from notifications.models import Notice

log = logging.getLogger(__name__)

PARAM_LENGTH = 300  # characters of one value
PARAMS_BYTES = 5000  # of all of them as JSON: one value that is full, in any script, and some short ones

Words = Callable[["Notice"], Mapping[str, Any]]
Address = Callable[["Notice"], str]


def nowhere(_notice: object) -> str:
    """The `address` of a kind whose sentence says it all."""
    return ""


class UnknownNoticeKind(LookupError):
    """A notice of a kind that no app registers."""


class BadParams(ValueError):
    """Words for a notice that do not fit its sentence, or are too long to keep."""


@dataclass(frozen=True)
class NoticeKind:
    name: str
    text: str | Promise
    words: Words | None = None
    address: Address | None = None
    needs_card: bool = False
    about_words: bool = False
    matter: str = Matter.NEWS

    def sentence(self, notice: Notice) -> str:
        """The notice in the active language. Raises BadParams when a word its sentence needs is missing."""
        words = {**notice.params, **(self.words(notice) if self.words else {})}
        words = {name: alone(word) if isinstance(word, str) else word for name, word in words.items()}
        try:
            return str(self.text) % words
        except (KeyError, TypeError, ValueError) as error:
            raise BadParams(f"notice {self.name!r} needs {error} in {sorted(words)}") from error


_kinds: dict[str, NoticeKind] = {}


def notice_kind(
    name: str,
    text: str | Promise,
    *,
    matter: str = Matter.NEWS,
    address: Address | None = None,
    needs_card: bool = False,
    about_words: bool = False,
) -> Callable[[Words], Words]:
    """Register a kind: its sentence with `%(name)s` places, and the page to open.

    Without `address` that is the page of the card the notice is about, else its uri if it is on this node.
    With `needs_card` nothing opens once the reader cannot see that card any more; with `about_words` the notice itself
    is not shown while stewards keep what it is about from others. `matter` is what people choose their mail by.
    Raises ValueError for another matter, and when another sentence is registered under the same name.
    """
    known = _kinds.get(name)
    if known and str(known.text) != str(text):
        raise ValueError(f"notice kind {name!r} is registered twice: {known.text!r} and {text!r}")
    _kinds[name] = NoticeKind(
        name, text, address=address, needs_card=needs_card, about_words=about_words, matter=Matter(matter)
    )

    def with_words(words: Words) -> Words:
        _kinds[name] = replace(_kinds[name], words=words)
        return words

    return with_words


def kind_named(name: str) -> NoticeKind:
    """The kind called `name`. Raises UnknownNoticeKind and names those that exist."""
    try:
        return _kinds[name]
    except KeyError:
        known = ", ".join(sorted(_kinds)) or "none"
        raise UnknownNoticeKind(f"no notice kind {name!r} is registered; known: {known}") from None


def matter_of(name: str) -> str:
    """What a kind is about. One whose app is gone is ordinary news."""
    kind = _kinds.get(name)
    return kind.matter if kind else Matter.NEWS


def needs_card(name: str) -> bool:
    kind = _kinds.get(name)
    return kind is not None and kind.needs_card


def about_words() -> list[str]:
    """The kinds that tell of what somebody wrote."""
    return [kind.name for kind in _kinds.values() if kind.about_words]


def opens_nothing(name: str) -> bool:
    """Whether there never was a page to open; one whose app is gone may have had one."""
    kind = _kinds.get(name)
    return kind is not None and kind.address is nowhere


def names() -> list[str]:
    return sorted(_kinds)


def bounded(params: Mapping[str, Any]) -> dict[str, Any]:
    """The words to keep with a notice: text (cut to PARAM_LENGTH), whole numbers, true or false.

    Raises BadParams for anything else and when all together exceed PARAMS_BYTES.
    """
    kept: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, (str, Promise)):
            value = str(value)
            kept[name] = value if len(value) <= PARAM_LENGTH else value[: PARAM_LENGTH - 1] + "…"
        elif isinstance(value, (bool, int)):
            kept[name] = value
        else:
            raise BadParams(f"notice word {name!r} must be text or a whole number, got {type(value).__name__}")
    if len(json.dumps(kept)) > PARAMS_BYTES:
        raise BadParams(f"the words of a notice are limited to {PARAMS_BYTES} bytes, got {sorted(kept)}")
    return kept


def sentence(notice: Notice) -> str:
    """The notice for the page. A kind whose app is gone still gives a sentence, never an error."""
    try:
        return kind_named(notice.kind).sentence(notice)
    except (UnknownNoticeKind, BadParams) as error:
        log.warning("notice %s cannot be written out: %s", notice.pk, error)
        return _("Something changed here.")


def address(notice: Notice, card: Card | None) -> str:
    """The page a notice opens, on this node; empty when there is none (any more)."""
    kind = _kinds.get(notice.kind)
    if kind and kind.address:
        return kind.address(notice)
    if card:
        return card.url
    ours = notice.uri.startswith(f"{settings.ORIGIN}/") and not (kind and kind.needs_card)
    return notice.uri.removeprefix(settings.ORIGIN) if ours else ""
