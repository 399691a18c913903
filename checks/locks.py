"""Locks name what is installed and its hash, never where it comes from: every clone asks its own registry."""

from __future__ import annotations

import json
import re
from pathlib import Path

from checks import ROOT

ADDRESS = re.compile(
    r"(?:https?|ftp|file)://\S+|^\s*(?:--(?:index-url|extra-index-url|find-links|trusted-host)|-[if])\b"
)


def faults() -> list[str]:
    """One line per address in a lock, per requirement without a hash, and for a uv.lock (uv writes them)."""
    found = [
        f"{path.relative_to(ROOT)}: uv.lock records addresses; keep hashed requirements files instead"
        for path in ROOT.glob("uv.lock")
    ]
    for lock in _found("requirements-*.txt"):
        lines = lock.read_text(encoding="utf-8").splitlines()
        found += [
            f"{lock.name}:{number}: holds an address: {line.strip()}"
            for number, line in enumerate(lines, start=1)
            if ADDRESS.search(line)
        ]
        pinned = [line for line in lines if line and not line.startswith((" ", "#"))]
        found += [
            f"{lock.name}: not pinned with a hash: {line}"
            for line in pinned
            if not ("==" in line and line.endswith("\\"))
        ]
    for lock in _found("package-lock.json"):
        name = lock.relative_to(ROOT)
        for package, said in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
            if "resolved" in said:
                found.append(f"{name}: {package} records an address; see omit-lockfile-registry-resolved")
            if package and "integrity" not in said:
                found.append(f"{name}: {package} has no integrity hash")
    return found


def _found(pattern: str) -> list[Path]:
    """Our own locks, and those of the foreign programs that tests install."""
    return sorted([*ROOT.glob(pattern), *ROOT.glob(f"tests/**/{pattern}")])
