"""What every test may use. Tests act through the front door and call `work()` where a node would wait."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone, translation
from hypothesis import settings as examples

from tests.parts import pytest_collection_modifyitems

__all__ = ["pytest_collection_modifyitems"]

# The same examples on every run: what fails here fails everywhere. To search further: --hypothesis-profile=default.
examples.register_profile("repeatable", derandomize=True, deadline=None)
examples.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """What one test counted or remembered is not known to the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def _clock_and_language_of_the_node() -> None:
    """A page that was read in Italian, or in Milan's time, leaves its thread so until the next request."""
    translation.activate(settings.LANGUAGE_CODE)
    timezone.deactivate()


@pytest.fixture
def work(db: None) -> Callable[[], int]:
    """Do all due work of every lane, here and now, until nothing is due; returns how many rows were done.

    Rows that failed are due again later, so they do not keep this from returning.
    """
    from journal.lanes import work_until_idle

    return work_until_idle
