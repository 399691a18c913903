"""Needs and offers, by their pages: who speaks, to whom, what is refused, changing and taking back."""

from __future__ import annotations

import datetime as dt
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cop.actions.membership import refuse_member
from cop.actions.people import change_page, person_of
from cop.federated.proposals import ProposalOnTheWire
from cop.models import Member, Proposal
from federation import audiences
from federation.models import Publication
from federation.reader import Reader
from notifications.actions import follow
from notifications.models import Follow
from tests.gatherings import HOUSING, NEXT_YEAR, Camden

FORM = {
    "audience": "everyone",
    "title": "A room for forty people",
    "summary": "On **Tuesdays**, with a kettle.",
    "support": "space",
    "topics": [HOUSING],
    "area": "Camden, London",
    "until": f"{NEXT_YEAR}-07-01T18:30",
    "quantity": "40",
    "unit": "chairs",
    "language": "en",
}


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


def publish(camden, person=None, direction="need", **changed):
    sent = FORM | {"speaker": camden.group.public_id} | changed
    answer = camden.client(person or camden.bob).post(f"/{direction}s/new", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    return Proposal.objects.get(public_id=answer.url.rsplit("/", 1)[-1])


def test_money_is_written_as_money(camden, client):
    proposal = publish(camden, support="money", quantity="1240", unit="GBP")
    assert "£1,240<" in client.get(proposal.get_absolute_url()).content.decode()


@pytest.mark.parametrize("direction", ["need", "offer"])
def test_it_is_published_by_a_group_with_the_human_on_record(camden, client, work, direction):
    proposal = publish(camden, direction=direction)
    work()
    assert (proposal.actor, proposal.author, proposal.version) == (camden.group.actor, camden.bob, 1)
    page = client.get(proposal.get_absolute_url()).content.decode()
    assert "A room for forty people" in page and "<strong>Tuesdays</strong>" in page and "Tenants of Camden" in page
    assert "40 chairs" in page and "Bob" not in page, "the group speaks"
    document = client.get(proposal.get_absolute_url(), headers={"Accept": "application/activity+json"}).json()
    assert (document["type"], document["attributedTo"]) == ("Note", camden.group.actor.uri)
    assert document["purpose"] == {"need": "request", "offer": "offer"}[direction]
    assert "A room for forty people" in client.get(f"/{direction}s/?support=space").content.decode()
    assert "A room for forty people" not in client.get(f"/{direction}s/?support=money").content.decode()


def test_a_need_of_one_line_arrives_as_one_line(camden, client):
    """What its note says to Mastodon, the title and the address, is not the text that other nodes show."""
    proposal = publish(camden, summary="")
    document = client.get(proposal.get_absolute_url(), headers={"Accept": "application/activity+json"}).json()
    assert proposal.uri in document["content"]
    assert ProposalOnTheWire().from_object(Reader(document))["summary"] == ""


def test_who_has_no_group_and_no_page_is_told_how(camden):
    page = camden.client(camden.charlie).get("/needs/new").content.decode()
    assert "/groups/" in page and "/me/page" in page
    answer = camden.client(camden.charlie).post("/needs/new", FORM | {"speaker": camden.group.public_id})
    assert answer.status_code == 400 and not Proposal.objects.exists()


def test_somebody_with_a_page_speaks_for_themselves(camden, client, work):
    change_page(person_of(camden.charlie), {"name": "Charlie", "shown": [], "is_public": True})
    proposal = publish(camden, camden.charlie, speaker="me")
    assert proposal.actor == camden.charlie
    work()
    assert "A room for forty people" in client.get(f"/people/{person_of(camden.charlie).public_id}").content.decode()


def test_the_clock_is_that_of_whoever_writes(camden):
    giulia = camden.somebody("giulia", time_zone="Europe/Rome")
    change_page(person_of(giulia), {"name": "Giulia", "shown": [], "is_public": True})
    proposal = publish(camden, giulia, speaker="me")
    assert proposal.until == dt.datetime(NEXT_YEAR, 7, 1, 16, 30, tzinfo=dt.UTC)
    form = camden.client(giulia).get(f"{proposal.get_absolute_url()}/edit").content.decode()
    assert f'value="{NEXT_YEAR}-07-01T18:30"' in form


def test_its_last_day_is_the_same_day_on_every_page(camden, work):
    proposal = publish(camden, until=f"{NEXT_YEAR}-07-02T00:30")
    assert proposal.until.date() == dt.date(NEXT_YEAR, 7, 1), "still the first of July in UTC"
    work()
    for address in (proposal.get_absolute_url(), "/needs/", "/"):
        page = camden.client(camden.bob).get(address).content.decode()
        assert f"2 July {NEXT_YEAR}" in page and "1 July" not in page, address
    assert '<span class="leaf-day">2</span>' in page, "beside the leaf of the calendar"


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"title": ""}, "title", "This field is required."),
        ({"title": "x" * 141}, "title", "at most 140 characters (it has 141)"),
        ({"summary": "x" * 5001}, "summary", "at most 5000 characters"),
        ({"support": "magic"}, "support", "magic is not one of the available choices"),
        ({"topics": [HOUSING, "urn:flotilla:topic:nonsense"]}, "topics", "urn:flotilla:topic:nonsense"),
        ({"until": "soon"}, "until", "“soon” is not a day and time we can use."),
        ({"until": "0001-01-01T00:00"}, "until", "years 1900 to 2199"),
        ({"until": "9999-12-31T23:59"}, "until", "years 1900 to 2199"),
        ({"until": "2020-01-01T10:00"}, "until", "“2020-01-01 10:00” has passed already."),
        ({"quantity": "0"}, "quantity", "greater than or equal to 0.01"),
        ({"quantity": "-3"}, "quantity", "greater than or equal to 0.01"),
        ({"quantity": "1e99"}, "quantity", "no more than 12 digits"),
        ({"quantity": "NaN"}, "quantity", "Enter a number."),
        ({"quantity": ""}, "quantity", "Say how many chairs, or leave both empty."),
        ({"lat": "51.5"}, "lon", "Give both latitude and longitude"),
        ({"speaker": "me"}, "speaker", "me is not one of the available choices"),
        ({"speaker": "abcdefghijkl"}, "speaker", "abcdefghijkl is not one of the available choices"),
        ({"audience": "the world"}, "audience", "the world is not one of the available choices"),
        ({"language": "tlh"}, "language", "tlh is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(camden, changed, field, words):
    sent = FORM | {"speaker": camden.group.public_id} | changed
    answer = camden.client(camden.bob).post("/needs/new", sent)
    assert answer.status_code == 400
    assert words in " ".join(answer.context["form"].errors.get(field, [])), answer.context["form"].errors
    assert not Proposal.objects.exists()


def test_more_than_six_topics_are_too_many(camden):
    topics = [f"urn:flotilla:topic:{slug}" for slug in (
        "housing", "planning", "mapping", "participation", "communication", "legal", "civic-economy"
    )]  # fmt: skip
    answer = camden.client(camden.bob).post("/needs/new", FORM | {"speaker": camden.group.public_id, "topics": topics})
    assert answer.status_code == 400
    assert answer.context["form"].errors["topics"]


@pytest.mark.parametrize(
    "fields",
    [{"direction": "wish"}, {"title": ""}, {"quantity": 0}, {"lat": 91.0, "lon": 0.0}, {"lat": None, "lon": 1.0}],
)
def test_the_database_itself_refuses_what_cannot_be(camden, fields):
    proposal = publish(camden)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(**fields)


# --- Who sees it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("audience", "seen_by"), [("group", "alice bob"), ("node", "alice bob charlie")])
def test_a_smaller_audience_is_the_same_404_to_everybody_else(camden, client, work, audience, seen_by):
    proposal = publish(camden, audience=audience)
    work()
    for name in ("alice", "bob", "charlie"):
        answer = camden.client(getattr(camden, name)).get(proposal.get_absolute_url())
        assert answer.status_code == (200 if name in seen_by else 404), name
    assert client.get(proposal.get_absolute_url()).status_code == 404
    assert client.get(proposal.get_absolute_url(), headers={"Accept": "application/activity+json"}).status_code == 404
    assert not Publication.objects.filter(uri=proposal.uri, public=True).exists()
    for page in ("/", "/atlas/", "/needs/", "/topics/housing", "/atlas/cards.geojson", "/atlas/network.json"):
        assert "A room for forty people" not in client.get(page).content.decode(), page


def test_who_follows_its_topic_hears_of_it_but_not_of_what_they_may_not_see(camden, work):
    for person in (camden.alice, camden.charlie):
        follow(person.user, Follow.Kind.TOPIC, HOUSING)
    publish(camden, title="For everybody")
    publish(camden, title="For the group", audience="group")
    work()

    def told(person):
        return unescape(camden.client(person).get("/notices/").content.decode())

    assert "For everybody" in told(camden.alice) and "For the group" in told(camden.alice)
    assert "For everybody" in told(camden.charlie) and "For the group" not in told(camden.charlie)


# --- Changing and taking back -----------------------------------------------------------------------------------------


def test_a_change_raises_the_version_and_keeps_who_spoke_to_whom(camden, work):
    proposal = publish(camden)
    changed = FORM | {"title": "A room for fifty people", "speaker": "me", "audience": "group"}
    assert camden.client(camden.bob).post(f"{proposal.get_absolute_url()}/edit", changed).status_code == 302
    work()
    proposal.refresh_from_db()
    assert (proposal.title, proposal.version) == ("A room for fifty people", 2)
    assert (proposal.actor, proposal.audience) == (camden.group.actor, audiences.PUBLIC)
    assert Publication.objects.get(uri=proposal.uri).version == 2


def test_saving_it_unchanged_tells_nobody(camden, work):
    proposal = publish(camden)
    camden.client(camden.bob).post(f"{proposal.get_absolute_url()}/edit", FORM)
    work()
    proposal.refresh_from_db()
    assert (proposal.version, Publication.objects.get(uri=proposal.uri).version) == (1, 1)


def test_a_last_day_that_has_passed_may_stay(camden):
    proposal = publish(camden)
    Proposal.objects.filter(pk=proposal.pk).update(until=dt.datetime(2024, 7, 1, 17, 30, tzinfo=dt.UTC))
    changed = FORM | {"title": "Still looking", "until": "2024-07-01T18:30"}
    assert camden.client(camden.bob).post(f"{proposal.get_absolute_url()}/edit", changed).status_code == 302
    proposal.refresh_from_db()
    assert (proposal.title, proposal.until.year) == ("Still looking", 2024)


def test_what_is_past_its_last_day_is_listed_where_a_day_is_asked_for(camden, client, work):
    now = timezone.now()
    for title, until in (("Old ladder", now - dt.timedelta(days=40)), ("New ladder", now + dt.timedelta(days=40))):
        Proposal.objects.filter(pk=publish(camden, title=title).pk).update(until=until)
    publish(camden, title="Any ladder", until="")
    work()
    extent = client.get("/needs/").context["extent"]
    assert (extent.things, titles(client)) == (2, {"New ladder", "Any ladder"})
    assert titles(client, since=f"{now - dt.timedelta(days=60):%Y-%m-%d}") == {"Old ladder", "New ladder"}
    assert titles(client, until=f"{now:%Y-%m-%d}") == {"Old ladder", "New ladder"}, "begun before"


def titles(client, **query: str) -> set[str]:
    return {card.title for card in client.get("/needs/", query).context["listed"]}


def test_the_group_s_steward_may_change_it_and_nobody_else(camden):
    proposal = publish(camden)
    path = f"{proposal.get_absolute_url()}/edit"
    assert camden.client(camden.alice).get(path).status_code == 200
    assert camden.client(camden.charlie).get(path).status_code == 403
    assert camden.client(camden.charlie).post(path, FORM | {"title": "Mine"}).status_code == 403
    assert camden.client(camden.charlie).post(f"{proposal.get_absolute_url()}/withdrawal").status_code == 403
    proposal.refresh_from_db()
    assert proposal.title == FORM["title"] and proposal.withdrawn_at is None


def test_withdrawn_it_is_gone_everywhere(camden, client, work):
    proposal = publish(camden)
    work()
    assert camden.client(camden.bob).post(f"{proposal.get_absolute_url()}/withdrawal").status_code == 302
    work()
    assert client.get(proposal.get_absolute_url()).status_code == 410
    tombstone = client.get(proposal.get_absolute_url(), headers={"Accept": "application/activity+json"})
    assert (tombstone.status_code, tombstone.json()["type"]) == (410, "Tombstone")
    assert "A room for forty people" not in client.get("/needs/").content.decode()
    assert Publication.objects.get(uri=proposal.uri).tombstone


def test_a_need_is_not_at_the_address_of_an_offer(camden, client):
    proposal = publish(camden)
    assert client.get(f"/offers/{proposal.public_id}").status_code == 404
    assert client.get("/wishes/").status_code == 404


@pytest.mark.parametrize(
    "query", ["?topics=%00", "?lat=abc&until=never", "?speaker=me&audience=x", "?title=" + "x" * 9000]
)
def test_a_link_that_fills_the_form_in_badly_breaks_nothing(camden, query):
    assert camden.client(camden.bob).get(f"/needs/new{query}").status_code == 200


def test_who_was_removed_from_the_group_no_longer_speaks_for_it(camden):
    need = publish(camden, camden.bob)
    refuse_member(camden.alice, Member.objects.get(group=camden.group, actor=camden.bob))
    bob = camden.client(camden.bob)
    assert f"{need.get_absolute_url()}/edit" not in bob.get(need.get_absolute_url()).content.decode()
    for path in ("edit", "withdrawal"):
        answer = bob.post(f"{need.get_absolute_url()}/{path}", FORM | {"title": "Run by crooks"})
        assert answer.status_code == 403
    need.refresh_from_db()
    assert (need.title, need.withdrawn_at) == ("A room for forty people", None)
