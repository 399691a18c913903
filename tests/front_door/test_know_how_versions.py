"""The history of a page of know-how: reading, comparing and bringing back its versions, and edits that cross."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from django.db import IntegrityError, transaction

from cop.access import NotAllowed
from frontend import differences
from journal.models import Entry
from knowledge import merging
from knowledge.actions import change_page, restore_version
from knowledge.models import MOST_BODY, AppendOnly, Page, Revision
from knowledge.views import versions
from tests.know_how import BODY, Writers

pytestmark = pytest.mark.django_db


@pytest.fixture
def camden(db) -> Writers:
    return Writers()


@pytest.fixture
def page(camden) -> Page:
    """A page with three versions: as it was, with more time to answer, and with another title."""
    page = camden.page()
    change_page(camden.bob, page, {"body": BODY.replace("14 days", "three full weeks"), "comment": "The law changed"})
    change_page(camden.alice, page, {"title": "Answer a notice", "checked_by": ""})
    page.refresh_from_db()
    return page


def text_of(camden: Writers, path: str, person=None, status: int = 200) -> str:
    answer = camden.client(person).get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return unescape(answer.content.decode())


def without_tags(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_history_names_each_version_with_its_comment(camden, page):
    shown = without_tags(text_of(camden, f"{page.get_absolute_url()}/history"))
    for words in ("Version 3 now", "The law changed", "What changed in version 2", "Version 1"):
        assert words in shown, words
    assert shown.index("Version 3") < shown.index("Version 2") < shown.index("Version 1")
    assert "Bring back" not in shown, "a visitor can only read"
    assert "Bring back version 2" in text_of(camden, f"{page.get_absolute_url()}/history", camden.bob)


def test_a_long_history_has_pages_and_every_version_can_be_compared(camden, monkeypatch):
    monkeypatch.setattr(versions, "PER_PAGE", 3)
    page = camden.page()
    for number in range(2, 8):
        change_page(camden.alice, page, {"title": f"Title {number}"})
    path = page.get_absolute_url()
    first, second = (text_of(camden, f"{path}/history?page={number}") for number in (1, 2))
    assert f"{path}/versions/7" in first and f"{path}/versions/4" not in first
    assert f"{path}/changes?newer=5&older=4" in first, "the last of a page is compared with the first of the next"
    assert f"{path}/versions/4" in second and "now</span>" not in second
    assert "From version 1 to version 7" in text_of(camden, f"{path}/changes?older=1&newer=7")


def test_an_older_version_reads_as_it_was(camden, page):
    shown = text_of(camden, f"{page.get_absolute_url()}/versions/1")
    assert "Answer a notice to leave</h1>" in shown and "within 14 days" in shown and "This is version 1." in shown
    assert camden.client().get(f"{page.get_absolute_url()}/versions/4").status_code == 404


def test_what_changed_is_told_word_by_word(camden, page):
    shown = text_of(camden, f"{page.get_absolute_url()}/changes?older=1&newer=2")
    assert '<del><span class="visually-hidden" lang="en">[taken out: </span>14 days<span' in shown
    assert '<ins><span class="visually-hidden" lang="en">[added: </span>three full weeks<span' in shown
    assert "Title</h3>" not in shown, "what is the same is left out"
    turned = text_of(camden, f"{page.get_absolute_url()}/changes?older=2&newer=1")
    assert "From version 1 to version 2" in turned, "the older one first, however it was asked"
    both = text_of(camden, f"{page.get_absolute_url()}/changes?older=1&newer=3")
    assert "Title</h3>" in both and "Checked by</h3>" in both and "three full weeks" in both
    last = text_of(camden, f"{page.get_absolute_url()}/changes")
    assert "From version 2 to version 3" in last
    assert "These two say the same." in text_of(camden, f"{page.get_absolute_url()}/changes?older=2&newer=2")


@pytest.mark.parametrize("asked", ["older=9", "newer=zero", "older=²", "older=1&newer=" + "9" * 400, "newer=-1"])
def test_a_version_that_is_not_there_is_named(camden, page, asked):
    shown = text_of(camden, f"{page.get_absolute_url()}/changes?{asked}", status=400)
    assert "We do not know “" in shown and "Choose one of these: 1 – 3." in shown


def test_words_of_two_versions_cannot_become_a_script(camden):
    page = camden.page(body="<script>alert(1)</script> one")
    change_page(camden.alice, page, {"body": "<img src=x onerror=alert(1)> two"})
    shown = camden.client().get(f"{page.get_absolute_url()}/changes").content.decode()
    assert "<img" not in shown and "<script>alert" not in shown


def test_an_older_version_is_brought_back_as_a_new_one(camden, page):
    path = page.get_absolute_url()
    answer = camden.client(camden.bob).post(f"{path}/versions/1/restoration", {"seen": "3"})
    assert answer["Location"] == path
    page.refresh_from_db()
    assert (page.version, page.title, page.body, page.checked_by) == (
        4, "Answer a notice to leave", BODY, "A housing solicitor",
    )  # fmt: skip
    newest = page.revisions.get(number=4)
    assert (newest.restored_from, newest.editor) == (1, camden.bob)
    assert page.revisions.count() == 4, "what was replaced is still there"
    assert "Version 1 was brought back." in text_of(camden, f"{path}/history")
    assert Entry.objects.filter(name="know-how.changed", uri=page.uri).count() == 3


def test_bringing_back_what_is_there_already_makes_no_version(camden, page):
    path = f"{page.get_absolute_url()}/versions/3/restoration"
    assert camden.client(camden.bob).post(path).status_code == 302
    page.refresh_from_db()
    assert page.version == 3


def test_what_nobody_has_seen_is_not_replaced_by_an_older_version(camden, page):
    path = page.get_absolute_url()
    answer = camden.client(camden.bob).post(f"{path}/versions/1/restoration", {"seen": "2"}, follow=True)
    assert answer.redirect_chain[0][0] == f"{path}/history"
    assert "Somebody has saved a newer version" in answer.content.decode()
    assert camden.client(camden.bob).post(f"{path}/versions/9/restoration").status_code == 404
    assert camden.client(camden.charlie).post(f"{path}/versions/1/restoration").status_code == 403
    page.refresh_from_db()
    assert page.version == 3


def test_versions_are_only_ever_added(camden, page):
    held = page.revisions.get(number=1)
    held.title = "Rewritten"
    for wrong in (
        held.save,
        held.delete,
        page.revisions.all().delete,
        lambda: page.revisions.update(title="Rewritten"),
        lambda: Revision.objects.forget_before(page, 3),
    ):
        with pytest.raises(AppendOnly):
            wrong()
    assert page.revisions.get(number=1).title == "Answer a notice to leave" and page.revisions.count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.create(page=page, number=1, title="Another first")
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.create(page=page, number=4, title="From the future", restored_from=4)


# --- Edits that cross -------------------------------------------------------------------------------------------------


def opened(camden: Writers, page: Page) -> dict:
    """What Alice's browser holds when she opens the form."""
    form = camden.client(camden.alice).get(f"{page.get_absolute_url()}/edit").context["form"]
    sent = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in sent.items() if value is not None}


def saved(camden: Writers, page: Page, sent: dict):
    answer = camden.client(camden.alice).post(f"{page.get_absolute_url()}/edit", sent)
    page.refresh_from_db()
    return answer


def test_edits_in_different_places_are_put_together_and_the_second_is_told(camden):
    page = camden.page()
    hers = opened(camden, page) | {"body": BODY.replace("Keep a copy", "Keep two copies"), "jurisdiction": "Wales"}
    change_page(camden.bob, page, {"body": BODY.replace("**whole** letter", "letter twice"), "title": "Answer it"})
    answer = saved(camden, page, hers)
    assert answer.status_code == 302
    assert (page.version, page.title, page.jurisdiction) == (3, "Answer it", "Wales")
    assert "letter twice" in page.body and "Keep two copies" in page.body
    told = camden.client(camden.alice)
    told.post(f"{page.get_absolute_url()}/edit", opened(camden, page) | {"title": "Answer it all"})
    assert "Saved. The other nodes are being told." in told.get(page.get_absolute_url()).content.decode()


def test_the_message_says_when_something_was_put_together(camden):
    page, alice = camden.page(), camden.client(camden.alice)
    hers = opened(camden, page) | {"jurisdiction": "Wales"}
    change_page(camden.bob, page, {"title": "Answer it"})
    shown = alice.post(f"{page.get_absolute_url()}/edit", hers, follow=True).content.decode()
    assert "Saved, together with what somebody else had saved" in shown


def test_edits_that_clash_come_back_side_by_side_and_nothing_is_lost(camden):
    page = camden.page()
    hers = opened(camden, page) | {
        "body": BODY.replace("within 14 days", "within a month").replace("Keep a copy", "Keep two copies"),
        "title": "Answer a notice well",
        "checked_by": "Alice",
    }
    theirs = BODY.replace("within 14 days", "within 10 days").replace("**whole** letter", "letter twice")
    change_page(camden.bob, page, {"body": theirs, "title": "Answer a notice fast", "jurisdiction": "Wales"})
    answer = saved(camden, page, hers)
    shown = unescape(answer.content.decode())
    assert answer.status_code == 400 and page.version == 2 and page.body == theirs
    assert "Somebody else has changed the same words" in shown
    assert "1. Write back within 10 days." in shown and "Saved now: “Answer a notice fast”" in shown
    assert shown.index("Saved now</h3>") < shown.index("Yours, not saved yet</h3>")
    form = answer.context["form"]
    assert (form["title"].value(), form["jurisdiction"].value(), form["seen"].value()) == (
        "Answer a notice well", "Wales", "2",
    )  # fmt: skip
    body = form["body"].value()
    assert "within a month" in body and "Keep two copies" in body and "letter twice" in body
    again = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    assert saved(camden, page, again).status_code == 302
    assert (page.version, page.title, page.jurisdiction, page.checked_by) == (
        3, "Answer a notice well", "Wales", "Alice",
    )  # fmt: skip
    assert "letter twice" in page.body and "within a month" in page.body
    assert page.revisions.get(number=2).body == theirs


def test_lines_that_one_took_out_and_the_other_changed_clash(camden):
    page = camden.page()
    hers = opened(camden, page) | {"body": BODY.replace("\n2. Keep a copy.", "")}
    change_page(camden.bob, page, {"body": BODY.replace("a copy", "three copies")})
    answer = saved(camden, page, hers)
    shown = unescape(answer.content.decode())
    assert answer.status_code == 400 and "Keep three copies." in shown and "you took these lines out" in shown


def test_the_same_words_twice_are_no_quarrel(camden):
    page = camden.page()
    hers = opened(camden, page) | {"title": "Answer it"}
    change_page(camden.bob, page, {"title": "Answer it"})
    assert saved(camden, page, hers).status_code == 302 and page.version == 2


@pytest.mark.parametrize("seen", ["-1", "0", "7", "9" * 40])
def test_a_version_nobody_was_shown_saves_nothing(camden, seen):
    page = camden.page()
    answer = saved(camden, page, opened(camden, page) | {"title": "Mine", "body": "Mine", "seen": seen})
    assert answer.status_code == 400 and page.version == 1
    assert "Saved now: “Answer a notice to leave”" in unescape(answer.content.decode())
    assert "Read the **whole** letter." in unescape(answer.content.decode())


def test_an_edit_without_a_version_is_taken_as_it_is(camden):
    page = camden.page()
    sent = opened(camden, page) | {"title": "By a program"}
    del sent["seen"]
    assert saved(camden, page, sent).status_code == 302 and page.title == "By a program"


# --- In bounded time --------------------------------------------------------------------------------------------------

HOSTILE = [
    ("a " * (MOST_BODY // 2), "a b " * (MOST_BODY // 4)),
    ("!?" * (MOST_BODY // 2), "?!!" * (MOST_BODY // 3)),
    (" ".join(map(str, range(8000))), " ".join(map(str, range(8000, 0, -1)))),
    ("\n".join("abcdefgh"[n * n % 8] for n in range(25_000)), "\n".join("abcdefgh"[n * n % 7] for n in range(25_000))),
]


@pytest.mark.parametrize(("older", "newer"), HOSTILE)
def test_two_long_texts_are_compared_and_merged_soon(older, newer):
    begun = time.monotonic()
    pieces = differences.by_words(older, newer)
    assert "".join(piece.text for piece in pieces if piece.state != "added") == older
    assert "".join(piece.text for piece in pieces if piece.state != "removed") == newer
    text, _clashes = merging.merge_text(older, newer, newer[::-1])
    assert text
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("older", "newer", "told"),
    [
        ("", "", []),
        ("", "new", [("added", "new")]),
        ("two weeks", "three full weeks", [("removed", "two"), ("added", "three full"), ("same", " weeks")]),
        ("a b c", "x y c", [("removed", "a b"), ("added", "x y"), ("same", " c")]),
        ("città", "citta", [("removed", "città"), ("added", "citta")]),
    ],
)
def test_words_are_told_whole(older, newer, told):
    assert [tuple(piece) for piece in differences.by_words(older, newer)] == told


def test_restoring_names_who_may(camden, page):
    with pytest.raises(NotAllowed, match="members of its group"):
        restore_version(camden.charlie, page, 1)
