"""Three nodes as child processes, which end when we do, whatever happens."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from django.conf import settings

from config.demo.kit import KEYS, read_kit
from config.demo.registers import Register

Json = dict[str, Any]

HOST = "127.0.0.1"
PREPARE_SECONDS = 900.0  # with registers, on a busy machine
READY_SECONDS = 60.0
ANSWER_SECONDS = 60.0
STOP_SECONDS = 15.0
# The demo is one machine with data of its own: a steward's settings for a real node are not for it.
NOT_OURS = (
    "DATABASE_URL", "BROKER_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "NODE_NAME", "MAIL_FROM", "TRUSTED_PROXIES",
    "DEBUG", "LOG_LEVEL", "ORIGIN", "DATA_DIR", "TIME_ZONE",
)  # fmt: skip


class DemoFailed(RuntimeError):
    """Why the demo cannot go on, in words for whoever started it."""


class Ship:
    """One of the nodes, seen from outside."""

    def __init__(self, key: str, port: int, folder: Path) -> None:
        self.key = key
        self.port = port
        self.origin = f"http://{HOST}:{port}"
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str | None] = queue.Queue()

    @property
    def log_file(self) -> Path:
        return self.folder / "node-log.txt"

    @property
    def environment(self) -> dict[str, str]:
        unwanted = {*NOT_OURS, *(f"{name}_FILE" for name in NOT_OURS)}
        return {name: value for name, value in os.environ.items() if name not in unwanted} | {
            "DATA_DIR": str(self.folder),
            "ORIGIN": self.origin,
            "DEMO": "1",
            "TIME_ZONE": read_kit(self.key).node["time_zone"],
            "ALLOW_PRIVATE_ADDRESSES": "1",
        }

    def start(self, ports: Sequence[int], data: Path | None) -> None:
        command = ["demo", f"--as-node={self.key}", f"--ports={','.join(map(str, ports))}"]
        if data is not None:
            command.append(f"--data={data}")
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", *command],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C reaches us alone, and we end them in order
            )
        threading.Thread(target=_collect, args=(self.process.stdout, self._answers), daemon=True).start()

    def ask(self, order: str) -> Json:
        """Have the node do something, and hear what came of it. Raises DemoFailed."""
        assert self.process is not None and self.process.stdin is not None
        try:
            self.process.stdin.write(f"{order}\n")
            self.process.stdin.flush()
        except OSError:
            raise self._ended() from None
        return self.hear(ANSWER_SECONDS)

    def hear(self, within: float) -> Json:
        """The next thing the node says of itself. Raises DemoFailed."""
        try:
            said = self._answers.get(timeout=within)
        except queue.Empty:
            raise DemoFailed(f"{self.key} did not answer within {within:.0f} seconds; see {self.log_file}") from None
        if said is None:
            raise self._ended()
        answer: Json = json.loads(said)
        if "error" in answer:
            raise DemoFailed(f"{self.key}: {answer['error']}; see {self.log_file}")
        return answer

    def _ended(self) -> DemoFailed:
        lines = self.log_file.read_text(errors="replace").splitlines()[-6:]
        return DemoFailed("\n".join([f"{self.key} has ended by itself. The end of {self.log_file}:", *lines]))

    def check_alive(self) -> None:
        if self.process is not None and self.process.poll() is not None:
            raise self._ended()

    def get(self, path: str) -> bytes:
        with urlopen(f"{self.origin}{path}", timeout=20) as answer:
            body: bytes = answer.read()
        return body

    def digest(self, origin: str) -> Json:
        """What this node publishes, or holds of another."""
        found: Json = json.loads(self.get(f"/metro/digest?origin={quote(origin, safe='')}"))
        return found

    def is_ready(self) -> bool:
        try:
            return self.get("/ready").startswith(b"ready")
        except (URLError, OSError):
            return False

    def bring(self, register: Register, data: Path, part: str) -> subprocess.Popen[str]:
        """`manage.py bring`, as a steward would run it beside the serving node."""
        return subprocess.Popen(
            [sys.executable, "manage.py", "bring", *register.arguments(data, part)],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self) -> None:
        """Ask the node to end; `Fleet.stop` waits for it."""
        if self.process is None:
            return
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):  # it may have ended already
                self.process.stdin.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)


class Fleet:
    """The three of them. As a context they are all gone at its end, however it ends."""

    def __init__(self, folder: Path, ports: Sequence[int], say: Callable[[str], object]) -> None:
        self.ports = ports
        self.ships = [Ship(key, port, folder / key) for key, port in zip(KEYS, ports, strict=True)]
        self._say = say

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def start(self, data: Path | None) -> dict[str, Json]:
        """Returns, by key, what each node says of its preparation, once all are ready. Raises DemoFailed."""
        for ship in self.ships:
            ship.start(self.ports, data)
        prepared = {}
        for ship in self.ships:
            prepared[ship.key] = ship.hear(PREPARE_SECONDS)
            self._say(f"  {ship.key} has its data")
        deadline = time.monotonic() + READY_SECONDS
        for ship in self.ships:
            while not ship.is_ready():
                ship.check_alive()
                if time.monotonic() > deadline:
                    raise DemoFailed(f"{ship.origin}/ready never answered; see {ship.log_file}")
                time.sleep(0.1)
        return prepared

    def stop(self) -> None:
        for ship in self.ships:
            ship.end()
        deadline = time.monotonic() + STOP_SECONDS
        for ship in self.ships:
            if ship.process is None:
                continue
            try:
                ship.process.wait(max(0.0, deadline - time.monotonic()))
            except (subprocess.TimeoutExpired, KeyboardInterrupt):
                ship.process.kill()
                ship.process.wait()


def _collect(lines: IO[str] | None, into: queue.Queue[str | None]) -> None:
    """Every line the node says, then None."""
    for line in lines or ():
        into.put(line)
    into.put(None)


def busy(ports: Sequence[int]) -> list[int]:
    """Those of the ports that somebody else listens on."""
    taken = []
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                taken.append(port)
    return taken


def free_ports(count: int) -> list[int]:
    """Ports nobody uses now, as the system gives them."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def wipe(folder: Path) -> None:
    """Throw away what an earlier demo kept in `folder`, and nothing else. Raises DemoFailed for other data."""
    for key in KEYS:
        data = folder / key
        if not data.exists():
            continue
        if not (data / "node-log.txt").is_file():
            raise DemoFailed(f"{data} was not made by the demo, so it is left alone. Move it, or use --directory.")
        shutil.rmtree(data)


def check_origins(ships: Sequence[Ship]) -> None:
    """Addresses of published things never change, so neither may the port. Raises DemoFailed."""
    for ship in ships:
        try:
            first = (ship.folder / "origin").read_text().strip()  # as config.origin keeps it
        except FileNotFoundError:
            continue
        if first != ship.origin:
            raise DemoFailed(
                f"{ship.folder} was first served as {first}, not {ship.origin}. Start it with the same --port, "
                "or begin anew with --fresh."
            )
