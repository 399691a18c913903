"""Of sixty offers the best for a need stand first, also in the other language and in other words, quickly in a city.

`matching_gold.yaml` holds sixty needs, sixty offers and which of them meet; it was written before the matcher. Weights
were chosen on one half of the needs; counted is the other half: precision at 5 and recall at 10 of the node's own
suggestions, beside what trigrams alone and topics alone would give. Then the time for one need among 20,000 candidates.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from checks import ROOT
from tests.proofs import Proof
from tests.proofs.search import MEASURED

NAME = "matching"
ALONE = True

GOLD = Path(__file__).with_name("matching_gold.yaml")
CANDIDATES, QUICK_CANDIDATES = 20_000, 5_000
FIRST, FURTHER = 5, 10
# What was wished for, and what is held: see docs/decisions/0015-matching.md.
WISHED = (0.6, 0.8)
HELD = (0.4, 0.58)
MOST_MILLISECONDS = 1_500

Ranked = dict[str, list[str]]


def main(quick: bool) -> Proof:
    with tempfile.TemporaryDirectory(prefix="flotilla-matching-") as folder:
        environment = {**os.environ, "DATA_DIR": folder, "DATABASE_URL": f"sqlite:///{folder}/node.sqlite3"}
        environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "WARNING", "DEBUG": "1"}
        environment |= {"EMBEDDER": "universal"}
        command = [sys.executable, "-m", "tests.proofs.matching", str(QUICK_CANDIDATES if quick else CANDIDATES)]
        told = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    print("\n".join(line for line in told.splitlines() if not line.startswith(MEASURED)))
    found = json.loads(next(line for line in told.splitlines() if line.startswith(MEASURED)).removeprefix(MEASURED))
    ours, others = found["ours"], (found["trigrams"], found["topics"])
    told_as = ", ".join(
        f"{name} {found[name][0]:.2f}/{found[name][1]:.2f}" for name in ("trigrams", "topics", "worked")
    )
    figure = (
        f"held-out precision@5 {ours[0]:.2f}, recall@10 {ours[1]:.2f} (wished: {WISHED[0]}/{WISHED[1]};"
        f" {told_as}); {found['ms']:.0f} ms per need at {found['candidates']:,}"
    )
    better = all(ours[0] > other[0] and ours[1] > other[1] for other in others)
    held = better and ours[0] >= HELD[0] and ours[1] >= HELD[1] and found["ms"] <= MOST_MILLISECONDS
    return Proof(figure, held=held)


# --- In a process of its own, on the temporary node -----------------------------------------------------


def measure(candidates: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    gold = yaml.safe_load(GOLD.read_text(encoding="utf-8"))
    known = _stock(gold)
    halves = {True: [each for each in gold["needs"] if each["held_out"]]}
    halves[False] = [each for each in gold["needs"] if not each["held_out"]]
    ways = {"ours": _suggested, "trigrams": _by_trigrams, "topics": _by_topics}
    figures: dict[str, Any] = {name: _figures(halves[True], rank(gold, known)) for name, rank in ways.items()}
    figures["worked"] = _figures(halves[False], _suggested(gold, known))
    figures |= {"ms": _milliseconds(known, candidates), "candidates": candidates}
    print(MEASURED + json.dumps(figures))


def _figures(needs: list[dict[str, Any]], ranked: Ranked) -> tuple[float, float]:
    precise, recalled = [], []
    for need in needs:
        relevant, listed = set(need["relevant"]), ranked[need["id"]]
        precise.append(len(relevant & set(listed[:FIRST])) / FIRST)
        recalled.append(len(relevant & set(listed[:FURTHER])) / len(relevant))
    return statistics.mean(precise), statistics.mean(recalled)


def _stock(gold: dict[str, Any]) -> dict[str, str]:
    """Publish it all by the actions people use; returns the address of each by its name in the gold set."""
    from journal.lanes import work_until_idle
    from tests.matches import Meeting
    from tests.proofs._offered import publish

    meeting = Meeting()
    known = {each["id"]: publish(each, meeting.erin, meeting.readers.actor) for each in gold["offers"]}
    known |= {each["id"]: publish(each | {"kind": "need"}, meeting.bob, meeting.group.actor) for each in gold["needs"]}
    work_until_idle()
    return known


def _suggested(gold: dict[str, Any], known: dict[str, str]) -> Ranked:
    """As a page of the need would list them, without what has to be visible: all of it is."""
    from cop.models import Suggestion

    names = {uri: name for name, uri in known.items()}
    found: Ranked = {}
    for need in gold["needs"]:
        rows = Suggestion.objects.filter(for_uri=known[need["id"]]).order_by("-score", "other_uri")
        listed = [names.get(uri, "") for uri in rows.values_list("other_uri", flat=True)]
        found[need["id"]] = [name for name in listed if name]
    return found


def _by_trigrams(gold: dict[str, Any], known: dict[str, str]) -> Ranked:
    from atlas.embedding.embedder import TrigramEmbedder

    embedder = TrigramEmbedder()
    offers = embedder.encode([f"{each['title']}. {each['summary']}" for each in gold["offers"]])
    needs = embedder.encode([f"{each['title']}. {each['summary']}" for each in gold["needs"]])
    return _ranked(gold, (needs @ offers.T).tolist())


def _by_topics(gold: dict[str, Any], known: dict[str, str]) -> Ranked:
    """SKOS distance alone: on average over the topics of the need, the nearest of the offer's."""
    from cop.matching.reading import _near_topics

    def near(need: dict[str, Any], offer: dict[str, Any]) -> float:
        rows = [[_near_topics(one).get(other, 0.0) for other in offer["topics"]] for one in need["topics"]]
        return statistics.mean(max(row, default=0.0) for row in rows)

    return _ranked(gold, [[near(need, offer) for offer in gold["offers"]] for need in gold["needs"]])


def _ranked(gold: dict[str, Any], scores: list[list[float]]) -> Ranked:
    names = [each["id"] for each in gold["offers"]]
    return {
        need["id"]: [name for _score, name in sorted(zip(row, names, strict=True), key=lambda pair: -pair[0])]
        for need, row in zip(gold["needs"], scores, strict=True)
    }


def _milliseconds(known: dict[str, str], candidates: int) -> float:
    """The median of working out one need's list anew, among that many."""
    import random

    from cop.matching.suggesting import reconsider
    from cop.models import Reading

    chance = random.Random(7)
    held = list(Reading.objects.filter(side="offer"))
    more = []
    for number in range(candidates - len(held)):
        like = held[number % len(held)]
        stirred = bytes(
            (each + chance.choice((-9, 0, 9))) % 256 if chance.random() < 0.3 else each for each in like.vector
        )
        row = Reading(uri=f"https://city.example/offers/{number}", side="offer", kind=like.kind, language=like.language)
        row.vector, row.made_by = stirred, like.made_by
        more.append(row)
    Reading.objects.bulk_create(more, batch_size=500)
    needs = [uri for name, uri in known.items() if name.startswith("need-")][:15]
    times = []
    for uri in needs:
        started = time.perf_counter()
        reconsider(uri)
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


if __name__ == "__main__":
    measure(int(sys.argv[1]))
