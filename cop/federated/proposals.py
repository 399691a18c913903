"""A need or offer travels as a Note that any program can show, and as FEP-0837's Proposal to match it by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.text import capfirst

from atlas import licences, wire
from atlas.cards import language_of_labels
from cop.federated import done, lent
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
            **wire.words_of_note(proposal.title, proposal.summary, proposal.language, proposal.uri, _facts(proposal)),
            "purpose": PURPOSE[direction],
            "unitBased": False,
            "publishes": intent,
            "support": proposal.support,
            "isOnline": proposal.online,
            "startTime": write_instant(proposal.starts) if proposal.starts else None,
            "endTime": write_instant(proposal.until) if proposal.until else None,
            "doneWith": done.to_wire(proposal.done_with),
            "shape": proposal.shape,
            **_brief(proposal),
            **_opening(proposal),
            **lent.to_wire(proposal),
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
        support = support if support in Proposal.Support.values else Proposal.Support.OTHER
        amount = quantity.decimal("hasNumericalValue") if quantity else None
        if not said["name"]:
            raise BadField("name", None, "a title")
        return {
            "direction": DIRECTION[read.choice("purpose", frozenset(DIRECTION))],
            "title": said["name"],
            "summary": said["summary"],
            "language": said["language"],
            "support": support,
            "online": read.boolean("isOnline"),
            "done_with": done.from_wire(read),
            **_read_when(read),
            **_read_shape(read, support),
            "quantity": amount if amount and amount > 0 else None,
            "unit": quantity.text("hasUnit", 40) if quantity else "",
            "topics": wire.read_topics(read),
            **wire.read_where(read),
        }


def _facts(proposal: Proposal) -> list[tuple[str, str]]:
    """What a shape of its own says, in words, for programs that know no shapes; in the language of the text."""
    names = {
        Proposal.Shape.BRIEF: Proposal.OF_BRIEFS,
        Proposal.Shape.OPENING: Proposal.OF_OPENINGS,
        Proposal.Shape.LENDING: Proposal.OF_LENDING,
    }
    with translation.override(language_of_labels(proposal.language)):
        said = {name: str(getattr(proposal, name)) for name in names.get(Proposal.Shape(proposal.shape), ())}
        for name in ("opens", "lent_by", "lends_to"):
            if name in said:
                said[name] = str(getattr(proposal, f"get_{name}_display")())
        if "longest" in said:
            said["longest"] = proposal.longest_words
        if "output_licence" in said:
            said["output_licence"] = proposal.licence_name
        return [(capfirst(proposal._meta.get_field(name).verbose_name), text) for name, text in said.items()]


def _brief(proposal: Proposal) -> Json:
    """What a course needs to know."""
    if proposal.shape != Proposal.Shape.BRIEF:
        return {}
    return {
        "moduleSize": proposal.module_size,
        "supervisor": proposal.supervisor,
        "output": proposal.output,
        "license": proposal.licence_address,
        "ethics": proposal.ethics,
        "safeguarding": proposal.safeguarding,
    }


def _opening(proposal: Proposal) -> Json:
    if proposal.shape != Proposal.Shape.OPENING:
        return {}
    return {"opens": proposal.opens, "openedBy": proposal.opened_by}


def _read_when(read: Reader) -> Json:
    """One that ends before it starts has no beginning that counts."""
    starts, until = read.instant("startTime"), read.instant("endTime")
    return {"starts": None if starts and until and until < starts else starts, "until": until}


def _read_shape(read: Reader, support: str) -> Json:
    """The columns of a shape that fits its direction; plain where it does not."""
    is_need = DIRECTION[read.choice("purpose", frozenset(DIRECTION))] == Proposal.Direction.NEED
    shape = read.text("shape", 20)
    if shape == Proposal.Shape.BRIEF and is_need:
        address = read.url("license", maximum=100) if "license" in read else ""
        return {
            "shape": shape,
            "module_size": read.text("moduleSize", 80),
            "supervisor": read.text("supervisor", 140),
            "output": read.text("output", 300),
            "output_licence": licences.at(address),
            "ethics": read.text("ethics", 2000, lines=True),
            "safeguarding": read.text("safeguarding", 2000, lines=True),
            **_closed(),
            **lent.nothing(),
        }
    if shape == Proposal.Shape.OPENING and not is_need:
        opens = read.choice("opens", [each for each in Proposal.Opens.values if each])
        opened = {"opens": opens, "opened_by": read.text("openedBy", 140)}
        return {"shape": shape, **_not_taught(), **opened, **lent.nothing()}
    if shape == Proposal.Shape.LENDING and not is_need and (columns := lent.from_wire(read, support)) is not None:
        return {"shape": shape, **_not_taught(), **_closed(), **columns}
    return {"shape": "", **_not_taught(), **_closed(), **lent.nothing()}


def _not_taught() -> Json:
    return dict.fromkeys(Proposal.OF_BRIEFS, "")


def _closed() -> Json:
    return dict.fromkeys(Proposal.OF_OPENINGS, "")
