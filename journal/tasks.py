"""What the broker carries: wake-ups without content, safe to arrive twice, late or never."""

from __future__ import annotations

import time

from celery import shared_task

from journal import lanes, schedule

ARM_EVERY_SECONDS = 60.0

_armed_at = float("-inf")


@shared_task(name="journal.tasks.work", ignore_result=True)  # type: ignore[untyped-decorator]
def work() -> None:
    """Do everything that is due."""
    lanes.work_until_idle()


@shared_task(name="journal.tasks.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Do everything that is due, whether or not anybody rang; once a minute look after periodic work too."""
    global _armed_at
    if time.monotonic() - _armed_at > ARM_EVERY_SECONDS:
        _armed_at = time.monotonic()
        schedule.arm()
    lanes.work_until_idle()
