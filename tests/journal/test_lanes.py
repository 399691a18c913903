"""Slow lanes leave the others their threads."""

from __future__ import annotations

from django.conf import settings

from journal import lanes


def test_a_worker_has_a_thread_for_each_that_the_lanes_let_in():
    """With fewer, servers and pictures that take their time would leave none for errands and for what comes in."""
    assert lanes.threads() == settings.CELERY_WORKER_CONCURRENCY
