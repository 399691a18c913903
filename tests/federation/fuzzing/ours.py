"""A node with one thing of each kind, and what it says of them as a neighbour's node would say it: whole, and true."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cop.actions.conversations import publish_post, write_to
from cop.actions.expertise import publish_expertise
from cop.actions.flotillas import start_flotilla
from cop.actions.groups import found_group
from cop.actions.listings import list_organisation, lister
from cop.actions.mandates import give_stance, propose_version, tell_result
from cop.actions.matches import propose_match
from cop.actions.people import change_page, person_of
from cop.actions.places import publish_place
from cop.actions.proposals import publish_proposal
from cop.actions.reservations import reserve
from cop.lending import slots
from cop.models import Consent, Group, MandateVersion, Proposal
from cop.models.matches import OFFER
from events.actions.attendance import attend
from events.actions.gatherings import tell_outcome
from events.models import Gathering
from federation import actors, types
from journal.lanes import work_until_idle
from tests.federation.captured.documents import rehosted
from tests.gatherings import HOUSING
from tests.know_how import Writers
from timebank.actions.accounts import open_account
from timebank.actions.banks import open_bank

Json = dict[str, Any]

LENT: Json = {
    "shape": "lending",
    "support": "equipment",
    "lent_by": "day",
    "longest": 14,
    "how_many": 2,
    "lends_to": "ask",
    "terms": "Bring it back clean.",
    "time_zone": "UTC",
    "taken": [["2190-01-01T00:00:00+00:00", "2190-01-02T00:00:00+00:00"]],
}


def _from_tomorrow(days: int) -> tuple[dt.datetime, dt.datetime]:
    starts = slots.midnight(timezone.now().date() + slots.DAY, dt.UTC)
    return starts, starts + days * slots.DAY


class Shown(Writers):
    """Alice's and Bob's node, where everything is for everyone but one need, which is for members."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = found_group(self.alice, name="Menders", joining="request", language="en")
        shared: Json = {"language": "en", "topics": [HOUSING], "lat": 51.5, "lon": -0.1, "summary": "On Tuesdays."}
        need, offer = Proposal.Direction.NEED, Proposal.Direction.OFFER
        speaker = self.asked.actor
        self.need = publish_proposal(self.alice, speaker, need, title="A room for forty people", **shared)
        publish_proposal(self.alice, speaker, offer, title="Forty chairs", **shared)
        self.kept = publish_proposal(
            self.alice, speaker, need, title="For us", audience=self.asked.members_audience, **shared
        )
        self.drill, self.room = (
            publish_proposal(self.alice, speaker, offer, title="Drill", **shared | LENT | more)
            for more in ({}, {"lent_by": "hour", "lends_to": "anyone", "support": "space"})
        )
        self.borrowed = reserve(self.bob, self.drill, *_from_tomorrow(2), name="Bob", message="For a shelf")
        publish_place(self.alice, speaker, name="The Corner Room", area="Camden", lat=51.5, lon=-0.1)
        publish_expertise(self.alice, speaker, title="Reading leases", language="en", topics=[HOUSING])
        self.gathering()
        self.action = self._action()
        self.call()
        self.page()
        self.mandate = self._mandate()
        self._flotilla()
        self.bank = open_bank(self.alice, self.group, name="Hours", summary="Soup.", language="en", limit=1_200)
        self.account = open_account(self.bob, self.bank)
        for person, name in ((self.alice, "Alice"), (self.bob, "Bob")):
            change_page(person_of(person), {"name": name, "is_public": True})
        self.match = propose_match(self.bob, self.need, speaker=self.bob, side=OFFER, said={"words": "We have one."})
        with transaction.atomic():
            list_organisation(lister(), "XX-CHC", "1", name="Listed", source="A register", licence="OGL")
        publish_post(self.bob, self.need.uri, "Above the bakery there is one.")
        write_to(self.alice, self.bob, "Hello")
        actors.with_keys(actors.this_node().actor)
        work_until_idle()

    def _action(self) -> Gathering:
        """Of a group, with what it needs, and with word of what came of it."""
        needed = [{"id": "a1b2c3d4", "text": "Chairs", "amount": 5}, {"id": "00ff00ff", "text": "A van", "amount": 1}]
        begun = timezone.now() - dt.timedelta(hours=1)
        told: Json = {
            "kind": "action",
            "starts": begun,
            "ends": begun + dt.timedelta(days=9),
            "for_uri": self.asked.uri,
        }
        action = self.gathering(title="Carry chairs", needed=needed, goal_id="rooms", in_charge="Ada", **told)
        attend(self.bob, action, brings={"a1b2c3d4": 2})
        return tell_outcome(
            self.alice, action, {"outcome": "done", "outcome_note": "Done.", "outcome_on": begun.date()}
        )

    def _mandate(self) -> MandateVersion:
        """In force between two groups of this node, with a result, and another version that waits for both."""
        said: Json = {"title": "Rooms for all", "purpose": "So that nobody meets in the rain.", "language": "en"}
        said |= {"review_on": dt.date(2030, 1, 1), "goals": [{"id": "rooms", "text": "Rooms", "target": "4"}]}
        signing = [{"uri": self.group.uri, "name": self.group.name, "role": "community"}]
        speaker = self.asked.actor
        version = propose_version(self.alice, speaker, self.asked, parties=signing, **said)
        give_stance(self.alice, version, Consent.Stance.CONSENT, speaker=self.group.actor)
        reached: Json = {"title": "One room", "amount": 1, "reached_on": dt.date(2026, 5, 1), "language": "en"}
        tell_result(self.alice, speaker, self.asked, "rooms", **reached)
        return propose_version(self.alice, speaker, self.asked, parties=signing, **said)

    def _flotilla(self) -> None:
        """Of this node, with one ship; a ship of another node is what its own statement says."""
        said: Json = {"name": "To dry rooms", "harbour": "A room for all", "ends_on": dt.date(2030, 1, 1)}
        said |= {"asks": "Open the hall", "joining": Group.Joining.REQUEST, "language": "en"}
        start_flotilla(self.alice, self.asked, said={"brings": "Chairs", "needs": "A roof"}, **said)

    @property
    def addresses(self) -> tuple[str, ...]:
        """What somebody would like to write here, who must not."""
        rows = [row.uri for type_ in types.all_types() for row in type_.model.objects.filter(node__isnull=True)]
        node = actors.this_node().actor
        more = [f"{self.asked.uri}/members", f"{self.asked.uri}/inbox", f"{settings.ORIGIN}/people", node.uri]
        keys = [f"{actor.uri}#main-key" for actor in (node, self.asked.actor, self.alice)]
        return (*rows, *more, *keys, settings.ORIGIN, self.alice.uri)

    def said_by(self, origin: str) -> list[Json]:
        """The documents of all kinds, as if they stood on another node."""
        here = urlsplit(settings.ORIGIN).netloc
        documents = [
            type_.document(row)
            for type_ in types.all_types()
            for row in type_.model.objects.filter(node__isnull=True).select_related("actor")
            if row.uri != self.kept.uri
        ]
        return [rehosted(document, {here: origin}) for document in documents]
