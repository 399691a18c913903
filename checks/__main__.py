"""`./run check`: every check runs, each prints one line, and the exit code is non-zero when any failed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from checks import APPS, ROOT, locks, translations

Check = Callable[[], str]
"""Returns what is wrong, in lines; an empty string when nothing is."""

STRICT = ("journal", "federation", "atlas", "config")
AT_ONCE = 2


def program(*command: str) -> Check:
    """A check that is another program: wrong when it exits non-zero, and then its output says why."""

    def run() -> str:
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return "" if done.returncode == 0 else done.stdout.strip() or f"{command[0]} exited with {done.returncode}"

    return run


def tool(name: str, *arguments: str) -> Check:
    return program(str(Path(sys.executable).parent / name), *arguments)


def manage(*arguments: str) -> Check:
    return program(sys.executable, "manage.py", *arguments)


def templates() -> list[str]:
    return [str(path.relative_to(ROOT)) for app in APPS for path in sorted((ROOT / app).rglob("templates"))]


def translations_complete() -> str:
    return "\n".join(fault for language in translations.LANGUAGES for fault in translations.faults(language))


CHECKS: dict[str, Check] = {
    "types (mypy, strict)": tool("mypy", *STRICT),
    "lint (ruff)": tool("ruff", "check", "--output-format", "concise", "."),
    "format (ruff)": tool("ruff", "format", "--check", "."),
    "imports go one way": tool("lint-imports"),
    "templates (djlint)": tool("djlint", "--lint", "--quiet", *templates()),
    "settings and middleware": manage("check", "--fail-level", "WARNING"),
    "migrations": manage("makemigrations", "--check", "--dry-run"),
    "translations complete": translations_complete,
    "locks": lambda: "\n".join(locks.faults()),
    "front end (tsc)": program("npm", "run", "--silent", "check"),
}


def main(wanted: list[str]) -> int:
    """Run the checks whose names contain any of these words; all of them when there is none."""
    chosen = {name: check for name, check in CHECKS.items() if not wanted or any(word in name for word in wanted)}
    if not chosen:
        print(f"No check is called {' or '.join(wanted)}. There are: {'; '.join(CHECKS)}.")
        return 2
    data = tempfile.mkdtemp(prefix="flotilla-check-")
    os.environ["DATA_DIR"] = data
    started = time.monotonic()
    failed = 0
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = {name: pool.submit(check) for name, check in chosen.items()}
            for name, future in running.items():
                wrong = future.result()
                failed += bool(wrong)
                print(f"{name:<26} {'failed' if wrong else 'ok'}", flush=True)
                if wrong:
                    print("    " + wrong.replace("\n", "\n    "), flush=True)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    print(f"{len(chosen) - failed} ok, {failed} failed, {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
