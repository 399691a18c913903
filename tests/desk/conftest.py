"""A node with its topics, and a register to bring."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas import vocabulary
from tests.desk.registers import Register


@pytest.fixture
def register(db: None, tmp_path: Path) -> Register:
    vocabulary.load()
    return Register(tmp_path)
