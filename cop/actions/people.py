"""What a person shows of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from atlas import cards
from cop.models import Group, Member, Person
from federation import audiences, publishing
from federation.models import Actor
from journal import record

if TYPE_CHECKING:
    from collections.abc import Mapping


MOST_GROUPS = 100  # of one person's page


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
        person = Person.objects.select_for_update(of=("self",)).select_related("actor").get(pk=person.pk)
        was_public = person.was_public
        is_public = bool(fields.get("is_public", person.is_public))
        shows_first = is_public and not was_public
        if shows_first:
            fields = {**fields, "was_public": True}
        shows_groups = is_public and "groups" in fields.get("shown", person.shown)
        fields = {**fields, "groups": _public_groups_of(person.actor) if shows_groups else []}
        changed = publishing.change(person, "person", by=person.actor, **fields)
        if "name" in fields:
            Actor.objects.filter(pk=person.actor_id).update(name=fields["name"] if changed.is_public else "")
        if shows_first:
            record("person.published", person.uri, actor=person.actor.uri)
    return changed


def groups_changed(actor: Actor) -> None:
    """Somebody has come into a group or gone: their page and the map of relations follow, where they show that."""
    if not actor.is_ours:
        cards.refresh("person", actor.uri, origin="peer")
        return
    # Held before their groups are looked up: of two memberships that change at once, the second sees both.
    person = Person.objects.select_for_update(of=("self",)).filter(actor=actor).first()
    if person is not None and person.is_public and "groups" in person.shown:
        publishing.change(person, "person", by=actor, speaks=False, groups=_public_groups_of(actor))


def _public_groups_of(actor: Actor) -> list[str]:
    joined = Group.objects.filter(members__actor=actor, members__state=Member.State.JOINED)
    shown = joined.filter(audience=audiences.PUBLIC, withdrawn_at__isnull=True).order_by("uri")
    return list(shown.values_list("uri", flat=True)[:MOST_GROUPS])
