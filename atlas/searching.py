"""Finding things by what people type. A first version: every telling word must occur; full text comes later."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlas.models import Topic

MOST_WORDS = 8
SHORTEST_WORD = 3  # letters; "art" tells something, "is" does not

# Words of a plain question that say nothing about what is looked for.
SILENT = frozenset(
    """
    about and any anyone are can could does find for from get give has have help how into know looking near need
    our please some somebody someone that the them there this want wants was what when where which who why will
    with would you your
    aiuto alla alle anche andare avere bisogno che chi come con cosa cerco cercare dalla dei del della delle deve
    dove fare gli hai ho nel nella non per perché più posso puoi qualche qualcuno quale quali quando questo serve
    sono sta sul sulla trovare una uno vorrei voglio
    """.split()  # noqa: SIM905  words read best as words
)
_word = re.compile(r"[\w'’-]+")


def telling_words(text: str) -> list[str]:
    """The words of a question worth looking for, at most MOST_WORDS; all of them when none is."""
    words = [word.strip("'’-") for word in _word.findall(text.lower())]
    telling = [word for word in words if len(word) >= SHORTEST_WORD and word not in SILENT]
    return list(dict.fromkeys(telling or [word for word in words if word]))[:MOST_WORDS]


def holding(text: str) -> Q:
    """Cards that hold every telling word in their title, summary, group or area, in any case."""
    found = Q()
    for word in telling_words(text):
        found &= (
            Q(title__icontains=word)
            | Q(summary__icontains=word)
            | Q(group_name__icontains=word)
            | Q(area__icontains=word)
        )
    return found


def topics_named(text: str, topics: Iterable[Topic], most: int = 3) -> list[Topic]:
    """Topics whose labels in any language share most with the question, the best first: a way on for the reader."""
    words = set(telling_words(text))
    scored = [(score, -place, topic) for place, topic in enumerate(topics) if (score := _likeness(topic, words))]
    return [topic for _score, _place, topic in sorted(scored, key=lambda one: one[:2], reverse=True)[:most]]


def _likeness(topic: Topic, words: set[str]) -> float:
    """How much of its best label the words cover, and how many words that label explains."""
    labels = [*topic.labels.values(), *(label for listed in topic.alt_labels.values() for label in listed)]
    best = 0.0
    for label in labels:
        own = set(telling_words(label))
        shared = len(own & words)
        if shared:
            best = max(best, shared + shared / len(own))
    return best
