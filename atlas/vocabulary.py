"""The shared words, read from `data/topics.yaml` into Topic rows, and offered with those of this node alone to forms,
filters and pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from atlas.models import Topic
from federation import actors
from federation.models import Actor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

FILE = Path(__file__).parent / "data" / "topics.yaml"
SPOKEN = Topic.Scheme.TOPIC  # only concepts of this scheme have an actor
COLUMNS = ("scheme", "slug", "order", "labels", "alt_labels", "definition", "related", "flag")

Choice = tuple[str, str]


def iri_of(scheme: str, slug: str) -> str:
    """The host-free name of a concept, the same on every node."""
    return f"urn:flotilla:{scheme}:{slug}"


@dataclass(frozen=True)
class Concept:
    """One concept as the file has it; `broader` is an IRI."""

    iri: str
    broader: str | None
    columns: dict[str, Any]


def load() -> int:
    """Make the Topic rows what the file says, each topic with its actor; returns how many were written.

    Safe to run at every start: when nothing differs it only reads one table. Nothing is ever deleted, and no concept
    of this node loses its address: a shared one that comes later with the same slug stands at the next free one.
    """
    with transaction.atomic():
        held = {topic.iri: topic for topic in Topic.objects.select_related("broader")}
        ours = {topic.slug for topic in held.values() if topic.is_local}
        written = 0
        for concept in concepts():
            topic = held.get(concept.iri) or Topic(iri=concept.iri)
            broader = held[concept.broader] if concept.broader else None
            differs = topic.pk is None or topic.broader_id != (broader and broader.pk)
            columns = concept.columns | {"slug": _free_slug(concept, ours)}
            for name in COLUMNS:
                if getattr(topic, name) != columns[name]:
                    setattr(topic, name, columns[name])
                    differs = True
            if topic.scheme == SPOKEN and topic.actor_id is None:
                topic.actor, differs = _actor_for(topic), True
            if differs:
                topic.broader = broader
                topic.save()
                written += 1
            held[topic.iri] = topic
    return written


def _free_slug(concept: Concept, ours: set[str]) -> str:
    slug = str(concept.columns["slug"])
    if concept.columns["scheme"] != SPOKEN or slug not in ours:
        return slug
    return next(f"{slug}-{n}" for n in range(2, len(ours) + 3) if f"{slug}-{n}" not in ours)


def actor_uri(topic: Topic) -> str:
    return f"{settings.ORIGIN}/topics/{topic.slug}"


class Vocabulary:
    """All concepts of this node at hand, in order, broader ones before theirs. One query."""

    def __init__(self) -> None:
        self.all = list(Topic.objects.order_by("scheme", "order", "slug"))
        by_key = {topic.pk: topic for topic in self.all}
        self._below: dict[str, list[Topic]] = {}
        for topic in self.all:
            if topic.broader_id is not None:
                topic.broader = by_key[topic.broader_id]
                self._below.setdefault(topic.broader.iri, []).append(topic)
        self._by_slug = {(topic.scheme, topic.slug): topic for topic in self.all}
        self.by_iri = {topic.iri: topic for topic in self.all}

    def of(self, scheme: str) -> list[Topic]:
        """Those in use."""
        return [topic for topic in self.all if topic.scheme == scheme and topic.retired_at is None]

    def local(self) -> list[Topic]:
        """The concepts of this node alone, in use or retired."""
        return [topic for topic in self.all if topic.is_local]

    def broadest(self, scheme: str = SPOKEN) -> list[Topic]:
        """Those that every node has and that lie under no other."""
        return [topic for topic in self.of(scheme) if topic.broader_id is None and not topic.is_local]

    def apart(self) -> list[Topic]:
        """Those of this node in use that lie under no other."""
        return [topic for topic in self.local() if topic.broader_id is None and topic.retired_at is None]

    def get(self, scheme: str, slug: str) -> Topic | None:
        """A concept by its slug, also a retired one."""
        return self._by_slug.get((scheme, slug))

    def narrower(self, topic: Topic) -> list[Topic]:
        """Those right below it, retired ones too."""
        return self._below.get(topic.iri, [])

    def below(self, topic: Topic) -> list[Topic]:
        """All below it, however deep, each followed by its own; retired ones too."""
        return [each for other in self.narrower(topic) for each in (other, *self.below(other))]

    def above(self, topic: Topic) -> list[Topic]:
        """Those it lies under, the nearest first."""
        broader = topic.broader
        return [broader, *self.above(broader)] if broader is not None else []

    def with_narrower(self, topic: Topic) -> list[str]:
        """Its IRI and those below: what "about this topic" means. What else it means is written on the cards."""
        return [topic.iri, *(other.iri for other in self.below(topic))]

    def choices(
        self, scheme: str, *, by: str = "slug", kept: Collection[str] = (), grouped: bool = False
    ) -> list[Choice | tuple[str, list[Choice]]]:
        """For a `<select>`, in the reader's language; a concept with narrower ones becomes a group it begins, and with
        `grouped` every one. Of retired ones only those in `kept`, which somebody chose before."""

        def offered(topics: list[Topic]) -> list[Choice]:
            pairs = [(str(getattr(each, by)), each) for each in topics]
            return [(value, each.label()) for value, each in pairs if each.retired_at is None or value in kept]

        found: list[Choice | tuple[str, list[Choice]]] = []
        for top in self.broadest(scheme):
            own = offered([top, *self.below(top)])
            found.append((top.label(), own) if grouped or len(own) > 1 else own[0])
        apart = [top for top in self.local() if top.scheme == scheme and top.broader_id is None]
        if ours := offered([each for top in apart for each in (top, *self.below(top))]):
            found.append((_("Topics of this node"), ours))
        return found


@lru_cache(maxsize=1)
def concepts() -> tuple[Concept, ...]:
    """All concepts of the file in its order, broader ones before theirs."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    schemes = yaml.load(FILE.read_text(encoding="utf-8"), Loader=loader)["schemes"]
    found = tuple(concept for scheme, entry in schemes.items() for concept in _of_scheme(scheme, entry["concepts"]))
    return _related_both_ways(found)


def _of_scheme(scheme: str, entries: list[dict[str, Any]]) -> Iterator[Concept]:
    order = 0
    for entry in entries:
        order += 1
        top = _concept(scheme, entry, order, None)
        yield top
        for narrower in entry.get("narrower", ()):
            order += 1
            yield _concept(scheme, narrower, order, top.iri)


def _concept(scheme: str, entry: dict[str, Any], order: int, broader: str | None) -> Concept:
    columns = {
        "scheme": scheme,
        "slug": entry["slug"],
        "order": order,
        "labels": dict(entry["prefLabel"]),
        "alt_labels": {language: list(words) for language, words in entry.get("altLabel", {}).items()},
        "definition": dict(entry.get("definition", {})),
        "related": [iri_of(scheme, slug) for slug in entry.get("related", ())],
        "flag": (broader or iri_of(scheme, entry["slug"])).rpartition(":")[2] if scheme == SPOKEN else "",
    }
    return Concept(iri_of(scheme, entry["slug"]), broader, columns)


def _related_both_ways(concepts: tuple[Concept, ...]) -> tuple[Concept, ...]:
    """skos:related is symmetric, while the file writes it on one side."""
    related: dict[str, set[str]] = {concept.iri: set() for concept in concepts}
    for concept in concepts:
        for other in concept.columns["related"]:
            related[concept.iri].add(other)
            related[other].add(concept.iri)
    for concept in concepts:
        concept.columns["related"] = sorted(related[concept.iri])
    return concepts


def _actor_for(topic: Topic) -> Actor:
    uri = actor_uri(topic)
    return Actor.objects.filter(uri=uri).first() or actors.make_actor(
        Actor.Type.SERVICE, uri, handle=topic.slug, name=topic.label("en")
    )
