"""What stewards removed and did not bring back in time is withdrawn: its words and files go, its tombstone stays."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone

from federation import actors, publishing, types
from federation.models import Restriction
from journal import errand_for_each, errand_kind, periodic
from journal.recording import Wanted

if TYPE_CHECKING:
    from journal.models import Errand

BATCH = 500  # of one look; the next one takes the others


@periodic("federation.erase_removed", every=dt.timedelta(hours=1))
def erase_removed(errand: Errand) -> None:
    """Ask for each by itself, so that one that cannot be withdrawn holds up no other."""
    now = timezone.now()
    overdue = Restriction.objects.to_be_erased().order_by("made_at", "pk").values_list("pk", flat=True)
    wanted = [Wanted(f"erase:{key}", {"restriction": key}, now) for key in overdue[:BATCH]]
    errand_for_each("federation.erase_one", wanted)


@errand_kind("federation.erase_one")
def erase_one(errand: Errand) -> None:
    """Withdraw it for good, in the name of whoever removed it. Safe to run twice, and of a thing that is gone."""
    overdue = Restriction.objects.to_be_erased().filter(pk=errand.payload["restriction"])
    removed = overdue.select_related("by").first()
    if removed is None or not overdue.update(erased_at=timezone.now()):
        return
    found = types.locate(removed.object_uri)
    if found is not None and found[1].is_ours:
        type_, row = found
        publishing.withdraw(row, type_.kind_of(row), by=removed.by or actors.this_node().actor)
