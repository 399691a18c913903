"""The read API: what the pages show, to whom they show it, in their order; what it cannot read, it names."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts import actions as accounts
from accounts.models import User
from atlas import tallies
from atlas.cards import CardData
from atlas.concepts import retire_concept
from atlas.models import Area, Card, Link
from atlas.search import documents
from federation import actors, audiences, moderation
from federation.models import Actor, AudienceKey, Node
from tests.atlas.test_areas import BOROUGHS
from tests.concepts import ENVIRONMENT, PLANNING, Stewards
from tests.gatherings import Camden
from tests.news import HOUSING, appear

pytestmark = pytest.mark.django_db

ORIGIN = "http://127.0.0.1:8000"
TENANTS = "https://hackney.example/groups/tenants"
THINGS = "/api/v1/things/"
LISTS = [THINGS, "/api/v1/links/", "/api/v1/topics/", "/api/v1/areas/", "/api/v1/nodes/"]
OVER_THERE = {"origin": "https://elsewhere.example"}


@pytest.fixture
def hackney():
    return Node.objects.create(origin="https://hackney.example", name="Hackney Together")


@pytest.fixture
def harbourtown(tmp_path):
    path = tmp_path / "boroughs.geojson"
    path.write_text(json.dumps(BOROUGHS))
    call_command("areas", path, "--level=borough", "--metropolis=Harbourtown", stdout=io.StringIO())


def results(client, address, **query):
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def titles(client, address=THINGS, **query):
    return [entry["title"] for entry in results(client, address, **query)]


def link(source: Card, target: Card, relation: str = "helps", **more) -> Link:
    said = {"source_uri": source.uri, "from_uri": source.uri, "to_uri": target.uri}
    return Link.objects.create(**(said | {"relation": relation} | more))


def findable(title: str, *topics: str, **more) -> Card:
    """A thing that is found by its words too."""
    card = appear(title, *topics, **more)
    names = ("kind", "uri", "url", "title", "audience", "published", "updated", "language")
    with transaction.atomic():
        documents.keep(card, CardData(**{name: getattr(card, name) for name in names}, topics=topics), set())
    return card


# --- What is said -------------------------------------------------------------------------------------------


def test_a_thing_says_everything_in_words_that_stay(client, hackney):
    soon = dt.datetime(2027, 3, 1, 18, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    card = appear(
        "A room",
        HOUSING,
        node=hackney,
        summary="For forty people",
        group_uri=TENANTS,
        group_name="Tenants",
        lat=51.5,
        lon=-0.1,
        accuracy=100,
        cell=1,
        area="Camden, London",
        step_free=True,
        starts=soon,
        axis="action",
        direction="need",
        support="space",
    )
    (entry,) = results(client, THINGS)
    assert entry == client.get(entry["self"]).json(), "a list says the same as the thing by itself"
    assert entry == {
        "uri": card.uri,
        "self": f"{ORIGIN}/api/v1/thing?uri={card.uri.replace(':', '%3A').replace('/', '%2F')}",
        "url": f"{ORIGIN}{card.url}",
        "kind": "need",
        "title": "A room",
        "summary": "For forty people",
        "language": "en",
        "node": "https://hackney.example",
        "group": {"uri": TENANTS, "name": "Tenants"},
        "shared_with": "everyone",
        "point": {"lat": 51.5, "lon": -0.1, "accuracy": 100},
        "area": "Camden, London",
        "within": None,
        "step_free": True,
        "starts": "2027-03-01T17:00:00Z",
        "ends": None,
        "state": None,
        "topics": [HOUSING],
        "filed_under": [HOUSING],
        "axis": "action",
        "direction": "need",
        "support": "space",
        "exchange": None,
        "capacity": None,
        "coming": 0,
        "source": None,
        "licence": None,
        "published": entry["published"],
        "updated": entry["updated"],
    }
    assert dt.datetime.fromisoformat(entry["updated"]) == card.updated


def test_what_is_answered_is_the_same_in_every_language(client, harbourtown):
    appear("A room", HOUSING)
    for address in ["/api/v1/", *LISTS]:
        assert client.get(address).content == client.get(address, headers={"accept-language": "it"}).content, address


def test_the_index_leads_everywhere(client):
    appear("A room")
    said = client.get("/api/v1/").json()
    assert said["node"] == {"origin": ORIGIN, "name": "127.0.0.1:8000", "here": True, "things": 1}
    assert [said["resources"][name] for name in ("things", "links", "topics", "areas", "nodes")] == [
        ORIGIN + address for address in LISTS
    ]
    assert client.get(said["schema"]).json()["openapi"].startswith("3.1")
    assert client.get(said["documentation"])["Content-Type"].startswith("text/html")


def test_topics_of_all_lists_have_their_words_in_every_language_and_what_is_about_them(client):
    appear("One", HOUSING, axis="action", support="space")
    appear("Two", "urn:flotilla:topic:private-renting", HOUSING)
    found = {topic["iri"]: topic for topic in results(client, "/api/v1/topics/", limit=200)}
    assert {topic["scheme"] for topic in found.values()} == {"topic", "axis", "support", "group-kind", "gathering-kind"}
    housing, renting = found[HOUSING], found["urn:flotilla:topic:private-renting"]
    assert (housing["labels"]["en"], housing["labels"]["it"]) == ("Housing", "Abitare")
    assert (housing["broader"], renting["broader"]) == (None, HOUSING)
    assert (housing["count"], renting["count"]) == (2, 1)
    assert found["urn:flotilla:axis:action"]["count"] == 1
    assert found["urn:flotilla:support:space"]["count"] == 1
    assert {topic["count"] for topic in found.values() if topic["scheme"] == "group-kind"} == {None}
    assert housing["url"] == f"{ORIGIN}/topics/housing"
    schemes = {topic["scheme"] for topic in results(client, "/api/v1/topics/", scheme="axis")}
    assert schemes == {"axis"}


def test_a_topic_of_this_node_counts_what_its_filter_finds_and_a_retired_one_says_so(client, work):
    camden = Stewards()
    watch = camden.topic(under=ENVIRONMENT, closeMatch=PLANNING)
    camden.need(watch.iri)
    camden.need(PLANNING, title="A plan")
    retire_concept(watch, by=camden.alice)
    work()
    found = {topic["iri"]: topic for topic in results(client, "/api/v1/topics/", limit=200)}
    assert (found[watch.iri]["labels"]["en"], found[watch.iri]["broader"]) == ("Flood watch", ENVIRONMENT)
    assert found[watch.iri]["retired"] and found[ENVIRONMENT]["retired"] is None
    for iri in (watch.iri, ENVIRONMENT, PLANNING):
        assert found[iri]["count"] == len(results(client, THINGS, topic=found[iri]["slug"])), iri
    (need,) = results(client, THINGS, topic=watch.slug)
    assert need["topics"] == [watch.iri]
    assert set(need["filed_under"]) == {watch.iri, ENVIRONMENT, PLANNING}


def test_areas_come_without_their_outline_and_lead_to_it(client, harbourtown):
    found = results(client, "/api/v1/areas/")
    assert [area["level"] for area in found] == ["metropolis", "borough", "borough"]
    assert "shape" not in found[1] and found[1]["broader"] == "harbourtown"
    outline = client.get(found[1]["outline"].removeprefix(ORIGIN)).json()
    assert outline["properties"]["name"] == found[1]["name"]
    kept = Area.objects.get(slug=found[1]["slug"])
    assert found[1]["bbox"] == [kept.west, kept.south, kept.east, kept.north]
    assert results(client, "/api/v1/areas/", within="harbourtown") == found[1:]
    assert results(client, "/api/v1/areas/", level="metropolis") == found[:1]


def test_nodes_are_those_that_something_visible_comes_from(client, hackney):
    assert results(client, "/api/v1/nodes/") == []
    appear("Theirs", node=hackney)
    blocked = Node.objects.create(origin="https://spam.example", blocked_at=timezone.now())
    appear("Spam", node=blocked)
    Node.objects.create(origin="https://silent.example")
    assert [node["origin"] for node in results(client, "/api/v1/nodes/")] == ["https://hackney.example"]
    appear("Ours")
    assert results(client, "/api/v1/nodes/") == [
        {"origin": ORIGIN, "name": "127.0.0.1:8000", "here": True, "things": 1},
        {"origin": "https://hackney.example", "name": "Hackney Together", "here": False, "things": 1},
    ]


def test_links_are_found_by_relation_layer_and_either_end(client):
    group, need, offer = appear("Tenants"), appear("A room"), appear("A hall", kind="offer")
    link(need, group, "by")
    link(offer, need, "answers", state="agreed")
    link(offer, group, "funds", amount=Decimal("10000"), currency="GBP")

    def found(**query):
        return {(each["from"], each["relation"], each["to"]) for each in results(client, "/api/v1/links/", **query)}

    assert len(found()) == 3
    assert found(relation="answers") == {(offer.uri, "answers", need.uri)}
    assert found(to=group.uri) == {(need.uri, "by", group.uri), (offer.uri, "funds", group.uri)}
    assert found(**{"from": need.uri}) == {(need.uri, "by", group.uri)}
    assert found(layer="money") == {(offer.uri, "funds", group.uri)}
    (grant,) = results(client, "/api/v1/links/", relation="funds")
    assert (grant["amount"], grant["currency"], grant["source"]) == ("10000.00", "GBP", offer.uri)


# --- Who sees what ------------------------------------------------------------------------------------------


def everything(client) -> str:
    """All that the API says to whoever asks."""
    addresses = ["/api/v1/", *LISTS, f"{THINGS}?q=members", f"{THINGS}?limit=1"]
    return "\n".join(client.get(address).content.decode() for address in addresses)


def test_what_is_for_a_group_or_this_node_is_seen_by_those_it_is_for(client):
    bob, charlie = (accounts.make_account(f"{name}@tenants.example") for name in ("bob", "charlie"))
    AudienceKey.objects.create(actor=actors.for_user(bob), audience=audiences.of_group(TENANTS))
    secret = appear("Only for members", audience=audiences.of_group(TENANTS))
    house = appear("Only here", audience=audiences.this_node())
    open_to_all = appear("For everyone")
    link(secret, open_to_all)
    link(open_to_all, secret, "related")
    told_in_secret = {"source_uri": secret.uri, "from_uri": open_to_all.uri, "to_uri": appear("Also open").uri}
    Link.objects.create(relation="related", **told_in_secret)
    for reader, members_see, house_sees in ((None, False, False), (charlie, False, True), (bob, True, True)):
        client.logout()
        if reader:
            client.force_login(reader)
        said = everything(client)
        assert "For everyone" in said
        assert ("Only for members" in said) == members_see
        assert (secret.uri in said) == members_see
        assert ("Only here" in said) == house_sees
        assert client.get("/api/v1/thing", {"uri": secret.uri}).status_code == (200 if members_see else 404)
        assert client.get("/api/v1/thing", {"uri": house.uri}).status_code == (200 if house_sees else 404)
        assert len(results(client, "/api/v1/links/")) == (3 if members_see else 0)
    shared = {entry["title"]: entry["shared_with"] for entry in results(client, THINGS)}
    assert shared == {
        "Only for members": "group",
        "Only here": "node",
        "For everyone": "everyone",
        "Also open": "everyone",
    }


def test_what_stewards_hide_or_limit_and_whom_they_suspend_is_absent(client, hackney, work):
    account = accounts.make_account("sam@tenants.example")
    User.objects.filter(pk=account.pk).update(is_steward=True)
    steward = actors.for_user(User.objects.get(pk=account.pk))
    for title, level in (("Hidden", None), ("Suspended", "suspended"), ("Limited", "limited")):
        actor = Actor.objects.create(uri=f"{hackney.origin}/people/{title}", node=hackney, type="Person")
        card = appear(title, node=hackney, speaker_uri=actor.uri)
        assert title in everything(client)
        if level:
            moderation.restrict_actor(level, actor, by=steward, reason="Spam")
        else:
            moderation.hide(card.uri, by=steward, reason="Spam")
        work()
        assert title not in everything(client)
        assert client.get("/api/v1/thing", {"uri": card.uri}).status_code == 404
    Node.objects.filter(pk=hackney.pk).update(blocked_at=timezone.now())
    assert hackney.origin not in client.get("/api/v1/nodes/").content.decode()


def test_absent_and_forbidden_are_told_apart_by_nobody(client):
    secret = appear("Only for members", audience=audiences.of_group(TENANTS))
    forbidden = client.get("/api/v1/thing", {"uri": secret.uri})
    absent = client.get("/api/v1/thing", {"uri": "https://hackney.example/needs/nowhere"})
    assert (forbidden.status_code, forbidden.content) == (absent.status_code, absent.content)


def test_a_script_of_another_website_sees_what_a_stranger_sees(client):
    client.force_login(accounts.make_account("alice@tenants.example"))
    appear("Only here", audience=audiences.this_node())
    assert titles(client) == ["Only here"]
    answer = client.get(THINGS, headers=OVER_THERE)
    assert answer.json()["results"] == []
    assert "public" in answer["Cache-Control"] and "Origin" in answer["Vary"]
    assert client.get(THINGS, headers={"origin": ORIGIN}).json()["results"] != []


# --- The same as the page -----------------------------------------------------------------------------------


def on_the_page(client, query: str) -> list[str]:
    text = client.get(f"/atlas/{query}").content.decode()
    return re.findall(r'class="card-title"><a href="([^"]*)"', text)


QUERIES = [
    "",
    "?topic=housing",
    "?kind=offer",
    "?area=Camden",
    "?q=room",
    "?q=big+room",
    "?since=2020-01-01",
    "?until=2099-01-01",
    "?layer=popular",
    "?layer=support",
    "?layer=action",
    "?layer=face&near=51.5,-0.13",
    "?bbox=-0.15,51,0,52",
    "?node=hackney.example",
    "?node=here",
    "?steps=none",
    "?axis=action",
    "?support=space",
    f"?group={TENANTS}",
    "?topic=housing&kind=need&q=room",
]


@pytest.fixture
def a_busy_atlas(hackney):
    now = timezone.now()
    for n in range(12):
        findable(
            f"A {'big ' * (n % 3)}room {n}" if n % 4 else f"A garden {n}",
            *([HOUSING] if n % 2 else []),
            kind=("need", "offer", "gathering")[n % 3],
            node=hackney if n % 2 else None,
            group_uri=TENANTS if n % 4 == 1 else "",
            group_name="Tenants" if n % 4 == 1 else "",
            lat=51.5 if n % 3 else None,
            lon=-0.1 - n / 100 if n % 3 else None,
            cell=n if n % 3 else None,
            area="Camden, London" if n % 5 else "",
            step_free=True if n % 2 else None,
            starts=now + dt.timedelta(hours=12 * n - 24) if n % 3 else None,
            ends=now + dt.timedelta(hours=12 * n) if n % 4 else None,
            coming=n % 5,
            axis="action" if n % 2 else "",
            support="space" if n % 3 else "",
            updated=now - dt.timedelta(minutes=7 * n % 5),
        )
    with transaction.atomic():
        tallies.recount()  # the page counts from them


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("limit", [200, 2])
def test_the_same_things_come_in_the_same_order_as_on_the_page(client, a_busy_atlas, query, limit):
    paths, address = [], f"{THINGS}{query}{'&' if query else '?'}limit={limit}"
    while address:
        said = client.get(address).json()
        paths += [entry["url"].removeprefix(ORIGIN) for entry in said["results"]]
        address = said["next"]
    page = on_the_page(client, query)
    assert paths == page
    assert page, "an empty list would prove nothing"


def test_an_area_holds_what_lies_in_it(client, harbourtown):
    borough = Area.objects.filter(level="borough").first()
    appear("Inside", within=borough)
    appear("Outside")
    assert titles(client, area="Harbourtown") == ["Inside"]
    assert results(client, THINGS, area="Harbourtown")[0]["within"] == borough.slug


def test_real_things_are_linked_as_they_are_on_the_network(client, work):
    camden = Camden()
    gathering = camden.gathering(title="Housing lab")
    work()
    drawn = client.get("/atlas/network.json").json()
    links = {(each["from"], each["to"]) for each in results(client, "/api/v1/links/")}
    assert links == {(each["from"], each["to"]) for each in drawn["links"]}
    assert gathering.uri in {end for pair in links for end in pair}


def test_a_mended_word_is_told(client):
    findable("A greenhouse")
    said = client.get(THINGS, {"q": "greenhuose"}).json()
    assert (said["understood"], len(said["results"])) == ("greenhouse", 1)
    exact = client.get(THINGS, {"q": "greenhuose", "exact": "1"}).json()
    assert (exact["understood"], exact["results"]) == (None, [])


def test_things_are_found_by_their_addresses(client):
    cards = [appear(f"Room {n}") for n in range(3)]
    answer = client.get(THINGS, {"uri": [cards[0].uri, cards[2].uri, "https://nowhere.example/"]})
    assert [entry["title"] for entry in answer.json()["results"]] == ["Room 2", "Room 0"]
