"""A collective action of Tenants of Camden, with what it needs, made by the actions people use."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cop.actions import mandates
from cop.models import Consent, Group, MandateVersion
from events.actions.gatherings import publish_gathering
from events.models import Gathering
from federation.models import Actor
from tests.matches import Meeting

CHAIRS, VAN = "a1b2c3d4", "00ff00ff"
NEEDED = [{"id": CHAIRS, "text": "Chairs", "amount": 5}, {"id": VAN, "text": "A van", "amount": 1}]


class Acting(Meeting):
    """Tenants of Camden (Alice, Bob) and Plan Readers (Erin), who may sign a mandate together."""

    def action(self, *, author: Actor | None = None, speaker: Actor | None = None, **fields: Any) -> Gathering:
        known: dict[str, Any] = {"kind": "action", "title": "Clear the canal bank", "needed": NEEDED}
        starts = fields.pop("starts", None)
        known |= {"starts": starts, "ends": starts + dt.timedelta(hours=2)} if starts else {}
        if speaker is None:
            return self.gathering(author=author, **(known | fields))
        model = self.gathering(title="A pattern for the words")
        same = ("summary", "language", "starts", "ends", "time_zone", "place", "address", "area", "topics", "axis")
        pattern = {name: getattr(model, name) for name in same}
        return publish_gathering(author or self.alice, speaker, **(pattern | known | fields))

    def mandate(self, *, signed: bool = True) -> MandateVersion:
        """Of the tenants and the readers, with one goal."""
        party = {"uri": self.readers.uri, "name": self.readers.name, "role": "practitioner"}
        version = mandates.propose_version(
            self.alice,
            self.group.actor,
            self.group,
            parties=[party],
            title="A clean canal",
            purpose="So that herons come back.",
            review_on=dt.date(2100, 1, 1),
            goals=[{"id": "metres", "text": "Clear the whole bank", "unit": "metres", "target": "400"}],
            language="en",
        )
        if signed:
            mandates.give_stance(self.erin, version, Consent.Stance.CONSENT, speaker=self.readers.actor)
        return version

    def lines(self, *needed: tuple[str, str, str], **changed: Any) -> dict[str, Any]:
        """What the browser sends for an action: `needed` are id, words and number of each line."""
        sent = {"need-TOTAL_FORMS": str(len(needed)), "need-INITIAL_FORMS": "0", "kind": "action"}
        for number, (named, text, amount) in enumerate(needed):
            sent |= {f"need-{number}-id": named, f"need-{number}-text": text, f"need-{number}-amount": amount}
        return self.form(**(sent | changed))


def group_page(acting: Acting, group: Group, person: Actor | None = None) -> str:
    return acting.client(person).get(group.get_absolute_url()).content.decode()
