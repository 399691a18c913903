"""What both signature schemes share: the request as it arrived, its digest, and how a refusal is told."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from federation.keys import PublicKey

LONGEST_FIELD = 8_192  # characters of a Signature or Signature-Input header
LONGEST_KEYID = 2_048
LONGEST_AGE = timedelta(hours=12)  # a message may have waited for us
LONGEST_AGE_OF_A_QUESTION = timedelta(hours=1)  # a GET is signed when it is sent: this is for clocks that are wrong
HASHES = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
DEFAULT_PORTS = {"http": ":80", "https": ":443"}

KeyLookup = Callable[[str], PublicKey | None]
"""From a key id to its public key, or None when nobody vouches for it."""


class SignatureRefused(Exception):
    """The request is not believed; `reason` says why, in words its sender can act on."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Claim:
    """The key a request *says* it was signed with. Nothing is proved yet."""

    keyid: str
    scheme: str  # "cavage" or "rfc9421"


@dataclass(frozen=True)
class Signer:
    """Proof that the holder of `keyid` signed this request for this node.

    `fingerprint` is the same for the same (keyid, signature): a POST that shows one already seen is a replay.
    It may be forgotten after `fresh_until`, when the signature is refused for its age.
    """

    keyid: str
    algorithm: str  # "rsa-sha256" or "ed25519", taken from the key
    scheme: str
    fingerprint: str
    fresh_until: datetime


@dataclass(frozen=True)
class Message:
    """A request as it arrived: upper-case method, raw target ("/inbox?x=1"), lower-case header names."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    origin: str

    @property
    def needs_digest(self) -> bool:
        return self.method not in ("GET", "HEAD") or bool(self.body)

    @property
    def longest_age(self) -> timedelta:
        """How old the signature may be. That of a GET opens what is for members only to whoever has seen it: it is not
        remembered, since asking twice is no harm, and so it is believed for a shorter time."""
        return LONGEST_AGE if self.needs_digest else LONGEST_AGE_OF_A_QUESTION

    @property
    def url(self) -> str:
        return self.origin + self.target

    def check_host(self) -> None:
        """Refuse what was signed for another host: whoever received it there could pass it on to us."""
        ours = urlsplit(self.origin)
        port = DEFAULT_PORTS.get(ours.scheme, "")
        host = self.headers.get("host", "").strip().lower()
        if host.removesuffix(port) != ours.netloc.lower().removesuffix(port):
            raise SignatureRefused(f"host: expected {ours.netloc}, got {host[:100]!r}")


def read_message(method: str, target: str, headers: Mapping[str, str], body: bytes, origin: str) -> Message:
    """Lower the header names and refuse line breaks, which would let one signed line pass for two."""
    lowered: dict[str, str] = {}
    for name, value in headers.items():
        if "\n" in value or "\r" in value or "\0" in value:
            raise SignatureRefused(f"header {name}: line breaks are not accepted")
        lowered[name.lower()] = value
    return Message(method.upper(), target, lowered, body, origin.rstrip("/"))


def digest(body: bytes) -> str:
    """The body's SHA-256 in base64, as Digest and Content-Digest carry it."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")


def check_digest(value: str, body: bytes) -> None:
    """Refuse a Digest header (RFC 3230) unless it holds SHA-256 or SHA-512 and all of these fit the body."""
    matched = 0
    for part in value[:LONGEST_FIELD].split(","):
        name, _, encoded = part.strip().partition("=")
        if (hashing := HASHES.get(name.lower())) is None:
            continue
        if not hmac.compare_digest(decode64(encoded, "digest"), hashing(body).digest()):
            raise SignatureRefused(f"digest: {name} does not match the body received")
        matched += 1
    if not matched:
        raise SignatureRefused(f"digest: expected SHA-256=…, got {value[:60]!r}")


def decode64(text: str, field: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureRefused(f"{field}: expected base64, got {text[:40]!r}") from error


def fingerprint(keyid: str, signature: bytes) -> str:
    return hashlib.sha256(keyid.encode() + b"\0" + signature).hexdigest()


def from_timestamp(seconds: int | float, field: str) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SignatureRefused(f"{field}: expected seconds since 1970, got {seconds!r}") from error


def bounded_keyid(keyid: str) -> str:
    if not keyid or len(keyid) > LONGEST_KEYID or not keyid.isascii() or not keyid.isprintable():
        raise SignatureRefused(f"keyId: expected a URL of at most {LONGEST_KEYID} characters")
    return keyid
