"""Somebody is told that what they know was written down: nothing of it is in the notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cop.models import Person
from journal import entry_of, reaction
from notifications.actions import notify
from notifications.kinds import notice_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from journal.models import Errand
    from notifications.models import Notice


def _page(_notice: object) -> str:
    return "/expertise/interview"


@notice_kind(
    "interview_written",
    _("%(person)s has written down what you know. Read it, and decide whether it becomes a card."),
    matter="words",
    address=_page,
)
def _words(notice: Notice) -> Mapping[str, Any]:
    return {"person": notice.params.get("person") or _("Somebody")}


@reaction("cop.tell_of_interview", to="interview.written")
def tell_of_interview(errand: Errand) -> None:
    entry = entry_of(errand)
    user = User.objects.filter(actor__uri=entry.uri, is_active=True).first()
    writer = Person.objects.filter(uri=entry.actor, is_public=True).values_list("name", flat=True).first()
    if user is not None:
        notify(user, "interview_written", entry.uri, entry=entry, person=writer or "")
