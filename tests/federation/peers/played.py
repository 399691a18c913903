"""A neighbour played in this process, for proofs that look at documents and not at programs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.test import Client

from federation import actors, http
from federation.models import Node
from journal.lanes import lanes
from tests.federation.peer import Peer, Web


@contextmanager
def neighbour(origin: str) -> Iterator[Peer]:
    """A node that agreed with ours. Until the end of it, the network holds nothing else."""
    web = Web()
    asked, http.fetch = http.fetch, web.fetch
    try:
        peer = Peer(Client(), web, origin)
        node = actors.hear_of_node(peer.origin)
        actor = actors.read(web.pages[peer.node.uri], node)
        Node.objects.filter(pk=node.pk).update(actor=actor, peering=Node.Peering.FULL)
        yield peer
    finally:
        http.fetch = asked


def work() -> None:
    """Do what is due, but deliver nothing: nobody listens."""
    here = [lane for lane in lanes() if lane.name != "deliveries"]
    while any(lane.run() for lane in here):
        pass
