"""What can be borrowed, the nearest first, with each distance as a value."""

from __future__ import annotations

import re

import pytest

from atlas import distances
from atlas.models import Area
from tests.lending import Shed

START = "51.540,-0.140"
TITLE = re.compile(r'<h3 class="card-title"[^>]*><a [^>]*>([^<]+)</a>')


@pytest.fixture
def shed(db, work) -> Shed:
    """A drill where one starts, a saw 400 m away, a tent 2.4 km away, a projector without a point."""
    shed = Shed()
    shed.lent(title="saw", lat=51.5436)
    shed.lent(title="Tent", lat=51.5184)
    shed.lent(title="Projector", lat=None, lon=None)
    shed.lent(
        title="Chairs to keep", shape="", lent_by="", longest=None, how_many=None, lends_to="", terms="", time_zone=""
    )
    work()
    return shed


def listed(client, query="") -> list[str]:
    return TITLE.findall(client.get(f"/lending/{query}").content.decode())


def test_without_a_place_they_stand_by_name(shed, client):
    assert listed(client) == ["Corner room", "Drill", "Projector", "saw", "Tent"]
    page = client.get("/lending/").content.decode()
    assert "Until then they stand by name" in page and "km 0" not in page and "Can be borrowed" in page


def test_the_nearest_comes_first_with_its_distance(shed, client):
    names = listed(client, f"?near={START}")
    assert set(names[:2]) == {"Corner room", "Drill"} and names[2:] == ["saw", "Tent", "Projector"]
    page = client.get(f"/lending/?near={START}").content.decode()
    assert "km 0 · 50 m" in page and "km 0 · 400 m" in page and "2.4 km" in page
    assert page.count('class="tag is-good"') == 3, "what is within reach of a walk"


def test_an_area_says_where_one_starts_and_leaves_nothing_out(shed, client):
    box = {"south": 51.517, "north": 51.519, "west": -0.141, "east": -0.139}
    corners = [[-0.141, 51.517], [-0.139, 51.517], [-0.139, 51.519], [-0.141, 51.517]]
    drawn = {"type": "Polygon", "coordinates": [corners]}
    known = {"path": "camden-here/", "slug": "camden-here", "name": "Camden", "level": "metropolis", "depth": 0}
    Area.objects.create(shape=drawn, **known, **box)
    names = listed(client, "?place=Camden")
    assert names[0] == "Tent" and len(names) == 5
    page = client.get("/lending/?place=Camden").content.decode()
    assert "Distances are from the middle of Camden" in page


def test_a_place_that_is_none_is_said_in_words(shed, client):
    page = client.get("/lending/?place=Atlantis").content.decode()
    assert "“Atlantis” is no area that we know" in page and len(listed(client, "?place=Atlantis")) == 5


def test_what_can_be_borrowed_is_a_filter_everywhere(shed, client):
    assert "Chairs to keep" not in listed(client)
    offers = TITLE.findall(client.get("/offers/?exchange=borrow-lend").content.decode())
    assert "Drill" in offers and "Chairs to keep" not in offers
    assert "Chairs to keep" in client.get("/offers/").content.decode()
    things = client.get("/api/v1/things/?exchange=borrow-lend").json()["results"]
    assert {each["title"] for each in things} == {"Corner room", "Drill", "Projector", "saw", "Tent"}
    assert {each["exchange"] for each in things} == {"borrow-lend"}


def test_it_is_found_by_what_people_call_it(shed, client):
    assert "Drill" in client.get("/atlas/?q=borrow+a+drill").content.decode()


def test_the_other_filters_hold_here_too(shed, client):
    assert listed(client, "?support=space") == ["Corner room"]
    assert listed(client, "?q=tent") == ["Tent"]


@pytest.mark.parametrize(
    ("metres", "words", "near"),
    [(0, "km 0 · 50 m", True), (412, "km 0 · 400 m", True), (949, "km 0 · 950 m", True), (951, "1.0 km", False),
     (1240, "1.2 km", False), (12_400, "12 km", False)],
)  # fmt: skip
def test_a_distance_is_a_value(metres, words, near):
    distance = distances.Distance(metres)
    assert (distance.words, distance.is_near) == (words, near)
