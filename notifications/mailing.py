"""When mail is sent for notices: errands asked for with the notice, and what they do.

The words are written when the mail goes out (`letters`), so that nothing is mailed that was read, withdrawn or hidden
meanwhile. A Mail row with its notices is there before the mail server is spoken to, and marked after.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterable

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from journal import Errand, Wanted, errand_for_each, errand_kind
from notifications import kinds, letters, matters
from notifications.models import Mail, Notice, Pace
from notifications.queries import shown_to

log = logging.getLogger(__name__)

ONE, DIGEST = "notifications.mail", "notifications.digest"
NEWS_FOR = dt.timedelta(days=7)  # a first digest does not begin with what lay unread for months
CONSOLE = "django.core.mail.backends.console.EmailBackend"


class MailRefused(Exception):
    """The mail server did not take a mail. Says why without naming the address."""


def can_send() -> bool:
    """Whether this node has a mail server. Without one, notices are for the page: what they say is no log line."""
    return bool(settings.EMAIL_BACKEND != CONSOLE)


def plan(notices: Collection[Notice] | QuerySet[Notice]) -> None:
    """Ask, in the transaction of these notices, for the mails they call for. A fixed number of queries."""
    fresh = [notice for notice in notices if notice.mail_id is None and notice.read_at is None]
    if not fresh or not can_send():
        return
    users = _people(notice.user_id for notice in fresh)
    paces = matters.paces_of(users)
    now = timezone.now()
    at_once, daily = [], []
    for notice in fresh:
        user = users.get(notice.user_id)
        pace = paces[user.pk][kinds.matter_of(notice.kind)] if user else Pace.OFF
        if pace == Pace.AT_ONCE:
            at_once.append(Wanted(str(notice.pk), {"notice": notice.pk}, matters.after_quiet(now, user)))
        elif pace == Pace.DAILY:
            daily.append(_digest_for(user, matters.next_digest(now, user)))
    errand_for_each(ONE, at_once)
    errand_for_each(DIGEST, daily)


@errand_kind(ONE, atomic=False)
def send_one(work: Errand) -> None:
    """The mail about one notice, unless it was read or the person chose otherwise meanwhile."""
    mail = _claim_one(work.payload["notice"])
    if mail is not None:
        _deliver(mail)


@errand_kind(DIGEST, atomic=False)
def send_digest(work: Errand) -> None:
    """One mail for the day with all that is unread and was in no mail yet."""
    mail = _claim_day(work.payload["user"])
    if mail is not None:
        _deliver(mail)
        _ask_for_the_next(mail.user)


@transaction.atomic
def _claim_one(notice_id: int) -> Mail | None:
    notice = Notice.objects.select_for_update(of=("self",)).select_related("mail").filter(pk=notice_id).first()
    if notice is None:
        return None
    if notice.mail is not None:
        return notice.mail if notice.mail.sent_at is None and notice.mail.day is None else None
    user = _people([notice.user_id]).get(notice.user_id)
    if user is None or notice.read_at is not None or address_of(user) is None:
        return None
    now = timezone.now()
    pace = matters.paces_of([user.pk])[user.pk][kinds.matter_of(notice.kind)]
    if pace != Pace.AT_ONCE or matters.after_quiet(now, user) > now:
        plan([notice])
        return None
    notice.mail = Mail.objects.create(user=user)
    notice.save(update_fields=["mail"])
    return notice.mail


@transaction.atomic
def _claim_day(user_id: int) -> Mail | None:
    user = _people([user_id]).get(user_id)
    if user is None or address_of(user) is None:
        return None
    begun = Mail.objects.filter(user=user, day__isnull=False, sent_at=None).order_by("pk").first()
    if begun is not None:
        return begun
    now = timezone.now()
    today = now.astimezone(matters.zone_of(user)).date()
    if matters.after_quiet(now, user) > now:
        errand_for_each(DIGEST, [_digest_for(user, matters.after_quiet(now, user))])
        return None
    if Mail.objects.filter(user=user, day=today).exists():
        _ask_for_the_next(user)
        return None
    waiting = list(_waiting(user).select_for_update(of=("self",)).values_list("pk", flat=True))
    if not waiting:
        return None
    mail = Mail.objects.create(user=user, day=today)
    Notice.objects.filter(pk__in=waiting).update(mail=mail)
    return mail


def _deliver(mail: Mail) -> None:
    """Raises MailRefused: the errand tries again later, with the same mail."""
    letter = letters.write(mail, address_of(mail.user))
    if letter is not None:
        try:
            letter.send()
        except OSError as error:  # smtplib's errors are OSErrors too; their words hold the address
            code = getattr(error, "smtp_code", "") or getattr(error, "errno", "") or ""
            raise MailRefused(f"{mail} was not accepted: {type(error).__name__} {code}".strip()) from None
    Mail.objects.filter(pk=mail.pk, sent_at=None).update(sent_at=timezone.now())


@transaction.atomic
def _ask_for_the_next(user: User) -> None:
    if _waiting(user).exists():
        errand_for_each(DIGEST, [_digest_for(user, matters.next_digest(timezone.now(), user))])


def _waiting(user: User) -> QuerySet[Notice]:
    """What is unread and was in no mail yet, of all that this person wants mail about."""
    wanted = matters.kinds_at(matters.paces_of([user.pk])[user.pk], Pace.DAILY, Pace.AT_ONCE)
    since = timezone.now() - NEWS_FOR
    unread = shown_to(user).filter(read_at=None, mail=None, made_at__gte=since, kind__in=wanted)
    return unread.order_by("-made_at", "-pk")[: letters.MOST]


def _digest_for(user: User, due_at: dt.datetime) -> Wanted:
    return Wanted(str(user.pk), {"user": user.pk}, due_at)


def _people(keys: Iterable[int]) -> dict[int, User]:
    return User.objects.filter(is_active=True).select_related("quiet_hours").in_bulk(set(keys))


def address_of(user: User) -> str | None:
    """The address they proved to be theirs and chose; None as long as there is none."""
    proved = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk")
    return proved.values_list("email", flat=True).first()
