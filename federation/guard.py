"""Which addresses this node may connect to: the guard in front of every outgoing request.

A peer chooses the URLs we fetch, so each must lead to the public internet: never to this machine, its
network or a cloud's metadata service. A name is resolved once and the very address that was checked is
connected to, so an answer that changes between check and use (DNS rebinding) gains nothing.
`settings.ALLOW_PRIVATE_ADDRESSES` (tests and the demo) also lets loopback and private networks, plain http
and any port through.
"""

import ipaddress
import re
import socket

from aiohttp import AddrInfoType, ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings
from yarl import URL

LONGEST_URL = 2_048
NAME = re.compile(r"(?=.{1,253}\.?$)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")
USUAL_PORTS = {"https": 443, "http": 80}
ACCEPTED_SCHEMES = {True: ("https", "http"), False: ("https",)}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IANA special-purpose registries, for what `is_global` of some Python 3.11 releases lets through.
REFUSED_NETWORKS = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "240.0.0.0/4", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
        "fe80::/10", "fec0::/10",
    )
]  # fmt: skip
PRIVATE_NETWORKS = [
    ipaddress.ip_network(network)
    for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
]
NAT64 = ipaddress.ip_network("64:ff9b::/96")
V4_COMPATIBLE = ipaddress.ip_network("::/96")


class FetchRefused(Exception):
    """The request was not made, or its answer not taken; trying again will not help. `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def private_allowed() -> bool:
    return bool(getattr(settings, "ALLOW_PRIVATE_ADDRESSES", False))


def check_url(url: str) -> URL:
    """The URL as given, without its fragment, if we may connect to where it says. Raises FetchRefused.

    A name is not resolved here; an address written as a number is checked here, in any notation.
    """
    private = private_allowed()
    parsed = _parse(url)
    if parsed.scheme not in ACCEPTED_SCHEMES[private]:
        raise FetchRefused(f"URL: expected {' or '.join(ACCEPTED_SCHEMES[private])}, got {url[:100]!r}")
    if "@" in parsed.raw_authority:
        raise FetchRefused("URL: a user name or password is not accepted")
    if not parsed.raw_host:
        raise FetchRefused(f"URL: expected a host, got {url[:100]!r}")
    if not private and parsed.port != USUAL_PORTS[parsed.scheme]:
        raise FetchRefused(f"URL: expected port {USUAL_PORTS[parsed.scheme]}, got {parsed.port}")
    _check_host(parsed.raw_host)
    return parsed.with_fragment(None)


def _parse(url: str) -> URL:
    if len(url) > LONGEST_URL:
        raise FetchRefused(f"URL: expected at most {LONGEST_URL} characters, got {len(url)}")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise FetchRefused(f"URL: expected percent-encoded ASCII, got {url[:100]!r}")
    try:
        parsed = URL(url, encoded=True)
        _ = parsed.port, parsed.raw_host  # both are parsed late, and may fail
    except ValueError as error:
        raise FetchRefused(f"URL: expected an absolute URL, got {url[:100]!r}") from error
    return parsed


def _check_host(host: str) -> None:
    address = _literal(host)
    if address is not None:
        check_address(address, host)
    elif _is_local_name(host) and not private_allowed():
        raise FetchRefused(f"{host}: this machine is not accepted")


def _literal(host: str) -> Address | None:
    """The address a host spells, or None for a name. Numbers in any odd notation are refused.

    `2130706433`, `0x7f.1`, `0177.0.0.1` and `127.1` are all 127.0.0.1 to the C library, and a name whose
    last label is a number is an address to browsers (https://url.spec.whatwg.org/#ends-in-a-number-checker).
    """
    try:
        if "%" not in host:  # a zone (fe80::1%eth0) is never part of a public address
            return ipaddress.ip_address(host)
    except ValueError:
        pass
    last = host.rstrip(".").rpartition(".")[2].lower()
    if not NAME.fullmatch(host) or last.isdigit() or last.startswith("0x") or _spells_address(host):
        raise FetchRefused(f"{host[:100]}: expected a name or a plain IP address")
    return None


def _spells_address(host: str) -> bool:
    try:
        socket.inet_aton(host)
    except (OSError, UnicodeEncodeError):
        return False
    return True


def _is_local_name(host: str) -> bool:
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


def check_address(address: Address, host: str) -> None:
    """Refuse an address that is not on the public internet (nor private, where these are allowed)."""
    if not _is_accepted(address, private_allowed()):
        raise FetchRefused(f"{host[:100]}: address {address} is not on the public internet")


def _is_accepted(address: Address, private: bool) -> bool:
    inner = _embedded(address)
    if inner is not None:
        return _is_accepted(inner, private)
    if any(address in network for network in PRIVATE_NETWORKS):
        return private
    return address.is_global and not address.is_multicast and not any(address in n for n in REFUSED_NETWORKS)


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for: v4-mapped, NAT64, 6to4 or v4-compatible."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64 or (address in V4_COMPATIBLE and int(address) > 0xFFFF):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


class GuardedResolver(AbstractResolver):
    """Resolves a name and hands on its addresses only if all of them are accepted."""

    def __init__(self) -> None:
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        _check_host(host)
        if _is_local_name(host):
            return [_loopback(host, port)]
        try:
            found = await self._system.resolve(host, port, family)
        except UnicodeError as error:
            raise FetchRefused(f"{host[:100]}: expected a host name") from error
        for each in found:
            check_address(ipaddress.ip_address(each["host"].partition("%")[0]), host)
        return found

    async def close(self) -> None:
        await self._system.close()


def _loopback(host: str, port: int) -> ResolveResult:
    """`*.localhost` is this machine by definition (RFC 6761 §6.3); not every system resolver knows."""
    return ResolveResult(
        hostname=host,
        host="127.0.0.1",
        port=port,
        family=socket.AF_INET,
        proto=0,
        flags=socket.AI_NUMERICHOST,
    )


def guarded_socket(info: AddrInfoType) -> socket.socket:
    """The last door: aiohttp makes its sockets here, also for literal addresses, which skip the resolver."""
    family, kind, proto, _, sockaddr = info
    host = str(sockaddr[0])
    try:
        check_address(ipaddress.ip_address(host.partition("%")[0]), host)
    except FetchRefused as error:
        raise PermissionError(error.reason) from error
    return socket.socket(family=family, type=kind, proto=proto)
