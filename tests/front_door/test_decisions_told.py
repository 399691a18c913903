"""What the log, the reports and the notices say of a decision: who, when, why, and no more than is so."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core import mail as post
from django.db import transaction
from django.test import Client

import journal
from accounts.models import User
from cop.actions.conversations import publish_post
from cop.actions.membership import join_group
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal
from cop.actions.removal import put_back, take_out
from cop.forms.reports import TakingOutForm
from cop.models import Member, Proposal
from desk.forms import DecisionForm, RefusalForm
from federation import actors, moderation, reports
from federation.attaching import Attaching, keep
from federation.describing import describe_this_node
from federation.models import Actor, Attachment, Flag, Node, Restriction
from federation.uploads import rewrite
from notifications import kinds
from notifications.kinds import PARAM_LENGTH
from notifications.models import Follow, MailChoice, Notice
from tests.gatherings import Camden
from tests.pictures import picture

LIMITED = Restriction.Level.LIMITED


@pytest.fixture
def camden(db):
    camden = Camden()
    User.objects.filter(actor=camden.alice).update(is_steward=True)
    camden.alice = Actor.objects.get(pk=camden.alice.pk)
    change_page(person_of(camden.alice), {"name": "Alice of Camden", "is_public": True})
    change_page(person_of(camden.bob), {"name": "Bob", "is_public": True})
    actors.this_node()
    return camden


def need_of(camden, person, title="A quarrelsome room", **more):
    return publish_proposal(person, person, Proposal.Direction.NEED, title=title, language="en", **more)


def decide(camden, thing, decision, words="Be kinder."):
    flag, _is_new = reports.report(camden.charlie, thing, "hurtful", "Look at it.")
    answer = camden.client(camden.alice).post(f"/desk/reports/{flag.pk}", {"decision": decision, "words": words})
    assert answer.status_code == 302, answer.content.decode()
    return Flag.objects.get(pk=flag.pk)


def log(camden) -> str:
    return camden.client(camden.alice).get("/desk/moderation").content.decode()


def kinds_told(person) -> list[str]:
    return list(Notice.objects.filter(user__actor=person).order_by("pk").values_list("kind", flat=True))


def texts_told(person) -> list[str]:
    return [kinds.sentence(notice) for notice in Notice.objects.filter(user__actor=person).order_by("pk")]


# --- The log ---------------------------------------------------------------------------------------------


def test_what_was_removed_is_in_the_log_with_who_and_why_and_until_when_it_can_be_undone(camden, work):
    flag = decide(camden, need_of(camden, camden.bob), "remove", "It sold pills.")
    page = log(camden)
    assert "Removed" in page and "It sold pills." in page and "Alice of Camden" in page
    assert f"/desk/reports/{flag.pk}" in page and "/undoing" in page and "Can be undone until" in page
    moderation.lift(Restriction.objects.get(), by=camden.alice)
    page = log(camden)
    assert "Removed" in page and "undone" in page and "Can be undone until" not in page and "/undoing" not in page


def test_of_two_decisions_before_anybody_was_told_each_is_told(camden, work):
    """One steward hides what another removes at the same moment."""
    need = need_of(camden, camden.bob)
    decide(camden, need, "hide", "Rude.")
    decide(camden, need, "remove", "It sold pills.")
    work()
    assert kinds_told(camden.bob) == ["thing_hidden", "removed_by_stewards"]
    page = camden.client(camden.bob).get("/notices/").content.decode()
    assert "Rude." in page and "It sold pills." in page


def test_a_closed_report_says_who_decided_and_when(camden):
    flag = decide(camden, need_of(camden, camden.bob), "nothing", "It is fine.")
    page = camden.client(camden.alice).get(f"/desk/reports/{flag.pk}").content.decode()
    assert "It is fine." in page and "Alice of Camden" in page
    assert page.count("<time") == 2, "when it was reported, and when it was decided"


def test_what_was_let_out_and_what_was_refused_are_told_apart(camden, work):
    describe_this_node(hold_first_post=True)
    need_of(camden, camden.bob, "A first need")
    need_of(camden, camden.bob, "A second need")
    desk = camden.client(camden.alice)
    assert "Nothing was decided yet" in log(camden), "what waits is not decided"
    first, other = Restriction.objects.order_by("pk")
    desk.post(f"/desk/moderation/{other.pk}/refusal", {"words": "Say where it is."})
    page = log(camden)
    assert "Not published</strong>" in page and "Say where it is." in page and "Alice of Camden" in page
    assert "A second need" not in page and "/undoing" not in page
    desk.post(f"/desk/moderation/{first.pk}/undoing")
    page = log(camden)
    assert "<strong>Published</strong>" in page and "A first need" in page and "/undoing" not in page


# --- What waits ------------------------------------------------------------------------------------------


def test_what_waits_stays_on_the_desk_when_nothing_more_is_to_wait(camden, work):
    describe_this_node(hold_first_post=True)
    need_of(camden, camden.bob, "A first need")
    describe_this_node(hold_first_post=False)
    assert "A first need" in camden.client(camden.alice).get("/desk/").content.decode()


def test_what_its_writer_took_back_waits_no_more_and_nobody_is_told_that_it_is_out(camden, work):
    describe_this_node(hold_first_post=True)
    need = need_of(camden, camden.bob, "A first need")
    work()
    assert camden.client(camden.bob).post(f"{need.get_absolute_url()}/withdrawal").status_code == 302
    work()
    desk = camden.client(camden.alice)
    for page in ("/desk/", "/desk/reports"):
        assert "somebody new publishes here" not in desk.get(page).content.decode(), page
    held = Restriction.objects.get()
    answer = desk.post(f"/desk/moderation/{held.pk}/undoing", follow=True).content.decode()
    assert "has taken it back" in answer and "Published." not in answer
    work()
    assert not {"decision_lifted", "first_post_let_through"} & set(kinds_told(camden.bob))


def test_nobody_is_told_that_it_is_back_where_it_is_not(camden, work):
    withdrawn, twice = need_of(camden, camden.bob), need_of(camden, camden.bob, "Another room")
    work()
    hidden = [moderation.hide(need.uri, by=camden.alice, reason="Rude") for need in (withdrawn, twice)]
    suspended = moderation.restrict_actor(Restriction.Level.SUSPENDED, camden.bob, by=camden.alice, reason="Rude")
    work()
    camden.client(camden.bob).post(f"{withdrawn.get_absolute_url()}/withdrawal")
    Notice.objects.all().delete()
    for each in hidden:
        moderation.lift(each, by=camden.alice)
    work()
    assert kinds_told(camden.bob) == []
    moderation.lift(suspended, by=camden.alice)
    work()
    assert kinds_told(camden.bob) == ["decision_lifted"]


# --- The reason ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["x", "è", "🙂"])
def test_whoever_wrote_it_reads_the_whole_reason_in_any_script(camden, work, letter):
    need = need_of(camden, camden.bob, letter * 100)
    decide(camden, need, "hide", letter * (PARAM_LENGTH - 1) + "!")
    work()
    assert letter * (PARAM_LENGTH - 1) + "!" in camden.client(camden.bob).get("/notices/").content.decode()


def test_a_longer_reason_is_refused_with_the_limit_and_never_cut(camden):
    need = need_of(camden, camden.bob)
    flag, _is_new = reports.report(camden.charlie, need, "hurtful", "Look at it.")
    page = f"/desk/reports/{flag.pk}"
    assert "At most 300 characters." in camden.client(camden.alice).get(page).content.decode()
    answer = camden.client(camden.alice).post(page, {"decision": "hide", "words": "x" * (PARAM_LENGTH + 1)})
    assert answer.status_code == 400 and "at most 300 characters (it has 301)" in answer.content.decode()
    for form in (DecisionForm(decisions=[]), RefusalForm(is_ours=True), TakingOutForm()):
        field = form.fields.get("words") or form.fields["reason"]
        assert f"At most {field.max_length} characters." in str(field.help_text) and field.max_length == PARAM_LENGTH


def test_who_is_limited_is_not_told_that_their_words_are_gone(camden, work):
    moderation.restrict_actor(LIMITED, camden.bob, by=camden.alice, reason="Too many at once")
    work()
    page = camden.client(camden.bob).get("/notices/").content.decode()
    assert "Too many at once" in page and "It has been withdrawn" not in page


# --- Passing on ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("node", "outcome"), [({"blocked_at": "2026-11-20T10:00:00Z"}, "hidden"), ({}, "passed-on")])
def test_a_report_that_went_nowhere_is_not_said_to_be_passed_on(camden, work, node, outcome):
    theirs = Node.objects.create(origin="https://hackney.example", name="Hackney")
    uri = f"{theirs.origin}/people/dana"
    dana = Actor.objects.create(uri=uri, node=theirs, type="Person", name="Dana", inbox=f"{uri}/inbox")
    need = Proposal.objects.create(
        uri=f"{theirs.origin}/needs/1", public_id="theirneed123", node=theirs, actor=dana, direction="need",
        title="A hall in Hackney", language="en", support="space",
    )  # fmt: skip
    flag, _is_new = reports.report(camden.charlie, need, "hurtful", "Look at it.")
    Flag.objects.filter(pk=flag.pk).update(passed_to=None, passed_at=None)
    Node.objects.filter(pk=theirs.pk).update(**node)
    answer = camden.client(camden.alice).post(f"/desk/reports/{flag.pk}", {"decision": "pass-on", "words": "Rude"})
    assert answer.status_code == 302 and Flag.objects.get().outcome == outcome


# --- Pictures --------------------------------------------------------------------------------------------


def test_no_cache_keeps_a_picture_that_only_its_author_and_stewards_see(camden, work):
    need = need_of(camden, camden.bob, attached=Attaching((keep(rewrite(picture()), alt="A room", name=""),)))
    address = Attachment.objects.get().path
    assert camden.client(camden.bob).get(address)["Cache-Control"].startswith("public")
    moderation.hide(need.uri, by=camden.alice, reason="Rude")
    for person in (camden.bob, camden.alice):
        answer = camden.client(person).get(address)
        assert answer.status_code == 200 and answer["Cache-Control"] == "private, no-store"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert Client().get(address).status_code == 404


# --- Following who is limited ----------------------------------------------------------------------------


def test_whoever_opens_the_page_of_who_is_limited_can_begin_to_follow(camden, work):
    work()
    for actor in (camden.bob, camden.group.actor):
        moderation.restrict_actor(LIMITED, actor, by=camden.alice, reason="Too many at once")
    work()
    client = camden.client(camden.charlie)
    for kind, uri in (("person", camden.bob.uri), ("group", camden.group.uri)):
        assert client.get(uri.removeprefix(settings.ORIGIN)).status_code == 200
        assert client.post("/me/following/additions", {"kind": kind, "target": uri}).status_code == 302, kind
    assert Follow.objects.count() == 2
    moderation.restrict_actor(Restriction.Level.SUSPENDED, camden.bob, by=camden.alice, reason="Rude")
    suspended = camden.client(camden.somebody("eve")).post(
        "/me/following/additions", {"kind": "person", "target": camden.bob.uri}
    )
    assert suspended.status_code == 404


# --- Notices about words that are kept from others -------------------------------------------------------


def mailed_again(steward, work) -> list[str]:
    """What would be in the mailbox if the mail about the new subject were due only now."""
    post.outbox.clear()
    Notice.objects.update(mail=None)
    notice = Notice.objects.get(user=steward, kind="words_in_group")
    with transaction.atomic():
        journal.errand("notifications.mail", payload={"notice": notice.pk})
    work()
    return [letter.subject for letter in post.outbox if "opened a subject" in letter.subject]


@pytest.mark.parametrize("who", ["the node", "the group", "suspended"])
def test_notices_of_words_that_are_kept_from_others_are_neither_shown_nor_mailed_meanwhile(camden, work, who):
    words = publish_post(camden.bob, camden.group.uri, "Rude words", title="Rude")
    steward = camden.alice.user
    MailChoice.objects.create(user=steward, matter="news", pace="at-once")
    work()
    bell = camden.client(camden.alice)
    assert "words_in_group" in kinds_told(camden.alice)
    assert "opened a subject" in bell.get("/notices/").content.decode()
    if who == "the node":
        made = moderation.hide(words.uri, by=camden.alice, reason="Rude")
    elif who == "the group":
        made = take_out(camden.alice, words, reason="Rude")
    else:
        made = moderation.restrict_actor(Restriction.Level.SUSPENDED, camden.bob, by=camden.alice, reason="Rude")
    assert "opened a subject" not in bell.get("/notices/").content.decode()
    assert not mailed_again(steward, work)
    if who == "the group":
        put_back(camden.alice, words)
    else:
        moderation.lift(made, by=camden.alice)
    assert mailed_again(steward, work)
    assert "opened a subject" in bell.get("/notices/").content.decode()


# --- In whole sentences -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("decision", "said"), [("suspend", "suspended your account:"), ("limit", "What your account")])
def test_who_shows_no_page_is_told_of_their_account(camden, work, decision, said):
    eve = camden.somebody("eve")
    join_group(eve, camden.group, name="Eve")
    post_ = publish_post(eve, camden.group.uri, "Rubbish!", members_only=True)
    decide(camden, post_, decision, "Rude.")
    work()
    (told,) = texts_told(eve)
    assert said in told and "  " not in told and " : " not in told
    moderation.lift(Restriction.objects.get(actor=eve), by=camden.alice)
    work()
    assert "What you wrote can be seen again." in texts_told(eve)[1]


def test_the_stewards_of_a_group_are_not_told_that_they_wrote_what_somebody_else_wrote_in_its_name(camden, work):
    dana = camden.somebody("dana")
    join_group(dana, camden.group, name="Dana")
    Member.objects.filter(actor=dana).update(role="steward")
    post_ = publish_post(camden.bob, camden.group.uri, "We meet on Tuesday", speaker=camden.group.actor)
    decide(camden, post_, "hide", "That is private.")
    work()
    assert any("what your group wrote" in told for told in texts_told(dana))
    assert any("what you wrote" in told for told in texts_told(camden.bob))
