"""No server fills this node, or has it fill another, however well it signs."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from federation import limits
from federation.models import Actor, Document, Node, Receipt
from journal import Errand, errand

THIRD = "https://third.example"


def test_a_neighbour_brings_only_so_many_new_people_a_day(peer, monkeypatch):
    monkeypatch.setattr(limits, "NEW_ACTORS_PER_NEIGHBOUR_PER_DAY", Actor.objects.filter(node__isnull=False).count())
    cache.clear()  # a minute later
    dana = peer.somebody("people/dana")
    answer = peer.post(dana, peer.activity(dana, "Create", peer.note(dana)))
    assert answer.status_code == 401 and b"new actors" in answer.content
    assert not Actor.objects.filter(uri=dana.uri).exists()


def test_who_is_known_already_is_heard_however_many_came_today(peer, monkeypatch, outcomes):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", peer.note(dana))
    outcomes()
    monkeypatch.setattr(limits, "NEW_ACTORS_PER_NEIGHBOUR_PER_DAY", 0)
    cache.clear()  # a minute later
    peer.does(dana, "Update", peer.note(dana, version=2, name="A room for fifty people"))
    assert outcomes()[-1] == "need read"


def test_people_who_are_only_named_count_as_well(peer, monkeypatch, outcomes):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", peer.note(dana))
    outcomes()
    monkeypatch.setattr(limits, "NEW_ACTORS_PER_NEIGHBOUR_PER_DAY", 0)
    cache.clear()  # a minute later
    nobody = f"{peer.origin}/people/made-up"
    peer.web.pages[f"{peer.origin}/needs/2"] = peer.note(dana, "needs/2", attributedTo=nobody)
    peer.does(dana, "Create", f"{peer.origin}/needs/2")
    outcomes()
    assert not Actor.objects.filter(uri=nobody).exists()


@pytest.mark.parametrize("name", ["DOCUMENTS_PER_NEIGHBOUR", "DOCUMENTS_PER_STRANGER"])
def test_only_so_many_things_of_one_server_are_kept(peer, monkeypatch, outcomes, name):
    if name == "DOCUMENTS_PER_STRANGER":
        Node.objects.update(peering=Node.Peering.INVITED)
    monkeypatch.setattr(limits, name, 2)
    dana = peer.somebody("people/dana")
    for number in range(4):
        peer.does(dana, "Create", peer.note(dana, f"needs/{number}"))
        outcomes()
        cache.clear()  # a minute later
    peer.does(dana, "Update", peer.note(dana, "needs/0", version=2))
    told = outcomes()
    assert told[:2] == ["need read"] * 2 and all("at most 2 things" in each for each in told[2:4])
    assert told[4] == "need read", "what is held already may change"
    assert Document.objects.count() == 2


def test_nobody_can_have_us_trouble_a_server_by_speaking_of_it(peer, web, work, monkeypatch):
    """What is too much waits; it is not lost."""
    monkeypatch.setattr(limits, "FETCHES_PER_STRANGER", 3)
    dana = peer.somebody("people/dana")
    for number in range(8):
        peer.does(dana, "Announce", f"{THIRD}/needs/{number}")
    work()
    assert len([url for url in web.asked if url.startswith(THIRD)]) == 3
    waiting = Errand.objects.filter(kind="federation.fetch", state="ready")
    assert waiting.count() == 5 and any("asked 3 times" in each.error for each in waiting)
    assert all(each.due_at > timezone.now() for each in waiting)


def test_one_address_has_us_ask_for_only_so_many_unknown_keys(peer, web, monkeypatch):
    monkeypatch.setattr(limits, "UNKNOWN_KEYS_PER_ADDRESS", 4)
    dana = peer.somebody("people/dana")
    web.asked.clear()
    for number in range(9):
        nobody = dataclasses.replace(dana, uri=f"https://server-{number}.example/people/nobody")
        assert peer.post(nobody, peer.activity(nobody, "Create", peer.note(nobody))).status_code == 401
    assert len(web.asked) == 4


def test_servers_that_take_their_time_hold_only_so_many_requests(peer, web, monkeypatch):
    """Each of these waits for the key of somebody unknown, for up to ten seconds: the next one is put off at once."""
    monkeypatch.setattr(limits, "KEY_FETCHES_AT_ONCE", 1)
    slow, quick = peer.somebody("people/slow"), peer.somebody("people/quick")
    answers = []

    def meanwhile():
        answers.append(peer.post(quick, peer.activity(quick, "Like", f"{peer.origin}/needs/1")))
        return web.pages["kept"]

    web.pages["kept"], web.pages[slow.uri] = web.pages[slow.uri], meanwhile
    assert peer.post(slow, peer.activity(slow, "Like", f"{peer.origin}/needs/1")).status_code == 202
    assert answers[0].status_code == 401 and b"at once" in answers[0].content
    assert peer.post(quick, peer.activity(quick, "Like", f"{peer.origin}/needs/1")).status_code == 202


def test_one_address_holds_only_a_few_of_those_who_wait_for_keys(peer, web):
    """Whoever names keys on servers that never answer is put off; others still get theirs read."""
    names = [f"https://tarpit-{number}.example/people/nobody" for number in range(3)]
    dana, quick = peer.somebody("people/dana"), peer.somebody("people/quick")
    answers = {}

    def knock(number):
        nobody = dataclasses.replace(dana, uri=names[number])
        answers[number] = peer.post(nobody, peer.activity(nobody, "Like", f"{THIRD}/needs/1"))

    def meanwhile(number):
        def wait():
            knock(number + 1)

        return wait

    def both_wait():
        knock(2)
        elsewhere = {"REMOTE_ADDR": "198.51.100.9"}
        peer.client = Client(**elsewhere)
        answers["quick"] = peer.post(quick, peer.activity(quick, "Like", f"{peer.origin}/needs/1"))

    web.pages |= {names[0]: meanwhile(0), names[1]: both_wait}
    knock(0)
    assert b"at once" in answers[2].content and names[2] not in web.asked
    assert answers["quick"].status_code == 202


def test_one_server_holds_only_a_few_of_those_who_wait_for_keys(peer, web, monkeypatch):
    slow = [peer.somebody(f"people/slow-{number}") for number in range(3)]
    answers = []

    def wait(number):
        def told():
            peer.client = Client(REMOTE_ADDR=f"198.51.100.{number}")
            after = slow[number + 1]
            answers.append(peer.post(after, peer.activity(after, "Like", f"{peer.origin}/needs/1")))

        return told

    web.pages |= {slow[0].uri: wait(0), slow[1].uri: wait(1)}
    peer.post(slow[0], peer.activity(slow[0], "Like", f"{peer.origin}/needs/1"))
    assert b"at once" in answers[0].content and slow[2].uri not in web.asked


def test_one_address_does_not_use_up_what_a_server_is_asked_for(peer, web, monkeypatch):
    """Else made-up keys on a neighbour's server would keep everybody there from being heard for the first time."""
    monkeypatch.setattr(limits, "UNKNOWN_KEYS_PER_NODE", 6)
    monkeypatch.setattr(limits, "UNKNOWN_KEYS_PER_ADDRESS", 3)
    dana = peer.somebody("people/dana")
    for number in range(9):
        nobody = dataclasses.replace(dana, uri=f"{peer.origin}/people/made-up-{number}")
        peer.post(nobody, peer.activity(nobody, "Like", f"{peer.origin}/needs/1"))
    peer.client = Client(REMOTE_ADDR="198.51.100.9")
    peer.does(dana, "Create", peer.note(dana))
    monkeypatch.undo()
    assert limits.UNKNOWN_KEYS_PER_ADDRESS < limits.UNKNOWN_KEYS_PER_NODE


def test_whoever_has_a_network_of_addresses_is_counted_once(db, monkeypatch):
    monkeypatch.setattr(limits, "DIGESTS_PER_ADDRESS", 2)
    places = ("2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3", "2001:db8:0:1::1", "::ffff:198.51.100.7")
    told = [Client(REMOTE_ADDR=place).get("/metro/digest").status_code for place in places]
    assert told == [200, 200, 429, 200, 200]


def test_what_strangers_push_at_us_for_nothing_takes_no_room(stranger, peer, outcomes):
    """That it came is remembered, so that a replay stays one."""
    mallory, dana = stranger.somebody("people/mallory"), peer.somebody("people/dana")
    for of, speaker in ((stranger, mallory), (peer, dana)):
        of.does(speaker, "Create", of.note(speaker), filling="x" * 1000)
        of.does(speaker, "Sing", of.note(speaker), filling="x" * 1000)
        of.does(speaker, "Like", f"{THIRD}/needs/1", filling="x" * 1000)
    outcomes()
    kept = Receipt.objects.exclude(body=b"").values_list("actor__uri", flat=True)
    assert set(kept) == {dana.uri} and Receipt.objects.filter(actor__uri=mallory.uri).count() == 3


def test_a_stranger_sends_only_so_many_bytes_in_a_minute(stranger, peer, monkeypatch):
    monkeypatch.setattr(limits, "INBOX_BYTES_PER_STRANGER", 3_000)
    for of, expected in ((stranger, [202, 202, 429]), (peer, [202, 202, 202])):
        speaker = of.somebody("people/somebody")
        said = [of.activity(speaker, "Like", f"{THIRD}/needs/1", filling="x" * 1000) for _ in range(3)]
        assert [of.post(speaker, each).status_code for each in said] == expected


def test_what_could_never_be_read_goes_after_two_weeks(stranger, outcomes, work):
    mallory = stranger.somebody("people/mallory")
    stranger.does(mallory, "Like", f"{THIRD}/needs/1")
    Receipt.objects.update(state="dead", error="RuntimeError: ours")
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        with transaction.atomic():
            errand("federation.purge")
        work()
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.outcome, bytes(receipt.body)) == ("done", "given up", b"")


def test_whoever_asks_for_a_digest_again_and_again_has_us_count_once_a_second(db, django_assert_num_queries):
    asked = "/metro/digest?origin=https://hackney.example"
    with time_machine.travel(timezone.now(), tick=False):
        first = Client().get(asked)
        with django_assert_num_queries(0):
            again = Client().get(asked)
        assert again.content == first.content and again["ETag"] == first["ETag"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/metro/digest", "DIGESTS_PER_ADDRESS"),
        ("/metro/catalogue", "READS_PER_ADDRESS"),
        ("/metro/neighbours", "READS_PER_ADDRESS"),
        ("/.well-known/webfinger?resource=acct:node@x.example", "READS_PER_ADDRESS"),
    ],
)
def test_whoever_asks_too_often_is_told_when_to_come_again(db, monkeypatch, settings, path, name):
    monkeypatch.setattr(limits, name, 2)
    settings.TRUSTED_PROXIES = 1
    from_one = {"X-Forwarded-For": "6.6.6.6, 198.51.100.7"}
    answers = [Client().get(path, headers=from_one) for _ in range(3)]
    assert [answer.status_code for answer in answers[:2]] != [429, 429]
    assert (answers[2].status_code, answers[2]["Retry-After"]) == (429, "60")
    assert Client().get(path, headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.8"}).status_code != 429
