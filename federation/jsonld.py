"""Other people's `@context`: read as plain ActivityStreams where that is safe, by JSON-LD where it must be.

Nearly every peer sends compact ActivityStreams, which is read as plain JSON in 0.01 ms. Documents written in
another way (prefixed, expanded) are compacted by PyLD in about 2 ms against bundled contexts. No context is
ever fetched, and one we do not know is refused.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from federation.bounded import BadDocument
from federation.values import as_list
from federation.vocabulary import ACTIVITYSTREAMS, CONTEXT, PREFIXES, TERMS

Json = dict[str, Any]

LONGEST_REWRITTEN = 100_000  # characters: JSON-LD processing takes much longer than reading
MOST_CONTEXTS = 20

BUNDLED = {
    ACTIVITYSTREAMS: "activitystreams",
    "https://w3id.org/security/v1": "security-v1",
    "https://w3id.org/security/data-integrity/v1": "security-data-integrity-v1",
    "https://w3id.org/security/data-integrity/v2": "security-data-integrity-v2",
    "https://w3id.org/security/multikey/v1": "security-multikey-v1",
    "https://www.w3.org/ns/cid/v1": "cid-v1",
    "https://www.w3.org/ns/did/v1": "did-v1",
}
# Extensions seen in the fediverse. They add terms and leave those of ActivityStreams alone, so plain reading
# is right; where JSON-LD is needed they count as empty.
EXTENSIONS = (
    "https://w3id.org/fep/", "https://purl.archive.org/", "https://gotosocial.org/ns/", "https://join-lemmy.org/",
    "https://litepub.social/", "https://schema.org/", "http://schema.org/", "http://joinmastodon.org/ns/",
    "https://w3id.org/identity/v1/", "https://funkwhale.audio/ns/",
)  # fmt: skip
CONTEXTS = Path(__file__).parent / "contexts"


def normalise(doc: Json) -> Json:
    """The document with plain ActivityStreams names at every level; unchanged where it had them already.

    Raises BadDocument for a context that is unknown or not https, and for what JSON-LD itself refuses.
    """
    contexts = list(_contexts(doc.get("@context")))
    if len(contexts) > MOST_CONTEXTS:
        raise BadDocument("@context", contexts, f"at most {MOST_CONTEXTS} contexts")
    for context in contexts:
        if isinstance(context, str):
            _check_known(context, doc)
    return doc if _is_plain(doc, contexts) else _rewritten(doc)


def _contexts(value: Any) -> Iterator[Any]:
    for each in as_list(value):
        if isinstance(each, str):
            yield _canonical(each)
        elif isinstance(each, dict):
            yield each
        elif each is not None:
            raise BadDocument("@context", each, "the address of a context, or terms")


def _canonical(url: str) -> str:
    """One spelling for the many that peers use: http, a trailing # or /."""
    trimmed = url.rstrip("#/")
    secure = "https" + trimmed.removeprefix("http") if trimmed.startswith("http://") else trimmed
    return secure if secure in BUNDLED else url


def _check_known(url: str, doc: Json) -> None:
    if url in BUNDLED or _is_extension(url) or _is_their_own(url, doc):
        return
    raise BadDocument("@context", url, f"{ACTIVITYSTREAMS} and well-known extensions")


def _is_extension(url: str) -> bool:
    return f"{url.rstrip('#/')}/".startswith(EXTENSIONS)


def _is_their_own(url: str, doc: Json) -> bool:
    """Pleroma and Mbin serve their extensions themselves; named by their own documents, these stay unread."""
    home = _host(url)
    return bool(home) and home in {_host(doc.get(name)) for name in ("id", "actor", "attributedTo")}


def _host(value: Any) -> str:
    """Host and port of a web address; "" for anything else."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        return ""
    return parts.netloc if parts and parts.scheme in ("https", "http") else ""


def _is_plain(doc: Json, contexts: list[Any]) -> bool:
    """Whether plain names mean what they say: ActivityStreams without new names for `id` and `type`.

    Mbin names nothing but a context of its own, which includes ActivityStreams.
    """
    if any(name.startswith("@") and name != "@context" for name in doc):
        return False
    own = any(_is_their_own(each, doc) for each in contexts if isinstance(each, str))
    if contexts and ACTIVITYSTREAMS not in contexts and not own:
        return False
    return not any(_renames_keywords(each) for each in contexts if isinstance(each, dict))


def _renames_keywords(terms: Json) -> bool:
    named = {name: target for name, target in terms.items() if isinstance(target, str)}
    aliases = {name for name, target in named.items() if target in ("@id", "@type", "@graph", "@included")}
    other_meaning = named.get("id", "@id") != "@id" or named.get("type", "@type") != "@type"
    return other_meaning or bool(aliases - {"id", "type"})


def _rewritten(doc: Json) -> Json:
    from pyld import jsonld  # 100 ms to import, and most processes never need it

    if len(json.dumps(doc)) > LONGEST_REWRITTEN:
        accepted = f"at most {LONGEST_REWRITTEN} characters, unless in plain ActivityStreams"
        raise BadDocument("document", "more", accepted)
    options = {"documentLoader": _load, "processingMode": "json-ld-1.1"}
    try:
        compacted = jsonld.compact(doc, _without_prefixes(), options)
    except (jsonld.JsonLdError, RecursionError, TypeError, ValueError, KeyError, AttributeError) as error:
        # PyLD lets some malformed contexts through to ordinary Python errors.
        raise BadDocument("@context", str(error)[:80], "a document that JSON-LD accepts") from error
    if not isinstance(compacted, dict) or "@graph" in compacted:
        raise BadDocument("document", "several objects", "one object")
    return {**compacted, "@context": CONTEXT}


@lru_cache
def _without_prefixes() -> list[Any]:
    """Our context with every name written out: with prefixes, compaction would shorten addresses to `vf:Proposal`."""
    prefixes = {name: str(iri) for name, iri in PREFIXES.items()}

    def written_out(name: str) -> str:
        prefix, _, rest = name.partition(":")
        return prefixes[prefix] + rest if prefix in prefixes else name

    terms = {
        term: written_out(said) if isinstance(said, str) else said | {"@id": written_out(said["@id"])}
        for term, said in TERMS.items()
        if term not in PREFIXES
    }
    return [*(each for each in CONTEXT if each is not TERMS), terms]


def _load(url: str, _options: Any) -> Json:
    """PyLD's only source of documents: what is bundled, and nothing for known extensions."""
    from pyld import jsonld

    name = BUNDLED.get(_canonical(url))
    if name is None and not _is_extension(url):
        raise jsonld.JsonLdError("unknown context", "loading document failed", {"url": url})
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": bundled(name) if name else {"@context": {}},
    }


@lru_cache
def bundled(name: str) -> Json:
    """A context document we ship, by its file name; do not change it, it is shared."""
    document: Json = json.loads((CONTEXTS / f"{name}.json").read_text(encoding="utf-8"))
    return document
