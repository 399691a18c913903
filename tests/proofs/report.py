"""A report about a thing of another node is on both desks in under 5 s, and its outcome is back at the reporter.

Two embedded neighbour nodes on this machine. Somebody on Camden's node reports, by the form, a need that Hackney's
steward published. The clock starts when the form is sent, and stops when the report stands on Camden's desk, and on
Hackney's. Hackney's steward opens it and decides; that clock stops when the reporter's page says what was decided, and
the need is gone from Camden's node. Each time it is another need. The quick form does fewer.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.federation.live.node import PASSWORD, InhabitedNode, Visitor
from tests.federation.live.shipyard import Shipyard
from tests.federation.live.stories import cards, publish_need, steward
from tests.nodes import eventually
from tests.proofs import Proof

NAME = "report"
ALONE = True

TIMES = 10
QUICK_TIMES = 3
AT_MOST_SECONDS = 5.0
PATIENCE_SECONDS = 30  # how long is waited before it counts as never

REPORTER = """
from accounts.actions import make_account
make_account("charlie@camden.example", {password!r})
"""

Found = TypeVar("Found")


@dataclass(frozen=True)
class Passage:
    """Seconds from sending the form to each desk, and from the decision back to the reporter."""

    own_desk: float
    their_desk: float
    back: float


def main(quick: bool) -> Proof:
    with tempfile.TemporaryDirectory(prefix="flotilla-report-") as folder:
        data = Path(folder)
        with (
            Shipyard(data / "yard", production=False) as yard,
            yard.company("camden", "hackney", folder=data) as (camden, hackney),
        ):
            camden.prepare(REPORTER.format(password=PASSWORD))
            passages = [_one(camden, hackney, number) for number in range(QUICK_TIMES if quick else TIMES)]
    for passage in passages:
        print(f"own desk {passage.own_desk:.2f} s, their desk {passage.their_desk:.2f} s, back {passage.back:.2f} s")
    there, back = [each.their_desk for each in passages], [each.back for each in passages]
    worst = max(*there, *back, *(each.own_desk for each in passages))
    figure = (
        f"{len(passages)} reports: on the other node's desk in {statistics.median(there):.2f} s (median, worst "
        f"{max(there):.2f} s), the outcome back in {statistics.median(back):.2f} s (median, worst {max(back):.2f} s)"
    )
    return Proof(figure, held=worst < AT_MOST_SECONDS)


def _one(camden: InhabitedNode, hackney: InhabitedNode, number: int) -> Passage:
    title = f"Reported need {number}"
    publish_need(steward(hackney), title)
    eventually(lambda: title in cards(camden, kind="need"), within=PATIENCE_SECONDS)
    charlie, here, there = camden.person("charlie@camden.example"), steward(camden), steward(hackney)
    before = {desk.node.name: _reports_on(desk) for desk in (here, there)}
    form = _form_about(charlie, title)
    began = time.monotonic()
    assert charlie.post("/reports/new", form, "/reports/").status == 200
    _own, own_desk = _timed(lambda: _reports_on(here) - before["camden"], began)
    theirs, their_desk = _timed(lambda: _reports_on(there) - before["hackney"], began)
    page = f"/desk/reports/{theirs.pop()}"
    assert title in there.get(page).text, "the right thing stands on the right desk"
    decided = time.monotonic()
    assert there.post(page, {"decision": "hide", "words": f"Hidden, number {number}"}, page).status == 200
    _said, back = _timed(lambda: f"Hidden, number {number}" in charlie.get("/reports/").text, decided)
    _gone, _seconds = _timed(lambda: title not in cards(camden, kind="need"), decided)
    return Passage(own_desk, their_desk, back)


def _form_about(reporter: Visitor, title: str) -> dict[str, str]:
    """As the page of the need leads to it."""
    path = re.search(rf'href="(/needs/[a-z0-9]+)"[^>]*>\s*(?:<[^>]+>\s*)*{title}', reporter.get("/needs/").text)
    assert path, f"{title} is not on the list"
    about = re.search(r'<a href="(/reports/new\?about=[^"]+)"', reporter.get(path[1]).text)
    assert about, "a thing's page leads to its report"
    named = re.search(r'name="about" value="([^"]+)"', reporter.get(about[1]).text)
    assert named, "the form knows what it is about"
    return {"about": named[1], "reason": "hurtful", "words": "It calls my neighbours names."}


def _reports_on(desk: Visitor) -> set[str]:
    return set(re.findall(r"/desk/reports/(\d+)", desk.get("/desk/").text))


def _timed(check: Callable[[], Found], began: float) -> tuple[Found, float]:
    """What was found, and the seconds from `began` until then."""
    found = eventually(check, within=PATIENCE_SECONDS)
    return found, time.monotonic() - began
