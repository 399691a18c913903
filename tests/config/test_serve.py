"""`manage.py serve`: one command, a clean end, and work that starts at once."""

from __future__ import annotations

import subprocess
import sys
import threading
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path

import pytest

from tests.nodes import ROOT, LiveNode, empty, eventually
from tests.parts import RABBITMQ
from tests.storage import free_port

pytestmark = pytest.mark.live

LONGEST_START_SECONDS = 60
SLOWEST_START_OF_WORK_MS = 100


@pytest.fixture(params=["embedded", pytest.param("production", marks=pytest.mark.production)])
def production(request: pytest.FixtureRequest) -> bool:
    return request.param == "production"


def test_a_first_start_prints_the_stewards_link_and_a_stop_ends_cleanly(production, tmp_path):
    """The only story here that begins without a database: the others begin with an empty one."""
    with LiveNode(free_port(), tmp_path / "node", production=production) as node:
        greet_the_steward(node)


def greet_the_steward(node: LiveNode) -> None:
    assert f"This node is at {node.origin}" in node.log
    assert "Whoever opens this link becomes the first: " in node.log
    link = node.log.split("becomes the first: ")[1].split()[0]
    assert link.startswith(node.origin)
    assert node.get(link.removeprefix(node.origin))[0] == 200
    assert node.get("/live")[0] == 200
    assert set(node.stop().values()) == {0}
    node.start()
    assert link in node.log.rsplit("This node is at", 1)[1], "the same link until somebody used it"
    assert "No problems found." in node.manage("doctor")


def test_no_request_is_cut_off_when_the_node_is_told_to_stop_under_load(production, tmp_path):
    with LiveNode(free_port(), tmp_path / "node", production=production, kept=empty(production)) as node:
        stop_while_reading(node)


def stop_while_reading(node: LiveNode) -> None:
    answered, broken = [], []
    stop = threading.Event()

    def reader() -> None:
        connection = HTTPConnection("127.0.0.1", node.port, timeout=20)
        while not stop.is_set():
            try:
                connection.request("GET", "/accounts/login/")
                answered.append(connection.getresponse().read())
            except (IncompleteRead, TimeoutError) as error:
                broken.append(repr(error))
                return
            except OSError:  # refused: the node is no longer there to be asked
                connection.close()
                connection = HTTPConnection("127.0.0.1", node.port, timeout=20)

    readers = [threading.Thread(target=reader) for _ in range(6)]
    for thread in readers:
        thread.start()
    eventually(lambda: len(answered) > 30, within=30)
    codes = node.stop()
    stop.set()
    for thread in readers:
        thread.join(30)
    assert set(codes.values()) == {0}
    assert not broken
    assert all(page.rstrip().endswith(b"</html>") for page in answered)
    assert "Traceback" not in node.log


@pytest.fixture
def node(tmp_path: Path):
    with LiveNode(free_port(), tmp_path / "node", kept=empty(production=False)) as node:
        yield node


def second_server(node: LiveNode, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`manage.py serve` once more, with the settings of a running node and other ones."""
    return subprocess.run(
        [sys.executable, "manage.py", "serve", *arguments],
        cwd=ROOT,
        env={**node.environment, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_START_SECONDS,
    )


def test_only_one_server_may_use_the_data_of_an_embedded_node(node):
    second = second_server(node, "--port", str(free_port()))
    assert second.returncode == 1
    assert "already uses" in second.stderr
    assert f"process {node.processes['web'].pid}" in second.stderr


def test_a_port_that_is_taken_is_said_and_the_start_fails(node, tmp_path):
    empty(production=False).copy_to(tmp_path / "other")
    second = second_server(node, DATA_DIR=str(tmp_path / "other"))
    assert second.returncode == 1
    assert "cannot listen" in second.stderr


def test_work_starts_within_a_tenth_of_a_second_in_the_embedded_profile(tmp_path):
    """From the commit of an entry to the end of a chain of two errands; a quarter of 20 are at least as quick."""
    empty(production=False).copy_to(tmp_path)
    probe = subprocess.run(
        [sys.executable, "-m", "tests.config.embedded_probe"],
        cwd=ROOT,
        env={"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert probe.returncode == 0, probe.stderr
    assert float(probe.stdout) < SLOWEST_START_OF_WORK_MS


@pytest.mark.production
@pytest.mark.rabbitmq
def test_the_workers_of_two_nodes_on_one_machine_share_a_rabbitmq(tmp_path):
    first, second = (
        LiveNode(free_port(), tmp_path / name, production=True, kept=empty(production=True), BROKER_URL=RABBITMQ)
        for name in ("first", "second")
    )
    with first, second:  # each waits until its node is ready, that is until its worker was heard
        assert "pidbox" not in first.log + second.log
        assert first.get("/ready")[0] == second.get("/ready")[0] == 200
