"""What can be judged without running a node, and how the tests are run. None of it is part of the product."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = (
    "config",
    "desk",
    "events",
    "knowledge",
    "funding",
    "timebank",
    "cop",
    "notifications",
    "atlas",
    "federation",
    "journal",
    "accounts",
    "frontend",
)
