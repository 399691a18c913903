"""The one way out: every request to another server goes through here.

Connections pass `federation.guard`. A GET takes at most 3 redirects, each checked like the first; a POST
follows none. An answer is read up to 1 MB, a picture up to 5 MB, everything is over within 10 seconds. Sessions
are kept per event loop; code without one (worker threads) uses `run`, which keeps a single loop of its own alive.
"""

import asyncio
import atexit
import os
import threading
import zlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import Message
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import aiohttp
from django.conf import settings
from yarl import URL

from federation.documents import read_document
from federation.guard import FetchRefused, GuardedResolver, check_url, guarded_socket, private_allowed
from federation.limits import (
    CONNECT_SECONDS,
    MAX_BYTES,
    MAX_PICTURE_BYTES,
    MAX_RECEIPT_BYTES,
    MAX_REDIRECTS,
)
from federation.limits import TOTAL_SECONDS as TOTAL_SECONDS  # others bound their requests by it as well

FETCHES_AT_ONCE = 200
POSTS_AT_ONCE = 500
REDIRECTS = (301, 302, 303, 307, 308)
ACTIVITYSTREAMS = "https://www.w3.org/ns/activitystreams"

Sign = Callable[[str, str, bytes | None], Mapping[str, str]]
"""From method, URL and body to the headers that sign them; called again for each redirect."""
T = TypeVar("T")


class FetchFailed(FetchRefused, OSError):
    """The network or the other server failed; trying again later may help. `reason` says how."""


@dataclass(frozen=True)
class MediaTypes:
    """What we ask for, and what we take; `application/ld+json` only with the ActivityStreams profile."""

    accept: str
    taken: tuple[str, ...]
    longest: int = MAX_BYTES


ACTIVITY = MediaTypes(
    f'application/activity+json, application/ld+json; profile="{ACTIVITYSTREAMS}"',
    ("application/activity+json", "application/ld+json", "application/json"),
)
WEBFINGER = MediaTypes("application/jrd+json, application/json", ("application/jrd+json", "application/json"))
PICTURES = MediaTypes(
    "image/webp, image/jpeg, image/png, image/gif",
    ("image/webp", "image/jpeg", "image/png", "image/gif"),
    longest=MAX_PICTURE_BYTES,
)
PLAIN_JSON = MediaTypes("application/json", ("application/json",))  # NodeInfo, digests


@dataclass(frozen=True)
class Fetched:
    """What a GET brought. `url` is where the redirects ended; header names are lower-case."""

    url: str
    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """The body as a bounded JSON object. Raises BadDocument."""
        return read_document(self.body)


@dataclass(frozen=True)
class Answer:
    """What a POST was answered; `text` holds the first 2 kB, for the desk."""

    status: int
    headers: Mapping[str, str]
    text: str


async def get_json(
    url: str, *, sign: Sign | None = None, accept: MediaTypes = ACTIVITY, headers: Mapping[str, str] | None = None
) -> Fetched:
    """GET a JSON document, or with `accept=PICTURES` a picture. Any status is returned; a 2xx must have one of the
    types in `accept`. `headers` are sent beside those we always send, unsigned.

    Raises FetchRefused (guard, too many redirects, type, size), of which FetchFailed (network, time) is the
    kind that may pass.
    """
    async with _in_time(url):
        current = check_url(url)
        for _ in range(MAX_REDIRECTS + 1):
            fetched = await _get(current, sign, accept, headers or {})
            if fetched.status not in REDIRECTS or "location" not in fetched.headers:
                return fetched
            current = _redirected(current, fetched.headers["location"])
    raise FetchRefused(f"{url}: more than {MAX_REDIRECTS} redirects")


async def _get(url: URL, sign: Sign | None, accept: MediaTypes, headers: Mapping[str, str]) -> Fetched:
    sent = {
        **headers,
        "Accept": accept.accept,
        "Accept-Encoding": "gzip",
        **(sign("GET", str(url), None) if sign else {}),
    }
    async with _session(FETCHES_AT_ONCE).get(url, headers=sent, allow_redirects=False) as response:
        content_type = response.headers.get("Content-Type", "")
        ok = 200 <= response.status < 300
        if ok:
            _check_type(url, content_type, accept)
        body = b"" if response.status in REDIRECTS else await _read(response, url, accept.longest)
        return Fetched(str(url), response.status, content_type, body, _lowered(response))


def _redirected(current: URL, location: str) -> URL:
    try:
        target = current.join(URL(location, encoded=True))
    except ValueError as error:
        raise FetchRefused(f"{current}: redirect to {location[:100]!r}") from error
    if current.scheme == "https" and target.scheme != "https":
        raise FetchRefused(f"{current}: redirect from https to {target.scheme or 'nowhere'}")
    return check_url(str(target))


def _check_type(url: URL, content_type: str, accept: MediaTypes) -> None:
    header = Message()
    header["Content-Type"] = content_type[:200]
    media_type = header.get_content_type() if content_type else "none"
    profile = str(header.get_param("profile", "")).split()
    if media_type not in accept.taken or (media_type == "application/ld+json" and ACTIVITYSTREAMS not in profile):
        raise FetchRefused(f"{url}: Content-Type: expected {accept.accept}, got {content_type[:100]!r}")


async def _read(response: aiohttp.ClientResponse, url: URL, longest: int) -> bytes:
    """The whole body, unpacked; stops reading as soon as it is too long."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("gzip", "identity"):
        raise FetchRefused(f"{url}: Content-Encoding: expected gzip, got {encoding[:30]!r}")
    unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        try:
            body += unpack.decompress(chunk, longest + 1) if unpack else chunk
        except zlib.error as error:
            raise FetchRefused(f"{url}: the gzip body cannot be unpacked") from error
        if len(body) > longest:
            raise FetchRefused(f"{url}: expected at most {longest} bytes")
    return bytes(body)


async def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = TOTAL_SECONDS) -> Answer:
    """POST once, following no redirect; any status is returned. Over within `seconds`.

    Sign `url` with `federation.signatures` and pass its headers, and a Content-Type. Raises FetchRefused or
    FetchFailed.
    """
    async with (
        _in_time(url, seconds),
        _session(POSTS_AT_ONCE).post(
            check_url(url),
            data=body,
            headers={**headers, "Accept-Encoding": "identity"},
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS),
        ) as response,
    ):
        received = bytearray()
        async for chunk in response.content.iter_chunked(MAX_RECEIPT_BYTES):
            received += chunk
            if len(received) >= MAX_RECEIPT_BYTES:
                response.close()
                break
        text = received[:MAX_RECEIPT_BYTES].decode("utf-8", "replace").replace("\0", "")
        return Answer(response.status, _lowered(response), text)


def _lowered(response: aiohttp.ClientResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


@asynccontextmanager
async def _in_time(url: str, seconds: float = TOTAL_SECONDS) -> AsyncIterator[None]:
    """Bounds the whole exchange, redirects included, and names the failures of the network."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise FetchFailed(f"{url[:200]}: no answer within {seconds:.0f} seconds") from error
    except (aiohttp.ClientError, OSError) as error:
        raise FetchFailed(f"{url[:200]}: {type(error).__name__}: {str(error)[:200]}") from error


Sessions = dict[tuple[bool, int], aiohttp.ClientSession]
_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, Sessions] = WeakKeyDictionary()


def _session(at_once: int) -> aiohttp.ClientSession:
    """This loop's session for `at_once` connections; one per setting of the guard, so that none outlives a stricter
    one. Whoever delivers may wait a minute for an answer, and takes no connection from those who fetch."""
    sessions = _sessions.setdefault(asyncio.get_running_loop(), {})
    key = (private_allowed(), at_once)
    if key not in sessions or sessions[key].closed:
        sessions[key] = _new_session(at_once)
    return sessions[key]


def _new_session(at_once: int) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=GuardedResolver(),
            socket_factory=guarded_socket,
            use_dns_cache=False,
            limit=at_once,
            limit_per_host=8,
        ),
        timeout=aiohttp.ClientTimeout(total=TOTAL_SECONDS, sock_connect=CONNECT_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": f"Flotilla (+{settings.ORIGIN})"},
        auto_decompress=False,
        trust_env=False,
    )


async def close() -> None:
    """Close the running loop's sessions; call it before a loop of your own ends."""
    for session in _sessions.pop(asyncio.get_running_loop(), {}).values():
        await session.close()


class _OutgoingLoop:
    """One event loop in one daemon thread per process, started by the first who needs it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def get(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="outgoing-http", daemon=True).start()
            return self._loop

    def stop(self) -> None:
        """At exit: hang up politely."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(close(), self._loop).result(CONNECT_SECONDS)

    def forget(self) -> None:
        """After a fork the thread is gone and the lock may be held by nobody."""
        self.__init__()  # type: ignore[misc]


_outgoing = _OutgoingLoop()
os.register_at_fork(after_in_child=_outgoing.forget)
atexit.register(_outgoing.stop)


def submit(work: Coroutine[Any, Any, T]) -> Future[T]:
    """Start a coroutine on this process's outgoing loop, from a thread without an event loop."""
    return asyncio.run_coroutine_threadsafe(work, _outgoing.get())


def run(work: Coroutine[Any, Any, T], *, seconds: float | None = None) -> T:
    """`submit`, and wait for the end, at most `seconds`."""
    future = submit(work)
    try:
        return future.result(seconds)
    except TimeoutError:
        future.cancel()
        raise


def fetch(
    url: str, *, sign: Sign | None = None, accept: MediaTypes = ACTIVITY, headers: Mapping[str, str] | None = None
) -> Fetched:
    """`get_json` for worker threads."""
    return run(get_json(url, sign=sign, accept=accept, headers=headers))


def begin(url: str, *, sign: Sign | None = None, accept: MediaTypes = ACTIVITY) -> Future[Fetched]:
    """`fetch`, without waiting for the answer."""
    return submit(get_json(url, sign=sign, accept=accept))
