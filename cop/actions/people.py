"""What a person shows of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from cop.models import Person
from federation import audiences, publishing
from federation.models import Actor
from journal import record

if TYPE_CHECKING:
    from collections.abc import Mapping


def person_of(actor: Actor) -> Person:
    """The page of a person of this node, made empty and hidden at first need. Nothing is told to anybody."""
    found = Person.objects.select_related("actor", "node").filter(actor=actor).first()
    if found is not None:
        return found
    now = timezone.now()
    return Person.objects.get_or_create(
        actor=actor,
        defaults={
            "uri": actor.uri,
            "public_id": actor.uri.rsplit("/", 1)[-1],
            "audience": audiences.PUBLIC,
            "published_at": now,
            "updated_at": now,
        },
    )[0]


def change_page(person: Person, fields: Mapping[str, Any]) -> Person:
    """New words on one's own page. Showing it tells every node; hiding it takes everything back to a bare name-less
    actor, on every node that can be reached."""
    with transaction.atomic():
        was_public = person.was_public
        shows_first = bool(fields.get("is_public")) and not was_public
        if shows_first:
            fields = {**fields, "was_public": True}
        changed = publishing.change(person, "person", by=person.actor, **fields)
        if "name" in fields:
            Actor.objects.filter(pk=person.actor_id).update(name=fields["name"] if changed.is_public else "")
        if shows_first:
            record("person.published", person.uri, actor=person.actor.uri)
    return changed
