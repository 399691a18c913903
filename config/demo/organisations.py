"""Where the organisations of `--data DIR` lie, and how `bring` is asked to list them."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

TABLE = Path("organisations") / "charities-london-sample.csv"
POSTCODES = (Path("geo/postcodes/london-postcode-sectors.csv"), Path("geo/postcodes/uk-outcodes.csv"))
MAPPING = Path(settings.BASE_DIR) / "config" / "mappings" / "charities-london.yaml"


def arguments(data: Path, part: str) -> list[str]:
    """For `manage.py bring`. Tables of postcodes that are not there are done without: then there are no points."""
    tables = [data / each for each in POSTCODES if (data / each).is_file()]
    return [
        "groups",
        str(data / TABLE),
        f"--mapping={MAPPING}",
        *(f"--postcodes={table}" for table in tables),
        f"--part={part}",
        "--yes",
        "--json",
    ]
