"""Two people changed one page at the same time: what fits together is put together, the rest is shown to the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from merge3 import Merge3

from federation.publishing import ChangedMeanwhile
from frontend.differences import matching_lines

if TYPE_CHECKING:
    from knowledge.models import Page

BY_LINES = "body"


class Clash(NamedTuple):
    """A part of the text that both have changed: as it is saved now, and as the second wrote it."""

    saved: str
    written: str


@dataclass(frozen=True)
class Merged:
    """`fields` is everything put together; where both changed the same, it has what the second wrote.

    `clashing` names those columns; `clashes` are the parts of the body that clash.
    """

    fields: dict[str, Any]
    clashing: frozenset[str] = frozenset()
    clashes: list[Clash] = field(default_factory=list)


class Crossed(ChangedMeanwhile):
    """Somebody else has changed the same words; `merged` has both changes where they do not clash."""

    def __init__(self, row: Page, seen: int, merged: Merged) -> None:
        super().__init__(row, seen)
        self.merged = merged


class _Matcher:
    """What merge3 asks of difflib.SequenceMatcher, in bounded time."""

    def __init__(self, _is_junk: object, older: Sequence[str], newer: Sequence[str]) -> None:
        self.older, self.newer = older, newer

    def get_matching_blocks(self) -> list[tuple[int, int, int]]:
        """The last block is empty, at the end of both, as difflib has it."""
        return [*matching_lines(self.older, self.newer), (len(self.older), len(self.newer), 0)]


def merge(shown: Mapping[str, Any], saved: Mapping[str, Any], written: Mapping[str, Any]) -> Merged:
    """What `written` changes in `shown`, made in `saved`. Columns by name; all three have the same."""
    together: dict[str, Any] = {}
    clashing: set[str] = set()
    clashes: list[Clash] = []
    for name, mine in written.items():
        before, now = shown[name], saved[name]
        if mine in (before, now):
            together[name] = now
        elif now == before:
            together[name] = mine
        else:
            together[name], parts = merge_text(before, now, mine) if name == BY_LINES else (mine, [])
            clashes += parts
            if parts or name != BY_LINES:
                clashing.add(name)
    return Merged(together, frozenset(clashing), clashes)


def merge_text(shown: str, saved: str, written: str) -> tuple[str, list[Clash]]:
    """Both changes made in one text, by lines. Where they clash, the text has what was written."""
    texts = [text.split("\n") for text in (shown, saved, written)]
    together: list[str] = []
    clashes = []
    for group in Merge3(*texts, sequence_matcher=_Matcher).merge_groups():  # type: ignore[arg-type]  # duck-typed
        if group[0] == "conflict":
            clashes.append(Clash("\n".join(group[2]), "\n".join(group[3])))
        together += group[-1]
    return "\n".join(together), clashes
