"""What a `Hand` can do on its node, each by the product's own actions; run inside the node's environment.

One question a line in JSON, `{"do": name, ...}`; one answer a line, `{"said": ...}` or `{"error": ...}`.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from atlas.models import Card
from cop.actions import membership
from cop.actions.proposals import change_proposal, publish_proposal, withdraw_proposal
from cop.models import Group, Member, Proposal
from federation import actors, audiences, neighbours
from federation.models import Actor, Delivery, Document, Node, Publication
from journal.models import Claimable, Errand
from tests.federation.live import hand_hours

HOUSING = "urn:flotilla:topic:housing"


def steward() -> Actor:
    return actors.for_user(User.objects.get(is_steward=True))


def own_group() -> Group:
    return Group.objects.filter(node=None).select_related("actor").order_by("pk")[0]


def publish(title: str, summary: str, audience: str = "everyone") -> str:
    group = own_group()
    to = {"everyone": audiences.PUBLIC, "node": audiences.this_node(), "group": group.members_audience}[audience]
    need = publish_proposal(
        steward(),
        group.actor,
        Proposal.Direction.NEED,
        audience=to,
        title=title,
        summary=summary,
        support="space",
        topics=[HOUSING],
        language="en",
    )
    return str(need.uri)


def change(uri: str, title: str, summary: str) -> None:
    change_proposal(steward(), Proposal.objects.get(uri=uri), {"title": title, "summary": summary})


def withdraw(uri: str) -> None:
    withdraw_proposal(steward(), Proposal.objects.get(uri=uri))


def join(origin: str) -> bool:
    """The steward asks to join the group of another node; False where it is not known here or already asked."""
    group = Group.objects.filter(node__origin=origin).order_by("pk").first()
    if group is None or Member.objects.filter(group=group, actor=steward()).exists():
        return False
    membership.join_group(steward(), group)
    return True


def leave(origin: str) -> None:
    for group in Group.objects.filter(node__origin=origin):
        membership.leave_group(steward(), group)


def let_in() -> int:
    """The steward says yes to all who have asked."""
    asked = Member.objects.filter(group__node=None, state=Member.State.ASKED)
    return len([membership.accept_member(steward(), member) for member in asked])


def restrain(how: str, origin: str) -> None:
    """Pause or block a node, or undo that."""
    getattr(neighbours, how)(Node.objects.get(origin=origin), by=steward().uri)


def held() -> dict[str, int]:
    """The version of every public thing that this node publishes, or holds of others."""
    own = Publication.objects.filter(public=True).values_list("uri", "version")
    theirs = Document.objects.filter(counted=True, public=True).values_list("uri", "version")
    return dict([*own, *theirs])


def titles(kind: str = "need") -> list[str]:
    """Of the cards that everybody may see."""
    return list(Card.objects.visible_to(None).filter(kind=kind).values_list("title", flat=True))


def words(wanted: list[str]) -> dict[str, list[str]]:
    """Which tables know which of these words, wherever they stand in a row."""
    found: dict[str, set[str]] = {word: set() for word in wanted}
    for model in apps.get_models():
        for row in model._default_manager.values_list().iterator(2000):
            text = " ".join(map(_text, row))
            for word in wanted:
                if word in text:
                    found[word].add(model._meta.label)
    return {word: sorted(tables) for word, tables in found.items() if tables}


def unfinished() -> dict[str, int]:
    """By table what is due, tried again or in hand, clockwork apart, and what was given up.

    What is meant for later, as the mail of the day, is no unfinished work.
    """
    due = Q(due_at__lte=timezone.now()) | Q(attempts__gt=0)
    found: Counter[str] = Counter()
    for model in (each for each in apps.get_models() if issubclass(each, Claimable)):
        label = model._meta.label
        rows = model._default_manager
        periodic = {"key": "periodic"} if label == "journal.Errand" else {"pk": None}
        found[f"ready {label}"] = rows.filter(due, state="ready").exclude(**periodic).count()
        found[f"dead {label}"] = rows.filter(state="dead").count()
    return {label: number for label, number in found.items() if number}


def untried() -> int:
    """What nobody has begun yet: errands that are due, and messages that were never sent."""
    due = Q(state="ready", due_at__lte=timezone.now(), attempts=0)
    return Errand.objects.filter(due).exclude(key="periodic").count() + Delivery.objects.filter(due).count()


def _text(value: object) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, memoryview | bytes) else str(value)


ACTIONS = {
    action.__name__: action
    for action in (
        publish, change, withdraw, join, leave, let_in, restrain, held, titles, words, unfinished, untried,
    )
} | hand_hours.ACTIONS  # fmt: skip


def answer(actions: Mapping[str, Callable[..., Any]] = ACTIONS) -> None:
    """Until nobody asks any more."""
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            said = {"said": actions[asked.pop("do")](**asked)}
        except Exception:  # noqa: BLE001  told to whoever asked
            said = {"error": traceback.format_exc()}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
