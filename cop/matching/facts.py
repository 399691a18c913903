"""What speaks for two things meeting, and what does not, from their cards and rows as they are, in the reader's words.

Each fact is one sentence; nothing is said that the two do not say of themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from atlas import distances
from cop.models import Expertise, Proposal
from cop.models.matches import NEED
from frontend.amounts import amount_words
from frontend.times import day_words, language_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atlas.models import Card, Topic

NEAR = 3_000  # metres, from which it is not close by any more
FAR = 8_000  # metres, from which that stands against it
ALIKE = 0.45  # nearness from which two speak of the same


@dataclass
class Facts:
    """`good` are reasons, the strongest first; `poor` why it is not perfect. Whole sentences."""

    good: list[str] = field(default_factory=list)
    poor: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Side:
    """A card with its row, where that is a need, an offer or expertise; `topics` as the card says them."""

    card: Card
    row: Any = None
    topics: Sequence[Topic] = ()

    @property
    def is_online(self) -> bool:
        return bool(getattr(self.row, "online", False))


def facts(own: Side, other: Side, nearness: float) -> Facts:
    """Why `other` is suggested for `own`; at least two reasons and one “why not perfect”."""
    need, offer = (own, other) if own.card.direction == NEED else (other, own)
    found = Facts()
    for tell in (_topics, _support, _capacity, _dates, _distance, _languages):
        tell(need, offer, found)
    found.good.insert(1 if found.good else 0, _saying(nearness))
    _fill(need, offer, found)
    return found


def _saying(nearness: float) -> str:
    if nearness >= ALIKE:
        return _("Both speak of the same situation, each in their own words.")
    return _("What they say has to do with each other.")


def _topics(need: Side, offer: Side, found: Facts) -> None:
    same = {topic.iri: topic for topic in need.topics if topic.iri in {each.iri for each in offer.topics}}
    if same:
        names = ", ".join(topic.label() for topic in same.values())
        found.good.insert(0, _("Both are about %(topics)s.") % {"topics": names})
        return
    for one in need.topics:
        for each in offer.topics:
            if _are_related(one, each):
                words = {"one": one.label(), "other": each.label()}
                found.good.insert(0, _("%(one)s and %(other)s belong together.") % words)
                return
    if need.topics and offer.topics:
        found.poor.append(_("It is filed under another topic."))


def _are_related(one: Topic, other: Topic) -> bool:
    up = {one.broader_id, other.broader_id}
    if one.pk in up or other.pk in up or other.iri in one.related or one.iri in other.related:
        return True
    return one.broader_id is not None and one.broader_id == other.broader_id


def _support(need: Side, offer: Side, found: Facts) -> None:
    asked, given = need.card.support, offer.card.support
    known = dict(Proposal.Support.choices)
    if asked and asked == given and asked != Proposal.Support.OTHER:
        found.good.append(_("It is the kind of support that is asked for: %(support)s.") % {"support": known[asked]})
    elif asked and given and asked != given and Proposal.Support.OTHER not in (asked, given):
        words = {"given": known.get(given, given), "asked": known.get(asked, asked)}
        found.poor.append(_("It offers %(given)s, and asked for is %(asked)s.") % words)


def _capacity(need: Side, offer: Side, found: Facts) -> None:
    if isinstance(offer.row, Expertise) and offer.row.hours_left is not None:
        left = amount_words(offer.row.hours_left, "")
        if offer.row.hours_left > 0:
            found.good.append(_("%(hours)s of their hours are left.") % {"hours": left})
        else:
            found.poor.append(_("All their hours are given by now."))
    asked, given = (getattr(side.row, "quantity", None) for side in (need, offer))
    units = {getattr(side.row, "unit", "").strip().casefold() for side in (need, offer)}
    if asked is None or given is None or len(units) != 1:
        return
    words = {"given": amount_words(given, offer.row.unit), "asked": amount_words(asked, need.row.unit)}
    if Decimal(given) >= Decimal(asked):
        found.good.append(_("It is enough: %(given)s, and needed are %(asked)s.") % words)
    else:
        found.poor.append(_("It is not all: %(given)s, and needed are %(asked)s.") % words)


def _dates(need: Side, offer: Side, found: Facts) -> None:
    begins, ends = need.card.starts, need.card.ends
    if offer.card.ends is not None:
        day = {"day": day_words(timezone.localtime(offer.card.ends).date())}
        if begins is not None and offer.card.ends < begins:
            found.poor.append(_("It ends on %(day)s, before it is needed.") % day)
        else:
            found.good.append(_("It is open until %(day)s.") % day)
    if offer.card.starts is not None and ends is not None and offer.card.starts > ends:
        day = {"day": day_words(timezone.localtime(offer.card.starts).date())}
        found.poor.append(_("It begins on %(day)s, after it is needed.") % day)


def _distance(need: Side, offer: Side, found: Facts) -> None:
    if need.is_online and offer.is_online:
        found.good.append(_("Both can do it online."))
        return
    metres = _metres(need.card, offer.card)
    if metres is None:
        if need.card.area and need.card.area == offer.card.area:
            found.good.append(_("Both are in %(area)s.") % {"area": need.card.area})
        return
    words = {"distance": distances.between_in_words(metres)}
    if metres <= NEAR:
        found.good.append(_("They are close: %(distance)s.") % words)
    elif metres > FAR and not offer.is_online:
        found.poor.append(_("It is not close: %(distance)s.") % words)


def _metres(one: Card, other: Card) -> float | None:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    return distances.metres(one.lat, one.lon, other.lat, other.lon)


def _languages(need: Side, offer: Side, found: Facts) -> None:
    spoken = list(getattr(offer.row, "languages", ()) or ())
    written = [side.card.language.split("-")[0] for side in (need, offer)]
    if written[0] in spoken:
        found.good.append(_("They speak %(language)s.") % {"language": language_name(written[0])})
    elif all(written) and written[0] != written[1]:
        words = {"language": language_name(written[1])}
        found.poor.append(_("It is written in another language: %(language)s.") % words)


def _fill(need: Side, offer: Side, found: Facts) -> None:
    """There is always something to ask first."""
    if len(found.good) < 2:
        found.good.append(_("It comes from another group than your own, which may know others."))
    if found.poor:
        return
    if offer.card.ends is None and offer.card.kind in ("offer", "expertise"):
        found.poor.append(_("It does not say until when: ask whether it still holds."))
    elif not offer.card.area and offer.card.lat is None:
        found.poor.append(_("It does not say where."))
    else:
        found.poor.append(_("Nobody has asked them yet whether it fits."))
