"""The keys an actor signs with: made, written, read, and sealed at rest.

RSA-2048 signs HTTP messages (`publicKey`, as today's peers expect); Ed25519 signs documents
(`assertionMethod`, FEP-521a). Nothing here touches the database.
"""

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache

import base58
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
PublicKey = RSAPublicKey | Ed25519PublicKey

RSA_BITS = 2048
SHORTEST_RSA_BITS = 2048
LONGEST_RSA_BITS = 8192  # a longer modulus only makes us slow
LONGEST_KEY_TEXT = 4_000  # characters; an RSA-8192 public key takes 1,500

# https://github.com/multiformats/multicodec/blob/master/table.csv, as unsigned varints.
ED25519_PUB = b"\xed\x01"
RSA_PUB = b"\x85\x24"

KEY_SEALING = b"flotilla: actors' private keys, version 1"


class BadKey(ValueError):
    """A key that cannot be read, or is of a kind or size we do not use."""


class SealBroken(ValueError):
    """A sealed private key that none of this node's secrets opens."""


@dataclass(frozen=True)
class KeyPair:
    """A private key (PKCS #8) and its public half (SubjectPublicKeyInfo), both PEM."""

    private_pem: str
    public_pem: str


def make_rsa() -> KeyPair:
    """A new RSA-2048 pair; takes about 50 ms."""
    return _pair(generate_private_key(public_exponent=65537, key_size=RSA_BITS))


def make_ed25519() -> KeyPair:
    """A new Ed25519 pair."""
    return _pair(Ed25519PrivateKey.generate())


def _pair(key: PrivateKey) -> KeyPair:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return KeyPair(private.decode("ascii"), public_pem(key.public_key()))


def public_pem(key: PublicKey) -> str:
    """The key as PEM, the form `publicKeyPem` has on the wire."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


@lru_cache(maxsize=2_048)
def load_private(pem: str) -> PrivateKey:
    """Read one of our own private keys; cached, because signing asks for it every time.

    Checking an RSA key costs 35 ms and ours come from our own database, so it is skipped. Raises BadKey.
    """
    try:
        key = load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey("private key: expected an unencrypted PEM key") from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise BadKey(f"private key: expected RSA or Ed25519, got {type(key).__name__}")
    return key


@lru_cache(maxsize=8_192)
def load_public(text: str) -> PublicKey:
    """Read a peer's public key, given as PEM (`publicKeyPem`) or Multikey (`publicKeyMultibase`); cached.

    Raises BadKey, also for RSA shorter than 2048 bits or longer than 8192.
    """
    if len(text) > LONGEST_KEY_TEXT:
        raise BadKey(f"public key: expected at most {LONGEST_KEY_TEXT} characters, got {len(text)}")
    if text.startswith("z"):
        return decode_multikey(text)
    try:
        key = load_pem_public_key(text.strip().encode("ascii"))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(f"public key: expected PEM or a Multikey starting with z, got {text[:40]!r}") from error
    return _usable(key)


def _usable(key: object) -> PublicKey:
    if isinstance(key, Ed25519PublicKey):
        return key
    if not isinstance(key, RSAPublicKey):
        raise BadKey(f"public key: expected RSA or Ed25519, got {type(key).__name__}")
    if not SHORTEST_RSA_BITS <= key.key_size <= LONGEST_RSA_BITS:
        raise BadKey(f"public key: expected RSA of {SHORTEST_RSA_BITS} bits or more, got {key.key_size}")
    return key


def encode_multikey(key: PublicKey) -> str:
    """The key as `publicKeyMultibase`: base58btc over a multicodec prefix (FEP-521a, CID 1.0 §2.2.2)."""
    if isinstance(key, Ed25519PublicKey):
        raw = ED25519_PUB + key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    else:
        raw = RSA_PUB + key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    return "z" + base58.b58encode(raw).decode("ascii")


def decode_multikey(text: str) -> PublicKey:
    """Read a `publicKeyMultibase` of an Ed25519 or RSA key. Raises BadKey."""
    if not text.startswith("z") or len(text) > LONGEST_KEY_TEXT:
        raise BadKey(f"publicKeyMultibase: expected base58btc starting with z, got {text[:40]!r}")
    try:
        raw = base58.b58decode(text[1:])
        if raw.startswith(ED25519_PUB):
            return Ed25519PublicKey.from_public_bytes(raw[len(ED25519_PUB) :])
        if raw.startswith(RSA_PUB):
            return _usable(load_der_public_key(raw[len(RSA_PUB) :]))
    except BadKey:
        raise
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(f"publicKeyMultibase: expected a readable key, got {text[:40]!r}") from error
    raise BadKey(f"publicKeyMultibase: expected multicodec ed25519-pub or rsa-pub, got {raw[:2].hex()}")


def seal(pem: str) -> str:
    """Encrypt a private key for the database, so that a leaked backup alone signs nothing."""
    return _sealer(settings.SECRET_KEY, _fallbacks()).encrypt(pem.encode()).decode("ascii")


def open_sealed(sealed: str) -> str:
    """The PEM that was sealed, also under an earlier SECRET_KEY listed in SECRET_KEY_FALLBACKS.

    Raises SealBroken, which after a lost SECRET_KEY means: the actor needs new keys.
    """
    try:
        return _sealer(settings.SECRET_KEY, _fallbacks()).decrypt(sealed.encode()).decode()
    except (InvalidToken, binascii.Error) as error:
        raise SealBroken(
            "a private key does not open with SECRET_KEY; put the earlier key in SECRET_KEY_FALLBACKS"
        ) from error


def resealed(sealed: str) -> str:
    """The same key under the present SECRET_KEY; the very text where it is so already. Raises SealBroken."""
    try:
        Fernet(_derived(settings.SECRET_KEY)).decrypt(sealed.encode())
    except (InvalidToken, binascii.Error):
        return seal(open_sealed(sealed))
    return sealed


def _fallbacks() -> tuple[str, ...]:
    return tuple(getattr(settings, "SECRET_KEY_FALLBACKS", ()))


@lru_cache(maxsize=4)
def _sealer(secret: str, earlier: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(each)) for each in (secret, *earlier)])


def _derived(secret: str) -> bytes:
    derivation = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=KEY_SEALING)
    return base64.urlsafe_b64encode(derivation.derive(secret.encode()))
