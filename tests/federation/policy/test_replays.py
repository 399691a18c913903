"""What was sent once does nothing when it is sent again, whoever sends it."""

from __future__ import annotations

import datetime as dt
import json
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from federation import limits
from federation.models import Node, Receipt, SeenSignature
from federation.signatures import sign_cavage, sign_rfc9421
from journal.schedule import arm
from tests.federation.policy.test_audiences import ACTIVITY, SECRET, camden, peer_headers, shared

__all__ = ["camden", "shared"]  # fixtures

both = pytest.mark.parametrize("sign", [sign_cavage, sign_rfc9421], ids=["cavage", "rfc9421"])


def captured(peer, speaker, activity, sign, path: str = "/inbox") -> tuple[bytes, dict[str, str]]:
    """A request as whoever stands in between would keep it."""
    body = json.dumps(activity).encode()
    signed = sign(speaker.private, speaker.keyid, "POST", f"{settings.ORIGIN}{path}", body, None)
    return body, {"Host": urlsplit(settings.ORIGIN).netloc, **signed}


def send(body: bytes, headers: dict[str, str], path: str = "/inbox") -> int:
    return Client().post(path, data=body, content_type=ACTIVITY, headers=headers).status_code


@both
@pytest.mark.parametrize("named", [True, False], ids=["with an id", "without one"])
def test_the_same_request_again_is_thanked_and_does_nothing(peer, outcomes, sign, named):
    dana = peer.somebody("people/dana")
    activity = peer.activity(dana, "Create", peer.note(dana))
    if not named:
        del activity["id"]
    request = captured(peer, dana, activity, sign)
    assert [send(*request) for _ in range(3)] == [202, 202, 202]
    assert outcomes() == ["need read"]
    assert SeenSignature.objects.count() == 1


def test_replays_neither_use_up_what_a_node_may_send_nor_wake_it(peer, monkeypatch):
    monkeypatch.setattr(limits, "INBOX_PER_NODE", 3)
    dana = peer.somebody("people/dana")
    request = captured(peer, dana, peer.activity(dana, "Create", peer.note(dana)), sign_cavage)
    send(*request)
    Node.objects.update(failures=5, rest_until=timezone.now() + dt.timedelta(hours=1), heard_at="2026-01-01T00:00:00Z")
    assert [send(*request) for _ in range(9)] == [202] * 9
    node = Node.objects.get()
    assert (node.failures, node.heard_at.year) == (5, 2026) and node.rest_until and node.heard_at.month == 1
    assert peer.post(dana, peer.activity(dana, "Create", peer.note(dana, "needs/2"))).status_code == 202


def test_a_replay_is_known_even_when_what_it_brought_is_forgotten(peer, outcomes):
    """The row that knows the activity's id may be gone; its signature is still good for some hours."""
    dana = peer.somebody("people/dana")
    request = captured(peer, dana, peer.activity(dana, "Create", peer.note(dana)), sign_cavage)
    send(*request)
    outcomes()
    Receipt.objects.all().delete()
    assert send(*request) == 202
    assert not Receipt.objects.exists()


def test_the_same_message_signed_anew_is_thanked_too_and_kept_once(peer, outcomes):
    """A server that did not hear our answer signs again and sends again."""
    dana = peer.somebody("people/dana")
    activity = peer.activity(dana, "Create", peer.note(dana))
    now = timezone.now()
    for seconds in (5, 3):
        again = peer.post(dana, activity, now=now - dt.timedelta(seconds=seconds))
        assert again.status_code == 202
    assert outcomes() == ["need read"]
    assert SeenSignature.objects.count() == 2


def test_who_was_put_off_may_send_the_very_same_again(peer, outcomes):
    dana = peer.somebody("people/dana")
    request = captured(peer, dana, peer.activity(dana, "Create", peer.note(dana)), sign_cavage)
    Node.objects.update(peering=Node.Peering.PAUSED)
    assert send(*request) == 503
    Node.objects.update(peering=Node.Peering.FULL)
    assert send(*request) == 202
    assert outcomes() == ["need read"]


def test_signatures_are_forgotten_once_they_are_too_old_to_be_believed(peer, work):
    dana = peer.somebody("people/dana")
    request = captured(peer, dana, peer.activity(dana, "Create", peer.note(dana)), sign_cavage)
    send(*request)
    for hours, kept in ((11, 1), (14, 0)):
        with time_machine.travel(timezone.now() + dt.timedelta(hours=hours)):
            arm()
            work()
            assert SeenSignature.objects.count() == kept
    with time_machine.travel(timezone.now() + dt.timedelta(hours=14)):
        assert send(*request) == 401


def test_a_captured_question_opens_what_is_for_members_for_an_hour_at_most(camden, peer, shared):
    """Asked again it gives what it gave: it is bound to method, host and address, and does nothing. It grows old."""
    _dana, need = shared
    path = need.get_absolute_url()
    headers = peer_headers(peer, path)
    assert SECRET in Client().get(path, headers=headers).text
    assert SECRET in Client().get(path, headers=headers).text
    assert Client().get(f"{path}.ics", headers=headers).status_code == 404
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=61)):
        assert Client().get(path, headers=headers).status_code == 404
