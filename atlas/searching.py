"""Topics that a question is about: a way on for the reader beside what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.search import words
from atlas.search.questions import telling_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlas.models import Topic


def topics_named(text: str, topics: Iterable[Topic], most: int = 3) -> list[Topic]:
    """Topics whose labels in any language share most with the question, the best first."""
    asked = {stem for word in telling_words(text) for stem in words.stems_of(word)}
    scored = [(score, -place, topic) for place, topic in enumerate(topics) if (score := _likeness(topic, asked))]
    return [topic for _score, _place, topic in sorted(scored, key=lambda one: one[:2], reverse=True)[:most]]


def _likeness(topic: Topic, asked: set[str]) -> float:
    """How much of its best label the words cover, and how many words that label explains."""
    labels = [(language, [label]) for language, label in topic.labels.items()] + list(topic.alt_labels.items())
    best = 0.0
    for language, names in labels:
        for name in names:
            own = {words.stem(word, language) for word in words.words_of(name) if words.is_telling(word)}
            shared = len(own & asked)
            if shared:
                best = max(best, shared + shared / len(own))
    return best
