"""`{% atlas_slot "topic-actions" topic=topic %}`: what apps above put into a page of the atlas, see `atlas.slots`;
`{% take_away filters %}` and `{% feed_link filters %}`: a list as files; `{% streets %}`: attributes of the figure of a
map, for what lies under its pins; `{% areas_of_this_node as areas %}`: to choose from while typing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from atlas import area_names, ground, layers, lists, slots
from atlas.week import WeekFilter

if TYPE_CHECKING:
    from atlas.filters import CardFilter
    from atlas.lists import CardList

register = template.Library()


@register.simple_tag(takes_context=True)
def atlas_slot(context: template.Context, slot: str, **subject: Any) -> SafeString:
    return slots.shown(slot, context["request"], **subject)


@register.inclusion_tag("atlas/_take_away.html", takes_context=True)
def take_away(context: template.Context, filters: CardFilter) -> dict[str, Any]:
    """The list of this page as files, with the filters in force."""
    card_list = lists.at(context["request"].path)
    return {"card_list": card_list, "query": filters.query_string, "week": _week(card_list, filters)}


def _week(card_list: CardList, filters: CardFilter) -> str:
    """The sheet of this week with those filters that it has too; empty for a list on which nothing takes place."""
    if card_list.kinds and not set(card_list.kinds) & set(layers.kinds_of(layers.POPULAR)):
        return ""
    asked = {name: value for name, value in lists.asked_for(filters).items() if name in WeekFilter.base_filters}
    return f"{reverse('this-week')}?{urlencode(asked)}" if asked else reverse("this-week")


@register.simple_tag(takes_context=True)
def feed_link(context: template.Context, filters: CardFilter) -> SafeString:
    """For the head of the page of a list: where feed readers find it."""
    address = f"{context['request'].path}list.atom{filters.query_string}"
    return format_html('<link rel="alternate" type="application/atom+xml" href="{}">', address)


@register.simple_tag(takes_context=True)
def streets(context: template.Context) -> SafeString:
    """`data-tiles`, `data-streets`, `data-credit`; and this page, no other, lets browsers ask for the tiles."""
    laid = ground.of_this_node()
    if laid.host:
        context["request"].pictures_from = laid.host
    given = {"tiles": laid.tiles, "streets": laid.streets, "credit": laid.credit}
    return format_html_join("", ' data-{}="{}"', ((name, value) for name, value in given.items() if value))


@register.simple_tag
def areas_of_this_node() -> list[str]:
    return area_names.known()
