"""Daphne in this process, ending cleanly: no accepted request is cut off by SIGTERM."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from twisted.internet import reactor as twisted_reactor

from journal import claims

#: Twisted decides at import which reactor it is, so its attributes are unknown to the type checker.
reactor: Any = twisted_reactor

GRACE_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 0.05
SLOWEST_REQUEST_SECONDS = 120
LARGEST_SOCKET_MESSAGE = 64 * 1024


class NodeServer(Server):  # type: ignore[misc]  # daphne ships no types
    """Serves until SIGTERM or SIGINT; then stops listening, finishes what runs, and returns from `run`."""

    def __init__(self, application: Any, host: str, port: int, on_ready: Callable[[], None]) -> None:
        self.listening: list[Any] = []
        self.draining = False
        self.failure: str | None = None
        self._application = application
        self._on_ready = on_ready
        super().__init__(
            application=self._closing_when_draining,
            endpoints=build_endpoint_description_strings(host=host, port=port),
            signal_handlers=False,
            http_timeout=SLOWEST_REQUEST_SECONDS,
            websocket_timeout=-1,
            websocket_max_message_size=LARGEST_SOCKET_MESSAGE,
            websocket_max_frame_size=LARGEST_SOCKET_MESSAGE,
            server_name="flotilla",
        )

    def run(self) -> None:
        """Serve; returns once drained. `failure` says why it could not listen, if so."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: reactor.callFromThread(self._drain))
        super().run()

    def listen_success(self, port: Any) -> None:
        self.listening.append(port)
        super().listen_success(port)
        self._on_ready()

    def listen_error(self, failure: Any) -> None:
        self.failure = str(failure.getErrorMessage())
        self.stop()

    def kill_all_applications(self) -> Any:
        # The stock method expects an application on every connection; idle ones have none.
        for protocol in [p for p, details in self.connections.items() if "application_instance" not in details]:
            del self.connections[protocol]
        return super().kill_all_applications()

    async def _closing_when_draining(self, scope: Any, receive: Any, send: Any) -> None:
        """Tell clients that keep connections alive to leave once we drain."""

        async def send_and_close(message: dict[str, Any]) -> None:
            if self.draining and message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), (b"connection", b"close")]}
            await send(message)

        await self._application(scope, receive, send_and_close if scope["type"] == "http" else send)

    def _drain(self, deadline: float | None = None) -> None:
        deadline = deadline or time.monotonic() + GRACE_SECONDS
        self.draining = True
        claims.stopping.set()
        while self.listening:
            self.listening.pop().stopListening()
        for protocol in list(self.connections):
            if type(protocol).__name__ == "WebSocketProtocol":
                protocol.serverClose()
            elif getattr(protocol, "channel", None) is not None:
                protocol.channel.persistent = False
        if (self._requests_running() or claims.anything_in_hand()) and time.monotonic() < deadline:
            reactor.callLater(LOOK_AGAIN_SECONDS, self._drain, deadline)
        else:
            self.stop()

    def _requests_running(self) -> bool:
        return any(
            type(protocol).__name__ == "WebRequest" and not details["application_instance"].done()
            for protocol, details in self.connections.items()
            if details.get("application_instance") is not None
        )
