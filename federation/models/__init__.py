"""The rows federation stands on. It knows no domain: what is published lives in the apps above."""

from .actors import Actor, Following, Source
from .attachments import Attachment
from .moderation import AwaitedRemoval, Block, Flag, Restriction
from .nodes import Acceptance, Introduction, Node, Remark, ThisNode
from .published import AudienceKey, Endorsement, Published, PublishedQuerySet, Submission
from .wire import (
    Activity,
    Delivery,
    Document,
    Publication,
    PublicationCounter,
    Receipt,
    Seen,
    SeenSignature,
)

__all__ = [
    "Acceptance",
    "Activity",
    "Actor",
    "Attachment",
    "AudienceKey",
    "AwaitedRemoval",
    "Block",
    "Delivery",
    "Document",
    "Endorsement",
    "Flag",
    "Following",
    "Introduction",
    "Node",
    "Publication",
    "PublicationCounter",
    "Published",
    "PublishedQuerySet",
    "Receipt",
    "Remark",
    "Restriction",
    "Seen",
    "SeenSignature",
    "Source",
    "Submission",
    "ThisNode",
]
