"""Reading what a steward wrote in YAML: every mistake is told with its place and what is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from desk.bringing.report import BadFile

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_MAPPING = 1_000_000  # bytes


def read_yaml(path: Path) -> dict[str, Any]:
    """A small YAML file as a dictionary. Raises BadFile."""
    try:
        if path.stat().st_size > LONGEST_MAPPING:
            raise BadFile(f"{path.name}: expected at most {LONGEST_MAPPING} bytes")
        text = path.read_text(encoding="utf-8")
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise BadFile(f"{path.name}: expected every value written out, got an alias (*)")
        found = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile(f"{path.name}: cannot be read as YAML: {error}") from error
    return named(found, path.name)


def named(said: Any, where: str, known: set[str] | None = None) -> dict[str, Any]:
    """Names and values; with `known`, no others. A name nobody knows is a mistyped one, and is not passed over."""
    if not isinstance(said, dict):
        raise BadFile(f"{where}: expected names and values, got {said!r:.100}")
    if known is not None and (unknown := [str(name) for name in said if name not in known]):
        raise BadFile(f"{where}: unknown: {', '.join(unknown)}; accepted: {', '.join(sorted(known))}")
    return {str(name): value for name, value in said.items()}


def listed(where: str, said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise BadFile(f"{where}: expected a list, got {said!r:.100}")
    return said


def text(where: str, said: Any, *, longest: int = 200) -> str:
    if not isinstance(said, str) or len(said) > longest:
        raise BadFile(f"{where}: expected a text of at most {longest} characters, got {said!r:.100}")
    return said


def one_of(where: str, said: Any, accepted: tuple[str, ...]) -> str:
    if said not in accepted:
        raise BadFile(f"{where}: expected {' or '.join(accepted)}, got {said!r:.100}")
    return str(said)


def accepted(values: Any) -> frozenset[str]:
    return frozenset(str(value) for value in (values if isinstance(values, list) else [values]))
