"""What a reader may see: where every page, list and file of the atlas starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.models import Card, CardQuerySet

if TYPE_CHECKING:
    from django.http import HttpRequest


def cards_for(request: HttpRequest) -> CardQuerySet:
    """The cards whoever asks may see. ActorMiddleware has said who that is; nobody, for a visitor."""
    return Card.objects.visible_to(getattr(request, "actor", None) or None)
