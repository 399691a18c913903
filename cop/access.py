"""Who may do what in a community. Absent and forbidden give the same 404."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from accounts.access import stewards
from accounts.models import User
from atlas.models import Link
from cop import threads
from cop.cards import FOR
from cop.models import (
    Commitment,
    Conversation,
    Expertise,
    Group,
    Listing,
    MandateVersion,
    Match,
    Member,
    Participant,
    Person,
    Place,
    Proposal,
    Reservation,
    Ship,
)
from federation import audiences, restrictions, types
from federation.models import Actor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from federation.models import Published


Row = TypeVar("Row", bound="Published")

SELF = "me"
"""In a form, whoever fills it in, among the groups they can speak for."""


class NotAllowed(PermissionDenied):
    """The person may see the thing but not do this with it; the text says who may."""


def group_for_reading(reader: Actor | None, public_id: str) -> Group:
    return _one(Group, reader, public_id)


def group_for_page(reader: Actor | None, public_id: str) -> Group:
    """With `is_ship` and `has_together`: whether its page has to ask for the flotillas that it sails with, and for what
    is done for it. Raises Http404."""
    sails = Ship.objects.filter(actor=OuterRef("actor"), withdrawn_at__isnull=True)
    done = Link.objects.filter(to_uri=OuterRef("uri"), relation=FOR)
    return _one(Group, reader, public_id, is_ship=Exists(sails), has_together=Exists(done))


def group_for_leaving(person: Actor | None, public_id: str) -> Group:
    """A group the person is in or has asked to join, also one that is closed or hidden by now. Raises Http404."""
    mine = Group.objects.filter(members__actor=person, public_id=public_id) if person else Group.objects.none()
    group = mine.select_related("actor", "node").first()
    if group is None:
        raise Http404
    return group


def group_for_editing(actor: Actor | None, public_id: str) -> Group:
    """A group of this node, for its stewards. Raises Http404, or NotAllowed for somebody who may only read it."""
    group = _one(Group, actor, public_id)
    if not group.is_ours or not is_steward(actor, group):
        raise NotAllowed("only the stewards of the group can do this")
    return group


def proposal_for_reading(reader: Actor | None, direction: str, public_id: str) -> Proposal:
    row = _one(Proposal, reader, public_id)
    if row.direction != direction:
        raise Http404
    return row


def expertise_for_reading(reader: Actor | None, public_id: str) -> Expertise:
    return _one(Expertise, reader, public_id)


def place_for_reading(reader: Actor | None, public_id: str) -> Place:
    return _one(Place, reader, public_id)


def version_for_reading(reader: Actor | None, public_id: str) -> MandateVersion:
    return _one(MandateVersion, reader, public_id)


def published_for_reading(model: type[Row], reader: Actor | None, public_id: str) -> Row:
    """Of a kind without a page of its own for people. Raises Http404."""
    return _one(model, reader, public_id)


def listing_for_reading(reader: Actor | None, public_id: str) -> Listing:
    return _one(Listing, reader, public_id)


def listing_for_claiming(reader: Actor | None, public_id: str) -> Listing:
    """One that this node lists itself: others are claimed where they are listed. Raises Http404."""
    listing = _one(Listing, reader, public_id)
    if not listing.is_ours:
        raise Http404
    return listing


def person_for_reading(reader: Actor | None, public_id: str) -> Person:
    """A page its person shows; their own always."""
    rows = Person.objects.filter(restrictions.shown_to(reader), withdrawn_at__isnull=True)
    rows = rows.annotate(is_kept=restrictions.kept_from_others())
    row = rows.select_related("actor", "node").filter(public_id=public_id).first()
    if row is None or not (row.is_public or (reader is not None and row.actor_id == reader.pk)):
        raise Http404
    if row.node is not None and row.node.blocked_at is not None:
        raise Http404
    return row


def thing_for_reading(reader: Actor | None, uri: str) -> Published:
    """Whatever can be written about, of any kind. Raises Http404."""
    thing = threads.thing_at(uri)
    if thing is None or not type(thing).objects.visible_to(reader).filter(pk=thing.pk).exists():  # type: ignore[attr-defined]
        raise Http404
    return thing


def thing_for_tracing(person: Actor | None, uri: str) -> Published:
    """Any thing of this node, withdrawn or not, for those who may know where it went. Raises Http404."""
    found = types.locate(uri) if uri else None
    if found is None or not may_trace(person, found[1]):
        raise Http404
    row: Published = found[1]
    return row


def may_trace(person: Actor | None, row: Published) -> bool:
    """Who wrote it, who may change it, and the stewards of this node, who are alone with what they removed; whom a
    message went to is its writer's alone."""
    if not person or not row.is_ours:
        return False
    if row.author_id == person.pk or may_edit(person, row):
        return restrictions.is_node_steward(person) or not restrictions.is_removed(row.uri)
    private = row.audience.startswith(f"{settings.ORIGIN}/conversations/")
    return person.user is not None and person.user.is_steward and not private


def anything_for_reading(reader: Actor | None, uri: str) -> Published:
    """Whatever somebody may read and report: things, posts and people's pages. Raises Http404."""
    found = types.locate(uri) if uri else None
    if found is None or found[0].kind_of(found[1]) == "topic":
        raise Http404
    row: Published = found[1]
    if isinstance(row, Person):
        return person_for_reading(reader, row.public_id)
    if not type(row).objects.visible_to(reader).filter(pk=row.pk).exists():  # type: ignore[attr-defined]
        raise Http404
    return row


def name_of(person: Actor) -> str:
    """What somebody is called on their page, or in a group."""
    shown = Person.objects.filter(actor=person).values_list("name", flat=True).first()
    inside = Member.objects.filter(actor=person, state=Member.State.JOINED).exclude(name="")
    return str(shown or inside.values_list("name", flat=True).first() or "")


def talk_for_reading(person: Actor, uri: str) -> Conversation | Published:
    """Where others write what a person of ours reads: a conversation of theirs, or such a thing. Raises Http404."""
    theirs = Conversation.objects.filter(participants__actor=person, public_id=uri.rsplit("/", 1)[-1]).first()
    return theirs if theirs is not None and theirs.uri == uri else thing_for_reading(person, uri)


def _one(model: type[Row], reader: Actor | None, public_id: str, **marks: Exists) -> Row:
    rows = model.objects.visible_to(reader).annotate(**marks).select_related("actor", "node")
    row = rows.filter(public_id=public_id).first()
    if row is None:
        raise Http404
    return row  # type: ignore[no-any-return]


def withdrawn_for_reading(model: type[Row], reader: Actor | None, public_id: str) -> Row:
    """A thing that was taken back, for those who could have read it before. Raises Http404."""
    readable = model.objects.filter(withdrawn_at__isnull=False, audience__in=audiences.readable_by(reader))
    rows = readable.filter(restrictions.shown_to(reader))
    row = rows.exclude(node__blocked_at__isnull=False).select_related("node").filter(public_id=public_id).first()
    if row is None:
        raise Http404
    return row  # type: ignore[no-any-return]


def is_steward(actor: Actor | None, group: Group) -> bool:
    if actor is None:
        return False
    return Member.objects.filter(group=group, actor=actor, role=Member.Role.STEWARD).exists()


def stewards_of(groups: Iterable[Group] | QuerySet[Group]) -> QuerySet[User]:
    """The people of this node who are stewards of any of them, each once."""
    led = Member.objects.filter(group__in=groups, role=Member.Role.STEWARD)
    return User.objects.filter(actor__in=led.values("actor"), is_active=True).distinct().order_by("pk")


def groups_spoken_for(actor: Actor | None) -> list[Group]:
    """The groups of this node a person may publish for: those they have joined."""
    if actor is None:
        return []
    return list(
        Group.objects.ours()
        .filter(withdrawn_at__isnull=True, members__actor=actor, members__state=Member.State.JOINED)
        .select_related("actor")
        .order_by("name")
    )


def groups_led_by(actor: Actor | None) -> list[Group]:
    """The groups of this node a person is a steward of: whose own acts they can do."""
    if actor is None:
        return []
    led = Member.objects.filter(actor=actor, role=Member.Role.STEWARD).values("group")
    rows = Group.objects.ours().filter(pk__in=led, withdrawn_at__isnull=True)
    return list(rows.select_related("actor").order_by("name", "pk"))


def may_speak_as(actor: Actor, speaker: Actor) -> bool:
    """As oneself, once one has a page with a name; as a group of this node one has joined."""
    if speaker.pk == actor.pk:
        return Person.objects.filter(actor=actor, is_public=True).exists()
    return Member.objects.filter(
        group__actor=speaker, group__node__isnull=True, actor=actor, state=Member.State.JOINED
    ).exists()


def require_speaking(actor: Actor, speaker: Actor) -> None:
    if not may_speak_as(actor, speaker):
        raise NotAllowed("you can speak for yourself once you have a page, and for groups you have joined")


def run_by(actor: Actor) -> Q:
    """The things of this node that an actor may change: what they say themself; in what a group says, all for its
    stewards, and what they wrote while they are in the group; in what the node itself lists, all for its stewards.
    """
    said = _said_by(actor)
    if actor.user is not None and actor.user.is_steward:
        said |= Q(actor__type=actor.Type.APPLICATION)
    return Q(node__isnull=True) & said


def _said_by(person: Actor) -> Q:
    """What somebody answers for, by its `actor` and `author`: their own; of a group, what its stewards look after, and
    what they wrote while they are in it."""
    joined = Member.objects.filter(actor=person, state=Member.State.JOINED)
    led = joined.filter(role=Member.Role.STEWARD)
    said = Q(actor=person) | Q(actor__in=led.values("group__actor"))
    return said | Q(author=person, actor__in=joined.values("group__actor"))


def running(row: Published) -> QuerySet[User]:
    """The people for whom `run_by` has this thing of this node, each once."""
    if row.actor.type == row.actor.Type.APPLICATION:
        return stewards()
    return User.objects.filter(actor__in=_saying(row), is_active=True)


def _saying(row: Published | Commitment) -> QuerySet[Actor]:
    """For whom `_said_by` has what the row's `actor` and `author` say."""
    inside = Member.objects.filter(group__actor=row.actor_id, state=Member.State.JOINED)
    answering = inside.filter(Q(role=Member.Role.STEWARD) | Q(actor=row.author_id)).values("actor")
    return Actor.objects.filter(Q(pk=row.actor_id) | Q(pk__in=answering))


def may_edit(actor: Actor | None, row: Published) -> bool:
    """Whether a thing is among those that `run_by` gives."""
    return actor is not None and type(row)._default_manager.filter(run_by(actor), pk=row.pk).exists()


def require_edit(actor: Actor | None, row: Published) -> None:
    if not may_edit(actor, row):
        raise NotAllowed("only its author and the stewards of its group can change this")


def _answering(person: Actor) -> Q:
    """The commitments of this node that somebody answers for."""
    return Q(actor__node__isnull=True) & _said_by(person)


def answers_for(person: Actor, commitment: Commitment) -> bool:
    return Commitment.objects.filter(_answering(person), pk=commitment.pk).exists()


def commitments_of(person: Actor) -> QuerySet[Commitment]:
    """The sides of matches that somebody answers for."""
    return Commitment.objects.filter(_answering(person))


def people_answering(commitment: Commitment) -> QuerySet[Actor]:
    """The people of this node for whom `answers_for` holds, each once."""
    return _saying(commitment).filter(node__isnull=True, user__is_active=True)


def match_for_reading(person: Actor | None, public_id: str) -> Match:
    """A match of somebody who answers for one of its sides. Raises Http404."""
    rows = Match.objects.filter(commitments__in=commitments_of(person)) if person else Match.objects.none()
    blocked = Participant.objects.filter(actor__node__blocked_at__isnull=False).values("conversation")
    match = rows.exclude(conversation__in=blocked).select_related("conversation").filter(public_id=public_id).first()
    if match is None:
        raise Http404
    return match


def reservation_for_acting(person: Actor | None, public_id: str) -> Reservation:
    """One of somebody who borrows or answers for what is lent. Raises Http404."""
    if person is None:
        raise Http404
    rows = Reservation.objects.select_related("offer__actor", "offer__node", "actor__node")
    lends = Q(offer__in=Proposal.objects.filter(run_by(person)))
    row = rows.filter(Q(actor=person) | lends).filter(public_id=public_id).first()
    if row is None:
        raise Http404
    return row
