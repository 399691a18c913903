"""What a `Hand` does where people of several nodes come to an agreement, each for their own group; run as
`hand_actions` are. What is said of a thing elsewhere is said by its address, and fails while it has not arrived."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from cop.actions import flotillas, mandates
from cop.actions import matches as matching
from cop.actions.proposals import publish_proposal
from cop.flotillas.aboard import aboard, statement_of
from cop.mandates.reading import goals_of, mandate_of
from cop.models import Commitment, Consent, Group, MandateVersion, Match, Proposal, Result, Ship
from federation import types
from federation.models import Actor
from journal import errand
from tests.federation.live import hand_actions, hand_hours
from tests.federation.live.hand_actions import own_group, steward
from timebank.models import Bank

Json = dict[str, Any]


def speaker() -> Actor:
    return own_group().actor


def group_uri() -> str:
    return str(own_group().uri)


def knows(uri: str) -> bool:
    """Whether the thing has arrived."""
    return types.locate(uri) is not None or Match.objects.filter(uri=uri).exists()


def publish(direction: str, title: str) -> str:
    row = publish_proposal(
        steward(), speaker(), Proposal.Direction(direction), title=title, support="expertise", language="en"
    )
    return str(row.uri)


# A match


def propose_match(thing: str, contact: str) -> str:
    found = Proposal.objects.select_related("actor", "node").get(uri=thing)
    said = {"words": "We could help.", "contact": contact}
    side = "offer" if found.direction == "need" else "need"
    return str(matching.propose_match(steward(), found, speaker=speaker(), side=side, said=said).uri)


def take_step(match: str, step: str, **said: Any) -> str:
    said |= {"hours": Decimal(said["hours"])} if said.get("hours") else {}
    mine = Commitment.objects.select_related("match", "actor").get(match__uri=match, actor=speaker())
    getattr(matching, step)(steward(), mine, **said)
    return str(Match.objects.get(uri=match).state)


def match_state(match: str) -> str:
    return str(Match.objects.get(uri=match).state)


def matches() -> Json:
    """All of every match as it stands here: the state, and what each side says."""
    return {
        match.uri: {
            "state": match.state,
            "sides": {
                each.side: [each.uri, each.actor.uri, each.stage, each.version, each.outcome, each.thanks, each.contact]
                for each in match.commitments.select_related("actor")
            },
        }
        for match in Match.objects.all()
    }


# A mandate


def propose_mandate(group: str, parties: list[str], **said: Any) -> str:
    about = Group.objects.select_related("actor", "node").get(uri=group)
    today = timezone.localdate()
    known: Json = {
        "title": "Read plans together",
        "purpose": "So that nobody faces a plan alone.",
        "language": "en",
        "review_on": today + dt.timedelta(days=60),
        "ends_on": today + dt.timedelta(days=90),
        "goals": [{"id": "plans", "text": "Read plans", "target": "12", "unit": "plans"}],
    }
    signing = [{"uri": uri, "name": "", "role": "community"} for uri in parties]
    version = mandates.propose_version(steward(), speaker(), about, parties=signing, **(known | said))
    return str(version.uri)


def give_stance(version: str, stance: str, words: str = "") -> str:
    row = MandateVersion.objects.select_related("actor", "node").get(uri=version)
    return str(mandates.give_stance(steward(), row, Consent.Stance(stance), words, speaker=speaker()).uri)


def answer_objection(version: str, objection: str, words: str) -> None:
    row = MandateVersion.objects.select_related("actor", "node").get(uri=version)
    mandates.answer_objection(steward(), row, Consent.objects.get(uri=objection), words)


def tell_result(group: str, amount: int) -> str:
    about = Group.objects.select_related("actor", "node").get(uri=group)
    told = {"title": f"{amount} plans", "amount": amount, "reached_on": timezone.localdate()}
    return str(mandates.tell_result(steward(), speaker(), about, "plans", **told).uri)


def mandate(group: str) -> Json:
    """How it stands here: each version's state, what each body says, and the sums of its goals."""
    about = Group.objects.select_related("actor", "node").get(uri=group)
    found = mandate_of(about, None)
    return {
        "versions": {
            each.version.uri: [
                str(each.state),
                each.version.purpose,
                sorted(each.version.answers.values()),
                {uri: [consent.stance, consent.words] for uri, consent in sorted(each.by_uri.items())},
            ]
            for each in found.versions
        },
        "in_force": found.current.version.uri if found.current is not None else "",
        "reached": {goal.id: str(goal.reached.normalize()) for goal in goals_of(found, None)},
    }


# A flotilla


def start_flotilla(called: str) -> str:
    fields: Json = {
        "name": called,
        "harbour": "Every plan read before its deadline",
        "ends_on": timezone.localdate() + dt.timedelta(days=90),
        "joining": Group.Joining.REQUEST,
        "language": "en",
    }
    said = {"brings": "Readers", "needs": "Rooms"}
    return str(flotillas.start_flotilla(steward(), own_group(), said=said, **fields).uri)


def sail(flotilla: str, brings: str) -> str:
    about = Group.objects.select_related("actor", "node").get(uri=flotilla)
    return str(flotillas.sail_with(steward(), own_group(), about, {"brings": brings, "needs": ""}).uri)


def welcome(flotilla: str) -> int:
    """All who ask."""
    about = Group.objects.select_related("actor", "node").get(uri=flotilla)
    asked = Ship.objects.visible_to(None).filter(about_uri=flotilla).exclude(actor__uri__in=about.ships)
    return len([flotillas.welcome(steward(), about, ship) for ship in asked.select_related("actor", "node")])


def leave(flotilla: str) -> None:
    about = Group.objects.select_related("actor", "node").get(uri=flotilla)
    ship = statement_of(own_group(), about)
    assert ship is not None
    flotillas.leave_flotilla(steward(), ship)


def dissolve(flotilla: str, harvest: str) -> None:
    about = Group.objects.select_related("actor", "node").get(uri=flotilla)
    flotillas.dissolve_flotilla(steward(), about, harvest)


def voyage(flotilla: str) -> Json:
    """The flotilla as it stands here."""
    about = Group.objects.select_related("actor", "node").get(uri=flotilla)
    ships = {ship.actor.uri: ship.brings for ship in aboard(about, None)}
    return {"ships": ships, "dissolved": about.dissolved_at is not None, "harvest": about.harvest}


# A time bank


def bank(called: str) -> Json:
    """The node's own, opened the first time."""
    held = Bank.objects.ours().first()
    if held is None:
        return hand_hours.open_bank(called, people=2, limit=600)
    return {"bank": held.uri, "accounts": [each.uri for each in hand_hours._people()]}


def a_day_later(daily: str, key: str) -> None:
    """What is done each day is done now."""
    with transaction.atomic():
        errand(daily, key=key)


def own_words() -> Json:
    """What each thing of this node says that only this node may change, by address."""
    found: Json = {}
    for model, names in ((Ship, ("brings",)), (MandateVersion, ("purpose", "number")), (Consent, ("stance", "words")),
                         (Result, ("title", "goal_id"))):  # fmt: skip
        for row in model.objects.filter(node__isnull=True):  # type: ignore[attr-defined]
            found[row.uri] = [str(getattr(row, name)) for name in names]
    return found


ACTIONS = {
    action.__name__: action
    for action in (
        group_uri, knows, publish, propose_match, take_step, match_state, matches, propose_mandate, give_stance,
        answer_objection, tell_result, mandate, start_flotilla, sail, welcome, leave, dissolve, voyage, a_day_later,
        own_words, bank, hand_actions.words,
    )
} | hand_hours.ACTIONS  # fmt: skip


def answer() -> None:
    hand_actions.answer(ACTIONS)
