"""Topics of Camden's own, made by the actions its stewards use. Alice is one of them."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from atlas.concept_rules import Words
from atlas.concepts import add_concept, map_concept
from atlas.models import Topic
from cop.actions.proposals import publish_proposal
from cop.models import Proposal
from tests.gatherings import Camden

PLANNING = "urn:flotilla:topic:planning"
ENVIRONMENT = "urn:flotilla:topic:environment"
RENTING = "urn:flotilla:topic:private-renting"


class Stewards(Camden):
    """Camden with a steward who adds topics."""

    def __init__(self) -> None:
        super().__init__()
        User.objects.filter(actor=self.alice).update(is_steward=True)
        self.alice.user.refresh_from_db()

    def topic(self, label: str = "Flood watch", under: str = "", **mapped: str) -> Topic:
        """A topic of this node. `under` is the IRI of its broader one; `mapped` are relations and what they lead to."""
        words = Words({"en": label, "it": f"{label} (it)"}, {"en": [f"{label} volunteers"]}, {"en": "Who watches."})
        broader = Topic.objects.get(iri=under) if under else None
        made = add_concept(words, broader, by=self.alice)
        for relation, target in mapped.items():
            map_concept(made, relation, target, by=self.alice)
        return made

    def need(self, *topics: str, **more: Any) -> Proposal:
        fields: dict[str, Any] = {"title": "Sandbags", "language": "en", "topics": list(topics)} | more
        return publish_proposal(self.alice, self.group.actor, Proposal.Direction.NEED, **fields)
