"""Versions of a page and who made them, with all that their page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Window
from django.db.models.functions import Lag

from cop.models import Person
from knowledge.models import Page, Revision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from federation.models import Actor


def versions_of(page: Page) -> QuerySet[Revision]:
    """The newest first, without the long texts, each with the number of the one `before` it."""
    before = Window(Lag("number"), order_by=F("number").asc())
    return Revision.objects.filter(page=page).annotate(before=before).defer("body", "short_answer").order_by("-number")


def numbers_of(page: Page) -> list[int]:
    """Of all its versions, the newest first."""
    return list(Revision.objects.filter(page=page).order_by("-number").values_list("number", flat=True))


def with_editors(found: Iterable[Revision]) -> list[Revision]:
    """Each with its `editor_page`: of who speaks for themself, or shows that they are in the group that speaks. Two
    queries.

    Writing for a group publishes nobody's name, as being in it does not.
    """
    revisions = list(found)
    editors = {each.editor_id for each in revisions if each.editor_id is not None}
    pages = {
        person.actor_id: person
        for person in Person.objects.filter(actor__in=editors, is_public=True, withdrawn_at__isnull=True)
    }
    speakers = dict(Page.objects.filter(pk__in={each.page_id for each in revisions}).values_list("pk", "actor__uri"))
    for each in revisions:
        person, speaker = pages.get(each.editor_id), speakers.get(each.page_id)
        shown = person is not None and (person.uri == speaker or speaker in person.seen("groups"))
        each.editor_page = person if shown else None
    return revisions


def two_versions(page: Page, older: int, newer: int) -> tuple[Revision, Revision]:
    """Raises KeyError where one of them is not there any more."""
    found = {each.number: each for each in Revision.objects.filter(page=page, number__in={older, newer})}
    return found[older], found[newer]


def titles_of(speaker: Actor, titles: Iterable[str]) -> set[str]:
    """Which of these titles have pages that somebody here has published, also those that wait for a steward. One
    query."""
    pages = Page.objects.ours().filter(actor=speaker, withdrawn_at__isnull=True, title__in=list(titles))
    return set(pages.values_list("title", flat=True))


def adapted_from(reader: Actor | None, page: Page) -> Page | None:
    """The page it was adapted from, where this node has it and the reader may see it."""
    if not page.adapted_from:
        return None
    found: Page | None = Page.objects.visible_to(reader).filter(uri=page.adapted_from).first()
    return found


def published_address(public_id: str) -> str:
    """The address a page for everyone has at home; empty where there is none of this id."""
    return Page.objects.visible_to(None).filter(public_id=public_id).values_list("uri", flat=True).first() or ""
