"""A kit that the node suggests, for looking at where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk.kits import suggest_kit
from federation import actors

if TYPE_CHECKING:
    from accounts.models import User


def stock_kits(steward_user: User) -> None:
    suggest_kit("portineria", by=actors.for_user(steward_user))
