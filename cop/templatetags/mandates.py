"""`{% load mandates %}`: the words of roles and stances, and what was answered to an objection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext as _

from cop.models import Consent
from cop.models.mandates import ROLES

if TYPE_CHECKING:
    from cop.mandates.states import Standing
    from cop.models import MandateVersion

register = template.Library()


@register.simple_tag
def role_words(role: str) -> str:
    return str(dict(ROLES).get(role, role))


@register.simple_tag
def stance_words(standing: Standing, uri: str) -> str:
    """What a body says to a version."""
    stance = standing.stance_of(uri)
    if not stance:
        return _("has not said anything yet")
    if uri not in standing.by_uri:
        return _("proposes it")
    return str(Consent.Stance(stance).label)


@register.simple_tag
def answer_to(version: MandateVersion, consent: Consent) -> str:
    return str(version.answers.get(consent.uri, ""))
