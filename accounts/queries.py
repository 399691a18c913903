"""Lists about accounts."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import INVITATION_LIFETIME, Invitation


def waiting_invitations() -> QuerySet[Invitation]:
    """Links that people can still use, newest first; the node's own first link is not among them."""
    return Invitation.objects.filter(
        used_at__isnull=True, for_first_steward=False, made_at__gte=timezone.now() - INVITATION_LIFETIME
    ).order_by("-made_at", "-pk")
