"""A steward's import that is killed half-way goes on where it was."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys

import pytest

from tests.desk.registers import Register, row
from tests.nodes import ROOT, LiveNode, empty, eventually
from tests.storage import free_port

pytestmark = pytest.mark.live

MANY = 3000


def listed(node: LiveNode) -> int:
    with sqlite3.connect(f"file:{node.data / 'node.sqlite3'}?mode=ro", uri=True) as database:
        return int(database.execute("SELECT count(*) FROM cop_listing").fetchone()[0])


def test_an_import_that_is_killed_half_way_is_run_again_and_lists_the_rest(tmp_path):
    register = Register(tmp_path)
    register.hold(*(row(number) for number in range(MANY)))
    node = LiveNode(free_port(), tmp_path / "node", kept=empty(production=False))
    node.lay_out()
    arguments = ["bring", "groups", str(register.table), f"--mapping={register.mapping}", "--yes", "--json"]
    importing = subprocess.Popen(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=node.environment, stdout=subprocess.DEVNULL
    )
    try:
        eventually(lambda: listed(node) > 0, within=60)
    finally:
        importing.kill()
    assert importing.wait(20) == -signal.SIGKILL
    kept = listed(node)
    assert 0 < kept < MANY and kept % 100 == 0, "a hundred are listed together or not at all"

    report = json.loads(node.manage(*arguments))
    assert (report["new"], report["same"], report["changed"]) == (MANY - kept, kept, 0)
    assert listed(node) == MANY
