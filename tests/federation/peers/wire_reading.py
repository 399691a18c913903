"""What JSON-LD and Fedify make of documents of ours, with bundled contexts and no network."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

from federation.jsonld import BUNDLED, _load, bundled
from tests.federation.peers import installing

Json = dict[str, Any]
READ_SECONDS = 120


def unmapped(doc: Json) -> set[str]:
    """Names in a document, of properties and types, that its own `@context` gives no meaning.

    ActivityStreams turns what nobody defined into `_:name`; without it JSON-LD drops the property, or leaves a type
    that is no address.
    """
    from pyld import jsonld

    dropped: set[str] = set()
    expanded = jsonld.expand(doc, {"documentLoader": _load}, on_property_dropped=lambda name, *_more: dropped.add(name))
    return dropped | set(_meaningless(expanded))


def _meaningless(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _meaningless(each)
    elif isinstance(value, dict):
        for name in (*value, *_types(value)):
            if not name.startswith("@") and (name.startswith("_:") or ":" not in name):
                yield name
        for each in value.values():
            yield from _meaningless(each)


def _types(node: Json) -> list[str]:
    said = node.get("@type", [])
    return said if isinstance(said, list) else [said]


def read_by_fedify(documents: list[Json]) -> list[Json]:
    """What Fedify says of each. Raises NotInstalled."""
    script = installing.fedify_script("fedify-reads.mjs")
    asked = {"contexts": {url: bundled(name) for url, name in BUNDLED.items()}, "documents": documents}
    done = subprocess.run(
        [installing.node(), str(script)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        timeout=READ_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers: list[Json] = json.loads(done.stdout)
    return answers


def misread(doc: Json, found: Json) -> str:
    """What Fedify lost or changed of a document; empty when nothing."""
    if "error" in found:
        return str(found["error"])
    inside = doc.get("object")
    said = _lost(doc, found)
    if isinstance(inside, dict):
        return said or (_lost(inside, found["inside"]) if found["inside"] else "object: not read")
    return said or ("" if found.get("object") == inside else f"object: {found.get('object')!r}, not {inside!r}")


def _lost(doc: Json, found: Json) -> str:
    wanted = {"id": doc.get("id"), "type": doc["type"]}
    for name, value in wanted.items():
        if found[name] != value:
            return f"{name}: {found[name]!r}, not {value!r}"
    for name, among in (("name", "names"), ("content", "contents")):
        said = {doc.get(name), *doc.get(f"{name}Map", {}).values()} - {None}
        if missing := said - set(found[among]):
            return f"{name}: lost {sorted(missing)}"
    return ""
