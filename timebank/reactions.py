"""What follows in time banks from what happens elsewhere, and what they do by themselves every day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from federation.models import Actor
from journal import entry_of, errand, errand_kind, periodic, reaction
from timebank.actions import clearing as clearings
from timebank.actions.accounts import forget_person
from timebank.actions.banks import end_bank
from timebank.actions.between import nobody_answers
from timebank.models import Bank, Clearing

if TYPE_CHECKING:
    from journal.models import Errand

DAILY = dt.timedelta(days=1)


@periodic("timebank.compare_daily", every=DAILY)
def compare_daily(errand_row: Errand) -> None:
    """Each pair by itself: one that fails keeps no other from being compared."""
    for clearing in Clearing.objects.filter(version__gt=0).order_by("pk"):
        if clearing.state != Clearing.State.ENDED or clearings.has_unfinished(clearing):
            errand("timebank.say_statement", payload={"clearing": clearing.pk}, key=str(clearing.pk))


@errand_kind("timebank.say_statement")
def say_statement(errand_row: Errand) -> None:
    clearing = Clearing.objects.filter(pk=errand_row.payload["clearing"]).first()
    if clearing is not None:
        clearings.tell_all(clearing)


@reaction("timebank.end_with_bank", to="timebank.withdrawn", origin="peer")
def end_with_bank(errand_row: Errand) -> None:
    """A bank elsewhere has closed."""
    entry = entry_of(errand_row)
    clearings.end_with(entry.uri, actor=entry.actor)


@reaction("timebank.close_with_group", to="group.withdrawn", origin="here")
def close_with_group(errand_row: Errand) -> None:
    """A group that is no more has no bank either."""
    entry = entry_of(errand_row)
    by = Actor.objects.filter(uri=entry.actor).first()
    for bank in Bank.objects.ours().filter(actor__uri=entry.uri, withdrawn_at__isnull=True).select_related("actor"):
        end_bank(bank, by=by or bank.actor)


@reaction("timebank.forget_person", to="actor.gone")
def forget_gone(errand_row: Errand) -> None:
    """Whoever is gone for good: their name goes, what they gave and received stays in the sums. Where it is the group
    of a bank elsewhere, clearing with it ends, and nobody waits for its answers."""
    entry = entry_of(errand_row)
    forget_person(entry.uri)
    for clearing in Clearing.objects.filter(actor__uri=entry.uri).order_by("pk"):
        clearings.end_with(clearing.peer, actor=entry.uri)
        nobody_answers(clearing)
