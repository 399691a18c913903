"""How groups, persons, needs and offers, and listed organisations look on the atlas."""

from __future__ import annotations

from typing import Any

from atlas.cards import CardData, LinkData, builder
from cop.models import Group, Listing, Person, Proposal
from cop.queries import groups_said_by


def _row(model: Any, uri: str) -> Any:
    rows = model.objects.select_related("actor", "node")
    return rows.filter(uri=uri, withdrawn_at__isnull=True).first()


@builder("group")
def group_card(uri: str) -> CardData | None:
    group: Group | None = _row(Group, uri)
    if group is None:
        return None
    return CardData.of(group, kind="group", title=group.name, summary=group.summary)


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
        ends=proposal.until,
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
