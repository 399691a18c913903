"""One Chromium for the whole part; nodes live as long as the tests that share them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import launch_options
from tests.browser.crossing import Strait, strait
from tests.browser.harbour import Harbour


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return launch_options()


@pytest.fixture(scope="session")
def full_harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """One node full of everything; what a test changes there, others find changed."""
    with Harbour(tmp_path_factory.mktemp("harbour")) as node:
        yield node


@pytest.fixture(scope="module")
def water(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strait]:
    """Two neighbouring nodes, a steward in a browser at one and a follower in a browser at the other."""
    with ExitStack() as stack:
        yield stack.enter_context(strait(browser, tmp_path_factory.mktemp("strait")))
