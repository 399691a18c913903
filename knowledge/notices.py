"""Who is told when a page changes: those who wrote it, since others may change it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from federation.models import Actor
from journal import reaction
from knowledge.models import Page, Revision
from notifications.access import may_read
from notifications.actions import notify_all
from notifications.kinds import bounded, notice_kind
from notifications.models import Notice
from notifications.pokes import poke_users

if TYPE_CHECKING:
    from journal.models import Entry, Errand

CHANGED = "know_how_changed"

notice_kind(
    CHANGED, _("“%(page)s”, which you have worked on, was changed by somebody else."), matter="news", needs_card=True
)


@reaction("knowledge.tell_writers", to="know-how.changed", origin="here")
def tell_writers(errand: Errand) -> None:
    """Once until they have read it, however often it changes in between. Whoever changed it knows already."""
    entry = errand.entry
    pages = Page.objects.select_related("node").filter(withdrawn_at__isnull=True)
    page: Page | None = pages.filter(uri=entry.uri).first() if entry is not None else None
    if entry is None or page is None:
        return
    told = Notice.objects.filter(kind=CHANGED, uri=page.uri, read_at=None).values("user")
    writers = Actor.objects.filter(pk__in=Revision.objects.filter(page=page).values("editor")).exclude(uri=entry.actor)
    users = User.objects.filter(actor__in=writers).exclude(pk__in=told).values_list("pk", flat=True)
    notify_all(_notice(user, page, entry) for user in may_read(users, page))


def _notice(user: int, page: Page, entry: Entry) -> Notice:
    return Notice(user_id=user, kind=CHANGED, uri=page.uri, entry=entry, params=bounded({"page": page.title}))


@reaction("knowledge.forget_changes", to="know-how.withdrawn", origin="here")
def forget_changes(errand: Errand) -> None:
    """Nobody is told any more of changes to what was withdrawn."""
    if errand.entry is None:
        return
    told = Notice.objects.filter(uri=errand.entry.uri, kind=CHANGED)
    readers = set(told.filter(read_at=None).values_list("user", flat=True))
    told.delete()
    poke_users(readers)
