"""What the forms of a group begin with, from a kit. Nothing is written here: people send the form, or do not."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from atlas.vocabulary import iri_of
from cop.models import Group, MandateVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cop.kits.reading import FirstPage, Kit

PARTS = ("attributes", "structure")
"""What of the practice of a group can be taken over by itself, by `?part=`."""


def of_group(kit: Kit | None) -> dict[str, Any]:
    if kit is None:
        return {}
    names = ("kinds", "joining", "summary")
    begun = {name: getattr(kit.group, name) for name in names}
    return begun | {"kinds": list(kit.group.kinds), "topics": kit.topic_iris, "language": kit.language}


def of_practice(kit: Kit | None, group: Group, part: str = "") -> dict[str, Any]:
    """By column of the group what it has not said itself yet; of one of PARTS, else of both."""
    if kit is None:
        return {}
    begun: dict[str, Any] = {}
    if part != "structure":
        begun |= {name: getattr(kit.group, name) for name in Group.ATTRIBUTES}
    if part != "attributes":
        begun |= {"roles": _roles(kit), "tables": [vars(each) for each in kit.group.tables]}
    return {name: said for name, said in begun.items() if not getattr(group, name)}


def _roles(kit: Kit) -> list[dict[str, str]]:
    """Nobody's yet, each from today to the end of its term."""
    today = timezone.localdate()
    terms = [(each.title, each.months) for each in kit.group.roles]
    return [
        {"title": title, "starts": f"{today}", "ends": f"{in_months(months)}"} if months else {"title": title}
        for title, months in terms
    ]


def of_mandate(kit: Kit) -> dict[str, Any]:
    """As the form of a mandate begins, with `goals` for its lines."""
    said = kit.mandate
    begun: dict[str, Any] = {name: getattr(said, name) for name in MandateVersion.PARTS}
    begun["goals"] = [{"text": goal.text, "target": goal.target or None, "unit": goal.unit} for goal in said.goals]
    if said.ends_months:
        begun |= {"starts_on": timezone.localdate(), "ends_on": in_months(said.ends_months)}
    return begun | {"review_on": in_months(said.review_months), "language": kit.language}


def of_page(kit: Kit | None, query: Mapping[str, str]) -> dict[str, Any]:
    """As the form of a page of know-how begins, by `?page=`. Raises Http404 for a page that the kit does not have."""
    if kit is None:
        return {}
    page = next((each for each in kit.pages if str(each.number) == query.get("page")), None)
    if page is None:
        raise Http404
    begun = {name: getattr(page, name) for name in ("kind", "title", "short_answer")}
    topics = [iri_of("topic", slug) for slug in page.topics]
    return begun | {"body": body_of(kit, page), "topics": topics, "language": kit.language}


def body_of(kit: Kit, page: FirstPage) -> str:
    """The first page ends with the words of the kit, so that newcomers find what is meant by them."""
    if page.number != 1:
        return page.body
    with override(kit.language):
        title = _("Words we use")
    words = "\n".join(f"- **{each.label}**: {each.meaning}" for each in kit.words)
    return f"{page.body}\n\n## {title}\n\n{words}"


def in_months(months: int) -> dt.date:
    """The same day so many months from today; the last of the month where it has no such day."""
    today = timezone.localdate()
    years, month = divmod(today.month - 1 + months, 12)
    year, month = today.year + years, month + 1
    return dt.date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
