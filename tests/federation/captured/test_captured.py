"""What programs really sent becomes what the table says it is; `./run prove captured` sends the examples as well."""

from __future__ import annotations

import pytest

from tests.federation.captured.documents import FOLDER, expectations
from tests.federation.captured.trial import a_known_need, chosen, tried_each
from tests.federation.shared import needs_shared_data

pytestmark = needs_shared_data

PROGRAMS = sorted({each.program for each in expectations()})


def test_the_table_names_every_document_once() -> None:
    named = [each.path for each in expectations()]
    assert sorted(named) == sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.json"))


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_a_program_sent_is_understood_or_refused(db, program: str) -> None:
    wanted = [each for each in chosen(only_captured=True) if each.program == program]
    if not wanted:
        pytest.skip(f"nothing of {program} was captured: only written as examples")
    assert [str(case) for case in tried_each(wanted, a_known_need()) if not case.as_expected] == []
