"""What a steward sets in the environment, read strictly, and what the settings make of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

TRUE = {"true", "yes", "on", "1"}
FALSE = {"false", "no", "off", "0"}
USUAL_PORTS = {"http": 80, "https": 443}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

BROKER_CONNECT_SECONDS = 2.0
REDIS_PATIENCE_SECONDS = 1.0
MEMORY_POLLING_SECONDS = 0.05
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
SQLITE_BUSY_SECONDS = 20
SQLITE_ASKS_SECONDS = 0.01  # after which it is asked anew: see config.sqlite
POOL_WAIT_SECONDS = 10
POOL_LARGEST = 16
MAIL_PORTS = {"smtp": 25, "smtps": 587, "smtp+tls": 587, "smtp+ssl": 465}


class Environment:
    """Variables of the environment; for each NAME also the content of the file that NAME_FILE names.

    An empty variable counts as not set. Raises ImproperlyConfigured with name, value and what is accepted.
    """

    def __init__(self) -> None:
        self._values = FileAwareMapping(cache=False)

    def text(self, name: str, default: str = "") -> str:
        try:
            value = str(self._values.get(name, "")).strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from None
        return value or default

    def words(self, name: str) -> list[str]:
        """Several values, with spaces or line breaks between them."""
        return self.text(name).split()

    def flag(self, name: str) -> bool:
        """False unless set to something that means yes."""
        value = self.text(name, "false")
        if value.lower() not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{name} is {value!r}: use true or false.")
        return value.lower() in TRUE

    def one_of(self, name: str, accepted: tuple[str, ...], default: str) -> str:
        """One of the accepted words, whatever its case."""
        value = self.text(name, default)
        if value.upper() not in accepted:
            raise ImproperlyConfigured(f"{name} is {value!r}: use one of {', '.join(accepted)}.")
        return value.upper()

    def zone(self, name: str, default: str) -> str:
        """The IANA name of a time zone."""
        value = self.text(name, default)
        try:
            return ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError):
            raise ImproperlyConfigured(
                f"{name} is {value!r}: use the name of a time zone, for example Europe/London."
            ) from None

    def number(self, name: str, default: int = 0) -> int:
        """A whole number, not negative."""
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit()):
            raise ImproperlyConfigured(f"{name} is {value!r}: use a whole number, for example {default}.")
        return int(value)


def address(origin: str) -> SplitResult:
    """The parts of ORIGIN: scheme, host and a port if it is not the usual one, in lower case, nothing else."""
    parts = urlsplit(origin.lower().rstrip("/"))
    try:
        known_port = parts.port != 0
    except ValueError:
        known_port = False
    more = parts.path or parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not known_port or more:
        raise ImproperlyConfigured(
            f"ORIGIN is {origin!r}, which is not the address of a node. "
            "Use scheme, host and perhaps a port, for example https://flotilla.example."
        )
    usual = f":{USUAL_PORTS[parts.scheme]}"
    return parts._replace(netloc=parts.netloc.removesuffix(usual))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host."""
    return host in {"127.0.0.1", "::1", "localhost"} or host.endswith(".localhost")


def database(url: str) -> dict[str, Any]:
    """Django's settings for the database named by `url`, with the options both profiles depend on."""
    scheme = urlsplit(url).scheme
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL starts with {scheme!r}: use sqlite:////path/to/file or postgres://user@host/name."
        )
    config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    if config["ENGINE"].endswith("sqlite3"):
        # IMMEDIATE: a transaction that will write takes the write lock at its start, where SQLite waits
        # for it; taken later, it fails at once with "database is locked".
        config["ENGINE"] = "config.sqlite"
        config["OPTIONS"] = {
            "timeout": SQLITE_ASKS_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": SQLITE_PRAGMAS,
        }
        return config
    # Persistent connections leak under ASGI, where each request may run in a fresh thread: pool instead.
    config["CONN_MAX_AGE"] = 0
    config["CONN_HEALTH_CHECKS"] = True
    config["OPTIONS"] = {
        **config.get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": POOL_LARGEST, "timeout": POOL_WAIT_SECONDS},
    }
    return config


def in_process(broker_url: str) -> bool:
    """Whether wake-ups sent to this broker stay in the process that sends them."""
    return urlsplit(broker_url).scheme == "memory"


def broker(url: str, node: str) -> dict[str, Any]:
    """Celery's settings for the broker named by `url`; nodes that share a broker hear only their own bell."""
    queue = f"flotilla.{node}"
    if in_process(url):
        options: dict[str, Any] = {"polling_interval": MEMORY_POLLING_SECONDS}
        return {
            "BROKER_URL": "memory://localhost/",
            "BROKER_TRANSPORT_OPTIONS": options,
            "TASK_DEFAULT_QUEUE": queue,
        }
    # No second try: whoever rings must not wait for a broker that is down. Workers keep trying by themselves.
    options = {"max_retries": 0}
    if urlsplit(url).scheme.startswith("redis"):
        options |= {"socket_connect_timeout": BROKER_CONNECT_SECONDS, "global_keyprefix": f"{queue}:"}
    return {"BROKER_URL": url, "BROKER_TRANSPORT_OPTIONS": options, "TASK_DEFAULT_QUEUE": queue}


def mail(url: str) -> dict[str, Any]:
    """Django's settings for the mail server named by `url`."""
    try:
        config: dict[str, Any] = dict(environ.Env.email_url_config(url))
    except ImproperlyConfigured:
        raise ImproperlyConfigured(
            f"EMAIL_URL starts with {urlsplit(url).scheme!r}: use consolemail:// or, with a mail server, "
            "smtp+tls://user:password@host."
        ) from None
    config["EMAIL_PORT"] = config["EMAIL_PORT"] or MAIL_PORTS.get(urlsplit(url).scheme, 25)
    return config


def made_once(path: Path, make: Callable[[], str]) -> str:
    """The text kept in `path`, made at the first call; nobody but the owner may read the file.

    Two processes that start together agree on one value: the file is linked into place whole, or not at all.
    """
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # the other process was first: use what it made
        finally:
            draft.unlink()
    return path.read_text().strip()
