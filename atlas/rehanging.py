"""When concepts of this node come to mean something else, things are found under other topics, here and elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from atlas import cards, converging
from atlas.meaning import Statements
from atlas.models import Card, CardTopic, Topic
from federation.outbound.publish import publish_uri
from journal import errand, errand_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from journal.models import Errand

AT_A_TIME = 50  # things: on SQLite nobody else writes meanwhile


@contextmanager
def rehung() -> Iterator[None]:
    """Around a change of what concepts mean, inside its transaction: asks for the things about those that stand
    elsewhere now to be hung anew."""
    before = Statements.of_this_node().implied()
    yield
    after = Statements.of_this_node().implied()
    moved = sorted(iri for iri in before.keys() | after.keys() if set(before.get(iri, ())) != set(after.get(iri, ())))
    if moved:
        errand("atlas.rehang", payload={"iris": moved, "after": 0})


@errand_kind("atlas.rehang")
def rehang(errand_row: Errand) -> None:
    """The next AT_A_TIME things that say they are about one of these: where they are found, what they converge with,
    and, of ours, what the others are told.

    Safe to do twice or late: it looks at what concepts mean now.
    """
    iris, after = errand_row.payload["iris"], errand_row.payload["after"]
    about = CardTopic.objects.filter(topic_id__in=iris, said=True).values("card")
    ours = Topic.objects.local().values("iri")
    says_ours = Exists(CardTopic.objects.filter(card=OuterRef("pk"), said=True, topic_id__in=ours))
    found = Card.objects.filter(pk__in=about, pk__gt=after).annotate(says_ours=says_ours)
    batch = list(found.order_by("pk")[:AT_A_TIME])
    for card in batch:
        cards.refresh(card.kind, card.uri)
        converging.reconsider(card.uri)
        if card.is_ours and card.says_ours:  # type: ignore[attr-defined]  # the annotation
            publish_uri(card.uri)
    if len(batch) == AT_A_TIME:
        errand("atlas.rehang", payload={"iris": iris, "after": batch[-1].pk})
