"""Links in mails that stop them: signed, for one person and one thing, without signing in, for ever (RFC 8058)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications import matters
from notifications.models import Matter, Pace

if TYPE_CHECKING:
    from collections.abc import Collection

SALT = "notifications.stopping"
ALL, DAILY = "all", "daily"  # beside the matters


class BadLink(ValueError):
    """Not a link of this node, or its person has no account any more."""


def link_for(user: User, what: str) -> str:
    return f"{settings.ORIGIN}{reverse('notifications:stopping', args=[token_for(user, what)])}"


def token_for(user: User, what: str) -> str:
    return signing.dumps([user.pk, what], salt=SALT)


def read(token: str) -> tuple[User, str]:
    """Whose mail a link stops, and which. Raises BadLink."""
    try:
        user_id, what = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise BadLink("the signature is not ours") from None
    user = User.objects.filter(pk=user_id).first()
    if user is None or what not in {ALL, DAILY, *Matter.values}:
        raise BadLink("there is nobody, or nothing, to stop")
    return user, what


def carry_out(user: User, what: str) -> None:
    """Safe to do twice."""
    matters.stop(user, _matters(user, what))


def _matters(user: User, what: str) -> Collection[str]:
    if what == ALL:
        return Matter.values
    if what == DAILY:
        paces = matters.paces_of([user.pk])[user.pk]
        return [matter for matter, pace in paces.items() if pace == Pace.DAILY]
    return [what]


def question(what: str) -> str:
    """What the button of a link does, in a sentence."""
    if what == ALL:
        return _("Stop all e-mails about notices from this node?")
    if what == DAILY:
        return _("Stop the e-mail that comes once a day?")
    return _("Stop e-mails about: %(matter)s?") % {"matter": Matter(what).label}
