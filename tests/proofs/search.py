"""Forty questions in two languages find what they should among the first five of three real registers.

`search_queries.yaml` says what is typed and what should be found; it was written before the search. The registers are
those of the demo, brought as there by `manage.py bring` to a temporary SQLite node, and the node's own work indexes
them. The quick form is the same; without it, the time of a question is also measured on a node with a hundred thousand
copies.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from checks import ROOT
from config.demo.registers import CENTRES, LIBRARIES, REGISTERS, there
from tests.proofs import Proof

NAME = "search"

QUERIES = Path(__file__).with_name("search_queries.yaml")
DATA = ROOT.parent / "shared" / "data"
TABLES = {"london-community-centres": CENTRES.name, "london-libraries": LIBRARIES.name}
"""What `search_queries.yaml` calls the registers of places."""
IN_THE_FIRST = 5
OF_ALL, OF_THOSE_WITH_TYPOS = 0.9, 0.8
MANY = 100_000  # documents
MEASURED = "figures of the search: "


def main(quick: bool) -> Proof:
    if absent := set(REGISTERS) - set(there(DATA)):
        return Proof(f"not measured: {DATA} is without {', '.join(each.name for each in absent)}", held=False)
    with tempfile.TemporaryDirectory(prefix="flotilla-search-") as folder:
        environment = {**os.environ, "DATA_DIR": folder, "DATABASE_URL": f"sqlite:///{folder}/node.sqlite3"}
        environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "WARNING"}
        command = [sys.executable, "-m", "tests.proofs.search", *(["--quick"] if quick else [])]
        told = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    lines = told.splitlines()
    print("\n".join(line for line in lines if not line.startswith(MEASURED)))
    figures = json.loads(next(line for line in lines if line.startswith(MEASURED)).removeprefix(MEASURED))
    found, asked, mended, mistyped = (figures[name] for name in ("found", "asked", "mended", "mistyped"))
    figure = f"{found}/{asked} in the first five, {mended}/{mistyped} of those with typos"
    return Proof(figure, held=found >= OF_ALL * asked and mended >= OF_THOSE_WITH_TYPOS * mistyped)


# --- In a process of its own, on the temporary node -----------------------------------------------------


def measure(quick: bool) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    bring_registers()
    index()
    known = dict(known_rows())
    figures = {"found": 0, "asked": 0, "mended": 0, "mistyped": 0}
    for query in yaml.safe_load(QUERIES.read_text(encoding="utf-8"))["queries"]:
        first = [known.get(uri, uri) for uri in _first(query["q"])]
        hit = not set(first).isdisjoint(query["expected"])
        has_typo = query.get("typo", False)
        for name, counts in (("asked", True), ("found", hit), ("mistyped", has_typo), ("mended", hit and has_typo)):
            figures[name] += counts
        if not hit:
            print(f"missed: {query['q']!r} expects {query['expected']}, got {first}")
    _print_times("as they are")
    if not quick:
        _copy_documents()
        _print_times(f"at {MANY} documents")
    print(MEASURED + json.dumps(figures))


def index() -> None:
    """The part of the node's work that makes cards and their documents; nobody is told of anything."""
    from django.db.models import Q

    from atlas.cards import follow_the_journal
    from journal import Errand, carry_out, claim

    while errands := claim(Errand, 200, Q(kind="atlas.card")):
        carry_out(errands, follow_the_journal)


def bring_registers(part: str = "1/1") -> None:
    from django.core.management import call_command

    from atlas import vocabulary

    vocabulary.load()
    for register in REGISTERS:
        said = io.StringIO()
        call_command("bring", *register.arguments(DATA, part), stdout=said)
        counts = json.loads(said.getvalue())
        print(f"{register.name}: {counts['new']} new of {counts['rows']} rows")


def known_rows() -> Iterator[tuple[str, str]]:
    """The identifier of everything by its address."""
    from cop.models import Listing, Place

    for listing in Listing.objects.all():
        yield listing.uri, f"{listing.register}-{listing.register_id}"
    for place in Place.objects.all():
        yield place.uri, f"{TABLES[place.register]}:{place.name}"


def _first(question: str) -> list[str]:
    """As the atlas lists them for a visitor."""
    from django.http import QueryDict

    from atlas.filters import CardFilter
    from atlas.models import Card

    query = QueryDict(mutable=True)
    query["q"] = question
    found = CardFilter(query, Card.objects.visible_to(None)).in_order()
    return [card.uri for card in found[:IN_THE_FIRST]]


def _print_times(where: str) -> None:
    import statistics
    import time

    times = []
    for query in yaml.safe_load(QUERIES.read_text(encoding="utf-8"))["queries"]:
        started = time.perf_counter()
        _first(query["q"])
        times.append(1000 * (time.perf_counter() - started))
    slowest = sorted(times)[int(len(times) * 0.95)]
    print(f"a question {where}: median {statistics.median(times):.0f} ms, 95 % under {slowest:.0f} ms")


def _copy_documents() -> None:
    """The same cards again and again under other addresses, written at once: the time of a question is measured."""
    from django.db.models import F
    from django.forms.models import model_to_dict

    from atlas.models import Card, SearchDocument, Word

    held = list(Card.objects.select_related("document"))
    rounds = MANY // len(held)
    for number in range(rounds):
        cards = [_copy(card, uri=f"{card.uri}/{number}") for card in held]
        Card.objects.bulk_create(cards, batch_size=500)
        documents = [
            SearchDocument(card=copy, **model_to_dict(card.document, exclude=["card"]))
            for card, copy in zip(held, cards, strict=True)
        ]
        SearchDocument.objects.bulk_create(documents, batch_size=500)
    Word.objects.update(documents=F("documents") * (rounds + 1))


def _copy(card: Any, **changes: Any) -> Any:
    values = {field.attname: getattr(card, field.attname) for field in card._meta.concrete_fields if field.name != "id"}
    return type(card)(**(values | changes))


if __name__ == "__main__":
    measure("--quick" in sys.argv)
