"""Both schemes against the vectors published with them, and headers seen on real deliveries."""

import re
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from federation import keys
from federation.signatures import SignatureRefused, claimed_key, rfc9421, verify_request
from federation.signatures.cavage import read_parameters, signing_text
from federation.signatures.message import Message, check_digest, decode64, read_message
from tests.federation.shared import DATA, needs_shared_data
from tests.federation.vectors import rfc9421_headers

pytestmark = needs_shared_data

CAVAGE = DATA / "signatures/cavage-12"
RFC9421 = DATA / "signatures/rfc9421"
REAL = DATA / "signatures/real-world-signed-deliveries"

TARGET = "/foo?param=value&pet=dog"
BODY = b'{"hello": "world"}'
HEADERS = {
    "Host": "example.com",
    "Date": "Sun, 05 Jan 2014 21:31:40 GMT",
    "Content-Type": "application/json",
    "Digest": "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
    "Content-Length": "18",
}


def cavage_message() -> Message:
    return read_message("POST", TARGET, HEADERS, BODY, "https://example.com")


def test_cavage_appendix_c1_default_test() -> None:
    text = (CAVAGE / "appendix-c-in-draft.txt").read_text()
    value = re.sub(r"\s+", "", text.partition("Signature: keyId")[2].partition("C.2.")[0])
    parameters = read_parameters(f"keyId{value}")
    base = signing_text(["date"], parameters, cavage_message(), TARGET)
    assert base == b"date: Sun, 05 Jan 2014 21:31:40 GMT"
    public = load_pem_public_key((CAVAGE / "w3c-suite/keys__rsa.pub").read_bytes())
    public.verify(decode64(parameters["signature"], "signature"), base, PKCS1v15(), SHA256())


def test_cavage_appendix_c2_and_c3_signing_texts() -> None:
    names = ["(request-target)", "host", "date", "content-type", "digest", "content-length"]
    assert signing_text(names, {}, cavage_message(), TARGET).decode() == (
        "(request-target): post /foo?param=value&pet=dog\n"
        "host: example.com\n"
        "date: Sun, 05 Jan 2014 21:31:40 GMT\n"
        "content-type: application/json\n"
        "digest: SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=\n"
        "content-length: 18"
    )
    check_digest(HEADERS["Digest"], BODY)


@pytest.mark.parametrize("name", ["created", "created-rsa", "rsa-signed", "nosignature-request", "nokeyid-request"])
def test_the_w3c_suite_requests_are_refused_since_none_covers_what_a_post_here_must(name: str) -> None:
    lines = (CAVAGE / f"w3c-suite/input__{name}.httpMessage").read_text().splitlines()
    method, target, _ = lines[0].split()
    headers = {line.partition(":")[0]: line.partition(":")[2].strip() for line in lines[1:]}
    headers["Signature"] = headers.pop("Authorization").removeprefix("Signature ")
    with pytest.raises(SignatureRefused):
        verify_request(method, target, headers, b"", lambda _: None, origin="https://example.com")


@pytest.mark.parametrize(
    ("number", "keyid"),
    [
        ("1", "https://lemmy.ml/c/memes#main-key"),
        ("2", "https://kbin.social/u/Infiltrated_ad8271#main-key"),
    ],
)
def test_headers_of_real_deliveries_are_read(number: str, keyid: str) -> None:
    signature = (REAL / f"signature_{number}").read_text().strip()
    claim = claimed_key({"Signature": signature})
    assert (claim.keyid, claim.scheme) == (keyid, "cavage")
    signed = read_parameters(signature)["headers"].split()
    assert {"(request-target)", "host", "date", "digest"} <= set(signed)
    check_digest((REAL / f"digest_{number}").read_text().strip(), (REAL / f"body_{number}.json").read_bytes())


def rfc9421_key(name: str) -> keys.PublicKey:
    return load_pem_private_key((RFC9421 / f"keys/{name}.pem").read_bytes(), None).public_key()


def test_rfc9421_b26_ed25519() -> None:
    """The vector itself verifies; as a POST to us it is refused, because it leaves the body open."""
    headers = rfc9421_headers("sig-b26")
    created = datetime(2021, 4, 20, 2, 7, 53, tzinfo=UTC)
    message = read_message("POST", "/foo?param=Value&Pet=dog", headers, b"", "https://example.com")
    message.headers.pop("content-digest")
    result = rfc9421._verified(message, rfc9421_key("test-key-ed25519"), created)
    assert result.parameters["keyid"] == "test-key-ed25519"
    with pytest.raises(SignatureRefused, match="Digest"):
        verify_request(
            "POST",
            "/foo?param=Value&Pet=dog",
            headers,
            BODY,
            lambda _: rfc9421_key("test-key-ed25519"),
            now=created,
            origin="https://example.com",
        )


def test_rfc9421_b26_is_made_again_byte_by_byte() -> None:
    """Ed25519 is deterministic: with the published key our own signature base gives the published signature."""
    headers = rfc9421_headers("sig-b26")
    published = headers["Signature"].partition("=")[2]
    message = read_message("POST", "/foo?param=Value&Pet=dog", headers, b"", "https://example.com")
    created = datetime(2021, 4, 20, 2, 7, 53, tzinfo=UTC)
    verifier = rfc9421._Verifier(rfc9421_key("test-key-ed25519"), created, message.longest_age)
    request = rfc9421._Request(message.method, message.url, dict(message.headers))
    ((_, node, _signature),) = verifier._get_sig_inputs_and_signatures(request)
    base, _, _ = verifier._build_signature_base(request, covered_component_ids=list(node), signature_params=node.params)
    private = load_pem_private_key((RFC9421 / "keys/test-key-ed25519.pem").read_bytes(), None)
    assert decode64(published.strip(":"), "signature") == private.sign(base.encode())


@pytest.mark.parametrize(("label", "key"), [("sig-b21", "test-key-rsa-pss"), ("sig-b22", "test-key-rsa-pss")])
def test_rfc9421_b21_and_b22_are_refused_for_what_they_do_not_cover(label: str, key: str) -> None:
    with pytest.raises(SignatureRefused):
        verify_request(
            "POST",
            "/foo?param=Value&Pet=dog",
            rfc9421_headers(label),
            BODY,
            lambda _: load_pem_public_key(keys.public_pem(rfc9421_key("test-key-rsa")).encode()),
            now=datetime(2021, 4, 20, 2, 7, 53, tzinfo=UTC),
            origin="https://example.com",
        )
