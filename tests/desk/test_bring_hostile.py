"""Hostile and broken files: refused, or partly listed with a report; never a crash, a hang or half a row."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError

from cop.models import Listing, Place
from desk.models import Brought
from events.models import Gathering
from funding.models import Call
from tests.desk.test_bring_kinds import CALENDAR, CALLS, PLACES, Bringer, bringer

__all__ = ["bringer"]
DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
SECONDS = 10.0
FOLDERS = (
    "calendars/malformed",
    "security/uploads",
    "json-robustness",
    "funding/360giving/awkward",
    "organisations/open-referral/uk-mocks",
    "organisations/open-referral/hsds3-examples",
)
FILES = [path for folder in FOLDERS for path in sorted((DATA / folder).rglob("*")) if path.is_file()]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FILES, reason="no calendars, uploads and JSON in ../shared/data beside the repository"),
]
SERVICES = {
    **CALLS,
    "records": "contents",
    "columns": {
        "external_id": {"column": "id"},
        "title": {"column": "name"},
        "plain_summary": {"column": "description"},
        "giver": {"column": "organization.name"},
        "who_can_apply": {"column": "eligibility_description"},
        "closes_at": {"column": "last_modified"},
    },
}
GRANTS = {
    **CALLS,
    "records": "grants",
    "columns": {
        "external_id": {"column": "id"},
        "title": {"column": "title"},
        "plain_summary": {"column": "description"},
        "giver": {"column": "fundingOrganization.name"},
        "who_can_apply": {"column": "recipientOrganization.name"},
        "total": {"column": "amountAwarded"},
        "currency": {"column": "currency"},
        "opens_at": {"column": "awardDate"},
    },
}
LIST = {**CALLS, "records": ""}


def readings(path: Path) -> list[tuple[str, dict]]:
    """Each file as what it says it is, and as what it is not."""
    if path.suffix == ".ics":
        return [("gatherings", CALENDAR)]
    if path.suffix == ".json":
        return [("calls", LIST if path.parent.name == "json-robustness" else GRANTS), ("calls", SERVICES)]
    return [("places", PLACES), ("calls", LIST), ("gatherings", CALENDAR)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DATA)))
def test_a_file_is_refused_or_listed_as_far_as_it_goes(bringer: Bringer, path: Path):
    for word, mapping in readings(path):
        started = time.monotonic()
        try:
            counts = bringer.bring(word, path, mapping, "--yes", "--from=2005-01-01")
        except CommandError as refused:
            assert str(refused).strip()
        else:
            ends = ("left out", "refused", "joined", "other parts", "taken")
            assert counts["rows"] == sum(counts[name] for name in ends)
            assert counts["taken"] == sum(counts[name] for name in ("new", "changed", "same", "kept"))
            assert len(bringer.remarks) >= counts["refused"]
        assert time.monotonic() - started < SECONDS
    listed = [model.objects.ours().count() for model in (Listing, Place, Gathering, Call)]
    assert sum(listed) == Brought.objects.count(), "every listed row is whole, and remembered"
