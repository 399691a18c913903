"""Test data that lives beside the repository: published vectors, captured documents, hostile input.

It is too large, and partly too differently licensed, to be part of the repository. Tests that need it are
skipped where it is not there; FLOTILLA_SHARED_DATA names another place for it.
"""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("FLOTILLA_SHARED_DATA", ROOT.parent / "shared" / "data"))
DESIGN = DATA.parent / "design"

needs_shared_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the shared test data is not at {DATA}; set FLOTILLA_SHARED_DATA to its folder"
)


def files(folder: str, pattern: str = "*.json") -> list[Path]:
    """The files of a folder, in order; none where the data is absent: its parametrised tests are skipped."""
    return sorted((DATA / folder).rglob(pattern)) if DATA.is_dir() else []


def name_of(path: object) -> str:
    return f"{path.parent.name}/{path.name}" if isinstance(path, Path) else str(path)
