"""What is near somebody: the area is in the question, and neither the node nor a browser's store of pages keeps it."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions as accounts
from atlas.cells import cell_of
from federation import actors, audiences
from federation.models import AudienceKey
from tests.news import appear

pytestmark = pytest.mark.django_db

TENANTS = "https://hackney.example/groups/tenants"
FRAGMENT = {"HX-Request": "true", "HX-Target": "near-things"}
DAY = dt.timedelta(days=1)


def at(title: str, lat: float, lon: float, **more):
    return appear(title, lat=lat, lon=lon, cell=cell_of(lat, lon), **more)


def things(client, query: str, status: int = 200) -> str:
    answer = client.get(f"/near/?{query}", headers=FRAGMENT)
    assert answer.status_code == status, answer.content
    page = answer.content.decode()
    assert "<html" not in page
    return unescape(re.sub(r"\s+", " ", page))


def titles(page: str) -> list[str]:
    return re.findall(r'class="card-title"[^>]*><a [^>]*>([^<]*)</a>', page)


def test_dates_come_first_then_places_then_what_is_new_and_four_are_enough(client):
    now = timezone.now()
    appear("Old need", area="Camden", updated=now - 9 * DAY)
    appear("New need", area="Camden, London")
    appear("A room", area="Camden", kind="place", updated=now - 20 * DAY)
    appear("Later", area="Camden", kind="gathering", starts=now + 5 * DAY)
    appear("Soon", area="Camden", kind="gathering", starts=now + DAY)
    appear("Elsewhere", area="Hackney", kind="gathering", starts=now + DAY)
    page = things(client, "area=camden")
    assert titles(page) == ["Soon", "Later", "A room", "New need"]
    assert "data-near-place" in page
    assert 'href="/atlas/?area=camden"' in page


def test_what_is_over_called_off_or_closed_is_not_near(client):
    now = timezone.now()
    appear("Over", area="Camden", kind="gathering", starts=now - 2 * DAY, ends=now - DAY)
    appear("Begun, and no end told", area="Camden", kind="gathering", starts=now - DAY)
    appear("Called off", area="Camden", kind="gathering", starts=now + DAY, state="cancelled")
    appear("Closed", area="Camden", state="closed")
    page = things(client, "area=Camden")
    assert titles(page) == []
    assert "There is nothing near Camden yet." in page
    assert "data-near-place" in page, "there is such an area: it can be remembered until something is there"


def test_a_register_does_not_crowd_out_what_people_wrote(client):
    appear("By people", area="Camden", updated=timezone.now() - 30 * DAY)
    for n in range(5):
        appear(f"Listed {n}", area="Camden", kind="listing", source="A register")
    assert titles(things(client, "area=Camden"))[0] == "By people"


def test_around_a_point_is_five_kilometres_from_about_where_somebody_is(client):
    at("Here", 51.54, -0.14)
    at("A walk away", 51.57, -0.17)
    at("Too far", 51.54, -0.23)
    at("Too far north", 51.60, -0.14)
    page = things(client, "near=51.53987,-0.1412")
    assert sorted(titles(page)) == ["A walk away", "Here"]
    (bbox,) = re.findall(r'href="/atlas/\?bbox=([^"]+)"', page)
    assert [round(float(side), 3) for side in bbox.replace("%2C", ",").split(",")] == [-0.212, 51.495, -0.068, 51.585]
    assert "51.539" not in page, "nothing finer than a kilometre is passed on"
    listed = client.get(f"/atlas/?bbox={bbox}").content.decode()
    assert sorted(titles(unescape(listed))) == ["A walk away", "Here"]


@pytest.mark.parametrize("spot", ["90,0", "-90,180", "0,-180", "51.5,400"])
def test_the_ends_of_the_earth_are_points_too(client, spot):
    assert "There is nothing near you yet" in things(client, f"near={spot}")


def test_an_area_that_nobody_names_is_said_to_be_unknown(client):
    page = things(client, "area=<b>Atlantis</b>")
    assert "We know no area called “<b>Atlantis</b>”." in page
    assert "data-near-place" not in page
    assert "&lt;b&gt;" in client.get("/near/?area=<b>Atlantis</b>").content.decode()


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("near=somewhere", "“somewhere” is not a point"),
        ("near=1,2,3", "“1,2,3” is not a point"),
        ("near=nan,nan", "“nan,nan” is not a point"),
        ("near=91,0", "“91,0” is not a point"),
        ("near=inf,0", "“inf,0” is not a point"),
        ("area=" + "x" * 101, "at most 100 characters"),
        ("area=a%00b", "Null characters"),
    ],
)
def test_what_cannot_be_read_is_named_in_the_page(client, query, says):
    page = things(client, query, 422)
    assert says in page
    assert "data-near-place" not in page
    whole = client.get(f"/near/?{query}")
    assert whole.status_code == 400
    assert says in unescape(whole.content.decode()) and "<h1>Near you</h1>" in whole.content.decode()


def test_opened_directly_it_is_a_whole_page_in_both_languages(client):
    appear("A room", area="Camden", kind="place")
    page = client.get("/near/?area=Camden").content.decode()
    assert "<html" in page and titles(page) == ["A room"]
    assert 'value="Camden"' in page and 'action="/near/"' in page
    italian = client.get("/near/", headers={"accept-language": "it"})
    assert italian.status_code == 200 and '<html lang="it"' in italian.content.decode()


def test_other_filters_have_no_say(client):
    appear("A room", area="Camden", kind="place")
    assert titles(things(client, "area=Camden&kind=need&q=zebra&layer=nonsense")) == ["A room"]


def test_what_is_for_members_is_near_members_alone(client):
    user = accounts.make_account("bob@tenants.example", "a long enough secret")
    AudienceKey.objects.create(actor=actors.for_user(user), audience=audiences.of_group(TENANTS))
    appear("For everyone", area="Camden", kind="place")
    appear("For the tenants", area="Somers Town", kind="place", audience=audiences.of_group(TENANTS))
    assert titles(things(client, "area=Camden")) == ["For everyone"]
    assert "We know no area" in things(client, "area=Somers"), "not even that there is something"
    assert "Somers Town" not in client.get("/").content.decode()
    client.force_login(user)
    assert titles(things(client, "area=Somers")) == ["For the tenants"]
    proposed = '<option value="Somers Town">'
    assert proposed not in client.get("/").content.decode(), "what is proposed is the same for everybody"


def test_nothing_of_it_is_kept(client):
    for headers in ({}, FRAGMENT):
        answer = client.get("/near/?area=Camden", headers=headers)
        assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
        assert not [cookie for cookie in answer.cookies if "csrf" not in cookie] and not client.session.keys()
    assert client.get("/near/?area=Camden")["Kept-Offline"] == "no visitor"
    assert client.get("/")["Kept-Offline"] == "yes visitor", "the front door itself knows no area"


def test_the_front_door_leads_to_the_atlas_without_scripts(client):
    appear("A room", area="Kentish Town")
    page = client.get("/").content.decode()
    (form,) = re.findall(r'<form[^>]*action="/atlas/"[^>]*data-near-form.*?</form>', page, re.DOTALL)
    assert 'method="get"' in form and 'name="area"' in form
    assert '<option value="Kentish Town">' in page
    assert page.index("The metropolis just now") < page.index("Near you") < page.index("The next dates")
    listed = client.get("/atlas/?area=Kentish+Town").content.decode()
    assert titles(listed) == ["A room"]


def test_the_areas_cost_the_front_door_no_query(client):
    appear("A room", area="Kentish Town")
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    assert not [each for each in queries if "DISTINCT" in each["sql"] and '"area"' in each["sql"]]


def test_it_only_answers_reading(client):
    assert client.post("/near/", {"area": "Camden"}).status_code == 405
    assert settings.ORIGIN not in things(client, "")


@pytest.mark.parametrize("path", ["/near/", "/atlas/", "/needs/", "/calls/", "/atlas/this-week"])
def test_areas_to_choose_from_are_those_that_anybody_may_read_of(client, path):
    appear("Open to all", area="Camden")
    appear("For the group", area="Secret hollow", audience=TENANTS)
    appear("Once more", area="Camden")
    page = client.get(path).content.decode()
    assert re.findall(r'<option value="([^"]+)"></option>', page) == ["Camden"]
    assert 'list="areas"' in page
