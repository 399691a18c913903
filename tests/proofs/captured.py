"""What other programs send becomes what it is meant to be or is refused, and nothing of it breaks the inbox.

The captured documents beside the repository come in by the front door, signed by a neighbour. A table written from the
documents says what each should become; at least nine in ten of the events, notes, articles, pages, groups and places
that programs really sent must, every forgery must be refused, and nothing may end in an error of ours. The quick form
leaves out what was only written as an example.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.federation.captured.documents import TOLD
from tests.federation.captured.judging import HEAD, Case, by_program, by_type, share, table
from tests.federation.shared import DATA
from tests.proofs import Proof
from tests.proofs._node import a_node

NAME = "captured"

AT_LEAST_PERCENT = 90.0


def main(quick: bool) -> Proof:
    if not DATA.is_dir():
        return Proof(f"not measured: {DATA} is not there", held=False)
    with a_node():
        from tests.federation.captured.trial import tried  # needs Django

        cases = list(tried(only_captured=quick))
    for line in _told(cases):
        print(line)
    good, of, percent = share(case for case in _captured(cases) if set(case.expectation.types) & set(TOLD))
    refused, hostile, _ = share(case for case in cases if case.is_hostile)
    every, files, every_percent = share(cases)
    broken = sum(case.broken for case in cases)
    figure = (
        f"{good} of {of} captured {', '.join(TOLD)} as expected ({percent:.1f} %); {every} of all {files} documents "
        f"({every_percent:.1f} %); {refused} of {hostile} hostile refused; {broken} ended in an error of ours"
    )
    return Proof(figure, percent >= AT_LEAST_PERCENT and refused == hostile > 0 and not broken)


def _captured(cases: list[Case]) -> list[Case]:
    return [case for case in cases if case.expectation.is_captured]


def _told(cases: list[Case]) -> Iterator[str]:
    yield from (f"NOT AS EXPECTED: {case}" for case in cases if not case.as_expected)
    for title, chosen in (
        ("By program", by_program(cases)),
        ("Really sent", by_type(_captured(cases))),
        ("All", by_type(cases)),
    ):
        yield ""
        yield f"{title:<16}{HEAD}"
        yield from table(chosen)
