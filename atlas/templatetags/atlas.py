"""`{% atlas_slot "topic-actions" topic=topic %}`: what apps above put into a page of the atlas; see `atlas.slots`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from atlas import slots

register = template.Library()


@register.simple_tag(takes_context=True)
def atlas_slot(context: template.Context, slot: str, **subject: Any) -> SafeString:
    return slots.shown(slot, context["request"], **subject)
