"""What apps may tell people, and how a notice is kept and written out."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

import journal
from accounts import actions as accounts
from notifications import kinds, queries
from notifications.actions import notify
from notifications.models import Follow, Notice

pytestmark = pytest.mark.django_db

THING = "http://127.0.0.1:8000/groups/k3v9x2"


@pytest.fixture
def bob():
    return accounts.make_account("bob@tenants.example")


def entry():
    with transaction.atomic():
        return journal.record("group.join_requested", THING)


def test_an_app_tells_bob_and_the_notice_opens_its_page(bob):
    notify(bob, "join_requested", THING, entry=entry(), person="Dana", group="Tenants")
    (line,) = queries.lines(list(queries.notices_of(bob)), bob)
    assert line.text == "Dana asks to join Tenants."
    assert line.url == "/groups/k3v9x2"


def test_a_kind_nobody_registered_cannot_be_sent(bob):
    with pytest.raises(kinds.UnknownNoticeKind, match=r"no_such_kind.*known: .*join_requested"):
        notify(bob, "no_such_kind", THING)
    assert not Notice.objects.exists()


def test_a_notice_without_the_words_of_its_sentence_cannot_be_sent(bob):
    with pytest.raises(kinds.BadParams, match="group"):
        notify(bob, "join_requested", THING, person="Dana")


@pytest.mark.parametrize("value", [["a list"], {"a": "dict"}, 1.5, None])
def test_words_are_text_or_whole_numbers(bob, value):
    with pytest.raises(kinds.BadParams, match="person"):
        notify(bob, "join_requested", THING, person=value, group="Tenants")


def test_long_words_are_cut_and_too_many_are_refused(bob):
    notice = notify(bob, "join_requested", THING, person="D" * 5000, group="Tenants")
    assert len(notice.params["person"]) == kinds.PARAM_LENGTH
    with pytest.raises(kinds.BadParams, match="limited to"):
        notify(bob, "join_requested", THING, person="D", group="T", **{f"w{n}": "x" * 200 for n in range(30)})


def test_the_same_entry_tells_once_and_another_tells_again(bob):
    first = entry()
    for _time in range(2):
        notify(bob, "join_requested", THING, entry=first, person="Dana", group="Tenants")
    assert Notice.objects.count() == 1
    notify(bob, "join_requested", THING, entry=entry(), person="Eva", group="Tenants")
    assert Notice.objects.count() == 2


def test_without_an_entry_an_unread_notice_is_renewed(bob):
    notify(bob, "join_requested", THING, person="Dana", group="Tenants")
    notify(bob, "join_requested", THING, person="Eva", group="Tenants")
    (line,) = queries.lines(list(queries.notices_of(bob)), bob)
    assert line.text.startswith("Eva")


def test_a_notice_whose_app_is_gone_is_still_a_sentence(bob):
    Notice.objects.create(user=bob, kind="from_an_app_that_left", uri=THING)
    with translation.override("en"):
        (line,) = queries.lines(list(queries.notices_of(bob)), bob)
    assert line.text == "Something changed here."


@pytest.mark.parametrize("kind", ["join_requested", "somebody_joined", "place_requested"])
def test_who_gave_no_name_has_none_in_the_reader_s_language(bob, kind):
    notice = notify(bob, kind, THING, person="", group="Tenants", gathering="Lab")
    for language in ("en", "it"):
        with translation.override(language):
            assert kinds.sentence(notice).startswith(f"{translation.gettext('Somebody')} ")


def test_two_sentences_under_one_name_are_refused():
    with pytest.raises(ValueError, match="registered twice"):
        kinds.notice_kind("join_requested", "Another sentence.", matter="groups")


def test_the_database_refuses_unknown_kinds_of_follow(bob):
    with pytest.raises(IntegrityError), transaction.atomic():
        Follow.objects.create(user=bob, kind="planet", target="urn:x")


def test_every_kind_can_be_written_out_in_both_languages(bob):
    """A translation that lost a place for a word would lose the word: names of places must agree."""
    import re

    for name in kinds.names():
        text = kinds.kind_named(name).text
        places = {}
        for language in ("en", "it"):
            with translation.override(language):
                places[language] = set(re.findall(r"%\((\w+)\)s", str(text)))
        assert places["en"] == places["it"], name
