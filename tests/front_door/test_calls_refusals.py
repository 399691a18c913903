"""What a form about a funding call does not take: it names the field, the value and what it would have taken."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from html import unescape

import pytest
from django.db import IntegrityError, transaction

from funding import money
from funding.actions import change_call
from funding.models import Call
from journal.models import Entry
from tests.calls import CLOSES, Funders
from tests.gatherings import NEXT_YEAR

pytestmark = pytest.mark.django_db


@pytest.fixture
def camden(db) -> Funders:
    return Funders()


def refused(camden: Funders, **changed) -> str:
    """The page one gets back for a call with something wrong; nothing is written."""
    answer = camden.client(camden.alice).post("/calls/new", camden.form(**changed))
    assert answer.status_code == 400, (changed, answer.status_code)
    assert not Call.objects.exists() and not Entry.objects.filter(name__startswith="call.").exists()
    return unescape(answer.content.decode())


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"title": ""}, "title", "This field is required."),
        ({"title": "x" * 201}, "title", "at most 200 characters (it has 201)"),
        ({"title": "a\0b"}, "title", "Null characters are not allowed."),
        ({"plain_summary": ""}, "plain_summary", "This field is required."),
        ({"giver": ""}, "giver", "This field is required."),
        ({"who_can_apply": ""}, "who_can_apply", "This field is required."),
        ({"minimum": "5O0"}, "minimum", "“5O0” is not an amount. Write digits, as in 5000 or 5000.50, more than 0."),
        ({"minimum": "-1"}, "minimum", "“-1” is not an amount."),
        ({"total": "0"}, "total", "“0” is not an amount."),
        ({"total": "1e12"}, "total", "“1e12” is not an amount."),
        ({"total": "1000000000000"}, "total", "“1000000000000” is not an amount."),
        ({"total": "12.345.6"}, "total", "“12.345.6” is not an amount."),
        ({"total": "9" * 400}, "total", "is not an amount."),
        ({"minimum": "2.500"}, "maximum", "The most, 2000, is below the least, 2500."),
        ({"total": "1500"}, "total", "All the money, 1500, is below what one applicant gets, 2000."),
        ({"maximum": "", "total": "299.99"}, "total", "All the money, 299.99, is below what one applicant gets, 300."),
        ({"currency": ""}, "currency", "Choose the currency of the amounts, for example EUR or GBP."),
        ({"currency": "LIRA"}, "currency", "“LIRA” is not a currency we know."),
        ({"closes_at": "31/02/2027"}, "closes_at", "“31/02/2027” is not a day and time we can use. Write it as in"),
        ({"closes_at": "0001-01-01T00:00"}, "closes_at", "years 1900 to 2199"),
        ({"closes_at": "9999-12-31T23:59"}, "closes_at", "years 1900 to 2199"),
        ({"closes_at": f"{NEXT_YEAR}-01-10T09:00"}, "closes_at", "which is not after it opens on"),
        ({"opens_at": "2027-03-28T01:30"}, "opens_at", "the clocks go forward and “2027-03-28 01:30” is skipped"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "“Mars/Olympus” is not a time zone we know."),
        ({"time_zone": ""}, "time_zone", "This field is required."),
        ({"application_url": "javascript:alert(1)"}, "application_url", "“javascript:alert(1)” is not a web address"),
        ({"application_url": "https://[x"}, "application_url", "“https://[x” is not a web address"),
        ({"giver_uri": "https://a.example/" + "x" * 500}, "giver_uri", "is not a web address we can use."),
        ({"effort_hours": "some"}, "effort_hours", "“some” is not a number we can use. Write a whole number from 1"),
        ({"effort_hours": "0"}, "effort_hours", "“0” is not a number we can use."),
        ({"effort_hours": "9" * 5000}, "effort_hours", "is not a number we can use."),
        ({"topics": ["urn:flotilla:topic:nonsense"]}, "topics", "urn:flotilla:topic:nonsense"),
        ({"lat": "95", "lon": "0"}, "lat", "90"),
        ({"lat": "51.5"}, "lon", "Give both latitude and longitude"),
        ({"language": "klingon"}, "language", "klingon"),
        ({"speaker": "somebodyelse"}, "speaker", "somebodyelse"),
        ({"audience": "the-press"}, "audience", "the-press"),
    ],
)
def test_one_wrong_answer_is_named(camden, changed, field, said):
    page = refused(camden, **changed)
    assert said in page, page[page.find("error-summary") :][:1500]
    assert f'href="#id_{field}' in page, "the summary leads to the field"


def test_nothing_at_all_is_refused_and_not_a_500(camden):
    alice = camden.client(camden.alice)
    assert alice.post("/calls/new", {}).status_code == 400
    assert alice.post("/calls/new", b"\xff\xfe", content_type="application/octet-stream").status_code == 400
    assert alice.get("/calls/new?speaker=%00&title=" + "x" * 5000).status_code == 200
    assert alice.put("/calls/new").status_code == 405


def test_the_page_gives_back_what_was_written(camden):
    page = refused(camden, minimum="lots", title="Street “party” money")
    assert 'value="lots"' in page and 'value="Street “party” money"' in page
    assert "For something you can **finish**" in page


def test_a_wrong_change_changes_nothing(camden):
    call = camden.call()
    form = camden.form(speaker=None, minimum="3000")
    answer = camden.client(camden.alice).post(f"{call.get_absolute_url()}/edit", form)
    assert answer.status_code == 400 and "Change “Small steps grants”" in unescape(answer.content.decode())
    call.refresh_from_db()
    assert (call.version, call.minimum) == (1, 300)


def test_a_call_without_amounts_has_no_currency(camden):
    empty = {"minimum": "", "maximum": "", "total": ""}
    answer = camden.client(camden.alice).post("/calls/new", camden.form(**empty))
    assert answer.status_code == 302
    assert Call.objects.get().currency == ""
    assert "The call does not say." in camden.client().get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"minimum": 0},
        {"minimum": 3000},
        {"total": 1000},
        {"currency": ""},
        {"minimum": None, "maximum": None, "total": None},
        {"opens_at": CLOSES},
        {"opens_at": CLOSES + dt.timedelta(days=1)},
        {"effort_hours": 0},
        {"giver": ""},
        {"title": ""},
        {"lat": 91.0, "lon": 0.0},
    ],
)
def test_the_database_itself_refuses(camden, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        camden.call(**wrong)
    call = camden.call()
    with pytest.raises(IntegrityError), transaction.atomic():
        change_call(camden.alice, call, wrong)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("5000", "5000"), ("5,000", "5000"), ("5.000", "5000"), ("5,000.50", "5000.50"), ("5.000,5", "5000.5"),
        ("1.234.567", "1234567"), ("£ 5 000", "5000"), ("2 000 €", "2000"), ("€1’000", "1000"), ("0,01", "0.01"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(text, amount):
    assert money.parse(text) == Decimal(amount)
