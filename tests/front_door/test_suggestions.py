"""What may meet a need, on its page: from all nodes, with reasons, for those who run it; “not for us” teaches it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from cop.actions import matches
from cop.actions.expertise import publish_expertise
from cop.actions.proposals import change_proposal, withdraw_proposal
from cop.matching.suggested import suggestions_for
from cop.matching.suggesting import reconsider
from cop.models import Dismissal, Proposal, Suggestion
from cop.models.matches import NEED
from federation import audiences
from federation.models import Node
from journal import record
from tests.gatherings import HOUSING
from tests.matches import Meeting, side
from tests.neighbours import a_neighbour

DAMP = {"title": "Damp and mould on the bedroom wall", "summary": "The landlord will not repair it."}
REPAIR = {"title": "Housing disrepair advice", "summary": "A surveyor looks at damp, mould and leaks."}
CHOIR = {"title": "A choir looks for tenors", "summary": "We sing on Sundays.", "topics": [], "support": "other"}


@pytest.fixture
def meeting(db) -> Meeting:
    return Meeting()


def offered(meeting, **said) -> Proposal:
    return meeting.proposal(meeting.erin, meeting.readers.actor, "offer", **(REPAIR | said))


def needed(meeting, **said) -> Proposal:
    return meeting.proposal(meeting.bob, meeting.group.actor, "need", **(DAMP | said))


def titles(thing, reader) -> list[str]:
    return [each.card.title for each in suggestions_for(thing, reader)]


def page(meeting, person, thing) -> str:
    return meeting.client(person).get(thing.get_absolute_url()).content.decode()


def test_what_helps_is_suggested_with_reasons_and_one_why_not(meeting, work):
    need, offer = needed(meeting), offered(meeting)
    offered(meeting, **CHOIR)
    work()
    first = suggestions_for(need, meeting.bob)[0]
    assert first.card.uri == offer.uri and first.can_be_asked
    assert len(first.facts.good) >= 2 and len(first.facts.poor) >= 1
    shown = page(meeting, meeting.bob, need)
    assert "What may meet it" in shown and REPAIR["title"] in shown and "Why not perfect:" in shown
    assert f"/matches/new?about={offer.uri.replace(':', '%3A').replace('/', '%2F')}" in shown
    assert CHOIR["title"] not in titles(need, meeting.bob)[:1]


def test_the_other_way_round_as_well(meeting, work):
    need, offer = needed(meeting), offered(meeting)
    work()
    assert need.title in titles(offer, meeting.erin)
    assert "Whom it may help" in page(meeting, meeting.erin, offer)


def test_only_those_who_run_it_see_it_and_nobody_is_told(meeting, client, work):
    from notifications.models import Notice

    need = needed(meeting)
    offered(meeting)
    work()
    for reader in (meeting.erin, meeting.charlie):
        assert "What may meet it" not in page(meeting, reader, need)
    assert "What may meet it" not in client.get(need.get_absolute_url()).content.decode()
    assert not Notice.objects.filter(user__actor=meeting.erin, kind__startswith="match").exists()


def test_what_the_reader_may_not_see_is_not_suggested(meeting, work):
    need = needed(meeting)
    offer = offered(meeting, audience=meeting.readers.members_audience)
    work()
    assert Suggestion.objects.filter(for_uri=need.uri, other_uri=offer.uri).exists()
    assert offer.title not in titles(need, meeting.bob)


def test_what_is_over_withdrawn_or_on_its_way_is_not_suggested(meeting, work):
    need, offer = needed(meeting), offered(meeting)
    over = offered(meeting, title="Disrepair advice until last week", until=timezone.now() - dt.timedelta(days=7))
    gone = offered(meeting, title="Disrepair advice that went")
    work()
    withdraw_proposal(meeting.erin, gone)
    work()
    found = titles(need, meeting.bob)
    assert offer.title in found and over.title not in found and gone.title not in found
    assert not Suggestion.objects.filter(other_uri=gone.uri).exists()
    said = {"words": "May we?"}
    match = matches.propose_match(meeting.bob, offer, speaker=meeting.group.actor, own=need, side=NEED, said=said)
    assert offer.title not in titles(need, meeting.bob)
    matches.end(meeting.bob, side(match, NEED))
    assert offer.title in titles(need, meeting.bob)


def test_not_for_us_teaches_this_list_and_no_other(meeting, work):
    need, other_need = needed(meeting), needed(meeting, title="Mould in the bathroom, and nobody comes")
    offer = offered(meeting)
    alike = offered(meeting, title="Housing disrepair advice, evenings")
    work()
    before = Suggestion.objects.get(for_uri=need.uri, other_uri=alike.uri).score
    refused = {"for": need.uri, "other": offer.uri}
    answer = meeting.client(meeting.bob).post("/suggestions/dismissal", refused)
    assert answer.status_code == 302
    work()
    assert offer.title not in titles(need, meeting.bob)
    assert offer.title in titles(other_need, meeting.bob) and need.title in titles(offer, meeting.erin)
    assert Suggestion.objects.get(for_uri=need.uri, other_uri=alike.uri).score < before
    assert meeting.client(meeting.charlie).post("/suggestions/dismissal", refused).status_code == 403
    assert meeting.client(meeting.charlie).post("/suggestions/dismissal", {"for": "x"}).status_code == 404
    assert Dismissal.objects.count() == 1


def test_offers_of_other_nodes_are_suggested_and_those_of_blocked_ones_are_not(meeting, work):
    need = needed(meeting)
    node = a_neighbour()
    node.refresh_from_db()
    theirs = Proposal.objects.create(
        uri=f"{node.origin}/offers/1",
        public_id="theiroffer12",
        node=node,
        actor=node.actor,
        direction="offer",
        support="expertise",
        language="it",
        topics=[HOUSING],
        title="Perito per umidità e muffa",
        summary="Guardo le infiltrazioni.",
    )
    with transaction.atomic():
        record("offer.published", theirs.uri, origin="peer")
    work()
    assert theirs.title in titles(need, meeting.bob)
    Node.objects.filter(pk=node.pk).update(blocked_at=timezone.now())
    assert theirs.title not in titles(need, meeting.bob)


def test_reasons_come_from_what_the_two_say(meeting, work):
    soon = timezone.now() + dt.timedelta(days=30)
    place = {"lat": 51.53, "lon": -0.12, "area": "Camden"}
    need = needed(meeting, quantity=40, unit="seats", support="space", **place)
    offered(meeting, quantity=60, unit="Seats", support="space", until=soon, lat=51.531, lon=-0.121, area="Camden")
    far = {"lat": 51.38, "lon": 0.10, "area": "Bexley", "language": "it"}
    offered(meeting, title="Disrepair advice far away", quantity=10, unit="seats", support="expertise", **far)
    publish_expertise(
        meeting.erin,
        meeting.readers.actor,
        title="Reading damp reports",
        summary="Mould and disrepair.",
        topics=[HOUSING],
        languages=["en"],
        hours_budget=12,
    )
    work()
    found = {each.card.title: each.facts for each in suggestions_for(need, meeting.bob)}
    near = " ".join(found[REPAIR["title"]].good)
    for words in (
        "Both are about Housing",
        "Space",
        "60 Seats, and needed are 40 seats",
        "m from each other",
        "open until",
    ):
        assert words in near, words
    poor = " ".join(found["Disrepair advice far away"].poor)
    for words in ("It is not close", "It is not all: 10 seats", "another language: Italian", "offers Expertise"):
        assert words in poor, words
    assert "12 of their hours are left" in " ".join(found["Reading damp reports"].good)


def test_lists_are_worked_out_anew_when_words_change_and_twice_is_the_same(meeting, work):
    need, offer = needed(meeting), offered(meeting)
    work()
    held = list(Suggestion.objects.order_by("for_uri", "other_uri").values_list("for_uri", "other_uri", "score"))
    reconsider(need.uri)
    reconsider(offer.uri)
    assert (
        list(Suggestion.objects.order_by("for_uri", "other_uri").values_list("for_uri", "other_uri", "score")) == held
    )
    score = Suggestion.objects.get(for_uri=need.uri, other_uri=offer.uri).score
    change_proposal(meeting.erin, offer, {"title": "Piano lessons", "summary": "For beginners.", "topics": []})
    work()
    changed = Suggestion.objects.filter(for_uri=need.uri, other_uri=offer.uri).first()
    assert changed is None or changed.score < score


def test_a_need_that_this_node_alone_reads_meets_what_its_people_may_read(meeting, work):
    need = needed(meeting, audience=audiences.this_node())
    offered(meeting, audience=audiences.this_node())
    work()
    assert REPAIR["title"] in titles(need, meeting.bob)
