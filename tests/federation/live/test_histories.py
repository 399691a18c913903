"""A few short histories on three nodes behind a bad network. `./run prove convergence` measures the same at length."""

from __future__ import annotations

import pytest

from tests.federation.live.histories import NAMES, History
from tests.federation.live.proxy import Proxy
from tests.federation.live.shipyard import Shipyard

pytestmark = pytest.mark.live

STEPS = 40


@pytest.fixture(scope="module")
def behind_a_proxy(tmp_path_factory):
    """Three neighbours and what stands between them. What earlier histories did stays."""
    folder = tmp_path_factory.mktemp("histories")
    with (
        Proxy() as proxy,
        Shipyard(folder / "yard", production=False, proxy=proxy) as yard,
        yard.company(*NAMES[:3], folder=folder) as nodes,
    ):
        yield nodes, proxy


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_all_nodes_agree_in_the_end(behind_a_proxy, seed):
    nodes, proxy = behind_a_proxy
    history = History(seed, nodes, proxy, STEPS)
    history.run()
    assert not history.faults, "\n".join([*history.faults, f"To see it again: {history.replay}"])
