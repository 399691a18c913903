"""Each kind says how its things look on the atlas; the journal keeps Cards and Links up to date with it.

    @builder("need", "offer")
    def proposal_card(uri: str) -> CardData | None:
        proposal = Proposal.objects.by_uri(uri)…          # None: withdrawn, or shown to nobody
        return CardData.of(proposal, kind=proposal.direction, title=proposal.title, summary=proposal.summary)

`need.published`, `need.changed` and `need.withdrawn` then write, renew or remove the card in the errand's
own transaction, and the journal says `card.appeared`, `card.moved` or `card.gone`. Where something else about
a thing changes its card or links (somebody joined), its app calls `refresh(kind, uri)` in its transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.conf import settings

from atlas import keeping
from federation import restrictions
from journal import hold, reaction, rebuild
from journal.replaying import replay

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from federation.models import Node, Published
    from journal.models import Errand


@dataclass(frozen=True, kw_only=True)
class LinkData:
    """`from_uri` (by default the card's own) stands in `relation` to `to_uri`; see `atlas.relations`."""

    to_uri: str
    relation: str
    from_uri: str = ""
    state: str = ""
    amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class CardData:
    """What the atlas shows of one thing. Text is cut to what a card holds.

    `summary` is Markdown or plain words, and so is `text`, for what can be found beyond it; `url` the page on this
    node; `topics` are IRIs; `axis` and `support` a slug or an IRI; `accuracy` is in metres; `state` one of
    `Card.State`, or empty; `exchange` one of `Card.Exchange`, or empty; `coming` how many people say they will be
    there; `step_free` whether people get in without steps, None where nobody said. `group_uri` is who it comes from,
    where that is not a single person: a link `by` to it is added unless `links` has one. `speaker_uri` is the actor
    that published it, also where that is a single person.
    """

    kind: str
    uri: str
    url: str
    title: str
    audience: str
    published: dt.datetime
    updated: dt.datetime
    node: Node | None = None
    group_uri: str = ""
    group_name: str = ""
    speaker_uri: str = ""
    summary: str = ""
    text: str = ""
    language: str = ""
    lat: float | None = None
    lon: float | None = None
    accuracy: int | None = None
    area: str = ""
    step_free: bool | None = None
    starts: dt.datetime | None = None
    ends: dt.datetime | None = None
    state: str = ""
    topics: Sequence[str] = ()
    axis: str = ""
    direction: str = ""
    support: str = ""
    exchange: str = ""
    capacity: int | None = None
    coming: int = 0
    source: str = ""
    licence: str = ""
    links: Sequence[LinkData] = field(default=())

    @classmethod
    def of(cls, row: Published, *, kind: str, title: str, **more: Any) -> Self:
        """From a published row: its addresses, node, audience, dates, language, place, topics and group.

        `more` overrides. Read rows with `select_related("node", "actor")`.
        """
        # An actor only heard of has no type yet; most often it is a group whose own document comes later.
        speaks_for_group = row.actor.type not in {"Person", "Application"} and row.actor.uri != row.uri
        known: dict[str, Any] = {
            "uri": row.uri,
            "url": row.get_absolute_url(),  # type: ignore[attr-defined]  # every published kind has a page
            "node": row.node,
            "audience": row.audience,
            "language": row.language,
            "published": row.published_at,
            "updated": row.updated_at,
            "speaker_uri": row.actor.uri,
            "group_uri": row.actor.uri if speaks_for_group else "",
            "group_name": row.actor.name if speaks_for_group else "",
        }
        shared = ("area", "lat", "lon", "topics")
        known |= {name: getattr(row, name) for name in shared if hasattr(row, name)}
        return cls(kind=kind, title=title, **(known | more))


def language_of_labels(language: str) -> str:
    """The language to write our labels in beside words in `language`: the same where we have the words."""
    short = language.split("-")[0]
    return short if short in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


Builder = Callable[[str], CardData | None]
BuilderFunction = TypeVar("BuilderFunction", bound=Builder)

_builders: dict[str, Builder] = {}


def builder(*kinds: str) -> Callable[[BuilderFunction], BuilderFunction]:
    """Have this function make the cards of `kinds`. Raises ValueError when another one does so already."""

    def register(function: BuilderFunction) -> BuilderFunction:
        for kind in kinds:
            known = _builders.setdefault(kind, function)
            if known is not function:
                raise ValueError(f"cards of kind {kind!r} are made by {known.__module__}.{known.__qualname__} already")
        return function

    return register


def kinds() -> list[str]:
    """The kinds that have cards, in order of registration."""
    return list(_builders)


def refresh(kind: str, uri: str, *, actor: str = "", origin: str = "here") -> None:
    """Make the card of `uri`, its topics and its links what its builder says now; inside a transaction.

    Safe to call twice or late: it looks at the thing as it is. Does nothing for a kind without cards.
    """
    build = _builders.get(kind)
    if build is not None:
        hold(uri)
        data = None if restrictions.waits_for_a_steward(uri) else build(uri)
        keeping.keep(uri, data, actor=actor, origin=origin)


@reaction("atlas.card", to=("*.published", "*.changed", "*.withdrawn"))
def follow_the_journal(errand: Errand) -> None:
    entry = errand.entry
    if entry is not None:
        refresh(entry.name.partition(".")[0], entry.uri, actor=entry.actor, origin=entry.origin)


@rebuild("atlas")
def rebuild_all() -> int:
    """Ask for every card again; what the journal knows nothing of goes at once. Pages stay full meanwhile."""
    keeping.drop_strays([f"{kind}.{happened}" for kind in _builders for happened in keeping.HAPPENED])
    return replay("atlas.card")
