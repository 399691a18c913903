"""Many boxes to tick, in groups that open: a hundred in one list is more than anybody reads."""

from __future__ import annotations

from typing import NamedTuple

from django.forms.boundfield import BoundField, BoundWidget

from frontend.flags import TOPIC_WORDS


class ChoiceGroup(NamedTuple):
    """The boxes under one name; `flag` is the slug of a topic that flies one, or empty."""

    name: str
    flag: str
    options: list[BoundWidget]
    chosen: int


def groups_of(bound: BoundField) -> list[ChoiceGroup]:
    """The groups of a field whose choices are grouped, each with its boxes; none for a plain list."""
    widget = bound.field.widget
    found = widget.optgroups(bound.html_name, bound.value() or [], {"id": bound.auto_id} if bound.auto_id else {})
    if any(name is None for name, _options, _index in found):
        return []
    boxes = iter(bound.subwidgets)
    return [_group(str(name), [next(boxes) for _option in options]) for name, options, _index in found]


def _group(name: str, boxes: list[BoundWidget]) -> ChoiceGroup:
    slug = str(boxes[0].data["value"]).rpartition(":")[2] if boxes else ""
    chosen = sum(bool(box.data["selected"]) for box in boxes)
    return ChoiceGroup(name, slug if slug in TOPIC_WORDS else "", boxes, chosen)
