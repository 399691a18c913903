"""HTTP/1.1 as far as a proxy between two well-meaning programs must read it: where a message ends."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

LONGEST_HEAD = 1_000_000  # bytes
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:\s*chunked", re.IGNORECASE)
_AGENT = re.compile(rb"\r\nuser-agent:\s*Flotilla \(\+([^)]+)\)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection:\s*close", re.IGNORECASE)

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
BROKEN = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)


@dataclass(frozen=True)
class Message:
    """A question or an answer, as its bytes came: `body` with the sizes of its chunks, where it has any."""

    head: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        return self.head + self.body

    @property
    def status(self) -> int:
        """Of an answer."""
        return int(self.head.split(b" ", 2)[1])

    @property
    def closes(self) -> bool:
        return _CLOSES.search(self.head) is not None

    def half(self) -> bytes:
        """The head and half of the body; without a body, half of the head."""
        return self.head + self.body[: len(self.body) // 2] if self.body else self.head[: len(self.head) // 2]

    def corrupted(self, place: float) -> Message:
        """With one bit of the body turned, `place` of the way through it; a message without a body stays as it is."""
        if not self.body:
            return self
        body = bytearray(self.body)
        body[int(place * len(body))] ^= 1
        return Message(self.head, bytes(body))


def sender(head: bytes) -> str:
    """The origin of the node that asks; empty for anybody else."""
    found = _AGENT.search(head)
    return found[1].decode("latin-1").rstrip("/") if found else ""


def asked(head: bytes) -> tuple[str, str]:
    """Method and path of a question."""
    method, path, _ = head.split(b" ", 2)
    return method.decode("latin-1"), path.decode("latin-1")


async def read_head(reader: asyncio.StreamReader) -> bytes:
    """Raises one of BROKEN when the other side has hung up."""
    return await reader.readuntil(b"\r\n\r\n")


async def read_body(head: bytes, reader: asyncio.StreamReader) -> bytes:
    length = _LENGTH.search(head)
    if length:
        return await reader.readexactly(int(length[1]))
    if not _CHUNKED.search(head):
        return b""
    body = bytearray()
    while True:
        line = await reader.readuntil(b"\r\n")
        chunk = await reader.readexactly(int(line.split(b";")[0], 16) + 2)
        body += line + chunk
        if line.startswith(b"0"):
            return bytes(body)


async def read_answer(method: str, reader: asyncio.StreamReader) -> Message:
    head = await read_head(reader)
    while head.startswith(b"HTTP/1.1 1"):  # 100 Continue comes before the answer
        head = await read_head(reader)
    if method == "HEAD" or head.split(b" ", 2)[1] in {b"204", b"304"}:
        return Message(head, b"")
    return Message(head, await read_body(head, reader))


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything that comes, as it comes, until the end."""
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
