"""Sixty questions in plain words, in English and Italian, find what they should among the first five of the answer.

`sentences.yaml` says what is typed at the door and what should be found; it was written before the sentence search.
One node holds the three demo kits and the three registers of the demo, and its own work indexes them. What is counted
is the front door's own answer: the first five as they stand on the page. The quick form is the same.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from checks import ROOT
from config.demo.registers import REGISTERS, there
from tests.proofs import Proof
from tests.proofs.search import DATA, IN_THE_FIRST, MEASURED, OF_ALL, OF_THOSE_WITH_TYPOS

NAME = "sentences"

QUESTIONS = Path(__file__).with_name("sentences.yaml")
KINDS = ("en", "it", "sentence", "typo")  # of questions, each counted for itself


def main(quick: bool) -> Proof:
    if absent := set(REGISTERS) - set(there(DATA)):
        return Proof(f"not measured: {DATA} is without {', '.join(each.name for each in absent)}", held=False)
    with tempfile.TemporaryDirectory(prefix="flotilla-sentences-") as folder:
        environment = {**os.environ, "DATA_DIR": folder, "DATABASE_URL": f"sqlite:///{folder}/node.sqlite3"}
        environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "WARNING", "DEBUG": "1"}
        command = [sys.executable, "-m", "tests.proofs.sentences"]
        told = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    lines = told.splitlines()
    print("\n".join(line for line in lines if not line.startswith(MEASURED)))
    figures = json.loads(next(line for line in lines if line.startswith(MEASURED)).removeprefix(MEASURED))
    found, asked = figures["all"]
    mended, mistyped = figures["typo"]
    by_kind = ", ".join(f"{figures[kind][0]}/{figures[kind][1]} {kind}" for kind in KINDS)
    return Proof(
        f"{found}/{asked} in the first five ({by_kind})",
        held=asked > 0 and found >= OF_ALL * asked and mended >= OF_THOSE_WITH_TYPOS * mistyped,
    )


# --- In a process of its own, on the temporary node -----------------------------------------------------


def measure() -> None:
    import django

    django.setup()
    from django.test import Client

    known = _stocked()
    figures: dict[str, list[int]] = {kind: [0, 0] for kind in ("all", *KINDS)}
    visitor = Client(SERVER_NAME="127.0.0.1")
    for question in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))["questions"]:
        first = [known.get(uri, uri) for uri in _first(visitor, question["q"], question["language"])]
        hit = not set(first).isdisjoint(question["expected"])
        asked_as = ["all", question["language"], *(kind for kind in ("sentence", "typo") if question.get(kind))]
        for kind in asked_as:
            figures[kind][0] += hit
            figures[kind][1] += 1
        if not hit:
            print(f"missed: {question['q']!r} expects {question['expected']}, got {first}")
    print(MEASURED + json.dumps(figures))


def _stocked() -> dict[str, str]:
    """Put the kits and the registers on the node; returns what the questions call each thing, by its address."""
    from django.core.management import call_command

    from config.demo import kit, loading
    from tests.proofs.search import bring_registers, index, known_rows

    call_command("migrate", verbosity=0)
    bring_registers()
    known = dict(known_rows())
    for key in kit.KEYS:
        things = loading.load(kit.read_kit(key))
        known |= {thing.uri: f"{key}/{name}" for name, thing in things.items()}
    index()
    return known


def _first(visitor: object, question: str, language: str) -> list[str]:
    """The first five things that the front door's answer shows."""
    import re
    from html import unescape

    page = visitor.get("/ask/", {"q": question}, headers={"Accept-Language": language})  # type: ignore[attr-defined]
    assert page.status_code == 200, f"{question!r} was answered with {page.status_code}"
    return [unescape(uri) for uri in re.findall(r'data-uri="([^"]+)"', page.content.decode())][:IN_THE_FIRST]


if __name__ == "__main__":
    measure()
