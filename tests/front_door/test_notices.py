"""Following topics, groups and people; one notice for each follower; reading them; who must not hear."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import journal
from accounts import actions as accounts
from atlas.models import Card, Topic
from federation import actors, audiences
from federation.models import Actor, AudienceKey, Node
from notifications import actions
from notifications.access import NotFollowable
from notifications.models import Follow, Notice
from tests.news import HOUSING, appear

pytestmark = pytest.mark.django_db

COHOUSING = "urn:flotilla:topic:cohousing"
TENANTS = "https://hackney.example/groups/tenants"


@pytest.fixture(autouse=True)
def topics():
    housing = Topic.objects.filter(iri=HOUSING).first() or Topic.objects.create(
        iri=HOUSING, scheme="topic", slug="housing", labels={"en": "Housing", "it": "Abitare"}
    )
    if not Topic.objects.filter(iri=COHOUSING).exists():
        Topic.objects.create(
            iri=COHOUSING, scheme="topic", slug="cohousing", labels={"en": "Co-housing"}, broader=housing
        )


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


@pytest.fixture
def hackney():
    return Node.objects.create(origin="https://hackney.example", name="Hackney Together")


def page(client: Client, query: str = "") -> str:
    answer = client.get(reverse("notifications:notices") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_follower_of_a_topic_hears_of_a_need_on_another_node(bobs_browser, work, hackney):
    bobs_browser.post(reverse("notifications:follow"), {"kind": "topic", "target": HOUSING})
    appear("A hall for 40 people", HOUSING, node=hackney)
    work()
    text = page(bobs_browser)
    assert "A hall for 40 people" in text
    assert "because you follow the topic Housing" in text
    assert "Hackney Together" in text


def test_the_reason_is_in_the_readers_language(bobs_browser, bob, work):
    actions.follow(bob, "topic", HOUSING)
    accounts.set_language(bob, "it")
    appear("A hall for 40 people", HOUSING)
    work()
    assert "Abitare" in page(bobs_browser)


def test_a_topic_brings_what_is_under_its_narrower_topics(bobs_browser, bob, work):
    actions.follow(bob, "topic", HOUSING)
    appear("Six flats around one kitchen", COHOUSING)
    work()
    assert "Six flats around one kitchen" in page(bobs_browser)


def test_a_narrow_topic_does_not_bring_what_is_only_under_the_broad_one(bob, work):
    actions.follow(bob, "topic", COHOUSING)
    appear("Rents in Hackney", HOUSING)
    work()
    assert not Notice.objects.exists()


def test_several_follows_that_match_make_one_notice_with_the_closest_reason(bobs_browser, bob, work):
    appear("Tenants of Hackney", kind="group", uri=TENANTS, url="/groups/tenants")
    work()
    for kind, target in [("topic", HOUSING), ("topic", COHOUSING), ("group", TENANTS)]:
        actions.follow(bob, kind, target)
    appear("A hall", HOUSING, COHOUSING, group_uri=TENANTS, group_name="Tenants of Hackney")
    work()
    assert Notice.objects.count() == 1
    assert "because you follow the group Tenants of Hackney" in page(bobs_browser)


def test_a_person_who_shows_a_page_can_be_followed(bobs_browser, bob, work):
    dana = "https://hackney.example/people/dana"
    appear("Dana", kind="person", uri=dana, url="/people/dana")
    bobs_browser.post(reverse("notifications:follow"), {"kind": "person", "target": dana})
    appear("I can draw plans", by=dana)
    work()
    assert "because you follow Dana" in page(bobs_browser)


def test_whoever_writes_for_a_group_is_not_given_away_to_their_followers(bob, work, hackney):
    dana = "https://hackney.example/people/dana"
    appear("Dana", kind="person", uri=dana, url="/people/dana")
    work()
    actions.follow(bob, "person", dana)
    Actor.objects.create(uri=TENANTS, node=hackney, type="Group")
    appear("Tenants of Hackney", kind="group", uri=TENANTS, url="/groups/tenants", by=dana)
    appear("A hall", group_uri=TENANTS, group_name="Tenants of Hackney", by=dana)
    work()
    assert not Notice.objects.exists()


def test_whoever_published_it_is_not_told(bob, work):
    actions.follow(bob, "topic", HOUSING)
    appear("My own need", HOUSING, by=actors.for_user(bob).uri)
    work()
    assert not Notice.objects.exists()


def test_an_errand_run_twice_tells_once(bob, work):
    actions.follow(bob, "topic", HOUSING)
    appear("A hall", HOUSING)
    work()
    from journal.replaying import replay

    replay("notifications.news")
    work()
    assert Notice.objects.count() == 1


def test_only_members_hear_of_what_is_for_their_group(bob, charlie, work):
    for_members = audiences.of_group(TENANTS)
    AudienceKey.objects.create(actor=actors.for_user(bob), audience=for_members)
    for person in (bob, charlie):
        actions.follow(person, "topic", HOUSING)
    appear("Only for us", HOUSING, audience=for_members)
    work()
    assert [notice.user for notice in Notice.objects.all()] == [bob]


def test_everybody_with_an_account_hears_of_what_is_for_this_node(bob, work):
    actions.follow(bob, "topic", HOUSING)
    appear("Only here", HOUSING, audience=audiences.this_node())
    work()
    assert Notice.objects.get().user == bob


def test_nobody_hears_of_what_a_blocked_node_says(bob, work, hackney):
    hackney.blocked_at = timezone.now()
    hackney.save()
    actions.follow(bob, "topic", HOUSING)
    appear("Spam", HOUSING, node=hackney)
    work()
    assert not Notice.objects.exists()


def test_what_is_not_shared_any_more_keeps_no_title_on_the_page(bobs_browser, bob, work):
    actions.follow(bob, "topic", HOUSING)
    card = appear("A secret hall", HOUSING)
    work()
    Card.objects.filter(pk=card.pk).update(audience=audiences.of_group(TENANTS))
    text = page(bobs_browser)
    assert "A secret hall" not in text
    assert "not shared with you any more" in text


def test_what_is_withdrawn_is_no_notice_any_more(bob, work):
    actions.follow(bob, "topic", HOUSING)
    card = appear("A hall", HOUSING)
    work()
    with transaction.atomic():
        card.delete()
        journal.record("card.gone", card.uri, origin="peer")
    work()
    assert not Notice.objects.exists()


def test_old_things_that_a_new_neighbour_brings_are_no_news(bob, work):
    actions.follow(bob, "topic", HOUSING)
    appear("From last year", HOUSING, published=timezone.now() - dt.timedelta(days=300))
    work()
    assert not Notice.objects.exists()


def test_a_card_gone_before_the_errand_ran_is_no_trouble(bob, work):
    actions.follow(bob, "topic", HOUSING)
    appear("A hall", HOUSING).delete()
    work()
    assert not Notice.objects.exists()
    assert not journal.Errand.objects.filter(state="dead").exists()


def test_a_person_stops_following(bobs_browser, bob, work):
    actions.follow(bob, "topic", HOUSING)
    assert "Housing" in bobs_browser.get(reverse("notifications:following")).content.decode()
    bobs_browser.post(reverse("notifications:unfollow"), {"kind": "topic", "target": HOUSING})
    appear("A hall", HOUSING)
    work()
    assert not Notice.objects.exists()
    assert "You follow nothing yet" in bobs_browser.get(reverse("notifications:following")).content.decode()


def test_following_twice_is_following_once(bobs_browser, bob):
    for _time in range(2):
        bobs_browser.post(reverse("notifications:follow"), {"kind": "topic", "target": HOUSING})
    assert Follow.objects.count() == 1


def test_the_follow_button_comes_back_changed_for_a_fragment(bobs_browser):
    answer = bobs_browser.post(
        reverse("notifications:follow"),
        {"kind": "topic", "target": HOUSING, "name": "Housing", "next": "/topics/housing"},
        headers={"hx-request": "true"},
    )
    text = answer.content.decode()
    assert "Stop following" in text
    assert reverse("notifications:unfollow") in text
    assert "<html" not in text


@pytest.mark.parametrize(
    ("kind", "target", "status"),
    [
        ("planet", HOUSING, 400),
        ("", HOUSING, 400),
        ("topic", "", 400),
        ("topic", "x" * 600, 400),
        ("topic", "a\x00b", 400),
        ("topic", "urn:flotilla:topic:atlantis", 404),
        ("group", "https://nowhere.example/groups/x", 404),
        ("person", HOUSING, 404),
    ],
)
def test_what_is_not_there_cannot_be_followed(bobs_browser, kind, target, status):
    answer = bobs_browser.post(reverse("notifications:follow"), {"kind": kind, "target": target})
    assert answer.status_code == status
    if kind == "planet":
        assert "“planet” cannot be followed. Choose topic, group, person, area or filter." in answer.content.decode()
    assert not Follow.objects.exists()


def test_a_group_that_one_may_not_see_cannot_be_followed(bob, work):
    appear("Hidden", kind="group", uri=TENANTS, url="/groups/x", audience=audiences.of_group(TENANTS))
    with pytest.raises(NotFollowable):
        actions.follow(bob, "group", TENANTS)


def test_nobody_follows_without_end(bobs_browser, bob):
    Follow.objects.bulk_create(Follow(user=bob, kind="topic", target=f"urn:x:{n}") for n in range(actions.MOST_FOLLOWS))
    answer = bobs_browser.post(reverse("notifications:follow"), {"kind": "topic", "target": HOUSING}, follow=True)
    assert "as many as we can keep" in answer.content.decode()


def test_following_again_at_the_limit_changes_nothing(bobs_browser, bob, monkeypatch):
    monkeypatch.setattr(actions, "MOST_FOLLOWS", 1)
    for _time in range(2):
        answer = bobs_browser.post(reverse("notifications:follow"), {"kind": "topic", "target": HOUSING}, follow=True)
        assert "as many as we can keep" not in answer.content.decode()
    assert Follow.objects.filter(user=bob).count() == 1


def test_bob_reads_one_notice_and_then_all(bobs_browser, bob, work):
    actions.follow(bob, "topic", HOUSING)
    for title in ("First", "Second", "Third"):
        appear(title, HOUSING)
    work()
    assert "3 unread" in page(bobs_browser)
    first = Notice.objects.order_by("pk").first()
    bobs_browser.post(reverse("notifications:reading", args=[first.pk]))
    unread = page(bobs_browser, "?view=unread")
    assert "First" not in unread
    assert "Second" in unread
    bobs_browser.post(reverse("notifications:reading_all"), {"up_to": Notice.objects.order_by("pk")[1].pk})
    assert "1 unread" in page(bobs_browser), "the third came after the page that Bob saw"
    bobs_browser.post(reverse("notifications:reading_all"))
    assert "You have read everything" in page(bobs_browser, "?view=unread")


def test_the_notices_of_others_are_not_there(bobs_browser, charlie, work):
    actions.follow(charlie, "topic", HOUSING)
    appear("For Charlie", HOUSING)
    work()
    assert "For Charlie" not in page(bobs_browser)
    theirs = Notice.objects.get()
    assert bobs_browser.post(reverse("notifications:reading", args=[theirs.pk])).status_code == 404
    theirs.refresh_from_db()
    assert theirs.read_at is None


@pytest.mark.parametrize("value", ["abc", "-1", str(2**70), "1" * 400, "\x00"])
def test_a_bad_number_is_refused_and_breaks_nothing(bobs_browser, value):
    answer = bobs_browser.post(reverse("notifications:reading_all"), {"up_to": value}, follow=True)
    assert answer.status_code == 200
    assert bobs_browser.post(f"/notices/{2**70}/reading").status_code == 404


@pytest.mark.parametrize("wanted", ["nowhere", "a\nb", "//elsewhere.example/", "http://[", "\x00", "x" * 5000])
def test_an_odd_page_to_return_to_breaks_nothing(bobs_browser, wanted):
    answer = bobs_browser.post(reverse("notifications:reading_all"), {"next": wanted})
    assert answer.status_code == 302
    assert "elsewhere" not in answer.url


@pytest.mark.parametrize("query", ["?page=x", "?page=99999999999999999999", "?view=all%00", "?page=-1"])
def test_an_odd_address_still_gives_the_page(bobs_browser, query):
    page(bobs_browser, query)


@pytest.mark.parametrize("name", ["notices", "bell", "reading_all", "following", "follow", "unfollow"])
def test_visitors_are_asked_to_sign_in(client, name):
    address = reverse(f"notifications:{name}")
    answer = client.get(address) if name in {"notices", "bell", "following"} else client.post(address)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_who_was_signed_out_meanwhile_comes_back_to_the_page_they_were_on(client):
    form = {"kind": "topic", "target": HOUSING, "next": "/topics/housing"}
    answer = client.post(reverse("notifications:follow"), form)
    assert answer.url == f"{reverse('account_login')}?next=/topics/housing"
    fragment = client.post(reverse("notifications:follow"), form, headers={"hx-request": "true"})
    assert fragment.headers["HX-Redirect"] == answer.url
    elsewhere = client.post(reverse("notifications:follow"), form | {"next": "https://elsewhere.example/"})
    assert elsewhere.url == f"{reverse('account_login')}?next=/"


def test_a_page_that_outlived_its_session_keeps_its_bell(client):
    answer = client.get(reverse("notifications:bell"), headers={"hx-request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_bell_alone_shows_the_count(bobs_browser, bob, work):
    actions.follow(bob, "topic", HOUSING)
    appear("A hall", HOUSING)
    work()
    text = bobs_browser.get(reverse("notifications:bell")).content.decode()
    assert "1 unread" in text
    assert "<html" not in text


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_costs_the_same_with_one_notice_and_with_twenty(
    bobs_browser, bob, work, hackney, django_assert_max_num_queries, count
):
    actors.for_user(bob)
    actions.follow(bob, "topic", HOUSING)
    for n in range(count):
        appear(f"Need {n}", HOUSING, node=hackney)
    work()
    page(bobs_browser)
    with django_assert_max_num_queries(13):
        page(bobs_browser)


def test_the_list_of_follows_costs_the_same_for_many(bobs_browser, bob, work, django_assert_max_num_queries):
    for n in range(10):
        uri = f"https://hackney.example/groups/g{n}"
        appear(f"Group {n}", kind="group", uri=uri, url=f"/groups/g{n}")
        actions.follow(bob, "group", uri)
    actions.follow(bob, "topic", HOUSING)
    bobs_browser.get(reverse("notifications:following"))
    with django_assert_max_num_queries(10):
        text = bobs_browser.get(reverse("notifications:following")).content.decode()
    assert "Group 9" in text


def test_a_visitors_page_asks_nothing_about_notices(client, django_assert_max_num_queries):
    client.get("/accessibility/")
    with django_assert_max_num_queries(1):  # the node's name
        client.get("/accessibility/")
