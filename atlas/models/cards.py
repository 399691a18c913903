"""The metropolitan view: one narrow row per visible thing, of any kind and from any node."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import ExpressionWrapper, F, Prefetch, Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from federation import audiences, restrictions
from federation.models import Node

from .areas import Area
from .topics import Topic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from federation.models import Actor

SUMMARY_LENGTH = 280  # characters


class CardQuerySet(models.QuerySet["Card"]):
    #: Those the reader belongs to; nothing before `visible_to`, so that what forgets it finds no words.
    readable: Collection[str] = ()

    def visible_to(self, reader: Actor | None) -> Self:
        """What `reader` may see: every list, map, count and file starts here. None is a visitor."""
        return self._readable(reader).filter(restrictions.cards_shown_to(reader))

    def asked_for_by(self, reader: Actor | None) -> Self:
        """As `visible_to`, with what stewards no longer show unasked: for who follows its speaker or is on its page."""
        return self._readable(reader).filter(restrictions.cards_shown_to(reader, asked_for=True))

    def _readable(self, reader: Actor | None) -> Self:
        readable = audiences.readable_by(reader)
        visible = self.filter(audience__in=readable, node__blocked_at__isnull=True)
        visible.readable = readable
        return visible

    def unasked(self, followed: Iterable[str] = ()) -> Self:
        """Without what comes from nodes that are heard and not shown unasked; what one of `followed` published, and
        what one's own groups there did, stays."""
        mine = [audience.removesuffix("/members") for audience in self.readable if audience.endswith("/members")]
        chosen = Q(group_uri__in=followed) | Q(speaker_uri__in=followed) | Q(uri__in=followed)
        chosen |= Q(group_uri__in=mine) | Q(uri__in=mine)
        return self.filter(~Q(node__in=Node.objects.filter(Node.NOT_UNASKED)) | chosen)

    def _clone(self) -> Self:
        """What is narrowed further is read by the same reader."""
        clone: Self = super()._clone()  # type: ignore[misc]
        clone.readable = self.readable
        return clone

    def about(self, iris: Iterable[str]) -> Self:
        """Cards on any of these topics, each once."""
        return self.filter(pk__in=CardTopic.objects.filter(topic_id__in=list(iris)).values("card"))

    def for_page(self) -> Self:
        """With all that `{% card %}` shows, in two queries however long the list."""
        said = CardTopic.objects.filter(said=True).select_related("topic").order_by("topic__order", "topic__slug")
        return self.select_related("node").prefetch_related(Prefetch("card_topics", said, to_attr="said_topics"))

    def newest_first(self) -> Self:
        return self.order_by("-updated", "-pk")

    def soonest_first(self) -> Self:
        return self.order_by("starts", "ends", "pk")

    def most_coming_first(self) -> Self:
        return self.order_by("-coming", "starts", "pk")

    def by_title(self) -> Self:
        return self.order_by(Lower("title"), "pk")

    def nearest_first(self, lat: float, lon: float) -> Self:
        """From a point, in degrees, as on a plane: exact enough within a metropolis. Without a point they come last."""
        down, along = F("lat") - Value(lat), F("lon") - Value(lon)
        shrink = math.cos(math.radians(lat)) ** 2
        squared = ExpressionWrapper(down * down + along * along * Value(shrink), output_field=models.FloatField())
        return self.annotate(squared=squared).order_by(F("squared").asc(nulls_last=True), "starts", "pk")


class Card(models.Model):
    """What the atlas knows of one thing. Written by the journal through its kind's builder, never by hand.

    `uri` is the thing, `url` its page on this node; `node` is null for ours; `group_uri` whom it comes from, where
    that is not a single person; `speaker_uri` the actor that published it, whoever that is.
    """

    class State(models.TextChoices):
        """What a reader must know before going there or applying. Empty is the ordinary case."""

        TENTATIVE = "tentative", _("Not certain yet")
        CANCELLED = "cancelled", _("Cancelled")
        POSTPONED = "postponed", _("Postponed")
        MOVED_ONLINE = "moved-online", _("Moved online")
        CLOSED = "closed", _("Closed")

    class Exchange(models.TextChoices):
        """How something changes hands, in the words of Murmurations' `transaction_type`. Empty: nobody said."""

        LENDING = "borrow-lend", _("Can be borrowed")

    kind = models.CharField(max_length=16)
    uri = models.CharField(max_length=500, unique=True)
    url = models.CharField(max_length=500)
    node = models.ForeignKey(Node, null=True, blank=True, on_delete=models.CASCADE, related_name="cards")
    group_uri = models.CharField(max_length=500, blank=True, db_index=True)
    group_name = models.CharField(max_length=200, blank=True)
    speaker_uri = models.CharField(max_length=500, blank=True, db_index=True)
    title = models.CharField(max_length=300)
    summary = models.CharField(max_length=SUMMARY_LENGTH, blank=True)
    language = models.CharField(max_length=16, blank=True)

    lat = models.FloatField(null=True, blank=True, help_text="WGS 84 degrees")
    lon = models.FloatField(null=True, blank=True, help_text="WGS 84 degrees")
    accuracy = models.PositiveIntegerField(null=True, blank=True, help_text="metres around the point; empty: exact")
    cell = models.BigIntegerField(null=True, blank=True, db_index=True, help_text="Morton cell, see atlas.cells")
    area = models.CharField(max_length=100, blank=True, db_index=True)
    within = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.SET_NULL, related_name="cards", help_text="see atlas.areas"
    )

    step_free = models.BooleanField(null=True, blank=True, help_text="reached without steps; empty: nobody said")

    starts = models.DateTimeField(null=True, blank=True)
    ends = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=16, blank=True, choices=State.choices)
    topics = models.ManyToManyField(Topic, through="CardTopic", related_name="cards")
    axis = models.CharField(max_length=16, blank=True, help_text="slug of a concept of the scheme axis")
    direction = models.CharField(max_length=5, blank=True, help_text="need or offer")
    support = models.CharField(max_length=16, blank=True, help_text="slug of a concept of the scheme support")
    exchange = models.CharField(max_length=16, blank=True, choices=Exchange.choices)
    capacity = models.PositiveIntegerField(null=True, blank=True, help_text="people")
    coming = models.PositiveIntegerField(
        default=0, help_text="people who say they will be there, as far as is known here"
    )

    # Without an index of its own: nearly all is for everyone, and SQLite would sort all of that to show the newest.
    audience = models.CharField(max_length=500)
    source = models.CharField(max_length=300, blank=True, help_text="where the facts come from, if not from its people")
    licence = models.CharField(max_length=300, blank=True)
    published = models.DateTimeField()
    updated = models.DateTimeField()
    appeared_at = models.DateTimeField(help_text="when it was first seen on this node")

    objects = CardQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["lat", "lon"], name="card_point"),
            models.Index(fields=["kind", "-updated"], name="card_kind_newest"),
            models.Index(fields=["-updated", "-id"], name="card_newest"),
            models.Index(fields=["-appeared_at", "-id"], name="card_just_appeared"),
            models.Index(fields=["starts"], name="card_starts"),
            models.Index(fields=["ends"], name="card_ends"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="") & ~Q(uri="") & ~Q(url="") & ~Q(title="") & ~Q(audience=""),
                name="card_is_named",
            ),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True, cell__isnull=True)
                # A NULL makes a comparison unknown, and a check passes what is unknown: so each is asked for.
                | Q(lat__isnull=False, lat__gte=-90, lat__lte=90, lon__isnull=False, lon__gte=-180, lon__lte=180)
                & Q(cell__isnull=False),
                name="card_point_on_earth_or_none",
            ),
            models.CheckConstraint(
                condition=Q(starts__isnull=True) | Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="card_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=Q(direction__in=["", "need", "offer"]), name="card_direction_known"),
            models.CheckConstraint(condition=Q(exchange__in=["", "borrow-lend"]), name="card_exchange_known"),
            models.CheckConstraint(
                condition=Q(state__in=["", "tentative", "cancelled", "postponed", "moved-online", "closed"]),
                name="card_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.url

    @property
    def is_ours(self) -> bool:
        return self.node_id is None


class CardTopic(models.Model):
    """A card is about a topic, by IRI. One that only another node knows has no Topic row here.

    What is not `said` of the thing itself follows from it by what concepts of this node mean (`atlas.meaning`).
    """

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="card_topics")
    topic = models.ForeignKey(
        Topic,
        to_field="iri",
        db_column="iri",
        db_constraint=False,
        on_delete=models.DO_NOTHING,
        related_name="card_topics",
    )
    said = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "card"], name="card_topic_once")]

    def __str__(self) -> str:
        return f"{self.card_id} about {self.iri}"

    @property
    def iri(self) -> str:
        """The topic's IRI; in queries `topic_id`."""
        return str(self.topic_id)
