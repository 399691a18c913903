"""Money and dates of a call, in the reader's language.

{% call_status call %}     a tag with how things stand
{% offered call %}         “£300 to £2,000 · £40,000 in all”
{% call_facts call %}      what a card in the list says of its dates
{% time_left call.closes_at call.time_zone %}   “in 12 days”
{% for_reader call.closes_at call.time_zone %}  the same moment on the reader's clock, where that shows another
"""

from __future__ import annotations

import datetime as dt

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from funding import deadlines, money
from funding.models import Call, Status

register = template.Library()

LOOKS = {Status.OPEN: " is-good", Status.CLOSED: " is-bad"}


@register.simple_tag
def call_status(call: Call) -> SafeString:
    status = call.status_at(timezone.now())
    return format_html('<span class="tag{}">{}</span>', LOOKS.get(status, ""), status.label)


@register.simple_tag
def offered(call: Call) -> str:
    return money.offered_in_one_line(call)


@register.simple_tag
def time_left(moment: dt.datetime, zone: str) -> str:
    return deadlines.time_left(moment, zone)


@register.simple_tag
def for_reader(moment: dt.datetime, zone: str) -> str:
    return deadlines.for_reader(moment, zone)


@register.simple_tag
def call_facts(call: Call | None) -> SafeString:
    if call is None:
        return SafeString("")
    context = {"call": call, "status": call.status_at(timezone.now())}
    return mark_safe(render_to_string("funding/_facts_of_card.html", context).strip())
