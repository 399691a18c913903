"""A neighbour that is away is tried again and again, each time after a longer pause."""

from __future__ import annotations

import time_machine
from django.conf import settings
from django.utils import timezone

from federation.models import Delivery, Node


def test_each_failure_waits_longer(stranger, outcomes, client, django_user_model, work, monkeypatch):
    monkeypatch.setattr("federation.outbound.deliver.BREAKER_AT", 99)
    client.force_login(django_user_model.objects.create_user("steward@here.example", "pw", is_steward=True))
    stranger.does(stranger.node, "Follow", f"{settings.ORIGIN}/actor")
    outcomes()
    client.post(f"/desk/neighbours/{Node.objects.get().pk}/accept")
    Delivery.objects.update(inbox="http://127.0.0.1:1/inbox")
    Delivery.objects.exclude(pk=Delivery.objects.order_by("pk")[0].pk).delete()
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(4):
            work()
            delivery = Delivery.objects.get()
            waits.append((delivery.due_at - timezone.now()).total_seconds())
            clock.move_to(delivery.due_at)
    for expected, wait in zip((30, 60, 120, 240), waits, strict=True):
        assert 0.8 * expected <= wait <= 1.2 * expected
    assert delivery.attempts == 4
