"""The channel layer of the embedded profile: one process, several threads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from channels.layers import InMemoryChannelLayer

SERVING_LOOP_SECONDS = 5.0


class EmbeddedChannelLayer(InMemoryChannelLayer):  # type: ignore[misc]  # channels ships no types
    """Delivers a message sent from any thread to the loop that serves the sockets.

    The stock layer puts messages into an `asyncio.Queue`, which does not wake a loop in another thread:
    a poke sent by the worker thread would wait until the socket's loop happened to turn.
    """

    serving_loop: ClassVar[asyncio.AbstractEventLoop | None] = None

    async def receive(self, channel: str) -> Any:
        type(self).serving_loop = asyncio.get_running_loop()
        return await super().receive(channel)

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        await self._on_serving_loop(super().send, channel, message)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await self._on_serving_loop(super().group_send, group, message)

    async def _on_serving_loop(self, send: Callable[..., Awaitable[None]], *args: Any) -> None:
        loop = type(self).serving_loop
        if loop is None or not loop.is_running() or loop is asyncio.get_running_loop():
            await send(*args)
            return

        async def there() -> None:
            await send(*args)

        # A loop that stops meanwhile never answers: nobody listens any more, so nobody has missed anything.
        answer = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(there(), loop))
        await asyncio.wait([answer], timeout=SERVING_LOOP_SECONDS)
