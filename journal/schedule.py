"""Periodic work: an errand that asks for its own next time, so that no clock process is needed for it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from journal import recording, registry
from journal.models import Errand

KEY = "periodic"


def arm() -> int:
    """Ask for every periodic errand that does not wait yet, or whose last one died. Returns how many."""
    alive = set(Errand.objects.filter(key=KEY, state=Errand.State.READY).values_list("kind", flat=True))
    missing = [kind for kind in registry.kinds() if kind.every and kind.name not in alive]
    for kind in missing:
        dead = Errand.objects.filter(key=KEY, kind=kind.name, state=Errand.State.DEAD).exists()
        with transaction.atomic():
            plan_next(kind, timezone.now() + (kind.every or dt.timedelta()) * dead)
    return len(missing)


def plan_next(kind: registry.Kind, due_at: dt.datetime) -> None:
    recording.errand(kind.name, key=KEY, due_at=due_at)
