"""Inhabited nodes without waiting: stewards, groups and neighbours are made once; each story begins with a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tests.federation.live.node import InhabitedNode
from tests.federation.live.proxy import Proxy
from tests.federation.live.stories import become_neighbours, settle
from tests.nodes import empty
from tests.storage import Kept, drop_database, free_port

Made = TypeVar("Made")


class Shipyard:
    """Nodes of one profile. A name has the same address for as long as the yard is open, as its data says so.

    With a `proxy`, it stands before every node, at the address that others know.
    """

    def __init__(self, folder: Path, *, production: bool, proxy: Proxy | None = None) -> None:
        self.folder = folder
        self.production = production
        self.proxy = proxy
        self._inner_ports: dict[str, int] = {}
        self._ports: dict[str, int] = {}
        self._settled: dict[str, Kept] = {}
        self._neighbours: dict[tuple[str, ...], dict[str, Kept]] = {}

    def __enter__(self) -> Shipyard:
        return self

    def __exit__(self, *error: object) -> None:
        for kept in [*self._settled.values(), *(each for some in self._neighbours.values() for each in some.values())]:
            if kept.database:
                drop_database(kept.database)

    def node(self, name: str, folder: Path) -> InhabitedNode:
        """A node whose steward leads one group; not started yet."""
        return self._node(name, folder, self._settle([name])[name])

    def neighbours(self, first: str, second: str, folder: Path) -> tuple[InhabitedNode, InhabitedNode]:
        """Two such nodes whose stewards agreed on their desks to become neighbours; not started yet."""
        one, other = self.fleet((first, second), folder)
        return one, other

    def fleet(self, names: tuple[str, ...], folder: Path) -> list[InhabitedNode]:
        """Any number of such nodes, each the neighbour of every other; not started yet."""
        if names not in self._neighbours:
            self._neighbours[names] = self._introduce(names)
        kept = self._neighbours[names]
        return [self._node(name, folder, kept[name]) for name in names]

    @contextmanager
    def company(self, *names: str, folder: Path) -> Iterator[list[InhabitedNode]]:
        """Such neighbours that run. Where none are kept they meet here: to keep some takes a second start."""
        if names in self._neighbours:
            nodes = self.fleet(names, folder)
            with at_sea(*nodes):
                yield nodes
            return
        kept = self._settle(list(names))
        nodes = [self._node(name, folder, kept[name]) for name in names]
        with at_sea(*nodes):
            become_neighbours(*nodes)
            yield nodes

    def _node(self, name: str, folder: Path, kept: Kept) -> InhabitedNode:
        if name not in self._ports:
            self._ports[name] = self._inner_ports[name] = free_port()
            if self.proxy:
                self._inner_ports[name] = free_port()
                self.proxy.stand_before(name, port=self._ports[name], inner=self._inner_ports[name])
        return InhabitedNode(
            name,
            folder / name,
            production=self.production,
            port=self._ports[name],
            inner_port=self._inner_ports[name],
            kept=kept,
        )

    def _settle(self, names: list[str]) -> dict[str, Kept]:
        def once(name: str) -> Kept:
            node = self._node(name, self.folder / "settling", nothing)
            node.lay_out()
            try:
                settle(node)
                return node.keep(self.folder / f"{name}_settled")
            finally:
                node.clear_away()

        nothing = empty(self.production)
        missing = [name for name in names if name not in self._settled]
        self._settled |= dict(zip(missing, at_once(once, missing), strict=True))
        return {name: self._settled[name] for name in names}

    def _introduce(self, names: tuple[str, ...]) -> dict[str, Kept]:
        kept = self._settle(list(names))
        nodes = [self._node(name, self.folder / "meeting", kept[name]) for name in names]
        with at_sea(*nodes):
            become_neighbours(*nodes)
            at_once(InhabitedNode.stop, nodes)
            return {node.name: node.keep(self.folder / f"{node.name}_beside_{'_'.join(names)}") for node in nodes}


afloat: list[InhabitedNode] = []
"""Nodes that run now: a story that fails shows what they wrote last."""


@contextmanager
def at_sea(*nodes: InhabitedNode) -> Iterator[None]:
    """Started together, and all gone at the end."""
    afloat.extend(nodes)
    try:
        at_once(InhabitedNode.__enter__, nodes)
        yield
    finally:
        at_once(InhabitedNode.__exit__, nodes)
        for node in nodes:
            afloat.remove(node)


def at_once(do: Callable[..., Made], things: list[str] | list[InhabitedNode] | tuple[InhabitedNode, ...]) -> list[Made]:
    """Do the same with all of them, side by side; most of it is waiting for their processes."""
    with ThreadPoolExecutor(max_workers=len(things) or 1) as pool:
        return list(pool.map(do, things))
