"""Conversations travel as Notes that Mastodon shows as answers; Notes, Articles and Pages of others are read as posts
where they answer or address somebody here (blueprint 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db.models import F

from cop import threads
from cop.actions.conversations import came_in, conversation_for, is_conversation, writes_too_fast
from cop.models import Group, Match, Member, Participant, Person, Post
from cop.models.conversations import LONGEST_TEXT
from federation import audiences, identity
from federation.catalogue import ask_who_it_is
from federation.models import Actor, Following, Node
from federation.reader import BadField
from federation.types import FederatedType, StaysDocument, register
from frontend.text import render_markdown

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]

COMMENT = "https://schema.org/Comment"
MOST_ADDRESSED = 50
LONGEST_HTML = 40_000  # characters of source


@register
class PostOnTheWire(FederatedType):
    """`context` is the thing a post is about (FEP-7888), `inReplyTo` what it answers; between our nodes that says where
    it belongs even before the post it answers has come."""

    kinds = ("post",)
    model = Post
    type = "Note"
    additional_type = COMMENT
    also_reads = (
        ("Note", ""), ("Article", ""), ("Page", ""), ("ChatMessage", ""), ("Comment", ""), ("Review", ""),
        ("Quotation", ""),
    )  # fmt: skip

    def topics_of(self, post: Post) -> list[str]:
        return []

    def stands_under(self, post: Post) -> Actor | None:
        """Also the group itself, known as an actor before its page has come."""
        thing = threads.thing_at(post.about_uri)
        speaker = thing.actor if thing is not None else Actor.objects.filter(uri=post.about_uri).first()
        return speaker if speaker is not None and speaker.type == Actor.Type.GROUP else None

    def place_of(self, post: Post) -> str:
        return "" if is_conversation(post.about_uri) else post.about_uri

    def to_object(self, post: Post) -> Json:
        said: Json = {
            "name": post.title,
            "content": str(render_markdown(post.text)),
            "source": {"content": post.text, "mediaType": "text/markdown"},
            "inReplyTo": _answered(post),
            "context": _context(post),
            "signed": post.signed,
            "tag": [{"type": "Mention", "href": uri, "name": _handle(uri)} for uri in post.mentions],
            **_addressing(post),
        }
        if post.language:
            said |= {"contentMap": {post.language: said["content"]}, "inLanguage": post.language}
        return said

    def hears(self, post: Post) -> list[str]:
        """Whoever it answers or names, and whose thing it is about, wherever they are."""
        if post.audience == audiences.PUBLIC or is_conversation(post.audience):
            return [actor.delivery_inbox for actor in spoken_to(post) if not actor.is_ours]
        # What is for members goes to members alone, whoever it names; a group of another node hears it for its own.
        full = Node.objects.filter(Node.FOR_GROUPS, blocked_at__isnull=True)
        home = Actor.objects.filter(uri=post.audience.removesuffix("/members"), node__in=full).first()
        return [home.delivery_inbox] if home is not None else []

    def asks(self, post: Post) -> Actor | None:
        """Whoever published the thing it is about."""
        thing = threads.thing_at(post.about_uri)
        return thing.actor if thing is not None else None

    def welcomes(self, read: Reader, sender: Actor) -> bool:
        if _match_said(read, sender) is not None:
            return True
        answered = read.uri("inReplyTo") if "inReplyTo" in read else ""
        if answered and (identity.is_ours(answered) or Post.objects.filter(uri=answered).exists()):
            return True
        addressed = _addressed(read)
        if _is_private(read):
            return Person.objects.ours().filter(uri__in=addressed, is_public=True).exists()
        return Group.objects.ours().filter(uri__in=addressed, withdrawn_at__isnull=True).exists()

    def from_object(self, read: Reader) -> Json:
        branch = _branch(read)
        words = _words(read)
        if branch is None and not _is_private(read):
            raise StaysDocument("answers nothing known here", read.uri("inReplyTo") if "inReplyTo" in read else "")
        return {
            **(branch.values() if branch else {"about_uri": "", "reply_to": "", "top_uri": ""}),
            **words,
            "signed": read.text("signed", 120),
            "mentions": [mention.uri for mention in read.tags().mentions][:20],
            "language": read.language()[:16],
        }

    def audience_of(self, read: Reader, owner: Actor) -> str:
        """A message to one person of ours is a conversation of those two."""
        if not _is_private(read):
            return ""
        if writes_too_fast(owner, read.id):
            raise BadField("to", _addressed(read)[:3], "fewer messages in so short a time")
        match = _match_said(read, owner)
        if match is not None:
            return match.conversation.uri
        persons = Actor.objects.filter(uri__in=_addressed(read), node__isnull=True, type=Actor.Type.PERSON)
        person = persons.order_by("pk").first()
        conversation = conversation_for(owner, person) if person is not None else None
        if conversation is None:
            raise BadField("to", _addressed(read)[:3], "everyone, a group's members, or a person who can be written to")
        return conversation.uri

    def after_arrival(self, post: Post, read: Reader) -> None:
        if is_conversation(post.audience):
            came_in(post)
        if post.actor.read_at is None:
            ask_who_it_is(post.actor.uri)

    def settle(self, values: Json, read: Reader) -> Json:
        owner: Actor = values["actor"]
        held = Post.objects.filter(uri=read.id).first()
        if held is not None:  # words are changed where they stand, and for those who read them
            if held.audience != values["audience"]:
                raise BadField("to", _addressed(read)[:3], "those it was written for")
            return values | {name: getattr(held, name) for name in ("about_uri", "reply_to", "top_uri")}
        if is_conversation(values["audience"]):
            return values | threads.Branch(values["audience"]).values()
        if is_conversation(values["about_uri"]):
            raise BadField("to", _addressed(read)[:3], "the one it answers, and nobody else")
        thing = threads.thing_at(values["about_uri"])
        # Who may write to the members of a group may read what is for them.
        if thing is not None and thing.audience != values["audience"] and not threads.may_read(owner, thing):
            raise BadField("inReplyTo", values["reply_to"] or values["about_uri"], "something its writer may read")
        answered = Post.objects.filter(uri=values["reply_to"]).first() if values["reply_to"] else None
        for above in (thing, answered):
            if above is not None and above.audience != audiences.PUBLIC and values["audience"] == audiences.PUBLIC:
                raise BadField("to", _addressed(read)[:3], "nobody beside those who read what it answers")
        if isinstance(thing, Group) and thing.is_ours and not values["reply_to"] and not _is_in(owner, thing):
            raise BadField("to", thing.uri, "a group that its writer is in or follows")
        return values


def spoken_to(post: Post) -> list[Actor]:
    """Who a post concerns beside its readers: the one it answers, whoever speaks for the thing, those it names."""
    if is_conversation(post.audience):
        both = Participant.objects.filter(conversation__public_id=post.audience.rsplit("/", 1)[-1])
        return [seat.actor for seat in both.exclude(actor=post.actor).select_related("actor__node")]
    wanted = set(post.mentions)
    answered = Post.objects.filter(uri=post.reply_to).select_related("actor").first() if post.reply_to else None
    thing = threads.thing_at(post.about_uri)
    wanted |= {row.actor.uri for row in (answered, thing) if row is not None}
    return list(Actor.objects.filter(uri__in=wanted - {post.actor.uri}, gone_at__isnull=True).select_related("node"))


def _match_said(read: Reader, sender: Actor) -> Match | None:
    """The match that words belong to, where they say so, are for the two alone, and one of the two says them."""
    if not _is_private(read) or "context" not in read:
        return None
    matches = Match.objects.exclude(state__in=Match.PARTED).filter(commitments__actor=sender)
    return matches.select_related("conversation").filter(uri=read.uri("context")).first()


def _context(post: Post) -> str:
    """Each node has its own name for a conversation; the two of a match know it by the same."""
    if not is_conversation(post.audience):
        return post.about_uri
    public_id = post.audience.rsplit("/", 1)[-1]
    match = Match.objects.filter(conversation__public_id=public_id).values_list("uri", flat=True).first()
    return match or post.about_uri


def _answered(post: Post) -> str:
    """Messages follow each other: other programs show as one thread what answers the message before."""
    if not is_conversation(post.audience):
        return post.reply_to or post.about_uri
    before = Post.objects.filter(audience=post.audience, published_at__lt=post.published_at)
    theirs = before.exclude(actor=post.actor).order_by("-published_at", "-pk")
    return theirs.values_list("uri", flat=True).first() or ""


def _addressing(post: Post) -> Json:
    """Those it speaks to are named, so that other programs tell them."""
    named = [actor.uri for actor in spoken_to(post)]
    if is_conversation(post.audience):
        return {"to": named or [post.audience]}
    if post.audience != audiences.PUBLIC:
        return {"to": [post.audience]}
    return {"to": [audiences.PUBLIC], "cc": [f"{post.actor.uri}/followers", *named]}


def _handle(uri: str) -> str:
    actor = Actor.objects.filter(uri=uri).first()
    return f"@{actor.handle}@{urlsplit(uri).netloc}" if actor is not None and actor.handle else uri


def _words(read: Reader) -> Json:
    """Markdown of ours, else clean HTML. Mastodon's `summary` on a Note warns; on an Article it is an excerpt."""
    source = read.child("source")
    markdown = ""
    if source is not None and source.text("mediaType", 100) == "text/markdown":
        markdown = source.text("content", LONGEST_TEXT, lines=True)
    html = "" if markdown else read.natural("content", LONGEST_HTML, html=True).text
    title = read.natural("name", 200).text
    warning = read.text("summary", 300) if read.type == "Note" else ""
    if not markdown and not html:
        link = read.url("url")
        html = f'<p><a href="{link}">{link}</a></p>' if title and link else ""
    if not markdown and not html and not title:
        raise BadField("content", read.data.get("content"), "some words")
    return {"title": title, "text": markdown, "html": html, "warning": warning}


def _branch(read: Reader) -> threads.Branch | None:
    """By what it answers; else by the thing a node of ours says it is about; else by the group it was sent to."""
    answered = read.uri("inReplyTo") if "inReplyTo" in read else ""
    if answered and answered == read.id:
        raise BadField("inReplyTo", answered, "something else than itself")
    found = threads.branch_under(answered) if answered else None
    if found is not None:
        return found
    if COMMENT in read.additional_types and "context" in read:
        about = identity.fits("context", read.uri("context"))
        return threads.Branch(about) if answered in {"", about} else threads.Branch(about, answered, answered)
    if answered:
        return None
    groups = Group.objects.filter(uri__in=_addressed(read), withdrawn_at__isnull=True)
    group = groups.order_by(F("node").asc(nulls_first=True), "pk").first()
    return threads.Branch(group.uri) if group is not None else None


def _addressed(read: Reader) -> list[str]:
    named = [*read.addresses_among("to", MOST_ADDRESSED), *read.addresses_among("cc", MOST_ADDRESSED)]
    return [*named, *read.addresses_among("audience", 5), *read.addresses_among("target", 5)]


def _is_private(read: Reader) -> bool:
    """Not for everyone, for no followers and no members: for the people it names alone."""
    for name in ("to", "cc"):
        said = read.data.get(name)
        listed = said if isinstance(said, list) else [said]
        if any(isinstance(each, str) and each in audiences.PUBLIC_SPELLINGS for each in listed):
            return False
    named = _addressed(read)
    return bool(named) and not any(name.endswith(("/followers", "/members")) for name in named)


def _is_in(actor: Actor, group: Group) -> bool:
    if Member.objects.filter(group=group, actor=actor, state=Member.State.JOINED).exists():
        return True
    following = Following.objects.filter(follower=actor, followed=group.actor, state=Following.State.ACCEPTED)
    return following.exists()
