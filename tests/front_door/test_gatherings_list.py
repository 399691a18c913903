"""The list with its filters, and calendar files that any calendar program can read."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts import zones
from events.calendars import calendar_of
from events.models import Gathering
from tests.gatherings import NEXT_YEAR, Camden

pytestmark = pytest.mark.django_db


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


@pytest.fixture
def season(camden, work) -> Camden:
    """Four gatherings to choose among, and one that is over."""
    year = NEXT_YEAR
    day = dt.timedelta(days=1)
    camden.gathering(
        title="Housing lab",
        starts=dt.datetime(year, 3, 1, 18, tzinfo=dt.UTC),
        ends=dt.datetime(year, 3, 1, 20, tzinfo=dt.UTC),
    )
    camden.gathering(
        title="Planning class",
        kind="master-class",
        axis="research",
        topics=["urn:flotilla:topic:planning"],
        starts=dt.datetime(year, 4, 1, 18, tzinfo=dt.UTC),
        ends=dt.datetime(year, 4, 1, 20, tzinfo=dt.UTC),
    )
    camden.gathering(
        title="Hackney festa",
        kind="festival",
        area="Hackney, London",
        axis="action",
        topics=["urn:flotilla:topic:private-renting"],
        starts=dt.datetime(year, 5, 1, 9, tzinfo=dt.UTC),
        ends=dt.datetime(year, 5, 9, 20, tzinfo=dt.UTC),
    )
    camden.gathering(
        title="Monthly meeting",
        kind="meeting",
        topics=[],
        place="",
        online=True,
        area="",
        lat=None,
        lon=None,
        address="",
        starts=dt.datetime(year, 6, 1, 18, tzinfo=dt.UTC),
        ends=dt.datetime(year, 6, 1, 20, tzinfo=dt.UTC),
    )
    camden.gathering(title="Long over", starts=timezone.now() - 3 * day, ends=timezone.now() - 2 * day)
    work()
    return camden  # fmt: skip


def titles(camden: Camden, **query) -> list[str]:
    page = camden.client().get(f"/gatherings/?{urlencode(query)}")
    assert page.status_code == 200
    return [card.title for card in page.context["page"]]


ALL = ["Housing lab", "Planning class", "Hackney festa", "Monthly meeting"]


def test_the_soonest_comes_first_and_what_is_over_is_left_out(season):
    assert titles(season) == ALL


def test_filters_say_what_they_do(season):
    yesterday = timezone.now().date() - dt.timedelta(days=3)
    for query, expected in {
        ("kind", "lab"): ["Housing lab"],
        ("kind", "festival"): ["Hackney festa"],
        ("topic", "housing"): ["Housing lab", "Hackney festa"],
        ("topic", "planning"): ["Planning class"],
        ("axis", "action"): ["Hackney festa"],
        ("area", "hackney"): ["Hackney festa"],
        ("q", "planning"): ["Planning class"],
        ("since", f"{NEXT_YEAR}-05-05"): ["Hackney festa", "Monthly meeting"],
        ("since", f"{yesterday}"): ["Long over", *ALL],
        ("until", f"{NEXT_YEAR}-03-31"): ["Long over", "Housing lab"],
        ("node", "here"): ALL,
        ("page", "2"): ALL,
        ("kind", ""): ALL,
    }.items():
        assert titles(season, **dict([query])) == expected, query


def test_the_state_of_the_filters_is_in_the_address(season):
    page = season.client().get("/gatherings/?kind=lab&topic=housing").content.decode()
    assert 'class="chip" href="?topic=housing"' in page or 'href="?topic=housing"' in page
    assert "/gatherings/calendar.ics?kind=lab&amp;topic=housing" in page


def test_words_of_either_language_find_a_gathering_and_a_mistyped_one_is_mended(season):
    assert "Housing lab" in season.client().get("/gatherings/?q=laboratorio").content.decode()
    page = season.client().get("/gatherings/?q=hosuing").content.decode()
    assert "Housing lab" in page and "Showing results for “housing”." in page


def test_nothing_found_offers_a_way_on(season):
    page = season.client().get("/gatherings/?q=zeppelin").content.decode()
    assert "Nothing fits all of your filters" in page and "Show all gatherings" in page


def test_an_empty_node_says_what_would_be_here(camden):
    page = camden.client().get("/gatherings/").content.decode()
    assert "No dates yet" in page and "/gatherings/new" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "orgy"),
        ("kind", "lba"),
        ("topic", "' OR 1=1 --"),
        ("axis", "\0"),
        ("since", "0000-00-00"),
        ("since", "2026-13-45"),
        ("until", "9999999-01-01"),
        ("since", "yesterday"),
        ("node", "https://mars.example"),
        ("q", "x" * 5000),
        ("q", "a\0b"),
        ("area", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")),
    ],
)
def test_what_a_filter_cannot_read_it_names(season, field, value):
    page = season.client().get("/gatherings/", {field: value})
    calendar = season.client().get("/gatherings/calendar.ics", {field: value})
    assert page.status_code == 200
    if field in {"area"}:
        assert calendar.status_code == 200
        return
    assert "There is something to mend" in page.content.decode()
    assert page.context["filter"].form.errors.keys() == {field}
    assert 'href="/gatherings/calendar.ics"' in page.content.decode(), "with what was understood"
    assert calendar.status_code == 400, "a calendar to subscribe to is not widened"
    assert calendar.content.decode().startswith(f"{field}: ")


@pytest.mark.parametrize("page", ["0", "-1", "zz", "9" * 40, "\0"])
def test_any_page_number_gives_a_page(season, page):
    assert titles(season, page=page) == ALL


def test_a_live_list_asks_for_its_fragment(season):
    answer = (
        season.client().get("/gatherings/", headers={"HX-Request": "true", "HX-Target": "results"}).content.decode()
    )
    assert "<html" not in answer and "Housing lab" in answer


@pytest.mark.parametrize("many", [1, 20])
def test_the_list_asks_the_database_little(camden, work, django_assert_max_num_queries, many):
    for number in range(many):
        camden.gathering(title=f"Lab {number}")
    work()
    client = camden.client()
    client.get("/gatherings/")
    with django_assert_max_num_queries(8):
        assert len(client.get("/gatherings/").context["page"]) == many
    with django_assert_max_num_queries(5):
        client.get("/gatherings/calendar.ics")


# --- Calendar files -----------------------------------------------------------------------------------


def only_event(content: bytes) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return event


def test_one_gathering_as_a_calendar_file(camden):
    lab = camden.gathering(title="Lab; with, signs \\ and\nlines")
    answer = camden.client().get(f"{lab.get_absolute_url()}.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert f'filename="{lab.public_id}.ics"' in answer["Content-Disposition"]
    event = only_event(answer.content)
    assert (str(event["UID"]), str(event["URL"]), event["SEQUENCE"]) == (lab.uri, lab.uri, 0)
    assert str(event["SUMMARY"]) == lab.title
    assert (str(event["STATUS"]), str(event["LOCATION"])) == (
        "CONFIRMED", "Camden Town Hall, Judd Street, London WC1H 9JE",
    )  # fmt: skip
    assert (event["GEO"].latitude, event["GEO"].longitude) == (51.529, -0.1255)
    assert event["DTSTART"].params["TZID"] == "Europe/London"
    assert event["DTSTART"].dt.replace(tzinfo=None) == dt.datetime(NEXT_YEAR, 7, 5, 18, 30)  # noqa: DTZ001
    assert event["LAST-MODIFIED"].dt == event["DTSTAMP"].dt == lab.updated_at.replace(microsecond=0)
    assert b"BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n" in answer.content
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n")), "RFC 5545 §3.1"


def test_a_change_raises_the_sequence_and_says_the_state(camden):
    from events.actions.gatherings import change_gathering

    lab = camden.gathering()
    change_gathering(camden.alice, lab, {"state": "cancelled"})
    event = only_event(camden.client().get(f"{lab.get_absolute_url()}.ics").content)
    assert (event["SEQUENCE"], str(event["STATUS"])) == (1, "CANCELLED")


def test_the_filtered_list_as_one_calendar(season):
    content = season.client().get("/gatherings/calendar.ics?kind=lab").content
    assert [str(event["SUMMARY"]) for event in icalendar.Calendar.from_ical(content).walk("VEVENT")] == ["Housing lab"]
    content = season.client().get("/gatherings/calendar.ics").content
    calendar = icalendar.Calendar.from_ical(content)
    assert [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")] == ALL
    assert len(calendar.walk("VTIMEZONE")) == 1, "one zone is said once"


def test_onsets_are_written_on_the_clock_before_the_change(camden):
    """RFC 5545 §3.6.5: at 1:00 GMT, not at 2:00 BST; programs that read it otherwise would be an hour off."""
    content = camden.client().get(f"{camden.gathering().get_absolute_url()}.ics").content
    (zone,) = icalendar.Calendar.from_ical(content).walk("VTIMEZONE")
    (summer,) = zone.walk("DAYLIGHT")
    assert (summer["DTSTART"].dt.month, summer["DTSTART"].dt.hour) == (3, 1)
    assert summer["TZOFFSETFROM"].td == dt.timedelta() and summer["TZOFFSETTO"].td == dt.timedelta(hours=1)


def offset_by_the_file(zone: icalendar.Timezone, wall: dt.datetime) -> dt.timedelta:
    """What RFC 5545 §3.6.5 says: the observance whose onset, on the clock before it, came last."""
    onsets = []
    for part in (*zone.walk("STANDARD"), *zone.walk("DAYLIGHT")):
        repeated = part["RDATE"].dts if "RDATE" in part else []
        for onset in [part["DTSTART"].dt, *(each.dt for each in repeated)]:
            onsets.append((onset - part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td))
    before = sorted(onsets)
    for began, offset in reversed(before):
        if began + offset <= wall or began == before[0][0]:
            return offset
    raise AssertionError(f"no observance for {wall}")


texts = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=120)


@examples(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    title=texts,
    summary=st.text(max_size=300),
    place=texts,
    zone=st.sampled_from(["", *sorted(zones.known())]),
    seconds=st.integers(-2_000_000_000, 5_600_000_000),
    length=st.integers(0, 3_000_000),
    version=st.integers(1, 2**31 - 1),
    state=st.sampled_from(Gathering.State.values),
)
def test_any_gathering_is_read_back_from_its_calendar_file(
    title, summary, place, zone, seconds, length, version, state
):
    starts = dt.datetime.fromtimestamp(seconds, dt.UTC)
    gathering = Gathering(
        uri="https://camden.example/gatherings/abcdefghjkmn", kind="lab", title=title, summary=summary, place=place,
        starts=starts, ends=starts + dt.timedelta(seconds=length), time_zone=zone, version=version, state=state,
    )  # fmt: skip
    content = calendar_of([gathering])
    calendar = icalendar.Calendar.from_ical(content)
    event = only_event(content)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert str(event["SUMMARY"]) == title
    assert event["SEQUENCE"] == version - 1
    named = {str(part["TZID"]): part for part in calendar.walk("VTIMEZONE")}
    for name, moment in (("DTSTART", gathering.starts), ("DTEND", gathering.ends)):
        if name == "DTEND" and not length:
            assert name not in event, "an end must be later than the start"
            continue
        told = event[name]
        if "TZID" in told.params:
            wall = told.dt.replace(tzinfo=None)
            instant = (wall - offset_by_the_file(named[told.params["TZID"]], wall)).replace(tzinfo=dt.UTC)
        else:
            instant = told.dt
        assert instant == moment, (name, told.to_ical())
        if zone and zone != "UTC" and "TZID" in told.params:
            assert told.dt.replace(tzinfo=None) == moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
