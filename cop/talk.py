"""What a page shows of a thread or a conversation, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from atlas.models import Card
from cop.access import SELF, NotAllowed, may_edit, may_speak_as
from cop.models import Conversation, Group, Member, Mute, Participant, Person, Post
from federation import attaching, audiences, restrictions, seeing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.paginator import Page

    from federation.models import Actor, Published

TOPS_PER_PAGE = 20
NEWEST_SHOWN = 8  # branches on the page of the thing itself
ANSWERS_SHOWN = 200  # below the posts of one page


@dataclass
class Branch:
    """A post that opens a part of a thread, and its answers, oldest first."""

    post: Post
    answers: list[Post] = field(default_factory=list)


@dataclass
class Thread:
    """What somebody may read about a thing; `page` pages through its branches."""

    about_uri: str
    branches: list[Branch]
    page: Page[Post]
    is_muted: bool = False

    @property
    def how_many(self) -> int:
        return self.page.paginator.count


def readable(reader: Actor | None) -> QuerySet[Post]:
    """Posts of the audiences somebody reads, those taken back as well: their place in the thread stays."""
    rows = Post.objects.filter(restrictions.shown_to(reader), audience__in=audiences.readable_by(reader))
    rows = rows.exclude(node__blocked_at__isnull=False).select_related("actor", "node")
    return rows.annotate(is_kept=restrictions.kept_from_others()) if reader else rows


def thread_about(about_uri: str, reader: Actor | None, number: int | str | None = None) -> Thread:
    """Page `number` of the thread, in the order it was written; without a number the last, where talk goes on."""
    rows = readable(reader).filter(about_uri=about_uri)
    pages = Paginator(_tops(about_uri, rows, reader).order_by("published_at", "pk"), TOPS_PER_PAGE)
    page = pages.get_page(number if number is not None else pages.num_pages)
    muted = bool(reader) and Mute.objects.filter(actor=reader, about_uri=about_uri).exists()
    return Thread(about_uri, _branches(list(page.object_list), rows), page, muted)


def newest_about(about_uri: str, reader: Actor | None) -> tuple[list[Branch], bool]:
    """The last branches of a thread, for the thing's own page, and whether there are earlier ones."""
    rows = readable(reader).filter(about_uri=about_uri)
    newest = list(_tops(about_uri, rows, reader).order_by("-published_at", "-pk")[: NEWEST_SHOWN + 1])
    return _branches(newest[:NEWEST_SHOWN][::-1], rows), len(newest) > NEWEST_SHOWN


def _tops(about_uri: str, rows: QuerySet[Post], reader: Actor | None) -> QuerySet[Post]:
    """What opens a branch, each with `is_shown`. What was taken back, and what the reader is not shown, stays as an
    empty place while an answer that they are shown hangs from it."""
    places = Post.objects.filter(about_uri=about_uri, top_uri="", audience__in=audiences.readable_by(reader))
    places = places.select_related("actor", "node").annotate(is_shown=Exists(rows.filter(pk=OuterRef("pk"))))
    if reader:
        places = places.annotate(is_kept=restrictions.kept_from_others())
    answered = rows.filter(top_uri=OuterRef("uri"), withdrawn_at__isnull=True)
    return places.filter(Q(is_shown=True, withdrawn_at__isnull=True) | Exists(answered))


def branch_of(post: Post, reader: Actor | None) -> Branch:
    """The part of a thread that a post stands in."""
    rows = readable(reader).filter(about_uri=post.about_uri)
    top = _tops(post.about_uri, rows, reader).filter(uri=post.top_uri).first() if post.top_uri else post
    return _branches([top or post], rows)[0]


def _branches(tops: list[Post], rows: QuerySet[Post]) -> list[Branch]:
    if not tops:
        return []
    found = {top.uri: Branch(top) for top in tops}
    answers = rows.filter(top_uri__in=found, withdrawn_at__isnull=True).order_by("published_at", "pk")
    for answer in answers[:ANSWERS_SHOWN]:
        found[answer.top_uri].answers.append(answer)
    _attach(post for branch in found.values() for post in [branch.post, *branch.answers])
    return list(found.values())


def tell_read(reader: Actor | None, thing: Published, branches: Iterable[Branch]) -> None:
    """What the page of a thread says to other nodes, and what they have said: posts from there were seen here, where
    the reader answers for the thing; the reader's own say how far they have come at the thing's node. At most three
    queries."""
    posts = [post for branch in branches for post in [branch.post, *branch.answers] if not _is_empty(post)]
    if not reader:
        return
    if thing.is_ours:
        theirs = [post.uri for post in posts if not post.is_ours]
        if theirs and may_edit(reader, thing):
            seeing.opened(things=dict.fromkeys(theirs, thing.actor))
        return
    mine = [post for post in posts if post.author_id == reader.pk]
    found = seeing.receipts_of([post.uri for post in mine], thing.node) if mine and thing.node else {}
    for post in mine:
        post.receipt = found.get(post.uri)  # type: ignore[attr-defined]


def _is_empty(post: Post) -> bool:
    """Whether only its place in the thread is left, for this reader."""
    return post.withdrawn_at is not None or not getattr(post, "is_shown", True)


def _attach(posts: Iterable[Post]) -> None:
    """The page of each writer, whom each post answers and what hangs on it: two queries for all, and one where
    stewards keep some of it from others."""
    posts = list(posts)
    pages = dict(Card.objects.filter(uri__in={post.actor.uri for post in posts}).values_list("uri", "url"))
    by_uri = {post.uri: post for post in posts}
    attached = attaching.of_things([post.uri for post in posts if not _is_empty(post)])
    kept = [post.uri for post in posts if getattr(post, "is_kept", False) or not getattr(post, "is_shown", True)]
    restricted = restrictions.of_things(kept) if kept else {}
    for post in posts:
        if _is_empty(post):  # whatever a page does with it, it has no words of it
            vars(post).update(post.without_words())
        post.attached = attached.get(post.uri, [])  # type: ignore[attr-defined]
        post.restricted = restricted.get(post.uri, [])  # type: ignore[attr-defined]
        post.is_empty = _is_empty(post)  # type: ignore[attr-defined]
        post.is_taken_out = any(each.group_id for each in post.restricted)  # type: ignore[attr-defined]
        post.writer_page = pages.get(post.actor.uri, "")  # type: ignore[attr-defined]
        answered = by_uri.get(post.reply_to)
        post.answered = answered if answered is not None and post.reply_to != post.top_uri else None  # type: ignore[attr-defined]


def seats_of(reader: Actor) -> list[Member]:
    """Where somebody is a member, each with `shows_page`. One query."""
    shown = Person.objects.filter(actor=OuterRef("actor"), is_public=True)
    joined = Member.objects.filter(actor=reader, state=Member.State.JOINED).annotate(shows_page=Exists(shown))
    return list(joined.select_related("group").order_by("group__name"))


def leads(seats: Iterable[Member], thing: Published) -> bool:
    """Whether one of these seats is a steward's of the group of this node whose talk this is."""
    led = [seat.group.actor_id for seat in seats if seat.role == Member.Role.STEWARD and seat.group.is_ours]
    return thing.is_ours and thing.actor_id in led


def may_take_out(reader: Actor | None, thing: Published) -> bool:
    """Whether somebody may take words out of the talk about a thing. One query; none for a visitor."""
    return bool(reader) and leads(seats_of(reader), thing)


class Voices(NamedTuple):
    """In whose name somebody may write, as choices, themself first with no name; empty where nobody would know who
    writes. With `members_only` themself only where the group alone reads it: it knows them by a name they gave it."""

    choices: list[tuple[str, str]]
    members_only: bool


def voices(reader: Actor, thing: Published, seats: list[Member] | None = None, *, answered: str = "") -> Voices:
    """Who may write about a thing, or answer words with the audience `answered`. Raises NotAllowed in a group they are
    not in. One query, or two."""
    inside = seats_of(reader) if seats is None else seats
    if isinstance(thing, Group) and not any(member.group_id == thing.pk for member in inside):
        raise NotAllowed("join the group to write in its discussion")
    audience = answered or (thing.members_audience if isinstance(thing, Group) else thing.audience)
    shows_page = inside[0].shows_page if inside else may_speak_as(reader, reader)
    has_name = any(member.name and member.group.members_audience == audience for member in inside)
    groups = [member.group for member in inside if member.group.is_ours and member.group.withdrawn_at is None]
    me = [(SELF, "")] if shows_page or has_name else []
    return Voices(me + [(group.public_id, group.name) for group in groups], members_only=not shows_page)


def audience_of(post_uri: str, reader: Actor) -> str:
    """Whom a post is for that somebody may read; empty where there is none. One query, or none."""
    posts = Post.objects.visible_to(reader).filter(uri=post_uri) if post_uri else Post.objects.none()
    return posts.values_list("audience", flat=True).first() or ""


def readable_conversations() -> QuerySet[Conversation]:
    """Those in which nobody writes from a node that is blocked here. Those of matches stand on their pages."""
    hidden = Participant.objects.filter(conversation=OuterRef("pk"), actor__node__blocked_at__isnull=False)
    return Conversation.objects.filter(~Exists(hidden), match__isnull=True)


def conversations_of(person: Actor) -> QuerySet[Conversation]:
    """Where somebody writes with one other, the newest first, each with `unread` and `other`."""
    seats = Participant.objects.filter(conversation=OuterRef("pk"))
    rows = readable_conversations().filter(Exists(seats.filter(actor=person, left_at__isnull=True)))
    rows = rows.exclude(pk__in=Participant.objects.filter(restrictions.whom_they_block(person)).values("conversation"))
    return rows.order_by("-last_at", "-pk")


def with_others(conversations: Iterable[Conversation], person: Actor) -> list[Conversation]:
    """Each with who the other one is, and how many of their words are not read yet. Two queries."""
    found = list(conversations)
    seats = Participant.objects.filter(conversation__in=found).select_related("actor__node")
    read_at = {}
    for seat in seats:
        conversation = next(each for each in found if each.pk == seat.conversation_id)
        if seat.actor_id == person.pk:
            read_at[conversation.uri] = seat.read_at
        else:
            conversation.other = seat.actor  # type: ignore[attr-defined]
    unread = _unread(read_at, person)
    for conversation in found:
        conversation.unread = unread.get(conversation.uri, 0)  # type: ignore[attr-defined]
    return found


def _unread(read_at: dict[str, object], person: Actor) -> dict[str, int]:
    since = Q(pk__in=[])
    for uri, moment in read_at.items():
        since |= Q(audience=uri, published_at__gt=moment) if moment else Q(audience=uri)
    shown = restrictions.shown_to(person)
    rows = Post.objects.filter(since, shown, withdrawn_at__isnull=True).exclude(actor=person)
    return dict(rows.order_by().values_list("audience").annotate(count=Count("pk")))
