"""What a reader sees of the difference between two versions: each part that changed, with its words marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from atlas.models import Topic
from frontend.differences import Piece, by_words
from frontend.times import day_words, language_name

if TYPE_CHECKING:
    from knowledge.models import Revision


class Part(NamedTuple):
    label: str
    pieces: list[Piece]
    is_long: bool = False


def parts_of(older: Revision, newer: Revision) -> list[Part]:
    """The parts in which two versions differ, in the order of the page. One query, where the topics differ."""
    texts = [
        (str(older._meta.get_field(name).verbose_name), getattr(older, name), getattr(newer, name), name == "body")
        for name in ("title", "short_answer", "body")
    ]
    facts = zip(_facts(older), _facts(newer), strict=True)
    texts += [(label, before, now, False) for (label, before), (_label, now) in facts]
    if older.topics != newer.topics:
        labels = _labels({*older.topics, *newer.topics})
        texts.append((_("Topics"), *(_listed(each.topics, labels) for each in (older, newer)), False))
    return [Part(label, by_words(before, now), is_long) for label, before, now, is_long in texts if before != now]


def _facts(version: Revision) -> list[tuple[str, str]]:
    return [
        (_("Kind of page"), str(version.get_kind_display())),
        (_("Where it holds"), version.jurisdiction),
        (_("Checked on"), day_words(version.checked_on) if version.checked_on else ""),
        (_("Checked by"), version.checked_by),
        (_("Licence"), version.licence_name),
        (_("Adapted from"), version.adapted_from),
        (_("Made by, and with"), version.credit),
        (_("Written in"), language_name(version.language) if version.language else ""),
    ]


def _labels(iris: set[str]) -> dict[str, str]:
    language = get_language() or "en"
    return {str(topic.iri): topic.label(language) for topic in Topic.objects.filter(iri__in=iris)}


def _listed(iris: list[Any], labels: dict[str, str]) -> str:
    return ", ".join(labels.get(iri, iri) for iri in iris)
