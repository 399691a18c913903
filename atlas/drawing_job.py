"""`python -m atlas.drawing_job`: places for the nodes of a graph, worked out in a process of its own.

Reads `{"count": 3, "links": [[0, 1], …]}` and writes `[[x, y], …]`, one for each node, in units of about the distance
of two neighbours. It knows neither Django nor the database: what it takes and how long is bounded by whoever starts it
and by itself, and nobody else waits or grows meanwhile.
"""

from __future__ import annotations

import json
import math
import os
import random
import resource
import sys
from typing import TYPE_CHECKING

import igraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    Places = list[tuple[float, float]]

MOST_MEMORY = 384 * 2**20  # bytes of addresses: more than 20,000 nodes need
MOST_SECONDS = 60  # of one processor, if whoever started it went away
SMALL = 1_000  # nodes: where looking at every pair of them is quick enough
ROUNDS, EFFORT = 500, 4_000_000  # at most so many rounds, and so many places worked out in all of them
SEED = 7  # the same graph is laid out the same way


def main() -> None:
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    asked = json.load(sys.stdin)
    json.dump([[round(x, 2), round(y, 2)] for x, y in places(asked["count"], asked["links"])], sys.stdout)


def places(count: int, links: Sequence[Sequence[int]]) -> Places:
    """Each part that hangs together by itself, the largest first, then side by side in rows."""
    graph = igraph.Graph(count, [tuple(link) for link in links]).simplify()
    found: Places = [(0.0, 0.0)] * count
    parts = sorted(graph.connected_components(), key=len, reverse=True)
    laid = [_laid_out(graph.induced_subgraph(part)) for part in parts]
    width = max(math.sqrt(sum(each.area for each in laid)) * 1.2, max((each.width for each in laid), default=0))
    left = top = height = 0.0
    for part, each in zip(parts, laid, strict=True):
        if left and left + each.width > width:
            left, top, height = 0.0, top + height, 0.0
        for node, (x, y) in zip(part, each.places, strict=True):
            found[node] = (left + x, top + y)
        left, height = left + each.width, max(height, each.height)
    return found


class _Laid:
    """A part of the graph in a box of its own, with room around it."""

    def __init__(self, places: Places) -> None:
        xs, ys = [x for x, _y in places], [y for _x, y in places]
        self.width, self.height = max(xs) - min(xs) + 2, max(ys) - min(ys) + 2
        self.area = self.width * self.height
        self.places = [(x - min(xs) + 1, y - min(ys) + 1) for x, y in places]


def _laid_out(part: igraph.Graph) -> _Laid:
    igraph.set_random_number_generator(random.Random(SEED))
    random.seed(SEED)
    count = part.vcount()
    if count == 1:
        return _Laid([(0.0, 0.0)])
    rounds = min(ROUNDS, EFFORT // count)
    made = part.layout_fruchterman_reingold(niter=rounds, grid=count > SMALL)
    places = [(x, y) for x, y in made.coords]
    spread = max(max(x for x, _y in places) - min(x for x, _y in places), 1e-9)
    scale = math.sqrt(count) * 1.6 / spread
    return _Laid([(x * scale, y * scale) for x, y in places])


if __name__ == "__main__":
    main()
