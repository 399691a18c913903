"""`{% load hours %}`: `{{ minutes|hours }}`, `{{ account.balance|standing }}` and, of others, `|stands`."""

from __future__ import annotations

from django import template

from timebank.hours import in_words, standing_in_words, standing_of_in_words

register = template.Library()


@register.filter
def hours(minutes: int) -> str:
    return in_words(minutes)


@register.filter
def standing(balance: int) -> str:
    """To whoever's account it is."""
    return standing_in_words(balance)


@register.filter
def stands(balance: int) -> str:
    """Of somebody else."""
    return standing_of_in_words(balance)
