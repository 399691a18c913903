"""A server that takes its time with its pictures holds up its own pictures, and nothing else."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from cop.actions.proposals import publish_proposal
from cop.models import Proposal
from federation import asking, http
from federation.http import Answer, Fetched, FetchFailed
from federation.models import Attachment, Delivery, Receipt
from journal import Errand
from journal.lanes import work_until_idle
from tests.gatherings import Camden
from tests.pictures import picture

SLOW = [f"https://slow.example/{number}.webp" for number in range(4)]
QUICK = [f"https://quick.example/{number}.webp" for number in range(2)]
PATIENCE_SECONDS = 20


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


@pytest.fixture
def dana(peer):
    return peer.somebody("people/dana", name="Dana")


def shown(url: str) -> Fetched:
    return Fetched(url, 200, "image/webp", picture(size=(8, 8)), {})


def with_pictures(peer, path: str, urls: list[str]):
    images = [{"type": "Image", "mediaType": "image/webp", "url": url, "name": "A table"} for url in urls]
    return peer.note(peer.dana, path, attachment=images)


def copied() -> set[str]:
    return set(Attachment.objects.exclude(file="").values_list("url", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_slow_picture_server_holds_up_neither_deliveries_nor_messages_nor_other_pictures(
    camden, peer, web, monkeypatch
):
    peer.dana = peer.somebody("people/dana", name="Dana")
    asked, let_go = threading.Event(), threading.Event()
    at_once, most_at_once = [], []

    def slowly(url: str) -> Fetched:
        at_once.append(url)
        most_at_once.append(len(at_once))
        asked.set()
        assert let_go.wait(PATIENCE_SECONDS), "everything waited for the slow one"
        at_once.remove(url)
        return shown(url)

    async def take(url: str, body: bytes, headers: object, **_: object) -> Answer:
        return Answer(202, {}, "")

    monkeypatch.setattr(http, "post", take)
    web.pages |= {url: lambda url=url: slowly(url) for url in SLOW} | {url: shown(url) for url in QUICK}
    peer.does(peer.dana, "Create", with_pictures(peer, "needs/1", SLOW))

    def worker() -> None:
        try:
            work_until_idle()
        finally:
            connection.close()

    held_up = threading.Thread(target=worker)
    held_up.start()
    try:
        assert asked.wait(PATIENCE_SECONDS)
        peer.does(peer.dana, "Create", with_pictures(peer, "needs/2", QUICK))
        ours = publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A van", language="en")
        work_until_idle()
        assert copied() == set(QUICK)
        assert not Receipt.objects.exclude(state="done").exists()
        assert Delivery.objects.get(object_uri=ours.uri).state == "done"
        common = Errand.objects.filter(state="ready", due_at__lte=timezone.now())
        assert set(common.values_list("kind", flat=True)) == {"federation.fetch_picture"}
    finally:
        let_go.set()
        held_up.join(PATIENCE_SECONDS)
    assert max(most_at_once) == 1, "one picture of a server at a time"
    assert copied() == {*SLOW, *QUICK}, "the slow ones came one after another"


def test_a_server_that_does_not_answer_rests_and_those_of_others_go_first(peer, dana, web, work):
    peer.dana = dana
    web.pages |= {url: FetchFailed(f"{url}: no answer within 10 seconds") for url in SLOW}
    web.pages |= {url: shown(url) for url in QUICK}
    peer.does(dana, "Create", with_pictures(peer, "needs/1", SLOW))
    peer.does(dana, "Create", with_pictures(peer, "needs/2", QUICK))
    work()
    assert [url for url in web.asked if url in SLOW] == SLOW[:1] and copied() == set(QUICK)
    web.pages |= {url: shown(url) for url in SLOW}
    with time_machine.travel(timezone.now() + asking.REST + dt.timedelta(seconds=1)):
        work()
    assert copied() == {*SLOW, *QUICK}


def test_slow_servers_have_no_more_than_one_turn_before_the_others(peer, dana, web, work):
    """More slow servers than this process asks at once: whoever has many pictures waits, and nobody behind them."""
    peer.dana = dana
    slow = [f"https://{name}.example/{number}.webp" for name in ("slow", "slower") for number in range(4)]
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def after_nine_seconds(url: str) -> Fetched:
            clock.shift(9)
            return shown(url)

        web.pages |= {url: lambda url=url: after_nine_seconds(url) for url in slow} | {u: shown(u) for u in QUICK}
        peer.does(dana, "Create", with_pictures(peer, "needs/1", slow[:4]))
        peer.does(dana, "Create", with_pictures(peer, "needs/2", slow[4:]))
        peer.does(dana, "Create", with_pictures(peer, "needs/3", QUICK))
        work()
    asked = [url for url in web.asked if url in {*slow, *QUICK}]
    assert set(asked[:4]) == {slow[0], slow[4], *QUICK}, asked
    assert copied() == {*slow, *QUICK}


def test_what_has_no_address_to_ask_at_stays_a_link(peer, dana, web, client, work):
    peer.dana = dana
    url = "https://somebody@slow.example/1.webp"
    peer.does(dana, "Create", with_pictures(peer, "needs/1", [url]))
    work()
    assert not Errand.objects.filter(kind="federation.fetch_picture").exists() and url not in web.asked
    assert client.get(Proposal.objects.get().get_absolute_url()).status_code == 200
