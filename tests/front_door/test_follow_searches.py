"""Following an area and a search: who hears of a new thing, who does not, and at what cost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import actions as accounts
from cop.actions.proposals import publish_proposal
from cop.models import Proposal
from federation import actors, audiences
from federation.models import Node
from notifications import actions, searches
from notifications.models import Follow, Notice
from tests.gatherings import Camden
from tests.news import HOUSING, appear

pytestmark = pytest.mark.django_db

TENANTS = "https://hackney.example/groups/tenants"


@pytest.fixture
def bob():
    return accounts.make_account("bob@tenants.example")


@pytest.fixture
def charlie():
    return accounts.make_account("charlie@tenants.example")


@pytest.fixture
def bobs_browser(client, bob):
    client.force_login(bob)
    return client


def follow(browser, kind, target, name=""):
    return browser.post(reverse("notifications:follow"), {"kind": kind, "target": target, "name": name})


def notices(browser) -> str:
    return browser.get(reverse("notifications:notices")).content.decode()


def test_a_follower_of_an_area_hears_of_what_is_new_there(bobs_browser, work):
    follow(bobs_browser, "area", "Camden")
    appear("A hall by the canal", area="Somers Town, Camden, London")
    appear("A hall by the sea", area="Ostia, Roma")
    appear("A hall in no place")
    work()
    text = notices(bobs_browser)
    assert "A hall by the canal" in text
    assert "because you follow the area Camden" in text
    assert Notice.objects.count() == 1


@pytest.mark.parametrize("area", ["100%", "_a_", "a\\b", "O'Brien"])
def test_signs_in_an_area_are_signs_and_not_patterns(bob, work, area):
    actions.follow(bob, "area", area)
    appear("Somewhere else", area="Camden, London")
    appear("There", area=f"Over {area}, London")
    work()
    assert [notice.params["area"] for notice in Notice.objects.all()] == [area]


@pytest.mark.parametrize("area", ["", " ", "a", "x" * 101])
def test_a_letter_or_a_page_is_no_area(bobs_browser, area):
    assert follow(bobs_browser, "area", area).status_code in {400, 404}
    assert not Follow.objects.exists()


def test_the_page_of_an_area_offers_to_follow_it(bobs_browser):
    text = bobs_browser.get("/needs/?area=Camden").content.decode()
    assert 'name="target" value="Camden"' in text
    follow(bobs_browser, "area", "Camden")
    text = bobs_browser.get("/me/following").content.decode()
    assert "/atlas/?area=Camden" in text


@pytest.mark.parametrize(
    "page", ["/atlas/", "/groups/", "/needs/", "/gatherings/", "/calls/", "/know-how/", "/places/"]
)
def test_every_list_offers_to_follow_a_search_once_something_is_asked_for(bobs_browser, page):
    assert "Follow this search" not in bobs_browser.get(page).content.decode()
    text = bobs_browser.get(f"{page}?topic=housing&view=map&page=3").content.decode()
    assert f'name="target" value="{page}?topic=housing"' in text
    follow(bobs_browser, "filter", f"{page}?topic=housing", "Homes")
    text = bobs_browser.get(f"{page}?topic=housing").content.decode()
    assert "Stop following" in text
    assert f'href="{page}?topic=housing"' in bobs_browser.get("/me/following").content.decode()


def test_a_follower_of_a_search_hears_of_what_answers_to_all_of_it(bobs_browser, work):
    follow(bobs_browser, "filter", "/atlas/?kind=need&topic=housing&area=Camden", "Homes near me")
    appear("A room", HOUSING, area="Camden, London")
    appear("An offer", HOUSING, area="Camden, London", kind="offer")
    appear("Far away", HOUSING, area="Roma")
    appear("Without a topic", area="Camden, London")
    work()
    text = notices(bobs_browser)
    assert "A room" in text
    assert "because you follow the search “Homes near me”" in text
    assert Notice.objects.count() == 1


def test_a_search_on_a_list_brings_only_what_that_list_holds(bob, work):
    actions.follow(bob, "filter", "/needs/?topic=housing", "Needs")
    appear("An offer", HOUSING, kind="offer")
    assert not Notice.objects.exists()
    need = appear("A need", HOUSING)
    work()
    assert [notice.uri for notice in Notice.objects.all()] == [need.uri]


def test_a_search_for_words_finds_them_in_what_is_published_here(bob, work):
    camden = Camden()
    actions.follow(bob, "filter", "/atlas/?q=ladder", "Ladders")
    for title in ("A long ladder", "A short rope"):
        publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title=title, language="en")
    work()
    told = Notice.objects.filter(user=bob, kind="new_in_filter").values_list("uri", flat=True)
    assert list(told) == [Proposal.objects.get(title="A long ladder").uri]


def test_a_search_for_one_node_does_not_bring_what_comes_from_others(bob, work):
    hackney = Node.objects.create(origin="https://hackney.example", name="Hackney Together")
    camden = Node.objects.create(origin="https://camden.example", name="Camden")
    appear("First", node=hackney)
    work()
    actions.follow(bob, "filter", "/atlas/?node=hackney.example", "Hackney")
    appear("From Camden", node=camden)
    appear("From here")
    theirs = appear("From Hackney", node=hackney)
    work()
    assert [notice.uri for notice in Notice.objects.all()] == [theirs.uri]


def test_somebody_told_for_another_reason_is_not_told_again(bob, work):
    actions.follow(bob, "topic", HOUSING)
    actions.follow(bob, "area", "Camden")
    actions.follow(bob, "filter", "/atlas/?topic=housing", "Homes")
    actions.follow(bob, "filter", "/atlas/?area=Camden", "Camden")
    appear("A room", HOUSING, area="Camden")
    work()
    assert [notice.kind for notice in Notice.objects.all()] == ["new_in_topic"]


def test_who_may_not_see_it_and_who_published_it_are_not_told(bob, charlie, work):
    for person in (bob, charlie):
        actions.follow(person, "filter", "/atlas/?topic=housing", "Homes")
        actions.follow(person, "area", "Camden")
    appear("For members", HOUSING, area="Camden", audience=audiences.of_group(TENANTS))
    appear("By Bob", HOUSING, area="Camden", by=actors.for_user(bob).uri)
    work()
    assert [(notice.user, notice.kind) for notice in Notice.objects.all()] == [(charlie, "new_in_area")]


def test_a_search_that_is_stopped_brings_nothing(bobs_browser, work):
    follow(bobs_browser, "filter", "/atlas/?topic=housing", "Homes")
    bobs_browser.post(reverse("notifications:unfollow"), {"kind": "filter", "target": "/atlas/?topic=housing"})
    appear("A room", HOUSING)
    work()
    assert not Notice.objects.exists()


def test_the_same_search_written_otherwise_is_the_same(bob):
    first = actions.follow(bob, "filter", "/atlas/?topic=housing&kind=need&page=2", "Homes")
    again = actions.follow(bob, "filter", "/atlas/?kind=need&topic=housing&view=map&since=someday", "Again")
    assert first == again
    assert first.target == "/atlas/?kind=need&topic=housing"


def test_a_search_without_a_name_is_called_by_its_address(bob):
    assert actions.follow(bob, "filter", "/atlas/?kind=need", " ").name == "/atlas/?kind=need"


@pytest.mark.parametrize(
    "target",
    [
        "/atlas/",
        "/atlas/?",
        "/atlas/?topic=atlantis",
        "/nowhere/?topic=housing",
        "https://elsewhere.example/?kind=need",
    ],
)
def test_what_is_no_search_cannot_be_followed(bobs_browser, target):
    assert follow(bobs_browser, "filter", target, "X").status_code == 404
    assert not Follow.objects.exists()


def test_a_search_longer_than_we_keep_is_refused_and_not_offered(bobs_browser):
    query = "?q=" + "%C3%A8" * 180
    assert "Follow this search" not in bobs_browser.get(f"/atlas/{query}").content.decode()
    assert follow(bobs_browser, "filter", f"/atlas/{query}", "X").status_code == 400


def test_words_that_look_like_markup_stay_words(bobs_browser):
    follow(bobs_browser, "filter", "/atlas/?q=%3Cb%3E", "<script>alert(1)</script>")
    text = bobs_browser.get("/me/following").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_more_searches_than_one_batch_are_all_tried(bob, charlie, work, monkeypatch):
    monkeypatch.setattr(searches, "BATCH", 2)
    for n in range(5):
        actions.follow(bob, "filter", f"/atlas/?area=Nowhere+{n}", f"N {n}")
    actions.follow(charlie, "filter", "/needs/?topic=housing", "Homes")
    appear("A room", HOUSING)
    work()
    assert [notice.user for notice in Notice.objects.all()] == [charlie]


def test_a_new_thing_asks_as_often_for_many_followers_as_for_two(work):
    def asked() -> int:
        appear("A room", HOUSING, area="Camden", published=timezone.now())
        with CaptureQueriesContext(
            connection,
        ) as captured:
            work()
        return len(captured)

    def more(first: int, last: int) -> None:
        for n in range(first, last):
            person = accounts.make_account(f"person{n}@tenants.example")
            actions.follow(person, "filter", "/atlas/?topic=housing", "Homes")
            actions.follow(person, "area", "Camden")

    more(0, 2)
    asked()
    few = asked()
    more(2, 30)
    assert asked() <= few + 2
    assert Notice.objects.filter(user__email="person29@tenants.example").count() == 1
