"""Publishing, reading, changing and withdrawing a funding call, as a person does it in a browser."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from atlas.models import Card, Link
from federation import audiences
from federation.models import Publication
from funding.actions import change_call
from funding.models import Call
from journal.models import Entry
from notifications.actions import follow
from notifications.models import Notice
from tests.calls import CLOSES, Funders
from tests.gatherings import HOUSING, NEXT_YEAR

pytestmark = pytest.mark.django_db
ACTIVITY = "application/activity+json"


@pytest.fixture
def camden(db) -> Funders:
    return Funders()


def published(camden: Funders, **changed) -> Call:
    answer = camden.client(camden.alice).post("/calls/new", camden.form(**changed))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Call.objects.get(public_id=answer["Location"].rsplit("/", 1)[1])


def page_of(camden: Funders, call: Call, person=None, **headers) -> str:
    answer = camden.client(person).get(call.get_absolute_url(), headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_alice_makes_a_call_known_for_her_group(camden, work):
    call = published(camden)
    assert call.uri == f"{settings.ORIGIN}/calls/{call.public_id}"
    assert call.actor == camden.group.actor and call.author == camden.alice
    assert (call.minimum, call.maximum, call.total) == (Decimal(300), Decimal(2000), Decimal("40000.50"))
    assert call.closes_at == CLOSES, "17:00 in London in summer"
    assert call.plain_summary == "For something you can **finish** in six months.\n\nA leaflet, a garden."
    work()
    page = page_of(camden, call)
    for words in (
        "Small steps grants",
        "£300 to £2,000 · £40,000.50 in all",
        "Lantern Yard Fund",
        "<strong>finish</strong>",
        f"15 July {NEXT_YEAR}, 5pm",
        "London time",
        "Groups of at least three people.",
        "About 2 hours",
        "Tenants of Camden",
        'href="https://lantern-yard.example/apply"',
        "Not open yet",
    ):
        assert words in page, words
    assert Entry.objects.filter(name="call.published", uri=call.uri, actor=camden.alice.uri).exists()


def test_the_page_counts_down_to_the_deadline(camden):
    call = camden.call(closes_at=timezone.now() + dt.timedelta(days=12, minutes=5), time_zone="UTC")
    assert "in 12 days" in page_of(camden, call)
    soon = camden.call(closes_at=timezone.now() + dt.timedelta(hours=3, minutes=5))
    assert "in 3 hours" in page_of(camden, soon)
    over = camden.call(closes_at=timezone.now() - dt.timedelta(hours=3))
    assert "Closed" in page_of(camden, over)
    rolling = camden.call(closes_at=None)
    page = page_of(camden, rolling)
    assert "you can apply at any time" in page and f"{rolling.get_absolute_url()}.ics" not in page


def test_money_and_dates_are_written_in_the_language_of_the_page(camden):
    call = camden.call(currency="EUR")
    page = page_of(camden, call, **{"Accept-Language": "it"})
    assert "300\xa0€" in page and "2.000\xa0€" in page and "40.000\xa0€" in page
    assert f"15 luglio {NEXT_YEAR}" in page and "17:00" in page
    assert 'lang="it"' in page[:200] and 'lang="en"' in page, "the call's own words stay marked as English"


def test_a_reader_elsewhere_sees_both_clocks(camden):
    call = camden.call()
    ines = camden.somebody("ines", time_zone="America/Sao_Paulo")
    page = page_of(camden, call, ines)
    assert "On your clock" in page and "London time" in page and "1pm" in page
    assert "On your clock" not in page_of(camden, call, camden.bob)


def test_the_atlas_shows_how_much_until_when_and_who_gives(camden, work):
    call = published(camden)
    work()
    card = Card.objects.get(uri=call.uri)
    assert (card.kind, card.title, card.area) == ("call", call.title, "London")
    assert (card.starts, card.ends, card.state) == (call.opens_at, call.closes_at, "")
    assert card.summary.startswith("£300 to £2,000 · £40,000.50 in all. For something you can finish")
    assert [topic.iri for topic in card.topics.all()] == [HOUSING]
    funds = Link.objects.get(from_uri="https://lantern-yard.example/", to_uri=call.uri)
    assert (funds.relation, funds.amount, funds.currency) == ("funds", Decimal("40000.50"), "GBP")
    assert Link.objects.get(from_uri=camden.group.uri, to_uri=call.uri).relation == "offers-call"


def test_an_italian_call_has_its_amounts_in_italian_on_every_page(camden, work):
    call = camden.call(language="it", currency="EUR", plain_summary="Per un giardino.")
    work()
    assert "2.000 €" in Card.objects.get(uri=call.uri).summary


def test_a_card_says_closed_when_the_day_has_come(camden, work):
    call = camden.call(closes_at=timezone.now() + dt.timedelta(days=3))
    work()
    assert Card.objects.get(uri=call.uri).state == ""
    with time_machine.travel(timezone.now() + dt.timedelta(days=3, minutes=1), tick=True):
        work()
        assert Card.objects.get(uri=call.uri).state == "closed"
        assert Call.objects.get(pk=call.pk).version == 1, "nobody changed anything"


def test_a_deadline_that_moved_away_is_waited_for_again(camden, work):
    call = camden.call(closes_at=timezone.now() + dt.timedelta(days=3))
    work()
    change_call(camden.alice, call, {"closes_at": timezone.now() + dt.timedelta(days=6)})
    work()
    with time_machine.travel(timezone.now() + dt.timedelta(days=4), tick=True):
        work()
        assert Card.objects.get(uri=call.uri).state == ""
    with time_machine.travel(timezone.now() + dt.timedelta(days=7), tick=True):
        work()
        assert Card.objects.get(uri=call.uri).state == "closed"


def test_a_change_raises_the_version_and_goes_out_again(camden, work):
    call = published(camden)
    work()
    form = camden.form(title="Smaller steps", speaker=None)
    assert camden.client(camden.alice).post(f"{call.get_absolute_url()}/edit", form).status_code == 302
    call.refresh_from_db()
    assert (call.version, call.title) == (2, "Smaller steps")
    work()
    assert json.loads(Publication.objects.get(uri=call.uri).document)["name"] == "Smaller steps"


def shown_in(form) -> dict:
    """What a browser sends back when nobody touches the form."""
    sent = {bound.html_name: bound.value() for bound in form}
    sent = {name: value for name, value in sent.items() if value is not None}
    return sent | {name: f"{sent[name]:%Y-%m-%dT%H:%M}" for name in ("opens_at", "closes_at") if name in sent}


def test_saving_the_form_unchanged_changes_nothing(camden):
    call = camden.call(closes_at=CLOSES.replace(second=59), opens_at=CLOSES - dt.timedelta(days=30))
    page = camden.client(camden.alice).get(f"{call.get_absolute_url()}/edit")
    sent = shown_in(page.context["form"])
    assert (sent["closes_at"], sent["maximum"]) == (f"{NEXT_YEAR}-07-15T17:00", "2000")
    answer = camden.client(camden.alice).post(f"{call.get_absolute_url()}/edit", sent)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    call.refresh_from_db()
    assert (call.version, call.closes_at.second) == (1, 59)


def test_a_new_form_knows_where_its_writer_is(camden):
    rosa = camden.somebody("rosa", time_zone="Europe/Rome")
    form = camden.client(rosa).get("/calls/new").context["form"]
    assert (form["time_zone"].value(), form["currency"].value()) == ("Europe/Rome", "EUR")


def test_programs_get_the_document_at_the_same_address(camden):
    call = published(camden)
    answer = camden.client().get(call.get_absolute_url(), headers={"Accept": ACTIVITY})
    assert answer["Content-Type"] == ACTIVITY
    document = answer.json()
    assert (document["id"], document["type"]) == (call.uri, "Article")
    assert document["attributedTo"] == camden.group.uri
    assert camden.alice.uri not in answer.content.decode(), "the human on record does not travel"


def test_withdrawn_is_said_to_people_and_programs(camden, work):
    call = published(camden)
    work()
    alice = camden.client(camden.alice)
    assert "Withdraw “Small steps grants”?" in alice.get(f"{call.get_absolute_url()}/withdrawal").content.decode()
    assert alice.post(f"{call.get_absolute_url()}/withdrawal")["Location"] == "/calls/"
    work()
    page = camden.client().get(call.get_absolute_url())
    assert page.status_code == 410 and "was withdrawn" in page.content.decode()
    assert "Small steps" not in page.content.decode(), "nothing of it is left"
    tombstone = camden.client().get(call.get_absolute_url(), headers={"Accept": ACTIVITY})
    assert tombstone.status_code == 410 and tombstone.json()["type"] == "Tombstone"
    assert camden.client().get(f"{call.get_absolute_url()}.ics").status_code == 410
    assert not Card.objects.filter(uri=call.uri).exists() and not Link.objects.filter(source_uri=call.uri).exists()


def test_charlie_can_neither_change_nor_withdraw(camden):
    call = published(camden)
    for person in (camden.charlie, camden.bob):
        for page in ("edit", "withdrawal"):
            for method in ("get", "post"):
                answer = getattr(camden.client(person), method)(f"{call.get_absolute_url()}/{page}", camden.form())
                assert answer.status_code == 403, (person, page, method)
    for page in ("/calls/new", f"{call.get_absolute_url()}/edit", f"{call.get_absolute_url()}/withdrawal"):
        assert camden.client().get(page)["Location"].startswith("/accounts/login/")
        assert camden.client().post(page, camden.form())["Location"].startswith("/accounts/login/")
    call.refresh_from_db()
    assert (call.version, call.withdrawn_at) == (1, None)


def test_charlie_cannot_speak_for_a_group_he_has_not_joined(camden):
    answer = camden.client(camden.charlie).get("/calls/new")
    assert "Nobody to publish for yet" in answer.content.decode()
    answer = camden.client(camden.charlie).post("/calls/new", camden.form())
    assert answer.status_code == 400 and not Call.objects.exists()


def test_what_is_for_the_group_is_a_404_to_others(camden, work):
    call = published(camden, audience="group")
    assert call.audience == camden.group.members_audience
    work()
    inside, outside = camden.client(camden.bob), camden.client(camden.charlie)
    assert inside.get(call.get_absolute_url()).status_code == 200
    assert call.title in inside.get("/calls/").content.decode()
    for client in (outside, camden.client()):
        for suffix in ("", ".ics"):
            assert client.get(f"{call.get_absolute_url()}{suffix}").status_code == 404, suffix
        assert client.get(call.get_absolute_url(), headers={"Accept": ACTIVITY}).status_code == 404
        assert call.title not in client.get("/calls/").content.decode()
        assert call.title not in client.get("/calls/calendar.ics").content.decode()
    for page in ("edit", "withdrawal"):
        assert outside.post(f"{call.get_absolute_url()}/{page}", camden.form()).status_code == 404
    assert camden.client(camden.alice).post(f"{call.get_absolute_url()}/withdrawal").status_code == 302
    assert outside.get(call.get_absolute_url()).status_code == 404, "that it ever was is not told either"
    assert inside.get(call.get_absolute_url()).status_code == 410


def test_what_is_for_this_node_never_leaves_it(camden, work):
    call = published(camden, audience="node")
    work()
    assert call.audience == audiences.this_node()
    assert not Publication.objects.filter(uri=call.uri).exists()
    assert camden.client(camden.charlie).get(call.get_absolute_url()).status_code == 200
    assert camden.client().get(call.get_absolute_url()).status_code == 404


def test_an_address_that_never_was_is_a_404(camden):
    for address in ("abcdefghjkmn", "abcdefghjkmn.ics", "abcdefghjkmn/edit/more"):
        assert camden.client().get(f"/calls/{address}").status_code == 404


def told_of_deadlines() -> list[Notice]:
    return list(Notice.objects.filter(kind__startswith="call_").order_by("pk"))


def test_followers_of_the_group_hear_when_a_deadline_moves(camden, work):
    call = camden.call()
    work()
    for person in (camden.bob, camden.alice):
        follow(person.user, "group", camden.group.uri)
    change_call(camden.alice, call, {"title": "Small steps grants, second round"})
    work()
    assert not told_of_deadlines(), "other words are no news"
    change_call(camden.alice, call, {"closes_at": CLOSES + dt.timedelta(days=7)})
    work()
    [notice] = told_of_deadlines()
    assert notice.user == camden.bob.user, "Alice moved it herself"
    page = unescape(camden.client(camden.bob).get("/notices/").content.decode())
    assert "“Small steps grants, second round” has a new closing date" in page
    assert f"22 July {NEXT_YEAR}, 5pm (London time)" in page
    change_call(camden.alice, call, {"closes_at": None})
    work()
    assert "no longer has a closing date" in camden.client(camden.bob).get("/notices/").content.decode()


def test_nobody_is_told_of_the_dates_of_what_they_may_not_see(camden, work):
    call = camden.call(audience=camden.group.members_audience)
    work()
    follow(camden.charlie.user, "group", camden.group.uri)
    change_call(camden.alice, call, {"closes_at": CLOSES + dt.timedelta(days=7)})
    work()
    assert not told_of_deadlines()


def test_notices_of_a_withdrawn_call_go_with_it(camden, work):
    call = camden.call()
    work()
    follow(camden.bob.user, "group", camden.group.uri)
    change_call(camden.alice, call, {"closes_at": CLOSES + dt.timedelta(days=7)})
    work()
    assert told_of_deadlines()
    camden.client(camden.alice).post(f"{call.get_absolute_url()}/withdrawal")
    work()
    assert not told_of_deadlines()


@pytest.mark.parametrize("many", [1, 20])
def test_the_pages_ask_the_database_little(camden, work, django_assert_max_num_queries, many):
    calls = [camden.call(title=f"Grant {number}") for number in range(many)]
    work()
    visitor, alice = camden.client(), camden.client(camden.alice)
    for client, most in ((visitor, 12), (alice, 16)):
        client.get("/calls/")
        with django_assert_max_num_queries(most):
            answer = client.get("/calls/")
        assert answer.content.decode().count('class="card"') == many
        with django_assert_max_num_queries(most):
            client.get(calls[0].get_absolute_url())
        with django_assert_max_num_queries(most):
            assert client.get("/calls/calendar.ics").content.count(b"BEGIN:VEVENT") == many
