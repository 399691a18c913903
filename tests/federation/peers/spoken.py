"""Everything a node says: the document of each kind, its own, and an activity of each verb it sends.

On a node of this process that holds the demo kit. What has to come from another node is played by `Peer`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.test import Client

from cop.actions.groups import found_group
from cop.actions.matches import propose_match
from cop.actions.membership import join_group, leave_group, refuse_member
from cop.actions.proposals import change_proposal, publish_proposal, withdraw_proposal
from cop.models import Group, Member, Proposal
from cop.models.matches import OFFER
from federation import actors, describing, sources, types
from federation.inbound.objects import take
from federation.models import Activity, Actor
from federation.outbound.say import ERASED
from tests.browser.crew import MEMBER, STEWARD
from tests.browser.stocking import HOUSING, stock
from tests.federation.peers.played import neighbour, work

Json = dict[str, Any]

SERVED = {
    "a topic": "/topics/housing",
    "an outbox": "/topics/housing/outbox",
    "a page of it": "/topics/housing/outbox?page=1",
    "followers": "/topics/housing/followers",
    "the catalogue": "/metro/catalogue",
}
VERBS = ("Accept", "Announce", "Create", "Delete", "Follow", "Join", "Leave", "Offer", "Reject", "Undo", "Update")
MOST_OF_A_KIND = 40


def said_by_the_kit(kits: int) -> Iterator[tuple[str, Json]]:
    """What it is called here, and the document, with its `@context`."""
    stock(kits)
    _let_everything_be_said()
    yield from _documents()
    yield "the node", describing.document(actors.this_node())
    yield from ((name, _served(path)) for name, path in SERVED.items())
    yield "a tombstone", _served(Proposal.objects.ours().filter(withdrawn_at__isnull=False)[0].get_absolute_url())
    told = Activity.objects.exclude(body=ERASED).order_by("pk").values_list("body", flat=True)
    yield from ((f"a {body['type']}", body) for body in map(json.loads, told))


def _documents() -> Iterator[tuple[str, Json]]:
    for type_ in types.all_types():
        rows = type_.model.objects.filter(node__isnull=True).select_related("actor").order_by("-pk")
        shown = [row for row in rows[: MOST_OF_A_KIND * 2] if row.withdrawn_at is None][:MOST_OF_A_KIND]
        yield from ((type_.kind_of(row), type_.document(row)) for row in shown)


def _served(path: str) -> Json:
    answer = Client().get(path, headers={"Accept": "application/activity+json"})
    assert answer.status_code in {200, 410}, f"{path}: {answer.status_code}"
    document: Json = answer.json()
    return document


def _let_everything_be_said() -> None:
    """Every verb once, by the actions people use and by what a neighbour asks."""
    steward, member = map(_person, (STEWARD, MEMBER))
    with neighbour("https://hackney.example") as peer:
        dana = peer.somebody("people/dana", name="Dana")
        menders = peer.somebody("groups/menders", "Group", name="Menders")

        group = found_group(steward, name="Neighbours of the wire", joining=Group.Joining.REQUEST, language="en")
        peer.does(dana, "Follow", group.uri)  # Accept
        peer.does(dana, "Follow", f"{group.actor.uri.split('/groups')[0]}/topics/housing")
        peer.does(dana, "Join", group.uri)
        work()
        refuse_member(steward, Member.objects.get(group=group, actor__uri=dana.uri))  # Reject
        speech = {"language": "en", "topics": [HOUSING], "area": "Camden, London", "support": "space"}
        publish_proposal(steward, group.actor, Proposal.Direction.NEED, title="A wire that stays", **speech)
        need = publish_proposal(steward, group.actor, Proposal.Direction.NEED, title="A wire", **speech)
        work()  # Create, and Announce by the topic
        change_proposal(steward, need, {"title": "A longer wire"})
        work()  # Update
        withdraw_proposal(steward, need)
        work()  # Delete
        with transaction.atomic():
            take(peer.web.pages[menders.uri], actors.hear_of_node(peer.origin))
        theirs = Group.objects.get(uri=menders.uri)
        join_group(member, theirs, name="Declan (demo)")
        leave_group(member, theirs)
        with transaction.atomic():
            take(peer.note(dana), actors.hear_of_node(peer.origin))
        theirs_needed = Proposal.objects.get(actor__uri=dana.uri)
        words = {"words": "We could read it with you.", "contact": "020 7946 0000"}
        propose_match(steward, theirs_needed, speaker=group.actor, side=OFFER, said=words)  # Offer
        source = sources.listen_to(menders.uri)
        work()  # Follow
        source.refresh_from_db()
        sources.stop_listening(source)  # Undo
        work()


def _person(email: str) -> Actor:
    return Actor.objects.get(user__email=email)
