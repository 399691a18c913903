"""What stewards decide of their own accord, about what they have seen themselves and nobody has reported."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import User
from cop.actions.conversations import publish_post, write_to
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal, withdraw_proposal
from cop.models import Proposal
from desk import actions
from federation import moderation, reports
from federation.models import Activity, Actor, Flag, Restriction
from notifications.models import Notice
from tests.gatherings import Camden
from tests.neighbours import a_need_elsewhere

LINK = "Decide about this"


@pytest.fixture
def camden(db):
    camden = Camden()
    User.objects.filter(actor=camden.alice).update(is_steward=True)
    camden.alice = Actor.objects.get(pk=camden.alice.pk)
    for person, name in ((camden.alice, "Alice"), (camden.bob, "Bob"), (camden.charlie, "Charlie")):
        change_page(person_of(person), {"name": name, "is_public": True})
    return camden


@pytest.fixture
def need(camden):
    words = {"title": "A quarrelsome room", "summary": "It is **loud** here.", "language": "en"}
    return publish_proposal(camden.bob, camden.bob, Proposal.Direction.NEED, **words)


@pytest.fixture
def theirs(camden):
    return a_need_elsewhere()


def page_about(thing) -> str:
    return f"/desk/decide?of={thing.uri}"


def decide(camden, thing, decision, words="It hurts people."):
    return camden.client(camden.alice).post(page_about(thing), {"decision": decision, "words": words})


def kinds_told(person) -> list[str]:
    return list(Notice.objects.filter(user__actor=person).order_by("pk").values_list("kind", flat=True))


def flags_sent() -> list[dict]:
    return [json.loads(each.body) for each in Activity.objects.filter(type="Flag").order_by("pk")]


def test_a_steward_is_offered_to_decide_wherever_others_can_only_report(camden, need):
    post = publish_post(camden.charlie, need.uri, "I know that room.")
    steward, member = camden.client(camden.alice), camden.client(camden.somebody("eve"))
    for thing in (need, person_of(camden.bob), post):
        offered = steward.get(thing.get_absolute_url()).content.decode()
        address = f"/desk/decide?of={thing.uri.replace(':', '%3A').replace('/', '%2F')}"
        assert LINK in offered and address in offered and "Report" in offered, thing
        assert LINK not in member.get(thing.get_absolute_url()).content.decode()
        assert LINK not in Client().get(thing.get_absolute_url()).content.decode()
        assert steward.get(page_about(thing)).status_code == 200
    own = publish_proposal(camden.alice, camden.alice, Proposal.Direction.NEED, title="Mine", language="en")
    assert LINK not in steward.get(own.get_absolute_url()).content.decode()


def test_the_page_shows_what_it_is_about_what_can_be_done_and_what_was_decided_before(camden, need):
    moderation.restrict_actor(Restriction.Level.LIMITED, camden.bob, by=camden.alice, reason="Too many at once")
    reports.report(camden.charlie, need, "hurtful", "Look at it.")
    page = camden.client(camden.alice).get(page_about(need)).content.decode()
    assert "A quarrelsome room" in page and "<strong>loud</strong>" in page and "Too many at once" in page
    assert "Reports that this answers" in page and "It hurts, insults or threatens somebody" in page
    offered = {each for each in actions.Decision.values if f'value="{each}"' in page}
    assert offered == {"hide", "remove", "limit", "suspend"}, "nothing to be left as it is where nobody asked"


def test_a_decision_needs_a_reason_in_words(camden, need):
    client = camden.client(camden.alice)
    for form in ({"words": ""}, {"decision": "hide", "words": ""}, {"decision": "nothing", "words": "x"}):
        answer = client.post(page_about(need), form)
        assert answer.status_code == 400 and "error-summary" in answer.content.decode(), form
    answer = client.post(page_about(person_of(camden.bob)), {"decision": "remove", "words": "x"})
    assert answer.status_code == 400, "a page of a person is not removed"
    assert not Restriction.objects.exists()


@pytest.mark.parametrize(
    ("decision", "level", "told"),
    [
        ("hide", "hidden", "thing_hidden"),
        ("remove", "removed", "removed_by_stewards"),
        ("limit", "limited", "limited"),
        ("suspend", "suspended", "suspended"),
    ],
)
def test_what_a_steward_decides_unasked_is_carried_out_told_and_logged(camden, need, work, decision, level, told):
    work()
    Notice.objects.all().delete()
    form = {"decision": decision, "words": "It hurts people."}
    answer = camden.client(camden.alice).post(page_about(need), form, follow=True)
    assert answer.redirect_chain == [("/desk/moderation", 302)]
    page = answer.content.decode()
    assert "can be undone here" in page and "It hurts people." in page and "/undoing" in page
    work()
    made = Restriction.objects.get()
    assert (made.level, made.by, made.flag) == (level, camden.alice, None)
    assert kinds_told(camden.bob) == [told] and kinds_told(camden.alice) == []
    assert (Client().get(need.get_absolute_url()).status_code == 200) == (decision == "limit")
    assert not Flag.objects.exists() and not flags_sent()


def test_who_reported_it_meanwhile_is_answered_by_the_same_decision(camden, need, work):
    flag, _is_new = reports.report(camden.charlie, need, "hurtful", "Look at it.")
    work()
    assert decide(camden, need, "hide").status_code == 302
    work()
    flag.refresh_from_db()
    assert (flag.outcome, flag.outcome_words, flag.closed_by) == ("hidden", "It hurts people.", camden.alice)
    assert Restriction.objects.get().flag == flag and "report_answered" in kinds_told(camden.charlie)


def test_a_thing_of_another_node_is_decided_about_without_a_word_to_that_node(camden, theirs, work):
    assert LINK in camden.client(camden.alice).get(theirs.get_absolute_url()).content.decode()
    page = camden.client(camden.alice).get(page_about(theirs)).content.decode()
    assert 'value="pass-on"' in page and 'value="remove"' not in page and "read your reason" in page
    assert decide(camden, theirs, "hide").status_code == 302
    work()
    assert Client().get(theirs.get_absolute_url()).status_code == 404
    assert not Flag.objects.exists() and not flags_sent()


def test_a_steward_who_also_wants_its_own_node_to_know_reports_it_once(camden, theirs, work):
    assert decide(camden, theirs, "pass-on").status_code == 302
    work()
    (said,) = flags_sent()
    assert said["content"] == "It hurts people." and camden.alice.uri not in json.dumps(said)
    flag = Flag.objects.get()
    assert (flag.reporter, flag.passed_to, flag.outcome) == (camden.alice, theirs.node, "passed-on")
    assert Client().get(theirs.get_absolute_url()).status_code == 404
    told = [each for each in kinds_told(camden.alice) if each.startswith("report")]
    assert not told, "neither that a report waits, nor that it was answered"
    assert "Hackney" in camden.client(camden.alice).get("/reports/").content.decode()


def test_what_somebody_here_reported_there_is_not_reported_again(camden, theirs, work):
    reports.report(camden.charlie, theirs, "hurtful", "Look at it.")
    decide(camden, theirs, "pass-on")
    work()
    assert len(flags_sent()) == 1 and Flag.objects.get().outcome == "passed-on"


def test_who_waits_for_too_many_answers_hides_without_reporting(camden, theirs, monkeypatch):
    monkeypatch.setattr(reports, "MOST_OPEN", 0)
    answer = decide(camden, theirs, "pass-on")
    assert answer.status_code == 400 and "wait for an answer" in answer.content.decode()
    assert not Restriction.objects.exists() and not Flag.objects.exists()
    assert decide(camden, theirs, "hide").status_code == 302


def test_nobody_but_a_steward_decides(camden, need):
    for person in (camden.bob, camden.charlie):
        client = camden.client(person)
        assert client.get(page_about(need)).status_code == 404
        assert client.post(page_about(need), {"decision": "hide", "words": "x"}).status_code == 404
        with pytest.raises(PermissionDenied):
            actions.decide_unasked(need.uri, actions.Decision.HIDE, by=person, words="x")
    answer = Client().get(page_about(need))
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    assert not Restriction.objects.exists()


def test_stewards_decide_only_about_what_they_can_read(camden, need):
    """What is written to somebody else is theirs to report; absent and forbidden are the same."""
    message = write_to(camden.bob, camden.charlie, "Between us")
    gone = publish_proposal(camden.bob, camden.bob, Proposal.Direction.NEED, title="Gone", language="en")
    withdraw_proposal(camden.bob, gone)
    client = camden.client(camden.alice)
    unknown = ("", "https://nowhere.example/x", "%00", f"{settings.ORIGIN}/topics/housing", "x" * 900)
    for of in (message.uri, gone.uri, *unknown):
        assert client.get(f"/desk/decide?of={of}").status_code == 404, of
        assert client.post(f"/desk/decide?of={of}", {"decision": "hide", "words": "x"}).status_code == 404, of
    with pytest.raises(actions.CannotDecide):
        actions.decide_unasked(gone.uri, actions.Decision.HIDE, by=camden.alice, words="x")
    to_me = write_to(camden.bob, camden.alice, "Buy my pills")
    conversation = to_me.audience.removeprefix(settings.ORIGIN)
    assert LINK in client.get(conversation).content.decode()
    assert "Buy my pills" in client.get(page_about(to_me)).content.decode()
    assert LINK not in camden.client(camden.bob).get(conversation).content.decode()
