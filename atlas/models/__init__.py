"""The rows of the shared map: words, shared and its own, one Card per visible thing, one Link per relation, areas,
and what converges."""

from .areas import Area, AreaQuerySet
from .cards import Card, CardQuerySet, CardTopic
from .convergences import Convergence
from .documents import SearchDocument, Word
from .links import Link
from .squares import Square
from .topics import Mapping, Topic, TopicQuerySet

__all__ = [
    "Area",
    "AreaQuerySet",
    "Card",
    "CardQuerySet",
    "CardTopic",
    "Convergence",
    "Link",
    "Mapping",
    "SearchDocument",
    "Square",
    "Topic",
    "TopicQuerySet",
    "Word",
]
