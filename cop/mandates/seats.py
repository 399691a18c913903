"""In whose name somebody can propose, consent or object: the bodies they lead, or their own as a member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cop.access import groups_led_by, groups_spoken_for
from cop.actions.mandates import is_agreed_inside, looks_after
from cop.mandates.states import State
from cop.models import Consent, Member

if TYPE_CHECKING:
    from cop.mandates.reading import Mandate
    from cop.mandates.states import Standing
    from cop.models import Group
    from federation.models import Actor

Stance = Consent.Stance


class Seat(NamedTuple):
    """Whose word somebody can give on a version; `name` is the body's, empty for their own."""

    actor: Actor
    name: str
    stance: str
    said: dict[str, Any]
    can_speak: bool
    can_leave: bool


def speakers(person: Actor | None, mandate: Mandate) -> dict[str, Actor]:
    """The bodies of this node in whose name somebody can propose a version, by the key of a form."""
    if not person:
        return {}
    return {each.public_id: each.actor for each in groups_spoken_for(person) if each.uri in mandate.parties}


def seat_at(person: Actor | None, group: Group, standing: Standing) -> Seat | None:
    """At most one: of several, the first that has not said anything yet."""
    if not person:
        return None
    led, voices = groups_led_by(person), standing.voices
    found = [_seat(each.actor, each.name, standing) for each in led if each.uri in voices]
    if not standing.version.is_shared:
        inside = Member.objects.filter(group=group, actor=person, state=Member.State.JOINED).exists()
        found += [_seat(person, "", standing)] if inside else []
    return min(found, key=lambda seat: bool(seat.stance), default=None)


def _seat(actor: Actor, name: str, standing: Standing) -> Seat:
    held = standing.by_uri.get(actor.uri)
    stance = standing.stance_of(actor.uri)
    open_ = standing.state in (State.PROPOSED, State.OBJECTED)
    bound = standing.state in (State.IN_FORCE, State.LAPSED) and stance == Stance.CONSENT
    said = {"stance": held.stance, "words": held.words} if held is not None else {}
    return Seat(actor, name, stance, said, can_speak=open_, can_leave=bound)


def may_adopt(person: Actor | None, group: Group, standing: Standing) -> bool:
    """Whether a steward can write down that the one group it binds has consented."""
    return bool(person) and looks_after(person, group, standing.version) and is_agreed_inside(group, standing)
