"""A node as full as a whole city: the demo kits and the registers of the demo, again and again at other places.

Run inside a node's own environment: `manage.py shell -c "from tests.proofs._city import settle; settle(20_000)"`.
"""

from __future__ import annotations

import random
from typing import Any

NODES = 8
SPREAD = 0.08  # degrees around the original, about 9 km to the north and 5.5 km to the east


def settle() -> int:
    """Put the kits and the registers on an empty node; returns how many cards that makes."""
    from atlas.models import Card
    from config.demo import kit, loading
    from tests.proofs.search import bring_registers, index

    bring_registers()
    for key in kit.KEYS:
        loading.load(kit.read_kit(key))
    index()
    return Card.objects.count()


def grow(total: int) -> None:
    """Make it `total` cards: copies of what is there, from NODES other nodes, counted as if each had been published."""
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
        tallies.recount()


def _copy(card: Any, number: int, nodes: list[Any], chance: random.Random) -> Any:
    from atlas.cells import cell_of

    values = {field.attname: getattr(card, field.attname) for field in card._meta.concrete_fields if field.name != "id"}
    values |= {"uri": f"{card.uri}/{number}", "node_id": chance.choice(nodes).pk}
    if card.cell is not None:
        values["lat"] = card.lat + chance.uniform(-SPREAD, SPREAD)
        values["lon"] = card.lon + chance.uniform(-SPREAD, SPREAD)
        values["cell"] = cell_of(values["lat"], values["lon"])
    return type(card)(**values)
