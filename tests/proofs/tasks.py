"""Somebody who only hears the names of things finds what they came for in three steps, with scripts and without.

`tasks.yaml` says who comes for what, and what counts as a step and as a screen; it was written before the pages. A
robot reads a task and of each page only what assistive technology is told. It follows the link or door whose name
shares most words with the task, by stems, rare words counting more; where none shares any, it asks the porter. One node
holds the three demo kits, as each node of the demo shows them. No screen on the way shows more than nine choices. The
quick form is the same on the wide screen alone.
"""

from __future__ import annotations

import json
import math
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.federation.live.node import InhabitedNode
from tests.parts import chromium
from tests.proofs import Proof

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAME = "tasks"
ALONE = True

TASKS = Path(__file__).with_name("tasks.yaml")
MOST_STEPS = 3
MOST_CHOICES = 9
SCREENS = ((1280, 720), (360, 740))
CHOICES = "a[href], button, input:not([type=hidden]), select, textarea, summary"
COMMON = 3  # tasks of a language that have a word: from then on it tells nothing about any of them

LOAD = """
import json
from config.demo import kit, loading
things = {}
for key in kit.KEYS:
    things |= {f"{key}/{name}": thing.uri for name, thing in loading.load(kit.read_kit(key)).items()}
from tests.proofs.search import index
index()
print(json.dumps(things))
"""

# How many choices of the page's own part a screen shows at most, whichever way it is scrolled. What answers to one stop
# of the Tab key, or is of no use without the other, is one choice: a group of radio buttons, a box with its button, a
# drawing with what steers it.
DRAWINGS = ".map-view, .network-view, .neighbourhood"
CROWDED = """
([choices, drawings]) => {
  const main = document.querySelector("main");
  const tops = [];
  const seen = new Set();
  for (const one of main.querySelectorAll(choices)) {
    if (one.closest(drawings)) continue;
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || !one.checkVisibility({ visibilityProperty: true })) continue;
    if (one.type === "radio") { if (seen.has(one.name)) continue; seen.add(one.name); }
    if (one.type === "submit" && one.closest("search, [role=search]")) continue;
    tops.push([box.top + scrollY, box.bottom + scrollY]);
  }
  for (const drawing of main.querySelectorAll(drawings)) {
    const box = drawing.getBoundingClientRect();
    tops.push([box.top + scrollY, Math.min(box.bottom, box.top + innerHeight) + scrollY]);
  }
  let most = 0;
  for (const [top] of tops) {
    const inside = tops.filter(([begins, ends]) => begins >= top && ends <= top + innerHeight).length;
    most = Math.max(most, inside);
  }
  return most;
}
"""


@dataclass(frozen=True)
class Choice:
    role: str
    name: str


@dataclass
class Journey:
    steps: list[str]
    arrived: bool
    crowded: int


def main(quick: bool) -> Proof:
    if not chromium():
        return Proof("not measured: there is no Chromium here", held=False)
    tasks = yaml.safe_load(TASKS.read_text(encoding="utf-8"))["tasks"]
    with tempfile.TemporaryDirectory(prefix="flotilla-tasks-") as folder:
        node = InhabitedNode("tasks", Path(folder) / "node")
        node.lay_out()
        things = json.loads(node.prepare(LOAD).splitlines()[-1])
        node.start()
        try:
            journeys = list(_journeys(node, tasks, things, SCREENS[:1] if quick else SCREENS))
        finally:
            node.stop()
    arrived = sum(journey.arrived for _name, journey in journeys)
    longest = max(len(journey.steps) for _name, journey in journeys)
    crowded = max(journey.crowded for _name, journey in journeys)
    figure = f"{arrived}/{len(journeys)} arrived, in at most {longest} steps; at most {crowded} choices on a screen"
    held = arrived == len(journeys) and longest <= MOST_STEPS and crowded <= MOST_CHOICES
    return Proof(figure, held=held)


def _journeys(
    node: InhabitedNode, tasks: list[Any], things: dict[str, str], screens: tuple[tuple[int, int], ...]
) -> Iterator[tuple[str, Journey]]:
    from tests.browser.browsing import a_browser

    weights = {
        language: _weights([each for each in tasks if each["language"] == language]) for language in ("en", "it")
    }
    with a_browser() as browser:
        for size in screens:
            for scripts in (True, False):
                for task in tasks:
                    journey = _travel(browser, node, task, things, dict(weights[task["language"]]), size, scripts)
                    name = f"{task['id']} {size[0]} px {'with' if scripts else 'without'} scripts"
                    end = "arrived" if journey.arrived else "LOST"
                    print(f"{name}: {end}, {journey.crowded} choices, {' → '.join(journey.steps) or 'nowhere'}")
                    yield name, journey


def _travel(
    browser: Browser, node: InhabitedNode, task: Any, things: dict[str, str], weights: dict[str, float],
    size: tuple[int, int], scripts: bool,
) -> Journey:  # fmt: skip
    from tests.browser.browsing import context_on

    viewport = {"width": size[0], "height": size[1]}
    context = context_on(browser, node, language=task["language"], viewport=viewport, java_script_enabled=scripts)
    page = context.new_page()
    page.goto("/")
    journey = Journey([], False, 0)
    tried: set[str] = set()
    try:
        while True:
            page.wait_for_load_state("load")
            journey.crowded = max(journey.crowded, page.evaluate(CROWDED, [CHOICES, DRAWINGS]))
            if _is_there(page, task, things):
                journey.arrived = True
                return journey
            if len(journey.steps) == MOST_STEPS:
                return journey
            journey.steps.append(_step(page, task, weights, tried))
    finally:
        context.close()


def _step(page: Page, task: Any, weights: dict[str, float], tried: set[str]) -> str:
    """Follow the best name, or ask; returns what was done."""
    before = page.url
    best = max(_choices(page, tried), key=lambda choice: _likeness(choice.name, task, weights), default=None)
    if best is not None and _likeness(best.name, task, weights) > 0:
        tried.add(best.name)
        for stem in _stems(best.name, task["language"]):
            weights.pop(stem, None)  # that much is done: what is looked for now is the rest
        page.locator("main, header").get_by_role(best.role, name=best.name, exact=True).first.click()  # type: ignore[arg-type]
        page.wait_for_url(lambda url: url != before)
        return f"“{best.name[:60]}”"
    box = page.get_by_role("searchbox").last  # at the foot of every page
    box.fill(task["task"])
    box.press("Enter")
    page.wait_for_url(lambda url: url != before)
    return "asked"


def _choices(page: Page, tried: set[str]) -> list[Choice]:
    """Links and buttons by what they are called: those of the page's own part, then those of its head."""
    found: list[Choice] = []
    for part in ("main", "header"):
        told = page.locator(part).first.aria_snapshot().replace("''", "'")  # as YAML writes a line in single quotes
        for role, name in re.findall(r"- '?(link|button) (\"(?:[^\"\\]|\\.)*\")", told):
            if json.loads(name) not in tried:
                found.append(Choice(role, json.loads(name)))
    return found


def _is_there(page: Page, task: Any, things: dict[str, str]) -> bool:
    at = urlsplit(page.url)
    if "thing" in task:
        return at.path == urlsplit(things[task["thing"]]).path
    wanted = urlsplit(task["page"])
    return at.path == wanted.path and parse_qs(wanted.query).items() <= parse_qs(at.query).items()


# --- Words ------------------------------------------------------------------------------------------------


def _stems(text: str, language: str) -> set[str]:
    from atlas.search import words

    return {words.stem(word, language) for word in words.words_of(text) if words.is_telling(word)}


def _weights(tasks: list[Any]) -> dict[str, float]:
    """What sharing a word with a task tells: nothing, where the others say it as well."""
    counted = Counter(stem for task in tasks for stem in _stems(task["task"], task["language"]))
    return {stem: math.log(COMMON / count) for stem, count in counted.items() if count < COMMON}


def _likeness(name: str, task: Any, weights: dict[str, float]) -> float:
    """How much a name says of what the task says."""
    own = _stems(name, task["language"])
    shared = own & _stems(task["task"], task["language"])
    return sum(weights.get(stem, 0.0) for stem in shared)
