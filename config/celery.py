"""Celery carries wake-ups and nothing else: the work itself waits in database rows."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("flotilla")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Threads other than the importing one would otherwise resolve shared tasks on a fallback app (NotRegistered).
app.set_default()


@signals.celeryd_init.connect  # type: ignore[untyped-decorator]
def refuse_to_work(**kwargs: Any) -> None:
    """Sent only by `celery worker`: a worker of its own that no wake-up can reach is a mistake."""
    from config import checks, embedded

    if embedded.is_needed():
        raise SystemExit(
            "BROKER_URL is memory://, so `manage.py serve` does the work itself. For separate workers set "
            "BROKER_URL to RabbitMQ or Redis, for the web processes too."
        )
    checks.refuse_bad_configuration()


@signals.worker_ready.connect  # type: ignore[untyped-decorator]
@signals.worker_process_init.connect  # type: ignore[untyped-decorator]
def keep_leases(**kwargs: Any) -> None:
    from journal import keeper

    keeper.start()


@signals.worker_shutdown.connect  # type: ignore[untyped-decorator]
@signals.worker_process_shutdown.connect  # type: ignore[untyped-decorator]
def say_goodbye(**kwargs: Any) -> None:
    from journal import keeper

    keeper.leave()


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]
def stop_claiming(**kwargs: Any) -> None:
    from journal.claims import stopping

    stopping.set()
