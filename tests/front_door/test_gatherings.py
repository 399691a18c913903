"""Publishing, reading, changing and withdrawing a gathering, as a person does it in a browser."""

from __future__ import annotations

import datetime as dt
import json
from html import unescape

import pytest
from django.conf import settings

from atlas.models import Card, Link
from events.models import Gathering
from federation import audiences
from federation.models import Publication
from journal.models import Entry
from tests.gatherings import HOUSING, NEXT_YEAR, Camden

pytestmark = pytest.mark.django_db
ACTIVITY = "application/activity+json"


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


def published(camden: Camden, **changed) -> Gathering:
    answer = camden.client(camden.alice).post("/gatherings/new", camden.form(**changed))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Gathering.objects.get(public_id=answer["Location"].rsplit("/", 1)[1])


def test_alice_publishes_a_lab_for_her_group(camden, work):
    gathering = published(camden, capacity="25")
    assert gathering.uri == f"{settings.ORIGIN}/gatherings/{gathering.public_id}"
    assert gathering.actor == camden.group.actor and gathering.author == camden.alice
    assert gathering.starts == dt.datetime(NEXT_YEAR, 7, 5, 17, 30, tzinfo=dt.UTC), "18:30 in London in summer"
    assert gathering.summary == "Bring **your** lease.\n\nWe read it aloud."
    assert (gathering.capacity, gathering.coming, gathering.version) == (25, 0, 1)
    work()
    page = camden.client().get(gathering.get_absolute_url()).content.decode()
    for words in ("Lab: read a lease together", "Camden Town Hall", "London time", "Tenants of Camden", "0 of 25"):
        assert words in page, words
    assert Entry.objects.filter(name="gathering.published", uri=gathering.uri, actor=camden.alice.uri).exists()


def test_an_empty_place_of_the_grid_leads_to_a_form_that_knows_its_topic_and_what_it_is_for(camden):
    grid = unescape(camden.client().get("/atlas/?view=topics").content.decode())
    address = "/gatherings/new?topic=housing&axis=research"
    assert f'href="{address}"' in grid
    form = camden.client(camden.bob).get(address).context["form"]
    assert (form["axis"].value(), form["topics"].value()) == ("research", [HOUSING])


def test_the_atlas_shows_it_and_who_organises_it(camden, work):
    festival = published(camden, kind="festival", title="Housing week", ends=f"{NEXT_YEAR}-07-12T20:30")
    lab = published(camden, festival=festival.uri)
    work()
    card = Card.objects.get(uri=lab.uri)
    assert (card.kind, card.title, card.axis) == ("gathering", lab.title, "education")
    assert (card.starts, card.ends, card.lat) == (lab.starts, lab.ends, 51.529)
    assert [topic.iri for topic in card.topics.all()] == [HOUSING]
    assert Link.objects.filter(from_uri=camden.group.uri, to_uri=lab.uri, relation="organises").exists()
    assert Link.objects.filter(from_uri=lab.uri, to_uri=festival.uri, relation="part-of").exists()
    page = camden.client().get(festival.get_absolute_url()).content.decode()
    assert "Programme" in page and lab.get_absolute_url() in page
    assert festival.get_absolute_url() in camden.client().get(lab.get_absolute_url()).content.decode()


def test_what_moved_online_has_no_pin_and_says_so(camden, work):
    lab = published(camden)
    form = camden.form(state="moved-online", online="on", speaker=None)
    answer = camden.client(camden.alice).post(f"{lab.get_absolute_url()}/edit", form)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    work()
    card = Card.objects.get(uri=lab.uri)
    assert (card.lat, card.state) == (None, "moved-online")
    page = camden.client().get(lab.get_absolute_url()).content.decode()
    assert "Nobody meets at the place" in page
    assert "The organisers send the link to those who come." in page


def test_a_change_raises_the_version_and_goes_out_again(camden, work):
    lab = published(camden)
    work()
    form = camden.form(title="Lab: read two leases", speaker=None)
    assert camden.client(camden.alice).post(f"{lab.get_absolute_url()}/edit", form).status_code == 302
    lab.refresh_from_db()
    assert (lab.version, lab.title) == (2, "Lab: read two leases")
    work()
    assert json.loads(Publication.objects.get(uri=lab.uri).document)["name"] == "Lab: read two leases"


def test_saving_the_form_unchanged_changes_nothing(camden):
    lab = published(camden, capacity="25")
    page = camden.client(camden.alice).get(f"{lab.get_absolute_url()}/edit")
    form = page.context["form"]
    sent = {bound.html_name: bound.value() for bound in form}
    sent = {name: "on" if value is True else value for name, value in sent.items() if value not in (None, False)}
    sent |= {name: f"{sent[name]:%Y-%m-%dT%H:%M}" for name in ("starts", "ends")}
    assert sent["starts"] == f"{NEXT_YEAR}-07-05T18:30", "the form shows the clock at the place"
    assert camden.client(camden.alice).post(f"{lab.get_absolute_url()}/edit", sent).status_code == 302
    lab.refresh_from_db()
    assert lab.version == 1


def test_the_second_of_two_equal_hours_stays_the_second(camden):
    """On the last Sunday of October 1:30 comes twice in London."""
    day = max(day for day in range(25, 32) if dt.date(NEXT_YEAR, 10, day).weekday() == 6)
    second = dt.datetime(NEXT_YEAR, 10, day, 1, 30, tzinfo=dt.UTC)
    lab = camden.gathering(starts=second, ends=second + dt.timedelta(hours=3))
    moment = f"{NEXT_YEAR}-10-{day}T01:30"
    form = camden.form(starts=moment, ends=f"{NEXT_YEAR}-10-{day}T04:30", speaker=None)
    assert camden.client(camden.alice).post(f"{lab.get_absolute_url()}/edit", form).status_code == 302
    lab.refresh_from_db()
    assert lab.starts == second


def test_programs_get_the_document_at_the_same_address(camden, work):
    lab = published(camden)
    answer = camden.client().get(lab.get_absolute_url(), headers={"Accept": ACTIVITY})
    assert answer["Content-Type"] == ACTIVITY
    document = answer.json()
    assert (document["id"], document["type"]) == (lab.uri, "Event")
    assert document["attributedTo"] == camden.group.uri
    assert camden.alice.uri not in answer.content.decode(), "the human on record does not travel"


def test_withdrawn_is_said_to_people_and_programs(camden, work):
    lab = published(camden)
    work()
    alice = camden.client(camden.alice)
    assert (
        "Withdraw “Lab: read a lease together”?" in alice.get(f"{lab.get_absolute_url()}/withdrawal").content.decode()
    )
    assert alice.post(f"{lab.get_absolute_url()}/withdrawal").status_code == 302
    work()
    page = camden.client().get(lab.get_absolute_url())
    assert page.status_code == 410 and "was withdrawn" in page.content.decode()
    assert "read a lease" not in page.content.decode(), "nothing of it is left"
    tombstone = camden.client().get(lab.get_absolute_url(), headers={"Accept": ACTIVITY})
    assert tombstone.status_code == 410 and tombstone.json()["type"] == "Tombstone"
    assert camden.client().get(f"{lab.get_absolute_url()}.ics").status_code == 410
    assert not Card.objects.filter(uri=lab.uri).exists()


def test_charlie_can_neither_change_nor_withdraw(camden):
    lab = published(camden)
    for person in (camden.charlie, camden.bob):
        for page in ("edit", "withdrawal"):
            for method in ("get", "post"):
                answer = getattr(camden.client(person), method)(f"{lab.get_absolute_url()}/{page}", camden.form())
                assert answer.status_code == 403, (person, page, method)
    for page in ("edit", "withdrawal", "attendance"):
        assert camden.client().get(f"{lab.get_absolute_url()}/{page}")["Location"].startswith("/accounts/login/")
    lab.refresh_from_db()
    assert (lab.version, lab.withdrawn_at) == (1, None)


def test_charlie_cannot_speak_for_a_group_he_has_not_joined(camden):
    answer = camden.client(camden.charlie).get("/gatherings/new")
    assert "Nobody to publish for yet" in answer.content.decode()
    answer = camden.client(camden.charlie).post("/gatherings/new", camden.form())
    assert answer.status_code == 400 and not Gathering.objects.exists()


def test_what_is_for_the_group_is_a_404_to_others(camden, work):
    lab = published(camden, audience="group")
    assert lab.audience == camden.group.members_audience
    work()
    inside, outside = camden.client(camden.bob), camden.client(camden.charlie)
    assert inside.get(lab.get_absolute_url()).status_code == 200
    assert lab.title in inside.get("/gatherings/").content.decode()
    for client in (outside, camden.client()):
        for suffix in ("", ".ics", "/attendees"):
            assert client.get(f"{lab.get_absolute_url()}{suffix}").status_code == 404, suffix
        assert client.get(lab.get_absolute_url(), headers={"Accept": ACTIVITY}).status_code == 404
        assert lab.title not in client.get("/gatherings/").content.decode()
        assert lab.title not in client.get("/gatherings/calendar.ics").content.decode()
    assert outside.post(f"{lab.get_absolute_url()}/attendance", {"name": "Charlie"}).status_code == 404
    assert camden.client(camden.alice).post(f"{lab.get_absolute_url()}/withdrawal").status_code == 302
    assert outside.get(lab.get_absolute_url()).status_code == 404, "that it ever was is not told either"
    assert inside.get(lab.get_absolute_url()).status_code == 410


def test_what_is_for_this_node_never_leaves_it(camden, work):
    lab = published(camden, audience="node")
    work()
    assert lab.audience == audiences.this_node()
    assert not Publication.objects.filter(uri=lab.uri).exists()
    assert camden.client(camden.charlie).get(lab.get_absolute_url()).status_code == 200
    assert camden.client().get(lab.get_absolute_url()).status_code == 404


def test_a_reader_elsewhere_sees_both_clocks(camden):
    lab = published(camden)
    ines = camden.somebody("ines", time_zone="America/Sao_Paulo")
    page = camden.client(ines).get(lab.get_absolute_url()).content.decode()
    assert "On your clock" in page and "Sao Paulo time" in page.replace("ã", "a") and "London time" in page
    near = camden.client(camden.bob).get(lab.get_absolute_url()).content.decode()
    assert "On your clock" not in near


def test_pages_speak_italian(camden):
    lab = published(camden)
    answer = camden.client().get(lab.get_absolute_url(), headers={"Accept-Language": "it"})
    assert answer.status_code == 200 and 'lang="it"' in answer.content.decode()[:200]


def test_an_address_that_never_was_is_a_404(camden):
    for address in ("abcdefghjkmn", "abcdefghjkmn.ics", "abcdefghjkmn/attendees"):
        assert camden.client().get(f"/gatherings/{address}").status_code == 404


@pytest.mark.parametrize("many", [1, 20])
def test_the_page_asks_the_database_little(camden, django_assert_max_num_queries, many):
    festival = camden.gathering(kind="festival")
    for number in range(many):
        camden.gathering(title=f"Lab {number}", festival_id=festival.uri)
    visitor, alice = camden.client(), camden.client(camden.alice)
    visitor.get(festival.get_absolute_url())
    with django_assert_max_num_queries(12):
        visitor.get(festival.get_absolute_url())
    with django_assert_max_num_queries(24):
        alice.get(festival.get_absolute_url())
