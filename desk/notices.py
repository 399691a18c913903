"""Stewards hear of nodes that ask to become neighbours, and of the answers to our own questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from federation.models import Node
from journal import reaction
from notifications.actions import notify
from notifications.kinds import notice_kind

if TYPE_CHECKING:
    from journal.models import Errand


def _neighbours_page(_notice: object) -> str:
    return "/desk/neighbours"


WORDS = {
    "node.asked": ("neighbour_asked", _("%(node)s asks to become a neighbour node.")),
    "node.peered": ("neighbour_agreed", _("%(node)s is now a neighbour node.")),
    "node.declined": ("neighbour_declined", _("%(node)s does not want to become a neighbour node.")),
    "node.left": ("neighbour_left", _("%(node)s is no longer a neighbour node.")),
}
for _kind, _text in WORDS.values():
    notice_kind(_kind, _text, matter="node", address=_neighbours_page)


@reaction("desk.tell_stewards", to=tuple(WORDS))
def tell_stewards(errand: Errand) -> None:
    entry = errand.entry
    assert entry is not None  # reactions always come with their entry
    node = Node.objects.filter(origin=entry.uri).first()
    for steward in User.objects.filter(is_steward=True, is_active=True):
        notify(steward, WORDS[entry.name][0], entry.uri, entry=entry, node=str(node or entry.uri))
