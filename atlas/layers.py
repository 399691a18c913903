"""The layers of each view of the atlas: what it narrows the list to, and how that is ordered.

Apps hand their kinds down in AppConfig.ready(), and their relations when they name them (`atlas.relations`):

    layers.belongs(layers.SUPPORT, "need", "offer")

so that what comes later appears in the layers it is named for, with no change here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas import relations
from atlas.models import Card, Convergence, Link
from atlas.queries import CALLED_OFF

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import Promise

    from atlas.models import CardQuerySet

FACE, POPULAR, LOCAL = "face", "popular", "local"
SUPPORT, ACTION, MONEY = "support", "action", "money"
ISSUES, GAPS, CONVERGING = "issues", "gaps", "converging"
WALKABLE = dt.timedelta(days=7)


@dataclass(frozen=True)
class Layer:
    """`view` is where it stands, `sentence` what one sees."""

    slug: str
    view: str
    title: Promise
    sentence: Promise


LAYERS = (
    Layer(FACE, "map", _("Face to face"), _("What you can go to in the next seven days, the nearest first.")),
    Layer(POPULAR, "map", _("Popular events"), _("What is still to come, where most people say they are going first.")),
    Layer(LOCAL, "map", _("Local and metropolitan"), _("Choose how far you look: a ward, a borough, the metropolis.")),
    Layer(
        SUPPORT, "network", _("Needs and supports"), _("Who needs what, who offers it, and the topics that join them.")
    ),
    Layer(ACTION, "network", _("Collective action"), _("Groups, who is in them, and what they organise together.")),
    Layer(MONEY, "network", _("Track fundings"), _("Who gives money, to whom, and how much.")),
    Layer(ISSUES, "topics", _("Issues and themes"), _("What there is on each topic, node by node.")),
    Layer(GAPS, "topics", _("Expertise and needs"), _("What people need and what others offer, the widest gap first.")),
    Layer(
        CONVERGING,
        "topics",
        _("Converging campaigns"),
        _("What happens on the same topic, close by and at about the same time, on different nodes."),
    ),
)

_kinds: dict[str, set[str]] = {}


def belongs(layer: str, *kinds: str) -> None:
    """Called once at start by the app of some kinds: their cards stand in a layer. Raises ValueError for no layer."""
    if layer not in {each.slug for each in LAYERS}:
        raise ValueError(f"there is no layer {layer!r}; there are {', '.join(each.slug for each in LAYERS)}")
    _kinds.setdefault(layer, set()).update(kinds)


def of_view(view: str) -> list[Layer]:
    return [layer for layer in LAYERS if layer.view == view]


def called(slug: str) -> Layer | None:
    return next((layer for layer in LAYERS if layer.slug == slug), None)


def view_of(slug: str) -> str:
    """The view that a layer stands in; the map, where there is no such layer."""
    layer = called(slug)
    return layer.view if layer else "map"


def narrowed(cards: CardQuerySet, layer: str) -> CardQuerySet:
    """The cards that stand in a layer; all of them, where it is one of looking at all."""
    if layer == FACE:
        return _soon(cards)
    if layer == POPULAR:
        return to_come(cards, POPULAR)
    if layer in (SUPPORT, ACTION, MONEY):
        return _joined(cards, layer)
    if layer == GAPS:
        return cards.exclude(direction="").filter(Q(ends__isnull=True) | Q(ends__gte=timezone.now()))
    if layer == CONVERGING:
        rows = Convergence.objects.filter(dismissed_at__isnull=True)
        return cards.filter(Q(uri__in=rows.values("first_uri")) | Q(uri__in=rows.values("second_uri")))
    return cards


def to_come(cards: CardQuerySet, layer: str) -> CardQuerySet:
    """Of the layer's kinds, what is not over and takes place."""
    now = timezone.now()
    ahead = Q(ends__gte=now) | Q(ends__isnull=True, starts__gte=now)
    return cards.filter(ahead, kind__in=kinds_of(layer)).exclude(state__in=CALLED_OFF)


def _soon(cards: CardQuerySet) -> CardQuerySet:
    """Where people can go: a point, and a time of the next days that is not over."""
    near = to_come(cards, FACE).filter(cell__isnull=False, starts__lt=timezone.now() + WALKABLE)
    return near.exclude(state=Card.State.MOVED_ONLINE)


def _joined(cards: CardQuerySet, layer: str) -> CardQuerySet:
    """Of the layer's kinds, whom they come from, and whatever its relations join."""
    links = links_of(layer)
    ends = Q(uri__in=links.values("from_uri")) | Q(uri__in=links.values("to_uri"))
    return cards.filter(Q(kind__in=kinds_of(layer)) | ends)


def links_of(layer: str) -> QuerySet[Link]:
    """The relations of a layer, and whom each thing of its kinds comes from; without a layer all there are."""
    if not layer:
        return Link.objects.all()
    own = Card.objects.filter(kind__in=kinds_of(layer)).values("uri")
    return Link.objects.filter(Q(relation__in=relations.of_layer(layer)) | Q(relation=relations.BY, from_uri__in=own))


def kinds_of(layer: str) -> list[str]:
    """The kinds that were handed down to a layer."""
    return sorted(_kinds.get(layer, ()))
