"""The keeper: a thread of every worker process that says it is alive and keeps its leases from lapsing."""

from __future__ import annotations

import datetime as dt
import logging
import os
import threading
import time

from django.db import DatabaseError, close_old_connections
from django.db.models import Max
from django.utils import timezone

from journal.claims import extend_in_hand, worker_name
from journal.models import Heartbeat

log = logging.getLogger(__name__)

#: Well below the lease, so that two missed beats still keep it.
BEAT_SECONDS = 8.0

_started_in: int | None = None


def start() -> None:
    """Start the keeper of this process, once."""
    global _started_in
    if _started_in == os.getpid():
        return
    _started_in = os.getpid()
    threading.Thread(target=_keep, name="journal-keeper", daemon=True).start()


def beat() -> None:
    """Say that this worker is alive and keep its leases. A busy database is no reason to stop."""
    try:
        Heartbeat.objects.update_or_create(worker=worker_name(), defaults={"at": timezone.now()})
        extend_in_hand()
    except DatabaseError as error:
        log.warning("worker %s could not write its heartbeat: %s", worker_name(), error)


def last_heartbeat() -> dt.datetime | None:
    """When any worker was last heard, or None."""
    last: dt.datetime | None = Heartbeat.objects.aggregate(last=Max("at"))["last"]
    return last


def _keep() -> None:
    while True:
        beat()
        close_old_connections()
        time.sleep(BEAT_SECONDS)
