"""Days that pass on a node: from its next start its clock is ahead of the machine's (Debian package `faketime`)."""

from __future__ import annotations

from pathlib import Path

from tests.nodes import LiveNode

HERE = Path(__file__).resolve().parent
LIBRARY = "faketime/libfaketimeMT.so.1"
FOLDERS = ("/usr/lib", "/usr/local/lib")


def no_faketime() -> str:
    """Why no days can pass on this machine; empty where they can."""
    return "" if _library() else "libfaketime is absent (Debian: apt install faketime)"


def let_days_pass(node: LiveNode, days: int) -> None:
    """For what is started from now on; time goes on from there as it does everywhere."""
    node.environment |= {
        "LD_PRELOAD": str(_library()),
        "FAKETIME": f"+{days}d",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # else every wait with a time limit lasts until then
        "PYTHONPATH": str(HERE),
    }


def _library() -> Path | None:
    return next((found for folder in FOLDERS for found in Path(folder).glob(f"*/{LIBRARY}")), None)
