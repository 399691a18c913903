"""Concepts that every node shares and those of this node alone, with labels in every language (SKOS)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from federation.models import Actor

FALLBACK = "en"
SHARED = "urn:flotilla:"  # begins the name of every concept that is the same on all nodes
LONGEST_IRI = 500


class TopicQuerySet(models.QuerySet["Topic"]):
    def of(self, scheme: str) -> Self:
        """The concepts of one scheme in the order they are shown, each with its broader one."""
        return self.filter(scheme=scheme).select_related("broader").order_by("order", "slug")

    def broadest(self) -> Self:
        return self.filter(broader__isnull=True)

    def local(self) -> Self:
        """The concepts of this node alone, in use or retired."""
        return self.exclude(iri__startswith=SHARED)

    def in_use(self) -> Self:
        """Without those that stewards have retired: what is offered where somebody chooses."""
        return self.filter(retired_at__isnull=True)


class Topic(models.Model):
    """A SKOS concept. A shared one has a host-free name, the same on every node: `urn:flotilla:topic:housing`; one of
    this node alone is named by the address of its page: `https://node/topics/flood-watch`.

    Shared ones are loaded from `atlas/data/topics.yaml`, those of this node are the stewards' (`atlas.concepts`).
    None is ever deleted: a slug is part of addresses. Labels are objects keyed by language, so there is at most one
    preferred label per language (SKOS S14). Only topics speak, nest, and can be a node's own.
    """

    class Scheme(models.TextChoices):
        TOPIC = "topic", _("Topics")
        AXIS = "axis", _("Axes")
        SUPPORT = "support", _("Kinds of support")
        GROUP_KIND = "group-kind", _("Kinds of group")
        GATHERING_KIND = "gathering-kind", _("Kinds of gathering")

    iri = models.CharField(max_length=LONGEST_IRI, unique=True)
    scheme = models.CharField(max_length=16, choices=Scheme.choices)
    slug = models.SlugField(max_length=64, db_index=False)
    broader = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="narrower")
    order = models.PositiveSmallIntegerField(default=0, help_text="place in its scheme, narrower ones after theirs")
    labels = models.JSONField(help_text='preferred label per language: {"en": "Housing", "it": "Abitare"}')
    alt_labels = models.JSONField(default=dict, blank=True, help_text="other words people search for, per language")
    definition = models.JSONField(default=dict, blank=True, help_text="one or two sentences per language")
    related = models.JSONField(default=list, blank=True, help_text="IRIs of the same scheme, on both sides")
    actor = models.OneToOneField(Actor, null=True, blank=True, on_delete=models.PROTECT, related_name="topic")
    flag = models.CharField(max_length=64, blank=True, help_text="slug of the broad topic whose flag it flies")
    retired_at = models.DateTimeField(null=True, blank=True, help_text="offered to nobody any more since then")

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["scheme", "order", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "slug"], name="topic_slug_once_per_scheme"),
            models.CheckConstraint(
                condition=Q(scheme__in=["topic", "axis", "support", "group-kind", "gathering-kind"]),
                name="topic_scheme_known",
            ),
            models.CheckConstraint(
                condition=Q(scheme="topic") | Q(broader__isnull=True), name="topic_only_topics_nest"
            ),
            models.CheckConstraint(condition=Q(scheme="topic") | Q(actor__isnull=True), name="topic_only_topics_speak"),
            models.CheckConstraint(condition=~Q(iri="") & ~Q(slug=""), name="topic_is_named"),
            models.CheckConstraint(
                condition=Q(iri__startswith=SHARED) | Q(scheme="topic"), name="topic_only_topics_are_local"
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | ~Q(iri__startswith=SHARED), name="topic_shared_is_never_retired"
            ),
        ]

    def __str__(self) -> str:
        return self.label()

    def get_absolute_url(self) -> str:
        """Topics have a page; concepts of other schemes are only words."""
        return f"/topics/{self.slug}" if self.scheme == self.Scheme.TOPIC else ""

    @property
    def is_local(self) -> bool:
        """Whether it is of this node alone."""
        return not self.iri.startswith(SHARED)

    def label(self, language: str | None = None) -> str:
        """The preferred label in `language`, by default that of the page; where there is none English, else any."""
        return self._words(self.labels, language) or self.slug

    def define(self, language: str | None = None) -> str:
        return self._words(self.definition, language)

    def also_called(self, language: str | None = None) -> list[str]:
        return list(self.alt_labels.get(_short(language), ()))

    def _words(self, by_language: dict[str, str], language: str | None) -> str:
        return by_language.get(_short(language)) or by_language.get(FALLBACK) or next(iter(by_language.values()), "")


class Mapping(models.Model):
    """What a concept of this node has to do with another, here or elsewhere (SKOS 10). Nothing is ever fetched from
    `target`: it is a name, and the address a reader may follow.

    One relation for each pair, so that none is both an exact match and a broader or related one (SKOS S46).
    """

    class Relation(models.TextChoices):
        EXACT = "exactMatch", _("means the same as")
        CLOSE = "closeMatch", _("means nearly the same as")
        BROAD = "broadMatch", _("is part of")
        NARROW = "narrowMatch", _("is wider than")
        RELATED = "relatedMatch", _("has to do with")

        @property
        def backwards(self) -> Mapping.Relation:
            """The same, said of the other."""
            turned = {"broadMatch": "narrowMatch", "narrowMatch": "broadMatch"}
            return type(self)(turned.get(self.value, self.value))

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="mappings")
    relation = models.CharField(max_length=12, choices=Relation.choices)
    target = models.CharField(max_length=LONGEST_IRI, db_index=True)

    class Meta:
        ordering = ["relation", "target"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "target"], name="mapping_once_per_pair"),
            models.CheckConstraint(
                condition=Q(relation__in=["exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"]),
                name="mapping_relation_known",
            ),
            models.CheckConstraint(condition=~Q(target=""), name="mapping_leads_somewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.relation} {self.target}"


def _short(language: str | None) -> str:
    return (language or get_language() or FALLBACK).split("-")[0].lower()
