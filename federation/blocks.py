"""What comes from blocked nodes, in tables that hold addresses and know no node."""

from __future__ import annotations

from django.db.models import CharField, Exists, ExpressionWrapper, OuterRef, Value
from django.db.models.functions import Concat

from federation.models import Node


def from_blocked(column: str) -> Exists:
    """Whether the address in a column is on a node that is blocked here; to be left out with `~`."""
    address = ExpressionWrapper(OuterRef(column), output_field=CharField())
    blocked = Node.objects.filter(blocked_at__isnull=False).annotate(address=address)
    return Exists(blocked.filter(address__startswith=Concat("origin", Value("/"))))
