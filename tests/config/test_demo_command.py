"""`./run demo`: what it refuses before it starts anything, what its check finds, and that no node outlives it."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.demo import check, fleet
from config.demo.kit import KEYS
from config.demo.registers import CHARITIES, POSTCODES
from tests.nodes import ROOT, eventually
from tests.storage import free_port


def demo(**options):
    said = io.StringIO()
    call_command("demo", stdout=said, **options)
    return said.getvalue()


@pytest.fixture(autouse=True)
def started(monkeypatch):
    """Nodes that were started: none, in the stories of what is refused."""
    ships: list[str] = []
    monkeypatch.setattr(fleet.Ship, "start", lambda ship, *rest: ships.append(ship.key))
    return ships


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize("port", [80, 1023, 65_534, 70_000, -1])
def test_a_port_that_leaves_no_room_for_three_is_refused(tmp_path, port, started):
    with pytest.raises(CommandError, match=f"--port: expected a number from 1024 to 65533, got {port}"):
        demo(port=port, directory=tmp_path)
    assert not started


def test_a_port_that_somebody_uses_is_named_and_the_other_way_told(tmp_path, taken_port, started):
    with pytest.raises(CommandError, match=rf"something else uses port {taken_port} .*choose others with --port"):
        demo(port=taken_port - 2, directory=tmp_path)
    assert not started


def test_data_without_the_table_is_refused_with_what_is_expected(tmp_path, started):
    with pytest.raises(CommandError, match=f"--data: expected a folder that has one of {CHARITIES.table}, "):
        demo(data=tmp_path, directory=tmp_path)
    assert not started


def test_two_demos_do_not_share_their_data(tmp_path, started):
    with (tmp_path / "demo.lock").open("a") as lock:
        fleet_lock(lock)
        with pytest.raises(CommandError, match="another demo runs with the data in"):
            demo(directory=tmp_path, port=free_port())
    assert not started


def fleet_lock(file) -> None:
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX)


def test_fresh_throws_away_what_a_demo_kept_and_nothing_else(tmp_path):
    for key in KEYS[:2]:
        (tmp_path / key).mkdir()
        (tmp_path / key / "node-log.txt").touch()
    (tmp_path / "letters.txt").write_text("kept")
    fleet.wipe(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"letters.txt"}
    (tmp_path / KEYS[0]).mkdir()
    (tmp_path / KEYS[0] / "node.sqlite3").touch()
    with pytest.raises(fleet.DemoFailed, match="was not made by the demo, so it is left alone"):
        fleet.wipe(tmp_path)
    assert (tmp_path / KEYS[0] / "node.sqlite3").exists()


def test_data_that_was_published_under_another_address_is_not_served_under_this_one(tmp_path, started):
    (tmp_path / KEYS[1]).mkdir()
    (tmp_path / KEYS[1] / "origin").write_text("http://127.0.0.1:8102\n")
    with pytest.raises(CommandError, match=r"was first served as http://127\.0\.0\.1:8102.*same --port, or begin anew"):
        demo(directory=tmp_path, port=free_port())
    assert not started


def test_nodes_of_the_demo_do_not_inherit_a_real_nodes_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgres://real/database")
    monkeypatch.setenv("SECRET_KEY_FILE", "/run/secrets/key")
    monkeypatch.setenv("SENTRY", "kept")
    environment = fleet.Ship("civicwise", 8102, tmp_path / "civicwise").environment
    assert not {"DATABASE_URL", "SECRET_KEY_FILE", "SECRET_KEY"} & set(environment)
    assert environment["SENTRY"] == "kept"
    assert environment["ORIGIN"] == "http://127.0.0.1:8102" and environment["DEMO"] == "1"


def test_tables_of_postcodes_that_are_not_there_are_done_without(tmp_path):
    assert not [each for each in CHARITIES.arguments(tmp_path, "1/3") if each.startswith("--postcodes")]
    (tmp_path / POSTCODES[0]).parent.mkdir(parents=True)
    (tmp_path / POSTCODES[0]).touch()
    assert [each for each in CHARITIES.arguments(tmp_path, "1/3") if each.startswith("--postcodes")] == [
        f"--postcodes={tmp_path / POSTCODES[0]}"
    ]


class Told(fleet.Ship):
    """A ship that answers what it is told to."""

    def __init__(self, key: str, seen: dict[str, dict[str, int]], hashes: dict[str, str], **counts: int) -> None:
        super().__init__(key, 8101 + KEYS.index(key), Path("nowhere"))
        self.counts = {"seen": seen, "listed": {}, "published": seen[self.origin], "due": 0, "dead": 0} | counts
        self.hashes = hashes

    def ask(self, order: str) -> fleet.Json:
        assert order == "counts"
        return self.counts

    def digest(self, origin: str) -> fleet.Json:
        return {"hash": self.hashes[origin], "count": 1, "buckets": [{}]}


@pytest.fixture
def three():
    """Three ships that agree; stories make one of them say something else."""
    every = dict.fromkeys(check.KINDS, 2)
    origins = [f"http://127.0.0.1:{8101 + number}" for number in range(3)]
    hashes = {origin: f"{number:064x}" for number, origin in enumerate(origins)}
    ships = [Told(key, {origin: {**every} for origin in origins}, {**hashes}) for key in KEYS]
    for ship in ships:
        ship.counts["published"] = {**every}
    sailing = fleet.Fleet(Path("nowhere"), [8101, 8102, 8103], print)
    sailing.ships = list(ships)
    return sailing


def faults(three, **reports: int) -> list[str]:
    findings = check.Findings(three)
    findings.judge()
    if reports:
        findings.judge_listed({key: {CHARITIES.name: {"taken": count}} for key, count in reports.items()})
    return findings.faults


def test_the_check_finds_nothing_where_all_three_show_the_same(three):
    assert faults(three) == []


def test_the_check_finds_a_kind_that_nobody_published(three):
    for ship in three.ships:
        ship.counts["seen"][three.ships[0].origin]["need"] = 0
    three.ships[0].counts["published"]["need"] = 0
    assert faults(three) == ["just-space has published no need"]


def test_the_check_finds_a_node_that_shows_too_little_or_something_else(three):
    second = three.ships[1]
    second.counts["seen"][three.ships[0].origin]["need"] = 1
    second.hashes[three.ships[2].origin] = "f" * 64
    second.counts["dead"] = 3
    first, other, dead = faults(three)
    assert first.startswith("civicwise shows {'group': 2") and "of just-space, which published" in first
    assert other == "civicwise and ucl-course do not agree on what ucl-course published"
    assert dead == "civicwise has given up on 3 pieces of work"


def test_the_check_finds_organisations_that_were_imported_and_are_not_seen(three):
    for ship in three.ships:
        for home in three.ships:
            ship.counts["seen"][home.origin]["listing"] = 7
            ship.counts["published"]["listing"] = 7
            ship.counts["listed"][home.origin] = {"listing": 7}
    reports = {"just_space": 7, "civicwise": 7, "ucl_course": 0}
    found = faults(three, **{key: reports[key.replace("-", "_")] for key in KEYS})
    assert found[0] == "ucl-course was given nothing of a register: {'listing': 0}"
    assert "just-space shows {'listing': 7} of {'listing': 0} listed by ucl-course" in found


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def three_of(found: list[int]) -> list[int]:
    return found if len(found) == 3 else []


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.live
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_node_outlives_a_demo_that_ends_while_it_starts(tmp_path, how):
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    port = free_port()
    running = subprocess.Popen(
        # In a shell of its own, as a script would start it: deaf to SIGINT by inheritance.
        [
            "/bin/sh",
            "-c",
            "trap '' INT; exec \"$@\"",
            "sh",
            sys.executable,
            "manage.py",
            "demo",
            f"--port={port}",
            f"--directory={tmp_path / 'data'}",
        ],
        cwd=ROOT,
        env=environment | {"DATA_DIR": str(tmp_path / "unused")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    nodes: list[int] = []
    try:
        nodes = eventually(lambda: three_of(children(running.pid)), within=60)
        # It reads its orders by now, so it notices when nobody can give any.
        eventually(lambda: all((tmp_path / "data" / key / "node.sqlite3").exists() for key in KEYS), within=60)
        running.send_signal(how)
        said, _ = running.communicate(timeout=60)
        eventually(lambda: not any(map(lives, nodes)), within=30)
    finally:
        for pid in filter(lives, [running.pid, *nodes]):
            os.kill(pid, signal.SIGKILL)
    if how == signal.SIGINT:
        assert running.returncode == 0 and re.search(r"All three nodes have stopped\.\s*$", said)
    assert "Traceback" not in said
