"""Errands that ask other servers for something: one of each server at a time, and a slow one holds up only its own.

Each errand names its server in `payload["origin"]`.
"""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from journal import Errand, carry_out, claim, lane
from journal.errands import perform

if TYPE_CHECKING:
    from collections.abc import Iterable

A_WHILE = dt.timedelta(seconds=1)  # a server that takes longer over something goes to the end of the queue
REST = dt.timedelta(minutes=2)  # of a server that did not answer, before it is asked for the rest
SERVERS_AT_ONCE = 3
DOCUMENTS = ("federation.fetch", "federation.read_actor", "federation.read_node", "federation.invite")


class OneAtATime:
    """Draws errands of these kinds, never two of one server at once in this process, those of slow servers last."""

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds
        self._asked: set[str] = set()
        self._choosing = threading.Lock()

    def drain(self, limit: int) -> int:
        began = timezone.now()
        with self._choosing:
            free = Q(kind__in=self.kinds) & ~Q(payload__origin__in=list(self._asked))
            rows = claim(Errand, limit, free)
            origins = {row.payload["origin"] for row in rows}
            self._asked.update(origins)
        try:
            done = carry_out(rows, perform, atomic=False)
            now = timezone.now()
            if any(row.error for row in rows):
                self._put_off(origins, until=now + REST)
            elif now - began > A_WHILE:
                self._put_off(origins, until=now)
            return done
        finally:
            self._asked.difference_update(origins)

    def _put_off(self, origins: Iterable[str], *, until: dt.datetime) -> None:
        """Whoever waits for something else of these servers lets what others are asked for go first."""
        waiting = Errand.objects.filter(kind__in=self.kinds, state=Errand.State.READY, lease_owner="")
        waiting.filter(due_at__lt=until, payload__origin__in=list(origins)).update(due_at=until)


_documents = OneAtATime(*DOCUMENTS)


@lane("asking", batch=1, width=SERVERS_AT_ONCE)
def drain_asking(limit: int) -> int:
    return _documents.drain(limit)
