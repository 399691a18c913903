"""“Is this you?”: claiming a listed organisation, and the answer of this node's stewards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.access import require_steward
from cop.actions.groups import found_group
from cop.models import Claim, Group, Listing
from federation import actors, publishing
from journal import record

if TYPE_CHECKING:
    from accounts.models import User
    from federation.models import Actor


MOST_OPEN = 5  # claims of one person that nobody has answered yet


class CannotClaim(ValueError):
    """Nobody, or not this person, can claim it now; `reason` is one of the words below."""

    ELSEWHERE = "elsewhere"
    GONE = "gone"
    ALREADY = "already"
    TOO_MANY = "too many"
    ANSWERED = "answered"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def claim_listing(person: Actor, listing: Listing, *, name: str, role: str, proof: str, group_name: str) -> Claim:
    """Ask to speak for an organisation that this node lists. Raises CannotClaim, and then nothing has changed."""
    with transaction.atomic():
        listing = _locked(listing)
        if not listing.is_ours:
            raise CannotClaim(CannotClaim.ELSEWHERE)
        if listing.withdrawn_at is not None:
            raise CannotClaim(CannotClaim.GONE)
        actors.one_at_a_time(person)
        waiting = set(Claim.objects.filter(actor=person, state=Claim.State.OPEN).values_list("listing_id", flat=True))
        if listing.pk in waiting:
            raise CannotClaim(CannotClaim.ALREADY)
        if len(waiting) >= MOST_OPEN:
            raise CannotClaim(CannotClaim.TOO_MANY)
        claim = Claim.objects.create(
            listing=listing, actor=person, name=name, role=role, proof=proof, group_name=group_name
        )
        record("listing.claimed", listing.uri, actor=person.uri)
    return claim


def grant_claim(steward: User, claim: Claim) -> Group:
    """Found the group from what the register said, its claimant the first steward, and take the listing back.

    No later run of the register brings the listing back. Raises CannotClaim, PermissionDenied.
    """
    require_steward(steward)
    with transaction.atomic():
        claim = _open(claim)
        listing = claim.listing
        if listing.withdrawn_at is not None:
            raise CannotClaim(CannotClaim.GONE)
        group = found_group(
            claim.actor,
            steward_name=claim.name,
            let_in=True,
            name=claim.group_name,
            summary=listing.summary,
            website=listing.website,
            topics=listing.topics,
            area=listing.area,
            lat=listing.lat,
            lon=listing.lon,
            language=listing.language,
            joining=Group.Joining.REQUEST,
        )
        publishing.withdraw(listing, "listing", by=actors.for_user(steward))
        _answer(claim, Claim.State.GRANTED, group=group)
        record("listing.claim_granted", listing.uri, actor=claim.actor.uri)
    return group


def refuse_claim(steward: User, claim: Claim, *, reason: str) -> Claim:
    """Say no, with a reason that the claimant reads. Raises CannotClaim, PermissionDenied."""
    require_steward(steward)
    with transaction.atomic():
        claim = _open(claim)
        _answer(claim, Claim.State.REFUSED, reason=reason)
        record("listing.claim_refused", claim.listing.uri, actor=claim.actor.uri)
    return claim


def _locked(listing: Listing) -> Listing:
    rows = Listing.objects.select_for_update(of=("self",)).select_related("actor", "node")
    return rows.get(pk=listing.pk)  # type: ignore[no-any-return]


def _open(claim: Claim) -> Claim:
    """The claim as it is now, its listing locked first, as when it was made."""
    listing = _locked(claim.listing)
    fresh = Claim.objects.select_for_update(of=("self",)).select_related("actor").get(pk=claim.pk)
    if fresh.state != Claim.State.OPEN:
        raise CannotClaim(CannotClaim.ANSWERED)
    fresh.listing = listing
    return fresh


def _answer(claim: Claim, state: Claim.State, *, reason: str = "", group: Group | None = None) -> None:
    claim.state, claim.answered_at, claim.reason, claim.group = state, timezone.now(), reason, group
    claim.save(update_fields=["state", "answered_at", "reason", "group"])
