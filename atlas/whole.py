"""The whole network for its drawing: everything a reader may see of it, at the places that were worked out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from atlas import layers, layout, linked, queries
from atlas.filters import kind_word
from atlas.models import Layout, Position

if TYPE_CHECKING:
    from atlas.filters import CardFilter
    from atlas.models import CardQuerySet

    Json = dict[str, Any]

MOST_NODES = 20_000
MOST_LINKS = 60_000


def whole(filters: CardFilter, visible: CardQuerySet) -> Json:
    """`nodes` as `[uri, title, kind, flag, x, y, degree]`, `links` as pairs of their numbers, `kinds` in words, how
    many did not fit, and when places were last worked out: null before the first time. The newest linked come first.
    Six queries."""
    pairs = _pairs(filters, visible)
    kept = dict.fromkeys(uri for pair in pairs for uri in pair)
    known = _things(filters, visible, list(kept)[:MOST_NODES])
    joined = [pair for pair in pairs if pair[0] in known and pair[1] in known]
    degree = Counter(uri for pair in joined for uri in pair)
    numbers = {uri: number for number, uri in enumerate(degree)}
    places = layout.beside({uri: (x, y) for uri, x, y in Position.objects.values_list("uri", "x", "y")}, joined)
    laid_out = Layout.objects.values_list("laid_out_at", flat=True).first()
    nodes = [[uri, *known[uri], round(places[uri][0], 2), round(places[uri][1], 2), degree[uri]] for uri in numbers]
    return {
        "nodes": nodes,
        "links": [[numbers[one], numbers[other]] for one, other in joined],
        "kinds": {kind: kind_word(kind) for kind in sorted({known[uri][1] for uri in numbers})},
        "left_out": len(kept) - len(nodes),
        "laid_out_at": laid_out.isoformat() if laid_out else None,
    }


def _pairs(filters: CardFilter, visible: CardQuerySet) -> list[tuple[str, str]]:
    """The ends of every relation with one end among what was asked for, the newest first; then what is about what."""
    asked, layer = filters.qs, filters.in_force.get("layer", "")
    links = linked.asked_for(asked, visible, layer)
    found = [*links.values_list("from_uri", "to_uri")[:MOST_LINKS]]
    if layer == layers.SUPPORT:
        found += linked.about_asked(asked, layer).values_list("card__uri", "topic__iri")[:MOST_LINKS]
    return list(dict.fromkeys(found))


def _things(filters: CardFilter, visible: CardQuerySet, wanted: list[str]) -> dict[str, tuple[str, str, str]]:
    """Title, kind and flag of those that are wanted and may be seen, by address."""
    cards = visible.order_by().filter(uri__in=wanted)
    flags = queries.flags_of(cards)
    rows = cards.values_list("pk", "uri", "title", "kind")
    found = {uri: (title, kind, flags.get(pk, "")) for pk, uri, title, kind in rows}
    topics = (filters.vocabulary.by_iri.get(uri) for uri in wanted)
    return found | {topic.iri: (topic.label(), "topic", topic.flag) for topic in topics if topic is not None}
