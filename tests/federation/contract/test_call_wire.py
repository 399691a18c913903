"""Funding calls on the wire: there and back without loss, readable elsewhere, and nothing hostile gets through."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from atlas.models import Card, Link
from federation import audiences, types
from federation.documents import content_hash, unknown_terms
from federation.models import Activity, Actor, Document
from federation.reader import BadField, Reader
from frontend.text import clean_html
from funding.actions import change_call, withdraw_call
from funding.federated import CallOnTheWire
from funding.models import Call
from journal.models import Errand
from notifications.actions import follow
from notifications.models import Notice
from tests.calls import CLOSES, COHOUSING, Funders
from tests.federation.shared import DESIGN
from tests.gatherings import HOUSING, NEXT_YEAR

pytestmark = pytest.mark.django_db

EXAMPLE = DESIGN / "wire-examples" / "funding-call.json"
TRAVELLING = (
    "title", "plain_summary", "language", "giver", "giver_uri", "who_can_apply", "minimum", "maximum", "total",
    "currency", "opens_at", "closes_at", "time_zone", "how_to_apply", "application_url", "effort_hours", "topics",
    "area", "lat", "lon", "register", "register_id", "source", "source_url", "licence", "attribution",
)  # fmt: skip
WHOLE: dict[str, Any] = {
    "title": "Small steps “grants” & <more>",
    "plain_summary": "For something you can **finish**:\n\n- a leaflet\n- a garden",
    "giver": "Lantern Yard & Sons",
    "giver_uri": "https://lantern-yard.example/#us",
    "who_can_apply": "Groups of at least *three* people.\n\nNo papers needed.",
    "minimum": Decimal("300.50"),
    "maximum": Decimal("2000"),
    "total": Decimal("40000"),
    "opens_at": CLOSES - dt.timedelta(days=60),
    "how_to_apply": "1. Ring us\n2. Write",
    "application_url": "https://lantern-yard.example/apply?a=1&b=2",
    "effort_hours": 12,
    "topics": [HOUSING, COHOUSING],
    "lat": 51.5,
    "lon": -0.1,
}
BARE: dict[str, Any] = {"minimum": None, "maximum": None, "total": None, "currency": "", "closes_at": None}


@pytest.fixture
def camden(db) -> Funders:
    return Funders()


def columns(call: Call) -> dict[str, Any]:
    return {name: getattr(call, name) for name in TRAVELLING}


ITALIAN = {"language": "it", "currency": "EUR"}


@pytest.mark.parametrize("fields", [WHOLE, BARE, ITALIAN, {"minimum": None, "topics": []}])
def test_there_and_back_without_loss(camden, fields):
    call = camden.call(**fields)
    document = json.loads(json.dumps(types.for_kind("call").document(call)))
    assert CallOnTheWire().from_object(Reader(document)) == columns(call)
    assert not unknown_terms(document)
    assert (document["type"], document["additionalType"]) == ("Article", "https://schema.org/MonetaryGrant")


def test_others_find_what_they_know(camden):
    document = types.for_kind("call").document(camden.call(**WHOLE))
    assert document["amount"] == {
        "type": "MonetaryAmount", "currency": "GBP", "minValue": "300.5", "maxValue": "2000", "value": "40000",
    }  # fmt: skip
    assert document["endTime"] == document["applicationDeadline"] == f"{NEXT_YEAR}-07-15T17:00:00+01:00"
    assert document["timezone"] == "Europe/London" and "startTime" in document
    assert document["funder"]["id"] == "https://lantern-yard.example/#us"
    assert document["attachment"] == [
        {"type": "Link", "name": "Apply", "href": "https://lantern-yard.example/apply?a=1&b=2"}
    ]
    assert "status" not in document, "it would change without a version"


def test_people_elsewhere_can_read_all_of_it(camden):
    call = camden.call(**WHOLE)
    document = types.for_kind("call").document(call)
    html = document["content"]
    for words in (
        "<strong>finish</strong>", "Lantern Yard &amp; Sons", "£300.50 to £2,000 · £40,000 in all", "three",
        f"15 July {NEXT_YEAR}, 5pm (London time)", "Ring us", call.uri, "/apply?a=1&amp;b=2",
    ):  # fmt: skip
        assert words in html, words
    assert document["contentMap"] == {"en": html} and document["nameMap"] == {"en": call.title}
    assert document["summary"] == (
        "<p>£300.50 to £2,000 · £40,000 in all. "
        f"Closes on 15 July {NEXT_YEAR}, 5pm (London time).</p>"
    )  # fmt: skip
    assert clean_html(html).count("<p>") == html.count("<p>"), "nothing in it that would be cleaned away"


def test_hostile_words_of_ours_do_not_become_html_elsewhere(camden):
    call = camden.call(giver="<script>alert(1)</script>", plain_summary="<img src=x onerror=alert(1)>", title="<b>x")
    html = types.for_kind("call").document(call)["content"]
    assert "<script" not in html and "<img" not in html


def test_the_document_does_not_depend_on_who_reads_it(camden):
    call = camden.call(language="it", currency="EUR")
    before = content_hash(types.for_kind("call").document(call))
    with translation.override("it"), timezone.override(ZoneInfo("America/Sao_Paulo")):
        assert content_hash(types.for_kind("call").document(Call.objects.get(pk=call.pk))) == before


@pytest.mark.skipif(not EXAMPLE.is_file(), reason=f"the shared wire examples are not at {EXAMPLE.parent}")
def test_the_shared_example_is_read():
    found = CallOnTheWire().from_object(Reader(json.loads(EXAMPLE.read_text())))
    assert found["title"] == "Bando prossimità 2027"
    assert (found["total"], found["currency"]) == (Decimal(20000), "EUR")
    assert found["closes_at"] == dt.datetime(2027, 1, 31, 22, 59, 59, tzinfo=dt.UTC)
    assert found["opens_at"] == dt.datetime(2026, 11, 30, 23, 0, tzinfo=dt.UTC)
    assert (found["giver"], found["giver_uri"]) == ("", "https://fondazione.example/actor")
    assert found["application_url"] == "https://nodo-a.example/bandi/4/domanda", "the form, not the PDF beside it"
    assert found["plain_summary"] == "Testo…"


def grant(**more: Any) -> dict[str, Any]:
    """A call as another program might send it."""
    return {
        "id": "https://hackney.example/calls/1",
        "type": "Article",
        "additionalType": "https://schema.org/MonetaryGrant",
        "name": "Street party money",
        "content": "<p>For <b>street parties</b>.</p>",
        "published": "2026-11-20T09:00:00+00:00",
        "updated": "2026-11-20T09:00:00+00:00",
        "version": 1,
        "to": [audiences.PUBLIC],
        "amount": {"type": "MonetaryAmount", "currency": "GBP", "maxValue": "500"},
        "applicationDeadline": f"{NEXT_YEAR}-05-01T12:00:00+01:00",
        "timezone": "Europe/London",
        **more,
    }


def read(**more: Any) -> dict[str, Any]:
    return CallOnTheWire().from_object(Reader(grant(**more)))


@pytest.mark.parametrize(
    ("said", "field", "accepted"),
    [
        ({"name": ""}, "name", "a title"),
        ({"name": 5}, "name", "text"),
        ({"amount": {"maxValue": "500"}}, "amount.currency", "ISO 4217"),
        ({"amount": {"maxValue": "500", "currency": "DOUBLOON"}}, "amount.currency", "ISO 4217"),
        ({"amount": {"maxValue": "-5", "currency": "GBP"}}, "amount.maxValue", "a number from 0"),
        ({"amount": {"maxValue": "1e400", "currency": "GBP"}}, "amount.maxValue", "a number from 0"),
        ({"amount": {"maxValue": "9" * 18, "currency": "GBP"}}, "amount.maxValue", "a number from 0"),
        ({"amount": {"minValue": "9", "maxValue": "5", "currency": "GBP"}}, "amount", "minValue up to maxValue"),
        ({"amount": {"minValue": "9", "value": "5", "currency": "GBP"}}, "amount", "minValue up to maxValue"),
        ({"applicationDeadline": "2026-12-01"}, "applicationDeadline", "UTC offset"),
        ({"startTime": f"{NEXT_YEAR}-06-01T12:00:00Z"}, "startTime", "before the deadline"),
        ({"effortHours": 10**6}, "effortHours", "a number from 0 to 10000"),
        ({"funder": 7}, "funder", "an address"),
    ],
)
def test_what_cannot_be_read_is_named(said, field, accepted):
    with pytest.raises(BadField, match=accepted) as refusal:
        read(**said)
    assert refusal.value.field == field


def test_what_is_only_odd_is_read_as_far_as_it_goes():
    assert read(amount={"minValue": "0", "maxValue": 500.0, "currency": "gbp"})["minimum"] is None
    assert read(amount="500")["currency"] == "" and read(amount={"currency": "GBP"})["currency"] == ""
    assert read(funder="The Kettle Trust")["giver"] == "The Kettle Trust"
    assert read(funder={"type": "Organization", "name": "Kettle"})["giver_uri"] == ""
    assert read(funder=[{"id": "https://kettle.example/"}])["giver_uri"] == "https://kettle.example/"
    assert read(funder="javascript:alert(1)") | {"giver_uri": ""} == read(funder="javascript:alert(1)")
    assert read(funder="https://kettle.example/" + "x" * 600)["giver_uri"] == ""
    assert read(timezone="Middle-earth/Shire")["time_zone"] == "UTC"
    assert read(attachment=[{"type": "Link", "href": "javascript:alert(1)"}])["application_url"] == ""
    assert read(attachment={"type": "Document", "url": "https://a.example/x.pdf"})["application_url"] == ""
    assert read(applicationDeadline=None, endTime=f"{NEXT_YEAR}-05-01T12:00:00Z")["closes_at"] is not None
    assert read(effortHours=0)["effort_hours"] is None


AMOUNTS = st.none() | st.integers(-2, 10**15) | st.floats() | st.sampled_from(
    ["", "0", "5", "05.123", "1e9", "NaN", "9" * 14, "999999999999.995", "٣", "5,00", {}, [], True, ["7"],
     {"@value": "8"}]
)  # fmt: skip
MOMENTS = st.none() | st.sampled_from(
    ["", "2026-12-01", "2026-12-01T10:00:00Z", "2026-12-01T10:00:00+14:00", "0000-00-00T00:00", "9999-12-31T23:59:59Z",
     "2200-12-31T23:59:59-12:00", "1900-01-01T00:00:00+14:00", 5, {}, ["2026-12-02T10:00:00Z"], "2026-12-01T24:00:00Z"]
)  # fmt: skip
WORDS = st.none() | st.sampled_from(
    ["", "x", "a\x00b\x07", "<script>x</script>", "x" * 9000, "\u202egpj.exe", 5, ["x", 5], {"@value": "y"}, {"a": "b"}]
)  # fmt: skip
ADDRESSES = st.none() | st.sampled_from(
    ["", "https://a.example/", "javascript:alert(1)", "https://", "urn:x:y", "https://a.example/" + "x" * 700, 5, [],
     {"id": "https://b.example/"}, {"name": "N" * 900}, [{"id": {}}], "Some Trust", {"id": 5, "name": 7}]
)  # fmt: skip
HOSTILE = st.fixed_dictionaries(
    {},
    optional={
        "name": WORDS, "content": WORDS, "whoCanApply": WORDS, "howToApply": WORDS, "timezone": WORDS, "area": WORDS,
        "inLanguage": WORDS, "startTime": MOMENTS, "endTime": MOMENTS, "applicationDeadline": MOMENTS,
        "funder": ADDRESSES, "effortHours": AMOUNTS, "topics": WORDS,
        "source": st.none() | st.fixed_dictionaries({"content": WORDS, "mediaType": st.just("text/markdown")}),
        "amount": AMOUNTS | st.fixed_dictionaries(
            {"currency": st.just("EUR") | WORDS},
            optional={"minValue": AMOUNTS, "maxValue": AMOUNTS, "value": AMOUNTS},
        ),
        "attachment": ADDRESSES
        | st.lists(st.fixed_dictionaries({"type": st.just("Link"), "href": ADDRESSES}), max_size=3),
        "location": st.none() | st.fixed_dictionaries({"latitude": AMOUNTS, "longitude": AMOUNTS, "name": WORDS}),
    },
)  # fmt: skip


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=HOSTILE)
def test_near_valid_documents_give_a_row_or_a_named_error(said):
    """Whatever is read fits the columns and the constraints of both databases."""
    try:
        found = read(**said)
    except BadField:
        return
    call = Call(**found, public_id="abcdefghjkmn", uri="https://hackney.example/calls/1", node_id=1, actor_id=1)
    call.clean_fields(exclude=["node", "actor", "author"])
    call.validate_constraints(exclude=["node", "actor"])
    assert call.zone is not None and call.status_at(timezone.now())


@pytest.fixture
def growers(peer):
    return peer.somebody("groups/growers", "Group", name="Hackney Growers")


def test_a_call_from_another_node_arrives_changes_and_goes(camden, peer, growers, outcomes, client):
    kettle = {"type": "Organization", "id": "https://kettle.example/", "name": "Kettle Trust"}
    sent = grant(attributedTo=growers.uri, funder=kettle)
    peer.does(growers, "Create", sent)
    assert outcomes() == ["call read"]
    call = Call.objects.get(node__isnull=False)
    page = client.get(call.get_absolute_url()).content.decode()
    for words in ("Street party money", "up to £500", "Hackney", f"1 May {NEXT_YEAR}, midday", "See it where it lives"):
        assert words in page, words
    assert Card.objects.get(uri=call.uri).node == call.node
    assert Link.objects.filter(from_uri="https://kettle.example/", to_uri=call.uri, relation="funds").exists()
    assert client.get(f"{call.get_absolute_url()}.ics").status_code == 200
    asked = client.get(call.get_absolute_url(), headers={"Accept": "application/activity+json"})
    assert (asked.status_code, asked["Location"]) == (302, call.uri), "the document is at its own address"
    Card.objects.filter(uri=growers.uri).delete()
    follow_growers(camden, growers)
    later = f"{NEXT_YEAR}-05-08T12:00:00+01:00"
    peer.does(growers, "Update", sent | {"version": 2, "applicationDeadline": later})
    outcomes()
    assert Notice.objects.filter(user=camden.bob.user, kind="call_deadline_moved").count() == 1
    peer.does(growers, "Delete", {"id": call.uri, "type": "Tombstone", "version": 3})
    outcomes()
    assert client.get(call.get_absolute_url()).status_code == 410
    assert not Card.objects.filter(uri=call.uri).exists()


def follow_growers(camden: Funders, growers) -> None:
    """Bob follows a group of the other node, as its card lets him."""
    now = timezone.now()
    Card.objects.create(
        kind="group", uri=growers.uri, url="/groups/growers", title="Hackney Growers", audience=audiences.PUBLIC,
        published=now, updated=now, appeared_at=now,
    )  # fmt: skip
    follow(camden.bob.user, "group", growers.uri)


def test_a_contradictory_call_is_kept_and_refused_by_name(peer, growers, outcomes):
    wrong = grant(attributedTo=growers.uri, amount={"minValue": "9", "maxValue": "5", "currency": "GBP"})
    peer.does(growers, "Create", wrong)
    outcomes()
    held = Document.objects.get(uri=wrong["id"])
    assert held.state == Document.State.REFUSED and "minValue up to maxValue" in held.reason
    assert not Call.objects.exists() and not Errand.objects.filter(state="dead").exists()


def test_only_its_owner_changes_a_call(peer, growers, outcomes):
    peer.does(growers, "Create", grant(attributedTo=growers.uri))
    outcomes()
    mallory = peer.somebody("people/mallory")
    peer.does(mallory, "Update", grant(attributedTo=growers.uri, version=2, name="Send it to me"))
    outcomes()
    assert Call.objects.get().title == "Street party money"


def test_ours_goes_out_changes_and_ends_in_a_tombstone(camden, peer, work):
    call = camden.call(**WHOLE)
    work()
    change_call(camden.alice, call, {"title": "Smaller steps"})
    work()
    said = Activity.objects.filter(object_uri=call.uri).order_by("pk")
    sent = [json.loads(activity.body) for activity in said]
    withdraw_call(camden.alice, call)
    work()
    sent.append(json.loads(said.get(type="Delete").body))
    assert [activity["type"] for activity in sent] == ["Create", "Update", "Delete"]
    assert [activity["object"].get("version") for activity in sent] == [1, 2, 3]
    assert not any(unknown_terms(activity["object"]) for activity in sent[:2])
    assert Actor.objects.get(pk=call.actor_id).uri == sent[0]["actor"]
