"""Say how this node is configured and what is wrong with it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.checks import run_checks
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

import journal
from config import embedded
from federation.models import Delivery
from journal import Claimable

SHOWN = (
    "DATA_DIR",
    "ORIGIN",
    "NODE_NAME",
    "TIME_ZONE",
    "DATABASE_URL",
    "BROKER_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "MAIL_FROM",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "DEBUG",
    "DEMO",
    "ALLOW_PRIVATE_ADDRESSES",
    "TRUSTED_PROXIES",
    "LOG_LEVEL",
)
LATE = dt.timedelta(minutes=5)


class Command(BaseCommand):
    help = "Print the effective configuration and one line per problem; exits with 1 if there is any."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for name in SHOWN:
            self.stdout.write(f"{name:<24} {_shown(name)} ({_source(name)})")
        where = "inside the server process" if embedded.is_needed() else "in processes of their own"
        self.stdout.write(f"{'workers run':<24} {where}")
        problems = list(_problems())
        for problem in problems:
            self.stdout.write(self.style.ERROR(f"PROBLEM {problem}"))
        if problems:
            raise SystemExit(1)
        self.stdout.write(self.style.SUCCESS("No problems found."))


def _shown(name: str) -> str:
    value = settings.DEFAULT_FROM_EMAIL if name == "MAIL_FROM" else getattr(settings, name)
    if name == "SECRET_KEY":
        return f"{len(value)} characters, not shown"
    if name == "SECRET_KEY_FALLBACKS":
        return f"{len(value)} earlier ones, not shown"
    if name.endswith("_URL"):
        return _without_password(value) or "not set"
    return str(value) or "not set"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if not parts.password:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":…@")))


def _source(name: str) -> str:
    if f"{name}_FILE" in os.environ:
        return f"from the file in {name}_FILE"
    return "from the environment" if name in os.environ else "default"


def _problems() -> Iterator[str]:
    for message in run_checks(include_deployment_checks=False):
        yield f"{message.msg} {message.hint or ''}".strip()
    try:
        yield from _problems_of_database()
    except DatabaseError as error:
        yield f"The database does not answer: {str(error).strip()}"


def _problems_of_database() -> Iterator[str]:
    executor = MigrationExecutor(connection)
    behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if behind:
        yield f"{len(behind)} migrations are not applied. Run `manage.py migrate`."
        return
    workers = journal.roll()
    if not workers.any_alive:
        since = f"since {workers.last:%Y-%m-%d %H:%M:%S} UTC" if workers.last else "yet"
        yield f"No worker has been heard {since}. Start `manage.py serve`, or a Celery worker."
    for missing in workers.missing if workers.any_alive else []:
        yield f"Worker {missing.worker} has not been heard since {missing.at:%Y-%m-%d %H:%M:%S} UTC; others go on."
    for model in embedded.claimable_models():
        yield from _problems_of_work(model)


def _problems_of_work(model: type[Claimable]) -> Iterator[str]:
    rows = model._default_manager
    dead = rows.filter(state=Claimable.State.DEAD).count()
    if dead:
        last = rows.filter(state=Claimable.State.DEAD).order_by("-pk")[0]
        yield f"{dead} {model._meta.verbose_name_plural} were given up; the last one, {last}: {last.error}"
    awaited = Delivery.not_held_back() if model is Delivery else rows
    late = awaited.filter(state=Claimable.State.READY, due_at__lt=timezone.now() - LATE).count()
    if late:
        yield f"{late} {model._meta.verbose_name_plural} are more than {LATE.seconds // 60} minutes late."
