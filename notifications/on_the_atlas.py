"""What notices add to pages of the atlas: buttons to follow a topic, an area or a search, and what a
person follows at the front door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.template.loader import render_to_string

from atlas import lists, slots
from atlas.access import followed_comes_from
from atlas.models import Card, Topic
from notifications.access import LONGEST_TARGET
from notifications.actions import NAME_LENGTH
from notifications.models import Follow, Notice
from notifications.notices import NEW_IN_AREA, NEW_IN_FILTER
from notifications.templatetags.notifications import follow_button

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User
    from atlas.filters import CardFilter
    from federation.models import Actor

NEWEST = 4


def hand_down() -> None:
    """Called once at start."""
    followed_comes_from(addresses_followed)
    slots.fill(slots.TOPIC_ACTIONS, topic_button)
    slots.fill(slots.HOME_FOLLOWED, followed_section)
    slots.fill(slots.ATLAS_ACTIONS, search_buttons)


def addresses_followed(reader: Actor) -> QuerySet[Follow, str]:
    """The groups and people that somebody follows, as part of a query."""
    kinds = (Follow.Kind.GROUP, Follow.Kind.PERSON)
    return Follow.objects.filter(user=reader.user_id, kind__in=kinds).values_list("target", flat=True)


def topic_button(request: HttpRequest, topic: Topic) -> str:
    context = follow_button({"request": request}, Follow.Kind.TOPIC, topic.iri, topic.label())
    return render_to_string("notifications/_follow_button.html", context, request=request)


def search_buttons(request: HttpRequest, filters: CardFilter) -> str:
    """Follow the area and the search of a filtered list; nothing while nothing is asked for."""
    address = lists.address_of(request.path, filters)
    if not address or len(address) > LONGEST_TARGET:
        return ""
    area = " ".join(filters.in_force.get("area", "").split())
    follow = follow_button({"request": request}, Follow.Kind.FILTER, address)
    context = follow | {"suggested": lists.words_of(filters)[:NAME_LENGTH], "longest": NAME_LENGTH, "area": area}
    return render_to_string("notifications/_follow_search.html", context, request=request)


def followed_section(request: HttpRequest) -> str:
    """Nothing for a visitor; an invitation for somebody who follows nothing yet."""
    if not request.user.is_authenticated:
        return ""
    context = {"cards": newest_followed(request, request.user)}
    return render_to_string("notifications/_followed.html", context, request=request)


def newest_followed(request: HttpRequest, user: User) -> list[Card] | None:
    """What moved last on what a person follows; None when that is nobody and nothing."""
    targets: dict[str, list[str]] = {kind: [] for kind in Follow.Kind.values}
    for kind, target in Follow.objects.filter(user=user).values_list("kind", "target"):
        targets[kind].append(target)
    if not any(targets.values()):
        return None
    topics = targets[Follow.Kind.TOPIC]
    topics += Topic.objects.filter(broader__iri__in=topics).values_list("iri", flat=True)
    groups, persons = targets[Follow.Kind.GROUP], targets[Follow.Kind.PERSON]
    visible = Card.objects.asked_for_by(request.actor)
    # In the name of a person only while they show a page, as with notices.
    shown = visible.filter(kind=Follow.Kind.PERSON, uri__in=persons).order_by().values("uri")
    about = Q(card_topics__topic__in=topics) | Q(group_uri__in=groups) | Q(speaker_uri__in=shown)
    about |= Q(uri__in=groups + persons)
    # Areas and searches would each be a search of their own: what they brought so far is known.
    told = Notice.objects.filter(user=user, kind__in=[NEW_IN_AREA, NEW_IN_FILTER])
    about |= Q(uri__in=told.values("uri"))
    return list(visible.filter(about).distinct().newest_first().for_page()[:NEWEST])
