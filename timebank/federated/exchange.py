"""What another bank's node says of transfers: a proposal, its answer, its taking back, and thanks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from federation import identity
from federation.inbound.verbs import Incoming, Refused, id_of, verb
from federation.reader import Reader
from timebank.actions import between
from timebank.federated import events
from timebank.models import Clearing, Transfer
from timebank.models.transfers import GIVER

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_FROM_ONE_BANK = 500  # proposals to all people of one bank in a day
MOST_WAITING = 100  # of one bank for one account: more are not taken in before some are answered

UNKNOWN = "expected the group of a bank that clears with one of ours"
"""Whatever the reason, so that nobody learns which banks and accounts are here."""


@verb("Offer", of="EconomicEvent")
def offered(incoming: Incoming) -> str:
    """Somebody there says that time was given. Nothing is booked before whoever it concerns here has said yes."""
    read = _whole(incoming.activity.get("object"))
    clearing = clearing_of(incoming, read)
    told = events.read_offer(read, clearing)
    held = _held(told.uri, clearing)
    if held is not None:
        return _unless_contradicted(lambda: between.hear_offer_again(held, told, offered_in=incoming.uri))
    _check_pace(clearing, told)
    return between.hear_offer(told, clearing, offered_in=incoming.uri)


@verb("Undo", of="Offer", kind="EconomicEvent")
def asked_back(incoming: Incoming) -> str:
    """By the bank that proposed it. What has not come yet is remembered as taken back."""
    inner = incoming.inner or {}
    read = _whole(inner.get("object"))
    clearing = clearing_of(incoming, read)
    told = events.read_offer(read, clearing)
    held = _held(told.uri, clearing)
    if held is not None:
        return between.hear_undo(held)
    _check_pace(clearing, told)
    return between.hear_undo_first(told, clearing, offered_in=str(inner.get("id") or "")[:500])


@verb("Accept", of="Offer", kind="EconomicEvent")
@verb("Reject", of="Offer", kind="EconomicEvent")
def answered(incoming: Incoming) -> str:
    """By the bank that was asked, and nobody else."""
    transfer = _ours(str(id_of((incoming.inner or {}).get("object"))), incoming)
    said = events.read_answer(Reader(incoming.activity, "").child("result"), str(incoming.activity["type"]))
    return _unless_contradicted(lambda: between.hear_answer(transfer, said))


@verb("Update", of="EconomicEvent")
def thanked(incoming: Incoming) -> str:
    """Thanks of whoever received the time; nothing else of a transfer ever changes."""
    read = _whole(incoming.activity.get("object"))
    clearing = clearing_of(incoming, read)
    held = _held(read.uri("id", required=True), clearing)
    if held is None:
        raise Refused("object.id: expected a transfer that we know")
    return _unless_contradicted(lambda: between.hear_thanks(held, events.read_thanks(read)))


def clearing_of(incoming: Incoming, read: Reader) -> Clearing:
    """Between the bank of the sender and one of ours, as it says; by nobody but that bank's group. Raises Refused."""
    peer, ours = read.uri("inScopeOf", required=True), read.uri("peerBank", required=True)
    rows = Clearing.objects.select_for_update(of=("self",)).select_related("bank__actor", "account", "actor__node")
    clearing = rows.filter(bank__uri=ours, peer=peer, actor=incoming.actor).first()
    if clearing is None:
        raise Refused(f"actor: {UNKNOWN}")
    return clearing


def _ours(uri: str, incoming: Incoming) -> Transfer:
    """A proposal of ours that the sender's bank was asked about."""
    rows = _locked().filter(uri=uri, clearing__actor=incoming.actor)
    transfer = rows.first() if identity.is_ours(uri) else None
    if transfer is None:
        raise Refused("object: expected an Offer that we sent to you")
    return transfer


def _held(uri: str, clearing: Clearing) -> Transfer | None:
    transfer = _locked().filter(uri=uri).first()
    if transfer is not None and transfer.clearing_id != clearing.pk:
        raise Refused(f"actor: {UNKNOWN}")
    return transfer


def _locked():  # type: ignore[no-untyped-def]
    rows = Transfer.objects.select_for_update(of=("self",))
    return rows.select_related("giver", "receiver", "clearing__actor", "clearing__bank__actor")


def _whole(obj: Any) -> Reader:
    if not isinstance(obj, dict):
        raise Refused("object: expected it whole, not by its address")
    return Reader(obj, "object")


def _check_pace(clearing: Clearing, told: events.Told) -> None:
    """Not taken in, so not answered either: it stays held there, and is asked again another day."""
    theirs = Transfer.objects.filter(clearing=clearing).exclude(uri__startswith=f"{settings.ORIGIN}/")
    since = timezone.now() - dt.timedelta(days=1)
    if theirs.filter(made_at__gte=since).count() >= MOST_FROM_ONE_BANK:
        raise Refused(f"object: more than {MOST_FROM_ONE_BANK} proposals of one bank in a day")
    asked = "receiver__public_id" if told.proposed_by == GIVER else "giver__public_id"
    waiting = theirs.filter(state=Transfer.State.PROPOSED, **{asked: told.ours.rsplit("/", 1)[-1]})
    if waiting.count() >= MOST_WAITING:
        raise Refused(f"object: more than {MOST_WAITING} proposals wait for one person")


def _unless_contradicted(hear: Callable[[], str]) -> str:
    try:
        return hear()
    except between.Contradicts as contradicts:
        raise Refused(f"object: {contradicts}") from contradicts
