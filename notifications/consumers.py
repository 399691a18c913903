"""The one WebSocket of a page. It only says that something is new; what it is, the page asks by HTTP."""

from __future__ import annotations

import json
import logging
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from notifications import pokes, sockets

log = logging.getLogger(__name__)

TRY_LATER = 1013  # RFC 6455 registry: Try Again Later
NOT_EXPECTED = 1008  # RFC 6455 §7.4.1: policy violation


class LiveConsumer(AsyncWebsocketConsumer):
    """Everybody hears `metro`; a signed-in person also hears that their notices changed."""

    holder = ""
    joined: tuple[str, ...] = ()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """The socket's whole life: its place is given back even when the server cuts it off."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self.holder:
                sockets.leave(self.holder)

    async def connect(self) -> None:
        user = self.scope["user"]
        own = (pokes.user_group(user.pk),) if user.is_authenticated else ()
        holder = own[0] if own else sockets.address_of(self.scope)
        try:
            sockets.enter(holder)
        except sockets.TooMany:
            log.info("a socket too many for %s was refused", user if own else "a visitor")
            await self.close(TRY_LATER)
            return
        self.holder = holder
        self.joined = (pokes.METRO, *own)
        for group in self.joined:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        for group in self.joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Pages have nothing to say here."""
        await self.close(NOT_EXPECTED)

    async def poke(self, event: dict[str, Any]) -> None:
        await self.send(json.dumps({"poke": event["poke"]}))
