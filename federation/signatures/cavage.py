"""HTTP signatures as most of the fediverse sends them: draft-cavage-http-signatures-12.

https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12 as profiled by
https://swicg.github.io/activitypub-http-signature/. With an RSA key, "hs2019" means RSASSA-PKCS1-v1_5 over
SHA-256 there, not what the draft says.
"""

import base64
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from federation.keys import PrivateKey, PublicKey
from federation.signatures.message import (
    LONGEST_FIELD,
    KeyLookup,
    Message,
    SignatureRefused,
    Signer,
    bounded_keyid,
    check_digest,
    decode64,
    digest,
    fingerprint,
    from_timestamp,
)

SCHEME = "cavage"
CLOCK_SKEW = timedelta(hours=1)
MOST_SIGNED_HEADERS = 30

PARAMETER = re.compile(r'\s*([A-Za-z]+)\s*=\s*(?:"([^"\\]*)"|([0-9]{1,12}(?:\.[0-9]{1,6})?))\s*(?:,|$)')


def read_parameters(value: str) -> dict[str, str]:
    """The parameters of a Signature header; `created=123` may be quoted or not, no name may come twice."""
    if len(value) > LONGEST_FIELD:
        raise SignatureRefused(f"signature: expected at most {LONGEST_FIELD} characters, got {len(value)}")
    parameters: dict[str, str] = {}
    position = 0
    while position < len(value):
        match = PARAMETER.match(value, position)
        if match is None:
            raise SignatureRefused(f'signature: expected name="value", got {value[position : position + 40]!r}')
        name, quoted, number = match.groups()
        if name in parameters:
            raise SignatureRefused(f"signature: {name} is given twice")
        parameters[name] = number if quoted is None else quoted
        position = match.end()
    for name in ("keyId", "signature"):
        if not parameters.get(name):
            raise SignatureRefused(f"signature: {name} is missing")
    bounded_keyid(parameters["keyId"])
    return parameters


def verify(message: Message, key_lookup: KeyLookup, now: datetime) -> Signer:
    """Who signed this request. Raises SignatureRefused."""
    parameters = read_parameters(message.headers.get("signature", ""))
    signed = parameters.get("headers", "(created)").lower().split()
    _check_coverage(signed, message)
    signed_at = _check_age(signed, parameters, message, now)
    if message.needs_digest:
        check_digest(message.headers.get("digest", ""), message.body)
    message.check_host()
    key = key_lookup(parameters["keyId"])
    if key is None:
        raise SignatureRefused(f"keyId: no usable key at {parameters['keyId']}")
    _check_algorithm(parameters, signed, key)
    signature = decode64(parameters["signature"], "signature")
    texts = (signing_text(signed, parameters, message, target) for target in _targets(message))
    if not any(_fits(key, signature, text) for text in texts):
        raise SignatureRefused("signature: does not match the request received")
    return Signer(
        keyid=parameters["keyId"],
        algorithm="ed25519" if isinstance(key, Ed25519PublicKey) else "rsa-sha256",
        scheme=SCHEME,
        fingerprint=fingerprint(parameters["keyId"], signature),
        fresh_until=signed_at + message.longest_age,
    )


def _check_coverage(signed: list[str], message: Message) -> None:
    if len(signed) > MOST_SIGNED_HEADERS or len(set(signed)) != len(signed):
        raise SignatureRefused(f"headers: expected at most {MOST_SIGNED_HEADERS} different names")
    needed = ["(request-target)", "host", *(["digest"] if message.needs_digest else [])]
    missing = [name for name in needed if name not in signed]
    if "date" not in signed and "(created)" not in signed:
        missing.append("date or (created)")
    if missing:
        raise SignatureRefused(f"headers: {', '.join(missing)} must be signed")


def _check_age(signed: list[str], parameters: dict[str, str], message: Message, now: datetime) -> datetime:
    """When it was signed, by every clock it signed; the oldest if there are two."""
    times = []
    if "date" in signed:
        times.append(_read_date(message.headers.get("date", "")))
    if "(created)" in signed:
        times.append(_read_seconds(parameters, "created"))
    for signed_at in times:
        if signed_at > now + CLOCK_SKEW:
            raise SignatureRefused(f"date: {signed_at:%Y-%m-%dT%H:%M:%SZ} is more than one hour ahead")
        if now - signed_at > message.longest_age:
            hours = message.longest_age.total_seconds() / 3600
            raise SignatureRefused(f"date: {signed_at:%Y-%m-%dT%H:%M:%SZ} is more than {hours:.0f} hours ago")
    if "expires" in parameters and _read_seconds(parameters, "expires") < now - CLOCK_SKEW:
        raise SignatureRefused("expires: the signature has expired")
    return min(times)


def _read_date(value: str) -> datetime:
    try:
        parsed = parsedate_to_datetime(value[:64])
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError) as error:
        raise SignatureRefused(f"date: expected an HTTP date, got {value[:64]!r}") from error


def _read_seconds(parameters: dict[str, str], name: str) -> datetime:
    try:
        return from_timestamp(float(parameters[name]), name)
    except (KeyError, ValueError) as error:
        raise SignatureRefused(f"{name}: expected seconds since 1970") from error


def _check_algorithm(parameters: dict[str, str], signed: Iterable[str], key: PublicKey) -> None:
    """The key decides; a name that contradicts it is refused."""
    named = parameters.get("algorithm", "hs2019").lower()
    accepted = {"hs2019", "rsa-sha256"} if isinstance(key, RSAPublicKey) else {"hs2019", "ed25519"}
    if named not in accepted:
        raise SignatureRefused(f"algorithm: expected {' or '.join(sorted(accepted))}, got {named[:30]!r}")
    if named.startswith("rsa") and not {"(created)", "(expires)"}.isdisjoint(signed):
        raise SignatureRefused("algorithm: (created) and (expires) need hs2019 (draft-cavage-12 §2.3)")


def _targets(message: Message) -> list[str]:
    """The target with its query and, as some peers sign it, without."""
    path, query, _ = message.target.partition("?")
    return [message.target, path] if query else [message.target]


def signing_text(signed: Iterable[str], parameters: dict[str, str], message: Message, target: str) -> bytes:
    """The string that is signed: one line per name, in the order given (draft-cavage-12 §2.3)."""
    lines = []
    for name in signed:
        if name == "(request-target)":
            value = f"{message.method.lower()} {target}"
        elif name in ("(created)", "(expires)"):
            value = parameters.get(name.strip("()"), "")
        else:
            if name not in message.headers:
                raise SignatureRefused(f"headers: {name[:60]!r} is signed but was not received")
            value = message.headers[name].strip()
        lines.append(f"{name}: {value}")
    try:
        return "\n".join(lines).encode("latin-1")  # as servers decode header bytes
    except UnicodeEncodeError as error:
        raise SignatureRefused("headers: expected bytes decoded as Latin-1") from error


def _fits(key: PublicKey, signature: bytes, text: bytes) -> bool:
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, text, PKCS1v15(), SHA256())
        else:
            key.verify(signature, text)
    except InvalidSignature:
        return False
    return True


def sign(
    key: PrivateKey, keyid: str, method: str, url: str, body: bytes | None, now: datetime | None = None
) -> dict[str, str]:
    """The headers to send: Host, Date, Signature, and with a body (even empty) Digest.

    The URL must be encoded already, and sent exactly so.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Host": parts.netloc,
        "Date": format_datetime((now or datetime.now(UTC)).astimezone(UTC), True),
    }
    if body is not None:
        headers["Digest"] = f"SHA-256={digest(body)}"
    signed = ["(request-target)", *(name.lower() for name in headers)]
    sent = Message(method.upper(), target, {name.lower(): headers[name] for name in headers}, b"", "")
    text = signing_text(signed, {}, sent, target)
    if isinstance(key, RSAPrivateKey):
        algorithm, signature = "rsa-sha256", key.sign(text, PKCS1v15(), SHA256())
    else:
        algorithm, signature = "hs2019", key.sign(text)
    encoded = base64.b64encode(signature).decode("ascii")
    headers["Signature"] = f'keyId="{keyid}",algorithm="{algorithm}",headers="{" ".join(signed)}",signature="{encoded}"'
    return headers
