"""No server fills this node, or has it fill another, however well it signs."""

from __future__ import annotations

import dataclasses
import threading

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from federation import limits
from federation.models import Actor, Document, Node
from journal import Errand

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
    from federation.inbound import authenticate

    monkeypatch.setattr(authenticate, "_asking", threading.BoundedSemaphore(1))
    slow, quick = peer.somebody("people/slow"), peer.somebody("people/quick")
    answers = []

    def meanwhile():
        answers.append(peer.post(quick, peer.activity(quick, "Like", f"{peer.origin}/needs/1")))
        return web.pages["kept"]

    web.pages["kept"], web.pages[slow.uri] = web.pages[slow.uri], meanwhile
    assert peer.post(slow, peer.activity(slow, "Like", f"{peer.origin}/needs/1")).status_code == 202
    assert answers[0].status_code == 401 and b"at once" in answers[0].content
    assert peer.post(quick, peer.activity(quick, "Like", f"{peer.origin}/needs/1")).status_code == 202


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
