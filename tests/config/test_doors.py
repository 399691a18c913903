"""What every answer of the node carries, and what those who watch it can ask."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time

import pytest
from asgiref.sync import async_to_sync
from django.db import DatabaseError
from django.utils import timezone

from config.caching import ForgivingRedisCache
from config.layers import EmbeddedChannelLayer
from journal import Heartbeat, keeper
from tests.nodes import eventually


@pytest.mark.django_db
def test_ready_means_that_the_database_answers_and_a_worker_was_heard(client, monkeypatch):
    assert client.get("/live").status_code == 200
    answer = client.get("/ready")
    assert (answer.status_code, answer.text) == (503, "not ready: no worker has been heard yet\n")
    keeper.beat()
    assert client.get("/ready").status_code == 200
    Heartbeat.objects.update(at=timezone.now() - dt.timedelta(seconds=61))
    assert "no worker was heard for 61 seconds" in client.get("/ready").text

    def away():
        raise DatabaseError("gone")

    monkeypatch.setattr("journal.keeper.last_heartbeat", away)
    assert client.get("/ready").text == "not ready: the database does not answer\n"


def test_scripts_and_styles_come_from_this_node_only_and_never_inline(client):
    policy = client.get("/live").headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == directives["style-src"] == directives["default-src"] == "'self'"
    assert directives["img-src"] == "'self' data:"
    assert directives["connect-src"] == "'self' ws://127.0.0.1:8000"
    assert directives["frame-ancestors"] == directives["object-src"] == directives["base-uri"] == "'none'"
    assert "unsafe" not in policy


def test_nodes_on_one_machine_do_not_share_cookies(settings):
    names = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME}
    assert len(names) == 3
    assert all(name.endswith("_8000") for name in names)


def test_a_poke_from_the_workers_thread_wakes_the_sockets_loop():
    layer = EmbeddedChannelLayer()
    received: list[float] = []
    listening = threading.Event()

    async def socket() -> None:
        channel = await layer.new_channel()
        await layer.group_add("metro", channel)
        listening.set()
        while True:
            message = await layer.receive(channel)
            received.append(time.perf_counter() - message["sent"])

    loop = asyncio.new_event_loop()
    listener = loop.create_task(socket())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening.wait(5)
    for _ in range(10):
        time.sleep(0.02)
        async_to_sync(layer.group_send)("metro", {"type": "poke", "sent": time.perf_counter()})
    eventually(lambda: len(received) == 10)
    loop.call_soon_threadsafe(listener.cancel)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    assert max(received) < 0.1
    begun = time.perf_counter()
    async_to_sync(layer.group_send)("metro", {"type": "poke"})
    assert time.perf_counter() - begun < 1, "a loop that has stopped keeps nobody waiting"


def test_pages_survive_a_cache_that_is_away(caplog):
    cache = ForgivingRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 1}})
    assert cache.get("limit", 7) == 7
    assert cache.get_or_set("limit", 3) == 3
    assert cache.get_many(["limit"]) == {}
    assert cache.add("limit", 1) is True
    assert cache.set("limit", 1) is None
    assert "the cache is away" in caplog.text
