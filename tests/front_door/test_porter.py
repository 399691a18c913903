"""The porter's answer: what fits best, then the rest by what it is, each with why; nothing found becomes a need."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.conf import settings

from cop.actions.proposals import publish_proposal
from cop.models import Proposal
from federation import audiences
from tests.atlas import harbour as harbour_module
from tests.gatherings import HOUSING, Camden

pytestmark = pytest.mark.django_db

MEMBERS = audiences.of_group(f"{settings.ORIGIN}/groups/tenants")


@pytest.fixture
def harbour(db):
    harbour_module.clear()
    yield harbour_module
    harbour_module.clear()


def ask(client, q, **more):
    return client.get(f"/ask/?{urlencode({'q': q, **more})}")


def titles(html):
    found = re.findall(r'class="card-title"><a href="[^"]*"[^>]*>([^<]*)</a>', html)
    return [unescape(title) for title in found]


def sections(answer):
    """The titles of cards under each heading."""
    parts = re.split(r"<h2 id=[^>]*>", answer.content.decode())[1:]
    return {unescape(part.partition("</h2>")[0]): titles(part) for part in parts if titles(part)}


def text_of(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def test_the_best_come_first_and_the_rest_stands_by_what_it_is(client, harbour, work):
    for number in range(7):
        harbour.publish(number, kind="sail", title=f"Allotment number {number}", language="en")
    harbour.publish("g", kind="group", title="A group", summary="We keep an allotment and much else.", language="en")
    work()
    found = sections(ask(client, "allotment"))
    assert list(found) == ["What fits best", "More: Other things"]
    assert len(found["What fits best"]) == 5 and len(found["More: Other things"]) == 2
    assert not set(found["What fits best"]) & set(found["More: Other things"])


def test_kinds_stand_in_the_section_their_app_named(client, work, camden_need):
    for number in range(6):
        camden_need(f"A ladder for the hall {number}")
    work()
    found = sections(ask(client, "ladder"))
    assert len(found["More: Needs and offers"]) == 1
    assert 'href="/atlas/?q=ladder&amp;kind=need">Needs 6</a>' in ask(client, "ladder").content.decode()


def test_each_card_says_which_words_it_has_and_which_not(client, harbour, work):
    harbour.publish(1, title="A kiln", language="en")
    harbour.publish(2, title="A kiln for pottery", language="en")
    work()
    said = text_of(ask(client, "a kiln for Pottery please"))
    assert "It has: kiln, Pottery." in said and "It does not have: Pottery." in said


def test_what_has_few_of_the_words_follows_where_little_has_all(client, harbour, work):
    harbour.publish(1, title="Disused spaces", language="en")
    harbour.publish(2, title="A ruin, disused", language="en")
    work()
    assert set(sections(ask(client, "disused chimneys"))["What fits best"]) == {"A ruin, disused", "Disused spaces"}
    harbour.publish(3, title="Disused chimneys", language="en")
    work()
    assert sections(ask(client, "disused chimneys"))["What fits best"][0] == "Disused chimneys"
    assert titles(client.get("/atlas/?q=disused+chimneys").content.decode()) == ["Disused chimneys"]


def test_a_mistyped_word_becomes_the_one_that_stands_beside_the_others(client, harbour, work):
    for number in range(3):
        harbour.publish(number, title=f"Circa {number}", language="it")
    harbour.publish("s", title="Scuola civica", language="it")
    work()
    answer = ask(client, "scuola civca")
    assert "Showing results for “scuola civica”." in text_of(answer)
    assert sections(answer)["What fits best"][0] == "Scuola civica"


def test_step_free_is_found_where_it_is_only_a_mark(client, harbour, work):
    harbour.publish(1, title="Hall with a stage", step_free=False, language="en")
    harbour.publish(2, title="Hall with a kitchen", step_free=True, language="en")
    work()
    assert sections(ask(client, "step-free hall"))["What fits best"][0] == "Hall with a kitchen"
    assert sections(ask(client, "sala senza gradini"))["What fits best"][0] == "Hall with a kitchen"


def test_nothing_found_offers_to_publish_the_question_as_a_need(client, camden, work):
    answer = ask(client, "a zebra crossing for unicorns & friends")
    assert "Nobody has published anything that fits “a zebra crossing for unicorns & friends” yet" in text_of(answer)
    (address,) = re.findall(r'href="(/needs/new\?[^"]+)"', answer.content.decode())
    client.force_login(camden.alice.user)
    form = client.get(unescape(address)).content.decode()
    assert re.search(r'name="title"[^>]*value="a zebra crossing for unicorns &amp; friends"', form)


def test_what_was_found_can_be_published_as_a_need_too(client, harbour, work):
    harbour.publish(1, title="A kiln", language="en")
    work()
    assert 'href="/needs/new?title=kiln"' in ask(client, "kiln").content.decode()


def test_nobody_is_shown_what_they_may_not_see(client, harbour, work):
    harbour.publish(1, title="A kiln for members", audience=MEMBERS, language="en")
    work()
    assert "members" not in text_of(ask(client, "kiln")).replace("kiln for members", "found")
    assert titles(ask(client, "kiln").content.decode()) == []


def test_without_a_question_the_door_opens(client):
    for address in ("/ask/", "/ask/?q=", "/ask/?q=+++"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize("q", ["\0", "NOT", '"', "*", "%", "😀", "' OR 1=1 --", "<script>alert(1)</script>"])
def test_odd_questions_are_answered(client, harbour, work, q):
    harbour.publish(1, title="A kiln", language="en")
    work()
    answer = ask(client, q)
    assert answer.status_code == 200 and "<script>alert" not in answer.content.decode()


def test_a_question_that_is_too_long_is_named_as_such(client):
    answer = ask(client, "hall " * 50)
    assert answer.status_code == 200
    assert "at most 200 characters" in text_of(answer)


def test_other_filters_in_the_address_change_nothing(client, harbour, work):
    harbour.publish(1, title="A kiln", language="en")
    work()
    assert titles(ask(client, "kiln", kind="group", bbox="nonsense").content.decode()) == ["A kiln"]


def test_htmx_gets_the_answer_alone(client, harbour, work):
    harbour.publish(1, title="A kiln", language="en")
    work()
    part = client.get("/ask/?q=kiln", headers={"HX-Request": "true", "HX-Target": "answer"}).content.decode()
    assert part.lstrip().startswith('<div id="answer"') and "<html" not in part and titles(part) == ["A kiln"]


@pytest.fixture
def camden(db):
    return Camden()


@pytest.fixture
def camden_need(camden):
    def publish(title):
        return publish_proposal(
            camden.alice, camden.group.actor, Proposal.Direction.NEED, title=title, summary="", language="en",
            topics=[HOUSING], support="time", online=False, until=None, quantity=None, unit="",
        )  # fmt: skip

    return publish
