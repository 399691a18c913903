"""Areas that a steward brings, and where cards lie: in the smallest that holds their point or is named in words."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from atlas import placing
from atlas.models import Area, Card
from tests.federation.shared import DATA, needs_shared_data

pytestmark = pytest.mark.django_db


def square(west, south, side=1.0):
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def features(*named):
    """Each (name, code, geometry)."""
    made = [
        {"type": "Feature", "properties": {"name": name, "code": code}, "geometry": geometry}
        for name, code, geometry in named
    ]
    return {"type": "FeatureCollection", "features": made}


@pytest.fixture
def bring(tmp_path):
    """`manage.py areas` with a file of this content; returns what it counted."""

    def call(content, *options):
        path = tmp_path / "outlines.geojson"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        said = io.StringIO()
        call_command("areas", path, "--json", *options, stdout=said)
        return json.loads(said.getvalue())

    return call


BOROUGHS = features(("West Side", "B1", square(0, 50)), ("East Side", "B2", square(1, 50)))
WARDS = features(
    ("Mill", "W1", square(0, 50, 0.5)), ("Dock", "W2", square(0.5, 50, 0.5)), ("Mill", "W3", square(1, 50, 0.5))
)


@pytest.fixture
def harbourtown(bring):
    """A metropolis of two boroughs and three wards, two of them called Mill."""
    bring(BOROUGHS, "--level=borough", "--metropolis=Harbourtown", "--code=code", "--source=Drawn for a test")
    bring(WARDS, "--level=ward", "--code=code")


def paths():
    return list(Area.objects.values_list("path", flat=True))


def where(uri):
    within = Card.objects.select_related("within").get(uri=uri).within
    return within.slug if within else None


# --- Bringing ---------------------------------------------------------------------------------------------


def test_boroughs_make_their_metropolis_and_wards_find_their_borough(harbourtown):
    assert paths() == [
        "harbourtown/",
        "harbourtown/east-side/",
        "harbourtown/east-side/mill-east-side/",
        "harbourtown/west-side/",
        "harbourtown/west-side/dock/",
        "harbourtown/west-side/mill/",
    ]
    whole = Area.objects.get(slug="harbourtown")
    assert (whole.west, whole.south, whole.east, whole.north) == (0, 50, 2, 51)
    assert whole.source == "Drawn for a test"


def test_bringing_the_same_file_again_changes_nothing(harbourtown, bring):
    assert bring(BOROUGHS, "--level=borough", "--within=harbourtown", "--code=code", "--source=Drawn for a test") == {
        "same": 2
    }


def test_an_area_keeps_its_address_when_its_name_changes(harbourtown, bring):
    renamed = features(("Western Shore", "B1", square(0, 50)))
    assert bring(renamed, "--level=borough", "--within=harbourtown", "--code=code") == {"changed": 1}
    area = Area.objects.get(code="B1")
    assert (area.slug, area.name, area.path) == ("west-side", "Western Shore", "harbourtown/west-side/")


def test_forgetting_an_area_takes_what_lies_in_it(harbourtown, harbour, work):
    uri = harbour.publish(1, lat=50.2, lon=0.2)
    work()
    call_command("areas", "--forget=west-side", stdout=io.StringIO())
    assert paths() == ["harbourtown/", "harbourtown/east-side/", "harbourtown/east-side/mill-east-side/"]
    work()
    assert where(uri) == "harbourtown"


def test_the_areas_there_are_can_be_listed(harbourtown):
    said = io.StringIO()
    call_command("areas", stdout=said)
    assert [line.split()[0] for line in said.getvalue().splitlines()][:2] == ["harbourtown", "east-side"]


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        ("{", (), "JSON"),
        ('{"type": "FeatureCollection", "features": []}', (), "features"),
        ({"type": "Point", "coordinates": [0, 0]}, (), "FeatureCollection"),
        (features(("A", "1", {"type": "Point", "coordinates": [0, 0]})), (), "feature 1: geometry: .*Polygon.*'Point'"),
        (features(("A", "1", {"type": "Polygon", "coordinates": [[[0, 0]]]})), (), "feature 1: coordinates"),
        (features(("A", "1", {"type": "Polygon", "coordinates": "x"})), (), "feature 1: coordinates"),
        (features(("A", "1", square(530000, 180000))), (), "feature 1: coordinates: .*degrees of WGS 84"),
        (features((None, "1", square(0, 0))), (), "feature 1: properties: expected 'name'"),
        (features(("  ", "1", square(0, 0))), (), "feature 1: properties: expected 'name'"),
        (features(("A" * 101, "1", square(0, 0))), (), "feature 1: name: expected at most 100"),
        (features(("A", None, square(0, 0))), ("--code=code",), "feature 1: properties: expected 'code'"),
        (
            features(("A", "1", square(50, 0))),
            ("--level=ward",),
            "feature 1: coordinates: no borough holds 0.5000, 50.5",
        ),
        (BOROUGHS, ("--level=borough",), "--within SLUG or --metropolis NAME"),
        (BOROUGHS, ("--level=borough", "--within=nowhere"), "--within: .*'nowhere'; there are: none yet"),
    ],
)
def test_a_file_that_is_no_outlines_is_refused_and_says_why(bring, content, options, says):
    with pytest.raises(CommandError, match=f"(?s){says}"):
        bring(content, *(options if any("--level" in each for each in options) else ("--level=metropolis", *options)))
    assert not Area.objects.exists()


def test_one_bad_outline_keeps_the_others_out(bring):
    mixed = features(("Good", "1", square(0, 0)), ("Bad", "2", {"type": "Point", "coordinates": [0, 0]}))
    with pytest.raises(CommandError, match="feature 2"):
        bring(mixed, "--level=metropolis")
    assert not Area.objects.exists()


def test_the_database_refuses_a_borough_without_a_metropolis(harbourtown):
    with pytest.raises(IntegrityError), transaction.atomic():
        Area.objects.filter(slug="west-side").update(broader=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Area.objects.filter(slug="west-side").update(west=5)


# --- Where cards lie ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ({"lat": 50.2, "lon": 0.2}, "mill"),
        ({"lat": 50.2, "lon": 0.2, "area": "East Side"}, "mill"),  # the point knows better than the words
        ({"lat": 50.8, "lon": 0.2}, "west-side"),  # no ward is drawn there
        ({"lat": 50.2, "lon": 0.2, "accuracy": 50_000}, "west-side"),  # anywhere within 50 km: a ward says too much
        ({"lat": 60.0, "lon": 0.2, "area": "West Side"}, None),
        ({"area": "Dock"}, "dock"),
        ({"area": "4 Example Row, dock, Harbourtown"}, "dock"),
        ({"area": "Mill"}, None),  # there are two
        ({"area": "Mill, East Side"}, "mill-east-side"),
        ({"area": "Milltown"}, None),
        ({"area": " , "}, None),
        ({}, None),
    ],
)
def test_a_card_lies_in_the_smallest_area(harbourtown, harbour, work, said, slug):
    uri = harbour.publish(1, **said)
    work()
    assert where(uri) == slug


def test_cards_that_are_there_already_are_looked_at_again(harbour, bring, work, monkeypatch):
    monkeypatch.setattr(placing, "AT_ONCE", 2)
    uris = [harbour.publish(number, lat=50.5, lon=0.5 + number / 4) for number in range(5)]
    work()
    assert {where(uri) for uri in uris} == {None}
    bring(BOROUGHS, "--level=borough", "--metropolis=Harbourtown")
    work()
    # The third lies on the line between the two.
    assert [where(uri) for uri in uris] == ["west-side", "west-side", "east-side", "east-side", "east-side"]


@needs_shared_data
def test_the_boroughs_and_wards_of_london_are_read_as_they_are_published(harbour, work):
    told = ("--code=gss_code", "--source=GLA London Datastore", "--licence=OGL-UK-3.0")
    folder, quiet = DATA / "geo" / "london", io.StringIO()
    call_command("areas", folder / "boroughs.geojson", "--level=borough", "--metropolis=London", *told, stdout=quiet)
    call_command("areas", folder / "wards-2018.geojson", "--level=ward", *told, stdout=quiet)
    assert Area.objects.filter(level="borough").count() == 33
    assert Area.objects.filter(level="ward").count() == 633
    uri = harbour.publish(1, lat=51.5362, lon=-0.1404)
    work()
    assert Card.objects.get(uri=uri).within.slugs[:2] == ["london", "camden"]
