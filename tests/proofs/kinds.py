"""Every kind of thing is published, joined, edited and withdrawn on every node by its forms, and seen on all others.

Three embedded neighbour nodes on this machine. A step counts for one kind and the node it is at home on when people
see it on every node (cards, pages, joins, notices) and programs read the document, calendar file or tombstone it should
have. Not every kind can take every step: nobody joins a need. The quick form has two nodes and one home for each kind.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.federation.live.kinds import KINDS, STEPS
from tests.federation.live.kinds_story import Story
from tests.federation.live.node import InhabitedNode
from tests.federation.live.shipyard import Shipyard
from tests.proofs import Proof

NAME = "kinds"

NODES = ("camden", "hackney", "lambeth")


def main(quick: bool) -> Proof:
    with _neighbours(NODES[:2] if quick else NODES) as nodes:
        story = Story(nodes, KINDS, in_turn=quick)
        story.tell()
    for line in table(story):
        print(line)
    for failure in story.failures:
        print(f"NOT SEEN: {failure}")
    cells = [story.seen(kind, step) for kind in KINDS for step in STEPS]
    seen, wanted = (sum(column) for column in zip(*cells, strict=True))
    figure = (
        f"{len(KINDS)} kinds x {len(STEPS)} steps, as far as a kind can take them, on {len(nodes)} nodes: "
        f"{seen} of {wanted} seen; digests {'differ' if story.disagreements else 'agree'} after each step"
    )
    return Proof(figure, held=not story.failures)


def table(story: Story) -> Iterator[str]:
    """How many nodes saw a kind take a step, of how many it was at home on; a dash where it cannot take it."""
    yield f"{'':<18}" + "".join(f"{step:>11}" for step in STEPS)
    for kind in KINDS:
        cells = [story.seen(kind, step) for step in STEPS]
        yield f"{kind.name:<18}" + "".join(f"{f'{seen}/{wanted}' if wanted else '-':>11}" for seen, wanted in cells)


@contextmanager
def _neighbours(names: tuple[str, ...]) -> Iterator[list[InhabitedNode]]:
    """Nodes that are all neighbours of each other."""
    with tempfile.TemporaryDirectory(prefix="flotilla-kinds-") as folder:
        data = Path(folder)
        with (
            Shipyard(data / "yard", production=False) as yard,
            yard.company(*names, folder=data) as nodes,
        ):
            yield nodes
