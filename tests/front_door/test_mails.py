"""Notices by e-mail: at once, once a day, in quiet hours, stopped in one click; never twice, never to the wrong one."""

from __future__ import annotations

import datetime as dt
import re
import smtplib

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail as post
from django.core import signing
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

import journal
from accounts import actions as accounts
from atlas.models import Card
from federation import audiences
from journal import Errand
from notifications import actions, matters
from notifications.actions import notify
from notifications.models import Mail, MailChoice, Notice, QuietHours
from tests.news import HOUSING, appear

pytestmark = pytest.mark.django_db

THING = "http://127.0.0.1:8000/groups/k3v9x2"
NOON = dt.datetime(2027, 1, 15, 12, 0, tzinfo=dt.UTC)  # in London too
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def bob(clock):
    return accounts.make_account("bob@tenants.example")


@pytest.fixture
def charlie(clock):
    return accounts.make_account("charlie@tenants.example", language="it", time_zone="Europe/Rome")


@pytest.fixture
def bobs_browser(client, bob):
    client.force_login(bob)
    return client


def entry():
    with transaction.atomic():
        return journal.record("group.join_requested", THING)


def ask_to_join(user, person="Dana", **more):
    return notify(user, "join_requested", THING, entry=entry(), person=person, group="Tenants", **more)


def choose(browser, **choices):
    asked = {str(matter): str(pace) for matter, pace in matters.DEFAULTS.items() if matter != "node"}
    return browser.post("/me/notices", asked | choices)


def subjects() -> list[str]:
    return [letter.subject for letter in post.outbox]


def stop_link(letter) -> str:
    """The path in the header that a mail program calls."""
    return re.fullmatch(r"<http://127\.0\.0\.1:8000(/[^>]+)>", letter.extra_headers["List-Unsubscribe"])[1]


# --- At once --------------------------------------------------------------------------------------------


def test_what_is_addressed_to_bob_comes_at_once_as_text_and_as_a_page(bob, work):
    ask_to_join(bob)
    assert not post.outbox, "nothing leaves the process in the transaction of the notice"
    work()
    (letter,) = post.outbox
    assert letter.to == ["bob@tenants.example"]
    assert letter.subject == "Dana asks to join Tenants."
    assert "http://127.0.0.1:8000/groups/k3v9x2" in letter.body
    ((page, kind),) = letter.alternatives
    assert kind == "text/html"
    assert "Dana asks to join Tenants." in page
    assert "<img" not in page
    assert "style=" not in page
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_an_errand_that_runs_again_mails_once(bob, work):
    notice = ask_to_join(bob)
    work()
    with transaction.atomic():
        journal.errand("notifications.mail", payload={"notice": notice.pk})
    work()
    assert len(post.outbox) == 1


def test_a_mail_that_was_begun_when_the_process_was_killed_is_sent_after_all(bob, work):
    """The row was there, the mark was not: nobody knows whether the mail server had it."""
    notice = ask_to_join(bob)
    Notice.objects.update(mail=Mail.objects.create(user=bob))
    work()
    assert len(post.outbox) == 1
    notice.refresh_from_db()
    assert notice.mail.sent_at
    first_id = post.outbox[0].extra_headers["Message-ID"]
    Mail.objects.update(sent_at=None)
    with transaction.atomic():
        journal.errand("notifications.mail", payload={"notice": notice.pk})
    work()
    assert post.outbox[1].extra_headers["Message-ID"] == first_id


def test_a_notice_read_on_the_page_is_not_mailed(bob, work):
    notice = ask_to_join(bob)
    actions.mark_read(bob, notice.pk)
    work()
    assert not post.outbox


def test_a_mail_is_in_the_language_of_its_reader(charlie, work):
    appear("Una sala", HOUSING, kind="group", uri=THING, url="/groups/k3v9x2")
    notify(charlie, "join_accepted", THING, entry=entry(), group="Inquilini")
    work()
    (letter,) = post.outbox
    assert 'lang="it"' in letter.alternatives[0][0]


def test_nobody_gets_mail_before_their_address_is_confirmed(bob, work):
    EmailAddress.objects.filter(user=bob).update(verified=False)
    ask_to_join(bob)
    actions.follow(bob, "topic", HOUSING)
    appear("A hall", HOUSING)
    work()
    with time_machine.travel(NOON + DAY):
        work()
    assert not post.outbox
    assert not Errand.objects.filter(state="ready", kind__in=["notifications.mail", "notifications.digest"]).exists()


def test_a_closed_account_gets_no_mail(bob, work):
    ask_to_join(bob)
    bob.is_active = False
    bob.save()
    work()
    assert not post.outbox


def test_a_node_without_a_mail_server_writes_no_notice_into_its_log(bob, work, settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    ask_to_join(bob)
    work()
    assert "Dana" not in capsys.readouterr().out
    assert Notice.objects.count() == 1


def test_a_name_with_line_breaks_cannot_write_headers(bob, work):
    ask_to_join(bob, person="Dana\r\nBcc: everybody@elsewhere.example")
    work()
    assert "\n" not in post.outbox[0].subject
    assert post.outbox[0].recipients() == ["bob@tenants.example"]


# --- A bad address, a mail server that is down ----------------------------------------------------------


class Picky(EmailBackend):
    """Takes no mail for Bob."""

    def send_messages(self, messages):
        for message in messages:
            if "bob@tenants.example" in message.to:
                raise smtplib.SMTPRecipientsRefused({"bob@tenants.example": (550, b"no such mailbox")})
        return super().send_messages(messages)


def test_one_bad_address_does_not_stop_the_others_and_is_tried_again(bob, charlie, clock, work, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Picky"
    for person in (bob, charlie):
        ask_to_join(person)
    work()
    assert [letter.to for letter in post.outbox] == [["charlie@tenants.example"]]
    waiting = Errand.objects.get(kind="notifications.mail", state="ready")
    assert waiting.attempts == 1
    assert "SMTPRecipientsRefused" in waiting.error
    assert "bob@" not in waiting.error, "errors are read by stewards and end in logs"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    clock.shift(HOUR)
    work()
    assert [letter.to for letter in post.outbox[1:]] == [["bob@tenants.example"]]


def test_a_digest_that_could_not_be_sent_comes_later_with_the_same_things(bob, clock, work, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Picky"
    actions.follow(bob, "topic", HOUSING)
    appear("Before", HOUSING)
    work()
    clock.move_to(NOON + 20 * HOUR)
    work()
    appear("Meanwhile", HOUSING)
    work()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    clock.shift(HOUR)
    work()
    clock.shift(DAY)
    work()
    assert [("Before" in letter.body, "Meanwhile" in letter.body) for letter in post.outbox] == [
        (True, False),
        (False, True),
    ]


# --- Once a day -----------------------------------------------------------------------------------------


def test_news_comes_in_one_mail_at_eight_where_bob_is(bob, clock, work):
    accounts.set_time_zone(bob, "America/New_York")
    actions.follow(bob, "topic", HOUSING)
    for title in ("A hall", "A kitchen"):
        appear(title, HOUSING)
    work()
    clock.move_to(dt.datetime(2027, 1, 15, 12, 59, tzinfo=dt.UTC))
    work()
    assert not post.outbox
    clock.move_to(dt.datetime(2027, 1, 15, 13, 0, tzinfo=dt.UTC))
    work()
    (letter,) = post.outbox
    assert letter.subject.startswith("2 new notices on ")
    assert "A hall" in letter.body
    assert "A kitchen" in letter.body
    assert "because you follow the topic Housing" in letter.body


def test_nothing_comes_in_two_digests_and_an_empty_one_is_not_sent(bob, clock, work):
    actions.follow(bob, "topic", HOUSING)
    appear("A hall", HOUSING)
    for _day in range(3):
        work()
        clock.shift(DAY)
    work()
    assert len(post.outbox) == 1
    appear("A kitchen", HOUSING)
    for _day in range(3):
        work()
        clock.shift(DAY)
    assert len(post.outbox) == 2
    assert "A hall" not in post.outbox[1].body


def test_there_is_one_digest_a_day_even_if_bob_travels(bob, clock, work):
    actions.follow(bob, "topic", HOUSING)
    appear("A hall", HOUSING)
    work()
    clock.move_to(NOON + 20 * HOUR)
    work()
    appear("A kitchen", HOUSING)
    accounts.set_time_zone(bob, "America/New_York")
    work()
    clock.shift(12 * HOUR)
    work()
    assert [mail.day.day for mail in Mail.objects.order_by("pk")] == [16]
    clock.shift(DAY)
    work()
    assert len(post.outbox) == 2


def test_what_was_read_hidden_or_withdrawn_meanwhile_is_not_in_the_digest(bob, clock, work):
    actions.follow(bob, "topic", HOUSING)
    read, hidden, gone, left = (appear(title, HOUSING) for title in ("Read", "Hidden", "Withdrawn", "Left"))
    work()
    actions.mark_read(bob, Notice.objects.get(uri=read.uri).pk)
    Card.objects.filter(pk=hidden.pk).update(audience=audiences.of_group(THING))
    with transaction.atomic():
        gone.delete()
        journal.record("card.gone", gone.uri, origin="peer")
    clock.shift(DAY)
    work()
    (letter,) = post.outbox
    assert left.title in letter.body
    for title in ("Hidden", "Withdrawn"):
        assert title not in letter.body + letter.alternatives[0][0]
    assert not re.search(r"^Read$", letter.body, re.MULTILINE)
    assert letter.subject.startswith("1 new notice on ")


def test_what_was_mailed_at_once_is_not_in_the_digest(bob, clock, work):
    actions.follow(bob, "topic", HOUSING)
    appear("A hall", HOUSING)
    ask_to_join(bob)
    work()
    clock.shift(DAY)
    work()
    assert [("Dana" in letter.body, "A hall" in letter.body) for letter in post.outbox] == [
        (True, False),
        (False, True),
    ]


def test_the_first_digest_does_not_begin_with_what_lay_unread_for_weeks(bobs_browser, bob, clock, work):
    choose(bobs_browser, news="off")
    actions.follow(bob, "topic", HOUSING)
    appear("Old", HOUSING)
    work()
    clock.shift(10 * DAY)
    choose(bobs_browser)
    appear("New", HOUSING)
    work()
    clock.shift(DAY)
    work()
    (letter,) = post.outbox
    assert "New" in letter.body
    assert not re.search(r"^Old$", letter.body, re.MULTILINE)


# --- Choices and quiet hours ----------------------------------------------------------------------------


def test_bob_chooses_what_comes_and_when(bobs_browser, bob, work, clock):
    assert choose(bobs_browser, groups="daily", news="at-once").status_code == 302
    ask_to_join(bob)
    actions.follow(bob, "topic", HOUSING)
    appear("A hall", HOUSING)
    work()
    assert subjects() == ["A hall"]
    choose(bobs_browser, groups="off", news="off")
    clock.shift(DAY)
    work()
    assert len(post.outbox) == 1


def test_a_choice_made_meanwhile_holds_for_what_waits(bobs_browser, bob, work, clock):
    ask_to_join(bob)
    choose(bobs_browser, groups="daily")
    work()
    assert not post.outbox
    clock.shift(DAY)
    work()
    assert len(post.outbox) == 1


@pytest.mark.parametrize(
    ("hours", "at", "comes"),
    [
        (("22:00", "07:00"), "23:00", "07:00"),
        (("22:00", "07:00"), "06:59", "07:00"),
        (("22:00", "07:00"), "07:00", "07:00"),
        (("12:00", "14:00"), "12:00", "14:00"),
        (("12:00", "14:00"), "11:59", "11:59"),
    ],
)
def test_in_quiet_hours_mail_waits_for_their_end(bobs_browser, bob, clock, work, hours, at, comes):
    choose(bobs_browser, quiet_from=hours[0], quiet_until=hours[1])
    moment = NOON.replace(hour=int(at[:2]), minute=int(at[3:]))
    clock.move_to(moment)
    ask_to_join(bob)
    work()
    end = NOON.replace(hour=int(comes[:2]), minute=int(comes[3:]))
    end += DAY if end < moment else dt.timedelta()
    if end > moment:
        assert not post.outbox
        clock.move_to(end - dt.timedelta(seconds=1))
        work()
        assert not post.outbox
        clock.move_to(end)
        work()
    assert len(post.outbox) == 1


def test_the_mail_of_the_day_waits_for_the_end_of_quiet_hours_too(bobs_browser, bob, clock, work):
    choose(bobs_browser, quiet_from="20:00", quiet_until="09:30")
    actions.follow(bob, "topic", HOUSING)
    appear("A hall", HOUSING)
    work()
    clock.move_to(NOON + 20 * HOUR)
    work()
    assert not post.outbox
    clock.shift(dt.timedelta(hours=1, minutes=30))
    work()
    assert len(post.outbox) == 1


def test_the_page_shows_what_was_chosen_and_takes_quiet_hours_away(bobs_browser, bob):
    choose(bobs_browser, words="off", quiet_from="22:00", quiet_until="07:00")
    text = bobs_browser.get("/me/notices").content.decode()
    assert re.search(r'name="words" value="off"[^>]*checked', text)
    assert 'value="22:00"' in text
    assert "This node and its neighbours" not in text, "only stewards are told of those"
    choose(bobs_browser)
    assert not QuietHours.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"news": "hourly"}, "“hourly” is not a choice here. Choose off, at-once or daily."),
        ({"quiet_from": "22:00"}, "Quiet hours need both times."),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "Choose another time"),
        ({"quiet_from": "late", "quiet_until": "22:00"}, "Enter a valid time"),
        ({"news": "\x00"}, "is not a choice here"),
    ],
)
def test_what_cannot_be_chosen_is_named(bobs_browser, wrong, said):
    answer = choose(bobs_browser, **wrong)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not MailChoice.objects.exists()


def test_visitors_are_asked_to_sign_in(client):
    assert client.get("/me/notices").url.startswith("/accounts/login/")


def test_the_database_refuses_what_no_page_offers(bob):
    for bad in ({"matter": "weather", "pace": "off"}, {"matter": "news", "pace": "hourly"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            MailChoice.objects.create(user=bob, **bad)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuietHours.objects.create(user=bob, begins=dt.time(8), ends=dt.time(8))
    Mail.objects.create(user=bob, day=dt.date(2027, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.create(user=bob, day=dt.date(2027, 1, 1))


# --- Stopping in one click ------------------------------------------------------------------------------


def test_a_mail_program_stops_the_mails_by_the_header_alone(bob, work):
    """RFC 8058: a POST without a cookie, a token of ours or a redirect."""
    ask_to_join(bob)
    work()
    link = stop_link(post.outbox[0])
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    ask_to_join(bob, person="Eva")
    notify(bob, "message", THING, entry=entry(), person="Dana", title="", page="/conversations/x")
    work()
    assert subjects()[1:] == ["Dana has written to you."], "only what the mail was about has stopped"
    assert Notice.objects.count() == 3


def test_opening_the_link_stops_nothing_before_the_button(bob, client, work):
    ask_to_join(bob)
    work()
    link = stop_link(post.outbox[0])
    text = client.get(link).content.decode()
    assert "Stop e-mails about: Joining groups?" in text
    assert not MailChoice.objects.exists()
    assert "bob@" not in text
    assert "Done" in client.post(link).content.decode()
    assert client.post(link).status_code == 200


def test_the_link_of_a_digest_stops_digests_and_the_last_one_everything(bob, clock, client, work):
    actions.follow(bob, "topic", HOUSING)
    appear("A hall", HOUSING)
    work()
    clock.shift(DAY)
    work()
    client.post(stop_link(post.outbox[0]))
    appear("A kitchen", HOUSING)
    ask_to_join(bob)
    work()
    clock.shift(DAY)
    work()
    assert subjects()[1:] == ["Dana asks to join Tenants."]
    _stop, everything = re.findall(r"http://127\.0\.0\.1:8000(/stopping/\S+)", post.outbox[1].body)
    client.post(everything)
    ask_to_join(bob, person="Eva")
    work()
    assert len(post.outbox) == 2


def test_a_link_still_works_after_years(bob, clock, client, work):
    ask_to_join(bob)
    work()
    clock.shift(3000 * DAY)
    assert client.post(stop_link(post.outbox[0])).status_code == 200


def test_a_forged_link_is_refused(bob, charlie, client, work):
    ask_to_join(bob)
    work()
    link = stop_link(post.outbox[0])
    forged = [
        link[:-1] + ("A" if link[-1] != "A" else "B"),
        "/stopping/nothing",
        f"/stopping/{signing.dumps([charlie.pk, 'all'], salt='another')}",
        f"/stopping/{signing.dumps([charlie.pk, 'weather'], salt='notifications.stopping')}",
        f"/stopping/{signing.dumps([10**9, 'all'], salt='notifications.stopping')}",
    ]
    for each in forged:
        answer = client.post(each)
        assert answer.status_code == 404, each
        assert "This link does not work" in answer.content.decode()
    assert not MailChoice.objects.exists()


# --- What it costs --------------------------------------------------------------------------------------


def test_telling_many_people_asks_as_often_as_telling_two(clock, work):
    def asked(people) -> int:
        told = entry()
        notices = [
            Notice(user=person, kind="join_accepted", uri=THING, entry=told, params={"group": "T"}) for person in people
        ]
        with CaptureQueriesContext(connection) as captured, transaction.atomic():
            actions.notify_all(notices)
        return len(captured)

    people = [accounts.make_account(f"person{n}@tenants.example") for n in range(30)]
    few = asked(people[:2])
    assert asked(people) <= few
    work()
    assert len(post.outbox) == 32


def test_old_mails_are_forgotten(bob, clock, work):
    from notifications.reactions import purge

    ask_to_join(bob)
    work()
    clock.shift(91 * DAY)
    purge(Errand())
    assert not Mail.objects.exists()
    assert Notice.objects.count() == 1
