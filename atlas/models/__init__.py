"""The rows of the shared map: words, shared and its own, one Card per visible thing with what it says and means, one
Link per relation, areas, what converges, and places in the drawing of the network."""

from .areas import Area, AreaQuerySet
from .cards import Card, CardQuerySet, CardTopic
from .convergences import Convergence
from .documents import SearchDocument, Word
from .embeddings import Embedding
from .links import Link
from .positions import Layout, Position
from .squares import Square
from .topics import Mapping, Topic, TopicQuerySet

__all__ = [
    "Area",
    "AreaQuerySet",
    "Card",
    "CardQuerySet",
    "CardTopic",
    "Convergence",
    "Embedding",
    "Layout",
    "Link",
    "Mapping",
    "Position",
    "SearchDocument",
    "Square",
    "Topic",
    "TopicQuerySet",
    "Word",
]
