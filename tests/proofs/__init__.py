"""Proofs: each module measures one promise of the project and prints its figure last.

A proof is a module of this folder with a first docstring line that says what is promised, a `NAME`, and
`main(quick)`, which returns a `Proof` (or an exit code, when it printed its figure itself). `./run prove`
lists them, `./run prove NAME` runs one. The quick form is what CI runs: the same claim, a smaller count, at
most a minute. One whose figure is a time says `ALONE = True`: nothing else runs beside it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType


@dataclass(frozen=True)
class Proof:
    """The figure in words and units, and whether it is as good as promised."""

    figure: str
    held: bool


@dataclass(frozen=True)
class Entry:
    name: str
    promise: str
    main: Callable[[bool], Proof | int]
    alone: bool = False

    @classmethod
    def of(cls, module: ModuleType) -> Entry:
        promise = (module.__doc__ or "").strip().splitlines()[0]
        return cls(module.NAME, promise, module.main, getattr(module, "ALONE", False))


def registry() -> Iterator[Entry]:
    """Every proof of this folder, by name. Modules whose names start with an underscore only help others."""
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        if not found.name.startswith("_"):
            module = importlib.import_module(f"{__name__}.{found.name}")
            if hasattr(module, "NAME"):
                yield Entry.of(module)
