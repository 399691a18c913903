"""How groups, persons, needs and offers, places and listed organisations look on the atlas."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from atlas import layers
from atlas.cards import CardData, LinkData, builder, language_of_labels
from atlas.models import Card
from atlas.placed import StepFree
from atlas.relations import DONE, name_relation
from cop.flotillas.aboard import aboard
from cop.mandates.reading import mandate_of
from cop.models import Expertise, Group, Listing, MandateVersion, Person, Place, Proposal
from cop.queries import groups_said_by

SIGNS = "signs"  # a body the mandate of a group, as its equal
FOR = "for"  # what is done together, the group it is done for

SAILS = "sails"  # a group with a flotilla

name_relation(SIGNS, _("signs a mandate with"), layers.ACTION)
name_relation(SAILS, _("sails with"), layers.ACTION)
name_relation(FOR, _("is done for"), layers.ACTION)
name_relation("at", _("takes place at"), layers.ACTION)


def _row(model: Any, uri: str) -> Any:
    rows = model.objects.select_related("actor", "node")
    return rows.filter(uri=uri, withdrawn_at__isnull=True).first()


@builder("group")
def group_card(uri: str) -> CardData | None:
    group: Group | None = _row(Group, uri)
    if group is None or not group.is_discoverable:
        return None
    return CardData.of(
        group,
        kind="group",
        title=group.name,
        summary=group.harbour or group.summary,
        text="\n\n".join(filter(None, [group.harbour, group.summary, group.asks, group.harvest])),
        links=[LinkData(from_uri=ship.actor.uri, to_uri=uri, relation=SAILS) for ship in aboard(group, None)],
    )


@builder("person")
def person_card(uri: str) -> CardData | None:
    person: Person | None = _row(Person, uri)
    if person is None or not person.is_public:
        return None
    return CardData.of(
        person,
        kind="person",
        title=person.name,
        summary=str(person.seen("summary")),
        topics=person.seen("topics"),
        area=str(person.seen("area")),
        links=[LinkData(to_uri=uri, relation="member") for uri in groups_said_by(person)],
    )


@builder("need", "offer")
def proposal_card(uri: str) -> CardData | None:
    proposal: Proposal | None = _row(Proposal, uri)
    if proposal is None:
        return None
    return CardData.of(
        proposal,
        kind=proposal.direction,
        title=proposal.title,
        summary=proposal.summary,
        direction=proposal.direction,
        support=proposal.support,
        exchange=Card.Exchange.LENDING if proposal.is_lent else "",
        text=_text_of_proposal(proposal),
        links=_helped(uri, proposal.done_with, is_need=proposal.direction == Proposal.Direction.NEED),
        starts=proposal.starts,
        ends=proposal.until,
    )


def _helped(uri: str, done_with: list[dict[str, str]], *, is_need: bool) -> list[LinkData]:
    """Who helped whom, of finished matches that both sides show."""
    others = [each["uri"] for each in done_with if each["uri"]]
    if is_need:
        return [LinkData(from_uri=other, to_uri=uri, relation="helps", state=DONE) for other in others]
    return [LinkData(to_uri=other, relation="helps", state=DONE) for other in others]


def _text_of_proposal(proposal: Proposal) -> str:
    """All that can be found of it."""
    lent = ""
    if proposal.is_lent:
        with translation.override(language_of_labels(proposal.language)):
            lent = f"{Card.Exchange.LENDING.label}."
    return "\n\n".join(filter(None, [proposal.summary, proposal.output, proposal.opened_by, proposal.terms, lent]))


@builder("expertise")
def expertise_card(uri: str) -> CardData | None:
    expertise: Expertise | None = _row(Expertise, uri)
    if expertise is None:
        return None
    return CardData.of(
        expertise,
        kind="expertise",
        title=expertise.title,
        summary=expertise.summary,
        direction="offer",
        support="expertise",
        links=_helped(uri, expertise.done_with, is_need=False),
    )


@builder("place")
def place_card(uri: str) -> CardData | None:
    place: Place | None = _row(Place, uri)
    if place is None:
        return None
    return CardData.of(
        place,
        kind="place",
        title=place.name,
        summary=place.summary or place.services,
        text=_text_of_place(place),
        area=place.area or place.address,
        accuracy=place.accuracy,
        step_free=StepFree(place.step_free).is_free,
        source=place.source,
        licence=place.licence,
    )


def _text_of_place(place: Place) -> str:
    """All that can be found of it, beginning with what kind of place it is, in its own language."""
    with translation.override(language_of_labels(place.language)):
        kind = "" if place.kind == Place.Kind.OTHER else f"{place.get_kind_display()}."
    told = [kind, place.summary, place.services, place.give_back, place.address, place.access_note]
    return "\n\n".join(filter(None, told))


@builder("mandate")
def mandate_card(uri: str) -> CardData | None:
    """Of what is in force, or was until its review: what is only proposed is shown to nobody who does not ask."""
    version: MandateVersion | None = _row(MandateVersion, uri)
    group = Group.objects.select_related("actor").filter(uri=version.about_uri).first() if version is not None else None
    if version is None or group is None or group.withdrawn_at is not None:
        return None
    current = mandate_of(group, group.actor).current
    if current is None or current.version.pk != version.pk:
        return None
    signs = [each["uri"] for each in current.signed_by if each["uri"] != group.uri]
    return CardData.of(
        version,
        kind="mandate",
        title=version.title,
        summary=version.purpose,
        topics=group.topics,
        area=group.area,
        group_uri=group.uri,
        group_name=group.name,
        links=[LinkData(from_uri=each, to_uri=group.uri, relation=SIGNS) for each in signs],
    )


@builder("listing")
def listing_card(uri: str) -> CardData | None:
    listing: Listing | None = _row(Listing, uri)
    if listing is None:
        return None
    return CardData.of(
        listing,
        kind="listing",
        title=listing.name,
        summary=listing.summary,
        accuracy=listing.accuracy,
        source=listing.source,
        licence=listing.licence,
    )
