"""The rows of the shared map: words, shared and its own, one Card per visible thing, one Link per relation, areas."""

from .areas import Area, AreaQuerySet
from .cards import Card, CardQuerySet, CardTopic
from .documents import SearchDocument, Word
from .links import Link
from .topics import Mapping, Topic, TopicQuerySet

__all__ = [
    "Area",
    "AreaQuerySet",
    "Card",
    "CardQuerySet",
    "CardTopic",
    "Link",
    "Mapping",
    "SearchDocument",
    "Topic",
    "TopicQuerySet",
    "Word",
]
