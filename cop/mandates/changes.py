"""What is new in a version, word by word, and what another one begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cop.kits import beginning
from cop.models import MandateVersion
from cop.models.mandates import LONGEST_PART
from frontend.differences import Piece, by_words
from frontend.text import plain, render_markdown
from frontend.times import day_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cop.kits.reading import Kit
    from cop.mandates.reading import Mandate
    from cop.models import Group, Ship

DAYS = ("starts_on", "ends_on", "review_on")


class Part(NamedTuple):
    label: str
    pieces: list[Piece]


def older_of(version: MandateVersion, mandate: Mandate) -> MandateVersion | None:
    """The version that this one would take the place of, where it can be read here."""
    return next((each.version for each in mandate.versions if each.version.uri == version.supersedes), None)


def since_older(version: MandateVersion, mandate: Mandate) -> list[Part]:
    """The parts that differ from the version before, in the order of the page; none where there is none before."""
    older = older_of(version, mandate)
    if older is None:
        return []
    told = zip(_told(older), _told(version), strict=True)
    return [Part(label, by_words(before, now)) for (label, before), (_label, now) in told if before != now]


def _told(version: MandateVersion) -> list[tuple[str, str]]:
    written = {name: render_markdown(getattr(version, name)) for name in MandateVersion.PARTS}
    texts = [(_label(name), plain(html, LONGEST_PART)) for name, html in written.items()]
    goals = "\n".join(_goal(each) for each in version.goals)
    bodies = "\n".join(each["name"] or each["uri"] for each in version.parties)
    days = [(_label(name), getattr(version, name)) for name in DAYS]
    said = [(label, day_words(day) if day is not None else "") for label, day in days]
    return [*texts, (_("Goals"), goals), (_("Who signs it"), bodies), *said]


def _label(name: str) -> str:
    return capfirst(str(MandateVersion._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def _goal(goal: dict[str, str]) -> str:
    return " ".join(filter(None, [goal["text"], goal.get("target", ""), goal.get("unit", "")]))


def to_begin_with(mandate: Mandate) -> MandateVersion | None:
    """The newest proposal, else what is in force: what another version changes."""
    newest = next(iter(mandate.proposed), None) or mandate.current
    return newest.version if newest is not None else None


def begun(before: MandateVersion | None, group: Group, kit: Kit | None = None) -> dict[str, Any]:
    """From a kit only where there is nothing to change yet."""
    if before is None and kit is not None:
        return beginning.of_mandate(kit)
    if before is None:
        title = _("Mandate of %(group)s") % {"group": group.name}
        return {"title": title, "language": group.language, "ends_on": group.ends_on, "purpose": group.harbour}
    return {name: getattr(before, name) for name in (*MandateVersion.PARTS, *DAYS[:2], "language")}


def signing(before: MandateVersion | None, mandate: Mandate, ships: Iterable[Ship]) -> list[Mapping[str, str]]:
    """The bodies that another version begins with: those that are bound by what is in force, and all ships aboard."""
    named = list(before.parties) if before is not None else []
    named += list(mandate.current.signed_by) if mandate.current is not None else []
    named += [{"uri": ship.actor.uri, "name": ship.actor.name, "role": "community"} for ship in ships]
    return list({each["uri"]: each for each in reversed(named)}.values())[::-1]
