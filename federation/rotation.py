"""The keys of our actors, sealed anew or made anew, as whoever looks after the node asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction

from federation import actors, keys, publishing, types
from federation.models import Actor
from journal import record


@dataclass
class Resealed:
    """How many actors' keys were sealed anew, how many were under the present SECRET_KEY already, and the handles of
    those whose keys no SECRET_KEY opens that we know."""

    anew: int = 0
    before: int = 0
    lost: list[str] = field(default_factory=list)


def reseal() -> Resealed:
    """Seal all that an earlier SECRET_KEY sealed under the present one, an actor at a time: stopped anywhere, the next
    time goes on from there. After it SECRET_KEY_FALLBACKS is no longer needed for keys."""
    done = Resealed()
    ours = Actor.objects.filter(node__isnull=True).exclude(rsa_private="", ed25519_private="")
    for key in list(ours.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            actor = Actor.objects.select_for_update(of=("self",)).get(pk=key)
            try:
                rsa = keys.resealed(actor.rsa_private) if actor.rsa_private else ""
                ed25519 = keys.resealed(actor.ed25519_private) if actor.ed25519_private else ""
            except keys.SealBroken:
                done.lost.append(actor.handle)
                continue
            if (rsa, ed25519) == (actor.rsa_private, actor.ed25519_private):
                done.before += 1
                continue
            Actor.objects.filter(pk=key).update(rsa_private=rsa, ed25519_private=ed25519)
            done.anew += 1
    return done


def rotate(actor: Actor) -> None:
    """New key pairs for an actor of ours, and everybody who follows it, or whose node is a neighbour, is told.

    What was signed with the earlier ones is believed no longer by whoever has read the new ones: messages that wait are
    signed when they are sent, and proofs that others pass on lead them to ask us instead.
    """
    if not actor.is_ours:
        raise ValueError(f"{actor.uri} is not on this node")
    new = actors.new_keys(actor)  # before the transaction: it takes its time
    with transaction.atomic():
        actor = Actor.objects.select_for_update(of=("self",)).get(pk=actor.pk)
        Actor.objects.filter(pk=actor.pk).update(**new)
        record("actor.rekeyed", actor.uri)
        if actor == actors.this_node().actor:
            record("node.described", actor.uri)
        found = types.locate(actor.uri)
        if found is not None and found[0].may_speak(found[1]):
            type_, row = found
            publishing.say_anew(row, type_.kind_of(row), by=actor)
