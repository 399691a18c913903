"""What people do about notices, and how every app sends one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from federation.models import Actor
from notifications import kinds, mailing, pokes
from notifications.access import followable
from notifications.models import Follow, Notice

if TYPE_CHECKING:
    from accounts.models import User
    from journal import Entry

NAME_LENGTH = Follow._meta.get_field("name").max_length
BATCH = 500  # rows of one query
MOST_FOLLOWS = 500  # of one person: each page looks at all of them


class TooManyFollows(ValueError):
    """Somebody follows MOST_FOLLOWS things already."""


@transaction.atomic
def follow(user: User, kind: str, target: str, name: str = "") -> Follow:
    """`user` hears of new things under `target` from now on; a second time changes nothing.

    A search is kept under the `name` they give it, or under its address.
    Raises access.NotFollowable when there is no such thing that they can see, TooManyFollows at the limit.
    """
    target = followable(user, kind, target)
    name = (name.strip() or target)[:NAME_LENGTH] if kind == Follow.Kind.FILTER else ""
    followed = Follow.objects.filter(user=user)
    before = followed.filter(kind=kind, target=target).first()
    if before is not None:
        return before
    if followed.count() >= MOST_FOLLOWS:
        raise TooManyFollows(f"{user} follows {MOST_FOLLOWS} things already")
    return Follow.objects.get_or_create(user=user, kind=kind, target=target, defaults={"name": name})[0]


def unfollow(user: User, kind: str, target: str) -> None:
    """No more notices from `target`; those already sent stay. Nothing happens when it was not followed."""
    Follow.objects.filter(user=user, kind=kind, target=target).delete()


def notify(user: User, kind: str, uri: str, *, entry: Entry | None = None, **params: Any) -> Notice:
    """Tell `user` of `kind` about `uri`; `kinds` says what `params` may be. The caller knows they may see it.

    Give the journal `entry` it follows from: then an errand run twice tells once. Without one, an unread
    notice of the same kind and uri is renewed instead of doubled.
    Raises kinds.UnknownNoticeKind, kinds.BadParams.
    """
    notice = Notice(user_id=user.pk, kind=kind, uri=uri, entry=entry, params=kinds.bounded(params))
    kinds.kind_named(kind).sentence(notice)
    with transaction.atomic():
        kept = _renewed(notice) if entry is None else _once(notice)
        mailing.plan([kept])
        pokes.poke_user(user.pk)
    return kept


def author_uri(entry: Entry) -> str:
    """Who first brought the thing of `entry` here; empty when nobody is on record."""
    before = type(entry).objects.filter(uri=entry.uri).exclude(actor="").order_by("pk")
    return before.values_list("actor", flat=True).first() or ""


def who_published(entry: Entry) -> set[int]:
    """Whoever published it, for a group or as themself: they know already."""
    return set(Actor.objects.filter(uri=author_uri(entry), user__isnull=False).values_list("user", flat=True))


def _once(notice: Notice) -> Notice:
    return Notice.objects.get_or_create(
        user_id=notice.user_id,
        kind=notice.kind,
        uri=notice.uri,
        entry=notice.entry,
        defaults={"params": notice.params},
    )[0]


def _renewed(notice: Notice) -> Notice:
    unread = Notice.objects.filter(user_id=notice.user_id, kind=notice.kind, uri=notice.uri, entry=None, read_at=None)
    renewal = {"params": notice.params, "made_at": notice.made_at}
    if not unread.update(**renewal):
        try:
            with transaction.atomic():
                notice.save(force_insert=True)
            return notice
        except IntegrityError:  # another worker told the same just now
            unread.update(**renewal)
    return unread.get()


@transaction.atomic
def notify_all(notices: Iterable[Notice]) -> int:
    """Many notices that follow from one entry; those that exist stay as they are. Returns how many came."""
    made = Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=BATCH)
    for start in range(0, len(made), BATCH):
        mailing.plan(_as_kept(made[start : start + BATCH]))
    pokes.poke_users({notice.user_id for notice in made})
    return len(made)


def _as_kept(made: list[Notice]) -> QuerySet[Notice]:
    """The rows behind notices written in bulk, which do not learn their ids; those that were there before too."""
    columns = {f"{name}__in": {getattr(notice, name) for notice in made} for name in ("user_id", "kind", "uri")}
    entries = {notice.entry_id for notice in made}
    same = Q(entry__in=entries - {None}) | (Q(entry=None, read_at=None) if None in entries else Q(pk__in=[]))
    return Notice.objects.filter(same, **columns)


def mark_read(user: User, notice_id: int) -> bool:
    """False when `user` has no such notice. One that was read stays read since the first time."""
    mine = Notice.objects.filter(user=user, pk=notice_id)
    if not mine.exists():
        return False
    _read(user, mine)
    return True


def mark_all_read(user: User, up_to: int | None = None) -> int:
    """All, or with `up_to` those up to the newest that `user` saw. Returns how many became read."""
    mine = Notice.objects.filter(user=user)
    return _read(user, mine if up_to is None else mine.filter(pk__lte=up_to))


def _read(user: User, notices: QuerySet[Notice]) -> int:
    with transaction.atomic():
        count = notices.filter(read_at=None).update(read_at=timezone.now())
        if count:
            pokes.poke_user(user.pk)
    return count
