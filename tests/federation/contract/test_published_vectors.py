"""Every published vector comes out as published, and what it would do here is as said beside it."""

import pytest

from tests.federation.shared import DATA, needs_shared_data
from tests.federation.vectors import FAMILIES, Vector, judged, vectors

pytestmark = needs_shared_data
FOUND = list(vectors()) if DATA.is_dir() else []


@pytest.mark.parametrize("vector", FOUND, ids=lambda each: f"{each.family} {each.name}")
def test_a_vector(vector: Vector) -> None:
    assert judged(vector) == ""


def test_there_are_some_of_each_family() -> None:
    assert {vector.family for vector in FOUND} == set(FAMILIES)
