"""Writing under a thing, in a group and to one person; changing and taking back what one wrote; leaving."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cop import mentions, threads
from cop.access import NotAllowed, may_edit, may_speak_as
from cop.models import Conversation, Group, Member, Participant, Person, Post
from federation import audiences, identity, publishing, restrictions
from federation.models import Actor, AudienceKey, Document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federation.models import Published

MOST_POSTS = 30  # of one person in POSTS_WITHIN
POSTS_WITHIN = dt.timedelta(minutes=10)
MOST_NEW_CONVERSATIONS = 20  # that one person begins in a day


class TooMany(ValueError):
    """Somebody writes faster than people do: they can go on a little later."""


class NotReachable(ValueError):
    """The other one shows no page, or has left the conversation."""


def publish_post(
    author: Actor,
    about_uri: str,
    text: str,
    *,
    speaker: Actor | None = None,
    reply_to: str = "",
    title: str = "",
    members_only: bool = False,
    language: str = "",
    once: str = "",
    **attached: Any,
) -> Post:
    """Write under the thing at `about_uri`, or answer the post at `reply_to`. Seen by whoever sees the thing.

    `attached` as in `publishing.publish`; `members_only` keeps a new subject of a group among its members.
    Raises NotAllowed, TooMany.
    """
    with transaction.atomic():
        branch, thing = _place(author, reply_to or about_uri)
        audience = _audience(branch, thing, members_only=members_only)
        speaker = speaker or author
        signed = _signature(author, speaker, thing, audience)
        check_pace(author)
        text, named = mentions.found_in(text, branch.about_uri)
        return publishing.publish(
            Post,
            "posts",
            "post",
            speaker=speaker,
            author=author,
            audience=audience,
            once=once,
            **branch.values(),
            title="" if branch.reply_to else title,
            text=text,
            signed=signed,
            mentions=named,
            language=language,
            **attached,
        )


def change_post(author: Actor, post: Post, fields: Mapping[str, Any]) -> Post:
    """Other words. Only whoever wrote it: nobody puts words into others' mouths, not even a steward."""
    if not post.is_ours or post.author_id != author.pk:
        raise NotAllowed("only whoever wrote it can change it")
    if post.actor_id != author.pk and not may_speak_as(author, post.actor):
        raise NotAllowed("you can speak for groups you have joined")
    with transaction.atomic():
        check_pace(author)
        if is_conversation(post.audience):  # whom a message is for does not depend on what it says
            return publishing.change(post, "post", by=author, **fields)
        text, named = mentions.found_in(fields["text"], post.about_uri)
        return publishing.change(post, "post", by=author, **{**fields, "text": text, "mentions": named})


def withdraw_post(person: Actor, post: Post) -> Post:
    """Take it back everywhere: who wrote it, or the stewards of the group in whose name it was said."""
    if not post.is_ours or not (post.author_id == person.pk or may_edit(person, post)):
        raise NotAllowed("only whoever wrote it can take it back")
    with transaction.atomic():
        return publishing.withdraw(post, "post", by=person)


def write_to(author: Actor, person: Actor, text: str, *, language: str = "", once: str = "") -> Post:
    """A message that these two alone read. No address is shown to either. Raises NotReachable, TooMany."""
    with transaction.atomic():
        known = Conversation.objects.filter(pair=_pair(author, person)).exists()
        if not known:
            _check_new(author)
        conversation = conversation_for(author, person)
        if conversation is None:
            raise NotReachable("they show no page, or have left the conversation")
        check_pace(author)
        Participant.objects.filter(conversation=conversation, actor=author).update(left_at=None)
        post = publishing.publish(
            Post,
            "posts",
            "post",
            speaker=author,
            author=author,
            audience=conversation.uri,
            once=once,
            about_uri=conversation.uri,
            text=text,
            signed=_own_name(author),
            mentions=[person.uri],
            language=language,
        )
        Conversation.objects.filter(pk=conversation.pk).update(last_at=post.published_at)
        return post


def conversation_for(author: Actor, person: Actor) -> Conversation | None:
    """The conversation of these two, begun when there is none; None where `person` cannot be written to by `author`.

    Inside a transaction. Whoever shows a page can be written to; whoever has left, no more, nor those of whom one
    blocks the other: the answer is the same, so that nobody learns of a block.
    """
    if author.pk == person.pk or restrictions.keep_apart(author, person) or restrictions.is_suspended(author):
        return None
    pair = _pair(author, person)
    held = Conversation.objects.filter(pair=pair).first()
    if held is not None:
        gone = Participant.objects.filter(conversation=held, actor=person, left_at__isnull=False)
        return None if gone.exists() else held
    if not Person.objects.filter(actor=person, is_public=True, withdrawn_at__isnull=True).exists():
        return None
    made, is_new = Conversation.objects.get_or_create(pair=pair, defaults={"public_id": identity.new_public_id()})
    if is_new:
        both = (author, person)
        Participant.objects.bulk_create(Participant(conversation=made, actor=actor) for actor in both)
        AudienceKey.objects.bulk_create(
            (AudienceKey(actor=actor, audience=made.uri) for actor in both if actor.is_ours), ignore_conflicts=True
        )
    return made


def is_conversation(audience: str) -> bool:
    return audience.startswith(f"{settings.ORIGIN}/conversations/")


def read_conversation(person: Actor, conversation: Conversation) -> None:
    """They have read what is there now."""
    Participant.objects.filter(conversation=conversation, actor=person).update(read_at=timezone.now())


def came_in(post: Post) -> None:
    """A message from another node has arrived."""
    conversations = Conversation.objects.filter(public_id=post.audience.rsplit("/", 1)[-1], last_at__lt=timezone.now())
    conversations.update(last_at=timezone.now())


def leave_conversation(person: Actor, conversation: Conversation) -> None:
    """Nothing more from the other one; writing again comes back. Nothing is told to the other node."""
    Participant.objects.filter(conversation=conversation, actor=person).update(left_at=timezone.now())


def _place(author: Actor, uri: str) -> tuple[threads.Branch, Published]:
    """Where it goes. Absent and forbidden are the same."""
    branch = threads.branch_under(uri)
    thing = threads.thing_at(branch.about_uri) if branch else None
    if branch is None or thing is None or not threads.may_read(author, thing):
        raise NotAllowed("there is nothing here that you can write about")
    if branch.reply_to and not Post.objects.visible_to(author).filter(uri=branch.reply_to).exists():
        raise NotAllowed("there is nothing here that you can answer")
    return branch, thing


def _audience(branch: threads.Branch, thing: Published, *, members_only: bool) -> str:
    """An answer is for those who read what it answers."""
    if branch.reply_to:
        return str(Post.objects.values_list("audience", flat=True).get(uri=branch.reply_to))
    if isinstance(thing, Group) and members_only:
        return thing.members_audience
    return str(thing.audience)


def _signature(author: Actor, speaker: Actor, thing: Published, audience: str) -> str:
    """The name it is said under. Raises NotAllowed for who may not speak so, or not here."""
    inside = Member.objects.filter(actor=author, state=Member.State.JOINED)
    if isinstance(thing, Group) and not inside.filter(group=thing).exists():
        raise NotAllowed("join the group to write in its discussion")
    if speaker.pk != author.pk:
        if not may_speak_as(author, speaker):
            raise NotAllowed("you can speak for groups you have joined")
        return speaker.name[:120]
    if may_speak_as(author, author):
        return _own_name(author)
    # Among its members a group knows people by the name they gave it; a page of their own is not needed for that.
    known = inside.filter(group__uri=audience.removesuffix("/members")).exclude(name="").first()
    if known is None or audience in {audiences.PUBLIC, audiences.this_node()}:
        raise NotAllowed("show your page first, so that people know who writes")
    return known.name


def _own_name(author: Actor) -> str:
    return str(Person.objects.filter(actor=author).values_list("name", flat=True).first() or "")


def check_pace(author: Actor) -> None:
    """Raises TooMany."""
    since = timezone.now() - POSTS_WITHIN
    if Post.objects.filter(author=author, published_at__gte=since).count() >= MOST_POSTS:
        raise TooMany(f"{MOST_POSTS} posts within {POSTS_WITHIN}")


def writes_too_fast(actor: Actor, uri: str) -> bool:
    """Whether somebody elsewhere sends messages faster than people here may; one they change is none more."""
    theirs = Post.objects.filter(actor=actor).exclude(uri=uri)
    since = timezone.now() - POSTS_WITHIN
    sent = theirs.filter(audience__startswith=f"{settings.ORIGIN}/conversations/")
    begun = Participant.objects.filter(actor=actor, conversation__started_at__gte=timezone.now() - dt.timedelta(days=1))
    recent = Document.objects.filter(uri__in=sent.values("uri"), received_at__gte=since)
    return recent.count() >= MOST_POSTS or begun.count() > MOST_NEW_CONVERSATIONS


def _check_new(author: Actor) -> None:
    since = timezone.now() - dt.timedelta(days=1)
    begun = Participant.objects.filter(actor=author, conversation__started_at__gte=since)
    if begun.count() >= MOST_NEW_CONVERSATIONS:
        raise TooMany(f"{MOST_NEW_CONVERSATIONS} new conversations in a day")


def _pair(one: Actor, other: Actor) -> str:
    return "-".join(str(key) for key in sorted((one.pk, other.pk)))
