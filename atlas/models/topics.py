"""Concepts that every node shares, with labels in every language (SKOS)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from federation.models import Actor

FALLBACK = "en"


class TopicQuerySet(models.QuerySet["Topic"]):
    def of(self, scheme: str) -> Self:
        """The concepts of one scheme in the order they are shown, each with its broader one."""
        return self.filter(scheme=scheme).select_related("broader").order_by("order", "slug")

    def broadest(self) -> Self:
        return self.filter(broader__isnull=True)


class Topic(models.Model):
    """A SKOS concept with a host-free name, the same on every node: `urn:flotilla:topic:housing`.

    Loaded from `atlas/data/topics.yaml` and never deleted: a slug is part of addresses. Labels are objects
    keyed by language, so there is at most one preferred label per language (SKOS S14). Only topics speak.
    """

    class Scheme(models.TextChoices):
        TOPIC = "topic", _("Topics")
        AXIS = "axis", _("Axes")
        SUPPORT = "support", _("Kinds of support")
        GROUP_KIND = "group-kind", _("Kinds of group")
        GATHERING_KIND = "gathering-kind", _("Kinds of gathering")

    iri = models.CharField(max_length=200, unique=True)
    scheme = models.CharField(max_length=16, choices=Scheme.choices)
    slug = models.SlugField(max_length=64, db_index=False)
    broader = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="narrower")
    order = models.PositiveSmallIntegerField(default=0, help_text="place in its scheme, narrower ones after theirs")
    labels = models.JSONField(help_text='preferred label per language: {"en": "Housing", "it": "Abitare"}')
    alt_labels = models.JSONField(default=dict, blank=True, help_text="other words people search for, per language")
    definition = models.JSONField(default=dict, blank=True, help_text="one or two sentences per language")
    related = models.JSONField(default=list, blank=True, help_text="IRIs of the same scheme, on both sides")
    actor = models.OneToOneField(Actor, null=True, blank=True, on_delete=models.PROTECT, related_name="topic")

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
        ]

    def __str__(self) -> str:
        return self.label()

    def get_absolute_url(self) -> str:
        """Topics have a page; concepts of other schemes are only words."""
        return f"/topics/{self.slug}" if self.scheme == self.Scheme.TOPIC else ""

    def label(self, language: str | None = None) -> str:
        """The preferred label in `language`, by default that of the page; English where there is none."""
        return self._words(self.labels, language) or self.slug

    def define(self, language: str | None = None) -> str:
        return self._words(self.definition, language)

    def also_called(self, language: str | None = None) -> list[str]:
        return list(self.alt_labels.get(_short(language), ()))

    def _words(self, by_language: dict[str, str], language: str | None) -> str:
        return by_language.get(_short(language)) or by_language.get(FALLBACK, "")


def _short(language: str | None) -> str:
    return (language or get_language() or FALLBACK).split("-")[0].lower()
