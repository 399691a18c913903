"""A file of somebody's, taken apart and written anew, or refused with a reason a person understands."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from dataclasses import dataclass

from django.conf import settings

from federation.rewriting import MOST_BYTES, Unusable

log = logging.getLogger(__name__)

AT_ONCE = 1  # in one process of the node: the memory of more would not fit a small machine
WAIT_SECONDS = 30  # for one's turn
PATIENCE_SECONDS = 30  # for the answer, on a machine that has much else to do
PICTURE = "image/webp"
PDF = "application/pdf"

_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Rewritten:
    """What is kept of a file: a picture in two sizes, or a PDF. Sizes in pixels, 0 for a PDF."""

    media_type: str
    body: bytes
    small: bytes = b""
    width: int = 0
    height: int = 0

    @property
    def is_picture(self) -> bool:
        return self.media_type == PICTURE


def rewrite(data: bytes) -> Rewritten:
    """The file as it may be kept and shown, within a minute at most. Raises Unusable with the reason."""
    if not data:
        raise Unusable("empty")
    if len(data) > MOST_BYTES:
        raise Unusable("large")
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise Unusable("time")
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "federation.rewriting"],
            input=data,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            cwd=settings.BASE_DIR,
            env={"PYTHONPATH": str(settings.BASE_DIR)},  # no secret of the node's is there to be found
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unusable("time") from error
    finally:
        _turns.release()
    return _read(done)


def _read(done: subprocess.CompletedProcess[bytes]) -> Rewritten:
    head, _newline, rest = done.stdout.partition(b"\n")
    if done.returncode or not head:
        log.warning("a file could not be read, and its reader ended with %s", done.returncode)
        raise Unusable("time" if done.returncode < 0 else "broken")
    said = json.loads(head)
    if "unusable" in said:
        raise Unusable(said["unusable"])
    first = said["lengths"][0]
    return Rewritten(said["media_type"], rest[:first], rest[first:], said.get("width", 0), said.get("height", 0))
