"""Finding cards by what somebody typed: all of the words, else most of them; what fits best comes first."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Value, When
from django.utils.functional import cached_property

from atlas.models import SearchDocument, Word
from atlas.search import lookup, questions, typos, words

if TYPE_CHECKING:
    from atlas.models import CardQuerySet
    from atlas.search.questions import Unit, Way

FEW = 5  # with fewer that hold everything, what holds most of it is shown too
SHARES = (1.0, 0.7, 0.51)  # of the weight of a question
LAST_SHARE = 0.25  # of a question of at least MANY units, where nothing holds more: better a little than nothing
ANY_SHARE = 0.05  # of a question that is answered generously: whatever has one of its words
MANY = 3
MOST_COMPARED = 500  # with more than this many, the newest come first: a word that common tells little
MOST_RANKED = 200  # behind these come the others, the newest first

COMPARED = ("title", "names", "marks", "body", "card__title")
IN_TITLE, IN_NAMES, IN_MARKS, IN_BODY = 3.0, 2.0, 1.0, 1.0
AS_TYPED = 0.3  # for a word that the title has in this very form: stems make gardeners of gardens
ALL_OF_THE_TITLE = 0.5  # for a title that holds nothing but what was asked for
SHORTNESS = 0.04  # between two texts that hold the same words, the shorter is more about them


@dataclass(frozen=True)
class Outcome:
    """What is asked for in the end, and the best of what holds it."""

    units: list[Unit]
    share: float
    ranked: list[int]
    is_many: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.ranked and not self.is_many


class Search:
    """One question asked of the cards its reader may see. Two queries, a few more where little fits all of it or a
    word was mistyped; how many cards there are makes no difference.

    Which words are needed is decided by `visible` alone, so that other filters never change what a question means.
    A `generous` one goes on to what has any of the words, until there are a FEW.
    """

    def __init__(self, visible: CardQuerySet, text: str, *, exact: bool = False, generous: bool = False) -> None:
        self.visible = visible.order_by()
        self.text = text[: questions.LONGEST_QUESTION].replace("\0", " ")
        self.exact = exact
        self.generous = generous

    @cached_property
    def mended(self) -> dict[str, str]:
        """Words as they were typed, folded, and what is looked for instead: words that the reader finds here."""
        if self.exact:
            return {}
        mistyped = typos.unknown(self._typed, self._as_typed[1])
        offers = typos.likely(mistyped, self.visible.readable)
        near = {word for each in offers.values() for word in each}
        found = self._found_here(near, [])
        rest = [word for word in self._typed if word not in offers]
        together = self._found_here(near & found, rest) if rest and len(near) > len(offers) else set()
        return {
            word: min(kept, key=lambda each: each not in together)
            for word, each_near in offers.items()
            if (kept := [each for each in each_near if each in found])
        }

    @cached_property
    def mended_text(self) -> str:
        """The question as it was understood; empty where nothing was mended."""
        return words.replaced(self.text, self.mended) if self.mended else ""

    @property
    def units(self) -> list[Unit]:
        """What is looked for."""
        return self._outcome.units

    @property
    def missing(self) -> list[str]:
        """Words that were left out, because nothing has them and without them something was found."""
        left = [typed for unit in self.units for typed in unit.typed]
        return [word for unit in self._asked for word in unit.typed if word not in left]

    def within(self, cards: CardQuerySet) -> CardQuerySet:
        """Those of `cards` that fit the question."""
        outcome = self._outcome
        return lookup.holding(cards, outcome.units, outcome.share) if outcome.units else cards.none()

    def best_first(self, cards: CardQuerySet) -> CardQuerySet:
        """`cards` in order: the best, then the newest."""
        places = [When(pk=pk, then=Value(place)) for place, pk in enumerate(self.ranked)]
        if not places:
            return cards.newest_first()
        rank = Case(*places, default=Value(len(places)), output_field=IntegerField())
        return cards.annotate(rank_in_search=rank).order_by("rank_in_search", "-updated", "-pk")

    @property
    def ranked(self) -> list[int]:
        """The primary keys of the best cards, the best first; empty where too many fit to compare them."""
        return self._outcome.ranked

    @cached_property
    def _outcome(self) -> Outcome:
        """With all words; where that finds nothing, without those that nothing has."""
        outcome = self._find(self._asked)
        had = [unit for unit in self._asked if unit.count]
        return self._find(had) if outcome.is_empty and 0 < len(had) < len(self._asked) else outcome

    @cached_property
    def _asked(self) -> list[Unit]:
        """All units of the question, as mended, each with its weight."""
        typed = [self.mended.get(word, word) for word in self._typed]
        units, held = self._understood(typed) if self.mended else self._as_typed
        for unit in units:
            unit.count = sum(_at_most(way, held) for way in unit.ways)
            unit.weight = 1 / math.log2(2 + unit.count)
        present = [unit.weight for unit in units if unit.count]
        for unit in units:
            if present and not unit.count:
                # Nobody has that word: no reason to call it the most telling one.
                unit.weight = sum(present) / len(present)
        return units

    def _find(self, units: list[Unit]) -> Outcome:
        share, found = SHARES[0], list[SearchDocument]()
        for looser in self._shares(units):
            if looser == LAST_SHARE and found and not self.generous:
                break
            compared = self._compared(units, looser)
            if len(compared) > MOST_COMPARED:
                # Of everything that holds some of the words too much fits: then what holds more of them is enough.
                return Outcome(units, share, _rank(units, found)) if found else Outcome(units, looser, [], is_many=True)
            share, found = looser, compared
            if len(found) >= FEW:
                break
        return Outcome(units, share, _rank(units, found))

    def _shares(self, units: list[Unit]) -> tuple[float, ...]:
        if len(units) < 2:
            return SHARES[: len(units)]
        if self.generous:
            return (*SHARES, LAST_SHARE, ANY_SHARE)
        return (*SHARES, LAST_SHARE) if len(units) >= MANY else SHARES

    def _compared(self, units: list[Unit], share: float) -> list[SearchDocument]:
        fitting = lookup.holding(self.visible, units, share).values("pk")
        documents = SearchDocument.objects.filter(card__in=fitting).select_related("card").only(*COMPARED)
        return list(documents[: MOST_COMPARED + 1])

    def _found_here(self, near: set[str], beside: list[str]) -> set[str]:
        """Those words that find something the reader may see, together with one of those `beside` them. One query."""
        asked = []
        for word in sorted(near):
            held = lookup.holding(self.visible, questions.read([word])[:1])
            if beside:
                held = lookup.holding(held, questions.read(beside), ANY_SHARE)
            asked.append(held.values_list(Value(word)).distinct())
        found = asked[0].union(*asked[1:]) if asked else []
        return {word for (word,) in found}

    @cached_property
    def _typed(self) -> list[str]:
        return questions.telling_words(self.text)

    @cached_property
    def _as_typed(self) -> tuple[list[Unit], Counter[str]]:
        return self._understood(self._typed)

    def _understood(self, telling: list[str]) -> tuple[list[Unit], Counter[str]]:
        """The units, and in about how many documents of these audiences each stem stands."""
        units = questions.read(telling)
        stems = {stem for unit in units for stem in unit.stems}
        rows = Word.objects.filter(audience__in=self.visible.readable, stem__in=stems).values_list("stem", "documents")
        held: Counter[str] = Counter()
        for stem, documents in rows:
            held[stem] += documents
        return units, held


def _rank(units: list[Unit], documents: list[SearchDocument]) -> list[int]:
    scores = {document.pk: _score(units, document) for document in documents}
    return sorted(scores, key=lambda pk: (-scores[pk], -pk))[:MOST_RANKED]


def _score(units: list[Unit], document: SearchDocument) -> float:
    title = set(document.title.split())
    columns = (
        (IN_TITLE, title),
        (IN_NAMES, set(document.names.split())),
        (IN_MARKS, set(document.marks.split())),
        (IN_BODY, set(document.body.split())),
    )
    score = 0.0
    in_title: set[str] = set()
    as_written = set(words.words_of(document.card.title))
    for unit in units:
        place = max(counts * _place(way, columns) for way, counts in unit.ways.items())
        score += unit.weight * place * (1 + AS_TYPED * as_written.issuperset(unit.typed))
        in_title |= title & unit.stems
    covered = len(in_title) / len(title) if title else 0.0
    return score * (1 + ALL_OF_THE_TITLE * covered) - SHORTNESS * math.log(1 + len(columns[-1][1]))


def _at_most(way: Way, held: Counter[str]) -> int:
    """In how many documents all these words can stand together."""
    return min(sum(held[stem] for stem in forms) for forms in way)


def _place(way: Way, columns: tuple[tuple[float, set[str]], ...]) -> float:
    """What the best places of its words count, on average; nothing where one is missing."""
    places = [max((counts for counts, stems in columns if stems & forms), default=0.0) for forms in way]
    return sum(places) / len(places) if all(places) else 0.0
