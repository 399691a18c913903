"""What is published on one node moves on the open pages of another."""

from __future__ import annotations

import statistics

import pytest

from tests.browser.crossing import Strait

pytestmark = [pytest.mark.browser, pytest.mark.live]

AT_MOST_MS = 5000  # on any machine; what a quiet one needs is measured by `./run prove live`


def test_a_need_published_on_one_node_appears_on_the_open_atlas_of_the_other(water: Strait):
    crossings = water.cross_many(3)
    assert statistics.median(crossing.card for crossing in crossings) < AT_MOST_MS, crossings
    assert statistics.median(crossing.bell for crossing in crossings) < AT_MOST_MS, crossings
