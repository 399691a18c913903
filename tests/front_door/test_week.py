"""“This week” on one sheet: only what is public, only what takes place, and never more than there is room for."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
import segno
import time_machine
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone

from accounts import actions as accounts
from atlas import week
from federation import actors, audiences
from federation.models import AudienceKey, Node
from tests.gatherings import Camden
from tests.news import HOUSING, appear

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
TENANTS = "https://hackney.example/groups/tenants"


@pytest.fixture(autouse=True)
def _on_monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


def on(title: str, days: float = 0, hours: float = 10, *topics: str, **more):
    """A gathering so many days and hours after Monday midnight."""
    starts = MONDAY.replace(hour=0) + dt.timedelta(days=days, hours=hours)
    return appear(title, *topics, kind="gathering", starts=starts, **({"ends": starts + dt.timedelta(hours=2)} | more))


def sheet(client, query: str = "", **headers: str) -> str:
    answer = client.get(f"/atlas/this-week{query}", headers=headers)
    assert answer.status_code == 200, answer.content
    (found,) = re.findall(r'<article class="sheet">(.*?)</article>', answer.content.decode(), re.DOTALL)
    return unescape(re.sub(r"\s+", " ", found))


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_the_week_stands_day_by_day_with_place_steps_and_who_organises(client):
    on("A walk", 2, 18, area="Camden, London", step_free=True, group_name="Tenants of Camden")
    on("A lab", 0, 14.5, node=Node.objects.create(origin="https://hackney.example", name="Hackney Together"))
    text = words(sheet(client))
    assert "23 November to 29 November 2026" in text
    monday, wednesday = text.index("Monday 23 November 2026"), text.index("Wednesday 25 November 2026")
    assert monday < text.index("from 2:30pm to 4:30pm A lab") < text.index("Hackney Together") < wednesday
    assert "from 6pm to 8pm A walk Camden, London · No steps · Tenants of Camden" in text
    assert "As it was on 23 November 2026, 9am. Times are in UTC." in text


def test_it_holds_what_takes_place_in_seven_days_and_nothing_else(client):
    on("Over", 0, 2)
    on("Called off", 1, state="cancelled")
    on("Put off", 1, state="postponed")
    on("Next week", 7, 1)
    on("Sunday night", 6, 23.5)
    on("Online now", 1, state="moved-online")
    on("A festival", -2, 9, ends=MONDAY + dt.timedelta(days=3))
    on("Sunday to today", -1, 9, ends=MONDAY + dt.timedelta(hours=3))
    appear("A need with a last day", direction="need", ends=MONDAY + dt.timedelta(days=2))
    appear("A call", kind="call", starts=MONDAY, ends=MONDAY + dt.timedelta(days=2))
    text = words(sheet(client))
    dates, asked = text.split("Who needs what")
    for title in ("Over", "Called off", "Put off", "Next week", "A call", "A need"):
        assert title not in dates, title
    assert "Sunday 29 November 2026 11:30pm until 30 November 2026 Sunday night" in dates
    assert "Moved online" in dates
    assert "until 26 November 2026 A festival" in dates
    assert "until 23 November 2026 Sunday to today" in dates
    assert dates.index("Monday 23 November") < dates.index("A festival") < dates.index("Tuesday 24 November")
    assert "A need with a last day" in asked


def test_what_has_no_end_stands_at_its_hour(client):
    on("An open evening", 1, 19, ends=None)
    assert "Tuesday 24 November 2026 7pm An open evening" in words(sheet(client))


def test_it_narrows_to_area_topic_and_group_and_says_so(client):
    on("Here", 1, 10, HOUSING, area="Camden, London", group_uri=TENANTS, group_name="Tenants")
    on("There", 1, 11, area="Hackney, London")
    text = sheet(client, f"?topic=housing&area=Camden&group={TENANTS}")
    assert "Here" in text
    assert "There" not in text
    assert "Housing, Camden, Tenants" in text


def test_an_empty_week_says_so(client):
    text = words(sheet(client))
    assert "No gathering is announced for these seven days." in text
    assert "Who needs what" not in text


def test_needs_and_offers_follow_the_newest_first_and_only_those_that_hold(client):
    for n in range(6):
        appear(f"Need {n}", direction="need")
    appear("A van", kind="offer", direction="offer")
    appear("Too late", direction="need", ends=MONDAY - dt.timedelta(days=1))
    appear("Closed", direction="need", state="closed")
    text = words(sheet(client))
    assert [f"Need {n}" for n in range(6) if f"Need {n}" in text] == ["Need 2", "Need 3", "Need 4", "Need 5"]
    assert text.index("Need 5") < text.index("Need 2") < text.index("Who offers what") < text.index("A van")
    assert "Too late" not in text
    assert "Closed" not in text


def test_what_hangs_on_a_wall_is_public_whoever_prints_it(client):
    user = accounts.make_account("bob@tenants.example", "a long enough secret")
    AudienceKey.objects.create(actor=actors.for_user(user), audience=audiences.of_group(TENANTS))
    on("For everyone", 1)
    on("For the tenants", 1, audience=audiences.of_group(TENANTS))
    appear("A need of the tenants", direction="need", audience=audiences.of_group(TENANTS))
    client.force_login(user)
    assert "For the tenants" in client.get("/atlas/?kind=gathering").content.decode(), "or this test shows nothing"
    text = sheet(client)
    assert "For everyone" in text
    assert "tenants" not in text


def test_the_code_leads_to_the_same_page_and_its_address_stands_beside_it(client):
    text = sheet(client, "?topic=housing&area=Camden")
    address = f"{settings.ORIGIN}/atlas/this-week?area=Camden&topic=housing"
    assert f'<span class="sheet-address">{address}</span>' in text
    (path,) = re.findall(r'<path stroke="#000" d="([^"]+)"', text)
    assert path in segno.make(address, error="m", micro=False).svg_inline(omitsize=True)
    assert "style=" not in text
    assert "data:" not in text


def test_a_choice_too_long_for_a_code_says_so(client):
    text = sheet(client, "?q=" + "%C3%A0" * 150)
    assert "qr-code" not in text
    assert "Your choice is too long for a code." in text
    assert f"{settings.ORIGIN}/atlas/<" in text


def test_what_it_cannot_read_is_named(client):
    text = unescape(client.get("/atlas/this-week?topic=atlantis&steps=many").content.decode())
    assert "We do not know “atlantis”" in text
    assert "Choose one of these: none." in text


def test_there_is_never_more_than_there_is_room_for(client):
    for n in range(80):
        on(f"{n} " + "A very long title of a gathering " * 8, n % 7, 10 + n / 20)
        appear(f"{n} " + "A need " * 30, direction="need")
        appear(f"{n} " + "An offer " * 30, kind="offer", direction="offer")
    made = week.sheet(week.WeekFilter(QueryDict(), week.Card.objects.visible_to(None)).qs)
    dates = [date for day in made.days for date in day.dates]
    lines = sum(date.lines for date in dates) + week.DAY_LINES * len(made.days)
    assert lines < week.LINES
    assert made.left_out == 80 - len(dates)
    assert (made.needs, made.offers) == ([], []), "dates come first"
    assert f"And {made.left_out} more" in sheet(client)


def test_a_quiet_week_leaves_room_for_four_needs_and_four_offers(client):
    on("A lab", 1)
    for n in range(9):
        appear(f"Need {n}", direction="need")
        appear(f"Offer {n}", kind="offer", direction="offer")
    text = sheet(client)
    assert len(re.findall("Need [0-9]", text)) == len(re.findall("Offer [0-9]", text)) == 4


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("/", "/atlas/this-week"),
        ("/atlas/", "/atlas/this-week"),
        ("/atlas/?topic=housing&kind=need&since=2026-01-01", "/atlas/this-week?topic=housing"),
        ("/gatherings/?kind=lab&area=Camden", "/atlas/this-week?area=Camden"),
    ],
)
def test_lists_of_what_takes_place_lead_to_it(client, page, link):
    assert f'href="{link}"' in client.get(page).content.decode()


def test_lists_on_which_nothing_takes_place_do_not(client):
    assert "this-week" not in client.get("/calls/").content.decode()


def test_it_speaks_the_readers_language_and_marks_that_of_a_title(client, work):
    camden = Camden()
    starts = timezone.now() + dt.timedelta(days=1)
    camden.gathering(title="Housing lab", starts=starts, ends=starts + dt.timedelta(hours=2))
    work()
    text = sheet(client, **{"accept-language": "it"})
    assert "martedì 24 novembre 2026" in text
    assert ' lang="en">Housing lab</a>' in text
