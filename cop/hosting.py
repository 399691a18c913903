"""Which host welcomes whom: the one who reads their language, shows a page and may meet them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from cop.models import Arrival, Host, Person, Welcome
from federation import restrictions
from federation.models import Actor, Block

if TYPE_CHECKING:
    from accounts.models import User

NEW_FOR = dt.timedelta(days=7)  # as on the front door
ANYBODY, ANYBODY_FOR = "cop.hosting.anybody", 60  # seconds


@dataclass(frozen=True)
class Greeting:
    """What a newcomer reads: who welcomes them, in which words, and where to write back."""

    name: str
    page: str
    text: str
    language: str

    @property
    def writing(self) -> str:
        return f"{self.page}/writing"


def welcomes_for(reader: Actor | None) -> QuerySet[Welcome]:
    """The words of every host who said yes, shows a page, may meet `reader` and is shown unasked, with `name` and
    `public_id`."""
    pages = Person.objects.filter(
        restrictions.shown_to(reader), actor__user=OuterRef("host__user"), is_public=True, withdrawn_at__isnull=True
    ).exclude(restrictions.of_whom_is_limited())
    found = Welcome.objects.filter(host__state=Host.State.WELCOMING, host__user__is_active=True)
    found = found.annotate(name=Subquery(pages.values("name")[:1]), public_id=Subquery(pages.values("public_id")[:1]))
    found = found.filter(public_id__isnull=False).select_related("host")
    if reader is None:
        return found
    blocked = Block.objects.filter(blocker__user=OuterRef("host__user"), blocked=reader.pk)
    return found.exclude(host__user=reader.user_id).exclude(Exists(blocked))


def greeting_for(reader: Actor, language: str) -> Greeting | None:
    """For somebody new, in their language where a host has it; of several hosts the one whose welcome they were sent.
    One query."""
    mine = Arrival.objects.filter(user=reader.user_id, host=OuterRef("host"))
    return _first(welcomes_for(reader).annotate(is_mine=Exists(mine)).order_by("-is_mine", "pk"), language)


def greeting_for_visitors(language: str) -> Greeting | None:
    """Of the hosts whom also people without an account may read of. One query."""
    return _first(welcomes_for(None).filter(host__to_visitors=True).order_by("pk"), language)


def greeting_by(host_uri: str, user: User) -> Greeting | None:
    """What a host says to somebody now, in their language where the host has it. Two queries."""
    reader = Actor.objects.filter(user=user).first()
    return _first(welcomes_for(reader).filter(host__user__actor__uri=host_uri).order_by("pk"), user.language)


def is_welcomed_here() -> bool:
    """Whether this node has a host at all, asked for once a minute: where it has none, the front door asks no more."""
    found: bool | None = cache.get(ANYBODY)
    if found is None:
        found = Host.objects.filter(state=Host.State.WELCOMING).exists()
        cache.set(ANYBODY, found, ANYBODY_FOR)
    return found


def _first(welcomes: QuerySet[Welcome], language: str) -> Greeting | None:
    found = list(welcomes)
    chosen = next((each for each in found if each.language == language), found[0] if found else None)
    if chosen is None:
        return None
    return Greeting(chosen.name, f"/people/{chosen.public_id}", chosen.text, chosen.language)  # type: ignore[attr-defined]


def hosts() -> QuerySet[Host]:
    """Everybody who was asked, for the desk: with the `name` of those who show a page, and their words."""
    pages = Person.objects.filter(actor__user=OuterRef("user"), is_public=True, withdrawn_at__isnull=True)
    found = Host.objects.annotate(name=Subquery(pages.values("name")[:1]))
    return found.prefetch_related("welcomes").order_by("state", "-asked_at", "pk")


def lately_welcomed(host: Host) -> int:
    """How many people of the last seven days were sent the words of a host."""
    return Arrival.objects.filter(host=host, at__gte=timezone.now() - NEW_FOR).count()
