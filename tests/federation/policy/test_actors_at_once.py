"""Two things ask for an actor at the same moment: both get one, and nobody gets an error."""

from __future__ import annotations

import pytest
from django.conf import settings

from accounts import actions as accounts
from federation import actors
from federation.models import Actor
from tests.at_once import at_once, meet

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_first_two_requests_of_a_new_person(monkeypatch):
    user = accounts.make_account("new@camden.example", "a long enough secret")
    meet(monkeypatch, actors.identity, "new_public_id")
    given = at_once(*[lambda: actors.for_user(user)] * 2)
    assert given == [Actor.objects.get(user=user)] * 2


def test_two_groups_of_one_name(monkeypatch):
    meet(monkeypatch, actors, "free_handle")
    uris = [f"{settings.ORIGIN}/groups/{letter * 12}" for letter in "ab"]
    at_once(*[lambda uri=uri: actors.make_actor(Actor.Type.GROUP, uri, handle="tenants") for uri in uris])
    assert {actor.handle for actor in Actor.objects.filter(uri__in=uris)} == {"tenants", "tenants-2"}
