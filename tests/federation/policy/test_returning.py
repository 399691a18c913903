"""A node that was away for an hour, or for months, is spoken to again as soon as it answers or speaks."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from cop.actions.proposals import change_proposal, publish_proposal, withdraw_proposal
from cop.models import Proposal
from federation import catalogue, http, neighbours, returning
from federation.guard import FetchRefused
from federation.http import Answer, FetchFailed
from federation.models import Actor, Delivery, Node, Publication
from federation.outbound import attempt
from federation.outbound.say import say
from federation.signatures import sign_cavage
from journal.models import Errand
from tests.know_how import Writers


class Line:
    """The way to Hackney: `say` is what its server answers, or how the way fails; `breaks_on` what it cannot read."""

    def __init__(self) -> None:
        self.say: Answer | FetchRefused = Answer(202, {}, "")
        self.sent: list[tuple[bytes, float]] = []
        self.breaks_on = b"nothing at all"

    async def post(self, url, body, headers, seconds=0.0):
        self.sent.append((body, seconds))
        if isinstance(self.say, FetchRefused):
            raise self.say
        if self.breaks_on in body:
            return Answer(500, {}, "broken")
        return self.say


@pytest.fixture
def line(monkeypatch) -> Line:
    found = Line()
    monkeypatch.setattr(http, "post", found.post)
    return found


@pytest.fixture
def camden(db) -> Writers:
    return Writers()


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as travelling:
        yield travelling


def need(camden: Writers, title: str = "A room") -> Proposal:
    return publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title=title, language="en")


LONGEST_REST = attempt.LONGEST_RETRY * 1.25
"""More than the longest pause may be, give or take its fifth."""


def pass_days(clock, work, days: int) -> None:
    for _ in range(days * 2):
        clock.shift(LONGEST_REST)
        work()


def a_member_there(camden: Writers, peer, work) -> Actor:
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Join", camden.group.uri, name="Dana")
    work()
    return Actor.objects.get(uri=dana.uri)


def for_members(camden: Writers, peer, number: int = 1) -> str:
    uri = f"{settings.ORIGIN}/posts/{number}"
    with transaction.atomic():
        said = {"id": uri, "type": "Note", "content": "for members"}
        to = [f"{camden.group.uri}/members"]
        say(camden.group.actor, "Create", said, [f"{peer.origin}/inbox"], to=to)
    return uri


def signed_get(peer, path: str, speaker=None, *, status: int = 200, **more: str) -> HttpResponse:
    speaker = speaker or peer.node
    url = f"{settings.ORIGIN}{path}"
    signed = sign_cavage(speaker.private, speaker.keyid, "GET", url, None, timezone.now())
    answer = Client().get(path, headers={"Host": "127.0.0.1:8000", **signed, **more})
    assert answer.status_code == status, (path, answer.status_code, answer.content[:200])
    return answer


def hackney() -> Node:
    return Node.objects.get(origin="https://hackney.example")


def test_after_three_failures_the_desk_knows_since_when(camden, peer, line, work, clock):
    line.say = FetchFailed("nobody answers")
    began = timezone.now()
    need(camden)
    pass_days(clock, work, 1)
    assert hackney().failures >= 2 and hackney().unreachable_since - began <= LONGEST_REST


def test_what_nobody_answered_for_a_week_is_given_up_and_sent_once_they_speak(camden, peer, line, work, clock):
    line.say = FetchFailed("nobody answers")
    need(camden)
    pass_days(clock, work, 9)
    assert not Delivery.objects.filter(state="ready").exists()
    given_up = Delivery.objects.get(activity__type="Create", object_uri__contains="/needs/")
    assert (given_up.state, given_up.unreached) == ("dead", True)
    line.say = Answer(202, {}, "")
    line.sent.clear()
    peer.does(peer.node, "Like", f"{settings.ORIGIN}/needs/none")
    work()
    assert hackney().unreachable_since is None and not hackney().failures
    given_up.refresh_from_db()
    assert given_up.state == "done" and "compare" in given_up.answer, "a neighbour asks for public things by itself"


def given_up(camden: Writers, peer, line, work, clock) -> str:
    """What was said to a group's members alone, and nobody answered for longer than it is tried."""
    a_member_there(camden, peer, work)
    line.say = FetchFailed("nobody answers")
    said = for_members(camden, peer)
    pass_days(clock, work, 9)
    assert Delivery.objects.get(object_uri=said).state == "dead"
    return said


def test_what_was_for_members_alone_is_sent_again_however_late(camden, peer, line, work, clock):
    said = given_up(camden, peer, line, work, clock)
    line.say = Answer(202, {}, "")
    signed_get(peer, "/metro/digest")
    work()
    told = Delivery.objects.get(object_uri=said)
    assert told.state == "done" and told.delivered_at is not None
    assert any(b"for members" in body for body, _seconds in line.sent)


def test_one_that_only_asks_for_something_is_back_as_well(camden, peer, line, work, clock):
    line.say = FetchFailed("nobody answers")
    title = need(camden).title
    pass_days(clock, work, 2)
    assert hackney().failures
    line.say = Answer(202, {}, "")
    line.sent.clear()
    signed_get(peer, "/metro/catalogue")
    work()
    assert not hackney().failures and any(title.encode() in body for body, _seconds in line.sent)


def test_who_has_read_the_last_page_of_our_catalogue_has_read_it_all(camden, peer, line, work):
    """Nobody comes back to say so."""
    need(camden)
    work()
    everything = Publication.objects.filter(public=True).count()
    signed_get(peer, "/metro/catalogue")
    assert (hackney().given_left, hackney().given_cursor) == (0, Publication.objects.latest("position").position)
    with mock.patch.object(catalogue, "PAGE_ITEMS", 1):
        signed_get(peer, "/metro/catalogue")
    assert hackney().given_left == everything > 1


def test_nobody_has_read_more_than_there_is(camden, peer, line, work):
    """As a neighbour of a node that was set back to a backup would say."""
    need(camden)
    work()
    last = Publication.objects.latest("position").position
    signed_get(peer, "/metro/catalogue?after=999999999999999999")
    assert hackney().given_cursor == last
    Node.objects.update(given_cursor=last + 5000)
    etag = signed_get(peer, "/metro/digest")["ETag"]
    signed_get(peer, "/metro/digest", status=304, **{"If-None-Match": etag})
    assert hackney().given_cursor == last


def test_who_holds_just_what_we_publish_has_read_it_all(camden, peer, line, work):
    """However it came by it. A digest of something else says nothing of it."""
    need(camden)
    work()
    etag = signed_get(peer, "/metro/digest")["ETag"]
    signed_get(peer, "/metro/digest", **{"If-None-Match": '"1-0"'})
    signed_get(peer, "/metro/digest?origin=https://other.example", status=304, **{"If-None-Match": f'"0-{0:064x}"'})
    assert hackney().given_cursor == 0
    assert Client().get("/metro/digest", headers={"If-None-Match": etag}).status_code == 304
    assert hackney().given_cursor == 0, "nobody signed for it"
    signed_get(peer, "/metro/digest", status=304, **{"If-None-Match": etag})
    assert (hackney().given_left, hackney().given_cursor) == (0, Publication.objects.latest("position").position)


def test_whoever_only_writes_its_name_is_not(camden, peer, line, work, clock, stranger):
    line.say = FetchFailed("nobody answers")
    need(camden)
    pass_days(clock, work, 2)
    failures = hackney().failures
    mallory = stranger.somebody("actor", "Application")
    forged = type(mallory)(peer.node.uri, mallory.rsa, mallory.ed25519)
    signed_get(peer, "/metro/digest", forged)
    assert hackney().failures == failures
    assert Client().get("/metro/digest", headers={"Signature": "nonsense"}).status_code == 200


def test_once_it_answers_its_views_are_compared(camden, peer, line, work, clock):
    line.say = FetchFailed("nobody answers")
    need(camden)
    pass_days(clock, work, 1)
    Errand.objects.filter(kind="federation.compare").delete()
    line.say = Answer(202, {}, "")
    clock.shift(LONGEST_REST)
    work()
    assert Errand.objects.filter(kind="federation.compare", state="ready").exists()


def test_one_answer_wakes_what_only_waited_because_nobody_answered(camden, peer, line, work, clock):
    line.say = FetchFailed("nobody answers")
    need(camden, "The first")
    work()
    line.say = Answer(202, {}, "")
    need(camden, "The second")
    work()
    assert not Delivery.objects.filter(state="ready", object_uri__contains="/needs/").exists()


def test_what_their_server_breaks_on_waits_its_turn(camden, peer, line, work, clock):
    line.breaks_on = b"The first"
    need(camden, "The first")
    need(camden, "The second")
    work()
    need(camden, "The third")
    work()
    waiting = Delivery.objects.get(state="ready", object_uri__contains="/needs/")
    assert waiting.attempts == 1 and waiting.due_at > timezone.now() and hackney().failures == 0


def test_a_server_that_is_busy_is_not_away_and_says_when_to_come_again(camden, peer, line, work, clock):
    line.say = Answer(503, {"retry-after": "3600"}, "paused")
    need(camden)
    for _ in range(5):
        work()
        clock.shift(dt.timedelta(minutes=3))
    assert hackney().failures == 0 and hackney().unreachable_since is None
    waiting = Delivery.objects.get(state="ready", object_uri__contains="/needs/")
    assert waiting.attempts == 1 and waiting.due_at - waiting.made_at >= dt.timedelta(hours=1)


@pytest.mark.parametrize("said", ["-5", "later", "9" * 30, "Fri, 31 Dec 9999 23:59:59 GMT", "٣"])
def test_nobody_is_made_to_wait_for_ever(camden, peer, line, work, clock, said):
    line.say = Answer(503, {"retry-after": said}, "")
    need(camden)
    work()
    waiting = Delivery.objects.get(state="ready", object_uri__contains="/needs/")
    assert waiting.due_at - timezone.now() <= dt.timedelta(hours=12)


def test_a_slow_server_is_given_more_time_the_second_time(camden, peer, line, work, clock):
    line.say = FetchFailed("no answer within 10 seconds")
    need(camden)
    work()
    clock.shift(dt.timedelta(minutes=1))
    work()
    assert next(seconds for _body, seconds in line.sent) == 10 and 60 in [seconds for _body, seconds in line.sent]


def test_a_withdrawal_reaches_those_who_were_away_when_it_was_told(camden, peer, line, work, clock):
    """Also in its place: after a newer word nothing older goes out."""
    held = need(camden)
    work()
    line.say = FetchFailed("nobody answers")
    change_proposal(camden.alice, held, {"title": "Two rooms"})
    pass_days(clock, work, 1)
    withdraw_proposal(camden.alice, held)
    pass_days(clock, work, 1)
    line.say, line.sent = Answer(202, {}, ""), []
    signed_get(peer, "/metro/digest")
    work()
    about = [body for body, _seconds in line.sent if held.uri.encode() in body]
    assert len(about) == 1 and b'"Delete"' in about[0]


# What they asked us to send later ------------------------------------------------------------------------


def test_a_pause_of_theirs_lasts_as_long_as_it_lasts(camden, peer, line, work, clock):
    """What is for members alone is read nowhere else afterwards."""
    a_member_there(camden, peer, work)
    line.say = Answer(503, {"retry-after": "3600"}, "paused")
    said = for_members(camden, peer)
    pass_days(clock, work, 16)
    assert Delivery.objects.get(object_uri=said).state == "ready"
    line.say = Answer(202, {}, "")
    peer.does(peer.node, "Update", {**peer.web.pages[peer.node.uri]}, id=f"{peer.origin}/activities/carries-on")
    work()
    assert Delivery.objects.get(object_uri=said).state == "done", "at once, though an hour has not passed"


def test_a_stranger_that_asks_to_wait_is_given_up_after_a_week(camden, peer, line, work, clock):
    Node.objects.update(peering="none")
    line.say = Answer(503, {"retry-after": "3600"}, "closed for ever")
    said = for_members(camden, peer)
    pass_days(clock, work, 9)
    assert Delivery.objects.get(object_uri=said).state == "dead"


def test_what_was_given_up_is_said_again_after_a_block(camden, peer, line, work, clock):
    said = given_up(camden, peer, line, work, clock)
    neighbours.block(hackney())
    line.say = Answer(202, {}, "")
    neighbours.unblock(hackney())
    work()
    assert Delivery.objects.get(object_uri=said).state == "done"


def test_what_was_given_up_is_said_again_to_a_new_neighbour(camden, peer, line, work, clock):
    line.say = FetchFailed("nobody answers")
    Node.objects.update(peering="invited")
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Like", camden.group.uri)
    with transaction.atomic():
        said = say(camden.alice, "Read", f"{peer.origin}/needs/1", [f"{peer.origin}/inbox"], to=[dana.uri])
    pass_days(clock, work, 9)
    assert Delivery.objects.get(activity=said).state == "dead" and hackney().unreachable_since
    line.say = Answer(202, {}, "")
    Node.objects.update(failures=0)
    peer.does(peer.node, "Follow", f"{settings.ORIGIN}/actor")
    work()
    assert hackney().peering == "full" and hackney().unreachable_since is None
    assert Delivery.objects.get(activity=said).state == "done"


def test_however_much_was_given_up_all_of_it_is_said_again(camden, peer, line, work, clock, monkeypatch):
    for name in ("WOKEN_AT_ONCE", "TAKEN_UP_AT_ONCE"):
        monkeypatch.setattr(returning, name, 2, raising=False)
    a_member_there(camden, peer, work)
    line.say = FetchFailed("nobody answers")
    for number in range(7):
        for_members(camden, peer, number)
    pass_days(clock, work, 9)
    line.say = Answer(202, {}, "")
    signed_get(peer, "/metro/digest")
    work()
    assert not Delivery.objects.filter(state="dead").exists()


# What must no longer be said ------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", ["limited", "trial", "left"])
def test_what_was_for_members_is_not_said_to_who_is_none_any_more(camden, peer, line, work, clock, changed):
    dana = a_member_there(camden, peer, work)
    line.say = FetchFailed("nobody answers")
    said = for_members(camden, peer)
    pass_days(clock, work, 9)
    line.say, line.sent = Answer(202, {}, ""), []
    if changed == "left":
        dana.audience_keys.all().delete()
    else:
        Node.objects.update(peering=changed)
    signed_get(peer, "/metro/digest")
    work()
    told = Delivery.objects.get(object_uri=said)
    assert told.state == "done" and told.delivered_at is None
    assert not any(b"for members" in body for body, _seconds in line.sent)


def test_a_join_is_not_said_after_the_leave(camden, peer, line, work, clock):
    """Else whoever left would be a member again."""
    inbox, group = f"{peer.origin}/inbox", f"{peer.origin}/groups/1"
    line.say = FetchFailed("nobody answers")
    with transaction.atomic():
        join = say(camden.bob, "Join", group, [inbox], to=[group])
        other = say(camden.alice, "Join", group, [inbox], to=[group])
    pass_days(clock, work, 9)
    line.say = Answer(202, {}, "")
    with transaction.atomic():
        say(camden.bob, "Leave", group, [inbox], to=[group])
    line.sent.clear()
    clock.shift(LONGEST_REST)
    work()
    kinds = [kind for body, _ in line.sent for kind in (b"Join", b"Leave") if b'"%s"' % kind in body]
    assert kinds == [b"Leave", b"Join"], "and what somebody else said of the same group is not lost"
    assert Delivery.objects.get(activity=join).delivered_at is None
    assert Delivery.objects.get(activity=other).delivered_at is not None


# A way that is open in one direction only -----------------------------------------------------------------


def test_who_asks_and_never_answers_is_tried_with_one_message_at_a_time(camden, peer, line, work, clock):
    line.say = FetchFailed("nobody answers")
    for number in range(6):
        for_members(camden, peer, number)
    pass_days(clock, work, 2)
    since = hackney().unreachable_since
    assert since and hackney().failures >= 3
    line.sent.clear()
    for _ in range(5):
        clock.shift(dt.timedelta(minutes=10))
        failures = hackney().failures
        signed_get(peer, "/metro/digest")
        signed_get(peer, "/metro/digest")
        work()
        assert hackney().failures == failures + 1
    assert len(line.sent) == 5 and hackney().unreachable_since == since, "and the desk goes on saying so"


def test_what_was_given_up_is_not_taken_up_for_who_only_asks(camden, peer, line, work, clock, monkeypatch):
    a_member_there(camden, peer, work)
    line.say = FetchFailed("nobody answers")
    for number in range(6):
        for_members(camden, peer, number)
    with monkeypatch.context() as impatient:
        impatient.setattr(attempt, "GIVE_UP_AFTER", dt.timedelta(-1))
        work()
    assert Delivery.objects.filter(object_uri__contains="/posts/", state="dead").count() == 6
    for _ in range(3):
        clock.shift(dt.timedelta(minutes=10))
        signed_get(peer, "/metro/digest")
        work()
    assert Delivery.objects.filter(object_uri__contains="/posts/", state="dead").count() == 5
    assert Delivery.objects.filter(state="ready").count() <= 1
