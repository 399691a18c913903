"""The layers of the map and the network: what each shows, in which order, and how far one looks."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from decimal import Decimal
from html import unescape

import pytest
from django.core.management import call_command
from django.utils import timezone

from atlas import layers, relations
from atlas.cards import LinkData
from cop.actions.proposals import publish_proposal
from cop.models import Proposal
from events.actions.attendance import attend, leave
from events.actions.gatherings import publish_gathering
from federation import audiences
from tests.atlas.test_areas import BOROUGHS, WARDS
from tests.gatherings import HOUSING, Camden

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
CELLS = re.compile(r"<t[hd].*?</t[hd]>", re.DOTALL)


@pytest.fixture
def camden(db):
    return Camden()


@pytest.fixture
def harbourtown(tmp_path):
    """A metropolis of two boroughs and three wards."""
    for name, content, options in (
        ("boroughs", BOROUGHS, ["--level=borough", "--metropolis=Harbourtown"]),
        ("wards", WARDS, ["--level=ward"]),
    ):
        path = tmp_path / f"{name}.geojson"
        path.write_text(json.dumps(content))
        call_command("areas", path, *options, stdout=io.StringIO())


def gathering(camden, title, *, days=1.0, hours=2, **more):
    """A meeting of the group, so many days from now."""
    starts = timezone.now() + days * DAY
    said = {
        "kind": "meeting",
        "title": title,
        "summary": "",
        "language": "en",
        "starts": starts,
        "ends": starts + dt.timedelta(hours=hours),
        "time_zone": "Europe/London",
        "place": "The hall",
        "joining": "open",
        "state": "scheduled",
        "topics": [HOUSING],
        "lat": 50.5,
        "lon": 0.5,
    }
    return publish_gathering(camden.alice, camden.group.actor, **(said | more))


def titles(answer):
    found = re.findall(r'class="card-title"><a href="[^"]*"[^>]*>([^<]*)</a>', answer.content.decode())
    return [unescape(title) for title in found]


def words(answer):
    return " ".join(unescape(re.sub("<[^>]+>", " ", answer.content.decode())).split())


# --- The map ----------------------------------------------------------------------------------------------------


def test_face_to_face_shows_what_one_can_walk_to_within_a_week_the_nearest_first(camden, client, work):
    gathering(camden, "Far", lat=50.9)
    gathering(camden, "Near", lat=50.51, days=3)
    gathering(camden, "Next month", days=30)
    gathering(camden, "Over", days=-2)
    gathering(camden, "Called off", state="cancelled")
    gathering(camden, "Online only", lat=None, lon=None, place="", online=True, online_url="https://a.example/")
    work()
    answer = client.get("/atlas/?layer=face&near=50.5,0.5")
    assert titles(answer) == ["Near", "Far"]
    assert "about 1.1 km away" in words(answer)
    assert titles(client.get("/atlas/?layer=face")) == ["Far", "Near"], "without a point the soonest comes first"


def test_where_somebody_is_is_kept_to_a_hundred_metres(camden, client, work):
    gathering(camden, "Near")
    work()
    said = words(client.get("/atlas/?layer=face&near=50.512345678,0.498765"))
    assert "Distances are from 50.512,0.499" in said
    assert "50.5123456" not in said


@pytest.mark.parametrize("near", ["here", "91,0", "50.5", "50.5,0,1", "nan,0"])
def test_what_is_no_point_is_named(client, near):
    answer = client.get("/atlas/", {"layer": "face", "near": near})
    assert answer.status_code == 200
    assert f"“{near}” is not a point" in words(answer)


def test_a_followed_search_does_not_say_where_somebody_was(camden):
    page = camden.client(camden.alice).get("/atlas/?layer=face&near=50.512,0.499").content.decode()
    assert 'name="target" value="/atlas/?layer=face"' in page


def test_popular_events_are_those_most_people_come_to(camden, client, work):
    quiet, full = gathering(camden, "Quiet", days=2), gathering(camden, "Full", days=9)
    work()
    attend(camden.bob, full, name="Bob")
    work()
    answer = client.get("/atlas/?layer=popular")
    assert titles(answer) == ["Full", "Quiet"]
    assert "1 person is coming" in words(answer)
    attend(camden.alice, quiet, name="Alice")
    leave(camden.bob, full)
    work()
    assert titles(client.get("/atlas/?layer=popular")) == ["Quiet", "Full"]


def test_one_switch_goes_from_the_world_to_the_ward_and_back(camden, harbourtown, client, work):
    gathering(camden, "In Dock", lat=50.2, lon=0.7)
    gathering(camden, "In the east", lat=50.8, lon=1.5)
    work()
    world = client.get("/atlas/?layer=local").content.decode()
    assert 'href="?layer=local&amp;area=Harbourtown"' in world
    borough = client.get("/atlas/?layer=local&area=West+Side%2C+Harbourtown")
    assert titles(borough) == ["In Dock"]
    page = borough.content.decode()
    assert 'href="?layer=local&amp;area=Dock%2C+West+Side%2C+Harbourtown"' in page
    assert 'href="?layer=local&amp;area=Harbourtown"' in page
    assert 'href="?layer=local"' in page
    assert titles(client.get("/atlas/?layer=local&area=Dock%2C+West+Side%2C+Harbourtown")) == ["In Dock"]
    assert titles(client.get("/atlas/?layer=local&area=East+Side")) == ["In the east"]


def test_the_middle_of_an_area_is_where_distances_start(camden, harbourtown, client, work):
    gathering(camden, "Corner", lat=50.05, lon=0.05)
    gathering(camden, "Middle", lat=50.45, lon=0.55)
    work()
    answer = client.get("/atlas/?layer=face&area=West+Side")
    assert titles(answer) == ["Middle", "Corner"]
    assert "Distances are from the middle of West Side" in words(answer)


def test_a_node_without_areas_has_no_switch(camden, client):
    assert "area-switch" not in client.get("/atlas/?layer=local").content.decode()


def test_the_points_of_a_layer_are_those_of_its_list(camden, client, work):
    gathering(camden, "Far", lat=50.9)
    gathering(camden, "Near", lat=50.51)
    gathering(camden, "Next month", days=30)
    work()
    points = json.loads(client.get("/atlas/cards.geojson?layer=face&near=50.5,0.5").content)
    assert [each["properties"]["title"] for each in points["features"]] == ["Near", "Far"]


# --- The network -------------------------------------------------------------------------------------------------


def rows(answer):
    """Each row of the table: who, relation, to whom, and how far and how much where any row says so."""
    body = answer.content.decode().split("<tbody>")[-1].split("</tbody>")[0]
    return [
        tuple(" ".join(unescape(re.sub("<[^>]+>", " ", cell)).split()) for cell in CELLS.findall(row))
        for row in body.split("</tr>")[:-1]
    ]


def drawn(client, query):
    """The same of the drawing."""
    found = json.loads(client.get(f"/atlas/network.json{query}").content)
    known = {node["uri"]: f"{node['kind_word']} {node['title']}" for node in found["nodes"]}
    more = (", ".join(filter(None, [link["state"], link["amount"]])) for link in found["links"])
    ends = ((known[link["from"]], link["relation"], known[link["to"]]) for link in found["links"])
    return [(*end, said) for end, said in zip(ends, more, strict=True)]


def need(camden, title, direction=Proposal.Direction.NEED):
    return publish_proposal(
        camden.alice,
        camden.group.actor,
        direction,
        audience=audiences.PUBLIC,
        title=title,
        summary="",
        support="space",
        topics=[HOUSING],
        language="en",
    )


def test_needs_and_supports_are_joined_by_their_topics(camden, client, work):
    need(camden, "A room")
    need(camden, "Our hall", Proposal.Direction.OFFER)
    gathering(camden, "A meeting")
    work()
    found = rows(client.get("/atlas/?layer=support"))
    assert ("Need A room", "is about", "Topic Housing") in found
    assert ("Offer Our hall", "is about", "Topic Housing") in found
    assert ("Need A room", "comes from", f"Group {camden.group.name}") in found
    assert not any("A meeting" in " ".join(row) for row in found)


def test_collective_action_shows_groups_and_what_they_organise(camden, client, work):
    need(camden, "A room")
    gathering(camden, "A meeting")
    work()
    found = rows(client.get("/atlas/?layer=action"))
    assert found == [(f"Group {camden.group.name}", "organises", "Gathering A meeting")]


def test_fundings_say_how_much(harbour, client, work):
    fund = harbour.publish("fund", kind="crew", title="Lantern Yard")
    call = harbour.publish("call", title="Small steps")
    harbour.publish(
        1, links=[LinkData(from_uri=fund, to_uri=call, relation="funds", amount=Decimal(40000), currency="GBP")]
    )
    work()
    [row] = rows(client.get("/atlas/?layer=money"))
    assert row == ("crew Lantern Yard", "funds", "sail Small steps", "£40,000")


@pytest.fixture
def harbour(db):
    from tests.atlas import harbour as kind

    kind.clear()
    yield kind
    kind.clear()


@pytest.mark.parametrize("query", ["", "?layer=support", "?layer=action", "?kind=need", "?q=room", "?topic=housing"])
def test_the_table_has_what_the_drawing_has_in_its_order(camden, client, work, query):
    for number in range(30):
        need(camden, f"A room {number}")
    gathering(camden, "A meeting", state="tentative")
    work()
    table, page = [], 1
    while True:
        answer = client.get(f"/atlas/{query or '?'}&view=network&rows={page}")
        table += rows(answer)
        if f"rows={page + 1}" not in answer.content.decode():
            break
        page += 1
    assert table and [(*row, "")[:4] for row in table] == drawn(client, query)


def test_the_sentence_counts_what_is_seen_and_what_stands_alone(harbour, client, work):
    group = harbour.publish("tenants", kind="crew", title="Tenants")
    harbour.publish(1, group_uri=group)
    harbour.publish("alone")
    work()
    said = words(client.get("/atlas/?view=network"))
    assert "You see 2 things that are related to each other. There is 1 relation between them." in said
    assert "1 thing is related to nothing and stands in the list alone." in said


def test_a_layer_without_anything_says_what_would_be_there(db, client):
    said = words(client.get("/atlas/?layer=money"))
    assert "No relations fit all of your filters" in said
    assert "who gives money to whom" in said


def test_a_relation_has_one_layer(db):
    with pytest.raises(ValueError, match="already reads"):
        relations.name_relation("funds", "funds", layers.ACTION)
    with pytest.raises(ValueError, match="no layer 'sky'"):
        layers.belongs("sky", "need")


@pytest.mark.parametrize(("query", "view"), [("layer=money", "network"), ("layer=face", "map")])
def test_a_layer_opens_in_its_own_view(db, client, query, view):
    page = client.get(f"/atlas/?{query}").content.decode()
    assert {"map": 'data-island="map"', "network": 'id="relations"'}[view] in page
    assert f'aria-current="page">{view.title()}</a>' in page


def test_a_layer_that_is_none_is_named(db, client):
    assert "We do not know “sky”" in words(client.get("/atlas/?layer=sky"))
