"""Measures, in a process of its own, how soon the embedded worker has worked off a chain of two errands.

DATA_DIR names the data of a node on which nothing has happened yet.
"""

from __future__ import annotations

import statistics
import threading
import time

import django

ROUNDS = 20


def main() -> None:
    django.setup()
    from django.db import transaction

    from config import embedded
    from journal import Errand, errand, errand_kind, reaction, record, registry

    registry._kinds.clear()
    done = threading.Event()
    reaction("probe.first", to="probe.*")(lambda row: errand("probe.second"))

    @errand_kind("probe.second")
    def second(row: Errand) -> None:
        transaction.on_commit(done.set)

    embedded.start()
    time.sleep(2)
    waits = []
    for number in range(ROUNDS):
        time.sleep(0.1)
        done.clear()
        with transaction.atomic():
            record("probe.made", f"https://node.example/probes/{number}")
        committed = time.perf_counter()
        if not done.wait(10):
            raise SystemExit("the worker did not answer the bell")
        waits.append(time.perf_counter() - committed)
    quickest_quarter, *_ = statistics.quantiles(waits, n=4)  # this machine may be busy with other things
    print(quickest_quarter * 1000)  # noqa: T201


if __name__ == "__main__":
    main()
