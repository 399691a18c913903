"""The topics of this node as its stewards see them: what is about each, what they are mapped to, what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from atlas.models import CardTopic, Mapping, Topic
from desk import neighbourhood
from journal import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from desk.neighbourhood import Happening

HAPPENED = {
    "topic.added": _("We added this topic."),
    "topic.changed": _("We changed its words or its place."),
    "topic.mapped": _("We said what it has to do with another."),
    "topic.unmapped": _("We took back what it has to do with another."),
    "topic.retired": _("We retired it."),
    "topic.returned": _("We offered it again."),
}


def local_topics() -> QuerySet[Topic]:
    """In use first, each with its broader one and `about`: how many things say that they are about it."""
    said = CardTopic.objects.filter(topic_id=OuterRef("iri"), said=True).order_by().values("topic_id")
    about = Coalesce(Subquery(said.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
    rows = Topic.objects.local().select_related("broader").annotate(about=about)
    return rows.order_by("retired_at", "slug")


def how_many_about(topic: Topic) -> int:
    """Things that say so themselves, of whatever audience and node."""
    return CardTopic.objects.filter(topic_id=topic.iri, said=True).count()


def mappings(topic: Topic) -> list[tuple[Mapping, Topic | None]]:
    """Each with the topic it leads to, where this node has that one. Two queries."""
    rows = list(topic.mappings.order_by("pk"))
    known = {each.iri: each for each in Topic.objects.filter(iri__in=[row.target for row in rows])} if rows else {}
    return [(row, known.get(row.target)) for row in rows]


def history(topic: Topic) -> QuerySet[Entry]:
    """The newest first; the journal forgets nothing of it."""
    return Entry.objects.filter(uri=topic.iri, name__in=HAPPENED).select_related("remark").order_by("-id")


def in_words(entries: Iterable[Entry]) -> list[Happening]:
    return neighbourhood.in_words(entries, HAPPENED)
