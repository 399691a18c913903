"""The cast of the gatherings' tests: Alice leads Tenants of Camden, Bob is a member, Charlie is nobody."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts import actions as accounts
from accounts.models import User
from atlas import vocabulary
from cop.actions.groups import found_group
from cop.actions.membership import join_group
from cop.models import Group
from events.actions.gatherings import publish_gathering
from events.models import Gathering
from federation import actors
from federation.models import Actor

HOUSING = "urn:flotilla:topic:housing"
NEXT_YEAR = timezone.now().year + 1

FORM: dict[str, Any] = {
    "kind": "lab",
    "title": "Lab: read a lease together",
    "summary": "Bring **your** lease.\r\n\r\nWe read it aloud.",
    "starts": f"{NEXT_YEAR}-07-05T18:30",
    "ends": f"{NEXT_YEAR}-07-05T20:30",
    "time_zone": "Europe/London",
    "state": "scheduled",
    "place": "Camden Town Hall",
    "address": "Judd Street, London WC1H 9JE",
    "area": "Camden, London",
    "lat": "51.5290",
    "lon": "-0.1255",
    "step_free": "yes",
    "online_url": "",
    "joining": "open",
    "external_url": "",
    "capacity": "",
    "topics": [HOUSING],
    "axis": "education",
    "festival": "",
    "language": "en",
    "audience": "everyone",
}


class Camden:
    """A node with three people and one group, made by the actions people use."""

    def __init__(self) -> None:
        vocabulary.load()
        self.alice = self.somebody("alice")
        self.bob = self.somebody("bob")
        self.charlie = self.somebody("charlie")
        self.group = found_group(
            self.alice, steward_name="Alice", name="Tenants of Camden", joining=Group.Joining.OPEN, language="en"
        )
        join_group(self.bob, self.group, name="Bob")

    def somebody(self, name: str, *, time_zone: str = "Europe/London") -> Actor:
        user = accounts.make_account(f"{name}@camden.example", "a long enough secret", time_zone=time_zone)
        return actors.for_user(user)

    def client(self, person: Actor | None = None) -> Client:
        client = Client()
        if person is not None:
            client.force_login(User.objects.get(actor=person))
        return client

    def form(self, **changed: Any) -> dict[str, Any]:
        """What the browser sends for a gathering of the group; None leaves a field out."""
        sent = FORM | {"speaker": self.group.public_id} | changed
        return {name: value for name, value in sent.items() if value is not None}

    def gathering(self, *, author: Actor | None = None, speaker: Actor | None = None, **fields: Any) -> Gathering:
        """A lab of the group, or of another speaker, next July, open to all."""
        starts = dt.datetime(NEXT_YEAR, 7, 5, 17, 30, tzinfo=dt.UTC)
        known: dict[str, Any] = {
            "kind": Gathering.Kind.LAB,
            "title": "Lab: read a lease together",
            "summary": "Bring **your** lease.",
            "language": "en",
            "starts": starts,
            "ends": starts + dt.timedelta(hours=2),
            "time_zone": "Europe/London",
            "place": "Camden Town Hall",
            "address": "Judd Street, London WC1H 9JE",
            "area": "Camden, London",
            "lat": 51.529,
            "lon": -0.1255,
            "topics": [HOUSING],
            "axis": "education",
        }
        return publish_gathering(author or self.alice, speaker or self.group.actor, **(known | fields))
