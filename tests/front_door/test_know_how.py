"""Publishing, reading, changing and withdrawing a page of know-how, as a person does it in a browser."""

from __future__ import annotations

import datetime as dt
import json
from html import unescape

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from atlas.models import Card, Link
from cop.actions.membership import leave_group
from cop.actions.people import change_page as change_own_page
from cop.actions.people import person_of
from federation import audiences
from federation.models import Publication
from journal.models import Entry
from knowledge.actions import change_page, withdraw_page
from knowledge.models import Page, Revision
from notifications.actions import follow
from notifications.models import Notice
from tests.gatherings import HOUSING
from tests.know_how import BODY, Writers

pytestmark = pytest.mark.django_db
ACTIVITY = "application/activity+json"


@pytest.fixture
def camden(db) -> Writers:
    return Writers()


def published(camden: Writers, **changed) -> Page:
    answer = camden.client(camden.alice).post("/know-how/new", camden.page_form(**changed))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Page.objects.get(public_id=answer["Location"].rsplit("/", 1)[1])


def text_of(camden: Writers, path: str, person=None, status: int = 200) -> str:
    answer = camden.client(person).get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return unescape(answer.content.decode())


def test_alice_writes_down_what_her_group_knows(camden, work):
    page = published(camden)
    assert page.uri == f"{settings.ORIGIN}/know-how/{page.public_id}"
    assert page.actor == camden.group.actor and page.author == camden.alice
    assert page.body == BODY
    work()
    shown = text_of(camden, page.get_absolute_url())
    for words in (
        "Answer a notice to leave", "You have time: do not move out", "<strong>whole</strong>", "<li>Keep a copy.</li>",
        "England", "1 October 2026", ", by A housing solicitor", 'href="https://law-centre.example/leaflet"',
        'href="https://creativecommons.org/licenses/by-sa/4.0/"', "Tenants of Camden", "/topics/housing",
    ):  # fmt: skip
        assert words in shown, words
    assert shown.index("You have time") < shown.index("Before you answer"), "the short answer first"
    assert Entry.objects.filter(name="know-how.published", uri=page.uri, actor=camden.alice.uri).exists()


def test_the_first_version_is_in_the_history(camden):
    page = published(camden)
    [first] = Revision.objects.filter(page=page)
    assert (first.number, first.editor, first.restored_from) == (1, camden.alice, None)
    assert first.kept() == page.kept()


def test_the_atlas_shows_the_short_answer_and_where_it_comes_from(camden, work):
    older = camden.page(title="Leaflet")
    page = published(camden, adapted_from=older.uri)
    work()
    card = Card.objects.get(uri=page.uri)
    assert (card.kind, card.title, card.area) == ("know-how", page.title, "England")
    assert card.summary == "You have time: do not move out before a court says so."
    assert [topic.iri for topic in card.topics.all()] == [HOUSING]
    assert Link.objects.get(from_uri=page.uri, to_uri=older.uri).relation == "adapted-from"
    assert Link.objects.get(from_uri=page.uri, to_uri=camden.group.uri).relation == "by"
    assert f'<a href="{older.get_absolute_url()}">Leaflet</a>' in text_of(camden, page.get_absolute_url())
    assert page.title in text_of(camden, "/know-how/") and page.title in text_of(camden, "/atlas/?kind=know-how")
    assert page.title in text_of(camden, camden.group.get_absolute_url())


def test_what_a_page_was_adapted_from_is_not_told_to_who_may_not_see_it(camden):
    secret = camden.page(title="Xylophone", audience=camden.group.members_audience)
    page = camden.page(adapted_from=secret.uri)
    assert "Xylophone" in text_of(camden, page.get_absolute_url(), camden.bob)
    assert "Xylophone" not in text_of(camden, page.get_absolute_url(), camden.charlie)


def test_the_list_is_found_from_the_front_door_and_filtered(camden, work):
    published(camden)
    tools = {"short_answer": "Ask for a cellar.", "body": "Buy a drill.", "jurisdiction": "Milano"}
    published(camden, title="Run a tool library", kind="good-practice", **tools)
    work()
    assert 'href="/know-how/"' in text_of(camden, "/")

    def found(query: str) -> list[str]:
        return sorted(card.title for card in camden.client().get(f"/know-how/?{query}").context["listed"])

    assert found("") == ["Answer a notice to leave", "Run a tool library"]
    assert found("sort=good-practice") == found("q=drill") == found("area=milano") == ["Run a tool library"]
    assert found("topic=housing&q=court") == ["Answer a notice to leave"]
    page = text_of(camden, "/know-how/?sort=poem")
    assert "We do not know “poem”. Choose one of these: knowledge, know-how, good-practice, resource." in page


def test_people_who_follow_the_topic_are_told(camden, work):
    work()
    follow(camden.charlie.user, "topic", HOUSING)
    published(camden)
    work()
    assert Notice.objects.filter(user=camden.charlie.user).count() == 1
    assert "Answer a notice to leave" in text_of(camden, "/notices/", camden.charlie)


def told_of_changes() -> list[Notice]:
    return list(Notice.objects.filter(kind="know_how_changed").order_by("pk"))


def test_who_worked_on_a_page_hears_that_somebody_else_changed_it(camden, work):
    page = camden.page()
    change_page(camden.alice, page, {"title": "Answer a notice"})
    work()
    assert not told_of_changes(), "Alice has done it all herself"
    change_page(camden.bob, page, {"title": "Answer a notice calmly"})
    change_page(camden.bob, page, {"title": "Answer a notice very calmly"})
    work()
    [notice] = told_of_changes()
    assert notice.user == camden.alice.user, "and once, until she reads it"
    shown = text_of(camden, "/notices/", camden.alice)
    assert "calmly”, which you have worked on, was changed by somebody else." in shown
    assert page.get_absolute_url() in shown
    change_page(camden.alice, page, {"body": "Breathe."})
    work()
    assert {each.user for each in told_of_changes()} == {camden.alice.user, camden.bob.user}
    withdraw_page(camden.alice, page)
    work()
    assert not told_of_changes()


def test_who_has_left_the_group_hears_no_more_of_what_is_for_its_members(camden, work):
    page = camden.page(audience=camden.group.members_audience)
    change_page(camden.bob, page, {"title": "Answer a notice"})
    leave_group(camden.bob, camden.group)
    change_page(camden.alice, page, {"title": "Answer a notice calmly"})
    work()
    assert camden.bob.user not in {each.user for each in told_of_changes()}


def test_a_preview_shows_the_page_and_saves_nothing(camden):
    alice = camden.client(camden.alice)
    answer = alice.post("/know-how/new", camden.page_form(preview="1", body="Read **all** of it"))
    shown = answer.content.decode()
    assert answer.status_code == 200 and "<strong>all</strong>" in shown and "Nothing is saved yet" in shown
    assert "Read **all** of it</textarea>" in shown, "the form keeps what was written"
    assert not Page.objects.exists()
    page = camden.page()
    edited = camden.page_form(preview="1", body="Something *else*", title="", seen="1")
    answer = alice.post(f"{page.get_absolute_url()}/edit", edited)
    assert answer.status_code == 200 and "<em>else</em>" in answer.content.decode()
    assert "This field is required." in answer.content.decode()
    assert Page.objects.get().version == 1


def test_htmx_gets_the_preview_alone(camden):
    headers = {"HX-Request": "true", "HX-Target": "preview"}
    answer = camden.client(camden.alice).post("/know-how/new", camden.page_form(preview="1"), headers=headers)
    shown = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in shown and shown.strip().startswith('<div id="preview"')
    assert "<strong>whole</strong>" in shown


def test_what_people_write_cannot_become_a_script(camden):
    hostile = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    page = published(
        camden, title="<script>t", short_answer=hostile, body=hostile, jurisdiction="<b>x", checked_by="<i>"
    )
    number = page.version
    paths = [
        page.get_absolute_url(),
        *(f"{page.get_absolute_url()}/{rest}" for rest in ("history", f"versions/{number}")),
    ]
    for path in paths:
        shown = camden.client().get(path).content.decode()
        assert "<script>t" not in shown and "<script>alert" not in shown and "<img" not in shown and "<b>x" not in shown
        assert 'href="javascript' not in shown


def test_a_change_makes_a_version_and_goes_out_again(camden, work):
    page = published(camden)
    work()
    sent = camden.page_form(title="Answer a notice", comment="Shorter", speaker=None)
    assert camden.client(camden.alice).post(f"{page.get_absolute_url()}/edit", sent).status_code == 302
    page.refresh_from_db()
    assert (page.version, page.title, page.comment) == (2, "Answer a notice", "Shorter")
    assert list(page.revisions.order_by("number").values_list("number", "title", "comment")) == [
        (1, "Answer a notice to leave", ""),
        (2, "Answer a notice", "Shorter"),
    ]
    work()
    document = json.loads(Publication.objects.get(uri=page.uri).document)
    assert (document["name"], document["changeNote"]) == ("Answer a notice", "Shorter")


def shown_in(form) -> dict:
    """What a browser sends back when nobody touches the form."""
    sent = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in sent.items() if value is not None}


@pytest.mark.parametrize("comment", ["", "I only looked"])
def test_saving_the_form_unchanged_makes_no_version(camden, comment):
    page = published(camden)
    path, alice = f"{page.get_absolute_url()}/edit", camden.client(camden.alice)
    sent = shown_in(alice.get(path).context["form"]) | {"comment": comment}
    assert alice.post(path, sent).status_code == 302
    page.refresh_from_db()
    assert page.version == 1 and page.revisions.count() == 1


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"title": ""}, "title", "This field is required."),
        ({"title": "x" * 201}, "title", "at most 200 characters (it has 201)"),
        ({"title": "a\0b"}, "title", "Null characters are not allowed."),
        ({"short_answer": " \n "}, "short_answer", "This field is required."),
        ({"short_answer": "x" * 501}, "short_answer", "at most 500 characters (it has 501)"),
        ({"body": ""}, "body", "This field is required."),
        ({"body": "x" * 50_001}, "body", "at most 50000 characters (it has 50001)"),
        ({"kind": "poem"}, "kind", "poem is not one of the available choices"),
        ({"jurisdiction": "x" * 101}, "jurisdiction", "at most 100 characters"),
        ({"licence": "all-mine"}, "licence", "all-mine is not one of the available choices"),
        ({"licence": ""}, "licence", "This field is required."),
        ({"checked_on": "31/02/2026"}, "checked_on", "“31/02/2026” is not a day we can use. Write a day from 1900"),
        ({"checked_on": "2199-01-01"}, "checked_on", "“2199-01-01” is still to come."),
        ({"checked_on": ""}, "checked_on", "Write on which day it was checked, or leave both empty."),
        ({"adapted_from": "javascript:alert(1)"}, "adapted_from", "“javascript:alert(1)” is not a web address"),
        ({"adapted_from": "https://[x"}, "adapted_from", "“https://[x” is not a web address"),
        ({"topics": ["urn:flotilla:topic:nonsense"]}, "topics", "urn:flotilla:topic:nonsense"),
        ({"language": "klingon"}, "language", "klingon"),
        ({"speaker": "somebodyelse"}, "speaker", "somebodyelse"),
        ({"audience": "the-press"}, "audience", "the-press"),
    ],
)
def test_one_wrong_answer_is_named(camden, changed, field, said):
    answer = camden.client(camden.alice).post("/know-how/new", camden.page_form(**changed))
    page = unescape(answer.content.decode())
    assert answer.status_code == 400 and not Page.objects.exists() and not Revision.objects.exists()
    assert said in page, page[page.find("error-summary") :][:1500]
    assert f'href="#id_{field}' in page, "the summary leads to the field"


def test_a_page_is_not_adapted_from_itself(camden):
    page = camden.page()
    sent = camden.page_form(adapted_from=page.uri, speaker=None)
    answer = camden.client(camden.alice).post(f"{page.get_absolute_url()}/edit", sent)
    assert answer.status_code == 400 and "is this page. Write where it was adapted from" in answer.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""}, {"short_answer": ""}, {"body": ""}, {"kind": "poem"}, {"licence": "mine"}, {"licence": ""},
        {"checked_on": None}, {"checked_on": dt.date(1, 1, 1)},
    ],
)  # fmt: skip
def test_the_database_itself_refuses(camden, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        camden.page(**wrong)
    page = camden.page()
    with pytest.raises(IntegrityError), transaction.atomic():
        change_page(camden.alice, page, wrong)
    assert page.revisions.count() == 1


def test_a_form_that_is_sent_twice_publishes_once(camden):
    alice, sent = camden.client(camden.alice), camden.page_form(once="a-token")
    assert alice.post("/know-how/new", sent)["Location"] == alice.post("/know-how/new", sent)["Location"]
    assert Page.objects.count() == 1 and Revision.objects.count() == 1


def test_a_member_of_the_group_may_improve_the_page(camden):
    page = published(camden)
    sent = camden.page_form(title="Answer a notice, calmly", speaker=None)
    assert camden.client(camden.bob).post(f"{page.get_absolute_url()}/edit", sent).status_code == 302
    assert page.revisions.order_by("-number")[0].editor == camden.bob


def test_who_changed_it_is_named_only_where_they_show_that_they_are_in_the_group(camden):
    page = published(camden)
    history = f"{page.get_absolute_url()}/history"
    assert "Alice" not in text_of(camden, history) and "Tenants of Camden" in text_of(camden, history)
    change_own_page(person_of(camden.alice), {"name": "Alice of Camden", "is_public": True})
    assert "Alice" not in text_of(camden, history), "a page alone does not say whose group they write for"
    change_own_page(person_of(camden.alice), {"shown": ["groups"]})
    assert f'<a href="{person_of(camden.alice).get_absolute_url()}">Alice of Camden</a>' in text_of(camden, history)


def test_programs_get_the_document_at_the_same_address(camden):
    page = published(camden)
    answer = camden.client().get(page.get_absolute_url(), headers={"Accept": ACTIVITY})
    assert answer["Content-Type"] == ACTIVITY and answer.json()["id"] == page.uri
    assert camden.alice.uri not in answer.content.decode(), "the human on record does not travel"


def test_withdrawn_is_said_to_people_and_programs_and_so_are_its_versions(camden, work):
    page = published(camden)
    work()
    alice, path = camden.client(camden.alice), page.get_absolute_url()
    assert "Withdraw “Answer a notice to leave”?" in text_of(camden, f"{path}/withdrawal", camden.alice)
    assert alice.post(f"{path}/withdrawal")["Location"] == "/know-how/"
    work()
    assert "notice to leave" not in text_of(camden, path, status=410)
    tombstone = camden.client().get(path, headers={"Accept": ACTIVITY})
    assert tombstone.status_code == 410 and tombstone.json()["type"] == "Tombstone"
    for rest in ("history", "changes", "versions/1"):
        assert alice.get(f"{path}/{rest}").status_code == 404
    assert alice.post(f"{path}/versions/1/restoration").status_code == 404
    assert not Card.objects.filter(uri=page.uri).exists()


def test_charlie_can_change_nothing_and_bob_withdraw_nothing(camden):
    page = published(camden)
    path = page.get_absolute_url()
    for person, rests in (
        (camden.charlie, ("edit", "withdrawal", "versions/1/restoration")),
        (camden.bob, ("withdrawal",)),
    ):
        for rest in rests:
            answer = camden.client(person).post(f"{path}/{rest}", camden.page_form(title="Hijacked"))
            assert answer.status_code == 403, (person, rest)
    for rest in ("edit", "withdrawal", "versions/1/restoration"):
        assert camden.client().post(f"{path}/{rest}", camden.page_form())["Location"].startswith("/accounts/login/")
    assert camden.client(camden.alice).get(f"{path}/versions/1/restoration").status_code == 405
    page.refresh_from_db()
    assert (page.version, page.withdrawn_at) == (1, None)
    for person, button in ((None, False), (camden.charlie, False), (camden.bob, True)):
        assert (f'href="{path}/edit"' in text_of(camden, path, person)) is button


def test_charlie_cannot_speak_for_a_group_he_has_not_joined(camden):
    assert "Nobody to publish for yet" in text_of(camden, "/know-how/new", camden.charlie)
    answer = camden.client(camden.charlie).post("/know-how/new", camden.page_form())
    assert answer.status_code == 400 and not Page.objects.exists()


def test_what_is_for_the_group_is_a_404_to_others_with_all_its_versions(camden, work):
    page = published(camden, audience="group")
    work()
    path = page.get_absolute_url()
    rests = ("", "/history", "/changes", "/versions/1")
    for rest in rests:
        assert camden.client(camden.bob).get(path + rest).status_code == 200
        for person in (camden.charlie, None):
            assert camden.client(person).get(path + rest).status_code == 404, rest
    for rest in ("/edit", "/withdrawal", "/versions/1/restoration"):
        assert camden.client(camden.charlie).post(path + rest).status_code == 404
    assert page.title not in text_of(camden, "/know-how/", camden.charlie)
    assert page.title in text_of(camden, "/know-how/", camden.bob)


def test_what_is_for_this_node_never_leaves_it(camden, work):
    page = published(camden, audience="node")
    work()
    assert page.audience == audiences.this_node()
    assert not Publication.objects.filter(uri=page.uri).exists()
    assert camden.client(camden.charlie).get(page.get_absolute_url()).status_code == 200
    assert camden.client().get(page.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("many", [1, 20])
def test_the_pages_ask_the_database_little(camden, work, django_assert_max_num_queries, many):
    pages = [camden.page(title=f"Page {number}") for number in range(many)]
    work()
    path = pages[0].get_absolute_url()
    for client, most in ((camden.client(), 12), (camden.client(camden.alice), 16)):
        client.get("/know-how/")
        with django_assert_max_num_queries(most):
            answer = client.get("/know-how/")
        assert answer.content.decode().count('class="card"') == many
        for rest in ("", "/history", "/changes", "/versions/1"):
            with django_assert_max_num_queries(most):
                client.get(path + rest)
