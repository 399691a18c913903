"""Pages of know-how on the wire: there and back without loss, every version kept, and nothing hostile gets through."""

from __future__ import annotations

import datetime as dt
import json
from html import unescape
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from atlas.models import Card, Link
from federation import audiences, types
from federation.documents import content_hash, unknown_terms
from federation.models import Activity, Document
from federation.reader import BadField, Reader
from frontend.text import clean_html
from knowledge import federated
from knowledge.actions import change_page, withdraw_page
from knowledge.federated import ADDITIONAL_TYPE, LONGEST_CONTENT, PageOnTheWire
from knowledge.models import MOST_BODY, Kind, Page, Revision
from tests.federation.shared import DESIGN
from tests.gatherings import HOUSING
from tests.know_how import Writers

pytestmark = pytest.mark.django_db

EXAMPLE = DESIGN / "wire-examples" / "knowledge-page.json"
WHOLE: dict[str, Any] = {
    "kind": "good-practice",
    "title": "Coabitare: “guida” & <più>",
    "short_answer": "Leggi il contratto <intero> & chiedi; costa 5 < 6 €, e &lt; resta &lt;.",
    "body": "## Contratto\n\n1. *Leggi*\n2. Chiedi\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n    code <b>\n\nfine",
    "jurisdiction": "Milano, Lombardia",
    "licence": "CC-BY-SA-4.0",
    "checked_on": dt.date(2026, 11, 3),
    "checked_by": "Uno sportello casa",
    "adapted_from": "https://hackney.example/know-how/abc?x=1&y=2",
    "language": "it",
}
BARE: dict[str, Any] = {"jurisdiction": "", "checked_on": None, "checked_by": "", "topics": []}


@pytest.fixture
def camden(db) -> Writers:
    return Writers()


def told(page: Page) -> dict[str, Any]:
    return page.kept() | {"comment": page.comment}


@pytest.mark.parametrize("fields", [WHOLE, BARE, *({"kind": kind} for kind in Kind.values)])
def test_there_and_back_without_loss(camden, fields):
    page = camden.page(**fields)
    change_page(camden.alice, page, {"title": f"{page.title}!", "comment": "Why & how"})
    page.refresh_from_db()
    document = json.loads(json.dumps(types.for_kind("know-how").document(page)))
    assert PageOnTheWire().from_object(Reader(document)) == told(page)
    assert not unknown_terms(document)
    assert (document["type"], document["additionalType"]) == ("Article", ADDITIONAL_TYPE[Kind(page.kind)])
    assert types.for_wire("Article", (document["additionalType"],)) is types.for_kind("know-how")


def test_people_elsewhere_can_read_all_of_it(camden):
    page = camden.page(**WHOLE)
    document = types.for_kind("know-how").document(page)
    html = document["content"]
    for words in ("<em>Leggi</em>", "Milano, Lombardia", "3 novembre 2026", "Uno sportello casa", page.uri, "CC BY-SA"):
        assert words in html, words
    assert html.index("Leggi il contratto") < html.index("<h2>Contratto"), "the short answer first"
    assert document["contentMap"] == {"it": html} and document["nameMap"] == {"it": page.title}
    assert document["license"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert clean_html(html).count("<p>") == html.count("<p>"), "nothing in it that would be cleaned away"


def test_hostile_words_of_ours_do_not_become_html_elsewhere(camden):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    page = camden.page(title=hostile, short_answer=hostile, body=hostile, jurisdiction=hostile, checked_by=hostile)
    document = types.for_kind("know-how").document(page)
    assert "<script" not in document["content"] + document["summary"]
    assert "<img" not in document["content"] + document["summary"]


def test_the_longest_page_fits_in_a_document_whatever_it_is_made_of(camden):
    """Its HTML travels twice: where that is too much, the short answer goes with a link, and the Markdown whole."""
    for body in ("\U0001f3da" * MOST_BODY, "|".join("a" * 200) + "\n" + "|".join("-" * 200) + "\n" + "a\n" * 20_000):
        page = camden.page(body=body[:MOST_BODY].strip())
        document = types.for_kind("know-how").document(page)
        assert len(document["content"]) <= LONGEST_CONTENT and page.uri in document["content"]
        assert len(json.dumps(document, ensure_ascii=False).encode()) < 900_000
        assert PageOnTheWire().from_object(Reader(document))["body"] == page.body


def test_the_document_does_not_depend_on_who_reads_it(camden):
    page = camden.page(**WHOLE)
    before = content_hash(types.for_kind("know-how").document(page))
    with translation.override("en"):
        assert content_hash(types.for_kind("know-how").document(Page.objects.get(pk=page.pk))) == before


@pytest.mark.skipif(not EXAMPLE.is_file(), reason=f"the shared wire examples are not at {EXAMPLE.parent}")
def test_the_shared_example_is_read_where_it_says_what_it_is():
    """As it stands it is anybody's article; with one of our kinds it is a page."""
    said = json.loads(EXAMPLE.read_text())
    assert types.for_wire("Article", ()) is types.for_kind("post")
    found = PageOnTheWire().from_object(Reader(said | {"additionalType": "https://schema.org/HowTo"}))
    assert (found["title"], found["short_answer"]) == ("Coabitare: guida", "Guida pratica…")
    assert (found["body"], found["language"]) == ("## Contratto\n…", "it")
    assert found["licence"] == "CC-BY-SA-4.0"


def guide(**more: Any) -> dict[str, Any]:
    """A page as another node might send it."""
    return {
        "id": "https://hackney.example/know-how/1",
        "type": "Article",
        "additionalType": "https://schema.org/HowTo",
        "name": "Hang a door",
        "summary": "<p>With a <b>friend</b>.</p>",
        "content": "<h2>Steps</h2><ol><li>Lift.</li><li>Hang.</li></ol><p>Done.</p>",
        "published": "2026-11-20T09:00:00+00:00",
        "updated": "2026-11-20T09:00:00+00:00",
        "version": 1,
        "to": [audiences.PUBLIC],
        **more,
    }


def read(**more: Any) -> dict[str, Any]:
    return PageOnTheWire().from_object(Reader(guide(**more)))


@pytest.mark.parametrize(
    ("said", "field", "accepted"),
    [
        ({"name": ""}, "name", "a title"),
        ({"name": 5}, "name", "text"),
        ({"lastReviewed": "yesterday"}, "lastReviewed", "a day from 1900 to 2199"),
        ({"lastReviewed": "2026-02-30"}, "lastReviewed", "a day from 1900 to 2199"),
        ({"lastReviewed": "0001-01-01"}, "lastReviewed", "a day from 1900 to 2199"),
        ({"lastReviewed": 20261101}, "lastReviewed", "a day from 1900 to 2199"),
        ({"summary": 5}, "summary", "text"),
        ({"changeNote": {"a": 1}}, "changeNote", "text"),
    ],
)
def test_what_cannot_be_read_is_named(said, field, accepted):
    with pytest.raises(BadField, match=accepted) as refusal:
        read(**said)
    assert refusal.value.field == field


def test_what_is_only_odd_is_read_as_far_as_it_goes():
    assert read()["body"] == "Steps\n\nLift.\n\nHang.\n\nDone.", "without Markdown, its paragraphs in plain words"
    assert read(lastReviewed="2026-11-01T10:00:00Z")["checked_on"] == dt.date(2026, 11, 1)
    assert read(reviewedBy="Somebody")["checked_by"] == "", "without a day it says nothing"
    assert read(license="https://example.org/our-own")["licence"] == "https://example.org/our-own"
    assert read(license="http://www.creativecommons.org/licenses/by/4.0")["licence"] == "CC-BY-4.0"
    assert read(license="javascript:alert(1)")["licence"] == read(license=[5, {}])["licence"] == ""
    assert read(wasDerivedFrom=["javascript:x", {"id": "https://b.example/1"}])["adapted_from"] == "https://b.example/1"
    assert read(wasDerivedFrom="https://a.example/" + "x" * 600)["adapted_from"] == ""
    assert len(read(source={"content": "x" * 90_000, "mediaType": "text/markdown"})["body"]) == MOST_BODY
    assert len(read(content="<p>" + "y " * 45_000)["body"]) <= MOST_BODY
    assert len(read(summary="z " * 900)["short_answer"]) <= 500
    assert read(additionalType=["https://schema.org/LearningResource", "x"])["kind"] == "resource"


WORDS = st.none() | st.sampled_from(
    ["", "x", "a\x00b\x07", "<script>x</script>", "x" * 60_000, "\u202egpj.exe", 5, ["x", 5], {"@value": "y"},
     {"a": "b"}]
)  # fmt: skip
ADDRESSES = st.none() | st.sampled_from(
    ["", "https://a.example/", "javascript:alert(1)", "https://", "urn:x:y", "https://a.example/" + "x" * 700, 5, [],
     {"id": "https://b.example/"}, [{"id": {}}], ["https://[", "https://c.example/"]]
)  # fmt: skip
DAYS = st.none() | st.sampled_from(
    ["", "2026-11-01", "2026-13-01", "0000-00-00", "9999-12-31", "2199-12-31T23:59:59Z", "2026-11-01Tx", 5, {},
     ["2026-11-02"], "٢٠٢٦-١١-٠١", "2026-11-01\n"]
)  # fmt: skip
HOSTILE = st.fixed_dictionaries(
    {},
    optional={
        "name": WORDS, "summary": WORDS, "content": WORDS, "reviewedBy": WORDS, "changeNote": WORDS, "area": WORDS,
        "inLanguage": WORDS, "topics": WORDS, "mediaType": WORDS, "lastReviewed": DAYS, "license": ADDRESSES,
        "wasDerivedFrom": ADDRESSES, "additionalType": WORDS | ADDRESSES,
        "source": st.none() | st.fixed_dictionaries({"content": WORDS, "mediaType": st.just("text/markdown")}),
        "location": st.none() | st.fixed_dictionaries({"name": WORDS}),
    },
)  # fmt: skip


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=HOSTILE)
def test_near_valid_documents_give_a_row_or_a_named_error(said):
    """Whatever is read fits the columns and the constraints of both databases."""
    try:
        found = read(**said)
    except BadField:
        return
    page = Page(**found, public_id="abcdefghjkmn", uri="https://hackney.example/know-how/1", node_id=1, actor_id=1)
    page.clean_fields(exclude=["node", "actor", "author"])
    page.validate_constraints(exclude=["node", "actor"])


@pytest.fixture
def menders(peer):
    return peer.somebody("groups/menders", "Group", name="Menders of Hackney")


def numbers(page: Page) -> list[int]:
    return list(page.revisions.order_by("number").values_list("number", flat=True))


def test_a_page_from_another_node_arrives_changes_and_goes(peer, menders, outcomes, client):
    sent = guide(attributedTo=menders.uri, wasDerivedFrom="https://kettle.example/doors", inLanguage="en")
    peer.does(menders, "Create", sent)
    assert outcomes() == ["know-how read"]
    page = Page.objects.get()
    path = page.get_absolute_url()
    for words in ("Hang a door", "With a friend.", "Hackney", "See it where it lives", "kettle.example/doors"):
        assert words in client.get(path).content.decode(), words
    assert Card.objects.get(uri=page.uri).node == page.node
    assert Link.objects.filter(from_uri=page.uri, relation="adapted-from").exists()
    peer.does(menders, "Update", sent | {"version": 2, "name": "Hang a heavy door", "changeNote": "Mind your feet"})
    outcomes()
    assert numbers(page) == [1, 2]
    history = unescape(client.get(f"{path}/history").content.decode())
    assert "Mind your feet" in history and "Menders of Hackney" in history and "Bring back" not in history
    assert "heavy " in client.get(f"{path}/changes").content.decode()
    assert "Hang a door</h1>" in client.get(f"{path}/versions/1").content.decode()
    peer.does(menders, "Delete", {"id": page.uri, "type": "Tombstone", "version": 3})
    outcomes()
    assert client.get(path).status_code == 410 and client.get(f"{path}/history").status_code == 404
    assert not Card.objects.filter(uri=page.uri).exists()


def test_an_older_version_that_comes_late_is_neither_shown_nor_kept(peer, menders, outcomes):
    sent = guide(attributedTo=menders.uri)
    peer.does(menders, "Create", sent | {"version": 3, "name": "Third"})
    peer.does(menders, "Update", sent | {"version": 2, "name": "Second"})
    peer.does(menders, "Update", sent | {"version": 5, "name": "Fifth"})
    outcomes()
    page = Page.objects.get()
    assert page.title == "Fifth" and numbers(page) == [3, 5]


def test_what_a_version_said_stays_even_if_its_node_says_something_else_of_it(peer, menders, web, outcomes):
    """Which it can only at the page's own address: what it sends under the same version is refused."""
    sent = guide(attributedTo=menders.uri)
    peer.does(menders, "Create", sent)
    outcomes()
    web.pages[sent["id"]] = sent | {"name": "Hang a picture"}
    peer.does(menders, "Update", sent["id"])
    outcomes()
    page = Page.objects.get()
    assert page.title == "Hang a picture" and [each.title for each in page.revisions.all()] == ["Hang a door"]


def test_of_a_page_that_changes_without_end_the_newest_versions_are_kept(peer, menders, outcomes, monkeypatch):
    monkeypatch.setattr(federated, "MOST_VERSIONS", 3)
    for version in range(1, 7):
        peer.does(menders, "Update", guide(attributedTo=menders.uri, version=version, name=f"Door {version}"))
    outcomes()
    assert numbers(Page.objects.get()) == [4, 5, 6]


def test_nobody_here_changes_a_page_of_another_node(camden, peer, menders, outcomes):
    peer.does(menders, "Create", guide(attributedTo=menders.uri))
    outcomes()
    path = Page.objects.get().get_absolute_url()
    for rest in ("/edit", "/withdrawal", "/versions/1/restoration"):
        assert camden.client(camden.alice).post(path + rest, camden.page_form()).status_code == 403
    assert Page.objects.get().title == "Hang a door" and Revision.objects.count() == 1


def test_only_its_owner_changes_a_page(peer, menders, outcomes):
    peer.does(menders, "Create", guide(attributedTo=menders.uri))
    outcomes()
    mallory = peer.somebody("people/mallory")
    peer.does(mallory, "Update", guide(attributedTo=menders.uri, version=2, name="Burn the door"))
    outcomes()
    assert Page.objects.get().title == "Hang a door" and Revision.objects.count() == 1


def test_somebody_elses_article_is_no_page_of_ours(peer, menders, outcomes):
    sent = guide(attributedTo=menders.uri)
    del sent["additionalType"]
    peer.does(menders, "Create", sent)
    outcomes()
    assert not Page.objects.exists() and Document.objects.get(uri=sent["id"]).state == Document.State.IGNORED


def test_a_page_that_cannot_be_read_is_kept_and_refused_by_name(peer, menders, outcomes):
    peer.does(menders, "Create", guide(attributedTo=menders.uri, lastReviewed="soon"))
    outcomes()
    held = Document.objects.get()
    assert held.state == Document.State.REFUSED and "a day from 1900 to 2199" in held.reason
    assert not Page.objects.exists()


def test_a_copy_is_adapted_from_the_page_at_home(camden, peer, menders, outcomes, settings):
    """Somebody gives the address they see here; what is written down is the one that holds everywhere."""
    peer.does(menders, "Create", guide(attributedTo=menders.uri))
    outcomes()
    theirs = Page.objects.get()
    sent = camden.page_form(adapted_from=f"{settings.ORIGIN}{theirs.get_absolute_url()}")
    assert camden.client(camden.alice).post("/know-how/new", sent).status_code == 302
    ours = Page.objects.get(node=None)
    assert ours.adapted_from == theirs.uri
    shown = camden.client().get(ours.get_absolute_url()).content.decode()
    assert f'<a href="{theirs.get_absolute_url()}" dir="auto">Hang a door</a>' in shown


def test_ours_goes_out_changes_and_ends_in_a_tombstone(camden, peer, work):
    page = camden.page(**WHOLE)
    work()
    change_page(camden.alice, page, {"title": "Smaller steps", "topics": [HOUSING]})
    work()
    said = Activity.objects.filter(object_uri=page.uri).order_by("pk")
    sent = [json.loads(activity.body) for activity in said]
    withdraw_page(camden.alice, page)
    work()
    sent.append(json.loads(said.get(type="Delete").body))
    assert [activity["type"] for activity in sent] == ["Create", "Update", "Delete"]
    assert [activity["object"].get("version") for activity in sent] == [1, 2, 3]
    assert not any(unknown_terms(activity["object"]) for activity in sent[:2])
