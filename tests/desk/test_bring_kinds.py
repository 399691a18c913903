"""`manage.py bring places|gatherings|calls`: tables, JSON and calendars; and what was edited here stays."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from accounts import actions as accounts
from atlas import vocabulary
from atlas.models import Card
from cop.actions.listings import lister
from cop.actions.places import withdraw_place
from cop.models import Place
from desk.models import Brought
from events.federated.gatherings import GatheringOnTheWire
from events.models import Gathering
from federation import actors
from federation.models import Delivery
from federation.reader import Reader
from funding.federated import CallOnTheWire
from funding.models import Call
from journal.models import Entry

pytestmark = pytest.mark.django_db
SOURCE = {"name": "A register", "url": "https://register.example/", "licence": "OGL"}
PLACES: dict[str, Any] = {
    "kind": "place",
    "register": "halls",
    "source": SOURCE,
    "language": "en",
    "empty": ["NA"],
    "areas": ["name", "town"],
    "columns": {
        "external_id": {"hash_of": ["name", "street"]},
        "name": {"column": "name"},
        "kind": {"column": "kind", "values": {"Library": "library"}, "when_bad": "leave-out"},
        "address": {"all_of": ["street", "town"]},
        "area": {"column": "town", "text": "{}, London"},
        "url": {"column": "web", "when_bad": "leave-out"},
        "lat": {"column": "lat"},
        "lon": {"column": "lon"},
    },
    "topics": {"always": ["participation"]},
}
SQUARE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "High Road", "town": "Camden"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[-0.2, 51.5], [-0.1, 51.5], [-0.1, 51.6], [-0.2, 51.6], [-0.2, 51.5]],
                    [[-0.16, 51.54], [-0.14, 51.54], [-0.14, 51.56], [-0.16, 51.56], [-0.16, 51.54]],
                ],
            },
        }
    ],
}


class Bringer:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.remarks: list[dict[str, str]] = []

    def file(self, name: str, content: Any) -> Path:
        path = self.folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    def rows(self, *rows: dict[str, str]) -> Path:
        text = io.StringIO()
        table = csv.DictWriter(text, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
        return self.file("rows.csv", text.getvalue())

    def bring(self, word: str, path: Path, mapping: dict[str, Any], *more: str) -> dict[str, int]:
        described = self.file("mapping.yaml", yaml.safe_dump(mapping, allow_unicode=True))
        report, said = self.folder / "report.csv", io.StringIO()
        arguments = [word, str(path), f"--mapping={described}", f"--report={report}", "--json", *more]
        call_command("bring", *arguments, stdout=said)
        self.remarks = list(csv.DictReader(report.read_text(encoding="utf-8").splitlines()))
        counts: dict[str, int] = json.loads(said.getvalue())
        return counts


@pytest.fixture
def bringer(db: None, tmp_path: Path) -> Bringer:
    vocabulary.load()
    return Bringer(tmp_path)


def hall(number: int, **more: str) -> dict[str, str]:
    return {
        "name": f"Hall {number}", "street": f"{number} High Road", "town": "Camden", "kind": "Library", "web": "NA",
        "lat": "51.55", "lon": "-0.11", **more,
    }  # fmt: skip


def test_a_table_of_places_is_listed_with_its_source_and_read_on_the_page(bringer, client, work):
    areas = bringer.file("areas.geojson", SQUARE)
    path = bringer.rows(hall(1), hall(2, lat="51.55", lon="-0.15"), hall(3, lon="0.5", kind="Palace"))
    counts = bringer.bring("places", path, PLACES, "--yes", f"--areas={areas}")
    assert (counts["new"], counts["values left out"]) == (3, 1)
    inside, hole, outside = (Place.objects.get(name=f"Hall {number}") for number in (1, 2, 3))
    assert (inside.area, hole.area, outside.area) == ("High Road, Camden", "Camden, London", "Camden, London")
    assert (inside.kind, outside.kind, inside.website) == ("library", "other", "")
    assert inside.address == "1 High Road, Camden" and inside.topics == ["urn:flotilla:topic:participation"]
    work()
    page = client.get(inside.get_absolute_url()).text
    assert "Listed from a public register" in page and "https://register.example/" in page and "OGL" in page
    card = Card.objects.get(uri=inside.uri)
    assert (card.source, card.licence) == ("A register", "OGL")


def test_the_kind_of_the_mapping_must_be_what_the_command_says(bringer):
    with pytest.raises(CommandError, match="this mapping is for `bring places`"):
        bringer.bring("groups", bringer.rows(hall(1)), PLACES, "--yes")
    with pytest.raises(CommandError, match="register: expected a name"):
        bringer.bring("places", bringer.rows(hall(1)), {**PLACES, "register": ""})


def test_what_was_edited_here_stays_and_the_rest_follows_the_register(bringer):
    path = bringer.rows(hall(1), hall(2))
    bringer.bring("places", path, PLACES, "--yes")
    place = Place.objects.get(name="Hall 1")
    steward = accounts.make_account("steward@camden.example", is_steward=True)
    client = Client()
    actors.for_user(steward)
    client.force_login(steward)
    form = client.get(f"{place.get_absolute_url()}/edit").context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = client.post(f"{place.get_absolute_url()}/edit", sent | {"website": "https://ours.example", "lat": "51.56"})
    assert answer.status_code == 302

    edited = bringer.rows(hall(1, web="https://theirs.example", lon="-0.12", kind="x"), hall(2))
    dry = bringer.bring("places", edited, PLACES)
    assert (dry["changed"], dry["same"], dry["values kept"]) == (1, 1, 3)
    place.refresh_from_db()
    assert place.version == 2, "a dry run writes nothing"
    counts = bringer.bring("places", edited, PLACES, "--yes")
    assert (counts["changed"], counts["kept"], counts["same"], counts["values kept"]) == (1, 0, 1, 3)
    place.refresh_from_db()
    assert (place.website, place.lat, place.lon, place.kind) == ("https://ours.example", 51.56, -0.11, "other")
    kept = {each["field"]: each for each in bringer.remarks if each["row"] == "kept as ours"}
    assert set(kept) == {"website", "lat", "lon"}, "a point is one fact: half of ours with half of theirs is nowhere"
    assert kept["website"]["value"] == "https://theirs.example" and "https://ours.example" in kept["website"]["why"]
    again = bringer.bring("places", edited, PLACES, "--yes")
    assert (again["changed"], again["kept"], again["same"]) == (0, 1, 1)
    agreed = bringer.rows(hall(1, web="https://ours.example", lon="-0.11", lat="51.56"), hall(2))
    bringer.bring("places", agreed, PLACES, "--yes")
    bringer.bring("places", bringer.rows(hall(1, web="https://new.example"), hall(2)), PLACES, "--yes")
    place.refresh_from_db()
    assert place.website == "https://new.example", "once the register says the same, it is followed again"


def test_what_left_the_register_is_counted_and_stays_until_somebody_acts(bringer):
    bringer.bring("places", bringer.rows(hall(1), hall(2), hall(3)), PLACES, "--yes")
    counts = bringer.bring("places", bringer.rows(hall(1), hall(2, lat="north")), PLACES, "--yes")
    assert (counts["refused"], counts["not in the file any more"]) == (1, 1), "a refused row is in the file"
    assert Place.objects.filter(withdrawn_at=None).count() == 3


def test_a_place_withdrawn_here_stays_withdrawn(bringer):
    bringer.bring("places", bringer.rows(hall(1)), PLACES, "--yes")
    withdraw_place(lister(), Place.objects.get())
    counts = bringer.bring("places", bringer.rows(hall(1, web="https://new.example")), PLACES, "--yes")
    assert counts["same"] == 1
    assert Place.objects.get().withdrawn_at is not None and Place.objects.get().website == ""


def test_a_register_is_not_news(bringer, work):
    bringer.bring("places", bringer.rows(hall(1)), PLACES, "--yes")
    work()
    assert Entry.objects.filter(name="place.published").count() == 1
    assert not Delivery.objects.exists()


CALLS: dict[str, Any] = {
    "kind": "call",
    "format": "json",
    "records": "result.records",
    "register": "grants",
    "source": SOURCE,
    "time_zone": "Europe/London",
    "columns": {
        "external_id": {"column": "id"},
        "title": {"column": "title"},
        "plain_summary": {"first_of": ["about", "title"]},
        "giver": {"column": "funder.name"},
        "who_can_apply": {"column": "who"},
        "maximum": {"column": "amount.max", "when_bad": "leave-out"},
        "currency": {"value": "GBP"},
        "opens_at": {"column": "opens", "patterns": ["%d/%m/%Y"]},
        "closes_at": {"column": "closes"},
    },
}


def grant(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "title": f"Grant {number}", "about": "For halls", "funder": {"name": "A fund"}, "who": ["A", "B"],
        "amount": {"max": "£1,500.50"}, "opens": "01/05/2027", "closes": "2027-06-30", **more,
    }  # fmt: skip


def test_calls_come_from_json_and_travel_with_their_source(bringer, client):
    path = bringer.file("grants.json", {"result": {"records": [grant(1), "no record", grant(2, closes="2027-01-01")]}})
    counts = bringer.bring("calls", path, CALLS, "--yes")
    assert (counts["rows"], counts["new"], counts["refused"]) == (3, 1, 2)
    assert {(each["line"], each["field"]) for each in bringer.remarks} == {("2", "record"), ("3", "closes_at")}
    call = Call.objects.get()
    assert (call.giver, str(call.maximum), call.currency, call.who_can_apply) == ("A fund", "1500.50", "GBP", "A;B")
    assert call.opens_at == dt.datetime(2027, 4, 30, 23, tzinfo=dt.UTC)
    assert call.closes_at == dt.datetime(2027, 6, 30, 22, 59, tzinfo=dt.UTC), "a day that ends something ends at 23:59"
    page = client.get(call.get_absolute_url()).text
    assert "Listed from a public register. Nobody here speaks for this call." in page and "A register" in page
    wire = CallOnTheWire()
    read = wire.from_object(Reader(json.loads(json.dumps(wire.document(call)))))
    assert (read["register"], read["register_id"], read["source"], read["licence"]) == (
        "grants", "1", "A register", "OGL",
    )  # fmt: skip
    assert wire.topics_of(call) == []
    assert bringer.bring("calls", path, CALLS, "--yes")["same"] == 1


CALENDAR: dict[str, Any] = {
    "kind": "gathering",
    "format": "ics",
    "register": "cal",
    "source": SOURCE,
    "time_zone": "Europe/London",
    "topics": {"column": "categories", "map": [{"topics": ["housing"], "codes": ["HOMES"]}], "unmapped": ["LAB"]},
}
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//EN
{}END:VCALENDAR
"""


def event(uid: str, *lines: str) -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20270101T000000Z", *lines, "END:VEVENT", ""])


def calendar(bringer: Bringer, *events: str) -> Path:
    return bringer.file("some.ics", ICS.format("".join(events)).replace("\n", "\r\n"))


def test_an_action_of_our_own_calendars_is_one_again(bringer):
    path = calendar(bringer, event("clear", "SUMMARY:Clear the bank", "DTSTART:20270601T100000Z", "CATEGORIES:ACTION"))
    plain = {name: value for name, value in CALENDAR.items() if name != "topics"}
    assert bringer.bring("gatherings", path, plain, "--yes", "--from=2027-01-01")["new"] == 1
    action = Gathering.objects.get()
    assert (action.kind, action.needed) == ("action", [])


def test_every_date_of_a_calendar_is_a_gathering(bringer, client, work):
    path = calendar(
        bringer,
        event("weekly", "SUMMARY:Reading leases", "DTSTART;TZID=Europe/Rome:20270105T183000", "DURATION:PT2H",
              "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Rome:20270112T183000", "CATEGORIES:LAB,HOMES",
              "LOCATION:Casa\\, Via Esempio 1\\, https://meet.example/casa", "GEO:44.5;11.35",
              "URL:https://casa.example/leases"),
        event("day", "SUMMARY:Open day", "DTSTART;VALUE=DATE:20270301", "DTEND;VALUE=DATE:20270303",
              "STATUS:TENTATIVE"),
        event("floating", "DTSTART:20270601T100000", "DESCRIPTION:Bring a chair.\\nAnd a friend."),
        event("old", "SUMMARY:Long ago", "DTSTART:20200601T100000Z"),
        event("bad", "SUMMARY:Never"),
    )  # fmt: skip
    counts = bringer.bring("gatherings", path, CALENDAR, "--yes", "--from=2027-01-01")
    assert (counts["rows"], counts["new"], counts["refused"]) == (6, 5, 1)
    first, second, third = Gathering.objects.filter(title="Reading leases").order_by("starts")
    assert first.starts == dt.datetime(2027, 1, 5, 17, 30, tzinfo=dt.UTC)
    assert [each.starts.day for each in (first, second, third)] == [5, 19, 26]
    assert first.register_id == "weekly/20270105T173000Z"
    assert (first.time_zone, first.kind, first.place, first.address) == (
        "Europe/Rome", "lab", "Casa", "Via Esempio 1",
    )  # fmt: skip
    assert (first.online_url, first.lat, first.external_url) == (
        "https://meet.example/casa", 44.5, "https://casa.example/leases",
    )  # fmt: skip
    assert first.topics == ["urn:flotilla:topic:housing"] and first.ends - first.starts == dt.timedelta(hours=2)
    day = Gathering.objects.get(register_id="day")
    assert (day.starts, day.ends) == (
        dt.datetime(2027, 3, 1, tzinfo=dt.UTC), dt.datetime(2027, 3, 2, 23, 59, tzinfo=dt.UTC),
    )  # fmt: skip
    assert (day.state, day.time_zone) == ("tentative", "Europe/London")
    floating = Gathering.objects.get(register_id="floating")
    assert floating.starts == dt.datetime(2027, 6, 1, 9, tzinfo=dt.UTC), "read on the mapping's clock"
    assert floating.title == "Bring a chair."
    work()
    page = client.get(first.get_absolute_url()).text
    assert "Listed from a public calendar" in page and "A register" in page and "Who organises it" not in page
    document = GatheringOnTheWire().document(first)
    assert document["identifier"]["value"] == first.register_id
    again = bringer.bring("gatherings", path, CALENDAR, "--yes", "--from=2027-01-01")
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 5)


def test_an_event_that_happens_once_keeps_its_page_when_it_is_moved(bringer):
    bringer.bring("gatherings", calendar(bringer, event("a", "SUMMARY:A", "DTSTART:20270601T100000Z")), CALENDAR,
                  "--yes", "--from=2027-01-01")  # fmt: skip
    moved = calendar(bringer, event("a", "SUMMARY:A", "DTSTART:20270608T100000Z"))
    assert bringer.bring("gatherings", moved, CALENDAR, "--yes", "--from=2027-01-01")["changed"] == 1
    assert Gathering.objects.get().starts.day == 8


def test_a_rule_without_end_gives_so_many_dates_and_the_report_says_so(bringer):
    path = calendar(bringer, event("twice", "SUMMARY:T", "DTSTART:20270101T100000Z", "RRULE:FREQ=HOURLY;INTERVAL=12"))
    counts = bringer.bring("gatherings", path, CALENDAR, "--from=2027-01-01")
    assert (counts["new"], counts["values cut"]) == (366, 1)
    assert "366 dates were taken, 364 more" in bringer.remarks[0]["why"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=2",
        "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2,3,4,5,6,7,8,9",
        "FREQ=HOURLY;BYMINUTE=0,30",
    ],
)
def test_a_rule_for_machines_is_refused_and_the_others_are_listed(bringer, rule):
    path = calendar(
        bringer,
        event("evil", "SUMMARY:E", "DTSTART:20270101T100000Z", f"RRULE:{rule}"),
        event("good", "SUMMARY:G", "DTSTART:20270101T100000Z"),
    )
    counts = bringer.bring("gatherings", path, CALENDAR, "--yes", "--from=2027-01-01")
    assert (counts["refused"], counts["new"]) == (1, 1)
    assert "more than 24 times a day" in bringer.remarks[0]["why"]


def test_a_calendar_that_takes_too_long_is_refused(bringer, monkeypatch):
    monkeypatch.setattr("desk.bringing.calendars.MOST_SECONDS", 1.5)
    events = [
        event(str(number), "SUMMARY:E", "DTSTART:19000101T100000Z", "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30")
        for number in range(50)
    ]
    with pytest.raises(CommandError, match=r"some\.ics: its dates take too long"):
        bringer.bring("gatherings", calendar(bringer, *events), CALENDAR, "--from=2027-01-01")


@pytest.mark.parametrize("said", [["--from=soon"], ["--days=0"], ["--days=400"], ["--from=0001-01-01"]])
def test_days_that_cannot_be_are_told(bringer, said):
    with pytest.raises(CommandError, match=r"--(from|days)"):
        bringer.bring("gatherings", calendar(bringer), CALENDAR, *said)


@pytest.mark.parametrize(
    "content",
    [b"{}", b"[", b'{"features": 1}', b'{"features": [{"geometry": {"type": "Point", "coordinates": [0, 0]}}]}',
     b'{"features": [{"properties": {}, "geometry": {"type": "Polygon", "coordinates": [[]]}}]}', b"\xff\xfe"],
)  # fmt: skip
def test_areas_that_are_none_are_refused(bringer, content):
    areas = bringer.file("areas.geojson", content)
    with pytest.raises(CommandError, match=r"areas\.geojson"):
        bringer.bring("places", bringer.rows(hall(1)), PLACES, f"--areas={areas}")


def test_the_database_refuses_a_remembered_row_without_a_number(db):
    from django.db import IntegrityError
    from django.utils import timezone

    with pytest.raises(IntegrityError), transaction.atomic():
        Brought.objects.create(uri="https://x.example/1", register="", register_id="1", brought_at=timezone.now())
