"""Where the data of a live node lies: files, and in production a PostgreSQL database and keys in Redis.

Making a database costs seconds, copying one a tenth of a second: `Kept` is data to begin others with.
"""

from __future__ import annotations

import atexit
import fcntl
import secrets
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from tests.parts import SERVICES, broker

LOWEST_PORT, HIGHEST_PORT = 20_000, 32_000
"""Below those that the system gives to outgoing connections, which would take a port while its node is down."""
LOGS = "*.log"

_held: list[IO[str]] = []


@dataclass(frozen=True)
class Kept:
    """The data of a node that does not run: a folder, and in production the name of a database."""

    folder: Path
    database: str = ""

    def copy_to(self, folder: Path, database: str = "") -> Kept:
        """Have the same data in `folder`, and in a new `database` where there is one."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns(LOGS), dirs_exist_ok=True)
        if not self.database:
            return Kept(folder)
        make_database(database, template=self.database)
        return Kept(folder, database)


def free_port() -> int:
    """A port that nobody uses, and that no other test run of this machine is given while we live."""
    folder = Path(tempfile.gettempdir()) / "flotilla-ports"
    folder.mkdir(exist_ok=True)
    while True:
        # Not `random`: test runs with the same seed would all want the same ports.
        port = LOWEST_PORT + secrets.randbelow(HIGHEST_PORT - LOWEST_PORT)
        lock = (folder / str(port)).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            lock.close()
            continue
        _held.append(lock)
        return port


def temporary_folder(name: str) -> Path:
    """A folder that is gone at the end of this process."""
    folder = Path(tempfile.mkdtemp(prefix=f"flotilla-{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def database_url(name: str) -> str:
    return urlsplit(SERVICES["PostgreSQL"])._replace(path=f"/{name}").geturl()


def make_database(name: str, template: str = "template1") -> None:
    """A new database, with what stands in `template`, to which nobody may be connected."""
    drop_database(name)
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop_database(name: str) -> None:
    _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def forget_messages(address: str) -> None:
    """Remove what brokers and caches still hold for the node at `address`, such as its count of sign-ins."""
    import redis

    with redis.Redis.from_url(SERVICES["Redis"]) as store:
        if keys := list(store.scan_iter(f"*{address}*", count=1000)):
            store.delete(*keys)
    if not broker().startswith("redis"):
        from kombu import Connection

        queue = f"flotilla.{address}"
        with Connection(broker()) as connection, connection.channel() as channel:
            channel.queue_delete(queue)
            channel.exchange_delete(queue)


def _administer(statement: str) -> None:
    import psycopg

    with psycopg.connect(SERVICES["PostgreSQL"], autocommit=True) as connection:
        connection.execute(statement)
