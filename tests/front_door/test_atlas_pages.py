"""The front door, the atlas with its three views, the pages of topics: what people and programs get."""

from __future__ import annotations

import datetime as dt
import json
import re
from html import unescape
from urllib.parse import quote

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from atlas import points, slots
from atlas.cards import LinkData
from atlas.models import Card, Topic
from federation.documents import unknown_terms
from federation.models import Actor, Node
from notifications.models import Follow
from tests.atlas import harbour as harbour_module

pytestmark = pytest.mark.django_db

BUDGET = 15  # queries of one page
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def harbour(db):
    harbour_module.clear()
    yield harbour_module
    harbour_module.clear()


@pytest.fixture
def hackney(db):
    return Node.objects.create(origin="https://hackney.example", name="Hackney")


@pytest.fixture
def bob(db):
    return actions.make_account("bob@tenants.example", "a long enough secret")


def publish_many(harbour, hackney, count):
    group = harbour.publish("tenants", kind="crew", title="Tenants of Camden", topics=[harbour.HOUSING])
    topics = [[harbour.HOUSING, harbour.RENTING], [harbour.PLANNING], [harbour.MAPPING]]
    tomorrow = timezone.now() + dt.timedelta(days=1)
    for number in range(count - 1):
        harbour.publish(
            number,
            kind=harbour.KINDS[number % 2],
            node=hackney if number % 3 == 0 else None,
            topics=topics[number % 3],
            group_uri=group,
            axis="action",
            area="Camden, London",
            lat=51.5 + number / 1000,
            lon=-0.1,
            starts=tomorrow,
        )


def titles(response):
    found = re.findall(r'class="card-title"><a href="[^"]*"[^>]*>([^<]*)</a>', response.content.decode())
    return [unescape(title) for title in found]


# --- What is on the pages -----------------------------------------------------------------------------


def test_the_front_door_asks_one_question_and_has_six_doors(client, harbour, work):
    harbour.publish(1, title="A room in Camden")
    work()
    page = client.get("/").content.decode()
    assert "What brings you here?" in page
    assert page.count('class="door is-') == 6
    assert "A room in Camden" in page
    assert "Just now, from 1 node." in page
    assert "New here? Three things to do" in page
    assert 'class="topic-flags-link" href="/topics/"' in page and 'href="#flag-housing"' in page


def test_an_empty_node_invites_instead_of_showing_nothing(client, harbour):
    for address in ("/", "/atlas/", "/topics/housing"):
        page = client.get(address).content.decode()
        assert 'href="/needs/new"' in page, address


def test_copies_from_a_register_do_not_crowd_out_what_people_say(client, harbour, work):
    harbour.publish("said", title="We need chairs", updated=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    for number in range(8):
        harbour.publish(number, title=f"Listed {number}", source="A public register")
    work()
    assert titles(client.get("/")) == ["We need chairs"]


def test_the_next_dates_come_soonest_first_without_what_was_called_off(client, harbour, work):
    now = timezone.now()
    harbour.publish("later", title="Festival", starts=now + dt.timedelta(days=9))
    harbour.publish("soon", title="Lab", starts=now + dt.timedelta(days=2))
    harbour.publish("closing", title="Call", starts=now - dt.timedelta(days=2), ends=now + dt.timedelta(days=5))
    harbour.publish("past", title="Yesterday", starts=now - dt.timedelta(days=1), ends=now - dt.timedelta(hours=20))
    harbour.publish("off", title="Called off", starts=now + dt.timedelta(days=1), state="cancelled")
    work()
    dates = client.get("/").content.decode().partition('class="dates"')[2].partition("</ol>")[0]
    assert re.findall(r">(Lab|Call|Festival|Yesterday|Called off)</a>", dates) == ["Lab", "Call", "Festival"]


def test_a_card_says_which_node_it_is_from_and_when(client, harbour, hackney, work):
    harbour.publish(1, node=hackney, updated=timezone.now() - dt.timedelta(minutes=3))
    work()
    assert "from Hackney, <time" in client.get("/atlas/").content.decode()


@pytest.mark.parametrize("view", ["map", "network", "topics"])
def test_every_view_has_the_same_list_in_the_same_order(client, harbour, hackney, work, view):
    publish_many(harbour, hackney, 30)
    work()
    expected = titles(client.get("/atlas/?topic=housing"))
    assert len(expected) == 11
    assert titles(client.get(f"/atlas/?topic=housing&view={view}")) == expected


def test_the_list_is_paged_and_every_link_keeps_the_filters(client, harbour, hackney, work):
    publish_many(harbour, hackney, 45)
    work()
    page = client.get("/atlas/?area=camden&view=network&page=2").content.decode()
    assert len(re.findall(r'<article class="card"', page)) == 20
    assert '<ol class="hoist" id="cards" start="21"' in page
    assert 'href="?area=camden&amp;view=network&amp;page=3"' in page
    assert 'href="?area=camden&amp;view=topics"' in page
    assert 'href="?area=camden&amp;view=network&amp;kind=buoy"' in page
    assert 'data-source="/atlas/network.json?area=camden"' in page


def test_the_counts_by_kind_follow_the_other_filters(client, harbour, hackney, work):
    publish_many(harbour, hackney, 30)
    work()
    page = client.get("/atlas/?topic=planning&kind=sail").content.decode()
    counts = re.findall(r'<a class="tag" href="[^"]*"([^>]*)>(\w+) <strong>(\d+)</strong>', page)
    assert counts == [("", "Everything", "10"), (' aria-current="true"', "sail", "5"), ("", "buoy", "5")]


def test_the_fragment_is_the_list_alone_with_the_same_filters(client, harbour, hackney, work):
    publish_many(harbour, hackney, 10)
    work()
    address = "/atlas/?topic=planning&view=topics"
    whole, part = client.get(address), client.get(address, headers=FRAGMENT | {"HX-Target": "results"})
    assert "<html" not in part.content.decode()
    assert titles(part) == titles(whole) != []
    assert 'hx-get="/atlas/?topic=planning&amp;view=topics"' in part.content.decode()
    assert "HX-Request" in part["Vary"]


@pytest.mark.parametrize(
    ("address", "target"), [("/", "just-now"), ("/atlas/", "results"), ("/topics/housing", "on-this-topic")]
)
def test_what_fetches_itself_again_answers_alone(client, harbour, work, address, target):
    harbour.publish(1, topics=[harbour.HOUSING])
    work()
    assert f'<div id="{target}"' in client.get(address).content.decode()
    part = client.get(address, headers=FRAGMENT | {"HX-Target": target}).content.decode()
    assert part.strip().startswith(f'<div id="{target}"')


def test_the_grid_counts_broad_topics_once_and_invites_where_it_is_empty(client, harbour, work):
    harbour.publish(1, topics=[harbour.HOUSING, harbour.RENTING], axis="urn:flotilla:axis:education")
    work()
    page = client.get("/atlas/?view=topics").content.decode()
    cell = re.search(r'href="\?view=topics&amp;topic=housing&amp;axis=education">(.*?)</a>', page, re.DOTALL)
    assert cell
    assert '<span class="atlas-grid-count">1</span>' in cell[1]
    assert 'href="/gatherings/new?topic=housing&amp;axis=action"' in page
    assert page.count("atlas-grid-propose") == 26


def test_the_network_lists_its_relations_in_words(client, harbour, work):
    group = harbour.publish("tenants", kind="crew", title="Tenants of Camden")
    harbour.publish(1, title="A room", group_uri=group)
    work()
    page = " ".join(client.get("/atlas/?view=network").content.decode().split())
    row = page[page.index("<tbody>") : page.index("</tbody>")]
    assert '<a href="/sails/1" dir="auto">A room</a></th> <td>comes from</td>' in row
    assert '<a href="/crews/tenants" dir="auto">Tenants of Camden</a></td>' in row


def test_words_that_find_nothing_still_lead_to_a_topic(client, harbour):
    page = client.get("/atlas/?q=my+landlord+wants+an+eviction").content.decode()
    assert "Nothing fits all of your filters" in page
    assert 'href="/topics/private-renting"' in page


def test_a_topic_page_groups_everything_by_kind(client, harbour, hackney, work):
    publish_many(harbour, hackney, 60)
    work()
    page = client.get("/topics/planning").content.decode()
    assert re.findall(r'<h2 id="kind-(\w+)">\w+ <span class="topic-count">(\d+)</span>', page) == [
        ("sail", "10"),
        ("buoy", "10"),
    ]
    assert page.count('<article class="card"') == 12
    assert 'href="/atlas/?topic=planning&amp;kind=buoy"' in page
    assert 'href="/topics/planning-applications"' in page


def test_pages_are_italian_for_who_reads_italian(client, harbour, work):
    harbour.publish(1, topics=[harbour.HOUSING], language="en", title="A room")
    work()
    page = client.get("/atlas/", headers={"Accept-Language": "it"}).content.decode()
    assert '<option value="housing">Abitare</option>' in page
    assert 'lang="en">A room</a>' in page


def test_apps_above_fill_slots_and_nothing_of_theirs_is_trusted_blindly(client, monkeypatch):
    monkeypatch.setattr(slots, "_filled", {name: [] for name in slots._filled})
    slots.fill(slots.TOPIC_ACTIONS, lambda request, topic: f"<b>{topic.slug}</b>")
    assert "&lt;b&gt;housing&lt;/b&gt;" in client.get("/topics/housing").content.decode()
    with pytest.raises(ValueError, match="no page has a slot 'topics-actions'"):
        slots.fill("topics-actions", str)


def test_who_follows_a_topic_finds_what_is_new_there_at_the_front_door(client, harbour, work, bob):
    harbour.publish(1, title="Rents in Camden", topics=[harbour.RENTING])
    harbour.publish(2, title="A map", topics=[harbour.MAPPING])
    work()
    assert "Sign in to follow" in client.get("/topics/housing").content.decode()
    assert "What you follow" not in client.get("/").content.decode()
    client.force_login(bob)
    assert "You follow nothing yet" in client.get("/").content.decode()
    button = {"kind": "topic", "target": harbour.HOUSING, "next": "/topics/housing"}
    assert client.post(reverse("notifications:follow"), button, follow=True).status_code == 200
    assert "Stop following" in client.get("/topics/housing").content.decode()
    section = client.get("/").content.decode().partition('id="followed"')[2].partition("</section>")[0]
    assert "Rents in Camden" in section
    assert "A map" not in section


def test_a_group_s_things_are_seen_by_its_members_only(client, harbour, work, bob):
    from federation import actors, audiences
    from federation.models import AudienceKey

    members = audiences.of_group(f"{settings.ORIGIN}/groups/tenants")
    harbour.publish(1, title="For us alone", audience=members, lat=51.5, lon=-0.1, topics=[harbour.HOUSING])
    work()
    addresses = ("/", "/atlas/", "/atlas/?q=alone", "/atlas/cards.geojson", "/topics/housing")
    assert not any("For us alone" in client.get(address).content.decode() for address in addresses)
    AudienceKey.objects.create(actor=actors.for_user(bob), audience=members)
    client.force_login(bob)
    assert all("For us alone" in client.get(address).content.decode() for address in addresses)


# --- Data ---------------------------------------------------------------------------------------------


def test_the_points_are_those_of_the_filtered_list_in_its_order(client, harbour, hackney, work):
    publish_many(harbour, hackney, 12)
    work()
    response = client.get("/atlas/cards.geojson?topic=housing")
    found = json.loads(response.content)
    assert response["Content-Type"] == "application/geo+json"
    placed = Card.objects.exclude(lat=None).filter(topics__slug="housing").newest_first()
    assert [one["properties"]["uri"] for one in found["features"]] == [card.uri for card in placed]
    first = found["features"][0]
    assert first["properties"]["topic"] == "housing"
    assert first["geometry"]["coordinates"][0] == -0.1
    assert found["numberMatched"] == len(placed) == 4


def test_many_points_are_gathered_into_counts(client, harbour, work, monkeypatch):
    monkeypatch.setattr(points, "MOST_POINTS", 5)
    for number in range(9):
        harbour.publish(number, lat=51.5 + number / 10_000, lon=-0.1)
    harbour.publish("far", lat=45.46, lon=9.19, title="Milano")
    work()
    found = json.loads(client.get("/atlas/cards.geojson").content)["features"]
    assert [one["properties"].get("cluster", one["properties"].get("title")) for one in found] == [9, "Milano"]
    closer = json.loads(client.get("/atlas/cards.geojson?bbox=-0.2,51.4,0,51.6&zoom=20").content)
    assert closer["numberMatched"] == 9 and len(closer["features"]) <= 5, "never more than the map can draw"
    street = json.loads(client.get("/atlas/cards.geojson?bbox=-0.2,51.4999,0,51.50035&zoom=20").content)
    assert len(street["features"]) == 4 and not any("cluster" in one["properties"] for one in street["features"])


def test_the_network_has_both_ends_of_every_link(client, harbour, work):
    group = harbour.publish("tenants", kind="crew", topics=[harbour.RENTING])
    harbour.publish(1, group_uri=group, links=[LinkData(to_uri="https://a.example/unknown", relation="helps")])
    harbour.publish("alone")
    work()
    found = json.loads(client.get("/atlas/network.json?kind=sail").content)
    assert sorted(node["url"] for node in found["nodes"]) == ["/crews/tenants", "/sails/1"]
    assert [link["relation"] for link in found["links"]] == ["comes from"]
    assert {node["topic"] for node in found["nodes"]} == {"", "housing"}


def test_a_topic_is_an_actor_others_can_follow(client, db):
    response = client.get("/topics/private-renting", headers={"Accept": "application/activity+json"})
    document = json.loads(response.content)
    assert response["Content-Type"] == "application/activity+json"
    assert document["type"] == "Service"
    assert document["id"] == f"{settings.ORIGIN}/topics/private-renting"
    assert document["additionalType"] == "http://www.w3.org/2004/02/skos/core#Concept"
    assert document["exactMatch"] == "urn:flotilla:topic:private-renting"
    assert document["broader"] == "urn:flotilla:topic:housing"
    assert document["nameMap"] == {"en": "Private renting", "it": "Affitto privato"}
    assert document["preferredUsername"] == "private-renting"
    assert "BEGIN PUBLIC KEY" in document["publicKey"]["publicKeyPem"]
    assert unknown_terms(document) == set()
    named = client.get("/.well-known/webfinger?resource=acct:private-renting@127.0.0.1:8000")
    assert named.json()["links"][0]["href"] == document["id"]


def test_only_topics_have_a_page(client, db):
    assert client.get("/topics/expertise").status_code == 404
    assert client.get("/topics/expertise", headers={"Accept": "application/activity+json"}).status_code == 404
    assert client.get("/topics/nothing").status_code == 404
    assert not Actor.objects.filter(handle="expertise").exists()
    assert Topic.objects.filter(scheme="topic", actor=None).count() == 0


# --- Budgets ------------------------------------------------------------------------------------------

PAGES = [
    "/",
    "/atlas/",
    "/atlas/?view=network",
    "/atlas/?view=topics",
    "/atlas/?q=sail&topic=housing&axis=action&area=london&node=here&since=2026-01-01&view=topics",
    "/atlas/cards.geojson",
    "/atlas/network.json",
    "/topics/",
    "/topics/housing",
]


@pytest.mark.parametrize("count", [1, 60])
@pytest.mark.parametrize("address", PAGES)
def test_a_page_needs_few_queries_however_much_it_shows(
    client, harbour, hackney, work, django_assert_max_num_queries, address, count
):
    publish_many(harbour, hackney, count)
    work()
    with django_assert_max_num_queries(BUDGET):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/", "/atlas/", "/topics/housing"])
def test_a_person_s_page_needs_few_queries_too(
    client, harbour, hackney, work, bob, django_assert_max_num_queries, address
):
    publish_many(harbour, hackney, 60)
    work()
    Follow.objects.create(user=bob, kind="topic", target=harbour.HOUSING)
    client.force_login(bob)
    client.get(address)
    with django_assert_max_num_queries(BUDGET):
        assert client.get(address).status_code == 200


# --- Bad input ----------------------------------------------------------------------------------------

NASTY = [
    "%00",
    "%FF%FE",
    "%ED%A0%80",
    "9" * 5000,
    "-1",
    "1e400",
    "nan,nan,nan,nan",
    "-inf,0,inf,0",
    "0000-0-0T0:0",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    quote("٣"),
    quote("<script>alert(1)</script>"),
    quote("' OR 1=1 --"),
    quote("%_\\%"),
    quote("🏴‍☠️" * 50),
    "a" * 9000,
    quote("[]{}"),
    "&",
]
PARAMETERS = "q kind topic area axis support node since until bbox view page zoom".split()  # noqa: SIM905


@pytest.mark.parametrize("value", NASTY, ids=lambda value: value[:20])
def test_no_query_string_breaks_a_page_or_a_file(client, harbour, work, value):
    harbour.publish(1, lat=51.5, lon=-0.1)
    work()
    query = "&".join(f"{name}={value}" for name in PARAMETERS if name not in ("view", "zoom"))
    for path in ("", f"?view={value}", "?view=network", "?view=topics"):
        response = client.get(f"/atlas/{path}{'&' if path else '?'}{query}")
        assert response.status_code == 200, path[:100]
        assert "<script>alert" not in response.content.decode()
    for address in (f"cards.geojson?{query}", f"cards.geojson?zoom={value}", f"network.json?{query}"):
        assert client.get(f"/atlas/{address}").status_code in (200, 400), address[:100]


def test_a_page_names_what_it_could_not_read_and_shows_the_rest(client, harbour, work):
    harbour.publish(1, title="A room", topics=[harbour.HOUSING])
    work()
    page = client.get("/atlas/?topic=houssing&since=tomorrow&view=globe")
    text = unescape(page.content.decode())
    assert page.status_code == 200
    assert "We do not know “houssing”. Choose one of these: the topics in the list." in text
    assert "“tomorrow” is not a day we can use." in text
    assert "There is no view called “globe”." in text
    assert titles(page) == ["A room"]
    assert 'data-source="/atlas/cards.geojson"' in text


def test_a_file_says_what_it_could_not_read(client, harbour):
    response = client.get("/atlas/cards.geojson?bbox=1,2&zoom=99&kind=ship")
    body = json.loads(response.content)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert {(error["field"], error["value"]) for error in body["errors"]} == {
        ("bbox", "1,2"),
        ("zoom", "99"),
        ("kind", "ship"),
    }
    assert "from 0 to 22" in next(error["message"] for error in body["errors"] if error["field"] == "zoom")


def test_pages_only_read(client, db):
    for name in ("home", "atlas", "cards-geojson", "network-json", "topic-list"):
        assert client.post(reverse(name)).status_code == 405


def test_a_node_is_named_only_to_those_who_may_see_something_of_it(harbour, hackney, client, work):
    harbour.publish(1, node=hackney, audience=f"{settings.ORIGIN}/groups/abcdefghjkmn/members")
    work()
    assert "Hackney" not in client.get("/atlas/").content.decode()
    harbour.publish(2, node=hackney)
    work()
    assert "Hackney" in client.get("/atlas/").content.decode()


def test_the_map_gets_no_more_points_than_it_can_draw_however_close_one_asks(harbour, client, work, monkeypatch):
    monkeypatch.setattr(points, "MOST_POINTS", 20)
    for number in range(60):
        harbour.publish(number, lat=51.5 + number / 1000, lon=-0.1)
    work()
    found = client.get("/atlas/cards.geojson?zoom=22").json()
    assert found["numberMatched"] == 60 and 1 < len(found["features"]) <= 20
    assert sum(one["properties"].get("cluster", 1) for one in found["features"]) == 60
