"""A list in a frame on somebody else's website: only that address can be framed, and it shows what any visitor sees."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions as accounts
from atlas.models import Card
from atlas.views.embed import MOST_SHOWN
from federation import actors, audiences
from federation.models import AudienceKey
from tests.gatherings import NEXT_YEAR, Camden
from tests.news import HOUSING, appear

pytestmark = pytest.mark.django_db

BUDGET = 8
TENANTS = "https://hackney.example/groups/tenants"
FRAMES = ["/atlas/embed/", "/needs/embed/", "/gatherings/embed/", "/calls/embed/", "/know-how/embed/", "/groups/embed/"]
NEVER_FRAMED = ["/", "/atlas/", "/needs/", "/atlas/on-your-website", "/accounts/login/", "/style/", "/nowhere"]


def ancestors(answer) -> str:
    (found,) = re.findall(r"frame-ancestors ([^;]*)", answer["Content-Security-Policy"])
    return found.strip()


def text_of(client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.fixture
def member(client):
    """Somebody signed in who may see more than visitors: in Italian, with the clocks of Rome."""
    user = accounts.make_account("bob@tenants.example", "a long enough secret")
    user.language, user.time_zone = "it", "Europe/Rome"
    user.save()
    AudienceKey.objects.create(actor=actors.for_user(user), audience=audiences.of_group(TENANTS))
    client.force_login(user)
    return client


# --- Who may frame what ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", FRAMES)
def test_any_website_may_show_a_frame(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert ancestors(answer) == "*"
    assert "X-Frame-Options" not in answer
    assert "script-src 'self'" in answer["Content-Security-Policy"], "everything else of the policy stays"


def test_an_answer_without_a_body_says_so_too(client):
    """Browsers replace the headers they kept by those of a 304: a single “DENY” would empty the frame."""
    first = client.get("/atlas/embed/")
    again = client.get("/atlas/embed/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert ancestors(again) == "*"
    assert "X-Frame-Options" not in again


@pytest.mark.parametrize("address", [*NEVER_FRAMED, "/atlas/embed/points.geojson", "/nowhere/embed/"])
def test_nothing_else_can_be_framed(client, address):
    answer = client.get(address)
    assert ancestors(answer) == "'none'"
    assert answer["X-Frame-Options"] == "DENY"


def test_there_is_no_frame_where_there_is_no_list(client):
    for address in ("/topics/embed/", "/nowhere/embed/", "/topics/on-your-website", "/calls/embed/points.geojson"):
        assert client.get(address).status_code == 404, address


# --- What is shown --------------------------------------------------------------------------------------


def test_it_shows_the_list_as_it_is_filtered_and_leads_to_it(client):
    appear("A dry hall", HOUSING, area="Camden, London")
    appear("A ladder")
    text = text_of(client, "/atlas/embed/?topic=housing&area=Camden")
    assert "A dry hall" in text
    assert "A ladder" not in text
    assert '<a href="/atlas/?area=Camden&amp;topic=housing">' in text
    assert '<base target="_blank">' in text, "what is followed cannot open in the frame"
    assert "Links open in a new window." in text
    assert "<nav" not in text


def test_the_frame_of_a_list_has_the_filters_of_that_list(client, work):
    camden = Camden()
    starts = dt.datetime(NEXT_YEAR, 3, 1, 18, tzinfo=dt.UTC)
    camden.gathering(title="Housing lab", starts=starts, ends=starts + dt.timedelta(hours=2))
    work()
    appear("A dry hall")
    assert "Housing lab" in text_of(client, "/gatherings/embed/?kind=lab")
    assert "Housing lab" not in text_of(client, "/gatherings/embed/?kind=festival")
    assert "A dry hall" not in text_of(client, "/gatherings/embed/")


def test_who_is_signed_in_sees_what_any_visitor_sees(member, client):
    appear("For everyone", lat=51.5, lon=-0.1, cell=1)
    secret = {"audience": audiences.of_group(TENANTS), "lat": 51.5, "lon": -0.2, "cell": 2}
    appear("For the tenants only", **secret)
    assert "For the tenants only" in text_of(member, "/atlas/"), "or this test shows nothing"
    signed_in = member.get("/atlas/embed/", headers={"accept-language": "en"})
    points = member.get("/atlas/embed/points.geojson").json()
    member.logout()
    visitor = client.get("/atlas/embed/", headers={"accept-language": "en"})
    assert "For everyone" in visitor.content.decode()
    assert "For the tenants only" not in visitor.content.decode()
    assert signed_in.content == visitor.content
    assert signed_in["ETag"] == visitor["ETag"]
    assert [feature["properties"]["title"] for feature in points["features"]] == ["For everyone"]


def test_the_clock_is_the_nodes_whoever_looks(member):
    starts = dt.datetime(NEXT_YEAR, 7, 1, 18, tzinfo=dt.UTC)
    appear("A fair", kind="gathering", starts=starts)
    text = text_of(member, "/atlas/embed/?language=en")
    assert "6pm" in text
    assert "UTC" in text


def test_it_sets_no_cookie_and_may_be_kept_for_minutes(client):
    answer = client.get("/atlas/embed/")
    assert not answer.cookies
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["ETag"]


def test_it_is_as_long_as_a_frame_may_be(client):
    for n in range(MOST_SHOWN + 30):
        appear(f"{n} " + "long " * 50, HOUSING, summary="words " * 46)
    answer = client.get("/atlas/embed/")
    assert answer.content.decode().count('<article class="card"') == MOST_SHOWN
    assert f"These are {MOST_SHOWN} of {MOST_SHOWN + 30}." in answer.content.decode()
    assert len(answer.content) < 80_000


def test_an_empty_frame_says_so(client):
    assert "There is nothing here at the moment." in text_of(client, "/needs/embed/")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/atlas/embed/?topic=atlantis", "We do not know “atlantis”"),
        ("/atlas/embed/?view=globe", "Choose one of these: list, map."),
        ("/atlas/embed/?language=tlh", "Choose one of these: en, it."),
        ("/atlas/embed/?theme=mud", "Choose one of these: auto, light, dark."),
        ("/atlas/embed/?bbox=here", "is not a part of the map"),
        ("/atlas/embed/?q=" + "x" * 5000, "at most 200 characters"),
    ],
)
def test_what_cannot_be_read_is_named(client, address, said):
    assert said in unescape(text_of(client, address))


# --- Language, colours, map -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "asks", "speaks"),
    [("", "it", "it"), ("", "de, it;q=0.5", "it"), ("", "de", "en"), ("?language=it", "en", "it"), ("", "*", "en")],
)
def test_it_speaks_the_language_asked_for(client, query, asks, speaks):
    answer = client.get(f"/atlas/embed/{query}", headers={"accept-language": asks})
    assert f'<html lang="{speaks}"' in answer.content.decode()
    assert answer["Content-Language"] == speaks
    assert "Accept-Language" in answer["Vary"]


def test_neither_account_nor_cookie_choose_its_language(member):
    member.cookies[settings.LANGUAGE_COOKIE_NAME] = "it"
    assert '<html lang="en"' in text_of(member, "/atlas/embed/")


@pytest.mark.parametrize(("query", "theme"), [("", ""), ("?theme=auto", ""), ("?theme=dark", "dark")])
def test_its_colours_are_those_asked_for(client, query, theme):
    assert f'data-theme="{theme}"' in text_of(client, f"/atlas/embed/{query}")


def test_a_map_reads_the_points_visitors_may_see(client):
    appear("A dry hall", HOUSING, lat=51.5, lon=-0.1, cell=1)
    assert "<script" not in text_of(client, "/atlas/embed/"), "a list needs none"
    text = text_of(client, "/atlas/embed/?view=map&topic=housing&language=it")
    (source,) = re.findall(r'data-source="([^"]+)"', text)
    assert unescape(source) == "/atlas/embed/points.geojson?topic=housing&language=it"
    assert "A dry hall" in text, "the list is there without JavaScript"
    answer = client.get(unescape(source))
    assert answer["Cache-Control"] == "public, max-age=300"
    assert [feature["properties"]["title"] for feature in answer.json()["features"]] == ["A dry hall"]
    assert client.get("/atlas/embed/points.geojson?zoom=99").status_code == 400


def test_a_list_without_points_has_no_map(client):
    assert "data-island" not in text_of(client, "/calls/embed/?view=map")


def test_a_frame_asks_the_database_as_often_for_many_as_for_two(client):
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/atlas/embed/?topic=housing&view=map")
        return len(captured)

    for n in range(2):
        appear(f"Room {n}", HOUSING)
    asked()
    few = asked()
    for n in range(15):
        appear(f"More {n}", HOUSING)
    assert asked() == few <= BUDGET


# --- “Put this on your website” -------------------------------------------------------------------------


def snippet(text: str) -> str:
    """What a reader copies out of the box."""
    (found,) = re.findall(r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>", text, re.DOTALL)
    return unescape(found)


def source_of(frame: str) -> str:
    found, *_others = re.findall(r'<iframe[^>]* src="([^"]*)"', frame)
    return unescape(found)


@pytest.mark.parametrize("page", ["/atlas/", "/needs/", "/gatherings/", "/calls/", "/places/"])
def test_every_list_offers_its_frame(client, page):
    assert f'href="{page}on-your-website?topic=housing"' in text_of(client, f"{page}?topic=housing")


def test_the_lines_to_copy_show_the_same_list(client):
    appear("A dry hall", HOUSING)
    lines = snippet(text_of(client, "/needs/on-your-website?topic=housing&language=it&theme=dark&view=map&size=narrow"))
    assert 'width="280" height="640" loading="lazy"' in lines
    assert 'title="Needs: Housing – ' in lines
    source = urlsplit(source_of(lines))
    assert f"{source.scheme}://{source.netloc}{source.path}" == f"{settings.ORIGIN}/needs/embed/"
    asked = {name: value for name, [value] in parse_qs(source.query).items()}
    assert asked == {"topic": "housing", "view": "map", "language": "it", "theme": "dark"}
    assert "A dry hall" in text_of(client, f"{source.path}?{source.query}")


def test_without_choices_the_lines_say_the_language_of_the_page(client):
    lines = snippet(text_of(client, "/atlas/on-your-website", **{"accept-language": "it"}))
    assert source_of(lines) == f"{settings.ORIGIN}/atlas/embed/?language=it"


def test_where_somebody_is_does_not_go_to_their_website(client):
    text = text_of(client, "/atlas/on-your-website?near=51.536,-0.140&layer=face")
    sources = [source_of(snippet(text)), source_of(text)]
    assert all("layer=face" in source and "51.536" not in source for source in sources), sources


def test_words_of_the_filter_stay_words_in_the_lines(client):
    text = text_of(client, "/atlas/on-your-website?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in text
    lines = snippet(text)
    assert "<script>" not in lines
    assert "&quot;&gt;&lt;script&gt;" in lines


def test_what_cannot_be_chosen_is_named(client):
    text = unescape(text_of(client, "/atlas/on-your-website?size=huge&topic=atlantis"))
    assert "Choose one of these: wide, narrow." in text
    assert "We do not know “atlantis”" in text
    assert "size=huge" not in snippet(text)


def test_a_member_gets_lines_that_say_nothing_of_their_group(member):
    Card.objects.filter(
        pk=appear("Secret", audience=audiences.of_group(TENANTS), group_uri=TENANTS, group_name="Tenants").pk
    ).update(speaker_uri=TENANTS)
    assert "Tenants" not in snippet(text_of(member, f"/atlas/on-your-website?group={TENANTS}")).replace(TENANTS, "")
