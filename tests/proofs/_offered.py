"""Publishing what the gold set of the matcher describes, of whichever kind, by the actions people use."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone

if TYPE_CHECKING:
    from federation.models import Actor


def publish(said: dict[str, Any], person: Actor, speaker: Actor) -> str:
    """Returns the address of the thing."""
    make = _MAKERS[said["kind"]]
    return str(make(said, person, speaker).uri)


def _topics(said: dict[str, Any]) -> list[str]:
    return [f"urn:flotilla:topic:{slug}" for slug in said["topics"]]


def _where(said: dict[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in ("area", "lat", "lon")}


def _common(said: dict[str, Any]) -> dict[str, Any]:
    return {"summary": said["summary"], "language": said["language"], "topics": _topics(said)}


def _proposal(said: dict[str, Any], person: Actor, speaker: Actor) -> Any:
    from cop.actions.proposals import publish_proposal
    from cop.models import Proposal

    direction = Proposal.Direction(said["kind"])
    more = {"title": said["title"], "support": said["support"], "online": said["online"], **_where(said)}
    return publish_proposal(person, speaker, direction, **_common(said), **more)


def _expertise(said: dict[str, Any], person: Actor, speaker: Actor) -> Any:
    from cop.actions.expertise import publish_expertise

    return publish_expertise(person, speaker, title=said["title"], area=said["area"], **_common(said))


def _place(said: dict[str, Any], person: Actor, speaker: Actor) -> Any:
    from cop.actions.places import publish_place

    return publish_place(person, speaker, name=said["title"], **_common(said), **_where(said))


def _page(said: dict[str, Any], person: Actor, speaker: Actor) -> Any:
    from knowledge.actions import publish_page

    words = {"short_answer": said["summary"][:500], "body": said["summary"]}
    return publish_page(person, speaker, title=said["title"], language=said["language"], topics=_topics(said), **words)


def _call(said: dict[str, Any], person: Actor, speaker: Actor) -> Any:
    from funding.actions import publish_call

    closes = timezone.now() + dt.timedelta(days=60)
    words = {"plain_summary": said["summary"], "giver": speaker.name, "who_can_apply": "Community groups"}
    known = {"title": said["title"], "language": said["language"], "topics": _topics(said), "closes_at": closes}
    return publish_call(person, speaker, **known, **words)


_MAKERS = {
    "need": _proposal,
    "offer": _proposal,
    "expertise": _expertise,
    "place": _place,
    "know-how": _page,
    "call": _call,
}
