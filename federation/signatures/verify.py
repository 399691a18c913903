"""Who signed a request: one door for both schemes.

The caller asks `claimed_key` first, fetches or finds that key in its own way (bounded, cached, off the event
loop), then lets `verify_request` prove it. Whether that key's owner may do what the activity says is a later
question, not answered here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.conf import settings

from federation.signatures import cavage, rfc9421
from federation.signatures.message import Claim, KeyLookup, SignatureRefused, Signer, read_message


def claimed_key(headers: Mapping[str, str]) -> Claim:
    """The key this request says it is signed with: a hint of what to fetch, never a proof.

    A request with Signature-Input is RFC 9421, any other is draft-cavage. Raises SignatureRefused when
    unsigned, signed more than once, or malformed.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    if "signature-input" in lowered:
        return Claim(rfc9421.read_keyid(lowered), rfc9421.SCHEME)
    if not lowered.get("signature"):
        raise SignatureRefused("signature: the request is not signed")
    return Claim(cavage.read_parameters(lowered["signature"])["keyId"], cavage.SCHEME)


def verify_request(
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    key_lookup: KeyLookup,
    *,
    now: datetime | None = None,
    origin: str | None = None,
) -> Signer:
    """Prove who signed a request, or raise SignatureRefused.

    `target` is path and query as they stood on the wire, `headers` what `request.headers` holds, `body` the
    raw bytes: their digest is recomputed every time. The signature must be made for `origin` (ours unless
    given). Any method but GET and HEAD must have its digest signed. A replay is as good as the first time here:
    the inbox finds it by `Signer.fingerprint` among those of earlier messages.
    """
    message = read_message(method, target, headers, body, origin or settings.ORIGIN)
    moment = now or datetime.now(UTC)
    scheme = claimed_key(message.headers).scheme
    verify = rfc9421.verify if scheme == rfc9421.SCHEME else cavage.verify
    return verify(message, key_lookup, moment)
