"""A web without a network, and a neighbour on it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from federation import actors, http, repair
from federation.models import Node
from journal import schedule
from tests.federation.hackney import Hackney
from tests.federation.peer import Peer, Web


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    """What our node finds when it asks the network: the edge is replaced here and nowhere else."""
    found = Web()
    monkeypatch.setattr(http, "fetch", found.fetch)
    monkeypatch.setattr(http, "begin", found.begin)
    return found


@pytest.fixture
def peer(db: None, web: Web) -> Peer:
    """Hackney: another Flotilla node, a neighbour since both stewards agreed."""
    stranger = Peer(Client(), web)
    node = actors.hear_of_node(stranger.origin)
    node.actor = actors.read(web.pages[stranger.node.uri], node)
    node.peering = Node.Peering.FULL
    node.name = "Hackney"
    node.save()
    return stranger


@pytest.fixture
def lambeth(db: None, web: Web) -> Peer:
    """A third node, a neighbour like Hackney. Dana writes there: `lambeth.dana`."""
    third = Peer(Client(), web, "https://lambeth.example")
    node = actors.hear_of_node(third.origin)
    node.actor = actors.read(web.pages[third.node.uri], node)
    node.peering = Node.Peering.FULL
    node.name = "Lambeth"
    node.save()
    third.dana = third.somebody("people/dana", name="Dana")  # type: ignore[attr-defined]
    return third


@pytest.fixture
def stranger(db: None, web: Web) -> Peer:
    """A server nobody here has heard of."""
    return Peer(Client(), web, "https://elsewhere.example")


@pytest.fixture
def outcomes(work: Any) -> Any:
    """Do the work and tell what became of each activity, oldest first."""
    from federation.models import Receipt

    def tell() -> list[str]:
        work()
        return list(Receipt.objects.order_by("pk").values_list("outcome", flat=True))

    return tell


@pytest.fixture
def hackney(peer: Peer, web: Web) -> Hackney:
    """The neighbour, as one whose view can be compared."""
    return Hackney(peer, web)


@pytest.fixture
def look(work: Any) -> Callable[[], None]:
    """Ten minutes pass, in which nobody says anything."""
    looks = itertools.count(1)

    def pass_by() -> None:
        with time_machine.travel(timezone.now() + next(looks) * 1.1 * repair.LONGEST_PAUSE, tick=True):
            schedule.arm()
            work()

    return pass_by
