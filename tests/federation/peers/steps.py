"""What is to be seen when programs meet, step by step: one that fails is told, and the others are still tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.nodes import eventually

PATIENCE = 20.0  # seconds
LONGEST_REASON = 1500  # characters

Found = TypeVar("Found")


@dataclass
class Steps:
    """`taken` says of each step of one meeting why it failed; nothing where it was seen."""

    who: str
    taken: dict[str, str] = field(default_factory=dict)

    def see(self, what: str, check: Callable[[], Found]) -> Found | None:
        """Wait until `check` holds. What it found, or None when it never did."""
        try:
            found = eventually(check, within=PATIENCE)
        except (AssertionError, LookupError, OSError, ValueError) as error:
            self.taken[what] = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
            return None
        self.taken[what] = ""
        return found

    def do(self, what: str, action: Callable[..., Found], *given: Any, **named: Any) -> Found | None:
        """Once, and it must not fail."""
        try:
            found = action(*given, **named)
        except (AssertionError, LookupError, OSError, ValueError) as error:
            self.taken[what] = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
            return None
        self.taken[what] = ""
        return found

    @property
    def failures(self) -> list[str]:
        return [f"{self.who}, {what}: {why}" for what, why in self.taken.items() if why]

    @property
    def seen(self) -> int:
        return len(self.taken) - len(self.failures)

    def __str__(self) -> str:
        return f"{self.who} {self.seen} of {len(self.taken)}"
