"""Writing Cards, their topics and their Links: the only place that does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from atlas import meaning, tallies
from atlas.cells import cell_of
from atlas.embedding import keeping as embedding
from atlas.models import Card, CardTopic, Link
from atlas.models.cards import SUMMARY_LENGTH
from atlas.models.topics import LONGEST_IRI
from atlas.placing import area_of
from atlas.relations import BY
from atlas.search import documents
from frontend.text import plain, render_markdown
from journal import record
from journal.models import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlas.cards import CardData

APPEARED, MOVED, GONE = "card.appeared", "card.moved", "card.gone"
HAPPENED = ("published", "changed", "withdrawn")

LinkKey = tuple[str, str, str]


def keep(uri: str, data: CardData | None, *, actor: str, origin: str) -> None:
    """Write or remove the card of `uri` and journal what that changed for those who look at the atlas.

    Whether a card is new is the journal's to say, not the table's, so that a table thrown away and rebuilt is
    the same again and nobody is told twice.
    """
    held = Card.objects.select_for_update(of=("self",)).filter(uri=uri).first()
    last = Entry.objects.filter(uri=uri, name__in=(APPEARED, GONE)).order_by("-id").first()
    was_here = last is not None and last.name == APPEARED
    if data is None:
        if held is not None:
            tallies.move(tallies.counted(held), {})
            documents.remove(held)
            held.delete()
        Link.objects.filter(source_uri=uri).delete()
        if was_here:
            record(GONE, uri, actor=actor, origin=origin)
        return
    if last is None or not was_here:
        last = record(APPEARED, uri, actor=actor, origin=origin)
    values = _columns(data)
    is_rebuilt = held is None
    card = held or Card(uri=uri, appeared_at=last.at)
    words_before = documents.words_counted(held) if held else set()
    counted_before = tallies.counted(card)
    more = meaning.implied(data.topics)
    moved = [_overwrite(card, values), _keep_topics(card, data.topics, more), _keep_links(data)]
    if any(moved) and was_here and not is_rebuilt:
        record(MOVED, uri, actor=actor, origin=origin)
    tallies.move(counted_before, tallies.counted(card))
    document = documents.keep(card, replace(data, topics=[*data.topics, *more]), words_before)
    embedding.mark(card, document.text)
    _rename_group(uri, _cut(card.title, "group_name"))


def _rename_group(uri: str, name: str) -> None:
    if Card.objects.filter(group_uri=uri).exclude(group_name=name).update(group_name=name):
        documents.rename(uri, name)


def drop_strays(names: Iterable[str]) -> None:
    """Remove cards that no journal entry of these names speaks of, links whose source has no card, stray words."""
    told = Entry.objects.filter(name__in=list(names)).values("uri")
    with transaction.atomic():
        Card.objects.exclude(uri__in=told).delete()
        Link.objects.exclude(source_uri__in=Card.objects.values("uri")).delete()
        documents.recount()
        tallies.recount()


def _columns(data: CardData) -> dict[str, Any]:
    has_point = data.lat is not None and data.lon is not None
    lat, lon = (data.lat, data.lon) if has_point else (None, None)
    within = area_of(lat, lon, data.accuracy, data.area)
    ends = data.ends
    if data.starts and ends and ends < data.starts:
        ends = data.starts
    return {
        "kind": data.kind,
        "url": data.url,
        "node": data.node,
        "group_uri": data.group_uri,
        "group_name": _group_name(data),
        "speaker_uri": data.speaker_uri,
        "title": _cut(data.title, "title"),
        "summary": plain(render_markdown(data.summary), SUMMARY_LENGTH),
        "language": _cut(data.language, "language"),
        "lat": lat,
        "lon": lon,
        "accuracy": data.accuracy if has_point else None,
        "cell": cell_of(lat, lon) if lat is not None and lon is not None else None,
        "area": _cut(data.area, "area"),
        "within_id": within.pk if within else None,
        "step_free": data.step_free,
        "starts": data.starts,
        "ends": ends,
        "state": data.state,
        "axis": data.axis.rsplit(":", 1)[-1],
        "direction": data.direction,
        "support": data.support.rsplit(":", 1)[-1],
        "exchange": data.exchange,
        "capacity": data.capacity,
        "coming": data.coming,
        "audience": data.audience,
        "source": _cut(data.source, "source"),
        "licence": _cut(data.licence, "licence"),
        "published": data.published,
        # A clock that runs ahead must not keep its cards on top of every list.
        "updated": min(data.updated, timezone.now()),
    }


def _cut(text: str, column: str) -> str:
    longest = int(getattr(Card._meta.get_field(column), "max_length", 0))
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _group_name(data: CardData) -> str:
    """As the group's own card has it now, else as the thing's row had it."""
    if not data.group_uri:
        return ""
    title = Card.objects.filter(uri=data.group_uri).values_list("title", flat=True).first()
    return _cut(title or data.group_name, "group_name")


def _overwrite(card: Card, values: dict[str, Any]) -> bool:
    differing = [name for name, value in values.items() if card.pk is None or getattr(card, name) != value]
    for name in differing:
        setattr(card, name, values[name])
    if card.pk is None:
        card.save(force_insert=True)
    elif differing:
        card.save(update_fields=differing)
    return bool(differing)


def _keep_topics(card: Card, said: Iterable[str], implied: Iterable[str]) -> bool:
    """Whether the thing itself says something else now: what only follows from it is no news."""
    wanted = dict.fromkeys(filter(_fits, implied), False) | dict.fromkeys(filter(_fits, said), True)
    held = {str(iri): says for iri, says in CardTopic.objects.filter(card=card).values_list("topic_id", "said")}
    gone = [iri for iri, says in held.items() if wanted.get(iri) != says]
    if gone:
        CardTopic.objects.filter(card=card, topic_id__in=gone).delete()
    fresh = sorted(iri for iri, says in wanted.items() if held.get(iri) != says)
    CardTopic.objects.bulk_create(CardTopic(card=card, topic_id=iri, said=wanted[iri]) for iri in fresh)
    return {iri for iri, says in held.items() if says} != {iri for iri, says in wanted.items() if says}


def _fits(iri: str) -> bool:
    return 0 < len(iri) <= LONGEST_IRI and "\0" not in iri


def _keep_links(data: CardData) -> bool:
    wanted = _wanted_links(data)
    held = {_key(link): link for link in Link.objects.filter(source_uri=data.uri)}
    gone = [link.pk for key, link in held.items() if _worth(link) != _worth(wanted.get(key))]
    fresh = [link for key, link in wanted.items() if _worth(link) != _worth(held.get(key))]
    if gone:
        Link.objects.filter(pk__in=gone).delete()
    if fresh:
        Link.objects.bulk_create(fresh)
    return bool(gone or fresh)


def _wanted_links(data: CardData) -> dict[LinkKey, Link]:
    links = [
        Link(
            source_uri=data.uri,
            from_uri=link.from_uri or data.uri,
            to_uri=link.to_uri,
            relation=link.relation,
            state=link.state,
            amount=link.amount,
            currency=link.currency if link.amount is not None else "",
        )
        for link in data.links
    ]
    joined = {frozenset((link.from_uri, link.to_uri)) for link in links}
    if data.group_uri and frozenset((data.uri, data.group_uri)) not in joined:
        links.append(Link(source_uri=data.uri, from_uri=data.uri, to_uri=data.group_uri, relation=BY))
    return {_key(link): link for link in links if link.to_uri and link.from_uri != link.to_uri}


def _key(link: Link) -> LinkKey:
    return (link.from_uri, link.to_uri, link.relation)


def _worth(link: Link | None) -> tuple[Any, ...] | None:
    return (link.state, link.amount, link.currency) if link else None
