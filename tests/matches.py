"""Two groups of one node, or of two, a need of one and an offer of the other, made by the actions people use."""

from __future__ import annotations

from typing import Any

from cop.actions.groups import found_group
from cop.actions.matches import propose_match
from cop.actions.proposals import publish_proposal
from cop.models import Commitment, Group, Match, Proposal
from cop.models.matches import OFFER
from federation.models import Actor
from tests.gatherings import HOUSING, Camden

WORDS = "We read plans on Tuesdays and could look at yours."


class Meeting(Camden):
    """Tenants of Camden (Alice, Bob) need somebody who reads plans; Plan Readers (Erin) offer that."""

    def __init__(self) -> None:
        super().__init__()
        self.erin = self.somebody("erin")
        self.frank = self.somebody("frank")
        self.readers = found_group(
            self.erin, steward_name="Erin", name="Plan Readers", joining=Group.Joining.OPEN, language="en"
        )
        self.need = self.proposal(self.bob, self.group.actor, "need", title="Somebody who reads plans with us")
        self.offer = self.proposal(self.erin, self.readers.actor, "offer", title="An evening for planning papers")

    def proposal(self, author: Actor, speaker: Actor, direction: str, **fields: Any) -> Proposal:
        known = {"summary": "", "support": "expertise", "language": "en", "topics": [HOUSING]}
        return publish_proposal(author, speaker, Proposal.Direction(direction), **(known | fields))

    def proposed(self, *, by: Actor | None = None, **said: Any) -> Match:
        """Plan Readers propose to help."""
        words = {"words": WORDS, "contact": "erin@readers.example"} | said
        speaker = self.readers.actor
        return propose_match(by or self.erin, self.need, speaker=speaker, own=self.offer, side=OFFER, said=words)


def side(match: Match, name: str) -> Commitment:
    return Commitment.objects.select_related("actor__node", "match").get(match=match, side=name)
