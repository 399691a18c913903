"""A server made with Fedify and one of our nodes, as processes that have never met. `./run prove peers` tells more."""

from __future__ import annotations

import pytest

from tests.federation.peers import installing, stories
from tests.federation.peers.programs import RFC9421_FIRST, FedifyPeer

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def _fedify() -> None:
    try:
        installing.fedify()
    except installing.NotInstalled as missing:
        pytest.skip(str(missing))


def test_a_fedify_server_follows_a_group_reads_what_it_publishes_and_answers(_fedify, launch, tmp_path):
    host = stories.Host(launch("camden"))
    with FedifyPeer(tmp_path, RFC9421_FIRST) as peer:
        steps = stories.with_fedify(host, peer)
    assert not steps.failures, "\n".join(steps.failures)
