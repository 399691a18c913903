"""The proxy of the fault lab, before a program that only counts: what it does to a request is what it says it does."""

from __future__ import annotations

import http.client
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.federation.live.proxy import Proxy
from tests.federation.live.proxy_book import CATALOGUE, DIGEST, OBJECT, PARTS, POST, TOGETHER, kind_of
from tests.federation.live.proxy_line import PLAIN, SILENT, Manner
from tests.federation.live.proxy_plan import Fate, Weather, lot
from tests.storage import free_port

BODY = b'{"id": "http://hackney.example/activities/1", "object": {"id": "http://hackney.example/needs/1"}}'
SAID = b"x" * 100
A_NODE = {"User-Agent": "Flotilla (+http://127.0.0.1:1)"}
BROKEN = (OSError, http.client.HTTPException)


class Counting(BaseHTTPRequestHandler):
    """Remembers every body it was sent in whole."""

    protocol_version = "HTTP/1.1"
    heard: list[bytes]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) == length:
            self.heard.append(body)
        self.do_GET()

    def do_GET(self) -> None:
        self.send_response(202)
        self.send_header("Content-Length", str(len(SAID)))
        self.end_headers()
        self.wfile.write(SAID)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def a_node_behind(proxy):
    class Handler(Counting):
        heard: list[bytes] = []

    inner, port = free_port(), free_port()
    server = ThreadingHTTPServer(("127.0.0.1", inner), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    proxy.stand_before("camden", port=port, inner=inner)
    try:
        yield port, Handler.heard
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def proxy():
    with Proxy(seed=7) as made:
        yield made


@pytest.fixture
def camden(proxy):
    with a_node_behind(proxy) as found:
        yield found


def ask(port, *, method="POST", headers=A_NODE, path="/inbox", seconds=5.0):
    """Status and body; raises one of BROKEN."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request(method, path, BODY if method == "POST" else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def heard_soon(heard, number):
    deadline = time.monotonic() + 3
    while len(heard) < number and time.monotonic() < deadline:
        time.sleep(0.01)
    return heard


def test_in_calm_weather_everything_passes_and_is_counted(proxy, camden):
    port, heard = camden
    assert ask(port) == (202, SAID) and heard == [BODY]
    (passage,) = proxy.book.since(0, POST)
    assert (passage.receiver, passage.status, passage.fate) == ("camden", 202, Fate.PASS)
    assert (passage.activity, passage.thing) == (
        "http://hackney.example/activities/1",
        "http://hackney.example/needs/1",
    )


@pytest.mark.parametrize(
    ("rates", "arrives", "is_told"),
    [
        ({"drop": 1.0}, 0, None),
        ({"drop_answer": 1.0}, 1, None),
        ({"lose": 1.0}, 0, b""),
        ({"duplicate": 1.0}, 2, SAID),
        ({"delay": 1.0}, 1, SAID),
        ({"reorder": 1.0}, 1, SAID),
        ({"cut": 1.0}, 0, None),
        ({"cut_answer": 1.0}, 1, None),
    ],
)
def test_bad_weather_does_what_it_says(proxy, camden, rates, arrives, is_told):
    port, heard = camden
    proxy.weather(Weather(**rates))
    if is_told is None:
        with pytest.raises(BROKEN):
            ask(port)
    else:
        assert ask(port) == (202, is_told)
    assert heard_soon(heard, arrives) == [BODY] * arrives
    assert proxy.book.passages[0].taken == arrives
    assert proxy.book.repeated() == max(arrives - 1, 0)


def test_one_bit_of_a_body_is_turned(proxy, camden):
    port, heard = camden
    proxy.weather(Weather(corrupt=1.0))
    ask(port)
    differing = [a ^ b for a, b in zip(heard[0], BODY, strict=True) if a != b]
    assert differing == [1]
    proxy.weather(Weather(corrupt_answer=1.0))
    assert ask(port)[1] != SAID


def test_visitors_never_notice_the_weather(proxy, camden):
    port, heard = camden
    proxy.weather(Weather(drop=1.0))
    proxy.behave("camden", SILENT)
    assert ask(port, headers={"User-Agent": "Mozilla/5.0"}) == (202, SAID) and heard == [BODY]
    assert not proxy.book.passages


def test_a_silent_node_answers_nobody_until_it_is_healed(proxy, camden):
    port, heard = camden
    proxy.behave("camden", SILENT)
    with pytest.raises(BROKEN):
        ask(port, seconds=0.3)
    proxy.heal()
    assert ask(port) == (202, SAID) and heard == [BODY]


def test_a_slow_node_answers_late(proxy, camden):
    port, _ = camden
    proxy.behave("camden", Manner(after=0.3))
    begun = time.monotonic()
    assert ask(port)[0] == 202 and time.monotonic() - begun >= 0.3
    proxy.behave("camden", PLAIN)


def test_the_proxy_can_stand_in_for_a_node(proxy, camden):
    port, heard = camden
    proxy.behave("camden", Manner(stands_in=True))
    assert ask(port) == (202, b"") and heard == []


def test_a_node_that_refuses_is_there_again_once_it_is_healed(proxy, camden):
    port, _ = camden
    proxy.refuse("camden")
    with pytest.raises(ConnectionRefusedError):
        ask(port)
    proxy.heal()
    assert ask(port)[0] == 202


def test_the_weather_of_one_pair_is_not_that_of_another(proxy, camden):
    port, _ = camden
    proxy.weather(Weather(drop=1.0), "hackney", "camden")
    assert ask(port)[0] == 202


def test_what_happens_to_a_request_follows_from_the_seed_alone():
    storm = Weather(drop=0.2, delay=0.2, duplicate=0.2, reorder=0.2)
    drawn = [lot(1, "a", "b", number, storm) for number in range(500)]
    assert drawn == [lot(1, "a", "b", number, storm) for number in range(500)]
    assert drawn != [lot(2, "a", "b", number, storm) for number in range(500)]
    assert drawn != [lot(1, "b", "a", number, storm) for number in range(500)]
    assert 60 < sum(each.fate is Fate.DROP for each in drawn) < 140


@pytest.mark.parametrize("rates", [{"drop": 0.6, "delay": 0.6}, {"drop": -0.1}])
def test_rates_that_cannot_be_are_refused(rates):
    with pytest.raises(ValueError, match="rates"):
        Weather(**rates)


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/inbox", POST),
        ("GET", "/needs/k3v9x2", OBJECT),
        ("GET", "/metro/digest", DIGEST),
        ("GET", "/metro/digest?buckets=1,2", PARTS),
        ("GET", "/metro/catalogue?after=7", CATALOGUE),
        ("GET", "/metro/catalogue?id=%2Fneeds%2F1&id=%2Fneeds%2F2", TOGETHER),
    ],
)
def test_requests_are_counted_by_what_they_are_for(method, path, kind):
    assert kind_of(method, path) == kind
