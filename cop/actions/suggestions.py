"""Saying that a suggestion is not for us: it teaches the list of this thing, and tells nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from cop.access import require_edit
from cop.models import Dismissal
from journal import errand

if TYPE_CHECKING:
    from federation.models import Actor, Published


def dismiss_suggestion(person: Actor, thing: Published, other_uri: str) -> None:
    """What is at `other_uri` is not suggested for `thing` again, and what is like it less. Raises NotAllowed."""
    require_edit(person, thing)
    with transaction.atomic():
        Dismissal.objects.get_or_create(for_uri=thing.uri, other_uri=other_uri[:500], defaults={"by": person})
        errand("cop.reconsider", payload={"uri": thing.uri}, key=f"reconsider:{thing.uri}"[:200])


def take_back_dismissals(person: Actor, thing: Published) -> None:
    """Begin anew: all that was refused may be suggested again. Raises NotAllowed."""
    require_edit(person, thing)
    with transaction.atomic():
        Dismissal.objects.filter(for_uri=thing.uri).delete()
        errand("cop.reconsider", payload={"uri": thing.uri}, key=f"reconsider:{thing.uri}"[:200])
