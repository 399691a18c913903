"""A match from the first word to the thanks, by its pages, between two groups of one node."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from atlas.models import Link
from cop.actions import matches as actions
from cop.actions.expertise import publish_expertise
from cop.actions.membership import join_group, leave_group, set_role
from cop.models import Commitment, Match, Member, Post
from cop.models.matches import NEED, OFFER
from federation.personal_blocks import block
from journal import errand
from notifications.models import Notice
from tests.gatherings import HOUSING
from tests.matches import WORDS, Meeting, side


@pytest.fixture
def meeting(db) -> Meeting:
    return Meeting()


def post(meeting, person, match, step, **said):
    return meeting.client(person).post(f"{match.get_absolute_url()}/{step}", said)


def read(meeting, person, match):
    return meeting.client(person).get(match.get_absolute_url()).content.decode()


def told(person):
    """What somebody was told that is not about who joined their group."""
    theirs = Notice.objects.filter(user__actor=person).exclude(kind="somebody_joined")
    return list(theirs.order_by("pk").values_list("kind", flat=True))


def a_fortnight_later(work, days):
    with time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=False):
        with transaction.atomic():
            errand("cop.remind_of_matches")
        work()


def test_a_match_goes_from_the_first_word_to_the_thanks(meeting, work):
    form = {
        "answer_with": meeting.offer.uri,
        "words": WORDS,
        "contact": "020 7946 0000",
        "conflict": "",
        "language": "en",
    }
    answer = meeting.client(meeting.erin).post(f"/matches/new?about={meeting.need.uri}", form)
    match = Match.objects.get()
    assert answer.url == match.get_absolute_url()
    work()
    assert told(meeting.alice) == told(meeting.bob) == ["match_proposed"]
    asked = read(meeting, meeting.bob, match)
    assert WORDS in asked and "Plan Readers" in asked and "020 7946 0000" not in asked

    assert post(meeting, meeting.bob, match, "agreeing", contact="bob@camden.example").status_code == 302
    match.refresh_from_db()
    assert match.state == Match.State.AGREED
    assert "020 7946 0000" in read(meeting, meeting.bob, match)
    assert "bob@camden.example" in read(meeting, meeting.erin, match)

    assert post(meeting, meeting.erin, match, "starting").status_code == 302
    match.refresh_from_db()
    assert match.state == Match.State.UNDER_WAY
    done = {"outcome": "We answered in time.", "hours": "3.5", "may_show": "on"}
    assert post(meeting, meeting.erin, match, "finishing", **done).status_code == 302
    match.refresh_from_db()
    assert (match.state, side(match, OFFER).hours) == (Match.State.DONE, 3.5)
    thanks = {"outcome": "The plan was changed.", "thanks": "You saved our yard.", "hours": "", "may_show": "on"}
    assert post(meeting, meeting.bob, match, "thanking", **thanks).status_code == 302
    match.refresh_from_db()
    assert match.state == Match.State.THANKED
    assert "You saved our yard." in read(meeting, meeting.erin, match)
    work()
    assert told(meeting.erin) == ["match_agreed", "match_thanked"]
    assert told(meeting.bob) == ["match_proposed", "match_begun", "match_finished"]


def test_only_those_who_answer_for_a_side_find_it(meeting, client):
    match = meeting.proposed()
    for person in (meeting.charlie, meeting.frank):
        assert meeting.client(person).get(match.get_absolute_url()).status_code == 404
        assert post(meeting, person, match, "agreeing").status_code == 404
    assert client.get(match.get_absolute_url()).status_code == 302, "a visitor is asked to sign in"
    join_group(meeting.charlie, meeting.group, name="Charlie")
    assert meeting.client(meeting.charlie).get(match.get_absolute_url()).status_code == 404, "a member is no steward"
    assert meeting.client(meeting.alice).get(match.get_absolute_url()).status_code == 200
    match_of_nobody = meeting.client(meeting.bob).get("/matches/aaaaaaaaaaaa")
    assert match_of_nobody.status_code == 404


def test_who_becomes_a_steward_reads_along_and_who_leaves_does_not(meeting, work):
    match = meeting.proposed()
    actions.write_in_match(meeting.erin, side(match, OFFER), "When could you meet?")
    join_group(meeting.charlie, meeting.group, name="Charlie")
    member = Member.objects.get(actor=meeting.charlie)
    set_role(meeting.alice, member, Member.Role.STEWARD)
    work()
    assert "When could you meet?" in read(meeting, meeting.charlie, match)
    leave_group(meeting.charlie, meeting.group)
    work()
    assert meeting.client(meeting.charlie).get(match.get_absolute_url()).status_code == 404
    words = Post.objects.get()
    assert not Post.objects.visible_to(meeting.charlie).filter(pk=words.pk).exists()
    assert Post.objects.visible_to(meeting.bob).filter(pk=words.pk).exists()


def test_words_between_the_two_are_read_by_nobody_else(meeting, client, work):
    match = meeting.proposed()
    meeting.client(meeting.erin).post(match.get_absolute_url(), {"text": "Tuesday at seven?", "language": "en"})
    work()
    assert "Tuesday at seven?" in read(meeting, meeting.bob, match)
    words = Post.objects.get()
    assert words.actor == meeting.readers.actor and words.author == meeting.erin
    for page in (words.get_absolute_url(), "/", meeting.need.get_absolute_url()):
        assert "Tuesday at seven?" not in client.get(page).content.decode()
        assert "Tuesday at seven?" not in meeting.client(meeting.charlie).get(page).content.decode()
    assert "message" in told(meeting.bob) and told(meeting.charlie) == []
    assert Notice.objects.filter(kind="message").first().params["page"] == match.get_absolute_url()
    assert "Plan Readers" not in meeting.client(meeting.erin).get("/conversations/").content.decode()


def test_no_is_said_kindly_and_nobody_keeps_how_to_reach_the_other(meeting, work):
    match = meeting.proposed()
    post(meeting, meeting.alice, match, "declining", reply="We found somebody, thank you.")
    match.refresh_from_db()
    assert match.state == Match.State.DECLINED
    assert not Commitment.objects.exclude(contact="").exists()
    page = read(meeting, meeting.erin, match)
    assert "We found somebody" in page and "Agree" not in page
    work()
    assert told(meeting.erin) == ["match_declined"]
    answer = meeting.client(meeting.erin).post(match.get_absolute_url(), {"text": "Why?", "language": "en"})
    assert answer.status_code == 400 and "nothing more can be written" in answer.content.decode()
    assert not Post.objects.exists()


def test_either_ends_it_and_what_was_agreed_of_contact_is_erased(meeting):
    match = meeting.proposed()
    actions.agree(meeting.alice, side(match, NEED), contact="alice@camden.example")
    post(meeting, meeting.erin, match, "ending", reply="")
    match.refresh_from_db()
    assert match.state == Match.State.ENDED
    assert "alice@camden.example" not in read(meeting, meeting.erin, match)
    assert list(Commitment.objects.values_list("contact", flat=True)) == ["", ""]


@pytest.mark.parametrize("step", ["starting", "finishing", "thanking", "noting"])
def test_nothing_goes_on_before_both_agree(meeting, step):
    match = meeting.proposed()
    said = {"outcome": "x", "thanks": "y", "hours": "2", "contact": "z"}
    post(meeting, meeting.erin, match, step, **said)
    post(meeting, meeting.bob, match, step, **said)
    match.refresh_from_db()
    assert match.state == Match.State.PROPOSED
    assert [side(match, OFFER).version, side(match, NEED).version] == [1, 0]


def test_who_proposed_cannot_agree_for_the_other(meeting):
    match = meeting.proposed()
    with pytest.raises(actions.NotAllowed):
        actions.agree(meeting.erin, side(match, NEED))
    with pytest.raises(actions.NotPossible):
        actions.decline(meeting.erin, side(match, OFFER))


def test_thanks_come_after_it_is_done(meeting):
    match = meeting.proposed()
    actions.agree(meeting.bob, side(match, NEED))
    with pytest.raises(actions.NotPossible):
        actions.thank(meeting.bob, side(match, NEED), thanks="Thanks already")
    actions.finish(meeting.erin, side(match, OFFER), outcome="Done", may_show=False, hours=None)
    with pytest.raises(actions.NotPossible):
        actions.end(meeting.erin, side(match, OFFER))
    assert actions.thank(meeting.bob, side(match, NEED), thanks="Thank you").state == Match.State.THANKED


def test_the_same_two_have_one_open_match(meeting):
    match = meeting.proposed()
    assert meeting.proposed() == match
    actions.decline(meeting.bob, side(match, NEED))
    assert meeting.proposed() != match, "after a no they can be asked anew"


def test_nobody_is_asked_who_cannot_answer(meeting):
    own = {"speaker": meeting.group.actor, "side": OFFER, "said": {"words": WORDS}}
    with pytest.raises(actions.CannotBeAsked):
        actions.propose_match(meeting.alice, meeting.need, **own)
    with pytest.raises(actions.NotAllowed):
        actions.propose_match(meeting.charlie, meeting.need, **own)
    with pytest.raises(actions.NotAllowed):  # something of others cannot be brought in
        speaker = meeting.readers.actor
        mine = {"speaker": speaker, "side": OFFER, "said": {"words": WORDS}, "own": meeting.need}
        actions.propose_match(meeting.erin, meeting.need, **mine)
    assert not Match.objects.exists()


def test_who_is_blocked_is_not_told_so_and_asks_nobody(meeting):
    block(meeting.bob, meeting.readers.uri)
    answer = meeting.client(meeting.erin).get(f"/matches/new?about={meeting.need.uri}")
    assert answer.status_code in (200, 404)
    with pytest.raises(actions.CannotBeAsked):
        meeting.proposed()


def test_a_need_is_answered_without_an_offer(meeting):
    form = {"answer_with": meeting.readers.public_id, "words": WORDS, "language": "en"}
    meeting.client(meeting.erin).post(f"/matches/new?about={meeting.need.uri}", form)
    match = Match.objects.get()
    assert (match.need_uri, match.offer_uri, match.title) == (meeting.need.uri, "", meeting.need.title)


def test_an_offer_is_taken_up_for_a_need(meeting, work):
    form = {"answer_with": meeting.need.uri, "words": "May we?", "language": "en"}
    page = meeting.client(meeting.bob).get(f"/matches/new?about={meeting.offer.uri}&with={meeting.need.uri}")
    assert f'value="{meeting.need.uri}" selected' in page.content.decode()
    meeting.client(meeting.bob).post(f"/matches/new?about={meeting.offer.uri}", form)
    match = Match.objects.get()
    assert (match.proposed_by, side(match, OFFER).stage) == (NEED, "asked")
    work()
    assert told(meeting.erin) == ["match_proposed"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"answer_with": "https://elsewhere.example/offers/1"}, "answer_with"), ({"words": "  "}, "words")],
)
def test_a_wrong_form_says_what_is_wrong(meeting, changed, field):
    form = {"answer_with": meeting.offer.uri, "words": WORDS, "language": "en"} | changed
    answer = meeting.client(meeting.erin).post(f"/matches/new?about={meeting.need.uri}", form)
    assert answer.status_code == 400 and field in answer.context["form"].errors
    assert not Match.objects.exists()


@pytest.mark.parametrize("about", ["", "https://nowhere.example/1", "http://127.0.0.1:8000/groups/aaaaaaaaaaaa"])
def test_what_cannot_be_matched_is_not_found(meeting, about):
    assert meeting.client(meeting.erin).get("/matches/new", {"about": about}).status_code == 404
    assert meeting.client(meeting.erin).get("/matches/new", {"about": meeting.group.uri}).status_code == 404


def test_hours_that_are_none_are_refused(meeting):
    match = meeting.proposed()
    actions.agree(meeting.bob, side(match, NEED))
    answer = post(meeting, meeting.bob, match, "noting", hours="-3", contact="")
    assert answer.status_code == 400 and "hours" in answer.context["form"].errors
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.update(hours=-1)


def test_after_two_weeks_of_silence_both_are_reminded_once(meeting, work):
    match = meeting.proposed()
    a_fortnight_later(work, 13)
    assert "match_waits" not in told(meeting.bob)
    a_fortnight_later(work, 15)
    assert told(meeting.bob).count("match_waits") == 1 and "match_waits" not in told(meeting.erin)
    actions.agree(meeting.bob, side(match, NEED))
    a_fortnight_later(work, 15)
    assert told(meeting.bob).count("match_idle") == told(meeting.erin).count("match_idle") == 1
    a_fortnight_later(work, 60)
    assert told(meeting.bob).count("match_idle") == 1, "nobody is reminded twice of the same silence"


def test_my_matches_stand_in_three_lists(meeting):
    match = meeting.proposed()
    assert "Waits for your answer" in meeting.client(meeting.bob).get("/matches/").content.decode()
    assert "Going on" in meeting.client(meeting.erin).get("/matches/").content.decode()
    actions.decline(meeting.bob, side(match, NEED))
    assert "Done, or ended" in meeting.client(meeting.bob).get("/matches/").content.decode()
    assert "No matches yet" in meeting.client(meeting.charlie).get("/matches/").content.decode()


def finished(meeting, *, hours=None, may_show=True) -> Match:
    match = meeting.proposed()
    actions.agree(meeting.bob, side(match, NEED))
    actions.finish(meeting.erin, side(match, OFFER), outcome="We answered in time.", may_show=may_show, hours=hours)
    closing = {"outcome": "The plan was changed.", "may_show": True, "hours": None}
    return actions.thank(meeting.bob, side(match, NEED), thanks="Thank you", **closing)


def test_what_was_learnt_begins_a_page_with_credit_to_both(meeting):
    match = finished(meeting)
    page = meeting.client(meeting.bob).get(match.get_absolute_url())
    draft = page.context["both"].draft
    form = meeting.client(meeting.bob).get(draft).content.decode()
    assert "We answered in time." in form and "The plan was changed." in form
    assert "Tenants of Camden" in form and "Plan Readers" in form
    assert "Thank you" not in form, "thanks are between the two"


@pytest.mark.parametrize("may_show", [True, False])
def test_a_finished_match_is_shown_where_both_say_so(meeting, client, work, may_show):
    match = finished(meeting, may_show=may_show)
    work()
    need, offer = (client.get(each.get_absolute_url()).content.decode() for each in (meeting.need, meeting.offer))
    assert (meeting.offer.title in need) == (meeting.need.title in offer) == may_show
    helps = Link.objects.filter(relation="helps", state="done")
    assert set(helps.values_list("from_uri", "to_uri")) == (
        {(meeting.offer.uri, meeting.need.uri)} if may_show else set()
    )
    assert "We answered in time." not in need + offer
    if may_show:  # and no more once one of them takes that back
        actions.note(meeting.erin, side(match, OFFER), hours=None, contact="", may_show=False)
        work()
        assert meeting.offer.title not in client.get(meeting.need.get_absolute_url()).content.decode()
        assert not helps.exists()


def test_hours_to_give_count_down(meeting, client, work):
    known = publish_expertise(
        meeting.erin, meeting.readers.actor, title="Reading plans", topics=[HOUSING], hours_budget=Decimal(10)
    )
    form = {"answer_with": meeting.need.uri, "words": "May we?", "language": "en"}
    meeting.client(meeting.bob).post(f"/matches/new?about={known.uri}", form)
    match = Match.objects.get()
    actions.agree(meeting.erin, side(match, OFFER))
    actions.note(meeting.erin, side(match, OFFER), hours=Decimal("3.5"), contact="", may_show=False)
    work()
    assert "6.5 of 10 left" in client.get(known.get_absolute_url()).content.decode()
    document = client.get(known.get_absolute_url(), headers={"Accept": "application/activity+json"}).json()
    assert document["hoursLeft"] == "6.5" and document["availableQuantity"]["hasNumericalValue"] == "10"
    actions.note(meeting.erin, side(match, OFFER), hours=Decimal(12), contact="", may_show=False)
    work()
    assert "0 of 10 left" in client.get(known.get_absolute_url()).content.decode()
