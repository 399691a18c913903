"""Two or three real nodes, on both profiles."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.federation.live.node import InhabitedNode
from tests.federation.live.shipyard import Shipyard, afloat, at_sea

LAST_WORDS = 3000  # characters


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A story that fails tells what its nodes wrote last."""
    report = yield
    if report.failed:
        report.sections += [(f"{node.name}, {node.origin}", node.log[-LAST_WORDS:]) for node in afloat]
    return report


@pytest.fixture(scope="session", params=["embedded", pytest.param("production", marks=pytest.mark.production)])
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def shipyard(tmp_path_factory: pytest.TempPathFactory, profile: str) -> Iterator[Shipyard]:
    with Shipyard(tmp_path_factory.mktemp("shipyard"), production=profile == "production") as yard:
        yield yard


@pytest.fixture
def launch(tmp_path: Path, shipyard: Shipyard) -> Iterator[Callable[[str], InhabitedNode]]:
    """Start a node by name, with a steward `steward@<name>.example` who leads one group."""
    with ExitStack() as running:

        def start(name: str) -> InhabitedNode:
            node = shipyard.node(name, tmp_path)
            running.enter_context(at_sea(node))
            return node

        yield start


@pytest.fixture
def pair(tmp_path: Path, shipyard: Shipyard) -> Iterator[tuple[InhabitedNode, InhabitedNode]]:
    """Camden and Hackney, neighbours since both stewards agreed on their desks. This story has them to itself."""
    nodes = shipyard.neighbours("camden", "hackney", tmp_path)
    with at_sea(*nodes):
        yield nodes


@pytest.fixture(scope="module")
def shared_pair(
    tmp_path_factory: pytest.TempPathFactory, shipyard: Shipyard
) -> Iterator[tuple[InhabitedNode, InhabitedNode]]:
    """The same two, shared by the stories of a file: what others did stays. A file takes this or `pair`, not both."""
    with shipyard.company("camden", "hackney", folder=tmp_path_factory.mktemp("shared")) as (camden, hackney):
        yield camden, hackney
