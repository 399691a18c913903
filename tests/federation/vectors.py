"""The published vectors of what we sign and verify with: each is recomputed by our own code, and what it would do here
is told. Those that we refuse on purpose say why: what covers too little is not believed, however well it is signed.

Each check returns "" or why the request is refused, and asserts everything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import base58
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519, RSA_PSS_SHA512

from federation import keys, proofs
from federation.signatures import SignatureRefused, rfc9421, verify_request
from federation.signatures.cavage import read_parameters, signing_text
from federation.signatures.message import Message, check_digest, decode64, read_message
from tests.federation.shared import DATA

FOLDER = DATA / "signatures"
RFC9421, CAVAGE, JCS = FOLDER / "rfc9421", FOLDER / "cavage-12", FOLDER / "jcs-rfc8785"
REAL, INTEGRITY = FOLDER / "real-world-signed-deliveries", FOLDER / "data-integrity"
HERE = "https://example.com"
BODY = b'{"hello": "world"}'
FAMILIES = ("RFC 9421", "cavage", "eddsa-jcs", "JCS")


@dataclass(frozen=True)
class Vector:
    family: str
    name: str
    holds: Callable[[], str]
    refused: str = ""
    """Part of the reason why a request signed so is refused here; "" for what is believed, or is no request."""


def vectors() -> Iterator[Vector]:
    """All of them, in the order of the families."""
    for label, refused in (("sig-b21", "requires a signed Content-Digest"), ("sig-b22", "must be signed")):
        yield Vector("RFC 9421", f"B.2 {label}, RSA-PSS", lambda label=label: _pss(label), refused)
    yield Vector("RFC 9421", "B.2.6 sig-b26, Ed25519", _ed25519, "Content-Digest")
    yield Vector("RFC 9421", "B.2.6 made again byte by byte", _ed25519_again)
    yield Vector("RFC 9421", "B.1 keys", _published_keys)
    yield Vector("cavage", "C.1 default test", _default_test, "must be signed")
    yield Vector("cavage", "C.2 string to sign", _basic_test)  # the copy of the draft ends there
    for name, refused in SUITE.items():
        yield Vector("cavage", f"W3C suite, {name}", lambda name=name: _suite(name), refused)
    for number in "12":
        yield Vector("cavage", f"a real delivery, {number}", lambda number=number: _delivered(number))
    yield from (Vector("eddsa-jcs", name, holds) for name, holds in _proof_steps().items())
    for path in sorted((JCS / "input").iterdir()):
        yield Vector("JCS", path.name, lambda path=path: _canonical(path.name))


def judged(vector: Vector) -> str:
    """Why a vector does not come out as it should; "" when it does."""
    try:
        said = vector.holds()
    except Exception as error:  # noqa: BLE001 - whatever one vector does, the others are tried
        return f"{type(error).__name__}: {error}"[:300]
    if bool(said) != bool(vector.refused) or vector.refused not in said:
        return f"refused with {said!r}, not {vector.refused!r}"
    return ""


# RFC 9421, appendix B -------------------------------------------------------------------------------------------------


def rfc9421_headers(label: str) -> dict[str, str]:
    """The two headers of one test case, unfolded (RFC 8792), on the request they are for."""
    text = (RFC9421 / "B2-test-cases-a.md").read_text().replace("\\\n  ", "").replace("\\\n", "")
    return {
        "Host": "example.com",
        "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "Content-Type": "application/json",
        "Content-Length": "18",
        "Content-Digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRw"
        "EmTHWXvJwew==:",
        "Signature-Input": re.search(rf"Signature-Input: ({label}=.*)", text)[1],  # type: ignore[index]
        "Signature": re.search(rf"\nSignature: ({label}=.*)", text)[1],  # type: ignore[index]
    }


CREATED = datetime(2021, 4, 20, 2, 7, 53, tzinfo=UTC)
TARGET = "/foo?param=Value&Pet=dog"


class _Published(HTTPSignatureKeyResolver):
    def resolve_public_key(self, key_id: str) -> Any:
        return load_pem_private_key((RFC9421 / f"keys/{key_id}.pem").read_bytes(), None).public_key()


class _Then(HTTPMessageVerifier):
    """The library's verifier, in April 2021."""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        pass


def _signed_as_published(label: str, algorithm: Any) -> None:
    """The library we use builds the published signature base: the published signature holds over it."""
    message = read_message("POST", TARGET, rfc9421_headers(label), BODY, HERE)
    request = rfc9421._Request(message.method, message.url, dict(message.headers))
    (result,) = _Then(signature_algorithm=algorithm, key_resolver=_Published()).verify(request, max_age=None)
    assert result.label == label


def _refusal(headers: dict[str, str], key: Any, *, now: datetime = CREATED) -> str:
    """Why our inbox would not believe such a POST; "" if it would."""
    try:
        verify_request("POST", TARGET, headers, BODY, lambda _: key, now=now, origin=HERE)
    except SignatureRefused as refused:
        return refused.reason
    return ""


def _pss(label: str) -> str:
    """RSA keys sign with PKCS #1 v1.5 in the fediverse, and our verifier takes the algorithm from the key alone: the
    signature, which holds, is not even understood. It would not be believed otherwise either: it covers too little."""
    _signed_as_published(label, RSA_PSS_SHA512)
    key = _Published().resolve_public_key("test-key-rsa-pss")
    assert _refusal(rfc9421_headers(label), load_pem_public_key(keys.public_pem(key).encode()))

    class Published(rfc9421._Verifier):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            self.signature_algorithm = RSA_PSS_SHA512

    before, rfc9421._Verifier = rfc9421._Verifier, Published  # type: ignore[misc]
    try:
        return _refusal(rfc9421_headers(label), key)
    finally:
        rfc9421._Verifier = before  # type: ignore[misc]


def _ed25519() -> str:
    _signed_as_published("sig-b26", ED25519)
    return _refusal(rfc9421_headers("sig-b26"), _Published().resolve_public_key("test-key-ed25519"))


def _ed25519_again() -> str:
    """Ed25519 is deterministic: our own signature base gives the published signature."""
    message = read_message("POST", TARGET, rfc9421_headers("sig-b26"), b"", HERE)
    verifier = rfc9421._Verifier(_Published().resolve_public_key("test-key-ed25519"), CREATED, message.longest_age)
    request = rfc9421._Request(message.method, message.url, dict(message.headers))
    ((_, node, _signature),) = verifier._get_sig_inputs_and_signatures(request)
    base, _, _ = verifier._build_signature_base(request, covered_component_ids=list(node), signature_params=node.params)
    private = load_pem_private_key((RFC9421 / "keys/test-key-ed25519.pem").read_bytes(), None)
    published = rfc9421_headers("sig-b26")["Signature"].partition("=")[2].strip(":")
    assert decode64(published, "signature") == private.sign(base.encode())  # type: ignore[union-attr,call-arg]
    return ""


def _published_keys() -> str:
    """RSA and Ed25519 keys are read; an elliptic one of another kind is refused by name, as nobody signs so to us."""
    for name in ("test-key-rsa", "test-key-ed25519"):
        assert keys.load_public(keys.public_pem(_Published().resolve_public_key(name)))
    try:
        keys.load_public(keys.public_pem(_Published().resolve_public_key("test-key-ecc-p256")))
    except keys.BadKey as bad:
        assert "expected RSA or Ed25519" in str(bad)
        return ""
    raise AssertionError("a key on P-256 was taken")


# draft-cavage-12, appendix C, and the suite of the W3C

REQUEST = {
    "Host": "example.com",
    "Date": "Sun, 05 Jan 2014 21:31:40 GMT",
    "Content-Type": "application/json",
    "Digest": "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
    "Content-Length": "18",
}
SUITE = {
    "basic-request": "not signed",
    "default-test": "not signed",
    "ignore-case": "not signed",
    "nosignature-request": "signature is missing",
    "nokeyid-request": "keyId is missing",
    "created": "must be signed",
    "created-hmac": "must be signed",
    "created-rsa": "must be signed",
    "rsa-signed": "must be signed",
}


def _rsa() -> Any:
    """The draft's key: of 1,024 bits, so that we would take it from nobody."""
    return load_pem_public_key((CAVAGE / "w3c-suite/keys__rsa.pub").read_bytes())


def _default_test() -> str:
    """Signed over the date alone: the signature holds, and is refused."""
    text = (CAVAGE / "appendix-c-in-draft.txt").read_text()
    value = "keyId" + re.sub(r"\s+", "", text.partition("Signature: keyId")[2].partition("C.2.")[0])
    parameters = read_parameters(value)
    base = signing_text(["date"], parameters, _message(), _message().target)
    assert base == b"date: Sun, 05 Jan 2014 21:31:40 GMT"
    _rsa().verify(decode64(parameters["signature"], "signature"), base, PKCS1v15(), SHA256())
    try:
        verify_request("POST", _message().target, {**REQUEST, "Signature": value}, BODY, lambda _: _rsa(), origin=HERE)
    except SignatureRefused as refused:
        return refused.reason
    return ""


def _basic_test() -> str:
    text = (CAVAGE / "appendix-c-in-draft.txt").read_text().partition("C.2.")[2]
    published = re.search(r"\n +(\(request-target\).*?)\n\n", text, re.DOTALL)
    base = signing_text(["(request-target)", "host", "date"], {}, _message(), _message().target)
    assert published and [line.strip() for line in published[1].splitlines()] == base.decode().splitlines()
    check_digest(REQUEST["Digest"], BODY)
    return ""


def _message() -> Message:
    return read_message("POST", "/foo?param=value&pet=dog", REQUEST, BODY, HERE)


def _suite(name: str) -> str:
    lines = (CAVAGE / f"w3c-suite/input__{name}.httpMessage").read_text().splitlines()
    method, target, _ = lines[0].split()
    headers = {line.partition(":")[0]: line.partition(":")[2].strip() for line in lines[1:] if line}
    if "Authorization" in headers:
        headers["Signature"] = headers.pop("Authorization").removeprefix("Signature ")
    try:
        verify_request(method, target, headers, b"", lambda _: _rsa(), origin=HERE)
    except SignatureRefused as refused:
        return refused.reason
    return ""


def _delivered(number: str) -> str:
    """What Lemmy and kbin have really sent: its headers are read and cover enough, and the digest is the body's."""
    parameters = read_parameters((REAL / f"signature_{number}").read_text().strip())
    assert {"(request-target)", "host", "date", "digest"} <= set(parameters["headers"].split())
    check_digest((REAL / f"digest_{number}").read_text().strip(), (REAL / f"body_{number}.json").read_bytes())
    return ""


# eddsa-jcs-2022 and JCS -----------------------------------------------------------------------------------------------


def _proof_steps() -> dict[str, Callable[[], str]]:
    """Every intermediate value that is published, and the proof itself."""
    folder = INTEGRITY / "eddsa-jcs-2022"

    def published(name: str) -> str:
        return (folder / name).read_text().strip()

    def parts() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        doc = json.loads((folder / "signedJCS.json").read_text())
        return (doc, *proofs._candidates(doc, doc["proof"])[0])

    def pair() -> dict[str, str]:
        found: dict[str, str] = json.loads((INTEGRITY / "keyPair.json").read_text())
        return found

    def expect(name: str, value: str) -> str:
        assert value == published(name), name
        return ""

    def hashed(value: Any) -> str:
        from hashlib import sha256

        return sha256(rfc8785.dumps(value)).hexdigest()

    def signature() -> bytes:
        private = Ed25519PrivateKey.from_private_bytes(base58.b58decode(pair()["privateKeyMultibase"][1:])[2:34])
        return private.sign(proofs._to_sign(*parts()[1:]))

    def verified() -> str:
        public = keys.decode_multikey(pair()["publicKeyMultibase"])
        proof = proofs.verify(parts()[0], lambda _: public)
        assert proof.created == datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
        return ""

    return {
        "the document in canonical form": lambda: expect("canonDocJCS.txt", rfc8785.dumps(parts()[1]).decode()),
        "its hash": lambda: expect("docHashJCS.txt", hashed(parts()[1])),
        "the options in canonical form": lambda: expect("proofCanonJCS.txt", rfc8785.dumps(parts()[2]).decode()),
        "their hash": lambda: expect("proofHashJCS.txt", hashed(parts()[2])),
        "both hashes together": lambda: expect("combinedHashJCS.txt", proofs._to_sign(*parts()[1:]).hex()),
        "the signature": lambda: expect("sigHexJCS.txt", signature().hex()),
        "the signature in base58": lambda: expect("sigBTC58JCS.txt", f"z{base58.b58encode(signature()).decode()}"),
        "the signed document": verified,
    }


def _canonical(name: str) -> str:
    value = json.loads((JCS / "input" / name).read_text(encoding="utf-8"))
    written = rfc8785.dumps(value)
    assert written == (JCS / "output" / name).read_bytes().rstrip(b"\n")
    assert written == bytes.fromhex((JCS / "outhex" / f"{name.removesuffix('.json')}.txt").read_text())
    return ""
