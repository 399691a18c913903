"""A node as full as a whole city: the demo kits and the registers of the demo, again and again at other places.

Run inside a node's own environment: `manage.py shell -c "from tests.proofs._city import settle; settle(20_000)"`.
"""

from __future__ import annotations

import random
from typing import Any

NODES = 8
SPREAD = 0.08  # degrees around the original, about 9 km to the north and 5.5 km to the east


def settle(part: str = "1/1") -> int:
    """Put the kits and a part of the registers on an empty node; returns how many cards that makes."""
    from atlas.models import Card
    from config.demo import kit, loading
    from tests.proofs.search import bring_registers, index

    bring_registers(part)
    for key in kit.KEYS:
        loading.load(kit.read_kit(key))
    index()
    return Card.objects.count()


def grow(total: int) -> None:
    """Make it `total` cards: copies of what is there, related as the originals are, from NODES other nodes, and counted
    as if each had been published."""
    from django.db import transaction

    from atlas import tallies
    from atlas.models import Card, CardTopic
    from federation.models import Node

    chance = random.Random(20_000)
    nodes = [
        Node.objects.get_or_create(origin=f"https://node{number}.example", defaults={"name": f"Node {number}"})[0]
        for number in range(NODES)
    ]
    held = Card.objects.count()
    originals = list(Card.objects.filter(node__isnull=True).order_by("pk"))
    topics: dict[int, list[str]] = {}
    for card, iri in CardTopic.objects.filter(card__in=originals).values_list("card", "topic_id"):
        topics.setdefault(card, []).append(iri)
    with transaction.atomic():
        for start in range(held, total, 2_000):
            numbers = range(start, min(start + 2_000, total))
            pairs = [(originals[number % len(originals)], number) for number in numbers]
            copies = [_copy(card, number, nodes, chance) for card, number in pairs]
            Card.objects.bulk_create(copies, batch_size=500)
            CardTopic.objects.bulk_create(
                [
                    CardTopic(card=copy, topic_id=iri)
                    for (card, _number), copy in zip(pairs, copies, strict=True)
                    for iri in topics.get(card.pk, ())
                ],
                batch_size=2_000,
            )
        _relate(originals, held, total)
        tallies.recount()


def _relate(originals: list[Any], held: int, total: int) -> None:
    """Each copy is related to the copies made in the same round as its original is to theirs."""
    from atlas.models import Link

    size = len(originals)
    places = {card.uri: place for place, card in enumerate(originals)}
    links = [link for link in Link.objects.order_by("pk") if link.source_uri in places]
    copies = []
    for start in range(held - held % size, total, size):

        def twin(uri: str, start: int = start) -> str:
            number = start + places.get(uri, -1 - start)
            return f"{uri}/{number}" if held <= number < total else uri

        for link in links:
            if twin(link.source_uri) != link.source_uri:
                values = {field.attname: getattr(link, field.attname) for field in link._meta.concrete_fields}
                ends = {name: twin(values[name]) for name in ("source_uri", "from_uri", "to_uri")}
                copies.append(Link(**{**values, "id": None, **ends}))
    Link.objects.bulk_create(copies, batch_size=500)


def _copy(card: Any, number: int, nodes: list[Any], chance: random.Random) -> Any:
    from atlas.cells import cell_of

    values = {field.attname: getattr(card, field.attname) for field in card._meta.concrete_fields if field.name != "id"}
    values |= {"uri": f"{card.uri}/{number}", "node_id": chance.choice(nodes).pk}
    if card.cell is not None:
        values["lat"] = card.lat + chance.uniform(-SPREAD, SPREAD)
        values["lon"] = card.lon + chance.uniform(-SPREAD, SPREAD)
        values["cell"] = cell_of(values["lat"], values["lon"])
    return type(card)(**values)
