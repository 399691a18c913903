"""Who is told of what somebody wrote: each person once, for the reason that is nearest to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cop import threads
from cop.access import people_answering
from cop.actions.conversations import is_conversation
from cop.models import Commitment, Group, Match, Member, Mute, Participant, Post
from federation import audiences, restrictions
from federation.models import AudienceKey
from journal import entry_of, reaction
from notifications import pokes
from notifications.actions import notify_all
from notifications.kinds import notice_kind
from notifications.models import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from federation.models import Published
    from journal.models import Errand

MESSAGE, MENTION, ANSWER = "message", "mentioned", "answered"
UNDER_MINE, IN_GROUP, IN_THREAD = "words_under_mine", "words_in_group", "words_in_thread"


def _page(notice: Notice) -> str:
    return str(notice.params["page"])


def _words(notice: Notice) -> Mapping[str, Any]:
    """Somebody without a name is nobody in the reader's language; what is not for everyone is not named here."""
    return {
        "person": notice.params.get("person") or _("Somebody"),
        "title": notice.params.get("title") or _("something that is not for everyone"),
    }


for _name, _text in (
    (MESSAGE, _("%(person)s has written to you.")),
    (MENTION, _("%(person)s names you, writing about “%(title)s”.")),
    (ANSWER, _("%(person)s has answered you about “%(title)s”.")),
    (UNDER_MINE, _("%(person)s has written about “%(title)s”.")),
    (IN_GROUP, _("%(person)s has opened a subject in %(group)s.")),
    (IN_THREAD, _("%(person)s has also written about “%(title)s”.")),
):
    # What was said to many is news: it can wait for the mail of the day.
    _matter = "news" if _name in {IN_GROUP, IN_THREAD} else "words"
    notice_kind(_name, _text, matter=_matter, address=_page, about_words=True)(_words)


@reaction("cop.tell_of_post", to="post.published")
def tell_of_post(errand: Errand) -> None:
    """Those who wrote it, cannot read it or have muted it are left out."""
    entry = entry_of(errand)
    post = Post.objects.select_related("actor", "node").filter(uri=entry.uri, withdrawn_at__isnull=True).first()
    if post is None or restrictions.is_hidden(post.uri, post.actor.uri) or restrictions.is_limited(post.actor.uri):
        return
    thing = threads.thing_at(post.about_uri)
    reasons = _reasons(post, thing)
    told = _able_to_read(reasons.keys() - _not_wanting(post, thing), post.audience)
    told -= restrictions.users_blocking(post.actor.uri, post.node)
    public = thing is not None and thing.audience == audiences.PUBLIC
    params = {
        "person": post.called,
        "page": post.get_absolute_url() if not is_conversation(post.audience) else _conversation_page(post),
        "title": threads.title_of(thing)[:200] if public else "",
        "group": threads.title_of(thing)[:120] if isinstance(thing, Group) else "",
    }
    notify_all(Notice(user_id=user, kind=reasons[user], uri=post.uri, entry=entry, params=params) for user in told)


@reaction("cop.poke_readers", to="post.*")
def poke_readers(errand: Errand) -> None:
    """Open pages that show the thread look again."""
    entry = entry_of(errand)
    post = Post.objects.filter(uri=entry.uri).only("audience").first()
    if post is None:
        return
    if post.audience in {audiences.PUBLIC, audiences.this_node()}:
        pokes.poke_metro()
    else:
        keys = AudienceKey.objects.filter(audience=post.audience, actor__user__isnull=False)
        pokes.poke_users(keys.values_list("actor__user", flat=True))


def _reasons(post: Post, thing: Published | None) -> dict[int, str]:
    """People of this node whom it concerns, by account, the nearest reason first."""
    found: dict[int, str] = {}

    def add(reason: str, users: Iterable[int]) -> None:
        for user in users:
            found.setdefault(user, reason)

    if is_conversation(post.audience):
        public_id = post.audience.rsplit("/", 1)[-1]
        seats = Participant.objects.filter(conversation__public_id=public_id)
        add(MESSAGE, _accounts(actor__in=seats.filter(left_at__isnull=True).values("actor")))
        for each in Commitment.objects.filter(match__conversation__public_id=public_id).exclude(actor=post.actor):
            add(MESSAGE, _accounts(actor__in=people_answering(each)))
        return found
    add(MENTION, _accounts(actor__uri__in=post.mentions))
    if post.reply_to:
        answered = Post.objects.filter(uri=post.reply_to)
        add(ANSWER, _accounts(actor__in=answered.values("author")))
        add(ANSWER, _accounts(actor__in=answered.values("actor")))
    if isinstance(thing, Group):
        if not post.reply_to:
            inside = Member.objects.filter(group=thing, state=Member.State.JOINED)
            add(IN_GROUP, _accounts(actor__in=inside.values("actor")))
    elif thing is not None and thing.is_ours:
        add(UNDER_MINE, _accounts(actor__in=[thing.actor_id, thing.author_id]))
        stewards = Member.objects.filter(group__actor=thing.actor_id, role=Member.Role.STEWARD)
        add(UNDER_MINE, _accounts(actor__in=stewards.values("actor")))
    before = {"withdrawn_at__isnull": True, "published_at__lt": post.published_at}
    wrote = Post.objects.filter(about_uri=post.about_uri, author__isnull=False, **before)
    if isinstance(thing, Group):
        wrote = wrote.filter(uri=post.top_uri) | wrote.filter(top_uri=post.top_uri).exclude(top_uri="")
    add(IN_THREAD, _accounts(actor__in=wrote.values("author")))
    return found


def _accounts(**of: Any) -> Iterable[int]:
    return User.objects.filter(is_active=True, **of).values_list("pk", flat=True).distinct()


def _not_wanting(post: Post, thing: Published | None) -> set[int]:
    """Who wrote it, and who muted the thing."""
    writers = [key for key in (post.author_id, post.actor_id) if key]
    muted = Mute.objects.filter(about_uri=post.about_uri).values("actor")
    return set(_accounts(actor__in=writers)) | set(_accounts(actor__in=muted))


def _able_to_read(users: set[int], audience: str) -> set[int]:
    if audience in {audiences.PUBLIC, audiences.this_node()}:
        return users
    keys = AudienceKey.objects.filter(audience=audience, actor__user__in=users)
    return set(keys.values_list("actor__user", flat=True))


def _conversation_page(post: Post) -> str:
    public_id = post.audience.rsplit("/", 1)[-1]
    match = Match.objects.filter(conversation__public_id=public_id).first()
    return match.get_absolute_url() if match is not None else f"/conversations/{public_id}"


@reaction("cop.forget_notices_of_post", to="post.withdrawn")
def forget_notices_of_post(errand: Errand) -> None:
    """Nobody is told any more of what was taken back."""
    entry = entry_of(errand)
    told = Notice.objects.filter(uri=entry.uri)
    unread = set(told.filter(read_at=None).values_list("user", flat=True))
    told.delete()
    pokes.poke_users(unread)
