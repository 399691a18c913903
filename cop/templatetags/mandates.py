"""`{% load mandates %}`: the words of roles and stances, and what was answered to an objection."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django import template
from django.utils.translation import gettext as _

from cop.models import Consent
from cop.models.mandates import ROLES
from cop.queries import pages_of

if TYPE_CHECKING:
    from django.template import Context

    from cop.mandates.states import Standing
    from cop.models import MandateVersion

register = template.Library()


def role_words(role: str) -> str:
    return str(dict(ROLES).get(role, role))


def stance_words(standing: Standing, uri: str) -> str:
    """What a body says to a version."""
    stance = standing.stance_of(uri)
    if not stance:
        return _("has not said anything yet")
    if uri not in standing.by_uri:
        return _("proposes it")
    return str(Consent.Stance(stance).label)


class Body(NamedTuple):
    name: str
    page: str
    role: str
    says: str


@register.simple_tag(takes_context=True)
def bodies_of(context: Context, standing: Standing) -> list[Body]:
    """Who has a word in a version, with their page where the reader may see it, and what they say. One query."""
    pages = pages_of(standing.voices, context["request"].actor)
    return [
        Body(
            each["name"] or each["uri"],
            pages.get(each["uri"], ""),
            role_words(each["role"]),
            stance_words(standing, each["uri"]),
        )
        for each in standing.bodies
        if each["uri"] in standing.voices
    ]


@register.simple_tag
def answer_to(version: MandateVersion, consent: Consent) -> str:
    return str(version.answers.get(consent.uri, ""))
