"""Newcomers are welcomed by a person whom a steward asked and who said yes, in their language."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from accounts import actions as accounts
from accounts.models import User
from cop.actions import hosts as actions
from cop.actions.people import change_page, person_of
from cop.models import Arrival, Conversation, Host, Welcome
from federation import moderation, personal_blocks
from federation.models import Restriction
from journal import errand
from notifications import queries
from notifications.models import Notice
from tests.gatherings import Camden

pytestmark = pytest.mark.django_db

ENGLISH = "Hello, I am **Bob**. Ask me anything."
ITALIAN = "Ciao, sono Bob. Chiedimi pure."


@pytest.fixture
def camden(db) -> Camden:
    """Alice is the steward of the node; Bob shows a page, and has been here for a month, as everybody else."""
    cast = Camden()
    User.objects.filter(actor=cast.alice).update(is_steward=True)
    cast.alice.user.refresh_from_db()
    change_page(person_of(cast.bob), {"name": "Bob Marsh", "is_public": True})
    User.objects.update(joined_at=timezone.now() - dt.timedelta(days=30))
    return cast


def ask(camden: Camden, who: str = "bob@camden.example", by=None, **words: str):
    said = {"who": who, "welcome_en": ENGLISH, "welcome_it": ""} | words
    return camden.client(by or camden.alice).post("/desk/hosts", said)


def answer(camden: Camden, by=None, **said: str):
    return camden.client(by or camden.bob).post("/me/welcoming", {"welcome_en": ENGLISH, "welcome_it": ""} | said)


def welcoming(camden: Camden, who=None, **words: str) -> Host:
    """Somebody who was asked, and has said yes."""
    user = User.objects.get(actor=who or camden.bob)
    host = actions.ask_host(User.objects.get(actor=camden.alice), user, words or {"en": ENGLISH})
    return actions.agree(host, words or {"en": ENGLISH}, to_visitors=False)


def newcomer(camden: Camden, name: str = "dana", language: str = "en"):
    person = camden.somebody(name)
    User.objects.filter(actor=person).update(language=language)
    return person


def arrive(work) -> None:
    """The time has come to see who is new."""
    with transaction.atomic():
        errand("cop.welcome_newcomers")
    work()


def home(camden: Camden, person=None, **headers: str) -> str:
    page = camden.client(person).get("/", headers=headers).content.decode()
    found = re.findall(r'<section class="stack" aria-labelledby="welcome">(.*?)</section>', page, re.DOTALL)
    assert len(found) <= 1
    return unescape(re.sub(r"\s+", " ", found[0])) if found else ""


def told(person, *kinds: str) -> list[str]:
    user = User.objects.get(actor=person)
    with translation.override("en"):
        lines = queries.lines([each for each in queries.notices_of(user) if each.kind in kinds], user)
    return [line.text for line in lines]


# --- Asking ---------------------------------------------------------------------------------------------


def test_somebody_who_is_asked_hears_of_it_and_nothing_is_shown_before_a_yes(camden, work):
    assert ask(camden).status_code == 302
    work()
    assert "You decide" in told(camden.bob, "host_asked")[0]
    dana = newcomer(camden)
    arrive(work)
    assert home(camden, dana) == "" and home(camden) == ""
    assert not Arrival.objects.exists()
    assert "asked" in camden.client(camden.alice).get("/desk/hosts").content.decode()
    page = camden.client(camden.bob).get("/me/welcoming").content.decode()
    assert ENGLISH in page and "Yes, I welcome newcomers" in page


def test_a_host_can_be_named_by_the_address_of_their_page(camden):
    page = f"{settings.ORIGIN}{person_of(camden.bob).get_absolute_url()}"
    assert ask(camden, page).status_code == 302
    assert Host.objects.get().user.actor == camden.bob


@pytest.mark.parametrize(
    "who", ["nobody@camden.example", "/people/aaaaaaaa", "https://else.example/people/{bob}", "Bob"]
)
def test_somebody_without_an_account_cannot_be_asked(camden, who):
    refused = ask(camden, who.format(bob=person_of(camden.bob).public_id))
    assert refused.status_code == 400
    assert "Nobody with an account on this node has the address" in refused.content.decode()
    assert not Host.objects.exists()


def test_a_page_that_is_not_shown_names_nobody(camden):
    hidden = person_of(camden.charlie)
    assert ask(camden, hidden.get_absolute_url()).status_code == 400


def test_only_stewards_ask_and_end(camden, client):
    assert ask(camden, by=camden.charlie).status_code == 404
    assert camden.client(camden.charlie).get("/desk/hosts").status_code == 404
    assert client.get("/desk/hosts").status_code == 302
    host = welcoming(camden)
    assert camden.client(camden.charlie).post(f"/desk/hosts/{host.pk}/ending").status_code == 404
    assert Host.objects.get().state == "welcoming"
    with pytest.raises(Exception, match="steward"):
        actions.ask_host(User.objects.get(actor=camden.charlie), host.user, {"en": "Hi"})
    with pytest.raises(Exception, match="steward"):
        actions.end_host(User.objects.get(actor=camden.charlie), host)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"welcome_en": "", "welcome_it": " "}, "Write a welcome in at least one language."),
        ({"welcome_en": "x" * 601}, "at most 600 characters"),
    ],
)
def test_words_that_are_none_or_too_many_are_refused(camden, words, says):
    refused = ask(camden, **words)
    assert refused.status_code == 400
    assert says in refused.content.decode()
    assert not Host.objects.exists()


def test_nobody_is_asked_twice_and_a_no_holds_for_a_month(camden):
    ask(camden)
    assert ask(camden).status_code == 400
    camden.client(camden.bob).post("/me/welcoming/ending")
    assert ask(camden).status_code == 400
    Host.objects.update(answered_at=timezone.now() - dt.timedelta(days=31))
    assert ask(camden).status_code == 302
    assert Host.objects.get().state == "asked"


# --- Answering ------------------------------------------------------------------------------------------


def test_a_yes_changes_the_words_and_the_stewards_hear_of_it(camden, work):
    ask(camden)
    assert answer(camden, welcome_en="My own words", welcome_it=ITALIAN).status_code == 302
    work()
    assert told(camden.alice, "host_agreed") == ["Bob Marsh has said yes and welcomes newcomers now."]
    assert dict(Welcome.objects.values_list("language", "text")) == {"en": "My own words", "it": ITALIAN}
    assert answer(camden, welcome_en="Other words").status_code == 302
    work()
    assert len(told(camden.alice, "host_agreed")) == 1
    assert dict(Welcome.objects.values_list("language", "text")) == {"en": "Other words"}


def test_without_a_page_there_is_no_yes(camden):
    ask(camden, "charlie@camden.example")
    assert "You show no page" in camden.client(camden.charlie).get("/me/welcoming").content.decode()
    refused = answer(camden, camden.charlie)
    assert refused.status_code == 400
    assert "Show your page with a name first" in refused.content.decode()
    assert Host.objects.get().state == "asked"


def test_a_no_erases_the_words_and_the_stewards_hear_of_it(camden, work):
    ask(camden)
    assert camden.client(camden.bob).post("/me/welcoming/ending").status_code == 302
    work()
    assert told(camden.alice, "host_declined") == ["Bob Marsh would rather not welcome newcomers."]
    assert not Welcome.objects.exists()
    assert answer(camden).status_code == 200, "what was declined cannot be agreed to"
    assert Host.objects.get().state == "declined"


def test_who_was_not_asked_reads_how_it_works_and_can_say_nothing(camden, client):
    page = camden.client(camden.charlie).get("/me/welcoming").content.decode()
    assert "Nobody asks you at the moment." in page and "welcome_en" not in page
    assert answer(camden, camden.charlie).status_code == 200
    assert camden.client(camden.charlie).post("/me/welcoming/ending").status_code == 302
    assert not Host.objects.exists()
    assert client.get("/me/welcoming").status_code == 302
    assert camden.client(camden.bob).get("/me/welcoming/ending").status_code == 405


def test_from_the_settings_it_is_three_clicks_to_stop(camden, work):
    welcoming(camden)
    bob = camden.client(camden.bob)
    assert 'href="/me/welcoming"' in bob.get("/me/").content.decode()
    page = bob.get("/me/welcoming").content.decode()
    assert re.search(
        r"<summary>Stop welcoming newcomers</summary>.*?>Stop, and erase my words</button>", page, re.DOTALL
    )
    dana = newcomer(camden)
    arrive(work)
    assert "Bob Marsh" in home(camden, dana) and told(dana, "welcomed")
    bob.post("/me/welcoming/ending")
    work()
    assert home(camden, dana) == ""
    assert not told(dana, "welcomed"), "the words are gone from the notices too"
    assert told(camden.alice, "host_stopped") == ["Bob Marsh no longer welcomes newcomers."]
    assert not Welcome.objects.exists()


def test_a_steward_ends_it_and_the_host_hears_of_it(camden, work):
    host = welcoming(camden)
    dana = newcomer(camden)
    arrive(work)
    assert camden.client(camden.alice).post(f"/desk/hosts/{host.pk}/ending").status_code == 302
    work()
    assert home(camden, dana) == "" and not told(dana, "welcomed")
    assert not Host.objects.exists() and not Welcome.objects.exists()
    assert "have ended it" in told(camden.bob, "host_ended")[0]
    assert Arrival.objects.get().host is None


def test_ending_does_not_undo_a_no(camden):
    host = welcoming(camden)
    actions.decline(host)
    camden.client(camden.alice).post(f"/desk/hosts/{host.pk}/ending")
    assert Host.objects.get().state == "declined"


# --- What newcomers see ---------------------------------------------------------------------------------


def test_a_newcomer_reads_name_and_words_and_can_write(camden, work):
    welcoming(camden)
    dana = newcomer(camden)
    section = home(camden, dana)
    assert "Bob Marsh welcomes you" in section
    assert "<strong>Bob</strong>" in section
    (writing,) = re.findall(r'href="(/people/[a-z0-9]+/writing)"', section)
    sent = camden.client(dana).post(writing, {"text": "Where do I begin?", "language": "en"})
    assert sent.status_code == 302
    thread = Conversation.objects.get().get_absolute_url()
    work()
    assert len(told(camden.bob, "message")) == 1
    assert "Where do I begin?" in camden.client(camden.bob).get(thread).content.decode()
    camden.client(camden.bob).post(thread, {"text": "At the atlas.", "language": "en"})
    assert "At the atlas." in camden.client(dana).get(thread).content.decode()
    assert camden.client(camden.charlie).get(thread).status_code == 404
    assert camden.client(camden.alice).get(thread).status_code == 404


def test_after_a_week_somebody_is_no_newcomer(camden):
    welcoming(camden)
    dana = newcomer(camden)
    User.objects.filter(actor=dana).update(joined_at=timezone.now() - dt.timedelta(days=8))
    assert home(camden, dana) == ""


def test_the_host_who_writes_the_readers_language_comes_first(camden):
    welcoming(camden)
    change_page(person_of(camden.charlie), {"name": "Carlo", "is_public": True})
    welcoming(camden, camden.charlie, it=ITALIAN)
    assert "Bob Marsh" in home(camden, newcomer(camden, "dana"))
    italian = home(camden, newcomer(camden, "elena", "it"))
    assert "Carlo" in italian and ITALIAN in italian


def test_where_no_host_writes_it_any_other_is_marked_with_its_language(camden, work):
    welcoming(camden)
    elena = newcomer(camden, "elena", "it")
    section = home(camden, elena)
    assert "Bob Marsh" in section and 'lang="en"' in section
    arrive(work)
    assert told(elena, "welcomed") == ["Bob Marsh welcomes newcomers here, in this language: English."]
    assert not told(camden.bob, "newcomers_arrived"), "they do not read his language"


def test_who_hides_their_page_is_not_shown_meanwhile(camden):
    welcoming(camden)
    dana = newcomer(camden)
    change_page(person_of(camden.bob), {"is_public": False})
    assert home(camden, dana) == ""
    assert "They show no page now" in camden.client(camden.alice).get("/desk/hosts").content.decode()


@pytest.mark.parametrize("who_blocks", ["newcomer", "host"])
def test_those_who_block_each_other_do_not_meet_here(camden, work, who_blocks):
    welcoming(camden)
    dana = newcomer(camden)
    one, other = (dana, camden.bob) if who_blocks == "newcomer" else (camden.bob, dana)
    personal_blocks.block(one, other.uri)
    assert home(camden, dana) == ""
    arrive(work)
    assert not told(dana, "welcomed") and not Arrival.objects.exists()


@pytest.mark.parametrize("level", [Restriction.Level.SUSPENDED, Restriction.Level.LIMITED])
def test_a_host_who_is_suspended_or_not_shown_unasked_welcomes_nobody(camden, work, level):
    welcoming(camden)
    dana = newcomer(camden)
    moderation.restrict_actor(level, camden.bob, by=camden.alice, reason="Rude")
    assert home(camden, dana) == ""
    arrive(work)
    assert not told(dana, "welcomed")


def test_visitors_read_the_name_only_where_the_host_chose_so(camden, client):
    host = welcoming(camden)
    assert home(camden) == ""
    actions.agree(host, {"en": ENGLISH}, to_visitors=True)
    section = home(camden)
    assert "Bob Marsh</a> welcomes newcomers here." in section
    assert "Ask me anything" not in section and "/writing" not in section
    assert answer(camden, welcome_en=ENGLISH).status_code == 302, "the box is not ticked"
    assert home(camden) == ""


def test_a_host_is_not_welcomed_by_themself(camden):
    welcoming(camden)
    User.objects.filter(actor=camden.bob).update(joined_at=timezone.now())
    assert home(camden, camden.bob) == ""


# --- Notices --------------------------------------------------------------------------------------------


def test_newcomers_are_welcomed_once_and_the_host_hears_in_one_notice(camden, work):
    welcoming(camden, en=ENGLISH, it=ITALIAN)
    dana, elena = newcomer(camden), newcomer(camden, "elena", "it")
    arrive(work)
    arrive(work)
    assert told(dana, "welcomed") == ["Bob Marsh welcomes you: Hello, I am Bob. Ask me anything."]
    assert len(told(elena, "welcomed")) == 1 and ITALIAN in told(elena, "welcomed")[0]
    (line,) = told(camden.bob, "newcomers_arrived")
    assert line.startswith("2 new people are here.")
    newcomer(camden, "fred")
    arrive(work)
    (line,) = told(camden.bob, "newcomers_arrived")
    assert line.startswith("3 new people are here."), "until it is read"
    Notice.objects.filter(kind="newcomers_arrived").update(read_at=timezone.now())
    newcomer(camden, "gina")
    arrive(work)
    assert sorted(told(camden.bob, "newcomers_arrived"))[1].startswith("Somebody new is here.")
    assert "4 people were sent your welcome" in camden.client(camden.bob).get("/me/welcoming").content.decode()


NOT_SHOWN = "You were welcomed here. What was written is not shown any more."


def test_the_notice_says_what_the_host_says_now(camden, work):
    host = welcoming(camden)
    dana = newcomer(camden)
    arrive(work)
    actions.agree(host, {"en": "Come on Tuesdays."}, to_visitors=False)
    assert told(dana, "welcomed") == ["Bob Marsh welcomes you: Come on Tuesdays."]
    change_page(person_of(camden.bob), {"is_public": False})
    assert told(dana, "welcomed") == [NOT_SHOWN]
    assert not Notice.objects.filter(kind="welcomed").exclude(params={}).exists(), "nothing of it is kept"
    work()
    page = camden.client(dana).get("/notices/").content.decode()
    assert NOT_SHOWN in page and "Bob Marsh" not in page


@pytest.mark.parametrize("level", [Restriction.Level.SUSPENDED, Restriction.Level.LIMITED])
def test_the_notice_is_silent_while_stewards_keep_the_host_from_others(camden, work, level):
    welcoming(camden)
    dana = newcomer(camden)
    arrive(work)
    decided = moderation.restrict_actor(level, camden.bob, by=camden.alice, reason="Rude")
    assert told(dana, "welcomed") == [NOT_SHOWN]
    moderation.lift(decided, by=camden.alice)
    assert told(dana, "welcomed") == ["Bob Marsh welcomes you: Hello, I am Bob. Ask me anything."]


def test_the_notice_is_silent_once_the_account_is_gone(camden, work):
    welcoming(camden)
    dana = newcomer(camden)
    arrive(work)
    User.objects.filter(actor=camden.bob).delete()
    assert told(dana, "welcomed") == [NOT_SHOWN]


# --- At the same moment ---------------------------------------------------------------------------------


@pytest.mark.parametrize("meanwhile", [actions.end_host, lambda _steward, host: actions.decline(host)])
def test_a_yes_after_the_end_is_none(camden, monkeypatch, meanwhile):
    ask(camden)
    steward = User.objects.get(actor=camden.alice)
    real = actions.agree

    def late(host, words, **chosen):
        meanwhile(steward, host)
        return real(host, words, **chosen)

    monkeypatch.setattr(actions, "agree", late)
    answered = camden.client(camden.bob).post("/me/welcoming", {"welcome_en": ENGLISH}, follow=True)
    assert "have ended it meanwhile" in answered.content.decode()
    assert not Host.objects.filter(state=Host.State.WELCOMING).exists()


def test_a_no_after_the_end_changes_nothing(camden, work, monkeypatch):
    ask(camden)
    steward = User.objects.get(actor=camden.alice)
    real = actions.decline

    def late(host):
        actions.end_host(steward, host)
        real(host)

    monkeypatch.setattr(actions, "decline", late)
    assert camden.client(camden.bob).post("/me/welcoming/ending").status_code == 302
    assert not Host.objects.exists()


def test_a_no_has_nothing_to_end(camden):
    ask(camden)
    actions.decline(Host.objects.get())
    path = f"/desk/hosts/{Host.objects.get().pk}/ending"
    page = camden.client(camden.alice).post(path, follow=True).content.decode()
    assert "there was nothing to end" in page and Host.objects.exists()


def test_stewards_and_those_who_have_not_proved_their_address_are_not_written_to(camden, work):
    welcoming(camden)
    unproved = newcomer(camden)
    User.objects.get(actor=unproved).emailaddress_set.update(verified=False)
    accounts.make_account("new@steward.example", is_steward=True)
    arrive(work)
    assert not Arrival.objects.exists()
    User.objects.get(actor=unproved).emailaddress_set.update(verified=True)
    arrive(work)
    assert len(told(unproved, "welcomed")) == 1


def test_who_came_before_there_was_a_host_is_welcomed_when_there_is_one(camden, work):
    dana = newcomer(camden)
    arrive(work)
    assert not told(dana, "welcomed")
    welcoming(camden)
    arrive(work)
    assert len(told(dana, "welcomed")) == 1


def test_two_hosts_share_the_newcomers(camden, work):
    welcoming(camden)
    change_page(person_of(camden.charlie), {"name": "Charlie", "is_public": True})
    welcoming(camden, camden.charlie)
    for n in range(4):
        newcomer(camden, f"new{n}")
    arrive(work)
    assert sorted(Arrival.objects.values_list("host__user__email", flat=True)) == [
        "bob@camden.example",
        "bob@camden.example",
        "charlie@camden.example",
        "charlie@camden.example",
    ]
    for arrival in Arrival.objects.select_related("user__actor", "host__user__actor"):
        shown = "Bob Marsh" if arrival.host.user.actor == camden.bob else "Charlie"
        assert f"{shown} welcomes you" in home(camden, arrival.user.actor), "the one who wrote to them"


# --- Erasing --------------------------------------------------------------------------------------------


def test_with_a_hosts_account_goes_everything_they_said(camden, work):
    welcoming(camden)
    dana = newcomer(camden)
    arrive(work)
    User.objects.get(actor=camden.bob).delete()
    assert not Host.objects.exists() and not Welcome.objects.exists()
    assert home(camden, dana) == ""
    assert Arrival.objects.get().host is None


def test_with_a_newcomers_account_goes_that_they_came(camden, work):
    welcoming(camden)
    dana = newcomer(camden)
    arrive(work)
    User.objects.get(actor=dana).delete()
    assert not Arrival.objects.exists()
    assert Host.objects.exists()


# --- Rules of the database ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "welcoming", "answered_at": None},
        {"state": "asked", "answered_at": timezone.now()},
        {"state": "asked", "answered_at": None, "to_visitors": True},
        {"state": "declined", "answered_at": timezone.now(), "to_visitors": True},
        {"state": "king", "answered_at": timezone.now()},
    ],
)
def test_no_row_says_what_cannot_be(camden, columns):
    ask(camden)
    with pytest.raises(IntegrityError), transaction.atomic():
        Host.objects.update(**columns)


@pytest.mark.parametrize("columns", [{"text": ""}, {"language": "tlh"}])
def test_a_welcome_says_something_in_a_language_of_the_node(camden, columns):
    ask(camden)
    with pytest.raises(IntegrityError), transaction.atomic():
        Welcome.objects.update(**columns)
