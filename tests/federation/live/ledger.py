"""What a client was told about each thing it published, and whether the nodes bear it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass
class Ledger:
    """The client's own book. `accepted`: told that it is published; `sent` and no more: the connection broke, and
    nobody knows."""

    sent: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)

    def send(self, title: str) -> None:
        """Before the first byte leaves. A form that is sent again is the same entry."""
        if title not in self.sent:
            self.sent.append(title)

    def accept(self, title: str) -> None:
        """An answer came that says yes."""
        self.accepted.append(title)

    @property
    def unanswered(self) -> set[str]:
        return set(self.sent) - set(self.accepted)


@dataclass(frozen=True)
class Verdict:
    """By place: titles the client was told of that are not there, there twice, or there without its doing."""

    lost: dict[str, list[str]]
    doubled: dict[str, list[str]]
    strange: dict[str, list[str]]
    disputed: list[str]
    """Titles that one place has and another lacks."""

    @property
    def holds(self) -> bool:
        return not (
            self.counted(self.lost) or self.counted(self.doubled) or self.counted(self.strange) or self.disputed
        )

    @staticmethod
    def counted(found: Mapping[str, list[str]]) -> int:
        """How many titles, each once in however many places."""
        return len({title for titles in found.values() for title in titles})

    def faults(self) -> Iterator[str]:
        for what, found in (("lost", self.lost), ("doubled", self.doubled), ("strange", self.strange)):
            for place, titles in found.items():
                if titles:
                    yield f"{what} on {place}: {', '.join(titles[:10])}{' …' if len(titles) > 10 else ''}"
        if self.disputed:
            yield f"not the same everywhere: {', '.join(self.disputed[:10])}"


def judge(ledger: Ledger, places: Mapping[str, Iterable[str]]) -> Verdict:
    """Compare the book with the titles found in each place, with repetitions.

    Whatever was accepted is there exactly once; what was sent and never answered at most once, everywhere or nowhere.
    """
    found = {place: Counter(titles) for place, titles in places.items()}
    accepted, sent = set(ledger.accepted), set(ledger.sent)
    everywhere = set().union(*found.values())
    return Verdict(
        lost={place: sorted(accepted - set(titles)) for place, titles in found.items()},
        doubled={place: sorted(title for title, n in titles.items() if n > 1) for place, titles in found.items()},
        strange={place: sorted(set(titles) - sent) for place, titles in found.items()},
        disputed=sorted(title for title in everywhere if any(title not in titles for titles in found.values())),
    )
