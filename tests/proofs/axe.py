"""Every type of page has no violation for axe-core (WCAG 2.2 AA and best practice), in both languages.

One embedded node is filled with the three kits of the demo. The types are those of the URL configuration: a page
that is not in `tests/browser/page_types.py` fails the tests. Each is opened in English and Italian, light and dark,
1280 and 320 px wide and as 400 % zoom leaves it. A page that scrolls sideways, a script error, a refused style or a
missing file counts as a fault too. Then somebody with a keyboard alone finds a place on the map, follows a topic,
publishes a need and walks the network (`tests/browser/test_keyboard.py`). The quick form opens every type once, in turn
in one language, width and scheme, and leaves the keyboard to the tests.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.browser.harbour import Harbour
from tests.browser.looking import LANGUAGES, NARROW, WIDE, plan, sweep
from tests.parts import no_browser
from tests.proofs import Proof

NAME = "axe"

KITS, QUICK_KITS = 3, 1


def main(quick: bool) -> Proof:
    if missing := no_browser():
        return Proof(f"not measured: {missing}", held=False)
    with (
        tempfile.TemporaryDirectory(prefix="flotilla-axe-") as data,
        Harbour(Path(data), QUICK_KITS if quick else KITS) as node,
    ):
        faults = sweep(node, quick, every=not quick)
    for fault in faults:
        print(fault, flush=True)
    stops = plan(quick, every=not quick)
    types, faces = len({stop.name for stop in stops}), sum(len(stop.views) for stop in stops)
    scope = (
        f"{types} page types, {len(LANGUAGES)} languages, {NARROW[0]} and {WIDE[0]} px and 400 % zoom, light and dark, "
        f"{faces} views{', each type once' if quick else ''}"
    )
    keys = "" if quick else f"; by keyboard alone: {_by_keyboard()}"
    return Proof(f"{scope}: {len(faults)} violations{keys}", held=not faults and "failed" not in keys)


def _by_keyboard() -> str:
    """What the tests of the keyboard say, in their last line."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "tests/browser/test_keyboard.py"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    last = said.stdout.strip().splitlines()[-1]
    return last if said.returncode == 0 else f"failed: {last}"
