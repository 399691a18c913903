"""Amounts of money and of other things as people read them, in the reader's language. Exact decimals, never floats."""

from __future__ import annotations

from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency, format_decimal, list_currencies
from django.utils.translation import get_language

_LOCALES = {"en": "en_GB", "it": "it"}


def money_words(amount: Decimal, currency: str) -> str:
    """“£10,000”, “10.000 €”; pence only where there are some."""
    locale = reading_locale()
    pattern = locale.currency_formats["standard"].pattern
    if amount == amount.to_integral_value():
        pattern = pattern.replace("0.00", "0")
    return str(format_currency(amount, currency, pattern, locale=locale, currency_digits=False))


def amount_words(amount: Decimal, unit: str) -> str:
    """“£240” where the unit is a currency of ISO 4217, otherwise “12 chairs”."""
    if is_currency(unit):
        return money_words(amount, unit)
    return f"{format_decimal(amount, locale=reading_locale())} {unit}".strip()


def is_currency(code: str) -> bool:
    """Also those that are no longer legal tender: calls are old documents."""
    return code in list_currencies()


def reading_locale() -> Locale:
    """How numbers are written in the language of the page."""
    language = (get_language() or "en")[:2]
    return Locale.parse(_LOCALES.get(language, "en_GB"))
