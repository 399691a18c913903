"""Where the flags of a neighbourhood hang: two by two on a mast below the thing in the middle, relation by relation.

Drawn by the server for a phone, in units that are its pixels; wider screens show the same, larger. What a group of
flags has to do with the middle stands on the mast above it, so that read downwards it is a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from frontend.direction import alone, direction_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atlas.neighbourhood import Neighbourhood, Spoke
    from atlas.network import Thing

HALF = 164  # of the width
ROW, HEADING, LINE, FOOT = 58, 46, 17, 6  # heights
MAST = 26  # from the mast to the middle of a flag
NAME = 8.4  # em: the length of a line of a name
TITLE, SENTENCE = 16.5, 21.0  # em: a line of the title at the top, and what stands on the mast

# Widths of letters in em, of a wide cut of the typeface; all others are taken for `_LETTER`.
_NARROW, _WIDE = frozenset("ijlrtfI.,:;'’|!()[] "), frozenset("mwMWOQ@%—…")
_LETTER, _CAPITAL = 0.56, 0.68


@dataclass(frozen=True)
class Words:
    """Lines of text at a place, the first of them so far below it."""

    x: int
    y: int
    anchor: str
    lines: list[str]


@dataclass(frozen=True)
class Flag:
    """A neighbour; `x` and `y` are the middle of its flag, `hit` where what can be pressed begins."""

    thing: Thing
    x: int
    y: int
    name: Words
    note: str
    label: str
    hit: int

    @property
    def runs_left(self) -> bool:
        return direction_of(self.thing.language) == "rtl"


@dataclass(frozen=True)
class Halyard:
    """One relation: its words on the mast, and the flags that hang by it."""

    words: str
    y: int
    flags: list[Flag]


@dataclass(frozen=True)
class Hoist:
    """The drawing; the mast runs from `top` to `foot`."""

    middle: Thing
    label: str
    title: list[str]
    top: int
    foot: int
    halyards: list[Halyard] = field(default_factory=list)

    @property
    def runs_left(self) -> bool:
        return direction_of(self.middle.language) == "rtl"

    @property
    def top_middle(self) -> int:
        """The middle of the frame at the top."""
        return self.top // 2 + 2

    @property
    def frame(self) -> str:
        """As in `viewBox`."""
        return f"{-HALF} 0 {2 * HALF} {self.foot + FOOT}"


def hoist(found: Neighbourhood) -> Hoist | None:
    """The drawing of a neighbourhood; None where there is nothing in its middle."""
    middle = found.middle
    if middle is None:
        return None
    title = in_lines(middle.title, TITLE)
    top = y = 44 + LINE * len(title)
    halyards = []
    for (words, is_outward), spokes in found.groups.items():
        short = _shortened(middle.title, SENTENCE - _width(f"{words} ↑ "))
        heading = f"{short} {words} ↓" if is_outward else f"↑ {words} {short}"
        flags = list(_flags(spokes, y + HEADING + ROW // 2))
        halyards.append(Halyard(heading, y + HEADING - 14, flags))
        y = flags[-1].y + ROW // 2
    label = _("%(title)s, %(kind)s: open its page") % {"title": alone(middle.title), "kind": middle.kind_word}
    return Hoist(middle, label, title, top, y, halyards)


def in_lines(title: str, width: float) -> list[str]:
    """A name in at most two lines of so many em, cut between words where it can be."""
    lines, words = [""], title.split()
    while words:
        word = words.pop(0)
        longer = f"{lines[-1]} {word}".strip()
        if _width(longer) <= width:
            lines[-1] = longer
        elif not lines[-1]:
            begun = _begun(word, width)
            lines[-1], words = begun, [word[len(begun) :], *words]
        elif len(lines) == 2:
            lines[1] = _shortened(longer, width)
            break
        else:
            lines.append("")
            words.insert(0, word)
    return lines


def _flags(spokes: list[Spoke], first: int) -> Iterator[Flag]:
    """Left and right of the mast in turn, the first row at a height."""
    for number, spoke in enumerate(spokes):
        thing, edge, side = spoke.neighbour, spoke.edge, 1 if number % 2 else -1
        lines = in_lines(thing.title, NAME)
        note = ", ".join(filter(None, [edge.state, edge.amount]))
        # SVG counts the beginning of a text from where its letters begin.
        from_left = (side > 0) != (direction_of(thing.language) == "rtl")
        rise = (len(lines) - 1 + bool(note)) * LINE // 2
        name = Words(side * 20, 5 - rise, "start" if from_left else "end", lines)
        y = first + number // 2 * ROW
        yield Flag(thing, side * MAST, y, name, note, _label(spoke, note), -15 if side > 0 else -135)


def _label(spoke: Spoke, note: str) -> str:
    edge = spoke.edge
    relation = f"{alone(edge.source.title)} {edge.words} {alone(edge.target.title)}"
    said = {
        "title": alone(spoke.neighbour.title),
        "kind": spoke.neighbour.kind_word,
        "relation": ", ".join(filter(None, [relation, note])),
    }
    return _("%(title)s, %(kind)s: %(relation)s") % said


def _shortened(title: str, width: float) -> str:
    return title if _width(title) <= width else f"{_begun(title, width - 0.9).rstrip(' ,;:–-')}…"


def _begun(words: str, width: float) -> str:
    """As many letters as fit, and at least one."""
    end = 1
    while end < len(words) and _width(words[: end + 1]) <= width:
        end += 1
    return words[:end]


def _width(words: str) -> float:
    """In em, roughly and rather too much than too little."""
    return sum(
        0.32 if letter in _NARROW else 0.95 if letter in _WIDE or ord(letter) > 0x2E80 else
        _CAPITAL if letter.isupper() else _LETTER
        for letter in words
    )  # fmt: skip
