"""Who is told that something of theirs converges with something on another node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas.converging import FOUND
from atlas.models import Card, Convergence
from cop import access, threads
from journal import entry_of, reaction
from notifications.actions import notify
from notifications.kinds import notice_kind

if TYPE_CHECKING:
    from journal.models import Errand

notice_kind(
    "converging",
    _("“%(other)s”, from %(node)s, is close to “%(title)s” in topic, place and time. You could do it together."),
    matter="news",
)


@reaction("cop.tell_converging", to=FOUND)
def tell_converging(errand: Errand) -> None:
    """The people who run the thing of ours; each pair once, whichever of the two appeared last."""
    entry = entry_of(errand)
    pairs = Convergence.objects.select_for_update().filter(told_at__isnull=True, dismissed_at__isnull=True)
    for pair in pairs.filter(Q(first_uri=entry.uri) | Q(second_uri=entry.uri)):
        cards = {card.uri: card for card in Card.objects.filter(uri__in=pair.uris).select_related("node")}
        ours = next((card for card in cards.values() if card.is_ours), None)
        if ours is None or len(cards) < 2:
            continue
        other, thing = cards[pair.other(ours.uri)], threads.thing_at(ours.uri)
        for user in access.running(thing) if thing is not None else ():
            said = {"other": other.title, "node": str(other.node), "title": ours.title}
            notify(user, "converging", ours.uri, entry=entry, **said)
        Convergence.objects.filter(pk=pair.pk).update(told_at=timezone.now())
