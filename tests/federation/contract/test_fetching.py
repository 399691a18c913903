"""Asking other servers, and telling them: what we send, what we take, and how it ends."""

import asyncio
import gzip
from collections.abc import Iterator

import pytest

from federation import http
from federation.http import FetchFailed, FetchRefused, fetch, get_json, post, run
from federation.signatures import sign_cavage, sign_rfc9421, verify_request
from tests.federation.cast import dana
from tests.federation.server import ACTIVITY, OtherServer, Reply, other_server

PROFILE = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@pytest.fixture
def other() -> Iterator[OtherServer]:
    with other_server() as server:
        yield server


def test_a_document_is_fetched_from_a_worker_thread(other: OtherServer) -> None:
    fetched = fetch(other.url("/needs/1#part"))
    assert (fetched.status, fetched.content_type, fetched.json()) == (200, ACTIVITY, {"type": "Note"})
    assert fetched.url == other.url("/needs/1"), "a fragment is never sent"
    asked = other.asked[0]
    assert asked.headers["accept"].startswith(ACTIVITY) and "profile=" in asked.headers["accept"]
    assert asked.headers["user-agent"].startswith("Flotilla (+http")


def test_a_document_is_fetched_from_an_event_loop_of_its_own(other: OtherServer) -> None:
    async def twice() -> list[int]:
        try:
            return [(await get_json(other.url())).status for _ in range(2)]
        finally:
            await http.close()

    assert asyncio.run(twice()) == [200, 200]


def test_a_demo_node_is_found_under_its_localhost_name(other: OtherServer) -> None:
    assert fetch(other.url("/", "hackney.localhost")).ok
    assert other.asked[0].headers["host"] == f"hackney.localhost:{other.port}"


@pytest.mark.parametrize("content_type", [ACTIVITY, f"{ACTIVITY}; charset=utf-8", PROFILE, "application/json"])
def test_types_that_are_taken(other: OtherServer, content_type: str) -> None:
    other.routes["/"] = Reply(headers={"Content-Type": content_type})
    assert fetch(other.url()).ok


def test_a_packed_answer_is_unpacked(other: OtherServer) -> None:
    headers = {"Content-Type": ACTIVITY, "Content-Encoding": "gzip"}
    other.routes["/"] = Reply(gzip.compress(b'{"type":"Article"}'), headers=headers)
    assert fetch(other.url()).json() == {"type": "Article"}


@pytest.mark.parametrize("status", [400, 401, 404, 410, 500, 503])
def test_an_error_is_an_answer_whatever_its_type(other: OtherServer, status: int) -> None:
    other.routes["/"] = Reply(b"<h1>Gone</h1>", status, {"Content-Type": "text/html"})
    fetched = fetch(other.url())
    assert (fetched.status, fetched.ok) == (status, False)


def test_three_redirects_are_followed_and_the_last_address_is_told(other: OtherServer) -> None:
    start = other.redirects("/hop/1", other.url("/hop/2", "hackney.localhost"), "../end")
    fetched = fetch(start)
    assert (fetched.status, fetched.url) == (200, other.url("/end", "hackney.localhost"))


@pytest.mark.parametrize("sign", [sign_cavage, sign_rfc9421], ids=["cavage", "rfc9421"])
def test_a_signed_fetch_is_signed_anew_for_every_redirect(other: OtherServer, sign) -> None:
    start = other.redirects(other.url("/hop/1", "hackney.localhost"), "/groups/x?page=2")

    def signed(method: str, url: str, body: bytes | None) -> dict[str, str]:
        return sign(dana().private, dana().keyid, method, url, body)

    fetch(start, sign=signed)
    hosts = ["127.0.0.1", "hackney.localhost", "hackney.localhost"]
    for host, asked in zip(hosts, other.asked, strict=True):
        origin = f"http://{host}:{other.port}"
        assert verify_request("GET", asked.path, asked.headers, b"", dana().look_up, origin=origin)


@pytest.mark.parametrize("sign", [sign_cavage, sign_rfc9421], ids=["cavage", "rfc9421"])
def test_a_post_arrives_as_it_was_signed(other: OtherServer, sign) -> None:
    other.routes["/inbox?x=1"] = Reply(b"thank you", 202, {"Content-Type": "text/plain"})
    url, body = other.url("/inbox?x=1"), b'{"type":"Create"}'
    headers = {"Content-Type": ACTIVITY, **sign(dana().private, dana().keyid, "POST", url, body)}
    answer = run(post(url, body, headers))
    assert (answer.status, answer.text) == (202, "thank you")
    asked = other.asked[0]
    assert asked.body == body and asked.headers["content-type"] == ACTIVITY
    assert verify_request("POST", "/inbox?x=1", asked.headers, body, dana().look_up, origin=other.url(""))


def test_a_post_follows_no_redirect_and_keeps_two_kilobytes_of_the_answer(other: OtherServer) -> None:
    other.routes["/inbox"] = Reply(b"\xff\x00" + b"x" * 500_000, 307, {"Location": "/elsewhere"})
    answer = run(post(other.url("/inbox"), b"{}", {}))
    assert (answer.status, answer.headers["location"]) == (307, "/elsewhere")
    assert len(answer.text) < 2_000 and "\0" not in answer.text
    assert [asked.path for asked in other.asked] == ["/inbox"]


def test_many_posts_to_several_servers_at_once(other: OtherServer) -> None:
    with other_server() as second:
        futures = [http.submit(post(each.url("/inbox"), b"{}", {})) for each in (other, second) * 20]
        assert {future.result(10).status for future in futures} == {200}


def silent(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", ACTIVITY)
    handler.end_headers()
    import time

    for _ in range(30):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def test_a_server_that_dribbles_is_left_in_time(other: OtherServer, monkeypatch: pytest.MonkeyPatch) -> None:
    other.routes["/"] = silent
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.5)
    with pytest.raises(FetchFailed, match="no answer within"):
        fetch(other.url())


def garbage(handler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9\r\n\r\n")
    handler.close_connection = True


def cut_short(handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: 99\r\n\r\n{}")
    handler.close_connection = True


@pytest.mark.parametrize("answer", [garbage, cut_short])
def test_what_is_no_http_is_a_failure_that_may_pass(other: OtherServer, answer) -> None:
    other.routes["/"] = answer
    with pytest.raises(FetchFailed):
        fetch(other.url())


def test_nobody_there_is_a_failure_that_may_pass() -> None:
    with other_server() as gone:
        url = gone.url()
    with pytest.raises(FetchFailed, match="Cannot connect"):
        fetch(url)
    with pytest.raises(FetchRefused):  # the wider of the two
        run(post(url, b"{}", {}))


def test_deliveries_to_slow_servers_leave_room_for_fetches() -> None:
    """As many as go out at once, each to a server that takes its time."""

    async def ask_meanwhile() -> int:
        answered = asyncio.Event()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if not (await reader.readline()).startswith(b"GET"):
                await answered.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
            writer.close()

        servers = [await asyncio.start_server(answer, "127.0.0.1", 0) for _ in range(31)]
        ports = [server.sockets[0].getsockname()[1] for server in servers]
        slow = [f"http://127.0.0.1:{port}/inbox" for port in ports[1:] for _ in range(8)]
        posts = [asyncio.ensure_future(post(url, b"{}", {}, seconds=60)) for url in slow]
        try:
            await asyncio.sleep(1)
            assert not any(each.done() for each in posts)
            return (await get_json(f"http://127.0.0.1:{ports[0]}/")).status
        finally:
            answered.set()
            await asyncio.gather(*posts, return_exceptions=True)
            await http.close()
            for server in servers:
                server.close()

    assert asyncio.run(ask_meanwhile()) == 200
