"""What a group can still take from a kit, each by a form that is filled in already. What is done follows from what is
there; nothing about kits is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from cop.access import is_steward
from cop.kits.reading import SLUGS, all_kits
from cop.kits.said import LANGUAGES
from cop.mandates.changes import to_begin_with
from cop.mandates.reading import mandate_of
from cop.models import Group

if TYPE_CHECKING:
    from cop.kits.reading import Kit
    from federation.models import Actor

STRUCTURE = ("roles", "tables")

_titles: Callable[[Actor, Iterable[str]], set[str]] | None = None


class Step(NamedTuple):
    """`kind` is of the thing that comes of it; `language` that of the words, empty where they are of this page."""

    title: str
    about: str
    url: str
    is_done: bool
    kind: str = "group"
    language: str = ""


class Example(NamedTuple):
    """A need or an offer to copy; `url` is a form that begins with it."""

    direction: str
    title: str
    summary: str
    url: str


def titles_come_from(ask: Callable[[Actor, Iterable[str]], set[str]]) -> None:
    """Called once at start by the app that keeps pages: which of these titles have pages that an actor has published.
    One query."""
    global _titles
    _titles = ask


def steps_of(kit: Kit, group: Group, reader: Actor) -> list[Step]:
    """For a steward of the group, in the order in which they help most."""
    practice, mandate = (reverse(name, args=[group.public_id]) for name in ("group-practice", "mandate-new"))
    asked = {"kit": kit.slug, "language": kit.language}
    return [
        Step(
            _("Say what you do together"),
            _("Your subject, your practice, and why people come of their own accord."),
            f"{practice}?{urlencode(asked | {'part': 'attributes'})}",
            all(getattr(group, name) for name in Group.ATTRIBUTES),
        ),
        Step(
            _("Share out roles, and set tables"),
            _("Who does what until when, and where people meet without an agenda."),
            f"{practice}?{urlencode(asked | {'part': 'structure'})}",
            all(getattr(group, name) for name in STRUCTURE),
        ),
        Step(
            _("Propose a mandate"),
            _("What for, who decides what, which goals. It is in force once the members agree."),
            f"{mandate}?{urlencode(asked)}",
            to_begin_with(mandate_of(group, reader)) is not None,
            kind="mandate",
        ),
        *_pages(kit, group, asked),
    ]


def _pages(kit: Kit, group: Group, asked: dict[str, str]) -> list[Step]:
    """A page counts whichever of its languages it was taken in."""
    written = [all_kits(each)[SLUGS.index(kit.slug)].pages for each in LANGUAGES]
    titles = [{each.title for each in same} for same in zip(*written, strict=True)]
    there = _titles(group.actor, set().union(*titles)) if _titles else set()
    form = reverse("know-how-new")
    found = []
    for page, called in zip(kit.pages, titles, strict=True):
        query = urlencode(asked | {"page": page.number, "speaker": group.public_id})
        step = Step(page.title, page.short_answer, f"{form}?{query}", bool(called & there), "know-how", kit.language)
        found.append(step)
    return found


def examples_of(kit: Kit, group: Group | None = None) -> list[Example]:
    """Never published by themselves: each opens the form to look at, change and send."""
    found = []
    for draft in kit.first_needs:
        begun = {"title": draft.title, "summary": draft.summary, "support": draft.support, "language": kit.language}
        begun |= {"as": draft.shape} if draft.shape else {}
        speaker = {"speaker": group.public_id} if group is not None else {}
        form = reverse("proposal-new", args=[draft.direction])
        found.append(Example(draft.direction, draft.title, draft.summary, f"{form}?{urlencode(begun | speaker)}"))
    return found


def address_of(kit: Kit, group: Group) -> str:
    """Where a group's stewards see its steps."""
    return f"{reverse('group-kit', args=[group.public_id])}?{urlencode({'kit': kit.slug})}"


def after(kit: Kit | None, person: Actor, speaker: Actor) -> str:
    """Where to go on after a step was done in the name of `speaker`: to the next, for a steward of that group; nowhere
    for anybody else."""
    group = Group.objects.ours().filter(actor=speaker).first() if kit is not None else None
    return address_of(kit, group) if kit is not None and group is not None and is_steward(person, group) else ""
