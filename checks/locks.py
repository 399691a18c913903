"""Locks name what is installed and its hash, never where it comes from: every clone asks its own registry."""

from __future__ import annotations

import json
import re

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
    for lock in sorted(ROOT.glob("requirements-*.txt")):
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
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, package in packages.items():
        if "resolved" in package:
            found.append(f"package-lock.json: {name} records an address; see omit-lockfile-registry-resolved")
        if name and "integrity" not in package:
            found.append(f"package-lock.json: {name} has no integrity hash")
    return found
