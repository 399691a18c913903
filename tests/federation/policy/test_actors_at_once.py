"""Two things ask for an actor at the same moment: both get one, and nobody gets an error."""

from __future__ import annotations

import threading

import pytest
from django.conf import settings
from django.db import connection

from accounts import actions as accounts
from federation import actors
from federation.models import Actor

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*asked) -> list[object]:
    """What each gave, or the error that it raised."""
    given: list[object] = []

    def ask(one) -> None:
        try:
            given.append(one())
        except Exception as error:  # noqa: BLE001  it is what the test looks at
            given.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(one,)) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def meet(monkeypatch, owner, name) -> None:
    """The first two that call `name` wait for each other before they go on."""
    together, real = threading.Barrier(2), getattr(owner, name)
    calls = iter(range(2))

    def waits(*given):
        found = real(*given)
        if next(calls, None) is not None:
            together.wait(5)
        return found

    monkeypatch.setattr(owner, name, waits)


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
