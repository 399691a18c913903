"""The filtered lists of this node, wherever they stand: what can be taken away as a file, or followed as a search.

Each app offers its own in AppConfig.ready():

    lists.offer(CardList("/needs/", _("Needs"), ("need",), ProposalFilter))

A filtered list has one address, its path with what was asked for, so that the same search is never kept twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import QueryDict

from atlas.filters import CardFilter
from frontend import filtering

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from atlas.models import Card, CardQuerySet
    from atlas.vocabulary import Vocabulary


class NoSuchList(LookupError):
    """No list stands at that address, or nothing of what was asked of it can be read."""


@dataclass(frozen=True)
class CardList:
    """The cards of `kinds` (of all, without any) as the page at `path` filters and orders them.

    `calendar` makes the calendar file of an app that knows more of its dates than cards do. Without `has_points` its
    things never stand on a map, and no file of points is offered.
    """

    path: str
    title: str | Promise
    kinds: tuple[str, ...] = ()
    filter_class: type[CardFilter] = CardFilter
    has_dates: bool = False
    calendar: Callable[[CardFilter], bytes] | None = None
    has_points: bool = True

    def holds(self, card: Card) -> bool:
        """Whether cards of this kind can be on the list at all."""
        return not self.kinds or card.kind in self.kinds

    def filtered(
        self,
        query: QueryDict,
        visible: CardQuerySet,
        vocabulary: Vocabulary | None = None,
        *,
        among: CardQuerySet | None = None,
    ) -> CardFilter:
        """What a reader who may see `visible` finds on this list, or `among` some cards alone."""
        chosen = visible if among is None else among
        if self.kinds:
            chosen = chosen.filter(kind__in=self.kinds)
        return self.filter_class(query, chosen, vocabulary, visible)


_lists: dict[str, CardList] = {}


def offer(card_list: CardList) -> None:
    """Called once at start for each list."""
    _lists[card_list.path] = card_list


def at(path: str) -> CardList:
    """The list whose page is at `path`. Raises NoSuchList."""
    try:
        return _lists[path]
    except KeyError:
        raise NoSuchList(f"no list is at {path!r}; there are {', '.join(sorted(_lists))}") from None


def search_at(address: str) -> tuple[CardList, QueryDict]:
    """The list and the query of an address such as `/needs/?topic=housing`. Raises NoSuchList."""
    path, _mark, query = address.partition("?")
    return at(path), QueryDict(query)


def asked_for(filters: CardFilter) -> dict[str, str]:
    """What was asked of a list and understood, by name, in one order."""
    # Where somebody is chooses nothing, and is nobody's business in what they follow or pass on.
    return {name: filters.data[name].strip() for name in sorted(filters.in_force.keys() - {"near"})}


def address_of(path: str, filters: CardFilter) -> str:
    """The one address of a list as it is filtered; empty when nothing is asked for."""
    asked = asked_for(filters)
    return f"{path}?{urlencode(asked)}" if asked else ""


def words_of(filters: CardFilter) -> str:
    """What is asked for in a few words of the reader's language: “Need, Housing, Camden”."""
    words = [chip.value for chip in filtering.chips(filters.data, filters.form)]
    return ", ".join([*words, *filter(None, [filters.chosen_group, filters.chosen_middle])])
