"""Filters give what was asked for, and name what they cannot read."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict

from atlas.filters import CardFilter
from atlas.models import Card
from federation.models import Node

pytestmark = pytest.mark.django_db
UTC = dt.UTC


@pytest.fixture
def fleet(harbour, work):
    """Five things: two about housing, two with dates, one from Hackney."""
    hackney = Node.objects.create(origin="https://hackney.example:8443", name="Hackney")
    harbour.publish(
        "room", title="A room for meetings", topics=[harbour.HOUSING], area="Camden, London", support="space"
    )
    harbour.publish("renters", title="Renters' advice", topics=[harbour.RENTING], summary="Bring your **contract**.")
    harbour.publish(
        "walk", kind="buoy", topics=[harbour.MAPPING], axis="urn:flotilla:axis:action", area="Milano",
        starts=dt.datetime(2026, 12, 1, 18, tzinfo=UTC), ends=dt.datetime(2026, 12, 1, 20, tzinfo=UTC),
        lat=45.46, lon=9.19,
    )  # fmt: skip
    harbour.publish("fund", kind="buoy", ends=dt.datetime(2026, 12, 15, tzinfo=UTC))
    harbour.publish("theirs", node=hackney, lat=51.54, lon=-0.05, area="Hackney, London")
    work()


def found(query):
    filters = CardFilter(QueryDict(query), Card.objects.visible_to(None))
    assert not filters.form.errors, filters.form.errors
    return sorted(card.uri.rsplit("/")[-1] for card in filters.in_order())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["fund", "renters", "room", "theirs", "walk"]),
        ("kind=buoy", ["fund", "walk"]),
        ("topic=housing", ["renters", "room"]),
        ("topic=private-renting", ["renters"]),
        ("axis=action", ["walk"]),
        ("area=london", ["room", "theirs"]),
        ("node=here", ["fund", "renters", "room", "walk"]),
        ("node=hackney.example:8443", ["theirs"]),
        ("support=space", ["room"]),
        ("since=2026-12-01", ["fund", "walk"]),
        ("since=2026-12-02", ["fund"]),
        ("until=2026-12-01", ["fund", "walk"]),
        ("until=2026-11-30", ["fund"]),
        ("since=2026-12-16", []),
        ("q=contract", ["renters"]),
        ("q=I+need+a+ROOM+for+our+meetings+in+Camden%2C+please%21", ["room"]),
        ("bbox=-0.5,51.3,0.3,51.7", ["theirs"]),
        ("bbox=350,-10,370,60", ["theirs", "walk"]),
        ("bbox=170,-10,-170,60", []),
        ("kind=&topic=&since=&bbox=", ["fund", "renters", "room", "theirs", "walk"]),
        ("topic=housing&area=camden&utm_source=mail", ["room"]),
    ],
)
def test_filters_narrow_the_list(fleet, query, expected):
    assert found(query) == expected


@pytest.mark.parametrize(
    ("query", "field", "value", "accepted"),
    [
        ("kind=ship", "kind", "ship", "sail, buoy, crew"),
        ("topic=houssing", "topic", "houssing", "topics in the list"),
        ("axis=9", "axis", "9", "action, education, research"),
        ("support=%00", "support", "�", "expertise"),
        ("node=nowhere.example", "node", "nowhere.example", "here"),
        ("since=01/12/2026", "since", "01/12/2026", "2026-12-01"),
        ("until=0000-00-00", "until", "0000-00-00", "2026-12-01"),
        ("since=0001-01-01", "since", "0001-01-01", "from 1900 to 2199"),
        ("bbox=1,2,3", "bbox", "1,2,3", "-0.5,51.3,0.3,51.7"),
        ("bbox=0,9e999,0,nan", "bbox", "9e999", "degrees"),
    ],
)
def test_what_a_filter_cannot_read_is_named_and_left_out(fleet, query, field, value, accepted):
    filters = CardFilter(QueryDict(query), Card.objects.visible_to(None))
    [message] = filters.form.errors[field]
    assert value in message
    assert accepted in message
    assert filters.qs.count() == 5


def test_counts_are_taken_of_everything_but_the_choice_itself(fleet):
    filters = CardFilter(QueryDict("topic=housing&area=london"), Card.objects.visible_to(None))
    assert filters.qs.count() == 1
    assert filters.without("topic").count() == 2
