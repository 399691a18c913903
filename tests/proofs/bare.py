"""A fresh clone runs and tests itself on a bare Debian 12: python3 and pip, no compiler, no Node, no root.

The machine is a debootstrap chroot, so the full proof needs root and `apt install debootstrap`. It borrows
from this machine only its name resolution, its certificates, and what the environment tells pip, uv and npm.
The quick form makes a fresh clone with an empty home on this machine instead.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checks import ROOT
from tests.proofs import Proof

NAME = "bare"

SECOND_START_SECONDS = 1.0
PACKAGES = "python3,python3-pip,ca-certificates"
USER = "sailor"
HOME = f"/home/{USER}"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
BORROWED_FILES = ("/etc/resolv.conf", "/etc/hosts", CERTIFICATES)
BORROWED_VARIABLES = re.compile(r"^(PIP_|UV_|NPM_CONFIG_|SSL_CERT_FILE$|NODE_EXTRA_CA_CERTS$)|_PROXY$", re.IGNORECASE)

# A chroot shares the network with this machine, whose own services a bare one does not have.
NO_SERVICES = {"TEST_DATABASE_URL": "postgres://nobody@127.0.0.1:9/none", "TEST_REDIS_URL": "redis://127.0.0.1:9"}


class Outcome:
    """How one command ended: its exit code, its seconds, and the last lines that it printed."""

    def __init__(self, code: int, seconds: float, output: str) -> None:
        self.code = code
        self.seconds = seconds
        self.output = output

    @property
    def last_line(self) -> str:
        return (self.output.strip().splitlines() or [""])[-1]


def main(quick: bool) -> Proof:
    if quick:
        return _on_this_machine()
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        return Proof("not measured: it needs root and `apt install debootstrap`", held=False)
    return _in_a_chroot()


def _on_this_machine() -> Proof:
    with tempfile.TemporaryDirectory(prefix="flotilla-bare-") as folder:
        clone, home = Path(folder) / "flotilla", Path(folder) / "home"
        home.mkdir()
        _clone(clone)
        environment = _environment(str(home), os.environ["PATH"])

        def run(*command: str) -> Outcome:
            return _timed(command, list(command), cwd=clone, env=environment)

        cold, again, page = run("./run", "setup"), run("./run", "setup"), run("./run", "help")
    held = cold.code == again.code == page.code == 0 and again.seconds < SECOND_START_SECONDS
    return Proof(f"set-up {cold.seconds:.1f} s cold, {again.seconds:.2f} s the second time", held)


def _in_a_chroot() -> Proof:
    with _debian() as machine:
        _clone(machine / HOME.lstrip("/") / "flotilla")
        _must("chroot", str(machine), "chown", "-R", f"{USER}:", HOME)

        def run(*command: str) -> Outcome:
            line = f"cd {HOME}/flotilla && exec {' '.join(command)}"
            chroot = shutil.which("chroot") or "chroot"
            inside = [chroot, f"--userspec={USER}:{USER}", str(machine), "/bin/sh", "-c", line]
            return _timed(command, inside, env=_environment(HOME, "/usr/local/bin:/usr/bin:/bin") | NO_SERVICES)

        cold, again = run("./run", "setup"), run("./run", "setup")
        demo, demo_again = run("./run", "demo", "--check"), run("./run", "demo", "--check")
        tests = run("./run", "test")
    outcomes = (cold, again, demo, demo_again, tests)
    figure = (
        f"set-up {cold.seconds:.1f} s cold, {again.seconds:.2f} s the second time; "
        f"demo --check {demo.seconds:.0f} s, again {demo_again.seconds:.0f} s; "
        f"test {tests.seconds:.0f} s: {tests.last_line}"
    )
    return Proof(figure, all(o.code == 0 for o in outcomes) and again.seconds < SECOND_START_SECONDS)


@contextmanager
def _debian() -> Iterator[Path]:
    """A Debian 12 with python3 and pip and one ordinary user, gone again at the end."""
    machine = Path(tempfile.mkdtemp(prefix="flotilla-debian-", dir="/var/tmp"))
    machine.chmod(0o755)  # the ordinary user must be able to enter
    mounted: list[Path] = []
    try:
        started = time.monotonic()
        _must("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(machine), *_mirror())
        print(f"debootstrap took {time.monotonic() - started:.0f} s", flush=True)
        for file in (*BORROWED_FILES, *_borrowed_variables().values()):
            if Path(file).is_file():
                target = machine / file.lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
        _must("chroot", str(machine), "useradd", "--create-home", USER)
        for kind, target in (("proc", "proc"), ("tmpfs", "dev/shm")):
            (machine / target).mkdir(exist_ok=True)
            _must("mount", "-t", kind, kind, str(machine / target))
            mounted.append(machine / target)
        yield machine
    finally:
        for target in reversed(mounted):
            subprocess.run(["umount", "--lazy", str(target)], check=False)
        shutil.rmtree(machine, ignore_errors=True)


def _mirror() -> list[str]:
    """Where this machine gets Debian's packages from; nothing to let debootstrap choose."""
    folder = Path("/etc/apt")
    for file in sorted([*folder.glob("sources.list.d/*.sources"), *folder.glob("sources.list*")]):
        if file.is_file():
            found = re.search(r"^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(\S+)", file.read_text(), re.MULTILINE)
            if found:
                return [found[1]]
    return []


def _clone(target: Path) -> None:
    """The committed state of this repository, and nothing that only lies in its folder."""
    _must("git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(target))


def _borrowed_variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if BORROWED_VARIABLES.search(name)}


def _environment(home: str, path: str) -> dict[str, str]:
    return {"HOME": home, "PATH": path, "LANG": "C.UTF-8", **_borrowed_variables()}


def _must(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} exited with {done.returncode}:\n{done.stdout[-2000:]}")


def _timed(asked: tuple[str, ...], command: list[str], *, env: dict[str, str], cwd: Path | None = None) -> Outcome:
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    outcome = Outcome(done.returncode, time.monotonic() - started, done.stdout)
    print(f"$ {' '.join(asked)}  ({outcome.seconds:.1f} s, exit {outcome.code})", flush=True)
    if outcome.code:
        print(outcome.output[-4000:], file=sys.stderr, flush=True)
    return outcome
