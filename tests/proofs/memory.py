"""An idle embedded node fits in 512 MB of memory.

One process serves pages and sockets and does the node's work, on SQLite and with no broker. A few pages are read
first, so that templates and code are loaded as in daily use; then nothing happens for a while, and the resident
memory of the process and its children is read from /proc.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path

from tests.nodes import LiveNode
from tests.proofs import Proof
from tests.storage import free_port

NAME = "memory"

LIMIT_MB = 512
IDLE_SECONDS = 30
QUICK_IDLE_SECONDS = 10
PAGES = (
    "/",
    "/atlas/",
    "/needs/",
    "/offers/",
    "/gatherings/",
    "/calls/",
    "/know-how/",
    "/groups/",
    "/topics/",
    "/accounts/login/",
)


def main(quick: bool) -> Proof:
    with tempfile.TemporaryDirectory(prefix="flotilla-memory-") as data, LiveNode(free_port(), Path(data)) as node:
        answers = {page: node.get(page)[0] for page in PAGES}
        time.sleep(QUICK_IDLE_SECONDS if quick else IDLE_SECONDS)
        used = sum(map(_resident_mb, _family(node.processes["web"].pid)))
    unread = {page: status for page, status in answers.items() if status != 200}
    if unread:
        return Proof(f"not measured: these pages were not read: {unread}", held=False)
    return Proof(f"{used:.0f} MB resident, of {LIMIT_MB} MB allowed", held=used < LIMIT_MB)


def _family(pid: int) -> list[int]:
    """A process and everything it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in _family(int(child)))]


def _resident_mb(pid: int) -> float:
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
