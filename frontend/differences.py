"""What changed between two texts, word by word or line by line, found in bounded time.

The Myers difference of `diff-match-patch`, over whole words or lines instead of letters. It stops looking for the
shortest difference after TIMEOUT and then tells a longer one that is just as true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from diff_match_patch import diff_match_patch

TIMEOUT = 0.5  # seconds
SAME, ADDED, REMOVED = "same", "added", "removed"
_NAMES = {0: SAME, 1: ADDED, -1: REMOVED}
_words = re.compile(r"\s+|\w+|[^\w\s]")
_SURROGATES = range(0xD800, 0xE000)


class Piece(NamedTuple):
    """Some words that are in both texts, only in the newer one, or only in the older one."""

    state: str
    text: str


class _Bounded(diff_match_patch):
    """Without the shortcut that would not look at the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.Diff_Timeout = TIMEOUT

    def diff_halfMatch(self, text1: str, text2: str) -> None:
        return None


def by_words(older: str, newer: str) -> list[Piece]:
    """The newer text with what was taken away and added, in the order to read it."""
    pieces = _told(_words.findall(older), _words.findall(newer))
    return [Piece(state, "".join(tokens)) for state, tokens in _without_gaps(pieces)]


def matching_lines(older: Sequence[str], newer: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Where each run of equal lines begins in both, and how long it is; in order."""
    at = {SAME: 0, ADDED: 0, REMOVED: 0}
    for state, lines in _told(older, newer):
        if state == SAME:
            yield at[REMOVED], at[ADDED], len(lines)
            at[REMOVED] += len(lines)
            at[ADDED] += len(lines)
        else:
            at[state] += len(lines)


def _told(older: Sequence[str], newer: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Every token stands as one character for the library, which compares characters."""
    letters: dict[str, str] = {}
    encoded = ["".join(letters.setdefault(token, _letter(len(letters))) for token in text) for text in (older, newer)]
    tokens = {letter: token for token, letter in letters.items()}
    found: list[Any] = _Bounded().diff_main(*encoded, checklines=False)
    return [(_NAMES[operation], [tokens[letter] for letter in text]) for operation, text in found if text]


def _letter(number: int) -> str:
    return chr(number + 1 if number + 1 < _SURROGATES.start else number + 1 + len(_SURROGATES))


def _without_gaps(pieces: list[tuple[str, list[str]]]) -> Iterator[tuple[str, list[str]]]:
    """Several words changed in a row read as one change: a bare space between two of them belongs to both."""
    removed: list[str] = []
    added: list[str] = []
    for number, (state, tokens) in enumerate(pieces):
        within = (removed or added) and number + 1 < len(pieces)
        if state == SAME and not (within and "".join(tokens).isspace()):
            yield from _change(removed, added)
            removed, added = [], []
            yield SAME, tokens
            continue
        if state != ADDED:
            removed += tokens
        if state != REMOVED:
            added += tokens
    yield from _change(removed, added)


def _change(removed: list[str], added: list[str]) -> Iterator[tuple[str, list[str]]]:
    if removed:
        yield REMOVED, removed
    if added:
        yield ADDED, added
