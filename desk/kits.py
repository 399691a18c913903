"""Which starter kit this node suggests: its stewards choose one, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from cop.kits.reading import SLUGS
from desk.models import SuggestedKit
from federation import moderation

if TYPE_CHECKING:
    from federation.models import Actor


class NoSuchKit(ValueError):
    """There is no kit of that name."""


def suggested() -> str:
    """Its slug, or nothing. One query."""
    return SuggestedKit.objects.values_list("slug", flat=True).first() or ""


def suggest_kit(slug: str, *, by: Actor) -> None:
    """Suggest one instead of what was suggested before; with an empty slug none. Raises moderation.StewardsOnly,
    NoSuchKit."""
    moderation.require_steward(by)
    if slug and slug not in SLUGS:
        raise NoSuchKit(f"there is no kit {slug!r}; there are {', '.join(SLUGS)}")
    with transaction.atomic():
        if slug:
            SuggestedKit.objects.update_or_create(pk=1, defaults={"slug": slug})
        else:
            SuggestedKit.objects.all().delete()
