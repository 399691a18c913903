"""What somebody knows travels as a Note with ValueFlows' word for a kind of resource, skills among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atlas import wire
from cop.federated import done
from cop.models import Expertise
from cop.models.expertise import WAYS
from federation.reader import BadField
from federation.types import FederatedType, register

if TYPE_CHECKING:
    from decimal import Decimal

    from federation.reader import Reader

Json = dict[str, Any]

MOST_HOURS = 99_999
KNOWN_WAYS = {slug for slug, _words in WAYS}


@register
class ExpertiseOnTheWire(FederatedType):
    """No `summary`, which Mastodon would show as a warning."""

    kinds = ("expertise",)
    model = Expertise
    type = "Note"
    additional_type = "https://w3id.org/valueflows/ont/vf#ResourceSpecification"

    def to_object(self, expertise: Expertise) -> Json:
        return {
            **wire.words_of_note(expertise.title, expertise.summary, expertise.language, expertise.uri),
            "experience": expertise.experience,
            "ways": expertise.ways,
            "practice": expertise.terms,
            "languages": expertise.languages,
            "isOnline": expertise.online,
            "professionalBody": expertise.professional_body,
            "conflictOfInterest": expertise.conflict,
            "availableQuantity": _hours(expertise.hours_budget),
            "hoursLeft": f"{expertise.hours_left.normalize():f}" if expertise.hours_left is not None else None,
            "doneWith": done.to_wire(expertise.done_with),
            **wire.topics(expertise.topics),
            **wire.place(area=expertise.area),
        }

    def from_object(self, read: Reader) -> Json:
        said = wire.read_words(read, name_length=140)
        if not said["name"]:
            raise BadField("name", read.data.get("name"), "a title")
        terms = read.text("practice", 8)
        return {
            "title": said["name"],
            "summary": said["summary"],
            "language": said["language"],
            "experience": read.text("experience", 500),
            "ways": [way for way in dict.fromkeys(read.strings("ways", 10, 16)) if way in KNOWN_WAYS],
            "terms": terms if terms in Expertise.Terms.values else Expertise.Terms.EITHER,
            "languages": read.strings("languages", 10, 16),
            "online": read.boolean("isOnline"),
            "professional_body": read.text("professionalBody", 200),
            "conflict": read.text("conflictOfInterest", 500),
            **_read_hours(read),
            "done_with": done.from_wire(read),
            "topics": wire.read_topics(read),
            "area": wire.read_where(read)["area"],
        }


def _hours(number: Decimal | None) -> Json | None:
    return {"hasUnit": "hour", "hasNumericalValue": f"{number.normalize():f}"} if number is not None else None


def _read_hours(read: Reader) -> Json:
    """What is left is never more than there was."""
    quantity = read.child("availableQuantity")
    budget = quantity.decimal("hasNumericalValue", 0, MOST_HOURS) if quantity else None
    left = read.decimal("hoursLeft", 0, MOST_HOURS) if budget is not None else None
    return {
        "hours_budget": budget,
        "hours_left": min(left, budget) if left is not None and budget is not None else None,
    }
