"""Whole nodes as processes, for tests that speak HTTP to them. The same stories run in both profiles."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Self, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tests.parts import SERVICES, broker
from tests.storage import (
    Kept,
    database_url,
    drop_database,
    forget_messages,
    free_port,
    make_database,
    temporary_folder,
)

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 20
BEHIND_OTHERS = ("nice", "-n", "19")

# The actors of topics have addresses on their node: each makes its own when it starts.
WITHOUT_ADDRESSES = """
from atlas.models import Topic
from federation.models import Actor
Topic.objects.update(actor=None)
Actor.objects.all().delete()
"""

Found = TypeVar("Found")


def eventually(check: Callable[[], Found], within: float = 8.0) -> Found:
    """The first answer of `check` that is true; AssertionError with the last one seen after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        last: object
        try:
            last = check()
            if last:
                return last  # type: ignore[return-value]
        except (AssertionError, LookupError, OSError) as error:
            last = repr(error)
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {within} s; last seen: {last!r}")
        time.sleep(0.05)


class LiveNode:
    """One node on a port of this machine, with data of its own.

    `production` gives it a PostgreSQL database, Redis for wake-ups and sockets, and a worker and beat of their
    own; otherwise it is one embedded process. It begins with a copy of what was `kept` of another node at the
    same address, or with nothing, as on a steward's first day. More `settings` become environment variables.
    Where a proxy stands before it at `port`, it listens at its `inner_port`.
    """

    def __init__(
        self,
        port: int,
        data: Path,
        *,
        production: bool = False,
        kept: Kept | None = None,
        inner_port: int = 0,
        **settings: str,
    ) -> None:
        self.port = port
        self.inner_port = inner_port or port
        self.kept = kept
        self.origin = f"http://127.0.0.1:{port}"
        self.data = data
        self.production = production
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        #: Works only when no other node has anything to do: on a machine of its own it would cost them nothing.
        self.yields = False
        ours = {"DATABASE_URL", "BROKER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY"}
        self.environment = {name: value for name, value in os.environ.items() if name not in ours}
        self.environment |= {
            "DATA_DIR": str(data),
            "ORIGIN": self.origin,
            "ALLOW_PRIVATE_ADDRESSES": "true",
            "LOG_LEVEL": "INFO",
            "PYTHONUNBUFFERED": "1",
        }
        if production:
            self.environment |= {
                "DATABASE_URL": database_url(self.database),
                "BROKER_URL": broker(),
                "REDIS_URL": SERVICES["Redis"],
            }
        self.environment |= settings

    @property
    def database(self) -> str:
        """Its name in PostgreSQL; empty in the embedded profile."""
        return f"flotilla_live_{self.port}" if self.production else ""

    @property
    def log(self) -> str:
        """What its processes have written so far."""
        try:
            return (self.data / "node.log").read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def __enter__(self) -> Self:
        self.lay_out()
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        self.clear_away()

    def lay_out(self) -> None:
        """Put its data in place, whatever was there before."""
        if self.production:
            forget_messages(urlsplit(self.origin).netloc)
        if self.kept:
            self.kept.copy_to(self.data, self.database)
            return
        self.data.mkdir(parents=True, exist_ok=True)
        if self.production:
            make_database(self.database)

    def clear_away(self) -> None:
        """Leave nothing in services that others use too. Its files go with their folder."""
        if self.production:
            drop_database(self.database)
            forget_messages(urlsplit(self.origin).netloc)

    def keep(self, folder: Path) -> Kept:
        """A copy of its data, to begin others with. It must have been stopped."""
        assert not self.processes, f"{self.origin} runs"
        return Kept(self.data, self.database).copy_to(folder, f"{self.database}_{folder.name}")

    def start(self) -> None:
        """Start whatever does not run, and wait until the node says it is ready."""
        commands = {"web": [sys.executable, "manage.py", "serve", f"--port={self.inner_port}"]}
        if self.production:
            celery = [sys.executable, "-m", "celery", "-A", "config"]
            commands["worker"] = [*celery, "worker"]
            commands["beat"] = [*celery, "beat"]
        with (self.data / "node.log").open("ab") as log:
            for name, command in commands.items():
                if name in self.processes and self.processes[name].poll() is None:
                    continue
                self.processes[name] = subprocess.Popen(
                    [*(BEHIND_OTHERS if self.yields else ()), *command],
                    cwd=ROOT,
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                if self.yields:
                    _let_its_session_yield(self.processes[name].pid)
                if name == "web" and not self.kept:  # it makes the tables, and the others need them
                    self._wait_for("/live")
        self._wait_for("/ready")

    def stop(self) -> dict[str, int]:
        """Ask every process to end, as a service manager would; returns their exit codes."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(STOP_SECONDS) for name, process in self.processes.items()}
        self.processes.clear()
        return codes

    def kill(self, *names: str) -> None:
        """kill -9 the named processes, or all."""
        for name in names or tuple(self.processes):
            process = self.processes.pop(name)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(STOP_SECONDS)

    def manage(self, *arguments: str) -> str:
        """The output of a management command of this node. AssertionError with its errors if it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text of one of its pages, as a visitor sees them."""
        try:
            with urlopen(Request(self.origin + path, headers=headers), timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def _wait_for(self, path: str) -> None:
        def answers() -> bool:
            dead = {name: process.poll() for name, process in self.processes.items() if process.poll()}
            if dead:
                raise RuntimeError(f"ended at once: {dead}\n{self.log[-4000:]}")
            try:
                return self.get(path)[0] == 200
            except URLError:
                return False

        try:
            eventually(answers, within=START_SECONDS * (10 if self.yields else 1))
        except AssertionError:
            raise AssertionError(f"{self.origin}{path} never answered 200\n{self.log[-4000:]}") from None


def _let_its_session_yield(pid: int) -> None:
    """Linux weighs sessions against each other before their processes (sched(7), "The autogroup feature")."""
    weight = Path(f"/proc/{pid}/autogroup")
    if weight.exists():
        weight.write_text("19")


@cache
def empty(production: bool) -> Kept:
    """The data of a node on which nothing has happened yet, made once for this process and gone with it."""
    node = LiveNode(free_port(), temporary_folder("template"), production=production)
    node.lay_out()
    if production:
        atexit.register(drop_database, node.database)
    node.manage("migrate", "-v", "0")
    node.manage("shell", "-v", "0", "-c", WITHOUT_ADDRESSES)
    (node.data / "secret-key").unlink()
    return Kept(node.data, node.database)
