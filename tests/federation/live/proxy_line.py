"""What the proxy knows of one node, and its own connections to it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field

from tests.federation.live import proxy_wire as wire
from tests.federation.live.proxy_wire import BROKEN, Message, Streams

HOST = "127.0.0.1"
RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Manner:
    """How a node seems to others. `after` seconds pass before its answers; None: it takes the call and stays silent.

    With `stands_in` the proxy itself takes what is posted, and the node hears nothing: somebody who costs nothing.
    """

    after: float | None = 0.0
    stands_in: bool = False


PLAIN = Manner()
SILENT = Manner(after=None)


@dataclass
class Berth:
    """One node behind the proxy: `port` is the public one, `inner` where it listens."""

    name: str
    port: int
    inner: int
    manner: Manner = PLAIN
    server: asyncio.Server | None = None
    gone: int = 0
    """Requests of nodes that went on to it, for those that are to be overtaken."""
    calls: set[asyncio.Task[None]] = field(default_factory=set)


class Line:
    """The proxy's own connection to a node, opened when first needed and kept for the next request."""

    def __init__(self, berth: Berth, stack: contextlib.AsyncExitStack) -> None:
        self.berth = berth
        self._streams: Streams | None = None
        stack.callback(self.hang_up)

    async def ask(self, question: Message) -> Message:
        """Raises one of BROKEN when the node cannot be reached, or ends before it has answered."""
        fresh = self._streams is None
        try:
            return await self._ask(question)
        except BROKEN:
            self.hang_up()
            if fresh:
                raise
        return await self._ask(question)  # the node had closed a connection that was left open from before

    async def _ask(self, question: Message) -> Message:
        if self._streams is None:
            self._streams = await dial(self.berth)
        reader, writer = self._streams
        writer.write(question.raw)
        await writer.drain()
        answer = await wire.read_answer(wire.asked(question.head)[0], reader)
        if answer.closes:
            self.hang_up()
        return answer

    async def say_half(self, question: Message) -> None:
        self.hang_up()
        _, writer = self._streams = await dial(self.berth)
        writer.write(question.half())
        await writer.drain()
        self.hang_up()

    def hang_up(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    @classmethod
    async def once(cls, berth: Berth, question: Message) -> Message:
        """On a connection for this question alone."""
        async with contextlib.AsyncExitStack() as stack:
            return await cls(berth, stack).ask(question)


async def dial(berth: Berth) -> Streams:
    return await asyncio.open_connection(HOST, berth.inner, limit=wire.LONGEST_HEAD)


def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection as a network does, not as a program would."""
    found: socket.socket | None = writer.get_extra_info("socket")
    if found is not None and found.fileno() >= 0:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
