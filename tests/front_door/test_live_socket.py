"""The socket of a page: it says that something is new, to whom it concerns, and nothing else."""

from __future__ import annotations

import json
import logging
import threading
import time
from contextlib import asynccontextmanager

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

import journal
from accounts import actions as accounts
from atlas.models import Card, CardTopic, Topic
from federation import audiences
from notifications import actions, pokes, sockets

pytestmark = pytest.mark.django_db(transaction=True)

TOPIC = "urn:flotilla:topic:test-boats"
SILENCE = 0.3  # seconds in which a wrong message would have come


@pytest.fixture(autouse=True)
def rested_sender(monkeypatch):
    """Spacing counts from the last poke of the process; each story starts without one."""
    monkeypatch.setattr(pokes, "sender", pokes.Sender())


@pytest.fixture
def bob():
    return accounts.make_account("bob@tenants.example")


@pytest.fixture
def charlie():
    return accounts.make_account("charlie@tenants.example")


@pytest.fixture
def cookie_of():
    def sign_in(user) -> str:
        client = Client()
        client.force_login(user)
        return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    return sign_in


@asynccontextmanager
async def open_page(cookie: str = "", expect: bool = True):
    from config.asgi import application

    headers = [(b"origin", settings.ORIGIN.encode()), (b"host", b"127.0.0.1:8000")]
    if cookie:
        headers.append((b"cookie", cookie.encode()))
    page = WebsocketCommunicator(application, "/ws/", headers=headers)
    connected, _protocol = await page.connect(timeout=5)
    assert connected == expect
    try:
        yield page
    finally:
        await page.disconnect()


async def next_poke(page) -> str:
    message = json.loads(await page.receive_from(timeout=5))
    assert set(message) == {"poke"}, "a poke holds nothing but its name"
    return message["poke"]


def appear():
    """A card about TOPIC, with the journal entry the atlas writes for it."""
    now = timezone.now()
    with transaction.atomic():
        card = Card.objects.create(
            kind="need",
            uri=f"https://hackney.example/needs/{time.monotonic_ns()}",
            url="/needs/k3v9x2",
            title="A boat",
            audience=audiences.PUBLIC,
            published=now,
            updated=now,
            appeared_at=now,
        )
        CardTopic.objects.create(card=card, topic_id=TOPIC)
        journal.record("card.appeared", card.uri, origin="peer")


def follow_boats(user):
    Topic.objects.get_or_create(iri=TOPIC, scheme="topic", slug="test-boats", defaults={"labels": {"en": "Boats"}})
    actions.follow(user, "topic", TOPIC)


def test_everybody_hears_that_the_shared_view_moved(work):
    @async_to_sync
    async def story():
        async with open_page() as visitor:
            await sync_to_async(appear)()
            await sync_to_async(work)()
            assert await next_poke(visitor) == "metro"
            assert await visitor.receive_nothing(SILENCE)

    story()


def test_only_the_follower_hears_of_a_new_notice(bob, charlie, cookie_of, work):
    follow_boats(bob)
    bobs, charlies = cookie_of(bob), cookie_of(charlie)

    @async_to_sync
    async def story():
        async with open_page(bobs) as his, open_page(charlies) as other:
            await sync_to_async(appear)()
            await sync_to_async(work)()
            assert {await next_poke(his), await next_poke(his)} == {"metro", "notices"}
            assert await next_poke(other) == "metro"
            assert await other.receive_nothing(SILENCE)

    story()


def test_reading_on_one_page_reaches_the_bell_of_another(bob, cookie_of, work):
    follow_boats(bob)
    appear()
    work()
    cookie = cookie_of(bob)

    @async_to_sync
    async def story():
        async with open_page(cookie) as page:
            await sync_to_async(actions.mark_all_read)(bob)
            while await next_poke(page) != "notices":
                pass

    story()


def test_a_poke_from_a_worker_thread_arrives_at_once():
    @async_to_sync
    async def story():
        async with open_page() as page:
            started = time.monotonic()
            threading.Thread(target=pokes.poke_metro).start()
            await next_poke(page)
            assert time.monotonic() - started < 0.2

    story()


def test_a_burst_is_one_poke_now_and_one_at_its_end():
    @async_to_sync
    async def story():
        async with open_page() as page:
            for _time in range(200):
                pokes.poke_metro()
            await next_poke(page)
            for _time in range(200):
                pokes.poke_metro()
            assert await page.receive_nothing(SILENCE)
            await next_poke(page)
            assert await page.receive_nothing(SILENCE)

    story()


def test_nothing_is_said_before_the_commit_or_after_a_rollback():
    @async_to_sync
    async def story():
        async with open_page() as page:

            def change_and_fail():
                with transaction.atomic():
                    pokes.poke_metro()
                    time.sleep(SILENCE)
                    transaction.set_rollback(True)

            await sync_to_async(change_and_fail)()
            assert await page.receive_nothing(SILENCE)

    story()


def test_one_person_cannot_hold_sockets_without_end(bob, cookie_of, monkeypatch):
    monkeypatch.setattr(sockets, "PER_PERSON", 2)
    cookie = cookie_of(bob)

    @async_to_sync
    async def story():
        async with open_page(cookie), open_page(cookie):
            async with open_page(cookie, expect=False):
                pass
            async with open_page():
                pass
        async with open_page(cookie):
            pass

    story()
    assert not sockets.held()


def test_a_page_that_talks_is_shown_the_door():
    @async_to_sync
    async def story():
        async with open_page() as page:
            await page.send_to(text_data="x" * 100)
            assert (await page.receive_output(5))["type"] == "websocket.close"

    story()


def test_a_channel_layer_that_is_down_costs_a_log_line_and_no_time(settings, caplog, work):
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:1"]},
        }
    }
    started = time.monotonic()
    with caplog.at_level(logging.WARNING, "notifications.pokes"):
        appear()
        work()
        assert time.monotonic() - started < 2
        while "pokes are not sent" not in caplog.text:
            assert time.monotonic() - started < 10, "no word in the log"
            time.sleep(0.05)
    assert not journal.Errand.objects.filter(state="dead").exists()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, b"9.9.9.9", "10.0.0.1"),
        (1, b"9.9.9.9, 1.2.3.4", "1.2.3.4"),
        (2, b"9.9.9.9, 1.2.3.4", "9.9.9.9"),
        (3, b"9.9.9.9, 1.2.3.4", "10.0.0.1"),
        (1, b"", "10.0.0.1"),
    ],
)
def test_a_visitor_is_counted_by_the_address_that_the_proxies_vouch_for(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    scope = {"client": ("10.0.0.1", 5000), "headers": [(b"x-forwarded-for", forwarded)]}
    assert sockets.address_of(scope) == address
