"""A proxy between real nodes: what they say to each other is dropped, delayed, doubled, reordered, cut and corrupted.

Each node's public address is a port of the proxy, which hands on to the port where the node really listens. Requests
of other nodes meet the weather of their pair; visitors of pages, whom nothing tells apart from the test itself, pass
untouched. What happens to a pair's n-th request follows from the seed alone (`proxy_plan.lot`).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

from tests.federation.live import proxy_wire as wire
from tests.federation.live.proxy_book import POST, Book, Passage
from tests.federation.live.proxy_line import HOST, PLAIN, Berth, Line, Manner, dial, reset
from tests.federation.live.proxy_plan import CALM, LONGEST_HOLD, Fate, Lot, Weather, lot
from tests.federation.live.proxy_wire import BROKEN, Message, Streams

START_SECONDS = 10.0
TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"

Result = TypeVar("Result")


class Proxy:
    """Stands before any number of nodes, in a thread of its own; all of it is gone at the end of the `with`."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.book = Book()
        self._berths: dict[str, Berth] = {}
        self._by_origin: dict[str, str] = {}
        self._weather: dict[tuple[str, str], Weather] = {}
        self._everywhere = CALM
        self._numbers: Counter[tuple[str, str]] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)
        self._loop.close()

    def stand_before(self, name: str, *, port: int, inner: int) -> None:
        """Listen at `port` for what is meant for the node of this name, which listens at `inner`."""
        self._by_origin[f"http://{HOST}:{port}"] = name
        self._berths[name] = Berth(name, port, inner)
        self.listen(name)

    def begin(self, seed: int) -> None:
        """Begin anew with another seed: nothing has been seen, and the next request of each pair is its first."""
        self.seed = seed
        self.book = Book()
        self._numbers.clear()

    def weather(self, weather: Weather, sender: str = "", receiver: str = "") -> None:
        """From now on, for one pair, or for all that have none of their own."""
        if sender:
            self._weather[sender, receiver] = weather
        else:
            self._everywhere = weather

    def heal(self) -> None:
        """Whatever was wrong is over: every request passes, every node answers. Those on their way keep their fate."""
        self._weather.clear()
        self._everywhere = CALM
        for name in self._berths:
            self.behave(name, PLAIN)
            self.listen(name)

    def behave(self, name: str, manner: Manner) -> None:
        """How a node seems to others from now on. Who waited for its silence is hung up on."""
        berth = self._berths[name]
        was, berth.manner = berth.manner, manner
        if was.after is None and manner.after is not None:
            self._loop.call_soon_threadsafe(self._hang_up, berth)

    def refuse(self, name: str) -> None:
        """Nobody listens at the node's address any more, visitors included."""
        self._do(self._stop_listening(self._berths[name]))

    def listen(self, name: str) -> None:
        """Undo `refuse`."""
        self._do(self._listen(self._berths[name]))

    # In the thread of the proxy --------------------------------------------------------------------------

    def _do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)

    async def _listen(self, berth: Berth) -> None:
        if berth.server is None:
            berth.server = await asyncio.start_server(
                lambda reader, writer: self._call(berth, reader, writer),
                HOST,
                berth.port,
                limit=wire.LONGEST_HEAD,
                backlog=512,
            )

    async def _stop_listening(self, berth: Berth) -> None:
        if berth.server is not None:
            berth.server.close()
            berth.server = None
            self._hang_up(berth)

    async def _close(self) -> None:
        for berth in self._berths.values():
            await self._stop_listening(berth)
        await asyncio.sleep(0)
        await self._loop.shutdown_asyncgens()

    def _hang_up(self, berth: Berth) -> None:
        for call in tuple(berth.calls):
            call.cancel()

    async def _call(self, berth: Berth, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection to a node's address, for as long as it lasts."""
        task = asyncio.current_task()
        assert task is not None
        berth.calls.add(task)
        try:
            await self._converse(berth, reader, writer)
        except BROKEN:
            reset(writer)
        except asyncio.CancelledError:
            reset(writer)  # ended by `_hang_up`: the task is over, and nobody waits for it
        finally:
            berth.calls.discard(task)
            writer.close()

    async def _converse(self, berth: Berth, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with contextlib.AsyncExitStack() as stack:
            line = Line(berth, stack)
            while True:
                try:
                    head = await wire.read_head(reader)
                except BROKEN:
                    return  # they have said all they wanted
                origin = wire.sender(head)
                sender = self._by_origin.get(origin, origin)
                if not sender:
                    await _pass_through(berth, head, (reader, writer))
                    return
                question = Message(head, await wire.read_body(head, reader))
                if not await self._carry(sender, question, line, writer):
                    reset(writer)
                    return

    async def _carry(self, sender: str, question: Message, line: Line, writer: asyncio.StreamWriter) -> bool:
        """One request of another node; False when the connection breaks over it."""
        method, path = wire.asked(question.head)
        berth = line.berth
        pair = sender, berth.name
        number = self._numbers[pair] = self._numbers[pair] + 1
        drawn = lot(self.seed, *pair, number, self._weather.get(pair, self._everywhere))
        passage = self.book.enter(*pair, method, path, question.body)
        passage.fate = drawn.fate
        try:
            answer = await self._answer(question, drawn, line, passage)
        except BROKEN:
            return False
        if answer is None:
            return False
        if drawn.fate is Fate.CUT_ANSWER:
            writer.write(answer.half())
            await writer.drain()
            return False
        if drawn.fate is Fate.CORRUPT_ANSWER:
            answer = answer.corrupted(drawn.place)
        passage.status = answer.status  # before they can know it, so that whoever heard it finds it in the book
        writer.write(answer.raw)
        await writer.drain()
        return not answer.closes

    async def _answer(self, question: Message, drawn: Lot, line: Line, passage: Passage) -> Message | None:
        """What the node says to it, None where the sender is to hear nothing."""
        berth, manner = line.berth, line.berth.manner
        if manner.after is None:
            await asyncio.Event().wait()
        await asyncio.sleep(manner.after or 0)
        is_lost = manner.stands_in or drawn.fate is Fate.LOSE
        if is_lost and passage.kind == POST:
            return Message(TAKEN, b"")
        if drawn.fate in {Fate.DROP, Fate.LOSE}:
            return None
        if drawn.fate is Fate.DELAY:
            await asyncio.sleep(drawn.seconds)
        if drawn.fate is Fate.REORDER:
            await _overtaken(berth, drawn.overtaken_by)
        berth.gone += 1
        if drawn.fate is Fate.CUT:
            await line.say_half(question)
            return None
        if drawn.fate is Fate.CORRUPT:
            question = question.corrupted(drawn.place)
        answers = [line.ask(question)]
        if drawn.fate is Fate.DUPLICATE:
            answers.append(Line.once(berth, question))
        answer, *again = await asyncio.gather(*answers)
        passage.taken = sum(200 <= each.status < 300 for each in (answer, *again))
        if drawn.fate is Fate.CORRUPT and not question.body:
            answer = answer.corrupted(drawn.place)
        return None if drawn.fate is Fate.DROP_ANSWER else answer


async def _overtaken(berth: Berth, by: int) -> None:
    """Until so many later requests to the node have gone, or LONGEST_HOLD is over."""
    until = berth.gone + by
    deadline = asyncio.get_running_loop().time() + LONGEST_HOLD
    while berth.gone < until and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.02)


async def _pass_through(berth: Berth, head: bytes, visitor: Streams) -> None:
    try:
        node = await dial(berth)
    except OSError:
        reset(visitor[1])
        return
    node[1].write(head)
    await asyncio.gather(wire.pipe(visitor[0], node[1]), wire.pipe(node[0], visitor[1]))
