"""The live nodes, on the embedded profile alone: what foreign programs see is the same on both."""

from __future__ import annotations

import pytest

from tests.federation.live.conftest import launch, pytest_runtest_makereport, shipyard

__all__ = ["launch", "pytest_runtest_makereport", "shipyard"]


@pytest.fixture(scope="session")
def profile() -> str:
    return "embedded"
