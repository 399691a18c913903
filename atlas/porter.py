"""The porter's answer to a question in plain words: what fits best of everything, then the rest by what it is.

Apps say in AppConfig.ready() where their kinds stand:

    porter.answers(porter.MONEY, "call")
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

from atlas import queries
from atlas.filters import CardFilter, kind_plural
from atlas.search.finding import Search
from atlas.search.reasons import with_reasons

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from atlas.models import Card

PEOPLE, HELP, PLACES, DATES, MONEY, KNOWING, OTHERS = "people", "help", "places", "dates", "money", "knowing", "others"
TITLES: dict[str, Promise] = {
    PEOPLE: _("People and groups"),
    HELP: _("Needs and offers"),
    PLACES: _("Places"),
    DATES: _("Dates"),
    MONEY: _("Money"),
    KNOWING: _("Know-how"),
    OTHERS: _("Other things"),
}
BEST = 5
PER_SECTION = 3
LOOKED_THROUGH = 200  # of what fits, the best

_section_of: dict[str, str] = {}


def answers(section: str, *kinds: str) -> None:
    """Called once at start by the app of some kinds. Raises ValueError for no section."""
    if section not in TITLES:
        raise ValueError(f"the porter's answer has no section {section!r}; there are {', '.join(TITLES)}")
    _section_of.update(dict.fromkeys(kinds, section))


def kinds_of(section: str) -> list[str]:
    """The kinds that were handed down to a section."""
    return sorted(kind for kind, of in _section_of.items() if of == section)


class KindCount(NamedTuple):
    kind: str
    words: str
    number: int


@dataclass
class Section:
    """Some of what there is of one sort, beside what stands among the best; `kinds` says how many there are of each."""

    slug: str
    cards: list[Card]
    kinds: list[KindCount] = field(default_factory=list)

    @property
    def title(self) -> Promise:
        return TITLES[self.slug]


@dataclass(frozen=True)
class Answer:
    """`best` of everything for what `search` asks, and `sections` with more, in the order of their best."""

    search: Search
    best: list[Card]
    sections: list[Section]


def answer(filters: CardFilter) -> Answer | None:
    """What the porter says to the question in `filters`, each card with the reasons it was found for; None where
    nothing was asked. The answer is generous: where little fits all of the question, what fits some of it follows."""
    strict = filters.search
    if strict is None:
        return None
    search = Search(filters.queryset, strict.text, exact=strict.exact, generous=True)
    order = _best_first(search)
    best = order[:BEST]
    kinds = dict(filters.queryset.filter(pk__in=order).values_list("pk", "kind"))
    listed: dict[str, list[int]] = {}
    for pk in order:
        of_section = listed.setdefault(_section_of.get(kinds[pk], OTHERS), []) if pk in kinds else []
        if pk not in best and len(of_section) < PER_SECTION:
            of_section.append(pk)
    wanted = filters.queryset.filter(pk__in=[*best, *(pk for pks in listed.values() for pk in pks)])
    cards = {card.pk: card for card in with_reasons(search, wanted.for_page())}
    sections = {slug: Section(slug, [cards[pk] for pk in pks if pk in cards]) for slug, pks in listed.items()}
    for kind, count in queries.per_kind(filters.qs, ()).items():
        section = sections.get(_section_of.get(kind, OTHERS))
        if section is not None:
            section.kinds.append(KindCount(kind, kind_plural(kind), count))
    return Answer(search, [cards[pk] for pk in best if pk in cards], [each for each in sections.values() if each.cards])


def _best_first(search: Search) -> list[int]:
    """Primary keys of what fits, at most LOOKED_THROUGH: the best, or where too much fits to compare, the newest."""
    if search.ranked:
        return search.ranked[:LOOKED_THROUGH]
    return list(search.within(search.visible).newest_first().values_list("pk", flat=True)[:LOOKED_THROUGH])
