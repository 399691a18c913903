"""Amounts as people read them, in either language."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from frontend.amounts import amount_words


@pytest.mark.parametrize(
    ("amount", "unit", "english", "italian"),
    [
        ("240.00", "GBP", "£240", "240 £"),
        ("1250.50", "EUR", "€1,250.50", "1.250,50 €"),
        ("40.00", "chairs", "40 chairs", "40 chairs"),
        ("12000.00", "hours", "12,000 hours", "12.000 hours"),
        ("2.50", "", "2.5", "2,5"),
    ],
)
def test_money_is_written_as_money_and_the_rest_with_its_unit(amount: str, unit: str, english: str, italian: str):
    for language, words in (("en", english), ("it", italian)):
        with override(language):
            assert amount_words(Decimal(amount), unit).replace("\N{NO-BREAK SPACE}", " ") == words
