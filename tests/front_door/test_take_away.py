"""Every list as a file: the same things in the same order, never more than the page shows, harmless in any program."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import xml.etree.ElementTree as ET

import icalendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions as accounts
from atlas.models import Card
from atlas.spreadsheets import COLUMNS, harmless
from atlas.views import takeaway
from federation import actors, audiences
from federation.models import AudienceKey, Node
from tests.gatherings import NEXT_YEAR, Camden
from tests.news import HOUSING, appear

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
TENANTS = "https://hackney.example/groups/tenants"
LISTS = [
    "/atlas/",
    "/groups/",
    "/needs/",
    "/offers/",
    "/places/",
    "/gatherings/",
    "/calls/",
    "/know-how/",
    "/expertise/",
]
WITHOUT_POINTS = ["/calls/", "/know-how/", "/expertise/"]
DATED = ["/atlas/", "/needs/", "/offers/", "/gatherings/", "/calls/"]


def rows(client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    text = answer.content.decode("utf-8")
    assert text.startswith("\ufeff"), "spreadsheet programs take it for another encoding without this mark"
    return list(csv.DictReader(io.StringIO(text[1:])))


def entries(client, address: str) -> list[ET.Element]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return list(ET.fromstring(answer.content).iter(f"{ATOM}entry"))


def uris_on_page(client, address: str) -> list[str]:
    """The addresses of the pages that a list leads to, in its order."""
    text = client.get(address).content.decode()
    return list(dict.fromkeys(re.findall(r'href="(/(?:needs|offers|groups|places)/[a-z0-9]{8,16})"', text)))


@pytest.fixture
def hackney():
    return Node.objects.create(origin="https://hackney.example", name="Hackney Together")


@pytest.mark.parametrize("page", LISTS)
@pytest.mark.parametrize("form", ["csv", "geojson", "ics", "atom"])
def test_every_list_can_be_taken_away_and_says_so(client, page, form):
    answer = client.get(f"{page}list.{form}?topic=housing")
    linked = f"{page}list.{form}?topic=housing" in client.get(f"{page}?topic=housing").content.decode()
    makes_sense = {"ics": page in DATED, "geojson": page not in WITHOUT_POINTS}.get(form, True)
    assert answer.status_code == (200 if makes_sense else 404)
    assert linked == makes_sense


@pytest.mark.parametrize("address", ["/topics/list.csv", "/nowhere/list.csv", "/needs/list.exe", "/list.csv"])
def test_there_is_no_file_where_there_is_no_list(client, address):
    assert client.get(address).status_code == 404


def test_the_files_hold_what_the_page_shows_in_the_same_order(client, hackney, work):
    for n in range(5):
        appear(f"Room {n}", HOUSING, node=hackney, lat=51.5, lon=-0.1 - n / 100, cell=n, area="Camden, London")
    appear("No point", HOUSING)
    appear("Other", kind="offer", area="Camden, London")
    Card.objects.filter(title="Room 2").update(updated=timezone.now() + dt.timedelta(minutes=1))
    query = "?topic=housing&area=Camden"
    page = uris_on_page(client, f"/needs/{query}")
    assert len(page) == 5
    assert [
        row["page"].removeprefix("http://127.0.0.1:8000") for row in rows(client, f"/needs/list.csv{query}")
    ] == page
    features = client.get(f"/needs/list.geojson{query}").json()["features"]
    assert [feature["properties"]["url"].removeprefix("http://127.0.0.1:8000") for feature in features] == page
    assert features[0]["properties"]["url"].startswith("http://"), "a file that leaves the node needs whole addresses"
    assert features[0]["properties"]["area"] == "Camden, London"
    links = [entry.find(f"{ATOM}link").get("href") for entry in entries(client, f"/needs/list.atom{query}")]
    assert [link.removeprefix("http://127.0.0.1:8000") for link in links] == page
    first = rows(client, f"/needs/list.csv{query}")[0]
    assert first["title"] == "Room 2"
    assert first["node"] == "Hackney Together"
    assert first["topics"] == "Housing"
    assert (float(first["lat"]), float(first["lon"])) == (51.5, -0.12)


def test_gatherings_come_in_the_order_of_their_page_and_without_what_is_over(client, work):
    camden = Camden()
    for day, title in ((3, "Third"), (1, "First"), (2, "Second")):
        starts = dt.datetime(NEXT_YEAR, 3, day, 18, tzinfo=dt.UTC)
        camden.gathering(title=title, starts=starts, ends=starts + dt.timedelta(hours=2))
    long_ago = dt.datetime(2020, 3, 1, 18, tzinfo=dt.UTC)
    camden.gathering(title="Over", starts=long_ago, ends=long_ago + dt.timedelta(hours=2))
    work()
    assert [row["title"] for row in rows(client, "/gatherings/list.csv")] == ["First", "Second", "Third"]
    text = client.get("/gatherings/").content.decode()
    assert text.index("First") < text.index("Second") < text.index("Third")


def test_points_are_points_however_many_there_are(client, monkeypatch):
    from atlas import points

    monkeypatch.setattr(points, "MOST_POINTS", 2)
    for n in range(6):
        appear(f"Room {n}", lat=51.5, lon=-0.1, cell=n)
    found = client.get("/atlas/list.geojson").json()
    assert [feature["geometry"]["type"] for feature in found["features"]] == ["Point"] * 6
    assert not any("cluster" in feature["properties"] for feature in found["features"])


@pytest.mark.parametrize("form", ["csv", "geojson", "ics", "atom"])
def test_what_one_may_not_see_is_in_no_file(client, form):
    bob, charlie = (accounts.make_account(f"{name}@tenants.example") for name in ("bob", "charlie"))
    for_members = audiences.of_group(TENANTS)
    AudienceKey.objects.create(actor=actors.for_user(bob), audience=for_members)
    placed = {"lat": 51.5, "lon": -0.1, "cell": 1, "ends": timezone.now() + dt.timedelta(days=9)}
    appear("Only for members", audience=for_members, **placed)
    appear("For everyone", **placed)
    for reader, sees in ((None, False), (charlie, False), (bob, True)):
        client.logout()
        if reader:
            client.force_login(reader)
        text = client.get(f"/needs/list.{form}").content.decode()
        assert "For everyone" in text
        assert ("Only for members" in text) == sees
        assert client.get(f"/needs/list.{form}")["Cache-Control"] == "private, no-cache"
    blocked = Node.objects.create(origin="https://spam.example", blocked_at=timezone.now())
    appear("Spam", node=blocked, **placed)
    assert "Spam" not in client.get(f"/needs/list.{form}").content.decode()


@pytest.mark.parametrize("form", ["csv", "geojson", "ics", "atom"])
def test_a_filter_that_cannot_be_read_is_named_and_gives_no_file(client, form):
    answer = client.get(f"/needs/list.{form}?topic=atlantis")
    assert answer.status_code == 400
    assert "topic: We do not know “atlantis”" in answer.content.decode()


# --- Spreadsheets ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", '=cmd|"/C calc"!A0'])
def test_a_title_is_no_formula(client, title):
    Card.objects.filter(pk=appear("x").pk).update(title=title, summary=title, group_name=title, area=title)
    (row,) = rows(client, "/needs/list.csv")
    for column in ("title", "summary", "from", "area"):
        assert row[column].startswith("'"), column


@pytest.mark.parametrize("text", ["", "A room", "5 - 3", "a=b", "'quoted'"])
def test_ordinary_text_stays_as_it_is(text):
    assert harmless(text) == text


def test_commas_quotes_and_lines_stay_in_their_cell(client):
    Card.objects.filter(pk=appear("x").pk).update(title='A "big", room', summary="one\ntwo; three")
    (row,) = rows(client, "/needs/list.csv")
    assert (row["title"], row["summary"]) == ('A "big", room', "one\ntwo; three")
    assert set(row) == set(COLUMNS)


def test_a_list_too_long_for_one_file_says_so_in_its_last_line(client, monkeypatch):
    monkeypatch.setattr(takeaway, "MOST_TAKEN", 3)
    for n in range(5):
        appear(f"Room {n}")
    found = rows(client, "/needs/list.csv")
    assert len(found) == 4
    assert found[-1]["kind"].startswith("Only the first 3 of 5 are in this file.")


def test_the_words_are_in_the_readers_language_and_the_columns_are_not(client):
    appear("Una sala", HOUSING)
    (row,) = list(
        csv.DictReader(
            io.StringIO(client.get("/needs/list.csv", headers={"accept-language": "it"}).content.decode()[1:])
        )
    )
    assert row["topics"] == "Abitare"


# --- Feeds ----------------------------------------------------------------------------------------------


def test_a_feed_reader_gets_what_rfc_4287_asks_for(client, hackney):
    appear("A <b>hall</b>", HOUSING, node=hackney, summary="For < 40 & more", language="en")
    answer = client.get("/needs/list.atom?topic=housing")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    assert feed.tag == f"{ATOM}feed"
    assert feed.get(LANGUAGE) == "en"
    assert feed.find(f"{ATOM}id").text == "http://127.0.0.1:8000/needs/list.atom?topic=housing"
    assert {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")} == {
        "alternate": "http://127.0.0.1:8000/needs/?topic=housing",
        "self": "http://127.0.0.1:8000/needs/list.atom?topic=housing",
    }
    (entry,) = feed.findall(f"{ATOM}entry")
    card = Card.objects.get()
    assert entry.find(f"{ATOM}id").text == card.uri
    assert entry.find(f"{ATOM}title").text == "A <b>hall</b>"
    assert entry.find(f"{ATOM}summary").text == "For &lt; 40 &amp; more"
    assert entry.get(LANGUAGE) == "en"
    assert dt.datetime.fromisoformat(entry.find(f"{ATOM}updated").text) == card.updated
    assert entry.find(f"{ATOM}author/{ATOM}name").text == "Hackney Together"


def test_the_page_of_a_list_tells_feed_readers_where_to_look(client):
    text = client.get("/needs/?topic=housing").content.decode()
    assert '<link rel="alternate" type="application/atom+xml" href="/needs/list.atom?topic=housing">' in text


def test_a_feed_has_the_newest_fifty_and_control_characters_break_none(client):
    for n in range(52):
        appear(f"Room {n}", summary="a\x08b")
    found = entries(client, "/atlas/list.atom")
    assert len(found) == 50
    assert found[0].find(f"{ATOM}title").text == "Room 51"


def test_an_empty_feed_is_a_feed(client):
    assert entries(client, "/offers/list.atom") == []


# --- Calendars ------------------------------------------------------------------------------------------


def test_what_has_a_date_can_go_to_a_calendar(client):
    soon = timezone.now().replace(microsecond=0) + dt.timedelta(days=30)
    appear("A need", ends=soon, area="Camden")
    appear("A fair", kind="market", starts=soon, ends=soon + dt.timedelta(hours=2), state="cancelled")
    appear("An open call", kind="call", starts=soon, ends=soon + dt.timedelta(days=60))
    appear("Undated")
    calendar = icalendar.Calendar.from_ical(client.get("/atlas/list.ics").content)
    events = {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}
    assert set(events) == {"Until: A need", "A fair", "An open call"}
    assert str(events["An open call"]["TRANSP"]) == "TRANSPARENT", "nobody is busy for two months"
    assert "TRANSP" not in events["A fair"]
    assert events["Until: A need"].decoded("DTSTART") == soon
    assert events["A fair"].decoded("DTEND") == soon + dt.timedelta(hours=2)
    assert str(events["A fair"]["STATUS"]) == "CANCELLED"
    assert str(events["Until: A need"]["UID"]) == Card.objects.get(title="A need").uri


def test_the_calendar_of_gatherings_is_the_one_their_app_makes(client, work):
    camden = Camden()
    starts = dt.datetime(NEXT_YEAR, 3, 1, 18, tzinfo=dt.UTC)
    camden.gathering(title="Housing lab", starts=starts, ends=starts + dt.timedelta(hours=2))
    work()
    assert client.get("/gatherings/list.ics").content == client.get("/gatherings/calendar.ics").content


# --- What it costs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "geojson", "ics", "atom"])
def test_a_file_that_has_not_changed_is_not_sent_again(client, form):
    card = appear("A room", HOUSING)
    first = client.get(f"/needs/list.{form}")
    again = client.get(f"/needs/list.{form}", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Card.objects.filter(pk=card.pk).update(updated=timezone.now() + dt.timedelta(seconds=5))
    assert client.get(f"/needs/list.{form}", headers={"if-none-match": first["ETag"]}).status_code == 200
    italian = {"if-none-match": first["ETag"], "accept-language": "it"}
    Card.objects.filter(pk=card.pk).update(updated=card.updated)
    assert client.get(f"/needs/list.{form}", headers=italian).status_code == 200


@pytest.mark.parametrize("form", ["csv", "geojson", "ics", "atom"])
def test_a_file_asks_the_database_as_often_for_many_as_for_two(client, hackney, form):
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/needs/list.{form}")
        return len(captured)

    placed = {"node": hackney, "lat": 51.5, "lon": -0.1, "cell": 1}
    for n in range(2):
        appear(f"Room {n}", HOUSING, **placed)
    asked()
    few = asked()
    for n in range(20):
        appear(f"More {n}", HOUSING, **placed)
    assert asked() <= few <= 8
