"""Which errands exist, and which entries call for them. Filled by decorators when apps are imported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from journal.models import Entry, Errand

Handler = TypeVar("Handler", bound=Callable[["Errand"], object])
Rebuild = TypeVar("Rebuild", bound=Callable[[], int])


class UnknownKind(LookupError):
    """An errand of a kind that no app registers."""


@dataclass(frozen=True)
class Kind:
    """How errands of one kind are done."""

    name: str
    handle: Callable[[Errand], object]
    #: True: the handler's writes and "done" commit together, exactly once. False: it acts on the outside
    #: world, in no transaction, at least once.
    atomic: bool
    #: Whoever registers the kind does its errands in a lane of their own (`journal.lanes`).
    own_lane: bool = False
    patterns: tuple[str, ...] = ()
    #: "here" or "peer" to answer only entries of that origin; empty for both.
    origin: str = ""
    every: dt.timedelta | None = None

    def answers(self, entry_name: str, origin: str) -> bool:
        return self.origin in {"", origin} and any(fnmatchcase(entry_name, pattern) for pattern in self.patterns)


_kinds: dict[str, Kind] = {}
_rebuilds: dict[str, Callable[[], int]] = {}


def reaction(
    kind: str, to: str | Iterable[str], *, atomic: bool = True, origin: str = ""
) -> Callable[[Handler], Handler]:
    """Do an errand of `kind` for every entry whose name matches `to`, e.g. `"need.*"` or `("a.b", "c.*")`.

    `origin` "here" or "peer" leaves out what happened on the other side.
    """
    patterns = (to,) if isinstance(to, str) else tuple(to)

    def register(handle: Handler) -> Handler:
        _add(Kind(kind, handle, atomic, patterns=patterns, origin=origin))
        return handle

    return register


def entry_of(errand: Errand) -> Entry:
    """What a reaction answers: its errands always come with their entry."""
    assert errand.entry is not None
    return errand.entry


def errand_kind(kind: str, atomic: bool = True, *, own_lane: bool = False) -> Callable[[Handler], Handler]:
    """Do errands of `kind`, which actions and other errands ask for by `errand(kind, …)`.

    With `own_lane` the caller registers a lane that claims them and has `perform` do them; no other lane does.
    """

    def register(handle: Handler) -> Handler:
        _add(Kind(kind, handle, atomic, own_lane))
        return handle

    return register


def periodic(kind: str, every: dt.timedelta, *, atomic: bool = True) -> Callable[[Handler], Handler]:
    """Do an errand of `kind` again and again, `every` after the last time it was done."""

    def register(handle: Handler) -> Handler:
        _add(Kind(kind, handle, atomic, every=every))
        return handle

    return register


def rebuild(prefix: str) -> Callable[[Rebuild], Rebuild]:
    """Let `manage.py replay prefix` call this function, which returns how many things it asked to rebuild."""

    def register(function: Rebuild) -> Rebuild:
        _rebuilds[prefix] = function
        return function

    return register


def kind_named(name: str) -> Kind:
    """The kind called `name`. Raises UnknownKind and names those that exist."""
    try:
        return _kinds[name]
    except KeyError:
        known = ", ".join(sorted(_kinds)) or "none"
        raise UnknownKind(f"no errand kind {name!r} is registered; known: {known}") from None


def kinds() -> Iterator[Kind]:
    return iter(list(_kinds.values()))


def kinds_answering(entry_name: str, origin: str) -> list[Kind]:
    return [kind for kind in _kinds.values() if kind.answers(entry_name, origin)]


def reaches_outside(name: str) -> bool:
    """Whether errands of this kind act on the world outside the database."""
    return name in _kinds and not _kinds[name].atomic


def outside_kinds() -> list[str]:
    """The kinds that reach outside and share a lane."""
    return [kind.name for kind in _kinds.values() if not kind.atomic and not kind.own_lane]


def kinds_with_own_lane() -> list[str]:
    return [kind.name for kind in _kinds.values() if kind.own_lane]


def rebuild_for(prefix: str) -> Callable[[], int] | None:
    return _rebuilds.get(prefix)


def rebuilds() -> list[str]:
    return list(_rebuilds)


def _add(kind: Kind) -> None:
    known = _kinds.get(kind.name)
    if known and _place(known) != _place(kind):
        raise ValueError(f"errand kind {kind.name!r} is registered by {_place(known)} and by {_place(kind)}")
    _kinds[kind.name] = kind


def _place(kind: Kind) -> str:
    return f"{kind.handle.__module__}.{getattr(kind.handle, '__qualname__', repr(kind.handle))}"
