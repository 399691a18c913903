"""Integrity proofs: a signature inside a document, so that one passed on by others can still be believed.

FEP-8b32 with the cryptosuite eddsa-jcs-2022 (https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022). A proof
says that the holder of a key vouches for these words; whether the key belongs to the owner of the object is
for the caller to check (FEP-fe34). Linked Data signatures (`signature`) are never made and never believed.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import base58
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from federation.keys import PublicKey
from federation.values import WEB, BadField, read_address, read_instant
from federation.vocabulary import DATA_INTEGRITY

Json = dict[str, Any]
KeyLookup = Callable[[str], PublicKey | None]

TYPE = "DataIntegrityProof"
CRYPTOSUITE = "eddsa-jcs-2022"
PURPOSE = "assertionMethod"
CLOCK_SKEW = timedelta(hours=1)
LONGEST_VALUE = 100  # characters; 64 bytes take 88
SIGNATURE_BYTES = 64


class ProofRefused(Exception):
    """The document is not believed on the strength of its proof; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Proof:
    """The holder of the key at `verification_method` vouched for the document at `created`."""

    verification_method: str
    created: datetime


def sign(doc: Json, key: Ed25519PrivateKey, verification_method: str, now: datetime | None = None) -> Json:
    """A copy of the document with a proof, whose terms are added to the context if they are missing."""
    signed = {name: value for name, value in doc.items() if name not in ("proof", "signature")}
    if "@context" in signed:
        signed["@context"] = _with_proof_terms(signed["@context"])
    proof: Json = {
        "type": TYPE,
        "cryptosuite": CRYPTOSUITE,
        "verificationMethod": verification_method,
        "proofPurpose": PURPOSE,
        "created": (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if "@context" in signed:
        proof["@context"] = signed["@context"]
    value = base58.b58encode(key.sign(_to_sign(signed, proof))).decode("ascii")
    return {**signed, "proof": {**proof, "proofValue": f"z{value}"}}


def _with_proof_terms(context: Any) -> list[Any]:
    """Before our inline terms, so that these stay last."""
    contexts = context if isinstance(context, list) else [context]
    if any(isinstance(each, str) and "/security/data-integrity/" in each for each in contexts):
        return contexts
    place = next((index for index, each in enumerate(contexts) if isinstance(each, dict)), len(contexts))
    return [*contexts[:place], DATA_INTEGRITY, *contexts[place:]]


def _to_sign(doc: Json, proof: Json) -> bytes:
    """SHA-256 of the proof's options followed by SHA-256 of the document (vc-di-eddsa §3.3.4)."""
    return hashlib.sha256(rfc8785.dumps(proof)).digest() + hashlib.sha256(rfc8785.dumps(doc)).digest()


def claimed_method(doc: Json) -> str:
    """The key a document says it is signed with: what to fetch, nothing proved. Raises ProofRefused."""
    proof = doc.get("proof")
    if isinstance(proof, list) and len(proof) == 1:
        proof = proof[0]
    if not isinstance(proof, dict):
        raise ProofRefused("proof: expected exactly one")
    try:
        return read_address("verificationMethod", proof.get("verificationMethod"), (*WEB, "did"))
    except BadField as error:
        raise ProofRefused(str(error)) from error


def verify(doc: Json, key_lookup: KeyLookup, now: datetime | None = None) -> Proof:
    """Prove who vouches for a document as received, or raise ProofRefused."""
    method = claimed_method(doc)
    proof: Json = doc["proof"][0] if isinstance(doc["proof"], list) else doc["proof"]
    created = _check_options(proof, now or datetime.now(UTC))
    signature = _read_value(proof.get("proofValue"))
    key = key_lookup(method)
    if not isinstance(key, Ed25519PublicKey):
        raise ProofRefused(f"verificationMethod: no Ed25519 key at {method}")
    if not any(_fits(key, signature, *candidate) for candidate in _candidates(doc, proof)):
        raise ProofRefused("proofValue: does not match the document received")
    return Proof(method, created)


def _check_options(proof: Json, now: datetime) -> datetime:
    """When it was made. A proof has no greatest age: the words it vouches for stay said."""
    expected = {"type": TYPE, "cryptosuite": CRYPTOSUITE, "proofPurpose": PURPOSE}
    for name, value in expected.items():
        if proof.get(name) != value:
            raise ProofRefused(f"{name}: expected {value}, got {str(proof.get(name))[:80]!r}")
    try:
        created = read_instant("created", proof.get("created"))
        expires = read_instant("expires", proof.get("expires"))
    except BadField as error:
        raise ProofRefused(str(error)) from error
    if created is None or created > now + CLOCK_SKEW:
        raise ProofRefused(f"created: expected an instant in the past, got {proof.get('created')!r}")
    if expires is not None and expires < now - CLOCK_SKEW:
        raise ProofRefused(f"expires: {proof['expires']} has passed")
    return created


def _read_value(value: Any) -> bytes:
    if isinstance(value, str) and value.startswith("z") and len(value) <= LONGEST_VALUE:
        try:
            signature = base58.b58decode(value[1:])
        except ValueError:
            signature = b""
        if len(signature) == SIGNATURE_BYTES:
            return signature
    raise ProofRefused("proofValue: expected 64 bytes in base58btc, starting with z")


def _candidates(doc: Json, proof: Json) -> list[tuple[Json, Json]]:
    """The document and the options as they may have been signed.

    A proof with a context of its own may be read only in a document whose context starts the same way. Fedify
    and others leave it out of the proof they send but not out of what they sign.
    """
    unsecured = {name: value for name, value in doc.items() if name not in ("proof", "signature")}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if "@context" not in options:
        inherited = {**options, "@context": doc["@context"]} if "@context" in doc else options
        return [(unsecured, options), (unsecured, inherited)]
    ours, theirs = _listed(doc.get("@context")), _listed(options["@context"])
    if ours[: len(theirs)] != theirs:
        raise ProofRefused("proof: its @context is not the one of the document")
    return [({**unsecured, "@context": options["@context"]}, options)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _fits(key: Ed25519PublicKey, signature: bytes, doc: Json, options: Json) -> bool:
    try:
        key.verify(signature, _to_sign(doc, options))
    except InvalidSignature:
        return False
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise ProofRefused("document: cannot be written in canonical form") from error
    return True
