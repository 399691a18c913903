"""What differs between what a neighbour lists and what we hold of it, and having it the same again.

Only what differs is asked for, and only of its own server: few things each at its own address, many together. What was
withdrawn is told whole in the list.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import urlencode

from django.db import transaction

from federation import http, identity
from federation.bounded import BadDocument
from federation.fetching import Gone, document_of, get_json_object
from federation.guard import FetchRefused
from federation.inbound.objects import bury, take
from federation.models import Document, Node
from federation.reader import BadField
from federation.values import LARGEST_INTEGER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from federation.http import Fetched, Sign

log = logging.getLogger(__name__)

Json = dict[str, Any]
ON_ITS_WAY = 10  # seconds: what was published just now is about to be pushed to us
REQUESTS_AT_ONCE = 6
TOGETHER = 25  # things in one answer, stored in one transaction, during which nothing else is written on SQLite
HASH = re.compile(r"[0-9a-f]{64}")


@dataclass
class Difference:
    """What their list and our copies do not agree on. `told_again` are ends that they had ceased to tell of; `young`
    are things so new that they are still being pushed; `unusable` those that we have just as told, and cannot read or
    count."""

    fetch: list[str] = field(default_factory=list)
    tombstones: list[Json] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    told_again: list[str] = field(default_factory=list)
    young: int = 0
    unusable: int = 0


def is_whole(value: Any) -> TypeGuard[int]:
    """A number as a column holds it; `true` is none, though Python counts with it."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_INTEGER


def differences(node: Node, listed: list[Json], buckets: list[int]) -> Difference:
    """Between what they list of some buckets and what is held here. Raises BadField for a list that is none."""
    held = {each.uri: each for each in Document.objects.filter(node=node, bucket__in=buckets).defer("raw")}
    found, told = Difference(), set()
    for item in listed:
        uri, version, content_hash, age = (item.get(name) for name in ("id", "version", "hash", "age"))
        hashed = isinstance(content_hash, str) and HASH.fullmatch(content_hash)
        if not isinstance(uri, str) or not is_whole(version) or not hashed:
            raise BadField("items", item, "an id, a version and a hash each")
        told.add(uri)
        copy, tombstone = held.get(uri), item.get("tombstone")
        if copy is not None and (copy.version, copy.content_hash) == (version, content_hash):
            if copy.tombstone and copy.public and not copy.counted:
                found.told_again.append(uri)
            else:
                found.unusable += not (copy.counted and copy.public)
        elif copy is not None and copy.version > version:
            found.unusable += 1  # they were set back to an earlier copy of themselves
        elif is_whole(age) and age < ON_ITS_WAY:
            found.young += 1
        elif isinstance(tombstone, dict):
            found.tombstones.append(tombstone)
        else:
            found.fetch.append(uri)
    counted = [each for each in held.values() if each.counted and each.public and each.uri not in told]
    found.unlisted = [each.uri for each in counted]
    return found


def mend(node: Node, found: Difference, sign: Sign) -> int:
    """Take in what differs; returns how many things were dealt with. One that cannot be had does not stop the rest."""
    Document.objects.filter(node=node, uri__in=found.told_again, tombstone=True).update(counted=True)
    for tombstone in found.tombstones:
        _taken(node, str(tombstone.get("id")), lambda doc=tombstone: take(doc, node))
    wanted = [uri for uri in (*found.fetch, *found.unlisted) if identity.is_at(uri, node.origin)]
    unlisted = frozenset(found.unlisted)
    many = [uri for uri in wanted if uri not in unlisted]
    got = _take_together(node, many, sign) if len(many) > REQUESTS_AT_ONCE else frozenset()
    asked: deque[tuple[str, Future[Fetched]]] = deque()
    for uri in [*(uri for uri in wanted if uri not in got), ""]:
        if uri:
            asked.append((uri, http.begin(uri, sign=sign)))
        while asked and (not uri or len(asked) == REQUESTS_AT_ONCE):
            first, answer = asked.popleft()
            _taken(node, first, lambda uri=first, answer=answer: _took(node, uri, answer, listed=uri not in unlisted))
    return len(found.tombstones) + len(found.told_again) + len(wanted)


def _take_together(node: Node, uris: Sequence[str], sign: Sign) -> frozenset[str]:
    """Ask for many things in a few requests, as parts of their catalogue; returns those that came. Whatever is amiss
    with an answer, the things are asked for one by one."""
    got: set[str] = set()
    for start in range(0, len(uris), TOGETHER):
        try:
            came = _ask_for(node, uris[start : start + TOGETHER], sign)
        except (FetchRefused, BadDocument) as bad:
            log.info("%s does not give many things at once: %s", node.origin, bad)
            break
        if not came:
            break
        take_all(came, node)
        got |= {item["id"] for item in came}
    return frozenset(got)


def _ask_for(node: Node, uris: Sequence[str], sign: Sign) -> list[Json]:
    """What one answer brings of these; nothing of a node that has no catalogue."""
    if not node.catalogue_url:
        return []
    paths = [uri.removeprefix(node.origin) for uri in uris]
    items = get_json_object(f"{node.catalogue_url}?{urlencode({'id': paths}, doseq=True)}", sign).get("orderedItems")
    if not isinstance(items, list):
        raise BadField("orderedItems", items, "a list of objects")
    return [item for item in items if isinstance(item, dict) and item.get("id") in uris]


def take_all(items: Sequence[Any], node: Node) -> None:
    """Take in what one answer of a node's own server brought, in one transaction. A bad item is noted and left; the
    others go on."""
    with transaction.atomic():
        for item in items:
            _taken(node, "an item", lambda item=item: _take_item(item, node))


def _take_item(item: Any, node: Node) -> str:
    if not isinstance(item, dict):
        raise BadField("orderedItems", type(item).__name__, "objects")
    return take(item, node)


def _took(node: Node, uri: str, answer: Future[Fetched], *, listed: bool) -> str:
    """What became of a thing that was asked for. Raises Gone where they list it and do not find it: it may be there in
    a moment, and as long as nothing changes it is asked for less and less."""
    try:
        doc = document_of(uri, answer.result())
    except Gone:
        if listed:
            raise
        # They do not list it, and do not find it: what they never told the end of, or do not remember to have ended,
        # is no part of what is shared.
        if Document.objects.filter(uri=uri, node=node, tombstone=True).update(counted=False):
            return "an end that they no longer tell of"
        return bury(uri, node, content={"id": uri})
    return take(doc, node)


def _taken(node: Node, uri: str, act: Any) -> None:
    try:
        with transaction.atomic():
            log.debug("%s: %s", uri, act())
    except (FetchRefused, BadDocument) as bad:
        log.info("%s of %s could not be mended: %s", uri, node.origin, bad)
    except Exception:  # a fault of ours with one thing must not keep the others apart for ever
        log.exception("%s of %s could not be taken in", uri, node.origin)
