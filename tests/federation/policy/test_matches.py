"""A match across nodes: a signed proposal in, an answer out, each side's own words, no contact before both agree."""

from __future__ import annotations

import json

import pytest

from cop.actions import matches as actions
from cop.models import Commitment, Match, Post, Proposal
from cop.models.matches import NEED, OFFER
from federation import actors
from federation.models import Activity, Delivery, Node
from federation.outbound.deliver import drain
from federation.personal_blocks import block
from notifications.models import Notice
from tests.federation.agreeing import agreement, commitment
from tests.matches import Meeting, side

CONTACT = "dana@hackney.example"
OURS = "bob@camden.example"


@pytest.fixture
def meeting(db) -> Meeting:
    return Meeting()


@pytest.fixture
def dana(peer):
    return peer.somebody("people/dana", name="Dana")


def propose(peer, outcomes, dana, need_uri, **said) -> str:
    peer.does(dana, "Offer", agreement(peer, dana, need_uri, **said), to=["https://here.example"])
    return outcomes()[-1]


def said_by_us(type_: str) -> list[dict]:
    return [
        json.loads(body) for body in Activity.objects.filter(type=type_).order_by("pk").values_list("body", flat=True)
    ]


def test_dana_proposes_from_hackney_and_bob_agrees(peer, outcomes, work, meeting, dana):
    assert propose(peer, outcomes, dana, meeting.need.uri) == "match: proposed"
    match = Match.objects.get()
    assert (match.need_uri, match.offer_title, match.words) == (meeting.need.uri, "An hour for plans", "I read plans.")
    assert Notice.objects.filter(kind="match_proposed", user__actor=meeting.bob).exists()
    meeting.client(meeting.bob).post(f"{match.get_absolute_url()}/agreeing", {"contact": OURS, "reply": "Yes, please"})
    (accept,) = said_by_us("Accept")
    assert accept["to"] == [dana.uri] and accept["result"]["contact"] == OURS, "by now both have agreed"
    assert accept["result"]["id"].startswith(match.page) and accept["result"]["reply"] == "Yes, please"
    answered = Delivery.objects.filter(activity__type="Accept")
    assert list(answered.values_list("inbox", flat=True)) == [f"{dana.uri}/inbox"]
    later = commitment(peer, dana, match.uri, version=2, contact=CONTACT, state="under-way")
    peer.does(dana, "Update", later)
    assert outcomes()[-1] == "match: under-way"
    assert CONTACT in meeting.client(meeting.bob).get(match.get_absolute_url()).content.decode()


def test_what_is_sent_of_contact_before_both_agree_is_not_kept(peer, outcomes, meeting, dana):
    clause = commitment(peer, dana, f"{peer.origin}/matches/1", contact=CONTACT)
    propose(peer, outcomes, dana, meeting.need.uri, clause=clause)
    assert not Commitment.objects.exclude(contact="").exists()
    peer.does(dana, "Update", commitment(peer, dana, f"{peer.origin}/matches/1", contact=CONTACT, version=2))
    assert outcomes()[-1] == "match: proposed"
    assert not Commitment.objects.exclude(contact="").exists()


def test_the_same_proposal_twice_is_one(peer, outcomes, meeting, dana):
    propose(peer, outcomes, dana, meeting.need.uri)
    assert "known already" in propose(peer, outcomes, dana, meeting.need.uri)
    assert Match.objects.count() == 1 and Notice.objects.filter(kind="match_proposed").count() == 2


def test_an_older_word_does_not_count_and_none_goes_back(peer, outcomes, meeting, dana):
    propose(peer, outcomes, dana, meeting.need.uri)
    match = Match.objects.get()
    actions.agree(meeting.bob, side(match, NEED))
    for version, stage, outcome in (
        (4, "done", "match: done"),
        (3, "under-way", "version 4 of it is known already"),
        (4, "thanked", "version 4 of it is known already"),
        (5, "agreed", "refused: object.state: expected what can follow done, got 'agreed'"),
        (6, "ended", "refused: object.state: expected what can follow done, got 'ended'"),
        (7, "asked", "refused"),
        (8, "thanked", "match: thanked"),
    ):
        peer.does(dana, "Update", commitment(peer, dana, match.uri, version=version, state=stage))
        assert outcomes()[-1].startswith(outcome), (version, stage)


def test_nobody_speaks_for_a_side_that_is_not_theirs(peer, outcomes, meeting, dana):
    propose(peer, outcomes, dana, meeting.need.uri)
    match = Match.objects.get()
    mallory = peer.somebody("people/mallory")
    peer.does(mallory, "Update", commitment(peer, mallory, match.uri, version=9, state="ended"))
    assert outcomes()[-1].startswith("refused: actor:")
    ours = side(match, NEED)
    forged = commitment(peer, dana, match.uri, id=ours.uri, version=9, state="agreed")
    peer.does(dana, "Update", forged)
    assert outcomes()[-1].startswith("refused: object.id")
    peer.does(mallory, "Offer", agreement(peer, mallory, meeting.need.uri))
    assert outcomes()[-1].startswith("refused: actor:")
    match.refresh_from_db()
    assert (match.state, side(match, NEED).version, side(match, OFFER).version) == (Match.State.PROPOSED, 0, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "https://elsewhere.example/matches/1"},
        {"id": "http://127.0.0.1:8000/matches/1"},
        {"stipulates": None},
        {"stipulates": {"type": "Commitment", "state": "thanked", "version": 1}},
        {"stipulates": {"type": "Commitment", "state": "agreed", "version": 0}},
        {"stipulates": {"type": "Commitment", "id": "https://elsewhere.example/c"}},
        {"need": "https://elsewhere.example/needs/1", "stipulates": {"type": "Commitment"}},
    ],
)
def test_a_proposal_that_is_none_is_refused(peer, outcomes, meeting, dana, changed):
    assert propose(peer, outcomes, dana, meeting.need.uri, **changed).startswith("refused:")
    assert not Match.objects.exists()


def test_what_the_sender_may_not_read_is_not_there(peer, outcomes, meeting, dana):
    Proposal.objects.filter(pk=meeting.need.pk).update(audience=meeting.group.members_audience)
    hidden = propose(peer, outcomes, dana, meeting.need.uri)
    absent = propose(peer, outcomes, dana, "http://127.0.0.1:8000/needs/aaaaaaaaaaaa", path="matches/2")
    assert hidden == absent and hidden.startswith("refused:")


def test_who_is_blocked_hears_the_same(peer, outcomes, meeting, dana):
    absent = propose(peer, outcomes, dana, "http://127.0.0.1:8000/needs/aaaaaaaaaaaa", path="matches/2")
    block(meeting.bob, dana.uri)
    assert propose(peer, outcomes, dana, meeting.need.uri) == absent
    assert not Match.objects.exists()


def test_a_stranger_cannot_ask_for_ever(peer, outcomes, meeting, dana):
    Node.objects.filter(origin=peer.origin).update(peering=Node.Peering.NONE)
    said = [propose(peer, outcomes, dana, meeting.need.uri, path=f"matches/{n}") for n in range(7)]
    assert [each.startswith("refused:") for each in said] == [False] * 5 + [True] * 2


def test_another_programs_offer_is_taken_in_and_answered(peer, outcomes, meeting, dana):
    """FEP-0837 alone: no id, version or state of the Commitment, no name of the thing but what it satisfies."""
    clause = {"type": "Commitment", "satisfies": f"{meeting.need.uri}#primary"}
    doc = {"id": f"{peer.origin}/agreements/7", "type": "Agreement", "stipulates": clause}
    peer.does(dana, "Offer", doc)
    assert outcomes()[-1] == "match: proposed"
    match = Match.objects.get()
    actions.agree(meeting.bob, side(match, NEED))
    assert said_by_us("Accept")[0]["object"]["type"] == "Offer"


@pytest.fixture
def theirs(peer, outcomes, dana):
    """A need on Hackney's node, seen here."""
    peer.does(dana, "Create", peer.note(dana))
    outcomes()
    return Proposal.objects.get(node__isnull=False)


def our_proposal(meeting, theirs, **said) -> Match:
    words = {"words": "We could.", "contact": OURS} | said
    speaker = meeting.readers.actor
    return actions.propose_match(meeting.erin, theirs, speaker=speaker, own=meeting.offer, side=OFFER, said=words)


def test_we_propose_and_our_contact_waits_for_their_yes(peer, outcomes, meeting, dana, theirs):
    match = our_proposal(meeting, theirs)
    (offer,) = said_by_us("Offer")
    assert OURS not in json.dumps(said_by_us("Offer")), "nobody is told before they agree"
    assert offer["object"]["stipulates"]["satisfies"] == f"{theirs.uri}#primary"
    assert offer["to"] == [dana.uri] and offer["object"]["needTitle"] == theirs.title
    uri = f"{peer.origin}/matches/their-page#need"
    result = commitment(peer, dana, match.uri, id=uri, contact=CONTACT)
    peer.does(dana, "Accept", offer, result=result)
    assert outcomes()[-1] == "match: agreed"
    (update,) = said_by_us("Update")
    assert update["object"]["contact"] == OURS and update["to"] == [dana.uri]
    assert side(match, NEED).uri == uri and side(match, NEED).contact == CONTACT


@pytest.mark.parametrize(("verb", "state"), [("Accept", "agreed"), ("Reject", "declined")])
def test_a_bare_answer_will_do(peer, outcomes, meeting, dana, theirs, verb, state):
    match = our_proposal(meeting, theirs)
    peer.does(dana, verb, said_by_us("Offer")[0]["id"])
    assert outcomes()[-1] == f"match: {state}"
    match.refresh_from_db()
    assert match.state == state


def test_only_who_was_asked_answers(peer, outcomes, meeting, dana, theirs):
    match = our_proposal(meeting, theirs)
    mallory = peer.somebody("people/mallory")
    peer.does(mallory, "Accept", said_by_us("Offer")[0]["id"])
    assert outcomes()[-1].startswith("refused: actor:")
    match.refresh_from_db()
    assert match.state == Match.State.PROPOSED and not said_by_us("Update")


def test_words_between_the_two_travel_to_the_two_alone(peer, outcomes, meeting, dana, theirs, work):
    match = our_proposal(meeting, theirs)
    actions.write_in_match(meeting.erin, side(match, OFFER), "Tuesday at seven?")
    work()
    (create,) = [each for each in said_by_us("Create") if "Tuesday" in json.dumps(each)]
    assert create["to"] == [dana.uri] == create["object"]["to"] and create["object"]["context"] == match.uri
    inboxes = Delivery.objects.filter(object_uri=create["object"]["id"]).values_list("inbox", flat=True)
    assert list(inboxes) == [f"{peer.origin}/inbox"]
    answer = peer.comment(match.uri, to=[meeting.readers.uri], content="<p>At eight</p>", inReplyTo=None)
    peer.does(dana, "Create", {name: value for name, value in answer.items() if value}, to=[meeting.readers.uri])
    assert outcomes()[-1] == "post read"
    post = Post.objects.get(node__isnull=False)
    assert post.audience == post.about_uri == match.conversation.uri
    page = meeting.client(meeting.erin).get(match.get_absolute_url()).content.decode()
    assert "At eight" in page
    assert not Post.objects.visible_to(meeting.alice).filter(pk=post.pk).exists()


def test_nobody_else_writes_into_it(peer, outcomes, meeting, dana, theirs):
    match = our_proposal(meeting, theirs)
    mallory = peer.somebody("people/mallory")
    intruding = peer.comment(match.uri, attributedTo=mallory.uri, to=[meeting.readers.uri], inReplyTo=None)
    peer.does(mallory, "Create", {name: value for name, value in intruding.items() if value}, to=[meeting.readers.uri])
    outcomes()
    assert not Post.objects.filter(audience=match.conversation.uri).exists()


def test_what_is_out_of_step_is_said_again_when_they_are_back(peer, outcomes, meeting, dana, theirs):
    """Every message holds all that its side says: the last one alone brings both into step."""
    match = our_proposal(meeting, theirs)
    uri = f"{peer.origin}/matches/their-page#need"
    late = commitment(peer, dana, match.uri, id=uri, version=3, state="under-way")
    peer.does(dana, "Update", late)
    assert outcomes()[-1] == "match: under-way", "their Accept was lost, or comes later"
    peer.does(dana, "Accept", said_by_us("Offer")[0]["id"], result=commitment(peer, dana, match.uri, id=uri))
    assert "known already" in outcomes()[-1]
    match.refresh_from_db()
    assert match.state == Match.State.UNDER_WAY


def test_a_match_is_no_document_for_others(peer, meeting, dana, client):
    match = meeting.proposed()
    for headers in ({"Accept": "application/activity+json"}, {}):
        assert client.get(match.get_absolute_url(), headers=headers).status_code in (302, 404)
    assert actors.for_user(meeting.bob.user) == meeting.bob
    assert drain(10) >= 0
