"""How the read API answers and refuses: pages that stay in step, 304, problems in words, other websites, its cost."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from django.core import signing
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openapi_spec_validator import validate

from accounts import actions as accounts
from atlas.api import paging, reading
from atlas.api.schema import ABOUT
from atlas.filters import CardFilter
from atlas.models import Card, Link
from atlas.search import finding
from federation import limits
from federation.models import Node
from tests.front_door.test_api import LISTS, ORIGIN, OVER_THERE, THINGS, findable, link, results
from tests.news import HOUSING, appear

pytestmark = pytest.mark.django_db

ADDRESSES = ["/api/v1/", *LISTS, "/api/v1/schema"]
PROBLEM = "application/problem+json"


def walk(client, address, between=lambda page: None):
    """All entries of all pages; `between` is called with the number of each page before the next is asked for."""
    found, number = [], 0
    while address:
        said = client.get(address).json()
        found += said["results"]
        between(number)
        address, number = said["next"], number + 1
        assert number < 60, "it never ends"
    return found


def refused(answer, status=400):
    """The problem that it says."""
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM), answer.content
    said = answer.json()
    assert said["status"] == status and said["title"] and said["type"] == "about:blank"
    return said


# --- Pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 3])
def test_what_is_published_meanwhile_is_not_given_twice_and_pushes_nothing_out(client, limit):
    held = {appear(f"Room {n}").uri for n in range(8)}
    found = [entry["uri"] for entry in walk(client, f"{THINGS}?limit={limit}", lambda n: appear(f"Newer {n}"))]
    assert len(found) == len(set(found))
    assert set(found) == held


def test_things_of_the_same_moment_are_all_given(client):
    now = timezone.now()
    held = {appear(f"Room {n}", updated=now).uri for n in range(7)}
    assert {entry["uri"] for entry in walk(client, f"{THINGS}?limit=2")} == held


@pytest.mark.parametrize("query", ["since=2020-01-01", "until=2099-01-01", "layer=popular", "layer=face&near=51.5,0"])
def test_other_orders_go_on_where_they_were_too(client, query):
    now, held = timezone.now(), set()
    for n in range(9):
        times = {"starts": now + dt.timedelta(hours=1 + n // 3), "ends": now + dt.timedelta(hours=5) if n % 2 else None}
        held.add(appear(f"Lab {n}", kind="gathering", lat=51.5, lon=n // 2, cell=n, coming=n % 2, **times).uri)

    def sooner(number):
        appear(
            f"Sooner {number}",
            kind="gathering",
            lat=51.5,
            lon=0,
            cell=1,
            starts=now + dt.timedelta(minutes=1),
            coming=9,
        )

    found = [entry["uri"] for entry in walk(client, f"{THINGS}?{query}&limit=2", sooner)]
    assert len(found) == len(set(found))
    assert set(found) >= held


def test_what_has_no_date_of_its_own_is_given_once(client):
    soon = timezone.now() + dt.timedelta(days=1)
    for n in range(8):
        appear(f"Room {n}", starts=soon if n % 3 == 0 else None, ends=soon if n % 2 or n % 3 else None)
    found = [entry["title"] for entry in walk(client, f"{THINGS}?until=2099-01-01&limit=1")]
    assert sorted(found) == [f"Room {n}" for n in range(8)]


def test_a_ranked_search_goes_on_behind_the_last_thing_wherever_that_stands_now(client, monkeypatch):
    monkeypatch.setattr(finding, "MOST_RANKED", 4)
    held = {findable(f"Garden of {'roses ' * n}").uri for n in range(1, 8)}
    page = [entry["uri"] for entry in results(client, THINGS, q="garden")]
    assert set(page) == held
    found = [entry["uri"] for entry in walk(client, f"{THINGS}?q=garden&limit=2", lambda n: n or findable("Garden"))]
    assert len(found) == len(set(found))
    assert set(found) >= held


def test_a_ranked_search_goes_on_where_the_last_thing_is_gone(client):
    held = [findable(f"Garden of {'roses ' * n}").uri for n in range(1, 8)]
    order = [entry["uri"] for entry in results(client, THINGS, q="garden")]
    assert set(order) == set(held)
    gone = (Card.objects.filter(uri=uri) for uri in order[1::2])
    found = walk(client, f"{THINGS}?q=garden&limit=2", lambda n: n < 3 and next(gone).delete())
    assert [entry["uri"] for entry in found] == order


def test_a_word_too_common_to_be_ranked_gives_the_newest_first_page_by_page(client, monkeypatch):
    monkeypatch.setattr(finding, "MOST_COMPARED", 3)
    held = [findable(f"Garden {n}").uri for n in range(8)]
    assert [entry["uri"] for entry in walk(client, f"{THINGS}?q=garden&limit=3")] == held[::-1]


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_links_topics_and_nodes_come_page_by_page_too(client, limit):
    for n in range(4):
        node = Node.objects.create(origin=f"https://n{n}.example", name=f"N {n}")
        card = appear(f"Room {n}", node=node)
        link(card, appear("Ours"))
    for address in ("/api/v1/links/", "/api/v1/nodes/", "/api/v1/topics/?scheme=support"):
        whole = results(client, address)
        assert len(whole) >= 4
        mark = "&" if "?" in address else "?"
        assert walk(client, f"{address}{mark}limit={limit}") == whole
    assert results(client, "/api/v1/nodes/")[0]["here"]


def test_links_that_are_written_anew_are_given_once(client):
    cards = [appear(f"Room {n}") for n in range(6)]
    for card in cards[1:]:
        link(card, cards[0])

    def rewrite(number):
        row = Link.objects.order_by("pk").first()
        Link.objects.filter(pk=row.pk).delete()
        row.pk = None
        row.save()

    whole = results(client, "/api/v1/links/")
    assert walk(client, "/api/v1/links/?limit=1", rewrite) == whole


def test_a_page_has_fifty_and_never_more_than_two_hundred(client):
    now = timezone.now()
    rows = [
        Card(
            kind="need",
            uri=f"https://a.example/{n}",
            url=f"/needs/{n}",
            title=f"Room {n}",
            audience="https://www.w3.org/ns/activitystreams#Public",
            published=now,
            updated=now,
            appeared_at=now,
        )
        for n in range(220)
    ]
    Card.objects.bulk_create(rows)
    assert len(results(client, THINGS)) == 50
    assert len(results(client, THINGS, limit=200)) == 200
    assert len(walk(client, f"{THINGS}?limit=200")) == 220


# --- What is refused ----------------------------------------------------------------------------------------

BAD = [
    (THINGS, "topic", "atlantis", "housing|the topics in the list"),
    (THINGS, "kind", "dragon", "need"),
    (THINGS, "layer", "cake", "face"),
    (THINGS, "bbox", "1,2,3", "west, south, east and north"),
    (THINGS, "near", "here", "latitude and longitude"),
    (THINGS, "since", "yesterday", "2026-12-01"),
    (THINGS, "node", "unknown.example", "here"),
    (THINGS, "limit", "0", "1 to 200"),
    (THINGS, "limit", "201", "1 to 200"),
    (THINGS, "limit", "-1", "1 to 200"),
    (THINGS, "limit", "ten", "1 to 200"),
    (THINGS, "limit", "9" * 5000, "1 to 200"),
    (THINGS, "cursor", "x", "begin again without a cursor"),
    (THINGS, "cursor", "x" * 5000, "begin again without a cursor"),
    (THINGS, "exact", "yes", "1"),
    (THINGS, "q", "x" * 201, "200"),
    (THINGS, "topics", "housing", "topic"),
    (THINGS, "uri", "x" * 501, "500"),
    ("/api/v1/thing", "uri", "", "“uri” of the list"),
    ("/api/v1/thing", "uri", "a\0b", "Null"),
    ("/api/v1/links/", "relation", "loves", "answers"),
    ("/api/v1/links/", "layer", "face", "money"),
    ("/api/v1/links/", "from", "x" * 501, "500"),
    ("/api/v1/topics/", "scheme", "fish", "axis"),
    ("/api/v1/areas/", "level", "village", "borough"),
    ("/api/v1/areas/", "within", "atlantis", "slug"),
    ("/api/v1/areas/", "within", "no slug!", "letters"),
    ("/api/v1/nodes/", "kind", "need", "limit"),
    ("/api/v1/", "limit", "3", "none"),
    ("/api/v1/schema", "format", "xml", "yaml"),
]


@pytest.mark.parametrize(("address", "name", "value", "accepted"), BAD)
def test_what_cannot_be_read_is_named_with_what_is_accepted(client, address, name, value, accepted):
    (fault,) = refused(client.get(address, {name: value}))["errors"]
    assert fault["field"] == name
    assert fault["value"].rstrip("…")[:20] == value.replace("\0", "\N{REPLACEMENT CHARACTER}")[:20]
    assert any(word in fault["message"] for word in accepted.split("|")), fault["message"]


def test_everything_that_is_wrong_is_told_at_once(client):
    said = refused(client.get(THINGS, {"topic": "atlantis", "limit": "0", "colour": "red"}))
    assert {fault["field"] for fault in said["errors"]} == {"topic", "limit", "colour"}


def test_what_is_said_twice_is_refused(client):
    (fault,) = refused(client.get(f"{THINGS}?kind=need&kind=offer"))["errors"]
    assert (fault["field"], fault["value"]) == ("kind", "need, offer")
    assert "Give it once" in fault["message"]


def test_only_so_many_addresses_and_parameters_are_read_at_once(client):
    (fault,) = refused(client.get(THINGS, {"uri": [f"https://a.example/{n}" for n in range(11)]}))["errors"]
    assert "11 addresses" in fault["message"] and "10" in fault["message"]
    refused(client.get(THINGS, {f"x{n}": "1" for n in range(1001)}))
    assert len(refused(client.get(THINGS, {f"x{n}": "1" for n in range(900)}))["errors"]) == 20


def test_a_cursor_is_good_for_its_own_question_only(client):
    for n in range(3):
        appear(f"Room {n}", HOUSING)
    following = results_next(client, f"{THINGS}?topic=housing&limit=1")
    cursor = parse_qs(urlsplit(following).query)["cursor"][0]
    assert client.get(following).status_code == 200
    assert client.get(THINGS, {"topic": "housing", "limit": "2", "cursor": cursor}).status_code == 200
    for other in ({"cursor": cursor}, {"topic": "legal", "cursor": cursor}):
        assert refused(client.get(THINGS, other))["errors"][0]["field"] == "cursor"
    refused(client.get("/api/v1/nodes/", {"cursor": cursor}))
    refused(client.get(THINGS, {"topic": "housing", "cursor": cursor[:-2] + "xx"}))
    forged = signing.Signer(salt="another").sign_object({"for": "x", "behind": [{"at": "x"}, 10**40]})
    refused(client.get(THINGS, {"topic": "housing", "cursor": forged}))


def results_next(client, address):
    return client.get(address).json()["next"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_nothing_can_be_changed(client, method):
    for signed_in in (False, True):
        if signed_in:
            client.force_login(accounts.make_account("alice@tenants.example"))
        for address in ADDRESSES:
            answer = getattr(client, method)(address)
            refused(answer, 405)
            assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_nobody_gets_past_the_token_check_by_asking_the_api(client):
    """It is exempt from the check of pages, since it changes nothing."""
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(THINGS).status_code == 405


def test_problems_are_told_in_the_language_of_whoever_asks(client):
    answer = client.get(THINGS, {"topic": "atlantis"}, headers={"accept-language": "it"})
    assert refused(answer)["title"] != refused(client.get(THINGS, {"topic": "atlantis"}))["title"]
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.parametrize("address", ["/api/", "/api/v2/things/", "/api/v1/things/x", "/api/v1/dragons/"])
def test_an_address_that_is_none_is_a_problem_too(client, address):
    refused(client.get(address), 404)


def test_a_forgotten_slash_is_mended(client):
    answer = client.get("/api/v1/things?topic=housing")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/things/?topic=housing")


def test_who_asks_too_often_is_told_when_to_come_back(client, monkeypatch, time_machine):
    time_machine.move_to(timezone.now().replace(second=5), tick=False)  # so that one minute holds it all
    monkeypatch.setattr(limits, "API_READS_PER_ADDRESS", 2)
    assert [client.get(address).status_code for address in (THINGS, "/api/v1/topics/", THINGS)] == [200, 200, 429]
    answer = client.get("/api/v1/")
    assert "2 times" in refused(answer, 429)["title"]
    assert answer["Retry-After"] == "60"
    assert client.get(THINGS, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_a_busy_database_is_told_as_such(client, monkeypatch):
    def busy(*given):
        raise OperationalError("database is locked")

    monkeypatch.setattr(reading, "visible_to", busy)
    answer = client.get("/api/v1/nodes/")
    refused(answer, 503)
    assert int(answer["Retry-After"]) > 0


# --- Kept, compared, read elsewhere -------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*ADDRESSES, "/api/v1/schema?format=yaml", f"{THINGS}?limit=1"])
def test_what_has_not_changed_is_not_sent_again(client, address, time_machine):
    for n in range(3):
        appear(f"A room {n}", HOUSING)
    first = client.get(address)
    time_machine.move_to(timezone.now() + dt.timedelta(hours=3))
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert (again["Cache-Control"], again["Vary"]) == (first["Cache-Control"], first["Vary"])


def test_what_has_changed_is_sent_again(client):
    card = appear("A room")
    first = client.get(THINGS)["ETag"]
    Card.objects.filter(pk=card.pk).update(title="A hall")
    assert client.get(THINGS, headers={"if-none-match": first}).json()["results"][0]["title"] == "A hall"


def test_what_a_person_sees_is_kept_for_nobody_else(client):
    assert client.get(THINGS)["Cache-Control"] == "public, no-cache"
    client.force_login(accounts.make_account("alice@tenants.example"))
    answer = client.get(THINGS)
    assert answer["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Accept-Language", "origin"} <= {
        word.strip() for word in answer["Vary"].replace("Origin", "origin").split(",")
    }


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_says_the_same_without_the_content(client, address):
    got, head = client.get(address), client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Type", "Cache-Control", "Vary"):
        assert head[name] == got[name]


def test_other_websites_may_read_the_api_and_nothing_else(client):
    appear("A room")
    for address in [*ADDRESSES, f"{THINGS}?topic=atlantis", "/api/v1/nowhere"]:
        answer = client.get(address, headers=OVER_THERE)
        assert answer["Access-Control-Allow-Origin"] == "*", address
        assert "Access-Control-Allow-Credentials" not in answer
        assert "ETag" in answer["Access-Control-Expose-Headers"]
    for address in ("/", "/atlas/", "/atlas/list.csv", "/atlas/cards.geojson", "/me/", "/topics/housing"):
        assert "Access-Control-Allow-Origin" not in client.get(address, headers=OVER_THERE), address


def test_other_websites_may_ask_with_an_etag_and_not_write(client):
    asked = {**OVER_THERE, "access-control-request-method": "GET", "access-control-request-headers": "if-none-match"}
    answer = client.options(THINGS, headers=asked)
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "if-none-match" in answer["Access-Control-Allow-Headers"]
    assert client.options(THINGS).status_code == 204


# --- Described ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "it"])
def test_the_description_is_valid_in_both_forms_and_languages(client, language):
    heard = {"accept-language": language}
    as_json = client.get("/api/v1/schema", headers=heard)
    as_yaml = client.get("/api/v1/schema?format=yaml", headers=heard)
    validate(as_json.json())
    assert yaml.safe_load(as_yaml.content) == as_json.json()
    preferred = client.get("/api/v1/schema", headers=heard | {"accept": "application/yaml"})
    assert preferred.content == as_yaml.content
    for path, operations in as_json.json()["paths"].items():
        words = [operations["get"]["summary"], operations["get"]["description"]]
        words += [each.get("description") for each in operations["get"].get("parameters", ())]
        assert all(words), path
    for name, schema in as_json.json()["components"]["schemas"].items():
        undescribed = [each for each, said in schema["properties"].items() if "description" not in said]
        assert not undescribed, name


def test_every_filter_of_the_page_is_described(client):
    things = client.get("/api/v1/schema").json()["paths"][THINGS]["get"]["parameters"]
    names = {each["name"] for each in things}
    assert set(CardFilter.base_filters) <= names
    assert set(CardFilter.base_filters) <= ABOUT.keys()


def test_the_page_for_people_has_every_address_and_parameter(client):
    document = client.get("/api/v1/schema").json()
    text = client.get("/api/v1/docs").content.decode()
    for path, operations in document["paths"].items():
        assert f"<code>{path}</code>" in text
        assert operations["get"]["description"].split(".")[0].replace("'", "&#x27;") in text
        for each in operations["get"].get("parameters", ()):
            assert each["in"] != "query" or f"<code>{each['name']}</code>" in text
    for name, schema in document["components"]["schemas"].items():
        if not name.endswith("Page"):  # what a page is made of is told once, in words
            assert all(f"{each}</code>" in text for each in schema["properties"]), name
    assert f"curl &#x27;{ORIGIN}" in text or f"curl '{ORIGIN}" in text
    assert '<a href="/api/v1/docs">' in client.get("/").content.decode()


def test_the_examples_on_the_page_work(client):
    appear("A room")
    text = unescape(client.get("/api/v1/docs").content.decode())
    examples = re.findall(r"curl '([^']+)'", text)
    assert len(examples) >= 7
    statuses = {example: client.get(example.removeprefix(ORIGIN)).status_code for example in examples}
    refused_ones = [example for example, status in statuses.items() if status != 200]
    assert refused_ones == [f"{ORIGIN}/api/v1/things/?limit=1000"], "the one that shows a problem"


# --- What it costs ------------------------------------------------------------------------------------------

BUDGETS = {
    "/api/v1/": 2,
    THINGS: 5,
    f"{THINGS}?q=room&topic=housing": 8,
    f"{THINGS}?area=Camden&since=2020-01-01": 6,
    f"{THINGS}?layer=support": 5,
    "/api/v1/links/": 2,
    "/api/v1/topics/": 6,
    "/api/v1/areas/": 2,
    "/api/v1/nodes/": 4,
    "/api/v1/thing?uri=https://hackney.example/0": 3,
}


def asked(client, address) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return len(captured)


@pytest.mark.parametrize("signed_in", [False, True])
def test_an_answer_asks_the_database_as_often_for_many_things_as_for_one(client, signed_in):
    """Two queries more for who is signed in: the session, and the audiences they belong to."""
    if signed_in:
        client.force_login(accounts.make_account("alice@tenants.example"))
    for n in range(25):
        node = Node.objects.create(origin=f"https://n{n}.example")
        card = appear(f"A room {n}", HOUSING, node=node, uri=f"https://hackney.example/{n}", starts=timezone.now())
        link(card, appear(f"Ours {n}"), "by")
        if n == 0:
            client.get(THINGS)  # what is only asked the first time does not count
            few = {address: asked(client, address) for address in BUDGETS}
    many = {address: asked(client, address) for address in BUDGETS}
    assert many == few
    more = 4 if signed_in else 0
    assert not {address: count for address, count in many.items() if count > BUDGETS[address] + more}


def test_a_later_page_costs_no_more_than_the_first(client):
    for n in range(30):
        appear(f"A room {n}", HOUSING)
    first = f"{THINGS}?limit=5"
    assert asked(client, results_next(client, first)) == asked(client, first)
    assert paging.MOST == 200
