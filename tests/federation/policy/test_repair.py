"""Whatever was lost on the way, views are the same in the end: digests are compared, and what differs is asked for."""

from __future__ import annotations

import json

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from federation import digest, repair
from federation.documents import bucket_of
from federation.http import Fetched, FetchFailed
from federation.models import Document, Node
from journal.models import Errand
from tests.federation.hackney import JSON, titles


@pytest.fixture
def agrees(hackney, peer):
    def both() -> bool:
        return digest.etag(digest.of_origin(peer.origin)) == digest.etag(hackney._digest())

    return both


def test_what_never_arrived_is_asked_for_and_nothing_else(hackney, outcomes, look, agrees):
    hackney.push(hackney.publish("needs/1", name="A room"))
    outcomes()
    hackney.publish("needs/2", name="A ladder")
    hackney.asked()
    look()
    assert titles() == {"A room", "A ladder"} and agrees()
    found = hackney.asked()
    assert found[0] == "/metro/digest" and found[1].startswith("/metro/digest?buckets=") and found[2] == "/needs/2"
    assert set(found[3:]) <= {"/metro/digest"}


def test_an_edit_that_was_lost_is_found(hackney, outcomes, look, agrees):
    hackney.push(hackney.publish("needs/1", name="A room"))
    outcomes()
    hackney.publish("needs/1", name="Two rooms", version=2)
    look()
    assert titles() == {"Two rooms"} and agrees()


def test_a_withdrawal_that_was_lost_takes_no_request_of_its_own(hackney, outcomes, look, agrees):
    hackney.push(hackney.publish("needs/1", name="A room"))
    outcomes()
    hackney.withdraw("needs/1", version=2)
    hackney.asked()
    look()
    assert titles() == set() and agrees()
    assert "/needs/1" not in hackney.asked()


def test_a_withdrawal_of_what_we_never_heard_of_counts_as_well(hackney, look, agrees):
    hackney.publish("needs/1")
    hackney.withdraw("needs/1", version=2)
    look()
    assert agrees() and Document.objects.get().tombstone


def test_where_both_hold_the_same_one_request_says_so(hackney, outcomes, look, agrees):
    hackney.push(hackney.publish("needs/1"))
    outcomes()
    hackney.asked()
    look()
    assert agrees() and hackney.asked() == ["/metro/digest"]


def test_what_was_published_just_now_is_left_to_arrive(hackney, look, work):
    hackney.publish("needs/1", name="A room")
    hackney.age = 2
    look()
    assert titles() == set() and "/needs/1" not in hackney.asked()
    again = Errand.objects.get(kind="federation.compare", state="ready")
    hackney.age = 20
    with time_machine.travel(again.due_at, tick=True):
        work()
    assert titles() == {"A room"}


def test_what_they_are_about_to_tell_is_not_asked_for(hackney, look, work):
    hackney.publish("needs/1", name="A room")
    hackney.queued = 3
    look()
    assert titles() == set() and hackney.asked() == ["/metro/digest"]
    again = Errand.objects.get(kind="federation.compare", state="ready")
    hackney.queued = 0
    with time_machine.travel(again.due_at, tick=True):
        work()
    assert titles() == {"A room"}


def test_who_says_so_for_ever_is_asked_all_the_same(hackney, work):
    hackney.publish("needs/1", name="A room")
    hackney.queued = 3
    begun = timezone.now()
    with transaction.atomic():
        repair.soon(Node.objects.get())
    for _ in range(repair.MOST_WAITS + 1):
        assert titles() == set()
        due_at = Errand.objects.get(kind="federation.compare", state="ready").due_at
        with time_machine.travel(due_at, tick=True):
            work()
    assert titles() == {"A room"}
    assert due_at - begun <= 1.1 * repair.LONGEST_PAUSE


def test_what_they_told_and_we_have_not_read_yet_is_not_asked_for(hackney, work):
    hackney.push(hackney.publish("needs/1", name="A room"))
    with transaction.atomic():
        repair.soon(Node.objects.get())
    with time_machine.travel(timezone.now() + 1.05 * repair.FIRST_LOOK, tick=True):
        repair.drain_catching_up(1)
        assert hackney.asked() == ["/metro/digest"]
        work()
    assert titles() == {"A room"} and "/needs/1" not in hackney.asked()


def test_as_long_as_something_changes_the_looks_go_on_at_short_pauses(hackney, look, work):
    """A storm in which every look brings something must not make the next one wait for minutes."""
    hackney.publish("needs/0", name="Number 0")
    look()
    for number in range(1, 9):
        hackney.publish(f"needs/{number}", name=f"Number {number}")
        again = Errand.objects.get(kind="federation.compare", state="ready")
        with time_machine.travel(again.due_at, tick=True):
            assert again.due_at - timezone.now() <= repair.LOOK_AGAIN
            work()
    assert len(titles()) == 9


def test_a_bad_thing_among_them_does_not_keep_the_others_apart(hackney, outcomes, look):
    """It is refused by name and kept as refused; asking again would change nothing, so nobody does."""
    hackney.publish("needs/1", name="A room")
    hackney.publish("needs/2", purpose="neither")
    hackney.publish("needs/3", name="A ladder")
    look()
    assert titles() == {"A room", "A ladder"}
    assert Document.objects.get(uri__endswith="/needs/2").state == Document.State.REFUSED
    hackney.asked()
    look()
    assert "/needs/2" not in hackney.asked()


def test_an_address_that_fails_is_tried_again_and_the_others_arrive(hackney, outcomes, look, web):
    need = hackney.publish("needs/1", name="A room")
    hackney.publish("needs/2", name="A ladder")
    web.pages[need["id"]] = FetchFailed("no answer")
    look()
    assert titles() == {"A ladder"}
    web.pages[need["id"]] = need
    look()
    assert titles() == {"A room", "A ladder"}


def test_a_digest_that_was_lost_on_its_way_is_asked_for_again_before_long(hackney, outcomes, web, work):
    hackney.push(hackney.publish("needs/1", name="A room"))
    hackney.publish("needs/2", name="A ladder")
    outcomes()
    given, web.answer = web.answer, lambda url, headers: FetchFailed("cut off")
    with time_machine.travel(timezone.now() + 1.05 * repair.FIRST_LOOK, tick=True):
        work()
    web.answer = given
    with time_machine.travel(timezone.now() + 1.5 * repair.FIRST_LOOK, tick=True):
        work()
    assert titles() == {"A room", "A ladder"}


def test_an_older_version_of_theirs_replaces_nothing(hackney, outcomes, look):
    """A node that was set back to an earlier copy of itself."""
    hackney.push(hackney.publish("needs/1", name="Two rooms", version=5))
    outcomes()
    hackney.publish("needs/1", name="A room", version=3)
    look()
    assert titles() == {"Two rooms"} and "/needs/1" not in hackney.asked()


def test_what_they_neither_list_nor_find_is_gone_here_too(hackney, outcomes, look, agrees, web):
    need = hackney.publish("needs/1", name="A room")
    hackney.push(need)
    outcomes()
    del hackney.things[need["id"]], web.pages[need["id"]]
    look()
    assert titles() == set() and agrees()


def test_and_comes_back_as_it_was_when_they_find_it_again(hackney, outcomes, look, agrees, web):
    need = hackney.publish("needs/1", name="A room")
    hackney.push(need)
    outcomes()
    del hackney.things[need["id"]], web.pages[need["id"]]
    look()
    hackney.publish("needs/1", name="A room")
    look()
    assert titles() == {"A room"} and agrees()


def test_a_list_that_speaks_of_another_node_brings_nothing(hackney, look, web):
    elsewhere = "https://elsewhere.example/needs/1"
    need = hackney.peer.note(hackney.dana) | {"id": elsewhere}
    hackney.things[elsewhere] = web.pages[elsewhere] = need
    look()
    assert titles() == set() and not any("elsewhere" in url for url in web.asked)


def test_a_tombstone_for_a_thing_of_ours_buries_nothing(hackney, look, settings):
    uri = f"{settings.ORIGIN}/needs/1"
    hackney.things[uri] = {"id": uri, "type": "Tombstone", "version": 99}
    look()
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "answer",
    [b"[]", b'{"buckets":[]}', b'{"buckets":7}', b"not json", b'{"buckets":[' + b"{}," * 255 + b"[]]}"],
)
def test_a_digest_that_is_none_changes_nothing(hackney, outcomes, look, web, answer):
    hackney.push(hackney.publish("needs/1", name="A room"))
    outcomes()
    web.answer = lambda url, headers: Fetched(url, 200, JSON, answer, {}) if "/metro/" in url else None
    look()
    assert titles() == {"A room"}
    assert not Errand.objects.filter(kind="federation.compare", state="dead").exists()


@pytest.mark.parametrize("items", [[{}], [{"id": 7, "version": 1, "hash": "x"}], ["no object"], 7])
def test_a_list_that_is_none_changes_nothing(hackney, look, web, items):
    hackney.publish("needs/1")
    given = hackney._answer

    def answer(url, headers):
        if "buckets" in url:
            return Fetched(url, 200, JSON, json.dumps({"buckets": [1], "items": items}).encode(), {})
        return given(url, headers)

    web.answer = answer
    look()
    assert titles() == set()
    assert not Errand.objects.filter(kind="federation.compare", state="dead").exists()


@pytest.mark.parametrize("state", ["paused", "ended", "none", "asked"])
def test_who_is_no_neighbour_is_not_compared_with(hackney, look, state):
    hackney.publish("needs/1")
    Node.objects.update(peering=state)
    look()
    assert hackney.asked() == []


def test_who_is_blocked_is_not_compared_with(hackney, look):
    hackney.publish("needs/1")
    Node.objects.update(blocked_at=timezone.now())
    look()
    assert hackney.asked() == []


def test_after_they_spoke_the_views_are_compared_before_long(hackney, outcomes, work):
    hackney.push(hackney.publish("needs/1", name="A room"))
    hackney.publish("needs/2", name="A ladder")
    outcomes()
    assert titles() == {"A room"}
    with time_machine.travel(timezone.now() + 1.05 * repair.FIRST_LOOK, tick=True):
        work()
    assert titles() == {"A room", "A ladder"}


def test_what_they_list_and_do_not_find_for_a_moment_comes_all_the_same(hackney, look, agrees, web):
    """A proxy that starts anew, or an order of writing in which the list comes first."""
    need = hackney.publish("needs/1", name="A room")
    del web.pages[need["id"]]
    look()
    assert not Document.objects.exists()
    web.pages[need["id"]] = need
    look()
    assert titles() == {"A room"} and agrees()


def test_an_edit_that_is_listed_and_not_found_for_a_moment_ends_nothing(hackney, outcomes, look, agrees, web):
    hackney.push(hackney.publish("needs/1", name="A room"))
    outcomes()
    need = hackney.publish("needs/1", name="Two rooms", version=2)
    del web.pages[need["id"]]
    look()
    assert titles() == {"A room"}
    web.pages[need["id"]] = need
    look()
    assert titles() == {"Two rooms"} and agrees()


def test_what_is_listed_and_never_found_is_asked_for_less_and_less(hackney, look, web):
    need = hackney.publish("needs/1")
    del web.pages[need["id"]]
    look()
    waited = []
    for _ in range(3):
        again = Errand.objects.get(kind="federation.compare", state="ready")
        with time_machine.travel(again.due_at, tick=False):
            repair.drain_catching_up(1)
            waited.append(Errand.objects.get(kind="federation.compare", state="ready").due_at - again.due_at)
    assert waited == [2 * repair.LOOK_AGAIN, 4 * repair.LOOK_AGAIN, 8 * repair.LOOK_AGAIN]


def test_much_that_cannot_be_mended_neither_spins_nor_keeps_the_rest_apart(hackney, look, web, monkeypatch):
    """The first buckets hold more than one errand asks for, and none of it can be had."""
    monkeypatch.setattr(repair, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(repair, "BUCKETS_PER_LIST", 1)
    monkeypatch.setattr("random.randrange", lambda _most: 0)
    paths = sorted((f"needs/{n}" for n in range(12)), key=lambda path: bucket_of(f"{hackney.peer.origin}/{path}"))
    for path in paths:
        hackney.publish(path, name=path)
    for path in paths[:-1]:
        del web.pages[f"{hackney.peer.origin}/{path}"]
    with transaction.atomic():
        repair.soon(Node.objects.get())
    waited = []
    for _ in range(6):
        again = Errand.objects.get(kind="federation.compare", state="ready")
        with time_machine.travel(again.due_at, tick=False):
            repair.drain_catching_up(1)
            waited.append(Errand.objects.get(kind="federation.compare", state="ready").due_at - again.due_at)
    assert titles() == {paths[-1]}
    assert waited[-1] >= repair.LOOK_AGAIN, waited


def test_a_neighbour_set_up_anew_agrees_though_it_knows_of_no_end(hackney, outcomes, look, agrees, web):
    hackney.push(hackney.publish("needs/1", name="A room"))
    outcomes()
    hackney.withdraw("needs/1", version=2)
    look()
    assert agrees() and Document.objects.get().tombstone
    ended = dict(hackney.things)
    hackney.things.clear()
    web.pages[f"{hackney.peer.origin}/needs/1"] = None
    look()
    assert agrees()
    hackney.things.update(ended)  # they had only lost their memory for a while
    look()
    assert agrees() and titles() == set()


@pytest.mark.parametrize("told", [[{}], [[1]], [True], ["1"], {}, [2**40]])
def test_buckets_that_are_no_numbers_are_no_fault_of_ours(hackney, look, web, told):
    hackney.publish("needs/1")
    _lies(hackney, web, {"buckets": told, "items": []})
    look()
    assert not Errand.objects.filter(kind="federation.compare", attempts__gt=0).exists()


@pytest.mark.parametrize("wrong", [{"version": True}, {"version": 2**31}, {"version": -1}, {"hash": "x" * 64}])
def test_nothing_is_asked_for_by_a_version_or_hash_that_is_none(hackney, look, web, wrong):
    need = hackney.publish("needs/1", name="A room")
    told = hackney._list(str(bucket_of(need["id"])))
    _lies(hackney, web, told | {"items": [told["items"][0] | wrong]})
    look()
    assert "/needs/1" not in hackney.asked() and titles() == set()


def test_what_will_be_published_only_tomorrow_is_asked_for_today(hackney, look):
    hackney.publish("needs/1", name="A room")
    hackney.age = -100_000
    look()
    assert titles() == {"A room"}


def _lies(hackney, web, said) -> None:
    """Its digest is true, its lists are not."""
    given = hackney._answer
    answer = Fetched(hackney.address, 200, JSON, json.dumps(said).encode(), {})
    web.answer = lambda url, headers: answer if "buckets=" in url else given(url, headers)
