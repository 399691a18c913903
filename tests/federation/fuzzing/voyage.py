"""Mutated activities, signed as they should be, come in by the front door and are worked off: round after round.

Each round begins with the node as it was, so that a round can be sailed again by its number alone.
"""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings

from federation import actors
from federation.models import Actor, Node, Receipt
from journal.lanes import work_until_idle
from tests.federation.agreeing import agreement, commitment
from tests.federation.captured.documents import FOLDER, address_of, expectations, things_in
from tests.federation.captured.sending import ACTOR_TYPES, AS, NEIGHBOUR, VICTIM, Sender, _key, _pair
from tests.federation.cast import Speaker
from tests.federation.clearing import clearing_statement, open_clearing, propose_to, transfer_event
from tests.federation.fuzzing.edge import Edge, at_the_edge
from tests.federation.fuzzing.judging import Faults, changed, misplaced, ours, unsettled
from tests.federation.fuzzing.mutating import Mutator, encoded
from tests.federation.fuzzing.ours import Shown
from tests.federation.peer import Peer, Web

Json = dict[str, Any]
Said = tuple[Speaker, Json]

ROUND = 50  # activities
VERBS = ("Follow", "Join", "Leave", "Like", "Announce", "Undo", "Accept", "Reject", "Delete", "Update", "Flag", "Block")
GARBLED = 0.05
STANDING = 0.5  # how often what was sent is also found at its own address


@dataclass
class Tally:
    """What became of them, and what must never happen, with the round and the activity that did it."""

    sent: int = 0
    became: Counter[str] = field(default_factory=Counter)
    opened: int = 0
    wrong: list[str] = field(default_factory=list)


class Voyage:
    """A node with something of each kind, two neighbours and a stranger; `specimens` are what is mutated."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.web = Web()
        self.client = Client(raise_request_exception=False)
        self.shown = Shown()
        self.peers = [Peer(self.client, self.web, origin) for origin in (NEIGHBOUR, VICTIM)]
        for peer in self.peers:
            _befriend(peer)
        self.specimens = [
            *self._of_our_kinds(),
            *self._verbs(),
            *self._comings(),
            *self._agreements(),
            *self._loans(),
            *self._hours(),
            *self._captured(),
        ]
        theirs = (f"{VICTIM}/actor", f"{VICTIM}/needs/1", f"{NEIGHBOUR}/actor", f"{NEIGHBOUR}/needs/1")
        self.known = (*self.shown.addresses, *theirs, *[speaker.uri for speaker, _ in self.specimens[:20]])
        self.pages = dict(self.web.pages)
        self.before = ours()

    def sail(self, tally: Tally, number: int, length: int = ROUND) -> None:
        """One round. What goes wrong is told with how to do it again."""
        chance = random.Random(f"{self.seed}-{number}")
        self.web.pages = dict(self.pages)
        with _round(self.web) as (edge, faults):
            for turn in range(length):
                where = f"SEED={self.seed} ROUND={number}, activity {turn}"
                sent = self._send(chance, turn, tally)
                troubles = [*edge.forbidden, *faults.said, *unsettled()]
                faults.said.clear()
                if tally.became.pop("broke", 0):
                    troubles.append("the door answered 5xx")
                if troubles:
                    tally.wrong += [f"{where}: {trouble}\n    {sent[:1_500]!r}" for trouble in troubles]
                    break
            tally.wrong += [
                f"SEED={self.seed} ROUND={number}: {each}" for each in (*misplaced(), *changed(self.before))
            ]
            tally.opened += len(edge.opened)

    def _send(self, chance: random.Random, turn: int, tally: Tally) -> bytes:
        speaker, activity = chance.choice(self.specimens)
        mutator = Mutator(chance, self.known)
        activity = mutator.changed(_fresh(activity, turn, chance))
        if chance.random() < STANDING:
            self._stand(activity, mutator, chance)
        body = encoded(activity)
        if chance.random() < GARBLED:
            body = mutator.garbled(body)
        cache.clear()  # how often one server may speak is tried elsewhere
        last = Receipt.objects.order_by("-pk").values_list("pk", flat=True).first()
        answer = self.peers[0].post(speaker, body)
        work_until_idle()
        tally.sent += 1
        receipt = Receipt.objects.filter(pk__gt=last or 0).order_by("pk").first()
        tally.became[_became(answer.status_code, receipt)] += 1
        return body

    def _stand(self, activity: Json, mutator: Mutator, chance: random.Random) -> None:
        """Its own server says the same, or nearly: what is fetched is as hostile as what is sent."""
        for thing in things_in(activity):
            uri = thing["id"]
            if uri.startswith("https://") and uri not in self.pages:
                page = {"@context": AS} | thing
                self.web.pages[uri] = mutator.changed(page) if chance.random() < 0.5 else page

    def _of_our_kinds(self) -> Iterator[Said]:
        """Everything that our own kinds can say, as the neighbour's."""
        for document in self.shown.said_by(NEIGHBOUR):
            is_actor = document["type"] in ACTOR_TYPES
            speaker = self._speaker(document["id"] if is_actor else document["attributedTo"], document)
            if is_actor:
                document |= {"publicKey": _key(speaker)}
            said = self.peers[0].activity(speaker, "Update" if is_actor else "Create", document)
            yield speaker, said | {"@context": document.pop("@context"), "to": document.get("to", said["to"])}

    def _verbs(self) -> Iterator[Said]:
        """What people do with things of ours: some is allowed to everybody."""
        dana = self._speaker(f"{NEIGHBOUR}/people/dana")
        eve = self._speaker("https://elsewhere.example/people/eve")
        for about in (self.shown.asked.uri, self.shown.group.uri, self.shown.need.uri, self.shown.kept.uri):
            for verb in VERBS:
                yield dana, self.peers[0].activity(dana, verb, about)
            inner = {"id": f"{NEIGHBOUR}/activities/inner", "type": "Follow", "actor": dana.uri, "object": about}
            for verb in ("Undo", "Accept", "Announce"):
                yield dana, self.peers[0].activity(dana, verb, inner)
            for speaker in (dana, eve):
                origin = speaker.uri.partition("/people")[0]
                note = self.peers[0].note(speaker, "notes/1", id=f"{origin}/notes/1", inReplyTo=about)
                note = {name: value for name, value in note.items() if name not in {"additionalType", "purpose"}}
                yield speaker, self.peers[0].activity(speaker, "Create", note, id=f"{origin}/activities/1")

    def _comings(self) -> Iterator[Said]:
        """Who comes to a collective action, with what they bring, and says it again."""
        peer, action = self.peers[0], self.shown.action.uri
        for name in ("dana", "gus", "hana"):
            speaker = self._speaker(f"{NEIGHBOUR}/people/{name}")
            for brings in ([{"id": "a1b2c3d4", "amount": 3}, {"id": "00ff00ff", "amount": 1}], []):
                yield speaker, peer.activity(speaker, "Join", action, name="Dana", brings=brings)
            yield speaker, peer.activity(speaker, "Leave", action)

    def _agreements(self) -> Iterator[Said]:
        """What the other side of a match may say, and what nobody may say of a match between others."""
        peer, dana = self.peers[0], self._speaker(f"{NEIGHBOUR}/people/dana")
        asked = agreement(peer, dana, self.shown.need.uri)
        for about in (self.shown.need.uri, self.shown.kept.uri):
            yield dana, peer.activity(dana, "Offer", agreement(peer, dana, about), to=[settings.ORIGIN])
        for match in (asked["id"], self.shown.match.uri):
            said = commitment(peer, dana, match, version=2, state="done", outcome="Done.", hours="2")
            yield dana, peer.activity(dana, "Update", said)
            for verb in ("Accept", "Reject"):
                yield dana, peer.activity(dana, verb, match, result=said)

    def _loans(self) -> Iterator[Said]:
        """What somebody elsewhere may say to borrow, to take that back, and what nobody may say of a loan between
        others."""
        peer, dana = self.peers[0], self._speaker(f"{NEIGHBOUR}/people/dana")
        starts = self.shown.borrowed.ends
        times = {"startTime": starts.isoformat(), "endTime": (starts + timedelta(days=1)).isoformat()}
        hour = times | {"endTime": (starts + timedelta(hours=1)).isoformat()}
        for about, when in ((self.shown.drill.uri, times), (self.shown.room.uri, hour), (self.shown.kept.uri, times)):
            join = peer.activity(dana, "Join", about, name="Dana", participationMessage="For a shelf", **when)
            yield dana, join
            yield dana, peer.activity(dana, "Undo", join)
            for verb in ("Accept", "Reject"):
                yield dana, peer.activity(dana, verb, join | {"actor": self.shown.bob.uri}, state="out")

    def _hours(self) -> Iterator[Said]:
        """What the bank of a neighbour's group may say, with which clearing is open, and what nobody may."""
        peer, menders = self.peers[0], self._speaker(f"{NEIGHBOUR}/groups/menders")
        theirs, ours = f"{NEIGHBOUR}/timebanks/hours", self.shown.bank.uri
        self.web.pages[menders.uri] |= {"type": "Group", "name": "Menders"}
        actor = actors.read(self.web.pages[menders.uri], actors.hear_of_node(NEIGHBOUR))
        open_clearing(self.shown.bank, theirs, actor, self.shown.alice)
        event = transfer_event(menders.uri, theirs, ours, f"{NEIGHBOUR}/timebank/accounts/dana", self.shown.account.uri)
        proposal = {"id": f"{event['id']}#offer", "type": "Offer", "actor": menders.uri, "object": event}
        ask = propose_to(self.shown.account, self.shown.bob, f"{NEIGHBOUR}/timebank/accounts/dana")
        mine = {"id": ask.offered_in, "type": "Offer", "object": {"id": ask.uri, "type": "EconomicEvent"}}
        yield menders, peer.activity(menders, "Offer", event)
        yield menders, peer.activity(menders, "Undo", proposal)
        yield menders, peer.activity(menders, "Update", event | {"thanks": "Thank you"})
        yield menders, peer.activity(menders, "Update", clearing_statement(menders.uri, theirs, ours))
        yield menders, peer.activity(menders, "Reject", mine, result=event | {"id": ask.uri, "state": "unclear"})
        dana = self._speaker(f"{NEIGHBOUR}/people/dana")
        for verb in ("Accept", "Reject", "Undo"):
            yield dana, peer.activity(dana, verb, mine)

    def _captured(self) -> Iterator[Said]:
        """What other programs said, where that lies beside the repository."""
        if not FOLDER.is_dir():
            return
        for expectation in expectations():
            sender = Sender(expectation)
            speaker, activity = sender.prepared()
            if isinstance(activity, dict) and address_of(activity.get("actor")):
                self.web.pages = sender.web.pages | self.web.pages
                yield speaker, activity

    def _speaker(self, uri: str, said: Json | None = None) -> Speaker:
        speaker = Speaker(uri, *_pair())
        known = said is not None and said["id"] == uri
        page = said if known and said else {"id": uri, "type": "Person", "inbox": f"{uri}/inbox"}
        self.web.pages.setdefault(uri, {"@context": AS} | page | {"publicKey": _key(speaker)})
        return speaker


@contextmanager
def _round(web: Web) -> Iterator[tuple[Edge, Faults]]:
    faults = Faults()
    root = logging.getLogger()
    disabled, logging.root.manager.disable = logging.root.manager.disable, logging.WARNING
    root.addHandler(faults)
    try:
        with override_settings(ALLOW_PRIVATE_ADDRESSES=False), at_the_edge(web) as edge, transaction.atomic():
            yield edge, faults
            transaction.set_rollback(True)
    finally:
        root.removeHandler(faults)
        logging.root.manager.disable = disabled


def _befriend(peer: Peer) -> None:
    node = actors.hear_of_node(peer.origin)
    actor = actors.read(peer.web.pages[peer.node.uri], node)
    Node.objects.filter(pk=node.pk).update(actor=actor, peering=Node.Peering.FULL)
    assert Actor.objects.filter(uri=peer.node.uri).exists()


def _fresh(activity: Json, turn: int, chance: random.Random) -> Json:
    """The activity under an id of its own, and mostly about a thing of its own: else nearly all would be known."""
    text = json.dumps(activity | {"id": f"{activity.get('id')}-{turn}"})
    thing = address_of(activity.get("object"))
    if (
        thing
        and not thing.startswith(settings.ORIGIN)
        and thing not in str(activity.get("actor"))
        and chance.random() < 0.7
    ):
        text = text.replace(json.dumps(thing), json.dumps(f"{thing}-{turn}"))
    fresh: Json = json.loads(text)
    return fresh


def _became(status: int, receipt: Receipt | None) -> str:
    if status >= 500:
        return "broke"
    if status >= 400:
        return f"refused at the door with {status}"
    if receipt is None:
        return "thanked and dropped"
    if receipt.outcome.startswith("refused"):
        return "taken, and refused by name"
    return "taken in" if receipt.outcome.endswith(" read") else "taken, and kept or passed over"
