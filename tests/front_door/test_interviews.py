"""What somebody tells in ten minutes becomes a card that they approve, and nobody else reads it before."""

from __future__ import annotations

import pytest

from accounts.models import User
from cop.actions.people import change_page, person_of
from cop.interviewing import draft, ways_in
from cop.models import Expertise, Interview
from federation.personal_blocks import block
from notifications.models import Notice
from tests.gatherings import HOUSING, Camden

ANSWERS = {
    "language": "en",
    "asked_for": "Reading leases. People in housing trouble come with theirs, in a plastic bag.",
    "story": "A neighbour was to pay for a roof.\n\nWe read it together.",
    "learnt": "In twelve years on a residents' committee. Slowly.",
    "advice": "Read the last page first.",
    "help": "I can explain it on the phone, or come along to a meeting.",
    "limits": "Not in court.",
}


@pytest.fixture
def camden(db) -> Camden:
    found = Camden()
    for person, name in ((found.alice, "Alice"), (found.bob, "Bob")):
        change_page(person_of(person), {"name": name, "is_public": True, "shown": []})
    return found


def ask(camden, writer, about=None):
    address = "/expertise/interview" + (f"?for={person_of(about).public_id}" if about else "")
    return camden.client(writer).post(address, ANSWERS)


def test_ones_own_answers_become_a_card_when_one_says_so(camden, client, work):
    answer = ask(camden, camden.bob)
    interview = Interview.objects.get()
    assert answer.url == interview.get_absolute_url()
    page = camden.client(camden.bob).get(answer.url)
    begun = page.context["form"].initial
    assert begun["title"] == "Reading leases"
    assert "Read the last page first." in begun["summary"] and "## What I cannot help with" in begun["summary"]
    assert begun["experience"] == "In twelve years on a residents' committee"
    assert begun["ways"] == ["explain", "accompany"] and HOUSING in begun["topics"]
    assert not Expertise.objects.exists(), "nothing is published before its person says so"
    sent = {name: value for name, value in begun.items() if value is not None}
    sent |= {"title": "Reading leases aloud", "terms": "either", "speaker": "me", "audience": "everyone"}
    answer = camden.client(camden.bob).post(interview.get_absolute_url(), sent)
    assert answer.status_code == 302, answer.context["form"].errors
    work()
    card = Expertise.objects.get()
    assert card.actor == camden.bob and "Reading leases aloud" in client.get("/expertise/").content.decode()
    assert not Interview.objects.exists(), "the answers are erased"


def test_what_is_written_down_of_somebody_waits_for_their_yes(camden, client, work):
    ask(camden, camden.alice, camden.bob)
    work()
    interview = Interview.objects.get()
    notice = Notice.objects.get(kind="interview_written")
    assert notice.user.actor == camden.bob and "lease" not in str(notice.params)
    for other in (camden.alice, camden.charlie):
        assert camden.client(other).get(interview.get_absolute_url()).status_code == 404
        assert camden.client(other).post(f"{interview.get_absolute_url()}/dropping").status_code == 404
    assert client.get(interview.get_absolute_url()).status_code == 302, "a visitor is asked to sign in"
    assert interview.get_absolute_url() in camden.client(camden.bob).get("/expertise/interview").content.decode()
    assert camden.client(camden.bob).post(f"{interview.get_absolute_url()}/dropping").status_code == 302
    assert not Interview.objects.exists() and not Expertise.objects.exists()


def test_who_shows_no_page_or_blocks_is_not_asked(camden):
    hidden = person_of(camden.charlie).public_id
    assert camden.client(camden.alice).get(f"/expertise/interview?for={hidden}").status_code == 404
    block(camden.bob, camden.alice.uri)
    assert ask(camden, camden.alice, camden.bob).status_code == 400
    assert not Interview.objects.exists()


def test_one_question_must_be_answered_in_a_language_we_have(camden):
    answer = camden.client(camden.bob).post("/expertise/interview", {"language": "tlh", "asked_for": " "})
    assert answer.status_code == 400 and {"language", "asked_for"} <= set(answer.context["form"].errors)


def test_a_draft_in_italian_has_italian_titles(camden):
    interview = Interview(
        about=User.objects.get(actor=camden.bob),
        language="it",
        asked_for="Leggo i contratti d'affitto! E altro.",
        help="Posso spiegare al telefono o venire insieme.",
        limits="Non vado in tribunale.",
    )
    begun = draft(interview)
    assert begun["title"] == "Leggo i contratti d'affitto!" and "## Con che cosa non posso aiutare" in begun["summary"]
    assert begun["ways"] == ["explain", "do", "accompany"]


def test_a_long_answer_is_cut_between_words(db):
    words = "word " * 60
    begun = draft(Interview(language="en", asked_for=words))
    assert len(begun["title"]) <= 140 and begun["title"].endswith("word…")


@pytest.mark.parametrize(("text", "ways"), [("", []), ("I would read and comment", ["read"]), ("Zzz", [])])
def test_ways_are_those_that_are_named(text, ways):
    assert ways_in(text) == ways
