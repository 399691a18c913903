"""Looking at a page as axe-core does, and as somebody with a narrow screen or a dark one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, cycle
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from tests.browser.browsing import Complaints, a_browser, at_rest
from tests.browser.crew import GUARDED, MEMBER, STEWARD, VISITOR
from tests.browser.harbour import Crowd
from tests.browser.page_types import PAGES, WITHOUT_ADDRESS, Example

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

    from tests.browser.harbour import Harbour

LANGUAGES = ("en", "it")
WIDE, NARROW = (1280, 800), (320, 720)
ZOOMED = (320, 256)
"""Pixels. The last is what 1280 by 1024 becomes at 400 % zoom (WCAG 2.2, 1.4.10)."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# In the dark only colours differ, so only what is about colours is asked again.
COLOURS = ["color-contrast", "link-in-text-block"]
RUN = """
async ([type, values]) => {
  await new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)));
  await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  const found = await axe.run(document, { runOnly: { type, values }, resultTypes: ["violations"], preload: false });
  const place = ({ html, target, failureSummary }) =>
    [target.join(" "), html.slice(0, 160), (failureSummary ?? "").split("\\n")[1] ?? ""].join("  ");
  return found.violations.map(({ id, help, nodes }) => ({ id, help, places: nodes.slice(0, 3).map(place) }));
}
"""

# The innermost things that reach beyond the screen, unless what holds them scrolls by itself.
SIDEWAYS = """
() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return "";
  const beyond = (each) => each.getBoundingClientRect().right > clientWidth + 1;
  const wide = [...document.body.querySelectorAll("*")].filter(beyond);
  const inner = wide.filter((each) => !wide.some((other) => other !== each && each.contains(other)));
  const seen = inner.slice(0, 3).map((each) => each.outerHTML.slice(0, 160));
  return `${scrollWidth} px of ${clientWidth}: ${seen.join(" | ")}`;
}
"""


@dataclass(frozen=True)
class View:
    """How a page is looked at."""

    language: str
    width: tuple[int, int]
    dark: bool = False

    def __str__(self) -> str:
        return f"{self.language}, {self.width[0]} px, {'dark' if self.dark else 'light'}"


ALL = tuple(View(language, width) for language in LANGUAGES for width in (WIDE, NARROW))
"""Every light view: the first face of every page is looked at in all of them, once zoomed and once in the dark."""
EVERY = tuple(
    View(language, width, dark) for language in LANGUAGES for width in (WIDE, NARROW, ZOOMED) for dark in (False, True)
)
"""For a measurement that is told, of the first face of every page."""
FEWER = (View("en", WIDE), View("it", NARROW), View("it", NARROW, dark=True))
"""Another face of a page has most of it in common with the first."""
ONE = (View("en", WIDE), View("it", NARROW), View("en", NARROW, dark=True), View("it", WIDE, dark=True))
"""In a hurry each page is looked at in one of these, in turn."""
SPOKEN = {VISITOR: LANGUAGES, STEWARD: ("it",), MEMBER: ("en",), GUARDED: ("it",)}
"""In a hurry: signing in once more, to speak the other language, takes longer than to look at a page."""
WALKS = 2


@dataclass(frozen=True)
class Stop:
    """One page to open, and the views to look at it in."""

    name: str
    example: Example
    views: tuple[View, ...]


def plan(quick: bool, *, every: bool = False) -> list[Stop]:
    """Every face of every page, the first in `every` view if need be; in a hurry, the first face of each."""
    pages = PAGES | WITHOUT_ADDRESS
    if quick:
        turns = {who: cycle([view for view in ONE if view.language in SPOKEN[who]]) for who in SPOKEN}
        return [Stop(name, examples[0], (next(turns[examples[0].who]),)) for name, examples in pages.items()]
    stops = []
    for number, (name, examples) in enumerate(pages.items()):
        dark = View(LANGUAGES[number % 2], (NARROW, WIDE)[number // 2 % 2], dark=True)
        zoomed = View(LANGUAGES[(number + 1) % 2], ZOOMED)
        stops.append(Stop(name, examples[0], EVERY if every else (*ALL, zoomed, dark)))
        stops += [Stop(name, example, FEWER) for example in examples[1:]]
    return stops


def sweep(harbour: Harbour, quick: bool = False, *, every: bool = False) -> list[str]:
    """Everything that is wrong on any page, a sentence each.

    Two browsers share the people: an account speaks one language at a time, so the languages come one after the other.
    """
    with ThreadPoolExecutor(WALKS) as pool:
        return list(chain.from_iterable(pool.map(lambda walk: _walk(harbour, walk), _walks(plan(quick, every=every)))))


def _walks(stops: list[Stop]) -> list[list[Stop]]:
    """About as much to look at in each, and everything of one person in the same."""
    views = Counter()
    for stop in stops:
        views[stop.example.who] += len(stop.views)
    walks: list[list[Stop]] = [[] for _number in range(WALKS)]
    for who, _views in views.most_common():
        shortest = min(walks, key=lambda walk: sum(len(stop.views) for stop in walk))
        shortest += [stop for stop in stops if stop.example.who == who]
    return walks


def _walk(harbour: Harbour, stops: list[Stop]) -> list[str]:
    faults: list[str] = []
    with a_browser() as browser:
        for language in LANGUAGES:
            crowd = Crowd(browser, harbour, language)
            for stop in stops:
                views = [view for view in stop.views if view.language == language]
                if views:
                    faults += faults_of(crowd, stop.name, stop.example, views)
            crowd.leave()
    return faults


def faults_of(crowd: Crowd, name: str, example: Example, views: Sequence[View]) -> Iterator[str]:
    """What is wrong with one page in each of these views of one language, a sentence each."""
    where = f"{name} ({example.face})" if example.face else name
    page = crowd.stranger() if example.alone else crowd.page_of(example.who)
    complaints = Complaints(page)
    try:
        status = _open(page, crowd, example, views[0])
        if status != example.status:
            yield f"{where}: answered {status}, not {example.status}"
        if (spoken := page.locator("html").get_attribute("lang")) != crowd.language:
            yield f"{where}: speaks {spoken}, not {crowd.language}"
        for view in views:
            for fault in _seen(page, view):
                yield f"{where}, {view}: {fault}"
        for complaint in complaints.take():
            if not (status >= 400 and f"a status of {status}" in complaint and complaint.startswith(page.url)):
                yield f"{where}, {crowd.language}: the browser says {complaint}"
    except (AssertionError, PlaywrightError) as broken:
        yield f"{where}, {crowd.language}: could not be looked at: {broken}"
    finally:
        complaints.stop()
        if example.alone:
            page.context.clear_cookies()


def _open(page: Page, crowd: Crowd, example: Example, view: View) -> int:
    """Bring the example on the screen, ready to be looked at in `view`; the status of the last answer."""
    _dress(page, view)
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    try:
        page.goto(example.path.format_map(crowd.harbour.names))
        if example.steps:
            example.steps(page, crowd)
        at_rest(page)
    finally:
        page.remove_listener("response", note)
    return next(answer.status for answer in reversed(answers) if answer.request.is_navigation_request())


def _dress(page: Page, view: View) -> None:
    page.emulate_media(color_scheme="dark" if view.dark else "light")
    page.set_viewport_size({"width": view.width[0], "height": view.width[1]})


def _seen(page: Page, view: View) -> Iterator[str]:
    _dress(page, view)
    for violation in page.evaluate(RUN, ["rule", COLOURS] if view.dark else ["tag", TAGS]):
        yield "\n    ".join([f"{violation['id']}: {violation['help']}", *violation["places"]])
    if too_wide := page.evaluate(SIDEWAYS):
        yield f"scrolls sideways: {too_wide}"
