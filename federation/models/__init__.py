"""The rows federation stands on. It knows no domain: what is published lives in the apps above."""

from .actors import Actor, Following
from .nodes import Node, ThisNode
from .published import AudienceKey, Published, PublishedQuerySet, Submission
from .wire import Activity, Delivery, Document, Publication, PublicationCounter, Receipt

__all__ = [
    "Activity",
    "Actor",
    "AudienceKey",
    "Delivery",
    "Document",
    "Following",
    "Node",
    "Publication",
    "PublicationCounter",
    "Published",
    "PublishedQuerySet",
    "Receipt",
    "Submission",
    "ThisNode",
]
