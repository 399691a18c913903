"""The parts of the suite and what each needs from the machine.

A part whose need is absent is skipped, test by test, with the reason; with REQUIRE_BROWSER=1 or
REQUIRE_PRODUCTION=1 the same absence stops the run, so that CI cannot pass by skipping.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SERVICES = {
    "PostgreSQL": os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres"),
    "Redis": os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379"),
}
RABBITMQ = os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
DEFAULT_PORTS = {"postgres": 5432, "redis": 6379, "amqp": 5672}


def broker() -> str:
    """What carries the wake-ups of production nodes: TEST_BROKER_URL, else Redis."""
    return os.environ.get("TEST_BROKER_URL") or SERVICES["Redis"]


def chromium() -> str | None:
    """The path of a Chromium to drive: CHROMIUM from the environment, else the first found on the PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme]), timeout=2).close()
    except OSError:
        return False
    return True


def no_browser() -> str:
    return "" if chromium() else "no Chromium on this machine (Debian: apt install chromium)"


def no_services() -> str:
    return "; ".join(filter(None, (_silent(name, url) for name, url in SERVICES.items())))


def no_rabbitmq() -> str:
    return _silent("RabbitMQ", RABBITMQ)


def _silent(name: str, url: str) -> str:
    return "" if _answers(url) else f"{name} does not answer at {urlsplit(url).hostname}"


@dataclass(frozen=True)
class Need:
    marker: str
    required_by: str
    missing: Callable[[], str]


NEEDS = (
    Need("browser", "REQUIRE_BROWSER", no_browser),
    Need("production", "REQUIRE_PRODUCTION", no_services),
    Need("rabbitmq", "REQUIRE_PRODUCTION", no_rabbitmq),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, or refuse to go on when it has to."""
    for need in NEEDS:
        wanting = [item for item in items if item.get_closest_marker(need.marker)]
        missing = need.missing() if wanting else ""
        if not missing:
            continue
        if os.environ.get(need.required_by) == "1":
            raise pytest.UsageError(f"{need.required_by}=1, but the {need.marker} tests cannot run: {missing}")
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason=missing))
