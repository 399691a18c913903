"""Something new on the atlas, as if a neighbour had just published it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

import journal
from atlas import tallies
from atlas.models import Card, CardTopic
from federation import audiences, identity

HOUSING = "urn:flotilla:topic:housing"


def appear(title: str, *topics: str, by: str = "https://hackney.example/people/dana", **more) -> Card:
    """A card as the atlas writes it, and what the journal says of it."""
    public_id = identity.new_public_id()
    now = timezone.now()
    columns = {
        "kind": "need",
        "uri": f"https://hackney.example/needs/{public_id}",
        "url": f"/needs/{public_id}",
        "title": title,
        "language": "en",
        "audience": audiences.PUBLIC,
        "published": now,
        "updated": now,
        "appeared_at": now,
    }
    with transaction.atomic():
        card = Card.objects.create(**(columns | more))
        CardTopic.objects.bulk_create(CardTopic(card=card, topic_id=iri) for iri in topics)
        tallies.move({}, tallies.counted(card))
        journal.record("card.appeared", card.uri, actor=by, origin="peer")
    return card
