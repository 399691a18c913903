"""A foreign program as a process of its own on loopback, which tests tell what to do and ask what it saw."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

from tests.federation.peers import installing
from tests.nodes import eventually
from tests.storage import free_port

START_SECONDS = 30.0
STOP_SECONDS = 10.0
ANSWER_SECONDS = 20.0
LAST_WORDS = 3000  # characters

RFC9421_FIRST, CAVAGE_FIRST = KNOCKS = ("rfc9421", "draft-cavage-http-signatures-12")
"""Which signature Fedify tries first at a server it does not know."""


class Program:
    """Runs from `with` to its end; what it prints goes to a file in `folder`, which is also where it runs."""

    name = "program"
    ready_at = "/"

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.folder = folder / self.name
        self.folder.mkdir(parents=True)
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """What starts it. Raises NotInstalled."""
        raise NotImplementedError

    @property
    def settings(self) -> dict[str, str]:
        return {}

    def __enter__(self) -> Self:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTHON"))}
        environment = kept | {"PORT": str(self.port), "PYTHONUNBUFFERED": "1"} | self.settings
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                self.command(), cwd=self.folder, env=environment, stdout=output, stderr=output, start_new_session=True
            )
        try:
            eventually(self._answers, within=START_SECONDS)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(STOP_SECONDS)

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended at once\n{self.output}")
        urllib.request.urlopen(self.origin + self.ready_at, timeout=ANSWER_SECONDS).close()
        return True

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text(errors="replace")[-LAST_WORDS:]

    def asks(self, path: str) -> Any:
        """What it answers, as JSON. AssertionError when it could not."""
        request = urllib.request.Request(self.origin + path, headers={"Accept": "application/json"})
        return self._said(request)

    def told(self, what: str, **said: str) -> Any:
        """Have it do something by one of its controls. AssertionError when it could not."""
        return self._said(urllib.request.Request(f"{self.origin}/control/{what}", data=json.dumps(said).encode()))

    def _said(self, request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{request.full_url}: {error.code} {error.read().decode()[:1000]}") from error


class FedifyPeer(Program):
    """An account `peer` on a server made with Fedify, which tries one way to sign before the other."""

    name = "fedify"
    ready_at = "/control/log"

    def __init__(self, folder: Path, first_knock: str) -> None:
        super().__init__(folder)
        self.first_knock = first_knock

    @property
    def settings(self) -> dict[str, str]:
        return {"FIRST_KNOCK": self.first_knock}

    def command(self) -> list[str]:
        return [installing.node(), str(installing.fedify_script("fedify-peer.mjs"))]

    def log(self, **wanted: Any) -> list[dict[str, Any]]:
        """What it noted, oldest first, as far as it has these values."""
        return [line for line in self.asks("/control/log") if wanted.items() <= line.items()]


class DjangoActivityPubSite(Program):
    """An account `anna` on a Django site that uses django-activitypub, run by Django's own test server."""

    name = installing.DJANGO_ACTIVITYPUB
    ready_at = "/control/log"

    def command(self) -> list[str]:
        return [str(installing.python_with(self.name)), str(installing.HERE / "django_activitypub_site.py")]

    def log(self, **wanted: Any) -> list[dict[str, Any]]:
        """What came to its inbox and how it answered, oldest first, as far as it has these values."""
        return [line for line in self.asks("/control/log") if wanted.items() <= line.items()]


class Pasture(Program):
    """The fediverse-pasture's six actors, who ask and post in six ways. Its own command would listen everywhere."""

    name = installing.PASTURE
    RUN = (
        "import sys; from fediverse_pasture.verify_actor import build_app; "
        "build_app(False, '127.0.0.1:' + sys.argv[1], False, 20).run(host='127.0.0.1', port=int(sys.argv[1]))"
    )

    def command(self) -> list[str]:
        return [str(installing.python_with(self.name)), "-c", self.RUN, str(self.port)]
