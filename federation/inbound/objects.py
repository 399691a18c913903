"""Taking in an object of theirs: one path for what is posted, paged from a catalogue, or fetched."""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from federation import actors, attaching, audiences, awaited, identity, moderation, room, types
from federation.documents import bucket_of, content_hash
from federation.models import Actor, AudienceKey, Document, Node, Receipt
from federation.reader import BadField, Reader
from federation.values import LARGEST_INTEGER, as_list
from journal import record

if TYPE_CHECKING:
    from federation.types import FederatedType

log = logging.getLogger(__name__)

Json = dict[str, Any]


class SaysOtherwise(BadField):
    """A version that is held here was pushed with other content: only its own server can say which one counts."""


def take(
    doc: Json, node: Node, *, speaker: Actor | None = None, passed_on_by: Actor | None = None, unasked: bool = False
) -> str:
    """Store an object that is known to come from `node`; returns the outcome in a few words.

    `speaker` is the actor of the activity that carried it, where there is one: only an owner may change a thing. What
    nobody carried was fetched from its own server, and is believed: that is how a copy is mended. `passed_on_by` is the
    group that passed it on: it knows who may write to its members. `unasked` is what a stranger says to somebody here:
    the first of it may have to wait for a steward.
    Must be called inside a transaction. What we cannot read is kept as a Document, never lost and never an error.
    """
    uri = identity.fits("id", Reader(doc).uri("id", required=True))
    if identity.origin_of(uri) != node.origin:
        raise BadField("id", uri, f"an address on {node.origin}")
    room.require_for_document(uri, node)
    if doc.get("type") == "Tombstone":
        return bury(uri, node, content=doc, speaker=speaker)
    held = Document.objects.select_for_update().filter(uri=uri).first()
    version, digest = told_version(doc) or 1, content_hash(doc)
    if held is not None and held.version > version:
        return f"older than version {held.version}, which we have"
    if held is not None and held.tombstone and not _may_come_back(held, version, speaker):
        return "withdrawn before"
    if held is not None and held.content_hash == digest and held.state == Document.State.READ:
        return "known already"
    type_ = types.for_document(doc)
    owners = _owners(held, doc)
    if speaker is not None and speaker.uri not in owners and (owners or type_ is not None):
        raise BadField("attributedTo", doc.get("attributedTo"), f"the sender, {speaker.uri}")
    if speaker is not None and held is not None and _same_version_again(held, doc) and held.content_hash != digest:
        expected = f"more than {held.version}, as it says something else than that version did"
        raise SaysOtherwise("version", version, expected)
    if type_ is None:
        return _keep(uri, doc, node, "", Document.State.IGNORED, "a type this node does not know", version, digest)
    if held is not None and _row(held) is not None and types.for_kind(held.kind) is not type_:
        raise BadField("type", doc.get("type"), f"{held.type}, as before")
    try:
        kind = _write(type_, doc, node, version, passed_on_by, unasked=unasked)
    except BadField as bad:
        return _keep(uri, doc, node, type_.kinds[0], Document.State.REFUSED, str(bad), version, digest)
    except types.StaysDocument as kept:
        said = str(kept)
        return _keep(
            uri, doc, node, type_.kinds[0], Document.State.IGNORED, said, version, digest, answers=kept.answers
        )
    return _keep(uri, doc, node, kind, Document.State.READ, "", version, digest, shared=type_.shared)


def _may_come_back(held: Document, version: int, speaker: Actor | None) -> bool:
    """Only as a newer one of its own server. Where that never told of an end, and only did not find the thing for a
    while, the same one will do, if it was fetched there."""
    return version > held.version or (version == held.version and speaker is None and not held.counted and held.public)


def bury(uri: str, node: Node, *, content: Json, speaker: Actor | None = None, carried_by: Json | None = None) -> str:
    """Their thing is withdrawn: our copy goes, a tombstone stays so that a late Create does not bring it back.

    Other programs tell no version: then nothing from before this moment brings it back. Where the copy had one and
    nobody says which one ended it, the copy's own is kept: what its server says next is higher, and counts.
    `carried_by` is the activity: for whom the thing was, where we never held it and the tombstone does not say.
    """
    room.require_for_document(uri, node)
    held = Document.objects.select_for_update().filter(uri=uri).first()
    version = told_version(content)
    if held is not None and held.tombstone and held.version >= version:
        return "withdrawn before"
    if speaker is not None and held is not None and speaker.uri not in {uri, *_owners(held, {})}:
        raise BadField("actor", speaker.uri, "the owner")
    row = _row(held)
    newest = max(held.version if held is not None else 0, row.version if row is not None else 0)
    if version and newest > version:
        return f"older than version {newest}, which we have"
    if held is not None and held.raw and _counted_version(json.loads(held.raw)):
        version = version or newest
    version = version or min(max(newest + 1, int(timezone.now().timestamp())), LARGEST_INTEGER)
    if held is not None and row is not None and row.withdrawn_at is None:
        now = timezone.now()
        gone = {"withdrawn_at": now, "updated_at": now, "version": version, **row.without_words()}
        type(row).objects.filter(pk=row.pk).update(**gone)
        attaching.detach(uri)
        record(f"{held.kind}.withdrawn", uri, actor=row.actor.uri, origin="peer")
    named = content if "to" in content else carried_by or {}
    public = held.public if held is not None else _is_for_everyone(named) or "to" not in named
    Document.objects.update_or_create(
        uri=uri,
        defaults={
            "node": node,
            "kind": held.kind if held else "",
            "type": "Tombstone",
            "state": Document.State.READ,
            "reason": "",
            "answers": "",
            "raw": "",
            "version": version,
            "content_hash": content_hash(content),
            "bucket": bucket_of(uri),
            "public": public,
            "counted": content.get("type") == "Tombstone" and public,
            "tombstone": True,
            "received_at": timezone.now(),
        },
    )
    # What was said of it goes too, but not the fact that it was said: a replay stays a replay.
    said = Receipt.objects.filter(object_uri=uri).exclude(state=Receipt.State.READY).exclude(type="Delete")
    said.update(body=b"")
    return "withdrawn"


def _write(
    type_: FederatedType, doc: Json, node: Node, version: int, passed_on_by: Actor | None, *, unasked: bool
) -> str:
    """The domain row and its journal entry: from here on the same path as a local change."""
    reader = Reader(doc)
    uri = reader.uri("id", required=True)
    if type_.is_actor:
        owner = actors.read(doc, node)
    else:
        owner = _hear_of(reader.uri("attributedTo") or reader.uri("actor") or "", node)
    fields: Json = type_.from_object(reader) | {
        "node": node,
        "actor": owner,
        "audience": type_.audience_of(reader, owner) or _audience(doc, owner, passed_on_by),
        "version": max(version, 1),
        "published_at": reader.instant("published") or timezone.now(),
        "updated_at": reader.instant("updated") or reader.instant("published") or timezone.now(),
        "withdrawn_at": None,
    }
    fields = type_.settle(fields, reader)
    _require_fitting(type_, fields)
    row, created = type_.model.objects.update_or_create(
        uri=uri, defaults=fields, create_defaults=fields | {"public_id": identity.new_public_id()}
    )
    attaching.take_theirs(uri, node, owner, reader.attachments())
    type_.after_arrival(row, reader)
    kind = type_.kind_of(row)
    if not (created and unasked and moderation.hold_if_first_of_a_stranger(row)):
        record(f"{kind}.published" if created else f"{kind}.changed", uri, actor=owner.uri, origin="peer")
    awaited.has_come(row)
    return kind


def _require_fitting(type_: FederatedType, fields: Json) -> None:
    """What a column cannot hold is refused by name. One database cuts nothing and stops, another keeps it all."""
    for name, value in fields.items():
        try:
            type_.model._meta.get_field(name).run_validators(value)  # type: ignore[union-attr]  # columns only
        except ValidationError as bad:
            raise BadField(name, value, " ".join(bad.messages)) from bad


def _hear_of(uri: str, node: Node) -> Actor:
    try:
        if identity.origin_of(uri) == node.origin:
            return actors.hear_of(uri)
    except ValueError as bad:
        raise BadField("attributedTo", uri, "the address of whoever published it") from bad
    raise BadField("attributedTo", uri, f"an address on {node.origin}")


def _audience(doc: Json, owner: Actor, passed_on_by: Actor | None) -> str:
    """Everyone, or the members of one group: of the owner's node, one that the owner is in, or one that says so itself.

    Raises BadField for anything else: what names nobody was not meant for us, and least of all for everyone.
    """
    if _is_for_everyone(doc):
        return audiences.PUBLIC
    named = [str(item) for item in [*as_list(doc.get("to")), *as_list(doc.get("cc"))]]
    for name in named:
        says_itself = passed_on_by is not None and name == audiences.of_group(passed_on_by.uri)
        if name.endswith("/members") and (says_itself or _may_address(owner, name)):
            return identity.fits("to", name)
    raise BadField("to", named[:3], "everyone, or the members of one group")


def _is_for_everyone(doc: Json) -> bool:
    named = [*_ids(doc.get("to")), *_ids(doc.get("cc"))]
    return any(name in audiences.PUBLIC_SPELLINGS for name in named) or doc.get("type") in Actor.Type.values


def _may_address(owner: Actor, audience: str) -> bool:
    if identity.origin_of(audience) == identity.origin_of(owner.uri):
        return True
    return AudienceKey.objects.filter(actor=owner, audience=audience).exists()


def _row(held: Document | None) -> Any:
    """The row a document was read into, also when it was withdrawn since; None where it never was."""
    type_ = types.for_kind(held.kind) if held is not None else None
    if held is None or type_ is None:
        return None
    return type_.model.objects.filter(uri=held.uri).select_related("actor").first()


def _owners(held: Document | None, doc: Json) -> set[str]:
    """Who may change a thing (FEP-fe34): whoever first published it, whatever a later copy claims.

    Mobilizon names the person in `actor` and the group as owner. An actor speaks for itself.
    """
    before = json.loads(held.raw) if held is not None and held.raw else doc
    row = _row(held)
    if row is not None:
        spoken_by = _ids(before.get("actor")) if before is not doc else []
        return {row.actor.uri, *spoken_by}
    if before.get("type") in Actor.Type.values:
        return set(_ids(before.get("id")))
    return {*_ids(before.get("attributedTo"))[:1], *_ids(before.get("actor"))[:1]}


def _keep(
    uri: str,
    doc: Json,
    node: Node,
    kind: str,
    state: Document.State,
    reason: str,
    version: int,
    digest: str,
    *,
    shared: bool = False,
    answers: str = "",
) -> str:
    public = _is_for_everyone(doc)
    Document.objects.update_or_create(
        uri=uri,
        defaults={
            "node": node,
            "kind": kind,
            "type": str(doc.get("type", ""))[:64],
            "state": state,
            "reason": reason[:300],
            "answers": answers[:500],
            "raw": json.dumps(doc, ensure_ascii=False, separators=(",", ":")),
            "version": version,
            "content_hash": digest,
            "bucket": bucket_of(uri),
            "public": public,
            "counted": shared and public,
            "tombstone": False,
            "received_at": timezone.now(),
        },
    )
    if reason:
        log.info("document %s was kept as %s: %s", uri, state, reason)
    return reason or f"{kind} read"


def told_version(doc: Json) -> int:
    """Our nodes count; other programs only say when, so the time of their last change in seconds serves as version.

    0 where nothing is said.
    """
    if counted := _counted_version(doc):
        return counted
    for name in ("updated", "published", "deleted"):
        try:
            when = parse_datetime(str(doc.get(name, "")))
        except ValueError:
            continue
        if when is not None:
            when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
            return max(1, min(int(when.timestamp()), LARGEST_INTEGER))
    return 0


def _counted_version(doc: Json) -> int:
    """The whole number that a server of our kind counts up with every change; 0 where there is none."""
    value = doc.get("version")
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_INTEGER:
        return value
    return 0


def _same_version_again(held: Document, doc: Json) -> bool:
    """Only of servers that count: two changes within one second are two changes."""
    return held.version == _counted_version(doc)


def _ids(value: Any) -> list[str]:
    found = [item.get("id") if isinstance(item, dict) else item for item in as_list(value)]
    return [item for item in found if isinstance(item, str)]
