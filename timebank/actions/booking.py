"""Minutes on accounts: whether there is room, what is held, what is booked. Always with the accounts locked.

Whatever is missed here the database refuses: every account keeps its balance, with all that is held, within its limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F

from timebank.models import Account, Movement

if TYPE_CHECKING:
    from timebank.models import Transfer


class BeyondLimit(ValueError):
    """One of the two accounts would leave its limit; `account` is which, `room` how many minutes it has."""

    def __init__(self, account: Account, room: int) -> None:
        super().__init__(f"account {account.public_id} has room for {room} minutes")
        self.account, self.room = account, room


class Pair(NamedTuple):
    giver: Account
    receiver: Account


def lock(giver_id: int, receiver_id: int) -> Pair:
    """Both accounts as they are now, until the transaction ends; always in one order, so that two never wait for each
    other."""
    rows = (
        Account.objects.select_for_update(of=("self",))
        .select_related("clearing")
        .filter(pk__in=(giver_id, receiver_id))
    )
    held = {account.pk: account for account in rows.order_by("pk")}
    return Pair(held[giver_id], held[receiver_id])


def room_to_give(account: Account) -> int:
    """Minutes that can still be added to it."""
    return _limit(account) - account.balance - account.held_in


def room_to_receive(account: Account) -> int:
    """Minutes that can still be taken from it."""
    return _limit(account) + account.balance - account.held_out


def require_room(pair: Pair, minutes: int) -> None:
    """Raises BeyondLimit."""
    for account, room in ((pair.giver, room_to_give(pair.giver)), (pair.receiver, room_to_receive(pair.receiver))):
        if minutes > room:
            raise BeyondLimit(account, max(room, 0))


def keep_back(pair: Pair, minutes: int) -> None:
    """Reserve room on both for a transfer that another node is asked about. Raises BeyondLimit."""
    require_room(pair, minutes)
    _move(pair.giver, held_in=minutes)
    _move(pair.receiver, held_out=minutes)


def let_go(pair: Pair, minutes: int) -> None:
    """The other node has said no: what was reserved is free again."""
    _move(pair.giver, held_in=-minutes)
    _move(pair.receiver, held_out=-minutes)


def book(pair: Pair, transfer: Transfer) -> None:
    """Two movements, opposite to each other. Raises BeyondLimit."""
    require_room(pair, transfer.minutes)
    _book(pair, transfer)


def book_held(pair: Pair, transfer: Transfer) -> None:
    """The same from what was reserved for it: there is always room."""
    let_go(pair, transfer.minutes)
    _book(pair, transfer)


def _book(pair: Pair, transfer: Transfer) -> None:
    for account, minutes in ((pair.giver, transfer.minutes), (pair.receiver, -transfer.minutes)):
        Movement.objects.create(transfer=transfer, account=account, minutes=minutes)
        _move(account, balance=minutes)


def _limit(account: Account) -> int:
    """Of a clearing account, what both banks allow now, which may be less than what was allowed before. What was under
    way when clearing ended may still be booked."""
    if account.is_clearing and account.clearing.is_open:
        return min(account.limit, account.clearing.common_cap)
    return account.limit


def _move(account: Account, **minutes: int) -> None:
    Account.objects.filter(pk=account.pk).update(**{name: F(name) + by for name, by in minutes.items()})
    for name, by in minutes.items():
        setattr(account, name, getattr(account, name) + by)
