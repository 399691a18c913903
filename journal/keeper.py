"""The keeper: a thread of every worker process that says it is alive and keeps its leases from lapsing."""

from __future__ import annotations

import datetime as dt
import logging
import os
import threading
import time
from dataclasses import dataclass

from django.db import DatabaseError, close_old_connections
from django.db.models import Max
from django.utils import timezone

from journal.claims import extend_in_hand, worker_name
from journal.models import Heartbeat

log = logging.getLogger(__name__)

#: Well below the lease, so that two missed beats still keep it.
BEAT_SECONDS = 8.0
#: A worker that was not heard for so long is taken for dead: well within the two minutes in which a steward is told.
SILENCE = dt.timedelta(seconds=60)

_started_in: int | None = None
_leaving = threading.Event()


def start() -> None:
    """Start the keeper of this process, once."""
    global _started_in
    if _started_in == os.getpid():
        return
    _started_in = os.getpid()
    threading.Thread(target=_keep, name="journal-keeper", daemon=True).start()


def beat() -> None:
    """Say that this worker is alive and keep its leases. A busy database is no reason to stop."""
    if _leaving.is_set():
        return
    try:
        Heartbeat.objects.update_or_create(worker=worker_name(), defaults={"at": timezone.now()})
        extend_in_hand()
    except DatabaseError as error:
        log.warning("worker %s could not write its heartbeat: %s", worker_name(), error)


def last_heartbeat() -> dt.datetime | None:
    """When any worker was last heard, or None."""
    last: dt.datetime | None = Heartbeat.objects.aggregate(last=Max("at"))["last"]
    return last


def leave() -> None:
    """This worker ends as it was asked to: nobody is to miss it."""
    _leaving.set()
    try:
        Heartbeat.objects.filter(worker=worker_name()).delete()
    except DatabaseError as error:
        log.warning("worker %s could not take its heartbeat back: %s", worker_name(), error)


@dataclass(frozen=True)
class Roll:
    """Who works: `last` is when any worker was heard; `missing` those that fell silent, and no other took over."""

    last: dt.datetime | None
    missing: list[Heartbeat]

    @property
    def any_alive(self) -> bool:
        return self.last is not None and timezone.now() - self.last <= SILENCE


def roll() -> Roll:
    """Call the roll of the workers. One query.

    A worker that was killed and started again has another name, so one that began after another fell silent stands in
    for it, each for one. A worker that ended as it was asked to has left no row.
    """
    beats = list(Heartbeat.objects.order_by("-at"))
    silent = [beat for beat in beats if timezone.now() - beat.at > SILENCE]
    successors = sorted((beat.started_at for beat in beats), reverse=True)
    missing = []
    for beat in silent:  # the last that fell silent first: fewest began after it
        if successors and successors[0] > beat.at:
            successors.pop(0)
        else:
            missing.append(beat)
    return Roll(beats[0].at if beats else None, missing)


def _keep() -> None:
    while True:
        beat()
        close_old_connections()
        time.sleep(BEAT_SECONDS)
