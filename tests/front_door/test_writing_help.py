"""Hints on what people write: on request and while they write, and never in the way of what they want to publish."""

from __future__ import annotations

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from cop.models import Expertise, Group, Place, Proposal
from desk import careful_words
from desk.models import CarefulWord
from events.models import Gathering
from federation import moderation
from frontend import writing
from frontend.checking import CHECK
from funding.models import Call
from knowledge.models import Page
from tests.gatherings import Camden
from tests.pictures import picture

pytestmark = pytest.mark.django_db

CARELESS = "In order to help the homeless we leverage synergies."
FORMS = {
    "/needs/new": ("summary", Proposal),
    "/offers/new": ("summary", Proposal),
    "/gatherings/new": ("summary", Gathering),
    "/calls/new": ("plain_summary", Call),
    "/know-how/new": ("body", Page),
    "/groups/new": ("summary", Group),
    "/expertise/new": ("summary", Expertise),
    "/places/new": ("summary", Place),
}
WORD = {"word": "the homeless", "language": "en", "instead": "people without a home", "why": "They are people first."}


@pytest.fixture
def camden():
    camden = Camden()
    User.objects.filter(actor=camden.alice).update(is_steward=True)
    camden.alice.user.refresh_from_db()
    return camden


@pytest.fixture
def alice(camden) -> Client:
    """A steward of the node."""
    return camden.client(camden.alice)


@pytest.fixture
def bob(camden) -> Client:
    """Somebody with an account."""
    return camden.client(camden.bob)


def need(camden, **changed: str) -> dict[str, str]:
    sent = {
        "title": "A room",
        "summary": CARELESS,
        "language": "en",
        "support": "space",
        "speaker": camden.group.public_id,
    }
    return sent | {"audience": "everyone", "once": "once-and-only"} | changed


def asked(client: Client, **sent: str):
    return client.post("/writing-help/", {"form": "proposal", "language": "en", **sent})


# --- Without JavaScript ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FORMS)
def test_every_form_with_long_texts_looks_at_words_and_publishes_nothing(alice, path):
    field, model = FORMS[path]
    before = model.objects.count()
    assert 'name="check"' in alice.get(path).content.decode()
    answer = alice.post(path, {CHECK: "1", field: CARELESS, "language": "en"})
    text = unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "“leverage”: would “use” do?" in text
    assert "Nothing is published or saved yet." in text
    assert CARELESS in text, "what was written is still there"
    assert "There is something to mend" not in text, "a look is no mistake"
    assert model.objects.count() == before


def test_a_complete_form_is_not_published_by_looking_and_is_by_publishing(alice, camden):
    looked = alice.post("/needs/new", need(camden, check="1"))
    assert looked.status_code == 200
    assert not Proposal.objects.exists()
    published = alice.post("/needs/new", need(camden))
    assert published.status_code == 302, published.context["form"].errors or "hints never stand in the way"
    assert Proposal.objects.get().summary == CARELESS


def test_looking_at_a_change_changes_nothing(alice, camden):
    alice.post("/needs/new", need(camden))
    made = Proposal.objects.get()
    address = f"{made.get_absolute_url()}/edit"
    answer = alice.post(address, need(camden, summary="We leverage more.", seen=str(made.version), check="1"))
    assert "“leverage”" in answer.content.decode()
    made.refresh_from_db()
    assert made.summary == CARELESS


def test_a_look_at_know_how_saves_no_version(alice):
    answer = alice.post("/know-how/new", {"check": "1", "body": CARELESS, "short_answer": "We leverage it."})
    text = unescape(answer.content.decode())
    assert text.count("“leverage”: would “use” do?") == 2
    assert "You do not say when somebody last made sure that it holds." in text
    assert not Page.objects.exists()


def test_hints_are_tied_to_their_field(alice, camden):
    text = alice.post("/needs/new", need(camden, check="1")).content.decode()
    assert 'id="id_summary_remarks"' in text
    assert 'aria-describedby="id_summary_hint id_summary_remarks"' in text
    assert '<a href="#id_summary_remarks">' in text


def test_what_is_missing_is_what_the_form_knows_of(alice, camden):
    text = unescape(alice.post("/needs/new", need(camden, check="1")).content.decode())
    assert "You do not say where. An area is enough." in text
    text = unescape(alice.post("/needs/new", need(camden, check="1", area="Camden")).content.decode())
    assert "You do not say where." not in text


def test_plain_words_are_told_so(alice, camden):
    sent = need(camden, check="1", summary="We need a room.", area="Camden", until="2027-01-01T10:00")
    assert "We have nothing to remark on" in alice.post("/needs/new", sent).content.decode()


def test_who_had_chosen_files_is_told_to_choose_them_again(alice, camden):
    file = SimpleUploadedFile("door.png", picture(), "image/png")
    text = alice.post("/needs/new", need(camden, check="1") | {"new_file_0": file}).content.decode()
    assert "choose your pictures and files again" in text
    assert "choose your pictures" not in alice.post("/needs/new", need(camden, check="1")).content.decode()


def test_the_button_that_publishes_is_the_one_the_enter_key_presses(alice):
    for path in FORMS:
        text = alice.get(path).content.decode()
        text = text[text.index('<form class="form"') :]
        assert text.index('<button type="submit" class="button">') < text.index('name="check"'), path


def test_other_forms_do_not_look_at_words(alice):
    assert 'name="check"' not in alice.get("/desk/words").content.decode()
    kept = alice.post("/desk/words", WORD | {"check": "1"})
    assert kept.status_code == 302


def test_two_hundred_thousand_letters_are_looked_at(alice, camden):
    answer = alice.post("/needs/new", need(camden, check="1", summary="[a](" * 50_000))
    assert answer.status_code == 200


# --- While somebody writes ------------------------------------------------------------------------------


def test_the_page_asks_and_gets_hints_by_field(bob):
    answer = asked(bob, summary=CARELESS, area="Camden", until="2027-01-01T10:00")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    found = answer.json()["hints"]["summary"]
    assert {hint["key"] for hint in found} == {"jargon:in order to", "jargon:leverage", "jargon:synergies"}
    assert all(set(hint) == {"kind", "key", "words"} for hint in found)


def test_the_form_says_what_is_to_be_asked(bob):
    text = bob.get("/needs/new").content.decode()
    assert 'data-form="proposal" data-asks="summary language area lat online until"' in text


def test_hints_speak_the_language_of_the_page_about_words_in_that_of_the_text(camden, bob):
    User.objects.filter(actor=camden.bob).update(language="it")
    found = asked(bob, summary="We leverage it.", area="x", until="x").json()["hints"]["summary"]
    assert [hint["key"] for hint in found] == ["jargon:leverage"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"form": "no-such-form"}, 400), ({"form": ""}, 400), ({"summary": "x" * (writing.LONGEST_TAKEN + 1)}, 413)],
)
def test_what_cannot_be_looked_at_is_refused_with_the_reason(bob, sent, status):
    answer = asked(bob, **sent)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_visitors_have_no_form_and_get_no_hints(client):
    assert asked(client, summary=CARELESS).status_code == 403


def test_it_is_asked_with_the_token_of_the_form(camden):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(actor=camden.bob))
    assert strict.post("/writing-help/", {"form": "proposal", "summary": CARELESS}).status_code == 403


def test_it_cannot_be_read_by_address(bob):
    assert bob.get("/writing-help/").status_code == 405


# --- The careful words of the node ----------------------------------------------------------------------


def test_a_steward_keeps_the_list_and_writers_are_told(alice, bob):
    with_word = alice.post("/desk/words", WORD, follow=True).content.decode()
    assert "people without a home" in with_word
    (told, *_others) = asked(bob, summary=CARELESS, area="x", until="x").json()["hints"]["summary"]
    assert told["words"] == "“the homeless”: here we say “people without a home”. They are people first."


def test_a_changed_word_and_a_removed_one_are_told_no_longer(alice, bob, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        alice.post("/desk/words", WORD)
    word = CarefulWord.objects.get()
    assert "careful:the homeless" in asked(bob, summary=CARELESS).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        alice.post(f"/desk/words/{word.pk}", WORD | {"why": "Because."})
    assert "Because." in asked(bob, summary=CARELESS).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        alice.post(f"/desk/words/{word.pk}/removal")
    assert "careful" not in asked(bob, summary=CARELESS).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/desk/words", "/desk/words/{pk}", "/desk/words/{pk}/removal"])
def test_members_and_visitors_cannot_touch_the_list(camden, bob, client, method, path):
    word = careful_words.keep_word(CarefulWord(**WORD), by=camden.alice)
    address = path.format(pk=word.pk)
    if method == "get" and "removal" in path:
        assert bob.get(address).status_code == 405
        return
    assert getattr(bob, method)(address, WORD | {"word": "other"}).status_code == 404
    assert getattr(client, method)(address, WORD | {"word": "other"}).status_code == 302
    assert list(CarefulWord.objects.values_list("word", flat=True)) == ["the homeless"]


def test_the_actions_refuse_members_too(camden):
    word = careful_words.keep_word(CarefulWord(**WORD), by=camden.alice)
    with pytest.raises(moderation.StewardsOnly):
        careful_words.keep_word(CarefulWord(**WORD | {"word": "other"}), by=camden.bob)
    with pytest.raises(moderation.StewardsOnly):
        careful_words.remove_word(word, by=camden.bob)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"word": ""}, "word"),
        ({"word": "x"}, "word"),
        ({"word": "x" * 61}, "word"),
        ({"why": ""}, "why"),
        ({"why": "x" * 301}, "why"),
        ({"instead": "x" * 121}, "instead"),
        ({"language": "tlh"}, "language"),
        ({"word": "The Homeless "}, "word"),
    ],
)
def test_a_word_that_will_not_do_is_refused_beside_its_field(alice, changed, field):
    alice.post("/desk/words", WORD)
    answer = alice.post("/desk/words", WORD | {"word": "other"} | changed)
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {field}
    assert CarefulWord.objects.count() == 1


def test_two_stewards_with_the_same_word_at_once(camden, alice, monkeypatch):
    careful_words.keep_word(CarefulWord(**WORD), by=camden.alice)
    with pytest.raises(careful_words.AlreadyListed):
        careful_words.keep_word(CarefulWord(**WORD | {"word": "The homeless"}), by=camden.alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        CarefulWord.objects.create(**WORD | {"why": "", "word": "another"})


def test_there_are_only_so_many(alice, monkeypatch):
    monkeypatch.setattr(careful_words, "MOST", 1)
    alice.post("/desk/words", WORD)
    answer = alice.post("/desk/words", WORD | {"word": "other"})
    assert "There are 1 words already" in answer.content.decode()
    assert CarefulWord.objects.count() == 1


def test_a_word_is_shown_as_words(alice, bob, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        alice.post("/desk/words", WORD | {"word": "<b>bold</b>", "why": "<script>alert(1)</script>"})
    page = bob.post("/needs/new", {"check": "1", "summary": "A <b>bold</b> word", "language": "en"}).content.decode()
    assert "<script>alert" not in page
    assert "<script>alert" not in alice.get("/desk/words").content.decode()
