"""Coming to a gathering, being answered, not coming after all: the same for people of this node and of others.

On the wire: Join → Accept or Reject by the organisers, Leave by the person; a Reject after an Accept takes a place
back. The gathering's own node decides and counts, under a lock on the gathering's row, so that two who ask in the same
moment never get the same last place. The other node keeps a copy of its person's row in step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cop.access import require_edit
from events import needs
from events.models import Attendee, Gathering
from federation import actors, restrictions
from federation.outbound.say import say
from journal import errand, errand_kind, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federation.models import Actor
    from journal.models import Errand

FULL = "full"
"""What a Reject of ours says in `state` when there was no room, so that the other node can tell its person so."""


class CannotCome(ValueError):
    """Nobody, or not this person, can come now; `reason` is one of the words below."""

    GONE = "gone"
    OVER = "over"
    CANCELLED = "cancelled"
    ELSEWHERE = "elsewhere"
    FULL = FULL
    ALREADY = "already"
    DECLINED = "declined"
    LEFT = "left"
    NO_PLACE = "no-place"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def attend(
    person: Actor,
    gathering: Gathering,
    *,
    name: str = "",
    message: str = "",
    join_uri: str = "",
    brings: Mapping[str, int] | None = None,
) -> Attendee:
    """Take a place where anyone may come, or ask for one; `brings` is how many of what is needed, by its id.

    Raises CannotCome, and then nothing has changed.
    """
    with transaction.atomic():
        gathering = _locked(gathering)
        _require_open(person, gathering)
        attendee = Attendee(
            gathering=gathering, actor=person, name=name[:120], message=message[:500], join_uri=join_uri
        )
        attendee.brings = needs.fitting(gathering, brings or {})
        attendee.save(force_insert=True)
        if not gathering.is_ours:
            _ask_their_node(attendee)
        elif gathering.joining == Gathering.Joining.OPEN:
            _give_place(attendee)
        else:
            record("gathering.join_requested", gathering.uri, actor=person.uri, origin=_origin(person))
    return attendee


def bring(person: Actor, gathering: Gathering, brings: Mapping[str, int]) -> Attendee:
    """Say anew how many of what is needed one brings; it counts for those who have a place.

    Raises CannotCome, for somebody without a place or a request, and for what is over or does not take place.
    """
    with transaction.atomic():
        gathering = _locked(gathering)
        attendee = gathering.attendees.filter(actor=person).exclude(state=Attendee.State.DECLINED).first()
        if attendee is None:
            raise CannotCome(CannotCome.NO_PLACE)
        _require_taking_place(gathering)
        fitting = needs.fitting(gathering, brings)
        if attendee.brings == fitting:
            return attendee
        attendee.brings = fitting
        attendee.save(update_fields=["brings"])
        if attendee.state == Attendee.State.COMING:
            needs.count(gathering)
        if not gathering.is_ours and person.is_ours and attendee.join_uri:  # else its Join waits, and will say so
            _send_join(attendee)
        record("gathering.brings_changed", gathering.uri, actor=person.uri, origin=_origin(person))
    return attendee


def accept_attendee(organiser: Actor, attendee: Attendee) -> Attendee:
    """The organisers say yes, also after a no. A second time changes nothing. Raises NotAllowed, CannotCome."""
    require_edit(organiser, attendee.gathering)
    with transaction.atomic():
        attendee = _with_gathering_locked(attendee)
        if attendee.state != Attendee.State.COMING:
            _require_taking_place(attendee.gathering)
            if attendee.gathering.is_full:
                raise CannotCome(CannotCome.FULL)
            _give_place(attendee)
    return attendee


def decline_attendee(organiser: Actor, attendee: Attendee) -> Attendee:
    """The organisers say no to a request, or take a place back. A second time changes nothing.

    Raises NotAllowed, CannotCome.
    """
    require_edit(organiser, attendee.gathering)
    with transaction.atomic():
        attendee = _with_gathering_locked(attendee)
        if attendee.state == Attendee.State.DECLINED:
            return attendee
        had_place = attendee.state == Attendee.State.COMING
        if had_place:
            _free_place(attendee.gathering)
        _answer(attendee, Attendee.State.DECLINED)
        needs.count(attendee.gathering)
        _tell(attendee, "Reject")
        happened = "gathering.place_taken_back" if had_place else "gathering.join_refused"
        record(happened, attendee.gathering.uri, actor=attendee.actor.uri)
    return attendee


def leave(person: Actor, gathering: Gathering) -> None:
    """Not come after all, or take a request back. Nothing happens to somebody without either; a no stays a no."""
    with transaction.atomic():
        gathering = _locked(gathering)
        attendee = gathering.attendees.filter(actor=person).exclude(state=Attendee.State.DECLINED).first()
        if attendee is None:
            return
        if gathering.is_ours and attendee.state == Attendee.State.COMING:
            _free_place(gathering)
        if not gathering.is_ours and person.is_ours:
            say(person, "Leave", gathering.uri, [gathering.actor.inbox], to=[gathering.actor.uri])
        attendee.delete()
        needs.count(gathering)
        record("gathering.left", gathering.uri, actor=person.uri, origin=_origin(person))


def answered_by_their_node(attendee: Attendee, *, accepted: bool, full: bool = False) -> None:
    """The node of a gathering elsewhere has answered one of our people. Called inside the receipt's transaction."""
    uri, person = attendee.gathering.uri, attendee.actor.uri
    if accepted:
        if attendee.state != Attendee.State.COMING:
            _answer(attendee, Attendee.State.COMING)
            record("gathering.join_accepted", uri, actor=person, origin="peer")
    elif full:
        attendee.delete()  # there may be room another day
        record("gathering.was_full", uri, actor=person, origin="peer")
    elif attendee.state != Attendee.State.DECLINED:
        had_place = attendee.state == Attendee.State.COMING
        _answer(attendee, Attendee.State.DECLINED)
        happened = "gathering.place_taken_back" if had_place else "gathering.join_declined"
        record(happened, uri, actor=person, origin="peer")


def _require_open(person: Actor, gathering: Gathering) -> None:
    if not Gathering.objects.visible_to(person).filter(pk=gathering.pk).exists():
        raise CannotCome(CannotCome.GONE)
    _require_taking_place(gathering)
    if gathering.joining == Gathering.Joining.ELSEWHERE:
        raise CannotCome(CannotCome.ELSEWHERE)
    held = gathering.attendees.filter(actor=person).first()
    if held is not None:
        declined = held.state == Attendee.State.DECLINED
        raise CannotCome(CannotCome.DECLINED if declined else CannotCome.ALREADY)
    if gathering.is_ours and restrictions.keep_apart(person, gathering.actor):
        raise CannotCome(CannotCome.DECLINED)  # as everybody who gets no place: nobody learns of a block
    if gathering.is_ours and gathering.is_full:
        raise CannotCome(CannotCome.FULL)


def _require_taking_place(gathering: Gathering) -> None:
    if gathering.withdrawn_at is not None:
        raise CannotCome(CannotCome.GONE)
    if gathering.state == Gathering.State.CANCELLED:
        raise CannotCome(CannotCome.CANCELLED)
    if gathering.is_over and gathering.state != Gathering.State.POSTPONED:
        raise CannotCome(CannotCome.OVER)


def _ask_their_node(attendee: Attendee) -> None:
    """Send the Join; where the organisers' own document was never read, read it first, outside this transaction."""
    if not attendee.gathering.actor.inbox:
        errand("gathering.introduce", payload={"attendee": attendee.pk}, key=f"introduce:{attendee.pk}")
        return
    _send_join(attendee)
    record("gathering.join_sent", attendee.gathering.uri, actor=attendee.actor.uri)


def _send_join(attendee: Attendee) -> None:
    """What was brought and is not any more has to be heard too: where something is needed, the list is always said."""
    gathering, organisers = attendee.gathering, attendee.gathering.actor
    said: dict[str, Any] = {"name": attendee.name, "participationMessage": attendee.message}
    said = {key: text for key, text in said.items() if text}
    if gathering.needed:
        said["brings"] = [{"id": name, "amount": amount} for name, amount in attendee.brings.items()]
    activity = say(attendee.actor, "Join", gathering.uri, [organisers.inbox], to=[organisers.uri], **said)
    attendee.join_uri = activity.uri
    attendee.save(update_fields=["join_uri"])


@errand_kind("gathering.introduce", atomic=False)
def introduce(errand: Errand) -> None:
    """Ask the organisers' server who they are, then send the Join that waited. Raises as `actors.fetch`."""
    waiting = Attendee.objects.filter(pk=errand.payload["attendee"], join_uri="")
    attendee = waiting.select_related("gathering__actor").first()
    if attendee is None:
        return
    actors.fetch(attendee.gathering.actor.uri)
    with transaction.atomic():
        still = waiting.select_for_update(of=("self",)).select_related("gathering__actor", "actor").first()
        if still is not None and still.gathering.actor.inbox:
            _ask_their_node(still)


def _give_place(attendee: Attendee) -> None:
    Gathering.objects.filter(pk=attendee.gathering_id).update(coming=F("coming") + 1)
    _answer(attendee, Attendee.State.COMING)
    needs.count(attendee.gathering)
    _tell(attendee, "Accept")
    record("gathering.joined", attendee.gathering.uri, actor=attendee.actor.uri, origin=_origin(attendee.actor))


def _free_place(gathering: Gathering) -> None:
    Gathering.objects.filter(pk=gathering.pk).update(coming=F("coming") - 1)


def _answer(attendee: Attendee, state: Attendee.State) -> None:
    attendee.state, attendee.answered_at = state, timezone.now()
    attendee.save(update_fields=["state", "answered_at"])


def _tell(attendee: Attendee, answer: str) -> None:
    """Only somebody who asked from another node waits for word from us."""
    if not attendee.actor.is_ours and attendee.gathering.is_ours:
        answer_join(attendee.gathering, attendee.actor, attendee.join_uri, answer)


def answer_join(gathering: Gathering, person: Actor, join_uri: str, answer: str, *, state: str = "") -> None:
    """Say Accept, Reject or Ignore to a Join from another node; inside a transaction.

    An Accept is said about the gathering itself, so that later changes reach everybody who comes, wherever they live.
    """
    say(
        gathering.actor,
        answer,
        {"id": join_uri, "type": "Join", "actor": person.uri, "object": gathering.uri},
        [person.delivery_inbox],
        to=[person.uri],
        about=gathering.uri if answer == "Accept" else join_uri,
        **({"state": state} if state else {}),
    )


def _locked(gathering: Gathering) -> Gathering:
    rows = Gathering.objects.select_for_update(of=("self",)).select_related("actor", "node")
    return rows.get(pk=gathering.pk)  # type: ignore[no-any-return]


def _with_gathering_locked(attendee: Attendee) -> Attendee:
    """The row as it is now. The gathering is locked first, as everywhere, so that nobody waits in a circle."""
    gathering = _locked(attendee.gathering)
    fresh = Attendee.objects.select_related("actor").filter(pk=attendee.pk).first()
    if fresh is None:
        raise CannotCome(CannotCome.LEFT)
    fresh.gathering = gathering
    return fresh


def _origin(actor: Actor) -> str:
    return "here" if actor.is_ours else "peer"
