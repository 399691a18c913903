"""What follows in groups from what happens elsewhere."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone

from atlas.cards import refresh
from cop import threads
from cop.actions.matches import open_to_runners
from cop.actions.membership import LastSteward, leave_group
from cop.actions.people import groups_changed
from cop.actions.removal import tell_newcomer
from cop.federated import agreements
from cop.matching.done import hours_left, shown_of
from cop.models import Consent, Expertise, MandateVersion, Match, Member, Post, Proposal, Ship
from federation import audiences, publishing, restrictions, types
from federation.inbound.objects import bury
from federation.models import Actor, Node
from federation.outbound.say import (
    creation_of,
    erase,
    followers_of,
    heard,
    neighbours,
    readers_of,
    say,
    stands_by,
    told_by,
)
from journal import entry_of, errand, errand_kind, hold, periodic, reaction

if TYPE_CHECKING:
    from federation.models import Published
    from journal.models import Errand

CHANGES_WHO_ANSWERS = ("group.joined", "group.left", "group.member_removed", "group.role_given")

SAID_AGAIN_FOR = dt.timedelta(days=14)
"""How long after something last happened in a match its sides are told again, each day, what was said."""

ONCE_MORE = dt.timedelta(minutes=1)
"""Longer than any transaction: what was decided while a node became a neighbour is on record by then."""


@reaction("cop.forget_member", to="actor.gone")
def forget_member(errand: Errand) -> None:
    """Whoever closed their account elsewhere is in no group any more: nothing is sent to them, nor to their node."""
    entry = entry_of(errand)
    theirs = Member.objects.filter(actor__uri=entry.uri).order_by("pk")
    list(theirs.select_for_update())  # all at once, so that a steward who removes them meanwhile waits for the end
    for member in theirs.select_related("actor", "group"):
        with contextlib.suppress(LastSteward):
            leave_group(member.actor, member.group)


@reaction("cop.mandate_card", to=("consent.*", "mandate.*"))
def mandate_card(errand: Errand) -> None:
    """What somebody says brings a version into force, or takes the place of another: all of one mandate look again."""
    entry = entry_of(errand)
    said = Consent.objects.filter(uri=entry.uri).values_list("version_uri", flat=True).first()
    version = MandateVersion.objects.filter(uri=said or entry.uri).first()
    if version is not None:
        for uri in MandateVersion.objects.filter(about_uri=version.about_uri).values_list("uri", flat=True):
            refresh("mandate", uri, actor=entry.actor, origin=entry.origin)


@reaction("cop.flotilla_card", to="ship.*")
def flotilla_card(errand: Errand) -> None:
    """Who comes aboard or leaves is on the map of the flotilla, once both have said so."""
    entry = entry_of(errand)
    about = Ship.objects.filter(uri=entry.uri).values_list("about_uri", flat=True).first()
    if about is not None:
        refresh("group", about, actor=entry.actor, origin=entry.origin)


@reaction("cop.match_readers", to=CHANGES_WHO_ANSWERS)
def match_readers(errand: Errand) -> None:
    """Who comes to answer for a group, or no longer does, reads what is written in its matches, or no longer does."""
    entry = entry_of(errand)
    for match in Match.objects.filter(commitments__actor__uri=entry.uri).order_by("pk"):
        open_to_runners(match)


@periodic("cop.say_matches_again", every=dt.timedelta(days=1))
def say_matches_again(errand_row: Errand) -> None:
    """Nobody else holds what two nodes say to each other alone, so nothing else would mend what one of them lost."""
    lately = timezone.now() - SAID_AGAIN_FOR
    for key in Match.objects.filter(moved_at__gte=lately).values_list("pk", flat=True):
        errand("cop.say_match_again", payload={"match": key}, key=f"say-match-again:{key}")


@errand_kind("cop.say_match_again")
def say_match_again(errand_row: Errand) -> None:
    match = Match.objects.filter(pk=errand_row.payload["match"]).first()
    if match is not None:
        agreements.say_again(match)


@reaction("cop.show_what_came", to=("match.finished", "match.thanked", "match.noted"))
def show_what_came(errand: Errand) -> None:
    """Hours count down, and what both sides show stands with their things: each node says so of its own."""
    entry = entry_of(errand)
    match = Match.objects.filter(uri=entry.uri).first()
    for uri in [match.need_uri, match.offer_uri] if match is not None else []:
        found = types.locate(uri) if uri else None
        row = found[1] if found is not None else None
        if not isinstance(row, Proposal | Expertise) or not row.is_ours or row.withdrawn_at is not None:
            continue
        fields = {"done_with": shown_of(uri)}
        if isinstance(row, Expertise):
            fields |= {"hours_left": hours_left(uri, row.hours_budget)}
        publishing.change(row, found[0].kind_of(row), by=row.actor, speaks=False, **fields)


@reaction("cop.forget_closed", to="group.withdrawn")
def forget_closed(errand: Errand) -> None:
    """A group that is no more leaves the pages of those who show that they are in it."""
    entry = entry_of(errand)
    inside = Actor.objects.filter(memberships__group__uri=entry.uri, memberships__state=Member.State.JOINED)
    for actor in inside.filter(user__isnull=False).order_by("pk"):
        groups_changed(actor)


@reaction("cop.relay_post", to=("post.published", "post.changed", "post.withdrawn"))
def relay_post(errand: Errand) -> None:
    """A group passes on what is written to it and about its things: to its followers elsewhere (FEP-1b12), and to the
    neighbours what came from a server they may never hear from, so that a thread is whole on every node; to its members
    what is for them. What is changed or taken back is passed on to all who heard of it, and stands in no outbox.
    """
    entry = entry_of(errand)
    hold(entry.uri)  # what was taken back while its words are being passed on would be kept in them
    found = _in_talk_of_ours(entry.uri)
    if found is None:
        return
    post, thing = found
    if post.withdrawn_at is None and restrictions.is_hidden(post.uri, post.actor.uri):
        return  # that it was taken back is passed on all the same
    happened = entry.name.partition(".")[2]
    if happened == "published" and (post.withdrawn_at is not None or restrictions.has_waited(post.uri)):
        return  # what waited for a steward is passed on as it stands by now (`relay_again`)
    _relay(post, thing, happened)


@reaction("cop.relay_again", to="moderation.shown_again")
def relay_again(errand: Errand) -> None:
    """What a steward had hidden is seen again: where its group has taken back that it passed it on, or never did, it
    does so now, with the words as they stand."""
    entry = entry_of(errand)
    hold(entry.uri)
    found = _in_talk_of_ours(entry.uri)
    if found is None or found[0].withdrawn_at is not None:
        return
    post, thing = found
    if restrictions.is_hidden(post.uri, post.actor.uri) or stands_by(thing.actor, post.uri):
        return
    _relay(post, thing, "published")
    if heard(post.uri, post.actor, "Update"):
        _relay(post, thing, "changed")


def _in_talk_of_ours(uri: str) -> tuple[Post, Published] | None:
    """A post and the thing it is about, where that is a group of ours or one of its things."""
    post = Post.objects.select_related("actor__node").filter(uri=uri).first()
    thing = threads.thing_at(post.about_uri) if post is not None else None
    if post is None or thing is None or not thing.is_ours or thing.actor.type != Actor.Type.GROUP:
        return None
    return post, thing


def _relay(post: Post, thing: Published, happened: str) -> None:
    if post.audience == audiences.of_group(thing.actor.uri):
        verb = {"published": "Create", "changed": "Update", "withdrawn": "Delete"}[happened]
        _pass_on_to_members(post, thing.actor, verb)
    elif post.audience == thing.audience == audiences.PUBLIC:
        if happened == "published":
            _pass_on(post, thing.actor)
        else:
            _pass_on_again(post, thing.actor, "Update" if post.withdrawn_at is None else "Delete")


def _pass_on_to_members(post: Post, group: Actor, verb: str) -> None:
    """Members on third nodes can ask nobody for it: they get the writer's own words, or none, as these carry the
    writer's proof. What people of ours write we send to all members ourselves."""
    said = heard(post.uri, post.actor, verb)
    inboxes = set(readers_of(post.audience))
    if verb == "Delete":
        inboxes |= told_by(group, post.uri)
        erase(post.uri)
    there = {post.actor.delivery_inbox, post.actor.inbox}
    if said is not None and "proof" in said:
        say(group, "Announce", said, inboxes - there, to=[post.audience], about=post.uri)


def _pass_on(post: Post, group: Actor) -> None:
    inboxes = followers_of(group) if post.actor_id != group.pk else []
    node = post.actor.node
    if node is not None and not node.is_neighbour:
        inboxes += neighbours()
    if inboxes:
        to, cc = [audiences.PUBLIC], [f"{group.uri}/followers"]
        said = creation_of(post.uri, post.actor)
        if said is not None:  # as Lemmy and PieFed read a group: the activity itself, unchanged
            say(group, "Announce", said, inboxes, to=to, cc=cc, about=post.uri)
        say(group, "Announce", post.uri, inboxes, to=to, cc=cc)


def _pass_on_again(post: Post, group: Actor, verb: str) -> None:
    """What its writer said, where that is on record; else only that it happened: each asks the post's own server."""
    inboxes = told_by(group, post.uri)
    if verb == "Delete":
        erase(post.uri)
    if inboxes:
        inner = heard(post.uri, post.actor, verb) or {"type": verb, "actor": post.actor.uri, "object": post.uri}
        to, cc = [audiences.PUBLIC], [f"{group.uri}/followers"]
        say(group, "Announce", inner, inboxes, to=to, cc=cc, about=post.uri, listed=False)


@reaction("cop.greet_newcomer", to=("node.peered", "node.unblocked"))
def greet_newcomer(errand_row: Errand) -> None:
    """A node that hears us from now on will read, on other nodes, words that our groups have taken out of their talk,
    and of a block it knows nothing that was decided meanwhile."""
    entry = entry_of(errand_row)
    for node in Node.objects.filter(origin=entry.uri):
        told = {"node": node.pk, "after": 0}
        errand("cop.tell_taken_out", payload=told, key=f"taken-out:{node.pk}")
        # Whoever takes something out at this moment may not see this node yet, nor be seen by what is told now.
        errand("cop.tell_taken_out", payload=told, key=f"taken-out-again:{node.pk}", due_at=timezone.now() + ONCE_MORE)


@errand_kind("cop.tell_taken_out")
def tell_taken_out(errand_row: Errand) -> None:
    """Some of it, and then the next: there may be much."""
    told = errand_row.payload
    node = Node.objects.filter(pk=told["node"], peering__in=Node.AGREED, blocked_at__isnull=True).first()
    last = tell_newcomer(node, after=told["after"]) if node is not None else None
    if last is not None:
        errand("cop.tell_taken_out", payload={"node": told["node"], "after": last})


@reaction("cop.forget_posts", to="actor.gone")
def forget_posts(errand: Errand) -> None:
    """Whoever closed their account elsewhere has taken back what they wrote: one Delete says it for all of it.

    What a group said stays when it is closed, as on its own node, until that is taken back one by one.
    """
    entry = entry_of(errand)
    theirs = Post.objects.filter(actor__uri=entry.uri, node__isnull=False, withdrawn_at__isnull=True)
    theirs = theirs.exclude(actor__type=Actor.Type.GROUP)
    for post in theirs.select_related("node").order_by("pk"):
        bury(post.uri, post.node, content={"id": post.uri, "type": "Tombstone"})
