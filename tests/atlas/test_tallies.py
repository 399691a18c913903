"""What is counted as it changes is what counting afresh gives, for every reader."""

from __future__ import annotations

import random

import pytest
from django.core.management import call_command
from django.http import QueryDict

from accounts import actions as accounts
from atlas import cells, points, queries, tallies
from atlas.access import reading_of
from atlas.fieldtypes import Box
from atlas.filters import CardFilter
from atlas.models import Card, Square
from atlas.tallies import Tallies
from federation import actors, audiences
from federation.models import AudienceKey, Node, Restriction
from federation.personal_blocks import block_node
from tests.atlas import harbour as harbour_module

pytestmark = pytest.mark.django_db

MEMBERS = audiences.of_group("http://testserver/groups/sailors")


@pytest.fixture
def harbour(db):
    harbour_module.clear()
    yield harbour_module
    harbour_module.clear()


@pytest.fixture
def nodes(db):
    made = [Node.objects.create(origin=f"https://n{number}.example", name=f"N{number}") for number in range(3)]
    return [None, *made]


@pytest.fixture
def sailor(db):
    user = accounts.make_account("sailor@harbour.example", "a long enough secret")
    actor = actors.for_user(user)
    AudienceKey.objects.create(actor=actor, audience=MEMBERS)
    return actor


def something(chance, nodes):
    placed = chance.random() < 0.8
    return {
        "kind": chance.choice(harbour_module.KINDS),
        "node": chance.choice(nodes),
        "audience": chance.choice([audiences.PUBLIC, audiences.PUBLIC, MEMBERS]),
        "lat": chance.uniform(51.3, 51.7) if placed else None,
        "lon": chance.uniform(-0.5, 0.3) if placed else None,
    }


def put(harbour, number, said):
    return harbour.publish(f"{said['kind']}-{number}", **said)


def afresh(reader, query=""):
    """The filtered cards, and the tally of them."""
    reading = reading_of(reader)
    filters = CardFilter(QueryDict(query), reading.cards())
    return filters, Tallies(reading).of(filters)


def agrees(reader, query=""):
    filters, tally = afresh(reader, query)
    assert queries.extent(filters.qs, tally) == queries.extent(filters.qs)
    assert queries.per_kind(filters.qs, (), tally) == queries.per_kind(filters.qs, ())
    for zoom in (0, 4, 7, 10, 12):
        live = points.gathered(filters.qs.filter(cell__isnull=False), zoom)
        stored = points._from_spots(tally, tally.spots(zoom, None), zoom, None)
        assert summary(stored) == summary(live), zoom


def summary(features):
    found = [
        (
            feature["properties"].get("cluster", feature["properties"].get("uri")),
            *(round(degrees, 4) for degrees in feature["geometry"]["coordinates"]),
        )
        for feature in features
    ]
    return sorted(found, key=str)


@pytest.mark.parametrize("seed", range(4))
def test_through_whatever_happens_the_counts_are_those_of_the_cards(harbour, nodes, sailor, work, seed):
    chance = random.Random(seed)
    there = {}
    for number in range(40):
        there[number] = something(chance, nodes)
        put(harbour, number, there[number])
    work()
    for _change in range(25):
        number = chance.choice(list(there))
        if chance.random() < 0.3:
            harbour.withdraw(put(harbour, number, there.pop(number)))
        else:
            fresh = something(chance, nodes)
            there[number] |= {name: fresh[name] for name in ("lat", "lon", "audience")}
            put(harbour, number, there[number])
    work()
    for reader in (None, sailor):
        for query in ("", "kind=sail", "node=here", "node=n1.example&kind=crew"):
            agrees(reader, query)


def test_what_is_kept_from_a_reader_is_not_counted_for_them(harbour, nodes, sailor, work):
    uris = [harbour.publish(number, node=nodes[number % 4], lat=51.5, lon=-0.1 + number / 100) for number in range(12)]
    work()
    Restriction.objects.create(object_uri=uris[0], level=Restriction.Level.HIDDEN)
    Card.objects.filter(uri=uris[4]).update(speaker_uri="https://n1.example/people/x")
    block_node(sailor, nodes[1].origin)
    Node.objects.filter(pk=nodes[2].pk).update(blocked_at="2026-01-01T00:00Z")
    Node.objects.filter(pk=nodes[3].pk).update(resumes_as="limited")
    for reader in (None, sailor):
        agrees(reader)
    assert afresh(None)[1].extent()[0] == 5 and afresh(sailor)[1].extent()[0] == 2


def test_other_filters_are_not_answered_from_squares(harbour, sailor, work):
    harbour.publish(1, lat=51.5, lon=-0.1)
    work()
    for query in ("topic=housing", "q=sail", "area=Camden", "bbox=-1,51,1,52", "layer=face", "since=2026-01-01"):
        assert afresh(None, query)[1] is None, query


def test_where_much_is_kept_back_the_cards_are_counted(harbour, work, monkeypatch):
    monkeypatch.setattr(tallies, "MOST_KEPT_BACK", 1)
    for number in range(3):
        uri = harbour.publish(number, lat=51.5, lon=-0.1)
        Restriction.objects.create(object_uri=uri, level=Restriction.Level.HIDDEN)
    work()
    assert afresh(None)[1] is None


def test_a_part_of_the_map_gets_the_squares_it_touches(harbour, work):
    harbour.publish("west", lat=51.5, lon=-0.4)
    harbour.publish("east", lat=51.5, lon=0.25)
    work()
    _filters, tally = afresh(None)
    assert len(tally.spots(10, Box(west=-0.5, south=51.4, east=-0.3, north=51.6))) == 1
    assert len(tally.spots(10, Box(west=-0.5, south=51.4, east=0.3, north=51.6))) == 2
    assert tally.spots(10, Box(west=1, south=51.4, east=2, north=51.6)) == []
    assert len(tally.spots(10, Box(west=170, south=51.4, east=-0.3, north=51.6))) == 1
    assert tally.spots(13, None) is None


@pytest.mark.parametrize(("lat", "lon"), [(51.5, -0.1), (-33.9, 151.2), (0.0, 0.0), (85.0, 179.99), (-85.0, -179.99)])
def test_a_square_touches_the_box_of_its_own_point(lat, lon):
    for zoom in (0, 5, 12, 22):
        shift = cells.shift_for(zoom)
        square = cells.cell_of(lat, lon) >> shift
        assert cells.touches(square, shift, Box(west=lon, south=lat, east=lon, north=lat))


def test_after_cards_are_thrown_away_and_rebuilt_the_counts_are_right(harbour, work):
    for number in range(5):
        harbour.publish(number, lat=51.5, lon=-0.1)
    work()
    Card.objects.all().delete()
    call_command("replay", "atlas")
    work()
    agrees(None)
    assert afresh(None)[1].extent()[0] == 5


def test_counting_afresh_gives_the_same_squares(harbour, nodes, work):
    chance = random.Random(1)
    for number in range(20):
        put(harbour, number, something(chance, nodes))
    work()
    columns = ("level", "cell", "kind", "holder", "audience", "count", "pk_sum")
    kept = set(Square.objects.filter(count__gt=0).values_list(*columns))
    tallies.recount()
    assert set(Square.objects.values_list(*columns)) == kept
