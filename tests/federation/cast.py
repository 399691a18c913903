"""Who speaks in the federation's tests: Dana on Hackney's node, who is honest, and Mallory, who is not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation import keys
from federation.signatures import KeyLookup, Signer, sign_cavage, sign_rfc9421, verify_request

HERE = "https://camden.example"
INBOX = f"{HERE}/inbox"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BODY = b'{"type":"Create","actor":"https://hackney.example/people/dana"}'

Sign = Callable[..., dict[str, str]]
SCHEMES: tuple[Sign, ...] = (sign_cavage, sign_rfc9421)


@dataclass(frozen=True)
class Speaker:
    """Somebody with keys on another node."""

    uri: str
    rsa: keys.KeyPair
    ed25519: keys.KeyPair

    @property
    def keyid(self) -> str:
        return f"{self.uri}#main-key"

    @property
    def private(self) -> keys.PrivateKey:
        return keys.load_private(self.rsa.private_pem)

    @property
    def public(self) -> keys.PublicKey:
        return keys.load_public(self.rsa.public_pem)

    @property
    def proof_key(self) -> Ed25519PrivateKey:
        key = keys.load_private(self.ed25519.private_pem)
        assert isinstance(key, Ed25519PrivateKey)
        return key

    def look_up(self, keyid: str) -> keys.PublicKey | None:
        return self.public if keyid == self.keyid else None

    def look_up_method(self, keyid: str) -> keys.PublicKey | None:
        return keys.load_public(self.ed25519.public_pem) if keyid == f"{self.uri}#ed25519-key" else None


@cache
def dana() -> Speaker:
    return Speaker("https://hackney.example/people/dana", keys.make_rsa(), keys.make_ed25519())


@cache
def mallory() -> Speaker:
    return Speaker("https://hackney.example/people/mallory", keys.make_rsa(), keys.make_ed25519())


def post(sign: Sign, speaker: Speaker, *, url: str = INBOX, body: bytes = BODY) -> dict[str, str]:
    """The headers of a POST as it arrives: signed, with the Host that every HTTP/1.1 request has."""
    return {"Host": "camden.example"} | sign(speaker.private, speaker.keyid, "POST", url, body, NOW)


def receive(
    headers: Mapping[str, str],
    body: bytes = BODY,
    *,
    method: str = "POST",
    target: str = "/inbox",
    look_up: KeyLookup | None = None,
    now: datetime = NOW,
) -> Signer:
    return verify_request(method, target, headers, body, look_up or dana().look_up, now=now, origin=HERE)
