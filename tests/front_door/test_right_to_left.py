"""What people write in Arabic, Hebrew, Persian and Urdu is read as they meant it, among English and Italian."""

from __future__ import annotations

import pytest
from django.core import mail as post

from cop.models import Proposal
from federation.models import ThisNode
from tests.atlas import harbour as harbour_module
from tests.gatherings import HOUSING, Camden
from tests.news import HOUSING as FOLLOWED

pytestmark = pytest.mark.django_db

ROOM = "غرفة لأربعين شخصا"
NEED = {"audience": "everyone", "support": "space", "topics": [HOUSING], "area": "Camden, London", "language": "ar"}


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


@pytest.fixture
def harbour(db):
    harbour_module.clear()
    yield harbour_module
    harbour_module.clear()


def publish(camden: Camden, **changed) -> Proposal:
    sent = NEED | {"speaker": camden.group.public_id, "title": ROOM} | changed
    answer = camden.client(camden.bob).post("/needs/new", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    return Proposal.objects.get(public_id=answer.url.rsplit("/", 1)[-1])


def test_a_need_in_arabic_says_so_on_its_page_in_lists_and_in_the_feed(camden, client, work):
    need = publish(camden, summary="كل **ثلاثاء**.")
    work()
    page = client.get(need.get_absolute_url()).content.decode()
    assert f'<h1 lang="ar" dir="rtl">{ROOM}</h1>' in page
    assert '<div class="content" lang="ar" dir="rtl">' in page
    assert 'lang="ar" dir="rtl"' in client.get("/needs/").content.decode()
    feed = client.get("/needs/list.atom").content.decode()
    assert 'xml:lang="ar"' in feed and "dir=" not in feed


@pytest.mark.parametrize("language", ["ar", "he", "fa", "ur"])
def test_the_four_languages_can_be_chosen(camden, language):
    assert publish(camden, language=language).language == language


def test_in_tables_and_drawings_too(client, harbour, work):
    harbour.publish(1, language="he", title="חדר", links=[])
    harbour.publish(2, title="غرفة", language="")
    work()
    page = client.get("/atlas/").content.decode()
    assert 'lang="he" dir="rtl">חדר</a>' in page
    assert 'dir="auto">غرفة</a>' in page, "nobody said which language it is"


def test_a_title_with_letters_that_turn_others_around_is_published_without_them(camden, client, work):
    need = publish(camden, title="invoice \u202egpj.exe\u2066", summary="a\u202eb", language="en")
    assert (need.title, need.summary) == ("invoice gpj.exe", "ab")
    document = client.get(need.get_absolute_url(), headers={"Accept": "application/activity+json"}).content.decode()
    assert "\u202e" not in document and "\\u202e" not in document


def test_no_form_lets_them_in(camden, client):
    alice = camden.client(camden.alice)
    camden.alice.user.is_steward = True
    camden.alice.user.save()
    answer = alice.post("/desk/node", {"name": "Camden\u202e nedmaC"})
    assert answer.status_code == 302
    assert ThisNode.objects.get().name == "Camden nedmaC"
    answer = alice.post("/groups/new", {"name": "\u2067Menders\u2069", "title": "x"})
    assert "\u2067" not in answer.content.decode()


def test_what_is_typed_straight_is_left_as_it_is(camden):
    persian = "می\u200cخواهم"
    assert publish(camden, title=persian, language="fa").title == persian


def test_a_form_that_nobody_has_read_is_left_alone(client):
    """The inbox reads the bytes themselves."""
    answer = client.post("/inbox", "title=%E2%80%AE", content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {400, 401, 415}, answer.content


def test_a_notice_keeps_the_name_apart_from_its_sentence(camden, client, work):
    from accounts.models import User
    from notifications.actions import follow

    User.objects.filter(pk=camden.charlie.user.pk).update(language="en")
    follow(camden.charlie.user, "topic", FOLLOWED)
    publish(camden)
    work()
    page = camden.client(camden.charlie).get("/notices/").content.decode()
    assert f'lang="ar" dir="rtl">{ROOM}</a>' in page
    letters = [body for letter in post.outbox for body, _type in letter.alternatives]
    assert all('lang="ar" dir="rtl"' in body for body in letters if ROOM in body)
