"""Errand kinds of the journal's own tests, forgotten after each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction

from journal import registry
from journal.models import Entry, Errand


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test starts without any kind and registers its own."""
    monkeypatch.setattr(registry, "_kinds", {})
    monkeypatch.setattr(registry, "_rebuilds", {})
    yield


@pytest.fixture
def happened() -> Callable[..., Entry]:
    """Record an entry in a transaction of its own."""
    from journal import record

    def happened(name: str = "need.published", uri: str = "https://node.example/needs/1", **more: str) -> Entry:
        with transaction.atomic():
            return record(name, uri, **more)

    return happened


@pytest.fixture
def asked() -> Callable[..., Errand]:
    """Ask for an errand in a transaction of its own."""
    from journal import errand

    def asked(kind: str, **more: object) -> Errand:
        with transaction.atomic():
            return errand(kind, **more)

    return asked
