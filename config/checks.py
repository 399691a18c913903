"""Configuration that would lose data or trust is refused before anything starts.

Django runs these before every management command; the ASGI application and Celery workers ask for them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from config import embedded, origin
from config.environment import is_loopback

SHORTEST_SECRET = 40
FEWEST_DIFFERENT_CHARACTERS = 10
BROKERS = {"memory", "redis", "rediss", "amqp", "amqps"}


def refuse_bad_configuration() -> None:
    """Raise ImproperlyConfigured with one line per error, if any."""
    errors = [message for message in run_checks() if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(f"{error.msg} {error.hint or ''}".strip() for error in errors))


@register()
def check_origin(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """ORIGIN is safe for others to talk to, and the one this data began with."""
    found: list[CheckMessage] = []
    if urlsplit(settings.ORIGIN).scheme == "http" and not _only_for_trying():
        found.append(
            Error(
                f"ORIGIN is {settings.ORIGIN}: other nodes cannot trust what travels without encryption.",
                hint="Use https://…, or a loopback host, DEBUG or DEMO for trying things out.",
                id="config.E001",
            )
        )
    first = origin.first_origin()
    if first is not None and first != settings.ORIGIN:
        found.append(
            Error(
                f"ORIGIN is {settings.ORIGIN}, but this data was first served as {first}.",
                hint=f"Everything published carries that address for ever. Set ORIGIN={first}, or start "
                f"a new node in another DATA_DIR. The address is kept in {origin.origin_file()}.",
                id="config.E002",
            )
        )
    return found


@register()
def check_secret_key(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Sessions and one-time links rest on SECRET_KEY: nobody may guess it."""
    key = str(settings.SECRET_KEY)
    weak = len(key) < SHORTEST_SECRET or len(set(key)) < FEWEST_DIFFERENT_CHARACTERS or "insecure" in key
    if not weak or _only_for_trying():
        return []
    return [
        Error(
            f"SECRET_KEY is too easy to guess ({len(key)} characters, {len(set(key))} different ones).",
            hint=f"Unset it to have one made in DATA_DIR, or give at least {SHORTEST_SECRET} random characters.",
            id="config.E003",
        )
    ]


@register()
def check_broker(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """BROKER_URL names a broker we know, and the channel layer reaches as far as the broker does."""
    scheme = urlsplit(settings.BROKER_URL).scheme
    if scheme not in BROKERS:
        return [
            Error(
                f"BROKER_URL starts with {scheme!r}, which is no broker this node can use.",
                hint=f"Use one of {', '.join(f'{name}://' for name in sorted(BROKERS))}.",
                id="config.E004",
            )
        ]
    if not embedded.is_needed() and not settings.REDIS_URL:
        return [
            Warning(
                "BROKER_URL lets workers run in other processes, but without REDIS_URL they cannot tell open "
                "pages that something is new.",
                hint="Set REDIS_URL, for example redis://127.0.0.1:6379/1.",
                id="config.W001",
            )
        ]
    return []


@register()
def check_middleware(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """One synchronous middleware makes the server hang or crash when it is asked to stop under load."""
    return [
        Error(
            f"The middleware {name} is not async-capable.",
            hint="Set `async_capable = True` on it and support coroutines, or leave it out.",
            id="config.E005",
        )
        for name in middleware_that_blocks(settings.MIDDLEWARE)
    ]


def middleware_that_blocks(names: Sequence[str]) -> list[str]:
    """Those of the named middleware that do not say they can run on the event loop."""
    return [name for name in names if not getattr(import_string(name), "async_capable", False)]


def _only_for_trying() -> bool:
    return bool(settings.DEBUG or settings.DEMO or is_loopback(urlsplit(settings.ORIGIN).hostname or ""))
