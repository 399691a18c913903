"""What the form of a gathering refuses: beside its field, with the value and what is accepted, never half-written."""

from __future__ import annotations

import html
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from events.forms import GatheringForm
from events.models import Attendee, Gathering
from tests.gatherings import NEXT_YEAR, Camden

pytestmark = pytest.mark.django_db


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


BEFORE = f"{NEXT_YEAR}-07-05T17:30"

BAD = [
    ({"title": ""}, "title", "This field is required."),
    ({"title": "a\0b"}, "title", "Null characters are not allowed."),
    ({"title": "x" * 201}, "title", "at most 200 characters"),
    ({"summary": "x" * 5001}, "summary", "at most 5000 characters"),
    ({"summary": "x" * 2_000_000}, "summary", "at most 5000 characters"),
    ({"kind": "seance"}, "kind", "seance is not one of the available choices"),
    ({"kind": None}, "kind", "This field is required."),
    ({"starts": ""}, "starts", "This field is required."),
    ({"starts": "0000-00-00T00:00"}, "starts", "“0000-00-00T00:00” is not a day and time we can use."),
    ({"starts": "0000-0-0T0:0"}, "starts", "Write it as in 2026-12-05 18:30"),
    ({"starts": "9999-12-31T23:59"}, "starts", "years 1900 to 2199"),
    ({"starts": "tomorrow"}, "starts", "“tomorrow” is not a day and time"),
    ({"starts": "2026-02-30T10:00"}, "starts", "“2026-02-30T10:00”"),
    ({"starts": "\0"}, "starts", "is not a day and time"),
    ({"ends": BEFORE}, "ends", f"It ends on {NEXT_YEAR}-07-05 17:30, before it starts on {NEXT_YEAR}-07-05 18:30."),
    ({"ends": f"{NEXT_YEAR + 2}-07-05T18:30"}, "ends", "is more than a year"),
    ({"time_zone": "Mars/Olympus"}, "time_zone", "“Mars/Olympus” is not a time zone we know."),
    ({"time_zone": "../../etc/passwd"}, "time_zone", "for example Europe/London"),
    ({"time_zone": ""}, "time_zone", "This field is required."),
    ({"starts": "2026-03-29T01:30", "ends": "2026-03-29T04:00"}, "starts", "clocks go forward and “2026-03-29 01:30”"),
    ({"capacity": "-1"}, "capacity", "“-1” is not a number we can use. Write a whole number from 1 to 100000."),
    ({"capacity": "0"}, "capacity", "“0” is not a number we can use."),
    ({"capacity": "1e99"}, "capacity", "“1e99” is not a number we can use."),
    ({"capacity": "9" * 5000}, "capacity", "is not a number we can use."),
    ({"capacity": "a few"}, "capacity", "“a few” is not a number we can use."),
    ({"place": "", "address": ""}, "place", "Say where it is"),
    ({"place": "x" * 201}, "place", "at most 200 characters"),
    ({"lat": "91"}, "lat", "less than or equal to 90"),
    ({"lat": "nan"}, "lat", "Enter a number."),
    ({"lon": ""}, "lon", "Give both latitude and longitude"),
    ({"online_url": "javascript:alert(1)"}, "online_url", "“javascript:alert(1)” is not a web address we can use."),
    ({"online_url": "http://["}, "online_url", "Write one that starts with https://"),
    ({"online_url": f"https://a.example/{'x' * 600}"}, "online_url", "is not a web address we can use."),
    ({"joining": "elsewhere"}, "external_url", "Give the address of the website where people sign up."),
    ({"joining": "elsewhere", "external_url": "ftp://a.example"}, "external_url", "“ftp://a.example” is not a web"),
    ({"joining": "by magic"}, "joining", "by magic is not one of the available choices"),
    ({"state": "cancelled"}, "state", "cancelled is not one of the available choices"),
    ({"step_free": "maybe"}, "step_free", "maybe is not one of the available choices"),
    ({"axis": "conquest"}, "axis", "conquest is not one of the available choices"),
    ({"topics": ["urn:flotilla:topic:nonsense"]}, "topics", "urn:flotilla:topic:nonsense"),
    ({"festival": "https://mars.example/1"}, "festival", "https://mars.example/1 is not one of the available choices"),
    ({"language": "tlh"}, "language", "tlh is not one of the available choices"),
    ({"speaker": "somebodyelse"}, "speaker", "somebodyelse is not one of the available choices"),
    ({"audience": "the moon"}, "audience", "the moon is not one of the available choices"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "field", "words"), BAD, ids=lambda value: str(value)[:40])
def test_what_is_wrong_is_said_beside_its_field(camden, changed, field, words):
    answer = camden.client(camden.alice).post("/gatherings/new", camden.form(**changed))
    assert answer.status_code == 400
    said = " ".join(answer.context["form"].errors.get(field, []))
    assert words in said, answer.context["form"].errors
    page = html.unescape(answer.content.decode())
    assert "There is something to mend" in page and words in page
    assert not Gathering.objects.exists()


def test_a_place_nobody_knows_is_one_mistake_and_not_two(camden):
    answer = camden.client(camden.bob).post("/gatherings/new", camden.form(venue="Nowhere Hall", place=""))
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["venue"]


def test_what_was_written_is_still_there_to_mend(camden):
    answer = camden.client(camden.alice).post("/gatherings/new", camden.form(capacity="-1", title="A title <b>"))
    page = answer.content.decode()
    assert 'value="A title &lt;b&gt;"' in page and 'value="-1"' in page
    assert f'value="{NEXT_YEAR}-07-05T18:30"' in page


def test_moving_online_needs_a_way_to_take_part(camden):
    lab = camden.gathering()
    answer = camden.client(camden.alice).post(
        f"{lab.get_absolute_url()}/edit", camden.form(state="moved-online", speaker=None)
    )
    assert answer.status_code == 400 and "tick that people can take part online" in answer.content.decode()
    lab.refresh_from_db()
    assert (lab.state, lab.version) == ("scheduled", 1)


def test_a_festival_is_no_part_of_itself(camden):
    festival = camden.gathering(kind="festival")
    form = camden.form(kind="festival", festival=festival.uri, speaker=None)
    answer = camden.client(camden.alice).post(f"{festival.get_absolute_url()}/edit", form)
    assert answer.status_code == 400 and "festival" in answer.context["form"].errors


@pytest.mark.parametrize(
    "query",
    [
        "kind=%00",
        "festival=javascript:1",
        "speaker=nobody",
        "title=" + "x" * 3000,
        "starts=0000",
        "lat=nan",
        "topics=1",
        "topic=no-such-topic&axis=no-such-axis",
        "topic=%00&axis=%00",
        "topic=&axis=",
    ],
)
def test_a_prefilled_form_survives_any_address(camden, query):
    assert camden.client(camden.alice).get(f"/gatherings/new?{query}").status_code == 200


junk = st.text(st.sampled_from("a0-9:TZ.,+é\0\ud800<>&\"'%/ \n\u202e"), max_size=40)
near = st.sampled_from(["2026-07-05T18:30", "2026-07-05", "24:00", "-0", "1.5", "٣", "½", "on", "true", "1e400", "inf"])


@examples(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(changed=st.dictionaries(st.sampled_from([*GatheringForm.base_fields]), junk | near, min_size=1, max_size=6))
def test_no_junk_is_more_than_an_error(camden, changed):
    form = GatheringForm(camden.form(**changed), author=camden.alice)
    if form.is_valid():
        form.changes()
    else:
        assert set(form.errors) <= {*form.fields, "__all__"}


@pytest.mark.parametrize(
    "fields",
    [
        {"ends": datetime(2001, 1, 1, tzinfo=UTC)},
        {"ends": None},
        {"time_zone": ""},
        {"capacity": 0},
        {"capacity": 2, "coming": 3},
        {"place": "", "online": False},
        {"state": "moved-online", "online": False},
        {"state": "sunk"},
        {"kind": "seance"},
        {"joining": "elsewhere", "external_url": ""},
        {"online_url": "https://a.example/", "online": False},
        {"title": ""},
        {"axis": "conquest"},
        {"lat": 91.0},
        {"lat": None},
    ],
    ids=str,
)
def test_the_database_itself_refuses_what_cannot_be(camden, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        camden.gathering(**fields)


@pytest.mark.parametrize(
    "fields", [{"state": "lost"}, {"state": "asked"}, {"state": "coming", "answered_at": None}], ids=str
)
def test_an_attendee_is_in_one_state(camden, fields):
    lab = camden.gathering()
    known = {"answered_at": timezone.now(), **fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendee.objects.create(gathering=lab, actor=camden.bob, **known)
