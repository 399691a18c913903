"""A neighbour that is away is tried again and again, each time after a longer pause."""

from __future__ import annotations

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from federation import actors, http
from federation.http import Answer
from federation.models import Actor, Delivery, Node
from federation.outbound.say import say

NOBODY = "http://127.0.0.1:1/inbox"


def test_each_failure_waits_longer(stranger, outcomes, client, django_user_model, work, monkeypatch):
    monkeypatch.setattr("federation.outbound.deliver.BREAKER_AT", 99)
    client.force_login(django_user_model.objects.create_user("steward@here.example", "pw", is_steward=True))
    stranger.does(stranger.node, "Follow", f"{settings.ORIGIN}/actor")
    outcomes()
    client.post(f"/desk/neighbours/{Node.objects.get().pk}/accept", {"agree": "on", "agreement": 1})
    Delivery.objects.update(inbox=NOBODY)
    Delivery.objects.exclude(pk=Delivery.objects.order_by("pk")[0].pk).delete()
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(4):
            work()
            delivery = Delivery.objects.get(inbox=NOBODY)  # the new neighbour hears of our others as well
            waits.append((delivery.due_at - timezone.now()).total_seconds())
            clock.move_to(delivery.due_at)
    for expected, wait in zip((30, 60, 120, 240), waits, strict=True):
        assert 0.8 * expected <= wait <= 1.2 * expected
    assert delivery.attempts == 4


@pytest.mark.parametrize(("heard_before", "state"), [("cavage", "dead"), ("", "ready")])
def test_a_refusal_stands_where_the_other_signature_only_breaks_the_server(db, work, monkeypatch, heard_before, state):
    """django-activitypub says 400 to what it does not know, and 500 to any RFC 9421. Of a server that never took a
    message the first answer may be about the signature: it is asked again."""
    knocks = []

    async def post(url, body, headers, **_):
        knocks.append("rfc9421" if "Signature-Input" in headers else "cavage")
        return Answer(500 if knocks[-1] == "rfc9421" else 400, {}, knocks[-1])

    monkeypatch.setattr(http, "post", post)
    node = actors.hear_of_node("https://sloppy.example/inbox")
    Node.objects.filter(pk=node.pk).update(signature_scheme=heard_before)
    group = actors.make_actor(Actor.Type.GROUP, f"{settings.ORIGIN}/groups/abcdefghjkmn", handle="g", name="G")
    with transaction.atomic():
        say(group, "Announce", "https://x.example/1", ["https://sloppy.example/inbox"], to=[])
    work()
    assert knocks == ["cavage", "rfc9421"]
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.answer) == (state, "400 cavage" if state == "dead" else "500 rfc9421")
    assert Node.objects.get(pk=node.pk).failures == (0 if state == "dead" else 1)
