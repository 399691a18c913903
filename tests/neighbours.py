"""Other nodes as rows, where a test needs no server behind them."""

from __future__ import annotations

from cop.models import Proposal
from federation.models import Actor, Node


def a_neighbour() -> Node:
    """Hackney: it hears of everything public."""
    node = Node.objects.create(origin="https://hackney.example", name="Hackney")
    uri = f"{node.origin}/actor"
    actor = Actor.objects.create(uri=uri, node=node, type="Application", inbox=f"{node.origin}/inbox")
    Node.objects.filter(pk=node.pk).update(actor=actor, peering=Node.Peering.FULL)
    return node


def a_need_elsewhere() -> Proposal:
    """By Dana, on Hackney's node."""
    node = Node.objects.create(origin="https://hackney.example", name="Hackney")
    uri = f"{node.origin}/people/dana"
    dana = Actor.objects.create(uri=uri, node=node, type="Person", name="Dana", inbox=f"{uri}/inbox")
    return Proposal.objects.create(
        uri=f"{node.origin}/needs/1",
        public_id="theirneed123",
        node=node,
        actor=dana,
        direction="need",
        title="A hall in Hackney",
        language="en",
        support="space",
    )
