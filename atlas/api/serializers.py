"""How each row is written: the same in every language of the reader, so that programs can rely on it. What is empty is
null, times are in UTC, addresses are whole."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from atlas.models import Area, Card, Topic
from federation import audiences

if TYPE_CHECKING:
    from atlas.models import CardTopic

    Json = dict[str, Any]

EVERYONE, NODE, GROUP = "everyone", "node", "group"


def whole(path: str) -> str:
    return f"{settings.ORIGIN}{path}"


class Words(serializers.CharField):  # type: ignore[misc]  # Django REST framework has no types
    """Text; null where there is none."""

    def __init__(self, help_text: Any, **kwargs: Any) -> None:
        super().__init__(help_text=help_text, allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> str | None:
        return str(value) or None


class Moment(serializers.DateTimeField):  # type: ignore[misc]
    def __init__(self, help_text: Any, **kwargs: Any) -> None:
        super().__init__(help_text=help_text, default_timezone=dt.UTC, **kwargs)


class Labels(serializers.DictField):  # type: ignore[misc]
    """Words by language: `{"en": "Housing", "it": "Abitare"}`."""

    def __init__(self, help_text: Any, child: Any = None) -> None:
        super().__init__(help_text=help_text, child=child or serializers.CharField())


class PointSerializer(serializers.Serializer):  # type: ignore[misc]
    lat = serializers.FloatField(help_text=_("Latitude, WGS 84 degrees."))
    lon = serializers.FloatField(help_text=_("Longitude, WGS 84 degrees."))
    accuracy = serializers.IntegerField(
        allow_null=True, help_text=_("How far off the point may be, in metres; null: it is exact.")
    )


class GroupSerializer(serializers.Serializer):  # type: ignore[misc]
    uri = serializers.CharField(help_text=_("Its address, the same on every node."))
    name = Words(_("Its name, as this node knows it."))


class ThingSerializer(serializers.Serializer):  # type: ignore[misc]
    uri = serializers.CharField(help_text=_("Its address on its own node. It never changes: keep this one."))
    self = serializers.SerializerMethodField(help_text=_("Where this entry can be read again."))
    url = serializers.SerializerMethodField(help_text=_("Its page on this node, for people."))
    kind = serializers.CharField(help_text=_("What it is, in one word. New kinds may come: let them pass."))
    title = serializers.CharField(help_text=_("In the language of whoever wrote it."))
    summary = Words(_("Plain words, up to 280 characters."))
    language = Words(_("Of title and summary, as a BCP 47 tag."))
    node = serializers.SerializerMethodField(help_text=_("The node that it was published on."))
    group = serializers.SerializerMethodField(help_text=_("Whom it comes from; null where that is a single person."))
    shared_with = serializers.SerializerMethodField(
        help_text=_("Who may see it. Pass on to others only what is for everyone.")
    )
    point = serializers.SerializerMethodField(help_text=_("Where it is on the map."))
    area = Words(_("Where it is, in words."))
    within = Words(_("The “slug” of the smallest area of this node that it lies in."), source="within_slug")
    step_free = serializers.BooleanField(
        allow_null=True, help_text=_("Whether people get in without steps; null: nobody has said.")
    )
    starts = Moment(_("When it begins."), allow_null=True)
    ends = Moment(_("When it ends, or until when it is open."), allow_null=True)
    state = serializers.SerializerMethodField(
        help_text=_("What to know before going there or applying; null: all is as it should be.")
    )
    topics = serializers.SerializerMethodField(
        help_text=_(
            "The IRIs of the topics that it says it is about. One that only another node knows may be among them."
        )
    )
    filed_under = serializers.SerializerMethodField(
        help_text=_("Those, and the topics that follow from what they mean: where it is found on this node.")
    )
    axis = Words(_("The “slug” of its axis."))
    direction = serializers.SerializerMethodField(help_text=_("Whether something is asked for or given."))
    support = Words(_("The “slug” of the kind of support."))
    exchange = Words(_("“borrow-lend” where it can be borrowed; empty where nobody has said."))
    capacity = serializers.IntegerField(allow_null=True, help_text=_("For how many people there is room."))
    coming = serializers.IntegerField(
        help_text=_("How many people say that they will come, as far as this node knows.")
    )
    source = Words(_("Where the facts come from, where they are not from its own people."))
    licence = Words(_("Under what terms these facts may be used."))
    published = Moment(_("When it was first published."))
    updated = Moment(_("When it was last changed."))

    @extend_schema_field(str)
    def get_self(self, card: Card) -> str:
        return f"{whole(reverse('api-thing'))}?uri={quote(card.uri, safe='')}"

    @extend_schema_field(str)
    def get_url(self, card: Card) -> str:
        return whole(card.url)

    @extend_schema_field(str)
    def get_node(self, card: Card) -> str:
        return card.node.origin if card.node else settings.ORIGIN

    @extend_schema_field(GroupSerializer(allow_null=True))
    def get_group(self, card: Card) -> Json | None:
        return {"uri": card.group_uri, "name": card.group_name or None} if card.group_uri else None

    @extend_schema_field(serializers.ChoiceField([EVERYONE, NODE, GROUP]))
    def get_shared_with(self, card: Card) -> str:
        return {audiences.PUBLIC: EVERYONE, audiences.this_node(): NODE}.get(card.audience, GROUP)

    @extend_schema_field(PointSerializer(allow_null=True))
    def get_point(self, card: Card) -> Json | None:
        return {"lat": card.lat, "lon": card.lon, "accuracy": card.accuracy} if card.lat is not None else None

    @extend_schema_field(serializers.ChoiceField(Card.State.values, allow_null=True))
    def get_state(self, card: Card) -> str | None:
        return card.state or None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_topics(self, card: Card) -> list[str]:
        return [row.iri for row in _filed(card) if row.said]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_filed_under(self, card: Card) -> list[str]:
        return [row.iri for row in _filed(card)]

    @extend_schema_field(serializers.ChoiceField(["need", "offer"], allow_null=True))
    def get_direction(self, card: Card) -> str | None:
        return card.direction or None


def _filed(card: Card) -> list[CardTopic]:
    rows: list[CardTopic] = card.filed  # type: ignore[attr-defined]  # see `reading.things`
    return rows


class LinkSerializer(serializers.Serializer):  # type: ignore[misc]
    to = serializers.CharField(source="to_uri", help_text=_("The address of the thing at its end."))
    relation = serializers.CharField(help_text=_("What stands between “from” and “to”, in one word."))
    state = Words(_("How far the relation has come, where it has a state."))
    amount = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        allow_null=True,
        help_text=_("How much money, as a decimal number in a string."),
    )
    currency = Words(_("Of the amount, ISO 4217."))
    source = serializers.CharField(source="source_uri", help_text=_("The address of the thing that tells of it."))

    def get_fields(self) -> Json:
        first = serializers.CharField(source="from_uri", help_text=_("The address of the thing at its beginning."))
        return {"from": first, **super().get_fields()}


class TopicSerializer(serializers.Serializer):  # type: ignore[misc]
    iri = serializers.CharField(
        help_text=_("Its name: the same on every node, or the address of one that this node alone has.")
    )
    scheme = serializers.ChoiceField(Topic.Scheme.values, help_text=_("The list of words that it belongs to."))
    slug = serializers.CharField(help_text=_("What stands for it in filters."))
    labels = Labels(_("Its name in each language."))
    alt_labels = Labels(_("Other words for it in each language."), serializers.ListField(child=serializers.CharField()))
    definition = Labels(_("What it means, in each language."))
    broader = Words(_("The IRI of the concept that it is part of."), source="broader_iri")
    related = serializers.ListField(child=serializers.CharField(), help_text=_("The IRIs of what it has to do with."))
    retired = Moment(
        _("Since when stewards offer it to nobody any more; null: it is in use."), source="retired_at", allow_null=True
    )
    url = serializers.SerializerMethodField(help_text=_("Its page on this node; only topics have one."))
    count = serializers.SerializerMethodField(
        help_text=_(
            "How many things you can see that are about it or about something narrower; null where that is not known."
        )
    )

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_url(self, topic: Topic) -> str | None:
        return whole(topic.get_absolute_url()) if topic.get_absolute_url() else None

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_count(self, topic: Topic) -> int | None:
        counted: dict[str, int] = self.context["counts"]
        return counted.get(topic.iri, 0) if topic.scheme in self.context["counted"] else None


class AreaSerializer(serializers.Serializer):  # type: ignore[misc]
    slug = serializers.CharField(help_text=_("What stands for it in addresses."))
    name = serializers.CharField(help_text=_("Its name. The filter “area” takes it."))
    level = serializers.ChoiceField(Area.Level.values, help_text=_("How wide it is."))
    code = Words(_("In the register that it comes from."))
    broader = Words(_("The “slug” of the area that it lies in."), source="broader_slug")
    bbox = serializers.SerializerMethodField(
        help_text=_("The box around it: west, south, east and north in WGS 84 degrees.")
    )
    outline = serializers.SerializerMethodField(help_text=_("Where its outline is, as a GeoJSON Feature."))
    source = Words(_("Who drew the outline."))
    licence = Words(_("Under what terms the outline may be used."))

    @extend_schema_field(serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4))
    def get_bbox(self, area: Area) -> list[float]:
        return [area.west, area.south, area.east, area.north]

    @extend_schema_field(str)
    def get_outline(self, area: Area) -> str:
        return whole(reverse("area-outline", args=[area.slug]))


class NodeSerializer(serializers.Serializer):  # type: ignore[misc]
    origin = serializers.CharField(help_text=_("Its address, as in “node” of a thing."))
    name = Words(_("What its people call it."))
    here = serializers.BooleanField(help_text=_("Whether it is the node that you ask."))
    things = serializers.IntegerField(help_text=_("How many things from it you can see here."))


class IndexSerializer(serializers.Serializer):  # type: ignore[misc]
    node = NodeSerializer(help_text=_("The node that you ask."))
    resources = serializers.DictField(
        child=serializers.CharField(), help_text=_("The address of each list, by its name.")
    )
    schema = serializers.CharField(help_text=_("The description of this interface for programs (OpenAPI)."))
    documentation = serializers.CharField(help_text=_("The description of this interface for people."))


class FaultSerializer(serializers.Serializer):  # type: ignore[misc]
    field = serializers.CharField(help_text=_("The parameter."))
    value = serializers.CharField(allow_blank=True, help_text=_("What was given, shortened."))
    message = serializers.CharField(help_text=_("What is wrong with it, and what is accepted."))


class ProblemSerializer(serializers.Serializer):  # type: ignore[misc]
    type = serializers.CharField(help_text=_("Always “about:blank”: the status says what kind of problem it is."))
    title = serializers.CharField(help_text=_("What happened, in your language."))
    status = serializers.IntegerField(help_text=_("The HTTP status."))
    errors = FaultSerializer(many=True, required=False, help_text=_("Each parameter that could not be read."))


def page_of(entries: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """A page of a list."""
    more = {
        "results": entries(many=True, help_text=_("The entries of this page, in order.")),
        "next": Words(_("The address of the next page; null on the last.")),
    }
    if entries is ThingSerializer:
        more["understood"] = Words(_("The words of “q” as they were looked for, where a typing error was mended."))
    return type(f"{entries.__name__.removesuffix('Serializer')}Page", (serializers.Serializer,), more)
