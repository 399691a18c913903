"""Do two banks say the same of what is between them? Ours as it is now, theirs as they said it last."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from timebank.federated.statements import MOST_BOOKED, signed_minutes
from timebank.models import Clearing, Transfer

if TYPE_CHECKING:
    from django.db.models import QuerySet

State = Transfer.State

UNDER_WAY = dt.timedelta(hours=1)
"""As long a word may take to the other node before anybody is troubled with it; it is said again every day."""
NOT_THERE, NOT_HERE, OTHERWISE = "not-there", "not-here", "otherwise"


@dataclass(frozen=True)
class Difference:
    """One transfer that the two have not booked alike; `transfer` is None where it is not known here."""

    kind: str
    uri: str
    minutes: int
    transfer: Transfer | None


@dataclass(frozen=True)
class Comparison:
    """`ours` and `theirs` are minutes as each has them in its own books: opposite where both say the same."""

    is_told: bool
    agrees: bool
    ours_booked: int
    theirs_booked: int
    ours: int
    theirs: int
    waiting: int
    waiting_there: int
    differences: list[Difference] = field(default_factory=list)
    stays: bool = False

    @property
    def not_there(self) -> int:
        return sum(each.kind == NOT_THERE for each in self.differences)

    @property
    def not_here(self) -> int:
        return sum(each.kind == NOT_HERE for each in self.differences)

    @property
    def is_older(self) -> bool:
        """Whether they differ in something that neither has listed."""
        return self.is_told and not self.agrees and not self.differences


def comparison(clearing: Clearing) -> Comparison:
    """Four queries, and two where both agree."""
    rows = Transfer.objects.filter(clearing=clearing)
    booked, waiting = (rows.filter(state=state).count() for state in (State.CONFIRMED, State.PROPOSED))
    ours = clearing.account.balance
    agrees = clearing.told_at is not None and booked == clearing.told_count and ours == -clearing.told_sum
    is_told = clearing.told_at is not None
    found = list(_differences(clearing, rows)) if is_told and not agrees else []
    return Comparison(
        is_told=is_told,
        agrees=agrees,
        ours_booked=booked,
        theirs_booked=clearing.told_count,
        ours=ours,
        theirs=clearing.told_sum,
        waiting=waiting,
        waiting_there=clearing.told_waiting,
        differences=found,
        stays=is_told and not agrees and (not found or any(_stays(each, clearing) for each in found)),
    )


def _differences(clearing: Clearing, rows: QuerySet[Transfer]) -> list[Difference]:
    """Among what they listed, and the newest of ours; of these fewer, where they did not list all of theirs."""
    told = {each["uri"]: each for each in clearing.told_listed}
    theirs = {uri: each["minutes"] for uri, each in told.items() if each["state"] == State.CONFIRMED}
    known = {each.uri: each for each in rows.filter(uri__in=list(told))}
    most = MOST_BOOKED if len(theirs) == clearing.told_count else MOST_BOOKED // 2
    newest = rows.filter(state=State.CONFIRMED).order_by("-settled_at", "-pk")[:most]
    found = []
    for uri, minutes in theirs.items():
        transfer = known.get(uri)
        if transfer is None or transfer.state != State.CONFIRMED:
            found.append(Difference(NOT_HERE, uri, -minutes, transfer))
        elif signed_minutes(transfer, clearing) != -minutes:
            found.append(Difference(OTHERWISE, uri, signed_minutes(transfer, clearing), transfer))
    for transfer in newest:
        if transfer.uri not in theirs:
            found.append(Difference(NOT_THERE, transfer.uri, signed_minutes(transfer, clearing), transfer))
    return found


def _stays(difference: Difference, clearing: Clearing) -> bool:
    """Whether it is more than a word on its way."""
    transfer = difference.transfer
    if difference.kind == OTHERWISE or transfer is None:
        return True
    since = transfer.settled_at or transfer.made_at
    return clearing.told_at is not None and clearing.told_at - since > UNDER_WAY
