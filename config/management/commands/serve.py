"""Serve this node: web pages, WebSockets and, with an in-memory broker, its worker."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand

from config import embedded, origin
from config.environment import is_loopback

DEFAULT_PORT = 8000


class Command(BaseCommand):
    help = "Serve this node. Brings the database up to date first, and prints how the first steward signs in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, help="default: the port of a loopback ORIGIN, else 8000")
        parser.add_argument(
            "--no-migrate",
            dest="migrate",
            action="store_false",
            help="leave the database as it is, for example when several web processes share it",
        )

    def handle(self, *args: Any, host: str, port: int | None, migrate: bool, **options: Any) -> None:
        lock = self._hold_data() if embedded.is_needed() else None
        if migrate:
            call_command("migrate", interactive=False, verbosity=0)
        origin.remember_origin()

        from accounts.actions import first_steward_link
        from config.asgi import application
        from config.server import NodeServer

        if lock:
            embedded.start()
        link = first_steward_link()
        server = NodeServer(application, host, port or _default_port(), on_ready=lambda: self._say_ready(link))
        server.run()
        if server.failure:
            raise CommandError(f"cannot listen: {server.failure}")
        # Whatever the worker's threads still do is in the database, and done again after the next start.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    def _hold_data(self) -> Any:
        try:
            return origin.hold_data_directory()
        except origin.DataInUse as error:
            raise CommandError(str(error)) from None

    def _say_ready(self, link: str | None) -> None:
        self.stdout.write(f"This node is at {settings.ORIGIN}")
        if link:
            self.stdout.write(f"It has no steward yet. Whoever opens this link becomes the first: {link}")
        self.stdout.flush()


def _default_port() -> int:
    address = urlsplit(settings.ORIGIN)
    return (address.port if is_loopback(address.hostname or "") else None) or DEFAULT_PORT
