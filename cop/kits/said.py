"""One part of a kit's file, as strictly read: what is missing, unknown, too long or in one language only is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

LANGUAGES = ("en", "it")
"""In which every text of a kit is written."""


class BadKit(ValueError):
    """A file is of no use; the text says in which place, what stands there and what is accepted."""


class Said:
    """The names and values at one place of a file, in one language. Every getter raises BadKit."""

    def __init__(self, where: str, values: Any, language: str, required: str, optional: str = "") -> None:
        """`required` and `optional` are names with spaces between them."""
        if not isinstance(values, dict):
            raise BadKit(f"{where}: expected names and values, got {values!r}")
        self.where, self.values, self.language = where, values, language
        must, may = set(required.split()), set(optional.split())
        if missing := must - set(values):
            raise BadKit(f"{where}: {', '.join(sorted(missing))} must be given")
        if unknown := set(map(str, values)) - must - may:
            raise BadKit(f"{where}: unknown: {', '.join(sorted(unknown))}; accepted: {', '.join(sorted(must | may))}")

    def words(self, name: str, most: int) -> str:
        """A text in the language asked for; it has to be there in all, each of at most so many characters."""
        said = self.values[name]
        if not isinstance(said, dict) or set(said) != set(LANGUAGES):
            raise self._bad(name, f"a text in each of {', '.join(LANGUAGES)}", said)
        for language, text in said.items():
            if not isinstance(text, str) or not text.strip():
                raise self._bad(f"{name}.{language}", "some words", text)
            if len(text.strip()) > most:
                raise self._bad(
                    f"{name}.{language}", f"at most {most} characters", f"{len(text.strip())}: {text[:40]}…"
                )
        return str(said[self.language]).strip()

    def one_of(self, name: str, accepted: Collection[str]) -> str:
        said = self.values[name]
        if said not in accepted:
            raise self._bad(name, f"one of {', '.join(accepted)}", said)
        return str(said)

    def some_of(self, name: str, accepted: Collection[str], most: int) -> tuple[str, ...]:
        """At least one, each once."""
        said = self.values[name]
        if not isinstance(said, list) or not 1 <= len(said) <= most or len({*map(str, said)}) < len(said):
            raise self._bad(name, f"a list of 1 to {most}, each once", said)
        if strangers := [each for each in said if each not in accepted]:
            raise self._bad(name, f"some of {', '.join(accepted)}", strangers[0])
        return tuple(said)

    def number(self, name: str, most: int) -> int:
        """A whole number from 1; 0 where the name is left out."""
        said = self.values.get(name, 0)
        if name in self.values and (type(said) is not int or not 1 <= said <= most):
            raise self._bad(name, f"a whole number from 1 to {most}", said)
        return int(said)

    def part(self, name: str, required: str, optional: str = "") -> Said:
        return Said(f"{self.where}: {name}", self.values[name], self.language, required, optional)

    def parts(self, name: str, least: int, most: int, required: str, optional: str = "") -> list[Said]:
        said = self.values[name]
        if not isinstance(said, list) or not least <= len(said) <= most:
            raise self._bad(name, f"a list of {least} to {most}", said)
        where = f"{self.where}: {name}"
        return [Said(f"{where} {n}", each, self.language, required, optional) for n, each in enumerate(said, 1)]

    def _bad(self, name: str, expected: str, said: Any) -> BadKit:
        return BadKit(f"{self.where}: {name}: expected {expected}, got {said!r}")
