"""Every page is right for axe, in both languages, wide, narrow and dark, and no browser complains of it."""

from __future__ import annotations

import pytest

from tests.browser.harbour import Harbour
from tests.browser.looking import sweep

pytestmark = [pytest.mark.browser, pytest.mark.live]


def test_no_page_has_a_fault(full_harbour: Harbour):
    faults = sweep(full_harbour)
    assert not faults, "\n".join([f"{len(faults)} faults:", *faults])
