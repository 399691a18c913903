from __future__ import annotations

import pytest

from tests.atlas import harbour as harbour_module


@pytest.fixture
def harbour(db):
    """The test kind, empty."""
    harbour_module.clear()
    yield harbour_module
    harbour_module.clear()
