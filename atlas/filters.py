"""One set of filters for the map, the network, the topics, the list and the data files, whatever the kind."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from atlas import cards, layers, linked
from atlas.fieldtypes import BoxField, ConceptField, DayField, Spot, SpotField
from atlas.models import Area, Card, CardQuerySet, Topic
from atlas.placing import area_called
from atlas.search.excerpts import explained
from atlas.search.finding import Search
from atlas.vocabulary import Vocabulary
from federation.models import Node
from frontend import shell
from frontend.filtering import EXACT
from frontend.kinds import KIND_PLURALS, KIND_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

HERE = "here"
WITHOUT_STEPS = "none"


class _Filter(django_filters.Filter):  # type: ignore[misc]  # django-filter has no types
    """Leaves the list as it is while its field is empty; CardFilter has the method of its name otherwise."""

    def __init__(self, field_class: type[forms.Field], **kwargs: Any) -> None:
        self.field_class = field_class
        super().__init__(**kwargs)


class CardFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Cards as the query string asks for them. What it cannot read it names in `form.errors` and leaves out.

    `without("topic", "axis")` gives the list with all the other filters: what counts beside choices are taken of.
    Two queries for the choices of topics and nodes.
    """

    q = _Filter(forms.CharField, method="by_words", label=_("Words"), max_length=200)
    kind = _Filter(ConceptField, method="by_kind", label=_("What"))
    topic = _Filter(ConceptField, method="by_topic", label=_("Topic"))
    area = _Filter(forms.CharField, method="by_area", label=_("Area"), max_length=100)
    steps = _Filter(ConceptField, method="by_steps", label=_("Access"))
    axis = _Filter(ConceptField, method="by_axis", label=_("Axis"))
    support = _Filter(ConceptField, method="by_support", label=_("Kind of support"))
    exchange = _Filter(ConceptField, method="by_exchange", label=_("To borrow"))
    node = _Filter(ConceptField, method="by_node", label=_("Published on"))
    since = _Filter(DayField, method="by_since", label=_("From the day"))
    until = _Filter(DayField, method="by_until", label=_("To the day"))
    group = _Filter(forms.CharField, method="by_group", label=_("From"), max_length=500, widget=forms.HiddenInput)
    bbox = _Filter(BoxField, method="by_bbox", label=_("Part of the map"), widget=forms.HiddenInput)
    layer = _Filter(ConceptField, method="by_layer", label=_("Layer"), widget=forms.HiddenInput)
    around = _Filter(
        forms.CharField, method="by_around", label=_("Related to"), max_length=500, widget=forms.HiddenInput
    )
    near = _Filter(SpotField, method="by_near", label=_("Near"), widget=forms.HiddenInput)

    tells_distances = False
    """Whether each thing on the list says how far it is from where somebody starts."""

    class Meta:
        model = Card
        fields: tuple[str, ...] = ()

    def __init__(
        self,
        data: QueryDict,
        queryset: CardQuerySet,
        vocabulary: Vocabulary | None = None,
        visible: CardQuerySet | None = None,
    ) -> None:
        """`queryset` is what a list is chosen from; `visible` all that the reader may see, where that is more."""
        super().__init__(data, queryset)
        self.visible: CardQuerySet = queryset if visible is None else visible
        self.vocabulary = vocabulary or Vocabulary()
        self._offer("kind", _("Everything"), [(kind, kind_word(kind)) for kind in cards.kinds()])
        topics = self.vocabulary.choices(Topic.Scheme.TOPIC, kept=data.getlist("topic")[:1])
        self._offer("topic", _("All topics"), topics, _("the topics in the list"))
        self._offer("steps", _("With or without steps"), [(WITHOUT_STEPS, _("Without steps"))])
        self._offer("axis", _("All axes"), self.vocabulary.choices(Topic.Scheme.AXIS))
        self._offer("support", _("All kinds"), self.vocabulary.choices(Topic.Scheme.SUPPORT))
        self._offer("exchange", _("To borrow or not"), Card.Exchange.choices)
        self._offer(
            "node", _("All nodes"), [(HERE, shell.node_name()), *((key, str(at)) for key, at in self.nodes.items())]
        )
        self._offer("layer", _("Everything"), [(layer.slug, layer.title) for layer in layers.LAYERS])
        self.filters["q"].extra["widget"] = forms.TextInput({"type": "search", "autocomplete": "off"})
        self.filters["area"].extra["widget"] = forms.TextInput({"list": "areas", "autocomplete": "off"})

    def _offer(self, name: str, everything: Any, choices: list[Any], accepted: Any = None) -> None:
        slugs = accepted or ", ".join(str(value) for value, _label in choices)
        self.filters[name].extra.update(choices=[("", everything), *choices], accepted=slugs)

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Nodes that something the reader may see comes from, by their host, which stands for them in addresses."""
        shown = Node.objects.filter(Exists(self.queryset.filter(node=OuterRef("pk"))), blocked_at__isnull=True)
        return {urlsplit(node.origin).netloc: node for node in shown.order_by("name", "origin")}

    @property
    def in_force(self) -> dict[str, Any]:
        """What was asked for and understood."""
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "")}

    @property
    def query_string(self) -> str:
        """What was understood, as `?topic=housing`, and nothing else: the address of the same list as data."""
        asked = {name: self.data[name] for name in self.in_force}
        if self.search and self.search.exact:
            asked[EXACT] = "1"
        return f"?{urlencode(asked)}" if asked else ""

    @cached_property
    def search(self) -> Search | None:
        """The question in words, asked of all that the reader may see here; None where there is none."""
        text = self.in_force.get("q", "")
        return Search(self.queryset, text, exact=self.data.get(EXACT) == "1") if text else None

    def explained(self, listed: Iterable[Card]) -> list[Card]:
        """The cards of a page, each with an `excerpt` that says why it was found where that is not to be seen."""
        return explained(self.search, listed)

    @property
    def chosen_topic(self) -> Topic | None:
        """The topic asked for."""
        return self.vocabulary.get(Topic.Scheme.TOPIC, self.in_force.get("topic", ""))

    @cached_property
    def chosen_area(self) -> Area | None:
        """The area asked for, where this node has its outline."""
        return area_called(self.in_force.get("area", ""))

    @cached_property
    def start(self) -> Spot | None:
        """Where distances are told from: the point asked for, else the middle of the area."""
        area = self.chosen_area
        middle = Spot((area.south + area.north) / 2, (area.west + area.east) / 2) if area else None
        return self.in_force.get("near") or middle

    @cached_property
    def chosen_group(self) -> str:
        """The name of the group asked for, as those who may see something of it know it."""
        uri = self.in_force.get("group", "")
        named = self.queryset.filter(group_uri=uri).exclude(group_name="") if uri else self.queryset.none()
        return named.values_list("group_name", flat=True).first() or ""

    @cached_property
    def chosen_middle(self) -> str:
        """The name of the thing or topic whose neighbourhood was asked for; empty where there is none to be seen."""
        uri = self.in_force.get("around", "")
        if topic := self.topic_in_the_middle:
            return topic.label()
        named = self.visible.filter(uri=uri) if uri else self.visible.none()
        return named.values_list("title", flat=True).first() or ""

    @property
    def topic_in_the_middle(self) -> Topic | None:
        """The topic whose neighbourhood was asked for, if it is one."""
        topic = self.vocabulary.by_iri.get(self.in_force.get("around", ""))
        return topic if topic and topic.scheme == Topic.Scheme.TOPIC else None

    @property
    def qs(self) -> CardQuerySet:
        return self.without()

    def without(self, *names: str) -> CardQuerySet:
        cards_left: CardQuerySet = self.queryset.all()
        for name, value in self.in_force.items():
            if name not in names:
                cards_left = getattr(self, self.filters[name].method)(cards_left, name, value)
        return cards_left

    def in_order(self) -> CardQuerySet:
        """As the layer asks for; by date where dates were asked for, by what fits best where words were, else the
        newest first."""
        layer, found = self.in_force.get("layer"), self.qs
        if layer == layers.POPULAR and not self.search:
            return found.most_coming_first()
        if layer == layers.FACE and self.start is not None:
            return found.nearest_first(*self.start)
        if layer == layers.FACE or {"since", "until"} & self.in_force.keys():
            return found.soonest_first()
        return self.search.best_first(found) if self.search else found.newest_first()

    # --- One method per filter ------------------------------------------------------------------------

    def by_words(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        return self.search.within(found) if self.search else found

    def by_kind(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        return found.filter(kind=value)

    def by_topic(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        """About the topic or one below it."""
        topic = self.vocabulary.get(Topic.Scheme.TOPIC, value)
        return found.about(self.vocabulary.with_narrower(topic)) if topic else found.none()

    def by_area(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        """What lies in the area of that name; of a card that lies in none we know, and of an area that we do not, the
        words decide: “London” holds “Camden, London”."""
        area = self.chosen_area
        if area is None:
            return found.filter(area__icontains=value)
        inside = Q(within__in=Area.objects.below(area).values("pk"))
        return found.filter(inside | Q(within__isnull=True, area__icontains=area.name))

    def by_steps(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        """Only what is known to have none: who cannot climb steps has no use for “perhaps”."""
        return found.filter(step_free=True)

    def by_axis(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        return found.filter(axis=value)

    def by_support(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        return found.filter(support=value)

    def by_exchange(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        return found.filter(exchange=value)

    def by_node(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        return found.filter(node=None if value == HERE else self.nodes[value])

    def by_group(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        """By the group's address, since names are not unique."""
        return found.filter(group_uri=value)

    def by_layer(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        return layers.narrowed(found, value)

    def by_around(self, found: CardQuerySet, name: str, value: str) -> CardQuerySet:
        """The thing and what it is directly related to, as the layer shows that; about a topic, all that is. Where
        nobody may see the thing, no relation of it is to be seen."""
        return found.filter(linked.around(value, self.visible, self.in_force.get("layer", "")))

    def by_near(self, found: CardQuerySet, name: str, value: Any) -> CardQuerySet:
        """Where somebody is leaves nothing out: it says in which order."""
        return found

    def by_since(self, found: CardQuerySet, name: str, value: dt.date) -> CardQuerySet:
        """Not over before the day begins, where the reader is."""
        begins = _midnight(value)
        return found.filter(Q(ends__gte=begins) | Q(ends__isnull=True, starts__gte=begins))

    def by_until(self, found: CardQuerySet, name: str, value: dt.date) -> CardQuerySet:
        """Begun before the day is over; what has only an end is on until then."""
        over = _midnight(value + dt.timedelta(days=1))
        return found.filter(Q(starts__lt=over) | Q(starts__isnull=True, ends__isnull=False))

    def by_bbox(self, found: CardQuerySet, name: str, box: Any) -> CardQuerySet:
        found = found.filter(lat__gte=box.south, lat__lte=box.north)
        if box.west <= box.east:
            return found.filter(lon__gte=box.west, lon__lte=box.east)
        return found.filter(Q(lon__gte=box.west) | Q(lon__lte=box.east))


def kind_word(kind: str) -> str:
    return str(KIND_WORDS.get(kind, kind))


def kind_plural(kind: str) -> str:
    return str(KIND_PLURALS.get(kind, kind))


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
