"""The edge of the network: all of ours runs up to the very socket, and what it would have been opened to is kept.

`federation.http` asks for its session here and gets one that looks names up and makes sockets as the real one does,
with our resolver and our guard; nothing is connected. An answer comes from the test's web.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Self
from unittest import mock

from yarl import URL

from federation import http
from federation.guard import GuardedResolver, guarded_socket
from tests.federation.peer import Web

PUBLIC = "93.184.216.34"
NAMES = {"inner.example": ["10.0.0.1"], "rebinding.example": ["93.184.216.34", "127.0.0.1"]}
ALLOWED = {PUBLIC, "1.1.1.1"}


class Edge:
    """`opened` are the addresses that sockets were made for, with the URL; `connected` what was really connected to."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.opened: list[tuple[str, str]] = []
        self.connected: list[str] = []

    @property
    def forbidden(self) -> list[str]:
        """What nobody may be asked: an address that is not public, or not by https, and any true connection."""
        wrong = [f"{url} at {address}" for url, address in self.opened if not _may_be_asked(url, address)]
        return wrong + [f"connected to {each}" for each in self.connected]

    def get(self, url: URL, **_how: Any) -> _Exchange:
        return _Exchange(self, url, "GET")

    def post(self, url: URL, **_how: Any) -> _Exchange:
        return _Exchange(self, url, "POST")

    async def open(self, url: URL) -> None:
        """As aiohttp does: a literal address goes straight to the socket, a name through the resolver."""
        host, port = url.raw_host or "", url.port or 0
        try:
            found = [str(ipaddress.ip_address(host.partition("%")[0]))]
        except ValueError:
            found = [each["host"] for each in await GuardedResolver().resolve(host, port)]
        for address in found[:1]:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            guarded_socket((family, socket.SOCK_STREAM, 0, "", (address, port))).close()
            self.opened.append((str(url), address))


class _Exchange:
    """One request; the response, once entered."""

    def __init__(self, edge: Edge, url: URL, method: str) -> None:
        self.edge, self.url, self.method = edge, url, method
        self.status, self.headers, self.body = 202, {}, b""
        self.content = self

    async def __aenter__(self) -> Self:
        await self.edge.open(self.url)
        if self.method == "GET":
            page = self.edge.web.fetch(str(self.url))
            self.status, self.body = page.status, page.body
            self.headers = {"Content-Type": page.content_type, **page.headers}
        return self

    async def __aexit__(self, *error: object) -> None:
        pass

    async def iter_chunked(self, _size: int) -> AsyncIterator[bytes]:
        yield self.body

    def close(self) -> None:
        pass


def _may_be_asked(url: str, address: str) -> bool:
    return address in ALLOWED and url.startswith("https://")


def _looked_up(host: Any, port: Any, *_more: Any, **_named: Any) -> list[Any]:
    """What the system's resolver says: names of the test are public, some are not."""
    name = str(host).rstrip(".").lower()
    if not name.endswith(".example"):
        raise socket.gaierror(f"{name} is not known")
    found = NAMES.get(name, [PUBLIC])
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port or 0))) for address in found]


@contextmanager
def at_the_edge(web: Web) -> Iterator[Edge]:
    edge = Edge(web)
    listening = True

    def heard(event: str, given: tuple[Any, ...]) -> None:
        # Two ends of one process, as event loops make them, have no address.
        if listening and event == "socket.connect" and isinstance(given[1], tuple):
            edge.connected.append(str(given[1]))

    sys.addaudithook(heard)  # which can never be taken away again
    with (
        mock.patch.object(http, "_session", lambda _at_once: edge),
        mock.patch.object(socket, "getaddrinfo", _looked_up),
    ):
        try:
            yield edge
        finally:
            listening = False
