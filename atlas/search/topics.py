"""Which topics a text names, by their labels and other names in either language: to begin a form with."""

from __future__ import annotations

from collections import Counter

from atlas.models import Topic
from atlas.search import words
from atlas.search.marks import mark_of_iri
from atlas.search.synonyms import MOST_WORDS, thesaurus


def topics_in(text: str) -> list[str]:
    """IRIs of the topics that are named, the most often named first; of those named as often, as they stand in the
    vocabulary. One query."""
    telling = [word for word in words.words_of(text) if words.is_telling(word)]
    marks: Counter[str] = Counter()
    for start in range(len(telling)):
        for size in range(1, MOST_WORDS + 1):
            found = thesaurus().of(telling[start : start + size]) if start + size <= len(telling) else None
            if found is not None:
                marks.update(dict.fromkeys(found.marks, size))
    topics = Topic.objects.of(Topic.Scheme.TOPIC).in_use().values_list("iri", flat=True)
    named = {str(iri): marks[mark_of_iri(iri)] for iri in topics}
    return sorted((iri for iri, count in named.items() if count), key=lambda iri: -named[iri])
