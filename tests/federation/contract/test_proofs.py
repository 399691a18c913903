"""Integrity proofs (FEP-8b32): ours, the published one, and Fedify's way of writing them."""

import json
from datetime import UTC, datetime, timedelta

import base58
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation import keys, proofs
from federation.documents import CONTEXT, PROOF_CONTEXT, unknown_terms
from federation.proofs import ProofRefused, claimed_method, sign, verify
from tests.federation.cast import NOW, dana, mallory
from tests.federation.shared import DATA, needs_shared_data

METHOD = "https://hackney.example/people/dana#ed25519-key"
NOTE = {
    "@context": CONTEXT,
    "id": "https://hackney.example/needs/k3v9x2",
    "type": "Note",
    "attributedTo": "https://hackney.example/people/dana",
    "content": "<p>We look for a room on Tuesdays — «città»</p>",
    "latitude": 51.5,
}


def signed(doc=NOTE):
    return sign(doc, dana().proof_key, METHOD, NOW)


def test_a_signed_document_is_believed_after_a_journey_as_json() -> None:
    arrived = json.loads(json.dumps(signed()))
    assert claimed_method(arrived) == METHOD
    proof = verify(arrived, dana().look_up_method, NOW)
    assert (proof.verification_method, proof.created) == (METHOD, NOW)


def test_signing_adds_the_terms_of_a_proof_before_our_own() -> None:
    assert signed()["@context"] == PROOF_CONTEXT
    assert unknown_terms(signed()) == set()
    assert NOTE["@context"] == CONTEXT and "proof" not in NOTE, "the document given is left as it was"


def test_a_document_without_context_can_be_signed() -> None:
    bare = {name: value for name, value in NOTE.items() if name != "@context"}
    assert verify(signed(bare), dana().look_up_method, NOW)


def test_an_old_proof_is_still_a_proof() -> None:
    assert verify(signed(), dana().look_up_method, NOW + timedelta(days=3_650))


def test_the_order_of_properties_does_not_matter() -> None:
    assert verify(dict(reversed(signed().items())), dana().look_up_method, NOW)


def test_a_proof_in_a_list_of_one_is_read() -> None:
    doc = signed()
    assert verify({**doc, "proof": [doc["proof"]]}, dana().look_up_method, NOW)


def test_a_linked_data_signature_beside_the_proof_is_left_out() -> None:
    assert verify({**signed(), "signature": {"type": "RsaSignature2017"}}, dana().look_up_method, NOW)


def test_a_proof_that_inherits_the_context_is_read_as_fedify_writes_it() -> None:
    doc = signed()
    del doc["proof"]["@context"]
    assert verify(doc, dana().look_up_method, NOW)


@needs_shared_data
def test_the_published_eddsa_jcs_2022_vector() -> None:
    folder = DATA / "signatures/data-integrity"
    pair = json.loads((folder / "keyPair.json").read_text())
    vector = folder / "eddsa-jcs-2022"
    doc = json.loads((vector / "signedJCS.json").read_text())
    public = keys.decode_multikey(pair["publicKeyMultibase"])
    assert verify(doc, lambda _: public, NOW).created == datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)

    unsecured, options = proofs._candidates(doc, doc["proof"])[0]
    assert rfc8785.dumps(unsecured).decode() == (vector / "canonDocJCS.txt").read_text().strip()
    assert rfc8785.dumps(options).decode() == (vector / "proofCanonJCS.txt").read_text().strip()
    to_sign = proofs._to_sign(unsecured, options)
    assert to_sign.hex() == (vector / "combinedHashJCS.txt").read_text().strip()
    private = Ed25519PrivateKey.from_private_bytes(base58.b58decode(pair["privateKeyMultibase"][1:])[2:34])
    value = "z" + base58.b58encode(private.sign(to_sign)).decode()
    assert value == (vector / "sigBTC58JCS.txt").read_text().strip()


def refused(doc, reason: str, look_up=None, now=NOW) -> None:
    with pytest.raises(ProofRefused, match=reason):
        verify(doc, look_up or dana().look_up_method, now)


def test_changed_words_are_refused() -> None:
    refused({**signed(), "content": "<p>We sell rooms</p>"}, "does not match")
    refused({**signed(), "to": ["https://www.w3.org/ns/activitystreams#Public"]}, "does not match")


@pytest.mark.parametrize("name", ["created", "verificationMethod"])
def test_changed_options_are_refused(name: str) -> None:
    doc = signed()
    other = {"created": "2026-11-20T00:00:00Z", "verificationMethod": METHOD + "2"}[name]
    refused({**doc, "proof": {**doc["proof"], name: other}}, "does not match", lambda _: _public())


def _public():
    return keys.load_public(dana().ed25519.public_pem)


def test_the_key_of_somebody_else_is_refused() -> None:
    refused(sign(NOTE, mallory().proof_key, METHOD, NOW), "does not match")


def test_an_rsa_key_is_refused() -> None:
    refused(signed(), "no Ed25519 key", lambda _: dana().public)


def test_an_unknown_key_is_refused() -> None:
    refused(signed(), "no Ed25519 key", lambda _: None)


def test_another_context_is_refused() -> None:
    refused({**signed(), "@context": ["https://www.w3.org/ns/activitystreams"]}, "@context")
    doc = signed()
    doc["proof"]["@context"] = ["https://www.w3.org/ns/activitystreams"]
    refused(doc, "does not match")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "Ed25519Signature2020"),
        ("cryptosuite", "eddsa-rdfc-2022"),
        ("cryptosuite", None),
        ("proofPurpose", "authentication"),
        ("created", "yesterday"),
        ("created", None),
        ("created", "2026-11-22T12:00:00Z"),
        ("expires", "2026-11-20T12:00:00Z"),
        ("proofValue", "z1"),
        ("proofValue", "mAAAA"),
        ("proofValue", "z" + "0" * 87),
        ("proofValue", ["z"]),
        ("proofValue", None),
        ("verificationMethod", "javascript:alert(1)"),
        ("verificationMethod", {}),
    ],
)
def test_other_options_are_refused(name: str, value) -> None:
    doc = signed()
    refused({**doc, "proof": {**doc["proof"], name: value}}, name)


@pytest.mark.parametrize("proof", [None, "x", [], [{}, {}], 1, {}])
def test_no_proof_or_several_are_refused(proof) -> None:
    refused({**NOTE, "proof": proof}, "proof|verificationMethod")


@pytest.mark.parametrize("value", [float("nan"), 2**60, "\ud800"])
def test_what_has_no_canonical_form_is_refused(value) -> None:
    refused({**signed(), "content": value}, "canonical form")
