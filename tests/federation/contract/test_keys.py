"""Keys are made, written on the wire, read back, and are no use to whoever steals a backup."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from federation import keys


@pytest.mark.parametrize("make", [keys.make_rsa, keys.make_ed25519])
def test_a_pair_signs_and_its_public_half_travels_as_pem_and_as_multikey(make) -> None:
    pair = make()
    public = keys.load_public(pair.public_pem)
    assert keys.public_pem(keys.load_private(pair.private_pem).public_key()) == pair.public_pem
    assert keys.public_pem(keys.load_public(keys.encode_multikey(public))) == pair.public_pem


def test_an_rsa_key_has_2048_bits() -> None:
    assert keys.load_private(keys.make_rsa().private_pem).key_size == 2048


def test_the_published_multikey_of_the_eddsa_vectors_is_written_the_same_way() -> None:
    published = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"  # vc-di-eddsa, Appendix B
    assert keys.encode_multikey(keys.decode_multikey(published)) == published


def test_pkcs1_pem_as_some_peers_send_it_is_read() -> None:
    key = keys.load_public(keys.make_rsa().public_pem)
    pkcs1 = key.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    assert keys.public_pem(keys.load_public(pkcs1)) == keys.public_pem(key)


def test_a_sealed_key_opens_again_and_does_not_show_itself() -> None:
    pem = keys.make_ed25519().private_pem
    sealed = keys.seal(pem)
    assert pem not in sealed and "PRIVATE" not in sealed
    assert keys.open_sealed(sealed) == pem
    assert keys.seal(pem) != sealed, "two seals of one key must not look alike"


def test_a_sealed_key_survives_a_change_of_secret_key(settings) -> None:
    sealed = keys.seal("a key")
    earlier, settings.SECRET_KEY = settings.SECRET_KEY, "another secret"
    with pytest.raises(keys.SealBroken, match="SECRET_KEY_FALLBACKS"):
        keys.open_sealed(sealed)
    settings.SECRET_KEY_FALLBACKS = [earlier]
    assert keys.open_sealed(sealed) == "a key"


@pytest.mark.parametrize("damaged", ["", "nonsense", "gAAAAA", "ü", "x" * 10_000])
def test_a_damaged_seal_is_named(damaged: str) -> None:
    with pytest.raises(keys.SealBroken):
        keys.open_sealed(damaged)


def weak_rsa() -> str:
    return keys.public_pem(rsa.generate_private_key(65537, 1024).public_key())


def elliptic() -> str:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize(
    "text",
    [
        "", "z", "z6Mk", "zzzzz0OIl", "m6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", "é", "\ud800",
        "x" * 5_000, "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "z" + "1" * 3_000,
        weak_rsa, elliptic,
    ],
)  # fmt: skip
def test_a_key_of_another_kind_or_too_short_or_broken_is_refused(text) -> None:
    with pytest.raises(keys.BadKey):
        keys.load_public(text if isinstance(text, str) else text())
