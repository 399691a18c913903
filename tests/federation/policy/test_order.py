"""What is undone is done first, also where several workers read what comes in."""

from __future__ import annotations

import pytest
from django.utils import timezone

from cop.actions.groups import found_group
from federation.models import Following, Receipt
from journal import claim, postpone
from tests.federation.policy.test_passed_on import somebody


@pytest.mark.parametrize("how", ["whole", "by its address", "whole and passed on"])
def test_an_undo_waits_for_what_it_undoes(peer, outcomes, how):
    """Else the Follow would stand, though whoever followed has taken it back."""
    group = found_group(somebody("alice"), name="Menders", joining="open", language="en", steward_name="Alice")
    dana = peer.somebody("people/dana")
    follow = peer.activity(dana, "Follow", group.uri)
    assert peer.post(dana, follow).status_code == 202
    [in_hand] = claim(Receipt, 1)
    undo = peer.activity(dana, "Undo", follow if how.startswith("whole") else follow["id"])
    if how.endswith("passed on"):
        undo = peer.activity(dana, "Announce", undo)
    assert peer.post(dana, undo).status_code == 202
    outcomes()
    assert not Receipt.objects.filter(state="done").exists()
    postpone(in_hand, timezone.now())
    outcomes()
    assert Receipt.objects.filter(state="done").count() == 2
    assert Following.objects.filter(follower__uri=dana.uri).exists() is how.endswith("passed on")


@pytest.mark.parametrize("odd", [{}, [], ["Follow"], None, 3])
@pytest.mark.parametrize("verb", ["Undo", "Announce"])
def test_what_is_undone_may_call_itself_anything(peer, outcomes, verb, odd):
    dana = peer.somebody("people/dana")
    inner = {"id": f"{peer.origin}/activities/1", "type": odd, "actor": dana.uri, "object": dana.uri}
    assert peer.post(dana, peer.activity(dana, verb, inner)).status_code < 500
    outcomes()
    assert not Receipt.objects.exclude(state="done").exists()
