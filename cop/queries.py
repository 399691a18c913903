"""Lists for pages, with all that their page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from atlas import cards
from atlas.filters import kind_plural
from atlas.models import Card, Link
from atlas.queries import newest_of_each_kind
from cop.mandates.reading import mandate_of
from cop.models import Claim, Group, Listing, Member, Person, Post, Ship
from federation import restrictions
from federation.identity import is_ours
from federation.models import Restriction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlas.queries import KindSection
    from cop.mandates.reading import Mandate
    from cop.models import Place
    from federation.models import Actor

CARDS_PER_KIND = 6
MOST_SHARED = 50
NEXT_AT_A_PLACE = 12


class NamedThing(NamedTuple):
    title: str
    url: str


def people_of(group: Group) -> QuerySet[Member]:
    """Members, stewards first, then by the name they gave."""
    return (
        group.members.filter(state=Member.State.JOINED)
        .exclude(actor__node__blocked_at__isnull=False)
        .select_related("actor__node")
        .order_by("-role", "name", "joined_at")
    )


def own_name(person: Actor | None) -> str:
    """What somebody calls themself, to begin a form with; nothing for a visitor."""
    if not person:
        return ""
    return Person.objects.filter(actor=person).values_list("name", flat=True).first() or ""


def waiting_at(group: Group, reader: Actor) -> QuerySet[Member]:
    """Those who asked to join and were not answered, longest first; nobody whom the reader blocks."""
    asking = group.members.filter(state=Member.State.ASKED).exclude(actor__node__blocked_at__isnull=False)
    asking = asking.exclude(restrictions.whom_they_block(reader))
    return asking.select_related("actor__node").order_by("asked_at")


def membership(group: Group, person: Actor | None) -> Member | None:
    return group.members.filter(actor=person).first() if person is not None else None


def my_groups(person: Actor) -> QuerySet[Member]:
    """Where a person is in or has asked to be, closed groups last."""
    mine = Member.objects.filter(actor=person).select_related("group__node")
    return mine.order_by(F("group__withdrawn_at").asc(nulls_first=True), "group__name")


def groups_joined_by(person: Actor) -> list[Group]:
    """The groups that somebody is in, on any node, and the flotillas that those sail with, as far as they may see them
    here, by name. One query."""
    joined = Member.objects.filter(actor=person, state=Member.State.JOINED)
    voyages = Ship.objects.filter(actor__in=joined.values("group__actor"), withdrawn_at__isnull=True)
    groups = Group.objects.visible_to(person)
    sailing = Q(uri__in=voyages.values("about_uri"), dissolved_at__isnull=True) & ~Q(harbour="")
    return list(groups.filter(Q(pk__in=joined.values("group")) | sailing).order_by("name", "pk"))


def may_stand_with(group: Group, mandate: Mandate | None = None) -> set[str]:
    """The addresses of the actors whose things may stand on the page of a group: its own, the bodies that have
    agreed to its mandate, and the ships of a flotilla. Two queries where the mandate is not given."""
    mandate = mandate or mandate_of(group, group.actor)
    signed = mandate.current.signed_by if mandate.current is not None else []
    return {group.uri, *(each["uri"] for each in signed), *(ship.actor.uri for ship in mandate.ships)}


def waiting_for_answer(person: Actor) -> QuerySet[Member]:
    """Requests to join the groups a person is steward of, longest waiting first; of nobody they block."""
    return (
        Member.objects.filter(
            state=Member.State.ASKED,
            group__node__isnull=True,
            group__withdrawn_at__isnull=True,
            group__members__actor=person,
            group__members__role=Member.Role.STEWARD,
        )
        .exclude(actor__node__blocked_at__isnull=False)
        .exclude(restrictions.whom_they_block(person))
        .select_related("group__actor", "actor__node")
        .order_by("asked_at", "pk")
    )


def how_many_in(group: Group) -> int:
    """Members, as this node counts them or as the group's own node tells."""
    return group.members.filter(state=Member.State.JOINED).count() if group.is_ours else group.members_elsewhere


def published_by(group: Group, reader: Actor | None) -> list[tuple[str, KindSection]]:
    """What a group shares with the reader, the newest of each kind, with the kind in words."""
    # Its mandate has a place of its own on the page.
    theirs = Card.objects.asked_for_by(reader).filter(group_uri=group.uri).exclude(kind="mandate")
    sections = newest_of_each_kind(theirs, cards.kinds(), CARDS_PER_KIND)
    return [(kind_plural(section.kind), section) for section in sections]


def groups_said_by(person: Person) -> list[str]:
    """The addresses of the groups a person says to be in: of groups of this node only those they are in, of other
    nodes whatever is not known to be something else."""
    said: list[str] = list(cast("list[str]", person.seen("groups")))
    joined = Member.objects.filter(actor=person.actor_id, state=Member.State.JOINED, group__uri__in=said)
    inside = set(joined.values_list("group__uri", flat=True))
    others = set(Card.objects.filter(uri__in=said).exclude(kind="group").values_list("uri", flat=True))
    return [uri for uri in said if uri in inside or not (is_ours(uri) or uri in others)]


def groups_shown_by(person: Person, reader: Actor | None) -> QuerySet[Group]:
    """The same as rows, as far as this node knows them and the reader may see them."""
    return Group.objects.visible_to(reader).filter(uri__in=groups_said_by(person)).order_by("name")


def shared_by(person: Person, reader: Actor | None) -> QuerySet[Card]:
    """What a person knows, needs and offers in their own name, as far as the reader may see; the newest."""
    theirs = Card.objects.asked_for_by(reader).filter(speaker_uri=person.uri).exclude(uri=person.uri)
    return theirs.newest_first().for_page()[:MOST_SHARED]


def next_at(place: Place, reader: Actor | None) -> list[Card]:
    """What takes place there from now on, soonest first."""
    here = Link.objects.filter(to_uri=place.uri, relation="at").values("from_uri")
    now = timezone.now()
    dated = Card.objects.visible_to(reader).unasked().filter(Q(ends__gte=now) | Q(starts__gte=now), uri__in=here)
    return list(dated.soonest_first().for_page()[:NEXT_AT_A_PLACE])


def named_things(uris: Iterable[str], reader: Actor | None) -> dict[str, NamedThing]:
    """What things are called and where their pages are, as far as the reader may see them. Two queries."""
    asked = set(uris)
    seen = Card.objects.asked_for_by(reader).filter(uri__in=asked).values_list("uri", "title", "url")
    found = {uri: NamedThing(title, url) for uri, title, url in seen}
    for post in Post.objects.visible_to(reader).filter(uri__in=asked).select_related("actor"):
        title = post.title or _("What %(name)s wrote") % {"name": post.called or _("somebody")}
        found[post.uri] = NamedThing(title, post.get_absolute_url())
    return found


def pages_of(uris: Iterable[str], reader: Actor | None) -> dict[str, str]:
    """The pages of things on this node, as far as the reader may see them. One query."""
    return dict(Card.objects.asked_for_by(reader).filter(uri__in=set(uris)).values_list("uri", "url"))


def taken_out_by(group: Group) -> QuerySet[Restriction]:
    """What a group's stewards took out of its talk and did not put back, newest first."""
    held = Restriction.objects.in_force().filter(group=group.actor_id).select_related("by")
    return held.order_by("-made_at", "-pk")


def posts_at(uris: Iterable[str], reader: Actor) -> dict[str, Post]:
    """Those that are still there, and were not removed by stewards of this node."""
    posts = Post.objects.filter(restrictions.left_to(reader), uri__in=list(uris), withdrawn_at__isnull=True)
    return {post.uri: post for post in posts.select_related("actor", "node")}


def claim_of(person: Actor | None, listing: Listing) -> Claim | None:
    """What this person last asked about a listed organisation."""
    if person is None:
        return None
    return Claim.objects.filter(listing=listing, actor=person).order_by("-asked_at", "-pk").first()


def open_claims() -> QuerySet[Claim]:
    """What waits for this node's stewards, oldest first."""
    return (
        Claim.objects.filter(state=Claim.State.OPEN).select_related("listing", "actor__node").order_by("asked_at", "pk")
    )


def group_instead_of(listing: Listing) -> Group | None:
    """The group that took the place of a listed organisation."""
    groups = Group.objects.filter(claims__listing=listing, claims__state=Claim.State.GRANTED)
    return groups.filter(withdrawn_at__isnull=True).first()
