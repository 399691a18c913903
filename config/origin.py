"""The node's address and its data directory belong together: addresses of published things never change."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from django.conf import settings

from config.environment import made_once


class DataInUse(RuntimeError):
    """Another server process works with this data directory."""


def origin_file() -> Path:
    return Path(settings.DATA_DIR) / "origin"


def first_origin() -> str | None:
    """The ORIGIN this data was first served under, or None before the first start."""
    try:
        return origin_file().read_text().strip()
    except FileNotFoundError:
        return None


def remember_origin() -> None:
    made_once(origin_file(), lambda: str(settings.ORIGIN))


def hold_data_directory() -> IO[str]:
    """Make this process the only server on DATA_DIR for as long as the returned file stays open.

    The lock goes with the process, however it ends. Raises DataInUse and names the holder.
    """
    file = open(Path(settings.DATA_DIR) / "server.lock", "a+")  # noqa: SIM115  held open on purpose
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise DataInUse(
            f"another server (process {holder}) already uses {settings.DATA_DIR}. With BROKER_URL=memory:// "
            "only one may: stop it, choose another DATA_DIR, or set BROKER_URL to RabbitMQ or Redis."
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
