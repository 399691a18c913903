"""What others published of signatures and of WebFinger holds here, and Fedify speaks on when keys have changed.

Every vector of RFC 9421, draft-cavage, eddsa-jcs-2022 and JCS that lies beside the repository is recomputed by the code
that signs and verifies here; of those that are requests it is told what would become of them, and why. Eighteen checks
of RFC 7033, section 4, are asked of our own WebFinger. A server made with Fedify, signing in either way first, follows,
reads and answers, changes its keys, and reads what our group says after its keys were changed. The quick form leaves
Fedify out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.federation.shared import DATA
from tests.proofs import Proof
from tests.proofs._node import a_node

NAME = "vectors"


def main(quick: bool) -> Proof:
    with a_node():
        parts = [*_vectors(), _webfinger()]
    if not quick:
        parts += _fedify()
    return Proof(", ".join(what for what, _ in parts), held=all(held for _, held in parts))


Part = tuple[str, bool]


def _vectors() -> Iterator[Part]:
    """A line for each vector; a count for each family."""
    from tests.federation.vectors import FAMILIES, judged, vectors  # needs Django

    if not DATA.is_dir():
        yield f"vectors skipped: {DATA} is not there", True
        return
    found = [(vector, judged(vector)) for vector in vectors()]
    for vector, wrong in found:
        becomes = f"refused on purpose: {vector.refused}" if vector.refused else "as published"
        print(f"{'WRONG' if wrong else 'holds':<7}{vector.family:<10}{vector.name:<36}{wrong or becomes}")
    for family in FAMILIES:
        of = [wrong for vector, wrong in found if vector.family == family]
        yield f"{family} {of.count('')} of {len(of)}", bool(of) and not any(of)


def _webfinger() -> Part:
    from django.db import transaction

    from tests.federation.webfinger import CHECKS
    from tests.gatherings import Camden

    handle, good = Camden().group.actor.handle, 0
    for each in CHECKS:
        wrong = ""
        try:
            with transaction.atomic():
                each.holds(handle)
        except AssertionError as error:
            wrong = f": {error}"[:300]
        good += not wrong
        print(f"{'WRONG' if wrong else 'holds':<7}RFC 7033, {each.section:<7}{each.says}{wrong}")
    return f"WebFinger {good} of {len(CHECKS)}", good == len(CHECKS)


def _fedify() -> Iterator[Part]:
    from tests.federation.peers import stories
    from tests.federation.peers.installing import NotInstalled
    from tests.federation.peers.programs import KNOCKS, FedifyPeer
    from tests.proofs.peers import a_host

    try:
        with tempfile.TemporaryDirectory(prefix="flotilla-vectors-") as folder, a_host(Path(folder)) as host:
            for number, knock in enumerate(KNOCKS):
                with FedifyPeer(Path(folder) / str(number), knock) as peer:
                    steps = stories.with_fedify(host, peer)
                for failure in steps.failures:
                    print(f"NOT SEEN  {failure}")
                yield f"{steps} steps, with other keys in between", not steps.failures
    except NotInstalled as missing:
        yield f"Fedify not measured: {missing}", False
