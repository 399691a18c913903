"""Reporting a thing, of this node or another, to those who can do something about it, and hearing what they did.

A report goes to our node's stewards, and where the thing lives elsewhere also to theirs: our node's actor passes it on,
and names nobody. Their server says by its 2xx that it has come, by `Read` that a steward has opened it, and by
`Accept` or `Reject` what was done. Words in the talk of a group elsewhere are reported to its node too, whose stewards
can take them out of there; what it answers is not what the reporter waits for.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from federation import actors, types
from federation.models import Actor, Delivery, Flag
from federation.outbound import say
from journal import record

if TYPE_CHECKING:
    from federation.models import Node, Published

MOST_OPEN = 20  # reports of one person that nobody has answered yet
MADE, ANSWERED = "flag.made", "flag.answered"
NAME_IS_TOLD = "{words}\n\n{name}"

# What of an outcome the origin of a report is told: that something was done, or that nothing was.
NOTHING_DONE = (Flag.Outcome.NOTHING,)


class TooManyReports(ValueError):
    """Somebody waits for the answer to as many reports as one person can make."""


def report(reporter: Actor, thing: Published, reason: str, words: str = "", *, name: str = "") -> tuple[Flag, bool]:
    """The report of `thing`, and whether it is new: who reports a thing again while it is open gets the one they made.

    `name` is told to the stewards only where the reporter wants that. The caller knows that they may see the thing.
    Raises TooManyReports.
    """
    words = NAME_IS_TOLD.format(words=words, name=name).strip() if name else words
    with transaction.atomic():
        actors.one_at_a_time(reporter)
        waiting = Flag.objects.filter(reporter=reporter, closed_at__isnull=True)
        held = waiting.filter(object_uri=thing.uri).first()
        if held is not None:
            return held, False
        if waiting.count() >= MOST_OPEN:
            raise TooManyReports(f"{MOST_OPEN} reports wait for an answer")
        flag = Flag(object_uri=thing.uri, reporter=reporter, reason=reason, words=words, uri=say.new_activity_uri())
        _send(flag, thing, _who_answers(thing.node, thing.actor), _who_answers_for_the_talk(thing))
        flag.save(force_insert=True)
        record(MADE, flag.uri, actor=reporter.uri)
        return flag, True


def pass_on(flag: Flag, thing: Published) -> bool:
    """Send a report that was made here to the node of the thing, where that was not done yet. Inside a transaction.

    Whether it was sent, now or before: not to a node that is blocked here, nor to one that gives no address for it.
    """
    if flag.passed_to_id is None and flag.node_id is None and not thing.is_ours:
        _send(flag, thing, _who_answers(thing.node, thing.actor), None)
        passed = {"uri": flag.uri, "passed_to": flag.passed_to, "passed_at": flag.passed_at}
        Flag.objects.filter(pk=flag.pk).update(**passed)
    return flag.passed_to_id is not None


def _who_answers(node: Node | None, owner: Actor) -> Actor | None:
    """Who speaks for the stewards of another node, or the owner of a thing there; None where they are not spoken to."""
    speaker = (node.actor if node is not None else None) or owner
    if node is None or node.blocked_at is not None or not speaker.delivery_inbox:
        return None
    return speaker


def _who_answers_for_the_talk(thing: Published) -> Actor | None:
    found = types.locate(thing.uri)
    group = found[0].stands_under(found[1]) if found is not None else None
    return _who_answers(group.node, group) if group is not None else None


def _send(flag: Flag, thing: Published, origin: Actor | None, of_the_talk: Actor | None) -> None:
    """One message to both, where they are two. `passed_to` is the thing's own node: its answer counts."""
    told = list(dict.fromkeys(each for each in (origin, of_the_talk) if each is not None))
    if not told:
        return
    said = say.say(
        actors.this_node().actor,
        "Flag",
        [thing.uri] if thing.uri == thing.actor.uri else [thing.uri, thing.actor.uri],
        [each.inbox or each.delivery_inbox for each in told],
        to=[each.uri for each in told],
        about="" if thing.is_ours else thing.uri,  # what we say of a thing of ours goes wherever we told of it before
        summary=str(flag.get_reason_display()),
        content=html.escape(flag.words, quote=False),
        reason=flag.reason,
    )
    flag.uri = said.uri
    if origin is not None:
        flag.passed_to, flag.passed_at = thing.node, said.made_at


def seen(flag: Flag) -> bool:
    """A steward has opened it. The first time, the node that sent it is told; whether this was the first."""
    with transaction.atomic():
        if not Flag.objects.filter(pk=flag.pk, seen_at__isnull=True).update(seen_at=timezone.now()):
            return False
        if flag.sender is not None:
            ours = actors.this_node().actor
            say.say(ours, "Read", flag.uri, [flag.sender.inbox], to=[flag.sender.uri], about=flag.uri)
    return True


def answer(flag: Flag, outcome: Flag.Outcome, *, by: Actor, words: str) -> bool:
    """Close a report and tell who made it, or the node it came from. False where it was closed before.

    Inside a transaction. The caller is a steward of this node.
    """
    closed: dict[str, Any] = {
        "closed_at": timezone.now(), "closed_by": by, "outcome": outcome, "outcome_words": words,
    }  # fmt: skip
    if not Flag.objects.filter(pk=flag.pk, closed_at__isnull=True).update(**closed):
        return False
    if flag.sender is not None:
        verb = "Reject" if outcome in NOTHING_DONE else "Accept"
        flagged = {"id": flag.uri, "type": "Flag", "actor": flag.sender.uri, "object": flag.object_uri}
        done = {"type": "Object", "name": outcome.value}
        said: dict[str, Any] = {"content": html.escape(words, quote=False), "result": done}
        inbox, to = [flag.sender.inbox], [flag.sender.uri]
        say.say(actors.this_node().actor, verb, flagged, inbox, to=to, about=flag.uri, **said)
    record(ANSWERED, flag.uri, actor=by.uri)
    return True


def came_from(flag_uri: str, node: Node, actor: Actor) -> Flag | None:
    """The report of ours with this id, if it went to `node` and its own actor speaks; nobody else answers for it."""
    flag = Flag.objects.filter(uri=flag_uri, passed_to=node, node__isnull=True).first()
    if flag is None or (node.actor_id is not None and node.actor_id != actor.pk):
        return None
    return flag


def went_also_to(flag_uri: str, node: Node, actor: Actor) -> bool:
    """Whether a report of ours went to `node` for its group's sake alone, and its own actor speaks."""
    sent = Delivery.objects.filter(activity__uri=flag_uri, activity__type="Flag", node=node)
    its_own = Flag.objects.filter(uri=flag_uri, passed_to=node)
    return node.actor_id == actor.pk and sent.exists() and not its_own.exists()


def made_by(reporter: Actor) -> QuerySet[Flag]:
    """What somebody has reported, newest first, each with `arrived_at`: when the node of the thing took it."""
    sent = Delivery.objects.filter(activity__uri=OuterRef("uri"), node=OuterRef("passed_to")).order_by("pk")
    rows = Flag.objects.filter(reporter=reporter).select_related("passed_to")
    arrived = {"arrived_at": Subquery(sent.values("delivered_at")[:1]), "sending": Subquery(sent.values("state")[:1])}
    return rows.annotate(**arrived).order_by("-received_at", "-pk")


def waiting() -> QuerySet[Flag]:
    """What waits for this node's stewards, oldest first."""
    return Flag.objects.filter(closed_at__isnull=True).select_related("node").order_by("received_at", "pk")


def waiting_about(uri: str) -> QuerySet[Flag]:
    """What of that is about one thing."""
    return waiting().filter(object_uri=uri)


def others_about(flag: Flag, speaker: Actor | None) -> QuerySet[Flag]:
    """Other reports of the same thing, or of who says it, newest first."""
    about = Q(object_uri=flag.object_uri)
    if speaker is not None:
        about |= Q(object_uri=speaker.uri)
    return Flag.objects.filter(about).exclude(pk=flag.pk).select_related("node").order_by("-received_at", "-pk")


def take(uri: str, object_uri: str, sender: Actor, node: Node, reason: str, words: str) -> Flag | None:
    """A report that another node sends about a thing of ours, or words in the talk of a group of ours; None where it
    came before. Inside a transaction."""
    reasons = Flag.Reason.values
    try:
        with transaction.atomic():
            flag = Flag.objects.create(
                uri=uri,
                object_uri=object_uri,
                sender=sender,
                node=node,
                reason=reason if reason in reasons else Flag.Reason.OTHER,
                words=words,
            )
    except IntegrityError:
        return None
    record(MADE, flag.uri, actor=sender.uri, origin="peer")
    return flag
