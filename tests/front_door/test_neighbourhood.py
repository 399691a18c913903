"""One thing and what it is directly related to: the same in the list, the table, the drawing and the data."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.http import QueryDict
from django.utils.http import urlencode

from atlas import lists
from atlas.cards import LinkData
from atlas.filters import CardFilter
from atlas.hoisting import NAME, _width, in_lines
from atlas.models import Card, Link
from federation import audiences
from notifications.searches import answered_by
from tests.gatherings import HOUSING, Camden
from tests.news import appear

pytestmark = pytest.mark.django_db

NOTHING = "There is nothing here that you may see"
ROW = re.compile(r"<tbody>(.*?)</tbody>", re.DOTALL)


@pytest.fixture
def harbour(db):
    from tests.atlas import harbour as kind

    kind.clear()
    yield kind
    kind.clear()


@pytest.fixture
def camden(db):
    return Camden()


@pytest.fixture
def fleet(harbour, work):
    """A crew with three sails, a buoy it helps, and the sail of somebody else beside them."""
    crew = harbour.publish("tenants", kind="crew", title="Tenants")
    buoy = harbour.publish("red", kind="buoy", title="Red buoy")
    for number in range(3):
        harbour.publish(number, group_uri=crew)
    harbour.publish("help", links=[LinkData(from_uri=crew, to_uri=buoy, relation="helps")])
    other = harbour.publish("others", kind="crew", title="Others")
    harbour.publish(9, group_uri=other)
    work()
    return crew


def asked(client, uri, path="/atlas/", **more):
    return client.get(path, {"around": uri, **({"view": "network"} if path == "/atlas/" else {}), **more})


def words(answer):
    return " ".join(unescape(re.sub("<[^>]+>", " ", answer.content.decode())).split())


def in_list(answer):
    return set(re.findall(r'data-uri="([^"]+)"', answer.content.decode().split('id="cards"')[-1]))


def in_table(answer):
    """The titles at the ends of the relations."""
    rows = "".join(ROW.findall(answer.content.decode()))
    return {unescape(title) for title in re.findall(r"<a [^>]*>([^<]+)</a>", rows)}


def in_drawing(answer):
    """By address, with what is read aloud."""
    drawing = answer.content.decode().split("neighbourhood-canvas")[-1].split("</svg>\n  \n")[0]
    return {
        uri: unescape(label)
        for label, uri in re.findall(r'<a class="network-node[^>]*aria-label="([^"]*)" data-uri="([^"]*)"', drawing)
    }


def test_the_list_the_table_the_drawing_and_the_data_have_the_same_things(fleet, client):
    page = asked(client, fleet)
    data = asked(client, fleet, "/atlas/network.json").json()
    drawn = in_drawing(page)
    assert in_list(page) == drawn.keys() == {node["uri"] for node in data["nodes"]}
    assert in_table(page) == {node["title"] for node in data["nodes"]}
    assert len(drawn) == 5 and len(data["links"]) == 4, "and none of somebody else's"
    assert "Tenants is related to 4 things: sail 3, buoy 1." in words(page)
    assert drawn[fleet] == "Tenants, crew: open its page"
    assert "Red buoy, buoy: Tenants helps Red buoy" in drawn.values()
    assert "Sail number 1, sail: Sail number 1 comes from Tenants" in drawn.values()


def test_a_flag_leads_on_and_keeps_the_other_filters(fleet, client):
    page = asked(client, fleet, kind="sail", rows="1").content.decode()
    links = [unescape(each) for each in re.findall(r'<a class="network-node" href="([^"]+)"', page)]
    assert len(links) == 3
    assert all("kind=sail" in link and "view=network" in link and "rows" not in link for link in links)
    assert re.search(r'<a class="network-node neighbourhood-middle" href="/crews/tenants"', page)
    assert client.get(f"/atlas/{links[0]}").status_code == 200
    [back] = re.findall(r'href="([^"]+)">The whole network again', page)
    assert sorted(unescape(back).strip("?").split("&")) == ["kind=sail", "view=network"]


def test_other_filters_narrow_what_stands_around_the_middle(fleet, client):
    page = asked(client, fleet, kind="buoy")
    assert "Tenants is related to 1 thing: buoy 1." in words(page)
    assert in_list(page) == in_drawing(page).keys() - {fleet}
    assert in_table(page) == {"Tenants", "Red buoy"}
    assert "Tenants is related to nothing that fits all of your filters." in words(asked(client, fleet, kind="crew"))


def test_a_layer_shows_its_own_relations_only(fleet, client):
    page = asked(client, fleet, layer="support")
    assert in_table(page) == {"Tenants", "Red buoy"}
    assert in_drawing(page).keys() == in_list(page)


def test_what_is_related_to_nothing_says_so(harbour, client, work):
    alone = harbour.publish("alone", title="Lighthouse")
    work()
    page = asked(client, alone)
    assert "Lighthouse is related to nothing yet." in words(page)
    assert in_list(page) == in_drawing(page).keys() == {alone}


def test_more_than_can_be_drawn_stand_in_the_table(harbour, client, work):
    crew = harbour.publish("tenants", kind="crew", title="Tenants")
    for number in range(30):
        harbour.publish(number, group_uri=crew)
    work()
    page = asked(client, crew)
    assert len(in_drawing(page)) == 25, "24 and the middle"
    assert "Tenants is related to 30 things: sail 30. The newest are drawn, 6 more relations stand in the table." in (
        words(page)
    )
    assert "Sail number 29" in words(page).split("The list")[0]


def test_what_two_tell_of_is_drawn_once(harbour, client, work):
    crew = harbour.publish("tenants", kind="crew", title="Tenants")
    buoy = harbour.publish("red", kind="buoy", title="Red buoy")
    for number in range(2):
        harbour.publish(number, links=[LinkData(from_uri=crew, to_uri=buoy, relation="helps")])
    work()
    page = asked(client, crew)
    assert "Tenants is related to 1 thing: buoy 1." in words(page)
    assert page.content.decode().count('<a class="network-node" ') == 1


def test_what_only_members_see_is_shown_to_them_and_does_not_exist_for_others(camden, client, work):
    from cop.actions.proposals import publish_proposal
    from cop.models import Proposal

    secret = publish_proposal(
        camden.alice,
        camden.group.actor,
        Proposal.Direction.NEED,
        audience=audiences.of_group(camden.group.uri),
        title="A quiet room",
        language="en",
    )
    work()
    bob = camden.client(camden.bob)
    assert "A quiet room is related to 1 thing: Groups 1." in words(asked(bob, secret.uri))
    assert secret.uri in in_drawing(asked(bob, camden.group.uri))
    for other in (client, camden.client(camden.charlie)):
        assert secret.uri not in asked(other, camden.group.uri).content.decode()
        assert asked(other, secret.uri, "/atlas/network.json").json() == {"nodes": [], "links": [], "left_out": 0}
        forbidden, absent = asked(other, secret.uri), asked(other, f"{secret.uri}x")
        assert forbidden.status_code == absent.status_code == 200
        assert words(forbidden) == words(absent) and NOTHING in words(absent)
        assert "quiet room" not in forbidden.content.decode() and in_list(forbidden) == set()


def test_a_topic_stands_in_the_middle_of_what_is_about_it(camden, client, work):
    camden.gathering(title="Lab about leases")
    camden.gathering(title="Lab about maps", topics=["urn:flotilla:topic:mapping"])
    work()
    page = asked(client, HOUSING)
    assert "Housing is related to 1 thing: Gatherings 1." in words(page)
    assert {"Lab about leases", "Housing"} == in_table(page)
    [lab] = in_list(page)
    assert in_drawing(page) == {
        HOUSING: "Housing, Topic: open its page",
        lab: "Lab about leases, Gathering: Lab about leases is about Housing",
    }
    assert HOUSING in in_drawing(asked(client, lab)), "and back from there"
    assert HOUSING not in in_drawing(asked(client, lab, layer="action"))
    assert "Housing is related to nothing" in words(asked(client, HOUSING, layer="money"))


@pytest.mark.parametrize("uri", ["https://nowhere.example/1", "urn:flotilla:topic:atlantis", "urn:flotilla:axis:art"])
def test_an_address_nobody_knows_finds_nothing_and_says_so(fleet, client, uri):
    page = asked(client, uri)
    assert NOTHING in words(page) and in_list(page) == set()
    assert "neighbourhood-canvas" not in page.content.decode()
    assert NOTHING in words(asked(client, uri, view="map"))


@pytest.mark.parametrize("uri", ["x" * 501, "a\0b"])
def test_an_address_that_is_none_is_named_and_passed_over(fleet, client, uri):
    page = asked(client, uri)
    assert page.status_code == 200 and "There is something to mend" in words(page)
    assert 'data-island="network"' in page.content.decode()
    assert asked(client, uri, "/atlas/network.json").status_code == 400


def test_the_other_views_say_why_they_show_so_little(fleet, client):
    for view in ("map", "topics"):
        assert "You see only what Tenants is related to." in words(asked(client, fleet, view=view))


def test_the_page_of_a_thing_leads_to_its_neighbourhood(camden, client, work):
    work()
    page = client.get(camden.group.get_absolute_url()).content.decode()
    assert "What it is related to" not in page
    lab = camden.gathering()
    work()
    for thing in (camden.group, lab):
        page = client.get(thing.get_absolute_url()).content.decode()
        [address] = re.findall(r'<a href="([^"]+)">What it is related to</a>', page)
        assert in_drawing(client.get(unescape(address))).keys() == {camden.group.uri, lab.uri, HOUSING} - (
            {HOUSING} if thing == camden.group else set()
        )


def test_the_drawing_fetches_itself_alone(fleet, client):
    asks = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "hoist"}
    answer = client.get("/atlas/", {"view": "network", "around": fleet}, **asks)
    assert answer.content.decode().strip().startswith('<div id="hoist"')
    assert "HX-Target" in answer["Vary"]


@pytest.mark.parametrize(
    "title",
    [
        "Riverside",
        "A lab about reading a lease together",
        "Wohnungsbaugenossenschaftsversammlung",
        "WWWW" * 9,
        "橋" * 40,
    ],
)
def test_a_name_fits_in_two_lines(title):
    lines = in_lines(title, NAME)
    assert 1 <= len(lines) <= 2 and all(line and _width(line) <= NAME for line in lines)
    assert " ".join(title.split()) == " ".join(lines) or lines[-1].endswith("…") or "".join(lines) == title


# --- The same question elsewhere ------------------------------------------------------------------------


def test_a_list_of_one_kind_takes_the_question_too(client, harbour):
    group = appear("A group", kind="group", uri="https://hackney.example/groups/g")
    need = appear("A need of the group")
    appear("Another need")
    Link.objects.create(from_uri=need.uri, to_uri=group.uri, relation="by", source_uri=need.uri)
    for path in ("/needs/list.csv", "/needs/", "/atlas/list.csv"):
        page = client.get(path, {"around": group.uri}).content.decode()
        assert "A need of the group" in page and "Another need" not in page, path


def test_a_search_for_a_neighbourhood_is_answered_by_what_joins_it(fleet, harbour, work):
    target = f"/atlas/?{urlencode({'around': fleet})}"
    joined, apart = harbour.publish("new", group_uri=fleet), harbour.publish("apart")
    work()
    cards = Card.objects.in_bulk([joined, apart], field_name="uri")
    assert answered_by(cards[joined], [target]) == [target]
    assert answered_by(cards[apart], [target]) == []
    found = CardFilter(QueryDict(urlencode({"around": fleet})), Card.objects.visible_to(None))
    assert lists.words_of(found) == "Tenants", "the name of the search, where nobody gives another"


def test_each_neighbourhood_has_a_title_of_its_own(fleet, client):
    assert "<title>Tenants: Atlas" in " ".join(asked(client, fleet).content.decode().split())


@pytest.mark.parametrize(("language", "words"), [("en", "£10,000"), ("it", "10.000\N{NO-BREAK SPACE}£")])
def test_money_between_two_is_written_as_money(client, db, language, words):
    giver, taker = (appear(name, kind="group", uri=f"https://hackney.example/groups/{name}") for name in ("one", "two"))
    Link.objects.create(
        from_uri=giver.uri, to_uri=taker.uri, relation="funds", source_uri=giver.uri, amount=10000, currency="GBP"
    )
    found = client.get("/atlas/network.json", headers={"Accept-Language": language}).json()
    assert [link["amount"] for link in found["links"]] == [words]
