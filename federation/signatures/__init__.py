"""HTTP signatures: draft-cavage-12 for today's peers, RFC 9421 where offered."""

from federation.signatures.cavage import sign as sign_cavage
from federation.signatures.message import Claim, KeyLookup, SignatureRefused, Signer
from federation.signatures.rfc9421 import sign as sign_rfc9421
from federation.signatures.verify import claimed_key, verify_request

__all__ = [
    "Claim",
    "KeyLookup",
    "SignatureRefused",
    "Signer",
    "claimed_key",
    "sign_cavage",
    "sign_rfc9421",
    "verify_request",
]
