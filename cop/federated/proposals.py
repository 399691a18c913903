"""A need or offer travels as a Note that any program can show, and as FEP-0837's Proposal to match it by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atlas import wire
from cop.models import Proposal
from federation.reader import BadField
from federation.types import FederatedType, register
from federation.values import write_instant

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]

PURPOSE = {Proposal.Direction.NEED: "request", Proposal.Direction.OFFER: "offer"}
DIRECTION = {purpose: direction for direction, purpose in PURPOSE.items()}
SUPPORT = "urn:flotilla:support:"
GIVEN_OVER = frozenset({Proposal.Support.MONEY, Proposal.Support.EQUIPMENT, Proposal.Support.SPACE})


@register
class ProposalOnTheWire(FederatedType):
    """FEP-0837 as of 2023-10; no `summary`, which Mastodon would show as a warning."""

    kinds = ("need", "offer")
    model = Proposal
    type = "Note"
    additional_type = "https://w3id.org/valueflows/ont/vf#Proposal"
    also_reads = (("Proposal", ""),)

    def kind_of(self, proposal: Proposal) -> str:
        return proposal.direction

    def to_object(self, proposal: Proposal) -> Json:
        direction = Proposal.Direction(proposal.direction)
        intent: Json = {
            "type": "Intent",
            "id": f"{proposal.uri}#primary",
            "action": "transfer" if proposal.support in GIVEN_OVER else "deliverService",
            "resourceConformsTo": f"{SUPPORT}{proposal.support}",
        }
        if proposal.quantity is not None:
            # FEP-0837 wants the number as a string, so that nobody rounds it.
            value = f"{proposal.quantity.normalize():f}"
            intent["resourceQuantity"] = {"hasUnit": proposal.unit or "one", "hasNumericalValue": value}
        return {
            **wire.words_of_note(proposal.title, proposal.summary, proposal.language, proposal.uri),
            "purpose": PURPOSE[direction],
            "unitBased": False,
            "publishes": intent,
            "support": proposal.support,
            "isOnline": proposal.online,
            "endTime": write_instant(proposal.until) if proposal.until else None,
            **wire.topics(proposal.topics),
            **wire.place(area=proposal.area, lat=proposal.lat, lon=proposal.lon),
        }

    def from_object(self, read: Reader) -> Json:
        said = wire.read_words(read, name_length=140)
        intent = read.child("publishes")
        quantity = intent.child("resourceQuantity") if intent else None
        support = (
            read.text("support", 16) or (intent.text("resourceConformsTo", 200) if intent else "").rsplit(":", 1)[-1]
        )
        amount = quantity.decimal("hasNumericalValue") if quantity else None
        if not said["name"]:
            raise BadField("name", None, "a title")
        return {
            "direction": DIRECTION[read.choice("purpose", frozenset(DIRECTION))],
            "title": said["name"],
            "summary": said["summary"],
            "language": said["language"],
            "support": support if support in Proposal.Support.values else Proposal.Support.OTHER,
            "online": read.boolean("isOnline"),
            "until": read.instant("endTime"),
            "quantity": amount if amount and amount > 0 else None,
            "unit": quantity.text("hasUnit", 40) if quantity else "",
            "topics": wire.read_topics(read),
            **wire.read_where(read),
        }
