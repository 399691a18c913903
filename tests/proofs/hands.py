"""By the keyboard alone, on three nodes, in English and Italian: a need is met, and a mandate negotiated to its end.

A robot that only presses keys publishes a need; another one, on another node, offers help; both agree, finish and
thank. Then one proposes a mandate to groups of two other nodes, the second amends it, and all consent until it is in
force on all three. After every step of the Tab key it looks whether the focus can be seen. The quick form is in Italian
alone.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.browser.browsing import a_browser
from tests.browser.hands import Hands, agree_on_a_mandate, meet_a_need
from tests.federation.live.shipyard import Shipyard
from tests.parts import no_browser
from tests.proofs import Proof

NAME = "hands"
ALONE = True

NODES = ("camden", "hackney", "lambeth")
LANGUAGES = ("it", "en")
GROUP = "from cop.models import Group; print(Group.objects.filter(node=None).order_by('pk')[0].uri)"


def main(quick: bool) -> Proof:
    if missing := no_browser():
        return Proof(f"not measured: {missing}", held=False)
    faults, stories, forms = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="flotilla-hands-") as folder:
        data = Path(folder)
        with (
            Shipyard(data / "yard", production=False) as yard,
            yard.company(*NODES, folder=data) as nodes,
            a_browser() as browser,
        ):
            groups = [node.prepare(GROUP).strip().splitlines()[-1] for node in nodes]
            for language in LANGUAGES[:1] if quick else LANGUAGES:
                crew = [Hands(browser, node, language) for node in nodes]
                for tell, given in (
                    (meet_a_need, (*crew[:2], f"Somebody who reads plans ({language})")),
                    (agree_on_a_mandate, (*crew, f"Read plans together ({language})", groups)),
                ):
                    began = time.monotonic()
                    try:
                        tell(*given)
                        stories += 1
                    except AssertionError as error:
                        faults.append(f"{language}, {tell.__name__}: {error}")
                    print(f"{language}, {tell.__name__}: {time.monotonic() - began:.0f} s")
                forms += sum(hands.forms_sent for hands in crew)
    for fault in faults:
        print(f"FAULT: {fault}")
    told = 2 * (1 if quick else len(LANGUAGES))
    figure = (
        f"{stories} of {told} stories told to the end with the keyboard alone, {forms} forms sent on {len(NODES)} nodes"
    )
    return Proof(figure, held=not faults)
