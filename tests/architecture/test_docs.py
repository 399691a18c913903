"""What the code offers stands in its document, and the document offers nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from checks import APPS, ROOT

ENVIRONMENT_READERS = {"env", "environ"}
ANY = "\0"
"""Stands for the part of a journal name that is only known when the program runs."""
KINDS = (
    "group|listing|person|topic|need|offer|expertise|place|post|gathering|call|know-how|node|source|actor|card|link"
    "|flag|moderation|convergence|host|match|interview|mandate|consent|result|ship|reservation"
    "|account|transfer|clearing"
)
HAPPENED = re.compile(rf'"((?:{KINDS})\.[a-z_]+)"')


@cache
def document(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def first_column(text: str) -> set[str]:
    """The words in `code` that begin the rows of a document's tables."""
    return set(re.findall(r"^\| `([^`]+)`", text, flags=re.MULTILINE))


def modules(app: str) -> Iterator[Path]:
    yield from (path for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts)


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every function call of the product."""
    for app in APPS:
        for path in modules(app):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield path.relative_to(ROOT), node


def called(node: ast.Call) -> str:
    """The name that is called, without what stands before its last dot."""
    return getattr(node.func, "id", None) or getattr(node.func, "attr", "")


def pattern_of(node: ast.expr) -> str:
    """The text of a string, with ANY where an f-string fills something in; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(pattern_of(part) if isinstance(part, ast.Constant) else ANY for part in node.values)
    return ""


def settings_read() -> set[str]:
    """Names of the environment variables that settings are read from."""
    found = set()
    for path, call in calls():
        owner = getattr(getattr(call.func, "value", None), "id", None) or getattr(call.func, "id", "")
        if path.parts[0] == "config" and owner in ENVIRONMENT_READERS and call.args:
            name = pattern_of(call.args[0])
            if name.isupper():
                found.add(name)
    return found


@cache
def names_recorded() -> dict[str, Path]:
    """Patterns of all names that any code writes in the journal, and where.

    They are what is handed to `record`, and every literal that reads like something that happened to a kind,
    since actions pass such words on to helpers of theirs. What reactions listen for does not count, nor do
    kinds of errands.
    """
    found = {}
    for path, call in calls():
        if called(call) == "record" and call.args and ANY in (name := pattern_of(call.args[0])):
            found[name] = path
    for app in APPS:
        for path in modules(app):
            said = re.sub(r"reaction\([^)]*\)", "", path.read_text(encoding="utf-8"))
            found |= {word: path.relative_to(ROOT) for word in HAPPENED.findall(said)}
    return {name: path for name, path in found.items() if name not in errand_kinds()}


def test_every_setting_is_explained_and_no_other() -> None:
    read = settings_read()
    assert len(read) >= 10, "the search for settings finds too little to be trusted"
    explained = first_column(document("docs/configuration.md"))
    assert not read - explained
    assert not explained - read


def test_every_journal_name_is_explained() -> None:
    explained = first_column(document("docs/journal.md"))
    recorded = names_recorded()
    assert recorded, "the search for journal names finds nothing"
    missing = {
        name.replace(ANY, "…"): str(path)
        for name, path in recorded.items()
        if not any(fnmatchcase(word, name.replace(ANY, "*")) for word in explained)
    }
    assert not missing


def test_every_explained_journal_name_is_written_somewhere() -> None:
    names = {word for word in first_column(document("docs/journal.md")) if "." in word} - errand_kinds()
    patterns = [name.replace(ANY, "*") for name in names_recorded()]
    assert not {name for name in names if not any(fnmatchcase(name, pattern) for pattern in patterns)}


def errand_kinds() -> set[str]:
    from journal import registry

    return {kind.name for kind in registry.kinds()}


def test_every_kind_of_errand_is_explained() -> None:
    missing = errand_kinds() - first_column(document("docs/journal.md"))
    assert not missing


def test_every_reaction_answers_something_that_is_recorded() -> None:
    """A reaction to a misspelt name would never run, and nobody would notice."""
    from journal import registry

    explained = first_column(document("docs/journal.md"))
    deaf = {
        f"{kind.name} to {pattern}"
        for kind in registry.kinds()
        for pattern in kind.patterns
        if not any(fnmatchcase(name, pattern) for name in explained)
    }
    assert not deaf


def test_every_federated_type_is_explained() -> None:
    from federation import types

    text = document("FEDERATION.md")
    missing = [
        word
        for type_ in types.all_types()
        for word in (*type_.kinds, type_.type, type_.additional_type)
        if word and f"`{word}`" not in text
    ]
    assert types.all_types(), "no kind is registered"
    assert not missing


def test_every_verb_we_act_on_is_explained() -> None:
    from federation.inbound.verbs import known_verbs

    text = document("FEDERATION.md")
    assert not {verb for name, of, _kind in known_verbs() for verb in (name, of) if verb and f"`{verb}`" not in text}


def test_every_notice_is_explained_and_no_other() -> None:
    from notifications import kinds

    explained, registered = first_column(document("docs/notices.md")), set(kinds.names())
    assert not registered - explained
    assert not explained - registered


def test_documents_only_link_to_files_that_exist() -> None:
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8")):
            if not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert not broken


def test_every_limit_is_told_with_its_number_and_no_other() -> None:
    """Neighbours must be able to know what they can rely on."""
    from federation import limits

    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([0-9,]+) \|", document("FEDERATION.md"), flags=re.MULTILINE))
    named = {name: f"{value:,}" for name, value in vars(limits).items() if name.isupper() and isinstance(value, int)}
    assert rows == {name: value for name, value in named.items() if name not in {"MINUTE", "DAY"}}
