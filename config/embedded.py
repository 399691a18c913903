"""The embedded worker: with an in-memory broker, the server process does the work of the node itself."""

from __future__ import annotations

import threading
import time

from django.apps import apps
from django.conf import settings
from django.db import connection

from config.celery import app
from config.environment import in_process
from federation.outbound.deliver import end_all_lanes
from journal import bell, keeper
from journal.claims import end_all_leases
from journal.models import Claimable

SWEEP_SECONDS = 2.0


def is_needed() -> bool:
    """Whether wake-ups stay in this process, so that its own worker has to answer them."""
    return in_process(settings.BROKER_URL)


def start() -> None:
    """Start worker, keeper and sweeper as daemon threads.

    The caller holds the data directory's lock: no other worker lives, so every lease is a dead worker's.
    """
    # Stays open for the life of the process: when the last connection to it closes, SQLite folds the
    # write-ahead log back into the file, which would otherwise happen after every single request.
    connection.ensure_connection()
    take_over()
    keeper.start()
    threading.Thread(target=_work, name="embedded-worker", daemon=True).start()
    threading.Thread(target=_sweep, name="embedded-sweeper", daemon=True).start()


def take_over() -> None:
    """Make what a worker that was killed held free for the next one at once, rather than when its leases lapse."""
    for model in claimable_models():
        end_all_leases(model)
    end_all_lanes()


def _work() -> None:
    worker = app.WorkController(
        pool="threads",
        hostname="embedded@localhost",
        loglevel="WARNING",
        without_gossip=True,
        without_heartbeat=True,
        without_mingle=True,
    )
    worker.start()


def _sweep() -> None:
    while True:
        bell.ring_to_sweep()
        time.sleep(SWEEP_SECONDS)


def claimable_models() -> list[type[Claimable]]:
    return [model for model in apps.get_models() if issubclass(model, Claimable)]
