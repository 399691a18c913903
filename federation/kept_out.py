"""What a node hears that is blocked or paused here: nothing goes back or forth, whoever asks.

Everyone else's things stay open to everyone: who does not say who it is reads like any visitor.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils import timezone

from federation import identity
from federation.models import Node
from federation.signatures import SignatureRefused, claimed_key

if TYPE_CHECKING:
    from django.http import HttpRequest

BLOCKED = "this node has no dealings with yours"
PAUSED = "our neighbourhood is paused; please send it again later"
"""What a paused neighbour is told with 503; by these words a node of our kind knows it from a server that is down."""
LOOK_AGAIN_SECONDS = 3600


class Refusal(Exception):
    """Why a request stops at the door, and with which status."""

    def __init__(self, status: int, reason: str, *, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.headers = {} if retry_after is None else {"Retry-After": str(retry_after)}

    def as_response(self) -> HttpResponse:
        text = "text/plain; charset=utf-8"
        return HttpResponse(f"{self}\n", status=self.status, content_type=text, headers=self.headers)


def require_let_in(node: Node | None) -> None:
    """Raises Refusal for a node that is blocked or paused here."""
    if node is not None and node.blocked_at is not None:
        raise Refusal(403, BLOCKED)
    if node is not None and node.peering == Node.Peering.PAUSED:
        raise Refusal(503, PAUSED, retry_after=_seconds_until(node.paused_until))


def claimed_node(request: HttpRequest) -> Node | None:
    """The node whose key a request names, nothing proved. One query, and none where nobody signed."""
    if "Signature" not in request.headers:
        return None
    try:
        origin = identity.origin_of(claimed_key(request.headers).keyid)
    except (SignatureRefused, ValueError):
        return None
    return Node.objects.filter(origin=origin).first()


def turned_away(node: Node | None) -> HttpResponse | None:
    """The answer to a blocked or paused node (`claimed_node`) that asks for what everyone may read; None for others.

    Nothing is proved: whoever signs in another's name is kept out in its place.
    """
    try:
        require_let_in(node)
    except Refusal as refusal:
        return refusal.as_response()
    return None


def _seconds_until(moment: dt.datetime | None) -> int:
    """How long a paused neighbour need not try again; without an end, they look once an hour."""
    if moment is None:
        return LOOK_AGAIN_SECONDS
    return max(1, math.ceil((moment - timezone.now()).total_seconds()))
