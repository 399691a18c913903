"""A ship's word travels as a Note in the flotilla's name that any program can show, and belongs to the ship alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from atlas.cards import language_of_labels
from cop.actions import flotillas as actions
from cop.models import Group, Ship
from federation import identity
from federation.inbound.verbs import Incoming, Refused, verb
from federation.models import Actor
from federation.reader import BadField
from federation.types import FederatedType, register
from frontend.text import render_markdown

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]

PARTS = ("brings", "needs", "harvest")
SAILORS = ("", Actor.Type.GROUP, Actor.Type.ORGANIZATION)  # or whose own document was not read yet
MOST_UNANSWERED = 5  # groups of one node that is no neighbour, at one flotilla


@register
class ShipOnTheWire(FederatedType):
    """`context` is the flotilla, a Group (FEP-1b12); who sails is `attributedTo`."""

    kinds = ("ship",)
    model = Ship
    type = "Note"
    additional_type = "urn:flotilla:ns:Ship"

    def topics_of(self, ship: Ship) -> list[str]:
        return []

    def place_of(self, ship: Ship) -> str:
        return str(ship.about_uri)

    def stands_under(self, ship: Ship) -> Actor | None:
        flotilla = _flotilla(ship.about_uri)
        return flotilla.actor if flotilla is not None else None

    def hears(self, ship: Ship) -> list[str]:
        """The flotilla's own node, also where it is no neighbour."""
        flotilla = _flotilla(ship.about_uri)
        return [] if flotilla is None or flotilla.is_ours else [flotilla.actor.delivery_inbox]

    def welcomes(self, read: Reader, sender: Actor) -> bool:
        """A flotilla here may have ships whose node nobody here knows yet: a few unanswered ones of each node."""
        here = Group.objects.ours().filter(
            uri=read.uri("context") if "context" in read else "", withdrawn_at__isnull=True
        )
        flotilla = here.exclude(harbour="").first()
        if flotilla is None:
            return False
        said = Ship.objects.filter(about_uri=flotilla.uri, actor__node=sender.node, withdrawn_at__isnull=True)
        return said.exclude(actor__uri__in=[*flotilla.ships, sender.uri]).count() < MOST_UNANSWERED

    def to_object(self, ship: Ship) -> Json:
        with translation.override(language_of_labels(ship.language)):
            html = _for_people(ship)
        return {
            "content": html,
            "inLanguage": ship.language,
            "context": ship.about_uri,
            **{name: getattr(ship, name) for name in PARTS},
        }

    def from_object(self, read: Reader) -> Json:
        return {
            "about_uri": identity.fits("context", read.uri("context", required=True)),
            "language": read.language()[:16],
            **{name: read.text(name, 2000, lines=True) for name in PARTS},
        }

    def settle(self, values: Json, read: Reader) -> Json:
        """Of a group, and not of the flotilla itself. One for each that sails: a second one with another address is
        refused."""
        sails = values["actor"]
        if sails.uri == values["about_uri"] or sails.type not in SAILORS:
            raise BadField("attributedTo", sails.uri, "a group that sails with another")
        others = Ship.objects.filter(about_uri=values["about_uri"], actor=values["actor"])
        if others.filter(withdrawn_at__isnull=True).exclude(uri=read.id).exists():
            raise BadField("id", read.id, "the address of what you said before")
        return values


@verb("Reject", kind="ship")
def turned_away(incoming: Incoming) -> str:
    """A flotilla elsewhere does not take one of our groups aboard. What the group says stays its own to take back."""
    ship: Ship = incoming.target
    if not ship.is_ours or ship.about_uri != incoming.actor.uri:
        raise Refused("object: expected a ship of this node that asks to sail with you")
    actions.hear_no(ship)
    return "ship: turned away"


def _flotilla(uri: str) -> Group | None:
    return Group.objects.select_related("actor", "node").filter(uri=uri).first()


def _for_people(ship: Ship) -> str:
    flotilla = _flotilla(ship.about_uri)
    name = flotilla.name if flotilla is not None else ship.about_uri
    said = _("%(ship)s sails with %(flotilla)s.") % {"ship": ship.actor.name, "flotilla": name}
    facts = ((_("Brings"), ship.brings), (_("Needs"), ship.needs), (_("Takes home"), ship.harvest))
    shown = [(label, render_markdown(words)) for label, words in facts if words]
    return format_html("<p>{}</p>{}", said, format_html_join("", "<p><strong>{}</strong></p>{}", shown))
