"""Somebody at a node's own keyboard, who does what people do there many times a second."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Any, Self

from tests.nodes import ROOT, LiveNode

ANSWER = "from tests.federation.live import {hand} as hand; hand.answer()"


class Hand:
    """A process in the node's environment that stays and does `hand_actions`: forms take a tenth of a second each.

    It is not the node: it goes on while the node's own processes are killed. `doing` is the module of its actions.
    """

    def __init__(self, node: LiveNode, doing: str = "hand_actions") -> None:
        self.node = node
        self._one_at_a_time = threading.Lock()
        with (node.data / "hand.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "-v", "0", "-c", ANSWER.format(hand=doing)],
                cwd=ROOT,
                env={**node.environment, "LOG_LEVEL": "WARNING"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()

    def do(self, what: str, **given: Any) -> Any:
        """What the action says. AssertionError with its traceback when it fails."""
        assert self._process.stdin and self._process.stdout
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps({"do": what, **given}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        assert line, f"the hand at {self.node.origin} is gone: {(self.node.data / 'hand.log').read_text()[-3000:]}"
        answer = json.loads(line)
        assert "said" in answer, f"{what} {given}: {answer['error']}"
        return answer["said"]
