"""Programs that others made speak with a node of ours, live: Fedify, django-activitypub, fediverse-pasture.

Each is installed as its lock says into an environment of its own, and runs as a process on this machine. Fedify,
signing in either way first, follows a group, gets its lab as an Event and its need as a Note, answers, and the answer
stands under the need. A django-activitypub site follows the group and gets its posts, and we follow its account. Six
actors of the pasture ask and post, each in another way: the two who do not sign may not post. There is no quick form.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.federation.live.shipyard import Shipyard, at_sea
from tests.federation.peers import stories
from tests.federation.peers.installing import NotInstalled
from tests.federation.peers.programs import KNOCKS, DjangoActivityPubSite, FedifyPeer, Pasture
from tests.federation.peers.steps import Steps
from tests.proofs import Proof

NAME = "peers"


def main(quick: bool) -> Proof:
    try:
        with tempfile.TemporaryDirectory(prefix="flotilla-peers-") as folder, a_host(Path(folder)) as host:
            meetings = list(_met(host, Path(folder)))
    except NotInstalled as missing:
        return Proof(f"not measured: {missing}", held=False)
    for steps in meetings:
        for what, why in steps.taken.items():
            print(f"{steps.who:<28}{'NOT SEEN' if why else 'seen':<10}{what}{': ' + why if why else ''}")
    figure = "; ".join(f"{steps} steps" for steps in meetings)
    return Proof(figure, held=not any(steps.failures for steps in meetings))


def _met(host: stories.Host, folder: Path) -> Iterator[Steps]:
    for number, knock in enumerate(KNOCKS):
        with FedifyPeer(folder / str(number), knock) as peer:
            yield stories.with_fedify(host, peer)
    with DjangoActivityPubSite(folder) as site:
        yield stories.with_django_activitypub(host, site)
    with Pasture(folder) as pasture:
        yield stories.with_the_pasture(host, pasture)


@contextmanager
def a_host(folder: Path) -> Iterator[stories.Host]:
    with Shipyard(folder / "yard", production=False) as yard:
        node = yard.node("camden", folder)
        with at_sea(node):
            yield stories.Host(node)
