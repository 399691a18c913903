"""What a mail says: only what its reader may still see, in their language, without pictures or anything that tracks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import ngettext

from frontend import shell
from notifications import kinds, matters, queries, stopping
from notifications.models import Matter

if TYPE_CHECKING:
    from notifications.models import Mail

MOST = 100  # notices in one mail
SUBJECT_LENGTH = 150  # characters


@dataclass(frozen=True)
class Item:
    """One notice in a mail. `title` is empty where the sentence says it all, `url` where nothing opens."""

    title: str
    language: str
    text: str
    url: str

    @property
    def headline(self) -> str:
        return self.title or self.text


def write(mail: Mail, address: str | None) -> EmailMultiAlternatives | None:
    """The mail as it stands now; None when there is nobody to write to, or nothing left to say."""
    user = mail.user
    if address is None:
        return None
    with translation.override(user.language), timezone.override(matters.zone_of(user)):
        about = list(queries.shown_to(user).filter(mail=mail, read_at=None).order_by("-made_at", "-pk"))
        items = [item for line in queries.lines(about, user) if (item := _item(line)) is not None]
        if not items:
            return None
        what = stopping.DAILY if mail.day else kinds.matter_of(about[0].kind)
        return _letter(mail, address, items, what)


def _letter(mail: Mail, address: str, items: list[Item], what: str) -> EmailMultiAlternatives:
    stop_url = stopping.link_for(mail.user, what)
    context = {
        "items": items,
        "node": shell.node_name(),
        "language": mail.user.language,
        "is_digest": mail.day is not None,
        "matter": "" if mail.day else Matter(what).label,
        "stop_url": stop_url,
        "stop_all_url": stopping.link_for(mail.user, stopping.ALL),
        "choices_url": f"{settings.ORIGIN}/me/notices",
    }
    letter = EmailMultiAlternatives(
        _subject(mail, items),
        render_to_string("notifications/mail/message.txt", context),
        to=[address],
        headers={
            "Message-ID": f"<notices.{mail.pk}@{urlsplit(settings.ORIGIN).hostname}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834 §5: nobody's holiday reply comes back
            "List-Unsubscribe": f"<{stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058 §3.1
        },
    )
    letter.attach_alternative(render_to_string("notifications/mail/message.html", context), "text/html")
    return letter


def _subject(mail: Mail, items: list[Item]) -> str:
    if mail.day is None:
        words = items[0].headline
    else:
        count = ngettext("%(count)s new notice on %(node)s", "%(count)s new notices on %(node)s", len(items))
        words = count % {"count": len(items), "node": shell.node_name()}
    return Truncator(" ".join(words.split())).chars(SUBJECT_LENGTH)


def _item(line: queries.Line) -> Item | None:
    """None for news of what its reader cannot see any more."""
    if line.card is None and kinds.needs_card(line.notice.kind):
        return None
    title, language = (line.card.title, line.card.language) if line.card else ("", "")
    return Item(title, language, line.text, f"{settings.ORIGIN}{line.url}" if line.url else "")
