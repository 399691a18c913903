"""Topics in the reader's language, looked up once for a list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from atlas.models import Topic
from notifications.models import Notice


def by_iri(iris: Iterable[str]) -> dict[str, Topic]:
    """The topics this node knows among `iris`; no query for none."""
    wanted = set(iris)
    found = Topic.objects.filter(iri__in=wanted) if wanted else []
    return {topic.iri: topic for topic in found}


def attach(notices: Sequence[Notice]) -> None:
    """Give each notice about a topic its Topic, in one query."""
    known = by_iri(notice.params["topic"] for notice in notices if "topic" in notice.params)
    for notice in notices:
        notice.topic = known.get(notice.params.get("topic", ""))


def label_on(notice: Notice) -> str:
    """The label of the topic a notice speaks of; its slug when this node does not know it."""
    iri = notice.params["topic"]
    topic = notice.topic if hasattr(notice, "topic") else by_iri([iri]).get(iri)
    return topic.label() if topic else iri.rsplit(":", 1)[-1]


def with_broader(iris: Collection[str]) -> set[str]:
    """`iris` and the topics right above them. Whatever else lies above one of this node stands on the cards."""
    above = Topic.objects.filter(iri__in=iris, broader__isnull=False)
    return {*iris, *above.values_list("broader__iri", flat=True)}
