"""Who is told when somebody says that they speak for a listed organisation, and of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.access import stewards
from accounts.models import User
from cop.models import Claim
from journal import entry_of, reaction
from notifications.actions import notify
from notifications.kinds import notice_kind

if TYPE_CHECKING:
    from journal.models import Errand
    from notifications.models import Notice


def _claim_page(notice: Notice) -> str:
    return f"/desk/claims/{int(notice.params.get('claim', 0))}"


notice_kind("listing_claimed", _("%(person)s says that they speak for “%(organisation)s”."), address=_claim_page)
notice_kind("claim_granted", _("Your group %(group)s is here now, in place of the page about it. You lead it."))
notice_kind("claim_refused", _("We could not give you the page of “%(organisation)s”: %(reason)s"))


@reaction("cop.tell_of_claim", to="listing.claimed")
def tell_of_claim(errand: Errand) -> None:
    """The stewards of this node, who answer."""
    entry = entry_of(errand)
    claims = Claim.objects.filter(listing__uri=entry.uri, actor__uri=entry.actor, state=Claim.State.OPEN)
    claim = claims.select_related("listing").first()
    if claim is None:
        return
    said = {"person": claim.name, "organisation": claim.listing.name, "claim": claim.pk}
    for steward in stewards():
        notify(steward, "listing_claimed", entry.uri, entry=entry, **said)


@reaction("cop.tell_claimant", to=("listing.claim_granted", "listing.claim_refused"))
def tell_claimant(errand: Errand) -> None:
    """The claimant, with the reason or the way to the group."""
    entry = entry_of(errand)
    claims = Claim.objects.filter(listing__uri=entry.uri, actor__uri=entry.actor, answered_at__isnull=False)
    claim = claims.select_related("listing", "group").order_by("-answered_at").first()
    user = User.objects.filter(actor__uri=entry.actor, is_active=True).first()
    if claim is None or user is None:
        return
    if claim.group is not None:
        notify(user, "claim_granted", claim.group.uri, entry=entry, group=claim.group.name)
    elif claim.state == Claim.State.REFUSED:
        said = {"organisation": claim.listing.name, "reason": claim.reason}
        notify(user, "claim_refused", entry.uri, entry=entry, **said)
