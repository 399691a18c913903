"""The bell tells workers that there is something to do. It is a hint: it may ring twice, or never."""

from __future__ import annotations

import logging
import time

from celery import Task
from django.db import connection, transaction
from kombu.exceptions import KombuError

log = logging.getLogger(__name__)

WAKE_UP_EXPIRES_SECONDS = 30.0
SWEEP_EXPIRES_SECONDS = 2.0
#: After the broker refused a wake-up, requests stop trying it for this long; the sweeper finds the work.
SILENCE_SECONDS = 5.0

_silent_until = 0.0


def ring() -> None:
    """Wake a worker once the current transaction commits; at once outside one. Never raises."""
    if any(function is ring_now for _, function, *_ in connection.run_on_commit):
        return
    transaction.on_commit(ring_now, robust=True)


def ring_now() -> None:
    """Wake a worker now, unless the broker is down: then say so in the log and leave it to the sweeper."""
    from journal.tasks import work

    _send(work, WAKE_UP_EXPIRES_SECONDS)


def ring_to_sweep() -> None:
    """Wake a worker to look after everything that is due, periodic work included."""
    from journal.tasks import sweep

    _send(sweep, SWEEP_EXPIRES_SECONDS)


def _send(task: Task, expires_seconds: float) -> None:
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        task.apply_async(retry=False, ignore_result=True, expires=expires_seconds)
    except (KombuError, OSError) as error:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        log.warning("no wake-up sent, the sweeper will find the work: %s", error)
