"""The journal's promises hold on PostgreSQL as they do on SQLite: its tests run there too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.parts import SERVICES

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


@pytest.mark.production
def test_the_journal_keeps_its_promises_on_postgresql():
    if connection.vendor == "postgresql":
        pytest.skip("this run is on PostgreSQL already")
    database = urlsplit(SERVICES["PostgreSQL"])._replace(path=f"/flotilla_journal_{os.getpid()}").geturl()
    run = subprocess.run(
        [sys.executable, "-m", "pytest", str(HERE), "-q", "-n", "2", "-m", "not production"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
