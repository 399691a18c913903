"""Whether what became of a captured document is what the table expects, and tables of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.federation.captured.documents import HOSTILE, TOLD, Expectation

if TYPE_CHECKING:
    from tests.federation.captured.sending import Arrival

HEAD = f"{'files':>7}{'as expected':>13}"
SHOWN = frozenset({"gathering", "group", "person", "place", "need", "offer"})


@dataclass(frozen=True)
class Case:
    """One document, and what came of sending it: as it is, as an answer, or against different victims."""

    expectation: Expectation
    arrivals: tuple[Arrival, ...]

    @property
    def broken(self) -> bool:
        return any(each.broken for each in self.arrivals)

    @property
    def is_hostile(self) -> bool:
        return self.expectation.program == HOSTILE

    @property
    def as_expected(self) -> bool:
        if self.broken:
            return False
        if self.is_hostile:
            return not any(each.believed or each.new_rows or each.kind for each in self.arrivals)
        expected = self.expectation.expected
        if expected in SHOWN:
            return all(each.kind == expected and each.state == "read" and each.well_named for each in self.arrivals)
        if expected == "post":  # nobody is shown what answers nothing known here
            alone, answering = self.arrivals
            return not alone.kind and answering.kind == "post" and answering.state == "read"
        return all(map(RULES[expected], self.arrivals))

    def __str__(self) -> str:
        found = " / ".join(map(str, self.arrivals))
        return f"{self.expectation.path}: expected {self.expectation.expected}, found {found}"


def _refused(arrival: Arrival) -> bool:
    """Stopped at the door, or taken and not believed, with a reason."""
    said_no = arrival.status >= 400 or arrival.outcome.startswith("refused") or arrival.state == "refused"
    return said_no and not arrival.kind and not arrival.new_rows


def _kept(arrival: Arrival) -> bool:
    return arrival.state in {"ignored", "refused", "tombstone"} and not arrival.kind


def _not_shown(arrival: Arrival) -> bool:
    return not arrival.kind and arrival.state != "read" and not arrival.new_rows


RULES: dict[str, Callable[[Arrival], bool]] = {
    "actor": lambda arrival: arrival.is_actor and not arrival.kind,
    "document": _kept,
    "not-an-activity": lambda arrival: 400 <= arrival.status < 500,
    "private": _not_shown,
    "refused": _refused,
    "verb": _not_shown,
}


def share(cases: Iterable[Case]) -> tuple[int, int, float]:
    """How many, of how many, in per cent."""
    listed = list(cases)
    good = sum(case.as_expected for case in listed)
    return good, len(listed), 100 * good / len(listed) if listed else 100.0


def table(groups: dict[str, list[Case]]) -> Iterator[str]:
    for name, cases in groups.items():
        good, of, percent = share(cases)
        yield f"{name:<16}{of:>7}{good:>13}" + (f"{percent:>8.1f} %" if of else f"{'-':>8}")


def by_program(cases: Iterable[Case]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case.expectation.program, []).append(case)
    return dict(sorted(found.items()))


def by_type(cases: Iterable[Case]) -> dict[str, list[Case]]:
    listed = list(cases)
    return {name: [case for case in listed if name in case.expectation.types] for name in TOLD}
