"""Reports that other nodes send us about things of ours and words in our groups' talk, and what becomes of those we
sent."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from federation import identity, reports, types
from federation.inbound.verbs import Incoming, Refused, verb
from federation.models import Flag
from federation.models.moderation import LONGEST_REASON, LONGEST_WORDS
from federation.reader import BadField, Reader
from federation.values import as_list
from frontend.text import plain
from journal import record

if TYPE_CHECKING:
    from federation.models import Actor, Published
    from federation.types import FederatedType

MOST_NAMED = 50  # things and actors in one Flag; Mastodon sends the account and some of its posts
MOST_OPEN = 200  # reports of one node that wait for an answer here
FOR_ITS_GROUP = "of our report to the node of the group: what the thing's own node says counts"


@verb("Flag")
def flagged(incoming: Incoming) -> str:
    """One report a message, about the first thing of ours it names; else about words of others in the talk of a group
    of ours, which its stewards can take out of there; an actor counts where nothing else is named."""
    found = _of_ours(incoming.activity.get("object"))
    if found is None:
        return "about nothing of ours: not kept"
    if Flag.objects.filter(node=incoming.node, closed_at__isnull=True).count() >= MOST_OPEN:
        raise Refused(f"object: {MOST_OPEN} of your reports wait for an answer; please send the rest later")
    words, reason = _words(incoming.activity), str(incoming.activity.get("reason", ""))
    flag = reports.take(incoming.uri, found.uri, incoming.actor, incoming.node, reason, words)
    return "a report for our stewards" if flag is not None else "reported before"


def _of_ours(value: Any) -> Published | None:
    named = [each.get("id") if isinstance(each, dict) else each for each in as_list(value)[:MOST_NAMED]]
    uris = dict.fromkeys(uri for uri in named if isinstance(uri, str) and len(uri) <= identity.LONGEST_URI)
    located = types.locate_all(uris)
    standing = [located[uri] for uri in uris if uri in located and located[uri][1].withdrawn_at is None]
    ours = [(type_, row) for type_, row in standing if row.is_ours]
    things = (row for type_, row in ours if not type_.is_actor)
    words = (row for type_, row in standing if not row.is_ours and _is_in_our_talk(type_, row))
    speakers = (row for type_, row in ours if type_.is_actor)
    return next(chain(things, words, speakers), None)


def _is_in_our_talk(type_: FederatedType, row: Published) -> bool:
    group = type_.stands_under(row)
    return group is not None and group.is_ours


def _words(activity: dict[str, Any]) -> str:
    """What they say about it, as plain words; Mastodon sends text, others HTML."""
    for name in ("content", "summary"):
        try:
            said = plain(Reader(activity).html(name, LONGEST_WORDS * 4), LONGEST_WORDS)
        except BadField:
            continue
        if said:
            return said
    return ""


def seen(flag_uri: str, actor: Actor) -> str:
    """A steward of the node that a report of ours went to has opened it (`Read`)."""
    flag = reports.came_from(flag_uri, actor.node, actor) if actor.node is not None else None
    if flag is None and actor.node is not None and reports.went_also_to(flag_uri, actor.node, actor):
        return FOR_ITS_GROUP
    if flag is None:
        raise Refused("object: expected a report we sent to you")
    Flag.objects.filter(pk=flag.pk, seen_there_at__isnull=True).update(seen_there_at=timezone.now())
    return "their stewards have seen our report"


@verb("Accept", of="Flag")
def acted(incoming: Incoming) -> str:
    return _answered(incoming, acted=True)


@verb("Reject", of="Flag")
def left_as_it_is(incoming: Incoming) -> str:
    return _answered(incoming, acted=False)


def _answered(incoming: Incoming, *, acted: bool) -> str:
    """Once: what is said first stands, and only by the node the report went to."""
    uri = str((incoming.inner or {}).get("id", ""))
    flag = reports.came_from(uri, incoming.node, incoming.actor)
    if flag is None and reports.went_also_to(uri, incoming.node, incoming.actor):
        return FOR_ITS_GROUP
    if flag is None:
        raise Refused("object: expected a report we sent to you")
    now = timezone.now()
    words = plain(_words(incoming.activity), LONGEST_REASON)
    answer = {"answered_there_at": now, "acted_there": acted, "words_there": words}
    if not Flag.objects.filter(pk=flag.pk, answered_there_at__isnull=True).update(**answer):
        return "answered before"
    Flag.objects.filter(pk=flag.pk, seen_there_at__isnull=True).update(seen_there_at=now)
    record("flag.answered_there", flag.uri, actor=incoming.actor.uri, origin="peer")
    return "their answer to our report"
