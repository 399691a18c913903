"""What must hold whatever strangers sent: each thing on its own server, ours as it was, and nothing of ours broken."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import F, Q

from cop.models import Commitment, Match, Proposal
from federation import audiences, identity, types
from federation.models import Actor, Attachment, AudienceKey, Document, Following, Publication, Receipt, ThisNode
from journal.models import Errand
from timebank.models import Account, Movement

COUNTED = {"coming", "covered"}  # whoever may come is counted, whatever else they say
LENT = {"taken", "version", "updated_at"}  # whoever may borrow takes it, and its document says when none is left
SAID_OF_LENT = {"uri", "kind", "public", "tombstone"}
OURS_ALONE = {"error", "lease_owner"}


def misplaced() -> Iterator[str]:
    """Rows that came from one server and stand for another, or for us."""
    for uri, origin in Document.objects.values_list("uri", "node__origin"):
        yield from _not_at(origin, "document", uri)
    for type_ in types.all_types():
        theirs = type_.model.objects.filter(node__isnull=False)
        for uri, origin, owner, home in theirs.values_list("uri", "node__origin", "actor__uri", "actor__node__origin"):
            yield from _not_at(origin, type_.kinds[0], uri, owner)
            if home != origin:
                yield f"{type_.kinds[0]} {uri} of {origin} belongs to {owner} of {home}"
    for uri, origin in Attachment.objects.filter(node__isnull=False).values_list("thing_uri", "node__origin"):
        yield from _not_at(origin, "attachment of", uri)
    columns = ("uri", "node__origin", "inbox", "shared_inbox", "rsa_key_id", "ed25519_key_id")
    for uri, origin, *addresses in Actor.objects.filter(node__isnull=False).values_list(*columns):
        yield from _not_at(origin, "actor", uri, *filter(None, addresses))
    between = Match.objects.exclude(commitments__actor__node__isnull=True)
    yield from (f"{match} is of nobody here" for match in between)
    mixed = Following.objects.filter(follower__node__isnull=False, followed__node__isnull=False)
    yield from (f"they follow each other here: {row}" for row in mixed)
    inside = AudienceKey.objects.filter(audience=audiences.this_node(), actor__node__isnull=False)
    yield from (f"{key.actor} of another node may read what is for this node" for key in inside.select_related("actor"))


def _not_at(origin: str, what: str, *addresses: str) -> Iterator[str]:
    for address in addresses:
        try:
            home = identity.origin_of(address)
        except ValueError as bad:
            home = str(bad)
        if home != origin or home == settings.ORIGIN:
            yield f"{what} {address} is kept as of {origin}"


def ours() -> dict[str, list[Any]]:
    """All rows that only people here may change, to be compared."""
    found: dict[str, list[Any]] = {
        type_.kinds[0]: _rows(type_.model.objects.filter(node__isnull=True)) for type_ in types.all_types()
    }
    found["commitments"] = _rows(Commitment.objects.filter(actor__node__isnull=True, version__gt=0))
    found["accounts"] = _rows(Account.objects.filter(peer=""))
    found["movements"] = _rows(Movement.objects.all())
    found["actors"] = _rows(Actor.objects.filter(node__isnull=True))
    found["publications"] = _publications()
    found["this node"] = _rows(ThisNode.objects.all())
    found["attachments"] = _rows(Attachment.objects.filter(node__isnull=True))
    return found


def _rows(rows: Any) -> list[Any]:
    found = []
    for row in rows.order_by("pk").values():
        passed_over = COUNTED | LENT if row.get("shape") == Proposal.Shape.LENDING else COUNTED
        found.append({name: value for name, value in row.items() if name not in passed_over})
    return found


def _publications() -> list[Any]:
    lent = set(Proposal.objects.filter(shape=Proposal.Shape.LENDING).values_list("uri", flat=True))
    rows = Publication.objects.order_by("uri").values()
    return [{name: row[name] for name in SAID_OF_LENT} if row["uri"] in lent else row for row in rows]


def changed(before: dict[str, list[Any]]) -> Iterator[str]:
    """What of ours is not as it was."""
    now = ours()
    for name, rows in before.items():
        if now[name] != rows:
            gone = [row for row in rows if row not in now[name]]
            new = [row for row in now[name] if row not in rows]
            yield f"our {name} changed: {str(gone)[:300]} became {str(new)[:300]}"


def unsettled() -> Iterator[str]:
    """Messages and errands that did not end, or ended in a fault of ours. What waits for another server is no fault."""
    for receipt in Receipt.objects.filter(~Q(state=Receipt.State.DONE) | ~Q(error="") | Q(outcome="")):
        yield f"receipt {receipt}: {receipt.state}, {receipt.outcome!r}, {receipt.error}"
    for errand in Errand.objects.exclude(error="").annotate(what=F("kind")):
        if not errand.error.startswith("FetchFailed:"):
            yield f"errand {errand.kind} {errand.payload}: {errand.error}"


class Faults(logging.Handler):
    """Keeps what was logged as an error: some faults are swallowed so that others are not kept waiting."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else ""
        self.said.append(f"{record.name}: {record.getMessage()} {error!r}"[:500])
