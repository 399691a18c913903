"""The rules of the house that no other tool judges. Imports are judged by import-linter, in `./run check`."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from checks import APPS, ROOT

LONGEST_MODULE = 400
LONGEST_VIEW = 20
INLINE = re.compile(
    r"""<style\b|\sstyle=|<script(?![^>]*\s(?:src=|type="application/json"))[^>]*>|\son[a-z]+\s*=\s*["']""",
    re.IGNORECASE,
)


def modules(*below: str) -> list[Path]:
    return [
        path
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts and (not below or set(below) & {path.stem, *path.parent.parts})
    ]


def test_a_module_can_be_read_in_one_sitting() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
    assert not {name: length for name, length in lengths.items() if length > LONGEST_MODULE}


def test_views_only_parse_call_and_render() -> None:
    long = {}
    for path in modules("views"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                start = node.body[1].lineno if ast.get_docstring(node) and len(node.body) > 1 else node.body[0].lineno
                length = (node.end_lineno or start) - start + 1
                if length > LONGEST_VIEW:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = length
    assert not long


def test_templates_hold_no_inline_style_or_script() -> None:
    """The content security policy would refuse them in the browser, where no test sees it."""
    found = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("templates/**/*.html")):
            found += [f"{path.relative_to(ROOT)}: {match}" for match in INLINE.findall(path.read_text())]
    assert not found


def test_every_proof_says_what_it_promises() -> None:
    from tests.proofs import registry

    proofs = list(registry())
    assert len({proof.name for proof in proofs}) == len(proofs) > 0
    assert all(proof.promise.endswith((".", "?")) for proof in proofs)


def test_the_settings_are_read_in_one_place() -> None:
    """A switch read from the environment elsewhere would be in no document and in no `doctor` report."""
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.relative_to(ROOT).parts[0] != "config" and re.search(r"\bos\.(environ|getenv)\b", path.read_text())
    ]
    assert not elsewhere
