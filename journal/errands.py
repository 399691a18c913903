"""The lanes of errands: those that only touch the database, and those that reach outside.

A kind may have a lane of its own, kept by the app that knows how its errands get in each other's way.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from journal import registry
from journal.claims import carry_out, claim
from journal.lanes import lane
from journal.models import Errand
from journal.schedule import plan_next


@lane("errands")
def drain_errands(limit: int) -> int:
    elsewhere = [*registry.outside_kinds(), *registry.kinds_with_own_lane()]
    return carry_out(claim(Errand, limit, ~Q(kind__in=elsewhere)), perform)


@lane("outside errands", batch=1, width=3)
def drain_outside_errands(limit: int) -> int:
    return carry_out(claim(Errand, limit, Q(kind__in=registry.outside_kinds())), perform, atomic=False)


def perform(errand: Errand) -> None:
    """Do one errand. Raises registry.UnknownKind if the app that knew it is gone."""
    kind = registry.kind_named(errand.kind)
    kind.handle(errand)
    if kind.every:
        with transaction.atomic():
            plan_next(kind, timezone.now() + kind.every)
