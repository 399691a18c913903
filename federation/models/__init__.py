"""The rows federation stands on. It knows no domain: what is published lives in the apps above."""

from .actors import Actor, Following, Source
from .attachments import Attachment
from .nodes import Introduction, Node, ThisNode
from .published import AudienceKey, Endorsement, Published, PublishedQuerySet, Submission
from .wire import Activity, Delivery, Document, Publication, PublicationCounter, Receipt, SeenSignature

__all__ = [
    "Activity",
    "Actor",
    "Attachment",
    "AudienceKey",
    "Delivery",
    "Document",
    "Endorsement",
    "Following",
    "Introduction",
    "Node",
    "Publication",
    "PublicationCounter",
    "Published",
    "PublishedQuerySet",
    "Receipt",
    "SeenSignature",
    "Source",
    "Submission",
    "ThisNode",
]
