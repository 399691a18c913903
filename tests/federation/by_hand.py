"""Requests put together piece by piece: as other programs build them, and as an attacker would."""

import base64
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import RSA_V1_5_SHA256
from http_message_signatures.digests import ContentDigest

from federation.signatures.message import digest
from tests.federation.cast import BODY, INBOX, NOW, Speaker, dana


def cavage(
    names: str,
    *,
    speaker: Speaker | None = None,
    algorithm: str = "hs2019",
    created: datetime | None = None,
    quoted: bool = False,
    digest_name: str = "SHA-256",
    extra: str = "",
    changed: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """A draft-cavage POST of BODY to the inbox over exactly the headers named, `changed` first."""
    speaker = speaker or dana()
    headers = {
        "Host": "camden.example",
        "Date": format_datetime(NOW, usegmt=True),
        "Digest": f"{digest_name}={digest(BODY)}",
        "Content-Type": "application/activity+json",
        **(changed or {}),
    }
    seconds = int(created.timestamp()) if created else 0
    special = {"(request-target)": "post /inbox", "(created)": str(seconds)}
    values = special | {name.lower(): value for name, value in headers.items()}
    text = "\n".join(f"{name}: {values[name]}" for name in names.split())
    signature = base64.b64encode(speaker.private.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    moment = "" if created is None else f',created="{seconds}"' if quoted else f",created={seconds}"
    headers["Signature"] = (
        f'keyId="{speaker.keyid}",algorithm="{algorithm}"{moment}{extra},headers="{names}",signature="{signature}"'
    )
    return headers


class _Request:
    def __init__(self, method: str, url: str, headers: dict[str, str]) -> None:
        self.method, self.url, self.headers = method, url, headers


class _Key(HTTPSignatureKeyResolver):
    def resolve_private_key(self, key_id: str):
        return dana().private


def rfc9421(
    *covered: str,
    algorithm: str = "sha-256",
    with_digest: bool = True,
    include_alg: bool = True,
    created: datetime = NOW,
    expires: datetime | None = None,
) -> dict[str, str]:
    """An RFC 9421 POST of BODY to the inbox over exactly the components named, and (usually) its digest."""

    class Digest(ContentDigest):
        pass

    class Signer(HTTPMessageSigner):
        content_digest_class = Digest

    Digest.algorithm = algorithm
    request = _Request("POST", INBOX, {"Host": "camden.example", "Date": format_datetime(NOW, usegmt=True)})
    Signer(signature_algorithm=RSA_V1_5_SHA256, key_resolver=_Key()).sign(
        request,
        key_id=dana().keyid,
        created=created,
        expires=expires,
        include_alg=include_alg,
        covered_component_ids=covered,
        body=BODY if with_digest else None,
    )
    return request.headers
