"""No peer can make this node ask its own network, or drown it: the addresses and answers that are refused."""

import gzip
import ipaddress
import re
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from federation import http
from federation.guard import FetchRefused, check_address, check_url, guarded_socket
from federation.http import FetchFailed, fetch, post, run
from tests.federation.server import ACTIVITY, OtherServer, Reply, other_server
from tests.federation.shared import DATA, needs_shared_data

INNER = [
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0", "0.1.2.3", "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip
OUTER = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::1", "::ffff:1.1.1.1"]
ODD = [
    "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "0", "1.1.1.1.1",
    "127.0.0.1.", "0x7f.0x0.0x0.0x1", "1.2.3.256", "example.1", "foo.0x4", "[::1%25eth0]", "[fe80::1%25lo]",
]  # fmt: skip


@pytest.fixture
def strict(settings) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = False


@pytest.fixture
def other() -> Iterator[OtherServer]:
    with other_server() as server:
        yield server


def refused(url: str, reason: str = "") -> None:
    for attempt in (lambda: fetch(url), lambda: run(post(url, b"{}", {}))):
        with pytest.raises(FetchRefused, match=reason or ".") as refusal:
            attempt()
        assert not isinstance(refusal.value, FetchFailed), f"{url} was tried: {refusal.value}"


def bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("address", INNER)
def test_an_address_that_is_not_on_the_public_internet(address: str) -> None:
    refused(f"https://{bracketed(address)}/", "not on the public internet")
    with pytest.raises(PermissionError):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        guarded_socket((family, socket.SOCK_STREAM, 0, "", (address, 443)))


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("address", OUTER)
def test_a_public_address_is_accepted(address: str) -> None:
    assert check_url(f"https://{bracketed(address)}/")


@pytest.mark.parametrize("host", ODD)
def test_an_address_in_odd_notation(host: str, settings) -> None:
    for private in (True, False):
        settings.ALLOW_PRIVATE_ADDRESSES = private
        refused(f"https://{host}/", "expected")


@pytest.mark.parametrize("address", ["169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "fe80::1", "::"])
def test_even_where_private_networks_are_allowed(address: str, settings) -> None:
    """The demo talks to loopback, never to a cloud's metadata service."""
    settings.ALLOW_PRIVATE_ADDRESSES = True
    refused(f"http://{bracketed(address)}/", "not on the public internet")


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize(
    "url",
    [
        "http://hackney.example/", "https://hackney.example:8443/", "https://hackney.example:22/",
        "https://user@hackney.example/", "https://user:pw@hackney.example/", "https://@hackney.example/",
        "https://localhost/", "https://x.localhost/", "https://X.LOCALHOST./", "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL", "ftp://hackney.example/", "data:application/json,{}", "//hackney.example/",
        "/etc/passwd", "", "https://", "https:///x", "https://a b/", "https://hackney.example\\@127.0.0.1/",
        "https://①②⑦.⓪.⓪.①/", "https://hackney。example/", "https://hackney.example/é", "https://hackney.example/\n",
        "https://hackney.example:99999/", "https://[::1", "https://[]/", "https://hackney.example/" + "x" * 3_000,
    ],
)  # fmt: skip
def test_an_address_that_is_none_of_ours_to_ask(url: str) -> None:
    refused(url)


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("name", ["payloadsallthethings-README.md", "owasp-ssrf-prevention.md"])
@needs_shared_data
def test_published_lists_of_such_addresses(name: str) -> None:
    """Every URL of the lists is refused by its look, or is a name, which is checked when it is resolved."""
    text = (DATA / "security/ssrf" / name).read_text()
    urls = set(re.findall(r"\b(?:https?|gopher|file|dict|ftp|ldap|netdoc|jar|sftp|tftp)://[^\s`\"'<>)]+", text))
    assert len(urls) > 20
    for url in urls:
        try:
            accepted = check_url(url)
        except FetchRefused:
            continue
        host = accepted.raw_host or ""
        assert accepted.scheme == "https" and re.search(r"[a-z]", host.rpartition(".")[2]), url


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names resolve to each of the answers in turn; returns the names that were looked up."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **more):
        if not str(host).endswith(".example"):
            return real(host, port, *args, **more)
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        kinds = [(socket.AF_INET6 if ":" in each else socket.AF_INET, each) for each in found]
        return [(kind, socket.SOCK_STREAM, 6, "", (each, int(port))) for kind, each in kinds]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize(
    "answer", [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["1.1.1.1", "192.168.0.1"]], ids=str
)
def test_a_name_that_leads_inside(monkeypatch: pytest.MonkeyPatch, answer: list[str]) -> None:
    resolving(monkeypatch, answer)
    refused("https://evil.example/", "not on the public internet")


def test_a_name_that_leads_elsewhere_the_second_time(monkeypatch: pytest.MonkeyPatch, other: OtherServer) -> None:
    """DNS rebinding: the address that was checked is the one connected to; nobody asks again."""
    asked = resolving(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
    assert fetch(other.url("/", "rebinding.example")).ok
    assert asked == ["rebinding.example"]
    resolving(monkeypatch, ["169.254.169.254"])
    refused(other.url("/new", "rebinding2.example"), "not on the public internet")


def test_a_connection_made_while_private_was_allowed_is_not_used_after(other: OtherServer, settings) -> None:
    assert fetch(other.url()).ok
    settings.ALLOW_PRIVATE_ADDRESSES = False
    refused(other.url())


@pytest.mark.parametrize(
    "inside",
    ["http://169.254.169.254/latest/meta-data", "http://2130706433/", "file:///etc/passwd", "http://u:p@localhost/",
     "gopher://localhost/", "http://[fe80::1]/", "//0.0.0.0/", "http://[::1"],
)  # fmt: skip
def test_a_redirect_inside(other: OtherServer, inside: str) -> None:
    with pytest.raises(FetchRefused) as refusal:
        fetch(other.redirects(inside))
    assert not isinstance(refusal.value, FetchFailed)
    assert len(other.asked) == 1


def test_a_redirect_from_https_to_http() -> None:
    with pytest.raises(FetchRefused, match="redirect from https to http"):
        http._redirected(URL("https://hackney.example/"), "http://hackney.example/")
    assert str(http._redirected(URL("https://a.example/x/y"), "../z")) == "https://a.example/z"


def test_a_fourth_redirect(other: OtherServer) -> None:
    with pytest.raises(FetchRefused, match="more than 3 redirects"):
        fetch(other.redirects("/hop/1", "/hop/2", "/hop/3", "/end"))
    assert "/end" not in [asked.path for asked in other.asked]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html", "application/ld+json", 'application/ld+json; profile="https://evil.example/"', "text/plain",
        "image/png", "", "application/activity+json.evil", "x", 'application/ld+json; profile="',
    ],
)  # fmt: skip
def test_a_wrong_content_type(other: OtherServer, content_type: str) -> None:
    """Else a file somebody uploaded to a server could speak as that server."""
    other.routes["/"] = Reply(headers={"Content-Type": content_type} if content_type else {})
    with pytest.raises(FetchRefused, match="Content-Type: expected application/activity") as refusal:
        fetch(other.url())
    assert content_type in refusal.value.reason


def stream(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", ACTIVITY)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"x" * 10_000_000),
        stream,
        Reply(gzip.compress(b"[" * 50_000_000), headers={"Content-Type": ACTIVITY, "Content-Encoding": "gzip"}),
    ],
    ids=["10 MB", "chunks without end", "gzip bomb"],
)
def test_a_body_that_is_too_long(other: OtherServer, reply) -> None:
    other.routes["/"] = reply
    with pytest.raises(FetchRefused, match="at most 1000000 bytes"):
        fetch(other.url())


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd", "gzip"])
def test_a_packing_we_did_not_ask_for_or_that_is_broken(other: OtherServer, encoding: str) -> None:
    other.routes["/"] = Reply(headers={"Content-Type": ACTIVITY, "Content-Encoding": encoding})
    with pytest.raises(FetchRefused, match="gzip"):
        fetch(other.url())


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address) | st.integers(0, 2**128 - 1).map(ipaddress.IPv6Address))
def test_no_address_passes_that_python_calls_private(address) -> None:
    try:
        check_address(address, "x")
        passed = True
    except FetchRefused:
        passed = False
    loopback_or_private = address.is_private or address.is_loopback
    assert not passed or loopback_or_private or address.is_global, address
    assert not (passed and (address.is_multicast or address.is_link_local or address.is_unspecified)), address


near_url = st.lists(
    st.sampled_from(["https://", "http:", "//", "@", ":", "127.0.0.1", "[::1]", "%", "a.example", "#", "?", "/", "\\",
                     "0x7f", ".", "localhost", "é", " ", "443", "xn--"]),
    max_size=8,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(near_url)
def test_whatever_an_address_looks_like_it_is_accepted_or_refused_with_a_reason(url: str) -> None:
    try:
        accepted = check_url(url)
    except FetchRefused as refusal:
        assert refusal.reason
    else:
        assert accepted.scheme in ("https", "http") and accepted.raw_host and "@" not in accepted.raw_authority
