"""Matches in every state, for looking at their pages: between two groups of the stocked node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cop.actions import matches as actions
from cop.actions.groups import found_group
from cop.actions.interviews import keep_interview
from cop.actions.proposals import publish_proposal
from cop.models import Commitment, Group, Match, Proposal
from cop.models.matches import NEED, OFFER
from federation import actors

if TYPE_CHECKING:
    from accounts.models import User
    from federation.models import Actor

ANSWERS = {
    "asked_for": "Doors that do not close. (demo)",
    "story": "We planed forty of them.",
    "help": "I can explain it on the phone.",
}
WORDS = "We have a hall on Thursdays and could show it to you. *Everything here is invented.*"


def stock_matches(steward_user: User, leader_user: User, group: Group, need: Proposal) -> dict[str, str]:
    """The steward's group has needs; the leader's offers to meet them. One match waits for each of both, one is under
    way, one is thanked for, one ended."""
    steward, leader = actors.for_user(steward_user), actors.for_user(leader_user)
    hall = found_group(leader, steward_name="Kwame (demo)", name="Hall of the Mews (demo)", language="en")
    offer = _proposal(leader, hall.actor, "offer", "A hall on Thursdays (demo)")
    waits = _propose(leader, need, hall.actor, offer)
    begun = _agreed(steward, leader, hall.actor, _proposal(steward, group.actor, "need", "Forty chairs (demo)"))
    actions.begin(leader, _side(begun, OFFER))
    actions.write_in_match(leader, _side(begun, OFFER), "Shall we meet at the **hall**?", language="en")
    thanked = _agreed(steward, leader, hall.actor, _proposal(steward, group.actor, "need", "A long table (demo)"))
    actions.finish(leader, _side(thanked, OFFER), outcome="The table stands.", may_show=True, hours=None)
    closing: dict[str, Any] = {"outcome": "We ate together.", "may_show": True, "hours": None}
    actions.thank(steward, _side(thanked, NEED), thanks="You carried it up four floors.", **closing)
    ended = _agreed(steward, leader, hall.actor, _proposal(steward, group.actor, "need", "A piano (demo)"))
    actions.end(leader, _side(ended, OFFER), reply="It is out of tune.")
    brief = _brief(steward, group.actor)
    opening = _proposal(
        steward, group.actor, "offer", "The committee room on Mondays (demo)", shape="opening", opens="room",
        opened_by="Community office, duty officer (demo)",
    )  # fmt: skip
    interview = keep_interview(leader_user, steward_user, ANSWERS, "en")
    names = {"waiting_match": waits, "begun_match": begun, "thanked_match": thanked, "ended_match": ended}
    found = {name: match.public_id for name, match in names.items()}
    return found | {
        "hall_offer_uri": offer.uri,
        "brief": brief.public_id,
        "opening": opening.public_id,
        "interview": interview.public_id,
    }


def _proposal(author: Actor, speaker: Actor, direction: str, title: str, **more: Any) -> Proposal:
    known = {"language": "en", "support": "space", "area": "Camden, London", "summary": "Everything here is invented."}
    return publish_proposal(author, speaker, Proposal.Direction(direction), title=title, **(known | more))


def _brief(author: Actor, speaker: Actor) -> Proposal:
    taught = {
        "module_size": "24 students, 15 credits",
        "supervisor": "The coordinator (demo)",
        "output": "A map of the step-free halls",
        "output_licence": "CC-BY-4.0",
        "ethics": "No pictures of people.",
        "safeguarding": "Visits in pairs.",
    }
    return _proposal(
        author,
        speaker,
        "need",
        "Which halls have no steps? (demo)",
        shape="brief",
        **taught | {"support": "student-project"},
    )


def _propose(leader: Actor, need: Proposal, speaker: Actor, offer: Proposal | None = None) -> Match:
    said = {"words": WORDS, "contact": "kwame@example.org", "language": "en"}
    return actions.propose_match(leader, need, speaker=speaker, own=offer, side=OFFER, said=said)


def _agreed(steward: Actor, leader: Actor, speaker: Actor, need: Proposal) -> Match:
    match = _propose(leader, need, speaker)
    return actions.agree(steward, _side(match, NEED), contact="020 7946 0001", conflict="We rent from the same owner.")


def _side(match: Match, name: str) -> Commitment:
    return Commitment.objects.select_related("actor__node").get(match=match, side=name)
