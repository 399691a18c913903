"""HTTP Message Signatures (RFC 9421) as ActivityPub peers use them, on top of http-message-signatures.

The library parses, builds the signature base and checks the Content-Digest (RFC 9530); the rules about what
must be covered, how old it may be and which algorithm a key has are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import http_sf
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
    VerifyResult,
)
from http_message_signatures.algorithms import ED25519, RSA_V1_5_SHA256

from federation.keys import PrivateKey, PublicKey
from federation.signatures.message import (
    LONGEST_FIELD,
    KeyLookup,
    Message,
    SignatureRefused,
    Signer,
    bounded_keyid,
    fingerprint,
    from_timestamp,
)

SCHEME = "rfc9421"
CLOCK_SKEW = timedelta(minutes=5)
MOST_COMPONENTS = 30
LABEL = "sig1"


@dataclass
class _Request:
    """The shape http-message-signatures asks of a message."""

    method: str
    url: str
    headers: dict[str, str]


class _OneKey(HTTPSignatureKeyResolver):
    """The key has been looked up already, under the very id that is signed."""

    def __init__(self, key: PrivateKey | PublicKey) -> None:
        self.key = key

    def resolve_public_key(self, key_id: str) -> Any:
        return self.key

    def resolve_private_key(self, key_id: str) -> Any:
        return self.key


class _Verifier(HTTPMessageVerifier):
    """The library's verifier with the clock handed in, so that the age rules are ours to state."""

    def __init__(self, key: PublicKey, now: datetime, longest_age: timedelta) -> None:
        super().__init__(signature_algorithm=_algorithm(key), key_resolver=_OneKey(key))
        self.now, self.longest_age = now, longest_age

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        created = _read_time(sig_input.params, "created")
        if created > self.now + CLOCK_SKEW:
            raise SignatureRefused(f"created: {created:%Y-%m-%dT%H:%M:%SZ} is more than 5 minutes ahead")
        if self.now - created > self.longest_age + CLOCK_SKEW:
            hours = self.longest_age.total_seconds() / 3600
            raise SignatureRefused(f"created: {created:%Y-%m-%dT%H:%M:%SZ} is more than {hours:.0f} hours ago")
        if "expires" in sig_input.params and _read_time(sig_input.params, "expires") < self.now - CLOCK_SKEW:
            raise SignatureRefused("expires: the signature has expired")


def _algorithm(key: PrivateKey | PublicKey) -> type[HTTPSignatureAlgorithm]:
    return ED25519 if isinstance(key, Ed25519PublicKey | Ed25519PrivateKey) else RSA_V1_5_SHA256


def _read_time(parameters: Mapping[str, Any], name: str) -> datetime:
    seconds = parameters.get(name)
    if type(seconds) is not int:
        raise SignatureRefused(f"{name}: expected an integer of seconds since 1970, got {str(seconds)[:40]!r}")
    return from_timestamp(seconds, name)


def read_keyid(headers: Mapping[str, str]) -> str:
    """The key id of the one signature. Raises SignatureRefused for none, several or a malformed one."""
    for name in ("signature-input", "signature"):
        if len(headers.get(name, "")) > LONGEST_FIELD:
            raise SignatureRefused(f"{name}: expected at most {LONGEST_FIELD} characters")
    member = _only_member(headers, "signature-input")
    if not isinstance(member, tuple) or not isinstance(member[0], list) or not isinstance(member[1], dict):
        raise SignatureRefused("signature-input: expected a list of components with parameters")
    if len(member[0]) > MOST_COMPONENTS:
        raise SignatureRefused(f"signature-input: expected at most {MOST_COMPONENTS} components")
    keyid = member[1].get("keyid")
    if not isinstance(keyid, str):
        raise SignatureRefused("signature-input: keyid is missing")
    return bounded_keyid(keyid)


def _only_member(headers: Mapping[str, str], name: str) -> Any:
    try:
        members = http_sf.parse(headers.get(name, "").encode("ascii"), tltype="dictionary")
    except (ValueError, TypeError) as error:  # http_sf's own errors and UnicodeEncodeError are ValueErrors
        raise SignatureRefused(f"{name}: expected a structured field dictionary") from error
    if not isinstance(members, dict) or len(members) != 1:
        raise SignatureRefused(f"{name}: expected exactly one signature")
    (member,) = members.values()
    return member


def verify(message: Message, key_lookup: KeyLookup, now: datetime) -> Signer:
    """Who signed this request. Raises SignatureRefused."""
    keyid = read_keyid(message.headers)
    message.check_host()
    key = key_lookup(keyid)
    if key is None:
        raise SignatureRefused(f"keyid: no usable key at {keyid}")
    result = _verified(message, key, now)
    _check_coverage(result, message)
    return Signer(
        keyid=keyid,
        algorithm="ed25519" if isinstance(key, Ed25519PublicKey) else "rsa-sha256",
        scheme=SCHEME,
        fingerprint=fingerprint(keyid, _only_member(message.headers, "signature")[0]),
        fresh_until=_read_time(result.parameters, "created") + message.longest_age + CLOCK_SKEW,
    )


def _verified(message: Message, key: PublicKey, now: datetime) -> VerifyResult:
    request = _Request(message.method, message.url, dict(message.headers))
    try:
        (result,) = _Verifier(key, now, message.longest_age).verify(request, max_age=None, body=message.body)
    except HTTPMessageSignaturesException as error:
        raise SignatureRefused(f"signature: {str(error)[:200] or 'does not match the request'}") from error
    return result


def _check_coverage(result: VerifyResult, message: Message) -> None:
    covered = set(result.covered_components)
    missing = [] if '"@method"' in covered else ["@method"]
    by_parts = '"@authority"' in covered and not covered.isdisjoint({'"@path"', '"@request-target"'})
    if '"@target-uri"' not in covered and not by_parts:
        missing.append("@target-uri (or @authority and @path)")
    if message.needs_digest and result.body is None:
        missing.append("content-digest")
    if missing:
        raise SignatureRefused(f"signature-input: {', '.join(missing)} must be signed")


def sign(
    key: PrivateKey, keyid: str, method: str, url: str, body: bytes | None, now: datetime | None = None
) -> dict[str, str]:
    """The headers to send: Signature-Input, Signature, and with a body (even empty) Content-Digest.

    The URL must be encoded already, and sent exactly so.
    """
    request = _Request(method.upper(), url.partition("#")[0], {})
    HTTPMessageSigner(signature_algorithm=_algorithm(key), key_resolver=_OneKey(key)).sign(
        request,
        key_id=keyid,
        created=now or datetime.now(UTC),
        label=LABEL,
        covered_component_ids=("@method", "@target-uri"),
        body=body,
    )
    return request.headers
