"""Somebody elsewhere closes their account: they are in no group and at no gathering any more."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from cop.models import Member
from events.models import Attendee, Gathering
from federation.models import AudienceKey, Receipt
from journal.schedule import arm
from tests.gatherings import Camden


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


def test_a_closed_account_is_in_no_group_and_has_no_place(camden, peer, outcomes):
    dana, lab = peer.somebody("people/dana"), camden.gathering(capacity=1)
    peer.does(dana, "Join", camden.group.uri)
    peer.does(dana, "Join", lab.uri)
    outcomes()
    assert Member.objects.filter(actor__uri=dana.uri).exists() and Gathering.objects.get().coming == 1
    peer.does(dana, "Delete", dana.uri)
    outcomes()
    assert not Member.objects.filter(actor__uri=dana.uri).exists()
    assert not AudienceKey.objects.filter(actor__uri=dana.uri).exists()
    assert not Attendee.objects.exists() and Gathering.objects.get().coming == 0


def test_nobody_closes_the_account_of_another(camden, peer, outcomes):
    dana, mallory = peer.somebody("people/dana"), peer.somebody("people/mallory")
    peer.does(dana, "Join", camden.group.uri)
    outcomes()
    peer.does(mallory, "Delete", dana.uri)
    outcomes()
    assert Member.objects.filter(actor__uri=dana.uri).exists()


def test_what_was_withdrawn_is_not_kept_among_the_messages_either(peer, outcomes):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", peer.note(dana, name="Something private after all"))
    outcomes()
    peer.does(dana, "Delete", {"id": peer.note(dana)["id"], "type": "Tombstone", "version": 2})
    outcomes()
    assert not [row for row in Receipt.objects.all() if b"private after all" in bytes(row.body)]


def test_what_messages_said_is_forgotten_after_two_weeks_and_a_replay_stays_a_replay(peer, outcomes, work):
    dana = peer.somebody("people/dana")
    activity = peer.activity(dana, "Create", peer.note(dana))
    peer.post(dana, activity)
    outcomes()
    for days, kept in ((13, True), (15, False)):
        with time_machine.travel(timezone.now() + dt.timedelta(days=days)):
            arm()
            work()
        assert bool(Receipt.objects.get().body) is kept
    assert peer.post(dana, activity).status_code == 202
    assert Receipt.objects.count() == 1
