"""The list of funding calls, its filters, and calendar files."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from urllib.parse import urlencode

import icalendar
import pytest
from django.utils import timezone

from funding.actions import change_call
from funding.calendars import calendar_of
from tests.calls import CLOSES, COHOUSING, Funders
from tests.gatherings import NEXT_YEAR

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def camden(db) -> Funders:
    return Funders()


@pytest.fixture
def purse(camden, work) -> Funders:
    """Five calls: two open, one without an end, one to come, one closed."""
    now = timezone.now()
    camden.call(title="Garden grants", closes_at=now + 20 * DAY, topics=[COHOUSING], area="Camden, London")
    camden.call(title="Meeting money", closes_at=now + 5 * DAY, currency="EUR", minimum=None, maximum=None, total=900)
    camden.call(title="Always open", closes_at=None, minimum=None, maximum=None, total=None, currency="")
    camden.call(title="Next winter", opens_at=now + 9 * DAY, closes_at=now + 90 * DAY, giver="Kettle Trust")
    camden.call(title="Last summer", opens_at=now - 99 * DAY, closes_at=now - 9 * DAY)
    work()
    return camden


def titles(camden: Funders, **query: str) -> list[str]:
    answer = camden.client().get(f"/calls/?{urlencode(query)}")
    assert answer.status_code == 200
    assert not answer.context["filter"].form.errors
    return [card.title for card in answer.context["listed"]]


def test_what_closes_soonest_comes_first_and_what_is_closed_is_left_out(purse):
    assert titles(purse) == ["Meeting money", "Garden grants", "Always open", "Next winter"]
    assert titles(purse, status="any")[-1] == "Last summer"
    page = purse.client().get("/calls/").content.decode()
    assert "in 5 days" in page and "not open yet, opens" in page and "no closing date" in page
    assert "4 funding calls found." in page


def test_status_follows_from_the_dates(purse):
    assert titles(purse, status="open") == ["Meeting money", "Garden grants", "Always open"]
    assert titles(purse, status="forecasted") == ["Next winter"]
    assert titles(purse, status="closed") == ["Last summer"]


def test_filters_choose_by_topic_area_money_date_and_words(purse):
    assert titles(purse, topic="housing") == ["Meeting money", "Garden grants", "Always open", "Next winter"]
    assert titles(purse, topic="cohousing") == ["Garden grants"]
    assert titles(purse, area="camden") == ["Garden grants"]
    assert titles(purse, currency="EUR") == ["Meeting money"]
    assert titles(purse, amount="1.500") == ["Garden grants", "Next winter"]
    assert titles(purse, amount="100") == ["Meeting money"], "the others give at least 300"
    assert titles(purse, amount="£3,000") == [], "nobody gives one applicant that much"
    assert titles(purse, closes=f"{timezone.now() + 6 * DAY:%Y-%m-%d}") == ["Meeting money"]
    assert titles(purse, q="kettle") == ["Next winter"]
    assert titles(purse, q="kettle garden") == []


def test_a_deadline_on_the_day_itself_counts(camden, work):
    camden.call(closes_at=CLOSES)
    work()
    assert titles(camden, closes=f"{NEXT_YEAR}-07-15") and not titles(camden, closes=f"{NEXT_YEAR}-07-14")


def test_a_filter_that_cannot_be_read_is_named_and_left_out(purse):
    for query, said in (
        ("status=opne", "“opne”"),
        ("topic=nonsense", "“nonsense”"),
        ("closes=31/02/2027", "“31/02/2027”"),
        ("closes=9999-99-99", "2026-12-01"),
        ("amount=5O00", "“5O00” is not an amount. Write digits, as in 5000 or 5000.50"),
        ("amount=-5", "“-5”"),
        ("amount=1e400", "“1e400”"),
        ("currency=XYZ", "“XYZ”"),
        ("q=%00", "Null characters are not allowed"),
        ("area=" + "x" * 101, "100"),
        ("node=nowhere.example", "“nowhere.example”"),
    ):
        answer = purse.client().get(f"/calls/?{query}")
        assert answer.status_code == 200, query
        assert said in answer.content.decode(), query
        assert answer.context["page"].paginator.count == 4, query
        refused = purse.client().get(f"/calls/calendar.ics?{query}")
        assert refused.status_code == 400 and refused["Content-Type"].startswith("text/plain"), query
        assert query.partition("=")[0] in refused.content.decode()


def test_an_odd_address_still_gives_the_list(purse):
    for query in ("page=0", "page=x", "page=99", "page=-1", "unknown=1", "status=&topic=&amount="):
        answer = purse.client().get(f"/calls/?{query}")
        assert answer.status_code == 200 and len(answer.context["listed"]) == 4, query


def test_a_live_list_asks_for_its_fragment_alone(purse):
    answer = purse.client().get("/calls/?status=open", headers={"HX-Request": "true", "HX-Target": "results"})
    text = answer.content.decode()
    assert "<html" not in text and 'hx-get="/calls/?status=open"' in text and "Garden grants" in text
    assert "HX-Request" in answer["Vary"]


def test_empty_lists_say_what_to_do(camden):
    assert 'href="/calls/new"' in camden.client().get("/calls/").content.decode()
    assert "Nothing fits all of your filters" in camden.client().get("/calls/?q=zebra").content.decode()


def test_pages_of_the_list_keep_the_filters(camden, work):
    for number in range(21):
        camden.call(title=f"Grant {number}")
    work()
    text = camden.client().get("/calls/?status=open").content.decode()
    assert "status=open&amp;page=2" in text
    assert len(camden.client().get("/calls/?status=open&page=2").context["listed"]) == 1


def read(content: bytes) -> tuple[icalendar.Calendar, list[icalendar.Event]]:
    calendar = icalendar.Calendar.from_ical(content)
    return calendar, list(calendar.walk("VEVENT"))


def test_one_deadline_as_a_calendar_file(camden):
    call = camden.call(title="Small, steps; grants", lat=51.5, lon=-0.1, application_url="https://fund.example/apply")
    answer = camden.client().get(f"{call.get_absolute_url()}.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="{call.public_id}.ics"'
    calendar, [event] = read(answer.content)
    assert calendar["VERSION"] == "2.0" and "Flotilla" in calendar["PRODID"]
    assert event["UID"] == f"{call.uri}#deadline" and event["URL"] == call.uri
    assert event["DTSTART"].params["TZID"] == "Europe/London" and event["DTSTART"].dt == CLOSES
    assert "DTEND" not in event and "ORGANIZER" not in event, "a moment, and nobody is invited"
    assert event["SUMMARY"] == "Closes: Small, steps; grants"
    assert "£300 to £2,000" in event["DESCRIPTION"] and "https://fund.example/apply" in event["DESCRIPTION"]
    assert (event["SEQUENCE"], event["STATUS"], event["CLASS"]) == (0, "CONFIRMED", "PUBLIC")
    assert event["CATEGORIES"].cats == ["Housing"]
    assert event["GEO"].to_ical() == "51.5;-0.1" and event["LOCATION"] == "London"
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == call.updated_at.replace(microsecond=0)
    assert list(calendar.walk("VTIMEZONE"))


def test_a_deadline_in_the_hour_that_comes_twice_keeps_its_hour(camden):
    night = last_sunday_of_october(NEXT_YEAR)
    for hour in (0, 1):  # half past one in London, twice
        closes_at = dt.datetime.combine(night, dt.time(hour, 30), dt.UTC)
        _calendar, [event] = read(calendar_of([camden.call(closes_at=closes_at)]))
        assert event["DTSTART"].dt.astimezone(dt.UTC) == closes_at, event["DTSTART"].to_ical()


def last_sunday_of_october(year: int) -> dt.date:
    last = dt.date(year, 10, 31)
    return last - dt.timedelta(days=last.isoweekday() % 7)


def test_the_clocks_of_a_call_change_at_the_right_hour(camden):
    """RFC 5545 §3.6.5: at 1:00 GMT, not at 2:00 BST; and back at 2:00 BST."""
    calendar, _events = read(calendar_of([camden.call()]))
    (zone,) = calendar.walk("VTIMEZONE")
    (summer,), (_first_of_january, winter) = zone.walk("DAYLIGHT"), zone.walk("STANDARD")
    assert (summer["DTSTART"].dt.month, summer["DTSTART"].dt.hour) == (3, 1)
    assert summer["TZOFFSETFROM"].td == dt.timedelta() and summer["TZOFFSETTO"].td == dt.timedelta(hours=1)
    assert winter["DTSTART"].dt == dt.datetime.combine(last_sunday_of_october(NEXT_YEAR), dt.time(2))


def test_a_change_raises_the_sequence_so_that_calendars_take_it(camden):
    call = camden.call()
    change_call(camden.alice, call, {"closes_at": CLOSES + DAY})
    _calendar, [event] = read(camden.client().get(f"{call.get_absolute_url()}.ics").content)
    assert (event["SEQUENCE"], event["DTSTART"].dt) == (1, CLOSES + DAY)


def test_a_call_without_a_deadline_has_no_calendar_file(camden):
    call = camden.call(closes_at=None)
    assert camden.client().get(f"{call.get_absolute_url()}.ics").status_code == 404


def test_the_filtered_list_as_a_calendar_to_subscribe_to(purse):
    calendar, events = read(purse.client().get("/calls/calendar.ics").content)
    assert [str(event["SUMMARY"]) for event in events] == [
        "Closes: Meeting money",
        "Closes: Garden grants",
        "Closes: Next winter",
    ]
    assert calendar["REFRESH-INTERVAL"].dt == dt.timedelta(hours=12) and calendar["NAME"]
    _calendar, events = read(purse.client().get("/calls/calendar.ics?currency=EUR").content)
    assert len(events) == 1


def test_words_from_anywhere_cannot_break_the_calendar(camden):
    call = camden.call(title="A\r\nEND:VCALENDAR\x07 B", area="x\x00y\nATTENDEE:z", total=Decimal("40000.5"))
    _calendar, [event] = read(calendar_of([call]))
    assert event["SUMMARY"] == "Closes: A END:VCALENDAR B"
    assert event["LOCATION"] == "xy ATTENDEE:z" and "ATTENDEE" not in event
