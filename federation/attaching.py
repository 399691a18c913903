"""What hangs on a thing: attached with it, changed with it, gone with it.

Called by `federation.publishing` and by what takes in their documents, inside their transactions. Files are written
before (`keep`) and erased after, by an errand: a crash between leaves a file that the next tidying finds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from federation.identity import new_public_id, origin_of
from federation.models.attachments import LONGEST_ALT, LONGEST_NAME, LONGEST_URL, MOST, Attachment
from federation.models.nodes import Node
from journal import errand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from federation import attached
    from federation.models import Actor
    from federation.uploads import Rewritten

Json = dict[str, Any]

FOLDER = "attached"
TAKEN = {"image/jpeg", "image/png", "image/webp", "image/gif"}
PDF = "application/pdf"


class TooMany(ValueError):
    """More than six things on one thing; `held` says how many there are already."""

    def __init__(self, held: int) -> None:
        super().__init__(f"{held} are attached already, of at most {MOST}")
        self.held = held


@dataclass(frozen=True)
class Kept:
    """A file that lies in the storage and hangs on nothing yet."""

    public_id: str
    columns: Json


@dataclass(frozen=True)
class Attaching:
    """What somebody wants changed: `said` has new words by public id, as (alt, name)."""

    new: tuple[Kept, ...] = ()
    removed: frozenset[str] = frozenset()
    said: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new or self.removed or self.said)


def keep(rewritten: Rewritten, *, alt: str, name: str) -> Kept:
    """Write a file under a name of its own. Outside a transaction: what is never attached is tidied away in a day."""
    public_id = new_public_id()
    is_picture = rewritten.is_picture
    columns = write_files(public_id, rewritten) | {
        "kind": Attachment.Kind.PICTURE if is_picture else Attachment.Kind.FILE,
        "media_type": rewritten.media_type,
        "alt": alt if is_picture else "",
        "name": name,
    }
    return Kept(public_id, columns)


def write_files(public_id: str, rewritten: Rewritten) -> Json:
    """The columns that tell of what was written. The id that pages show is not the name in the storage, so that a copy
    fetched anew never meets an old one."""
    stem = f"{FOLDER}/{public_id[:2]}/{new_public_id()}"
    ending = "webp" if rewritten.is_picture else "pdf"
    small = default_storage.save(f"{stem}-small.{ending}", ContentFile(rewritten.small)) if rewritten.small else ""
    return {
        "file": default_storage.save(f"{stem}.{ending}", ContentFile(rewritten.body)),
        "small": small,
        "width": rewritten.width or None,
        "height": rewritten.height or None,
        "size": len(rewritten.body) + len(rewritten.small),
        "sha256": hashlib.sha256(rewritten.body).hexdigest(),
    }


def of_thing(uri: str) -> list[Attachment]:
    return list(Attachment.objects.filter(thing_uri=uri).order_by("position"))


def of_things(uris: Iterable[str]) -> dict[str, list[Attachment]]:
    """What hangs on each of several things that has anything. One query."""
    found: dict[str, list[Attachment]] = {}
    for each in Attachment.objects.filter(thing_uri__in=list(uris)).order_by("thing_uri", "position"):
        found.setdefault(each.thing_uri, []).append(each)
    return found


def would_change(uri: str, wanted: Attaching) -> bool:
    """Whether anything would be different afterwards."""
    if not wanted:
        return False
    held = {each.public_id: each for each in of_thing(uri)}
    says_new = any(key in held and (held[key].alt, held[key].name) != words for key, words in wanted.said.items())
    return bool(wanted.new or wanted.removed & held.keys() or says_new)


def attach(uri: str, wanted: Attaching, *, by: Actor) -> None:
    """Remove, say anew and add, in this order, on a thing of ours that the caller holds. Raises TooMany."""
    _erase(Attachment.objects.filter(thing_uri=uri, public_id__in=wanted.removed))
    held = of_thing(uri)
    for each in held:
        each.alt, each.name = wanted.said.get(each.public_id, (each.alt, each.name))
    Attachment.objects.bulk_update(held, ["alt", "name"])
    taken = {each.position for each in held}
    free = [position for position in range(MOST) if position not in taken]
    if len(wanted.new) > len(free):
        raise TooMany(len(held))
    Attachment.objects.bulk_create(
        Attachment(public_id=each.public_id, thing_uri=uri, position=position, uploaded_by=by, **each.columns)
        for each, position in zip(wanted.new, free, strict=False)
    )


def detach(uri: str) -> None:
    """Nothing hangs on it any more, and its files are erased."""
    _erase(Attachment.objects.filter(thing_uri=uri))


def _erase(rows: Iterable[Attachment]) -> None:
    gone = list(rows)
    Attachment.objects.filter(pk__in=[each.pk for each in gone]).delete()
    erase_files(name for each in gone for name in each.files())


def erase_files(names: Iterable[str]) -> None:
    """Have a worker erase files once the row that spoke of them is gone for good. Inside a transaction."""
    listed = list(names)
    if listed:
        errand("federation.erase_files", payload={"names": listed})


def on_the_wire(uri: str) -> list[Json]:
    """What hangs on a thing of ours, as it travels. One query."""
    return [_written(each) for each in of_thing(uri)]


def _written(each: Attachment) -> Json:
    address = f"{settings.ORIGIN}{each.path}"
    if not each.is_picture:
        return {"type": "Document", "mediaType": each.media_type, "url": address, "name": each.name}
    said: Json = {"type": "Image", "mediaType": each.media_type, "url": address, "name": each.alt}
    said |= {"width": each.width, "height": each.height}
    return said | ({"caption": each.name} if each.name else {})


def take_theirs(uri: str, node: Node, owner: Actor, said: Iterable[attached.Attachment]) -> None:
    """What hangs on a thing of theirs now. A picture that hung there before keeps its copy; of new ones a worker gets a
    copy, where the thing comes from a neighbour or from somebody followed here."""
    usable = {each.url: each for each in said if _kind(each) and len(each.url) <= LONGEST_URL}
    before = {each.url: each for each in of_thing(uri)}
    if not usable and not before:
        return
    Attachment.objects.filter(thing_uri=uri).delete()
    rows = [
        _theirs(each, before.get(each.url), thing_uri=uri, node=node, position=position)
        for position, each in enumerate(list(usable.values())[:MOST])
    ]
    Attachment.objects.bulk_create(rows)
    shown = {row.url for row in rows}
    erase_files(name for url, each in before.items() if url not in shown for name in each.files())
    if node.is_neighbour or owner.followers.filter(state="accepted", follower__node__isnull=True).exists():
        for row in rows:
            if row.is_picture and not row.file:
                _ask_for_copy(row)


def _ask_for_copy(row: Attachment) -> None:
    try:
        origin = origin_of(row.url)
    except ValueError:  # nowhere to ask: it stays a link
        return
    payload = {"picture": row.public_id, "origin": origin}
    errand("federation.fetch_picture", payload=payload, key=f"picture:{row.public_id}")


def _theirs(each: attached.Attachment, before: Attachment | None, **columns: Any) -> Attachment:
    kind = _kind(each)
    picture = kind == Attachment.Kind.PICTURE
    row = Attachment(
        public_id=new_public_id(),
        kind=kind,
        alt=each.name[:LONGEST_ALT] if picture else "",
        name=(each.caption if picture else each.name)[:LONGEST_NAME],
        media_type=each.media_type,
        url=each.url,
        width=each.width or None,
        height=each.height or None,
        **columns,
    )
    if before is not None and before.kind == kind:
        for name in ("public_id", "file", "small", "size", "sha256", "made_at"):
            setattr(row, name, getattr(before, name))
        if before.file:  # of the copy, not as they say it is
            row.width, row.height = before.width, before.height
    return row


def _kind(each: attached.Attachment) -> str:
    """Pictures and PDF files; sound, video and mere links are not kept."""
    if each.type == "Image" and (not each.media_type or each.media_type in TAKEN):
        return Attachment.Kind.PICTURE
    if each.type == "Document" and each.media_type in TAKEN:
        return Attachment.Kind.PICTURE
    return Attachment.Kind.FILE if each.type == "Document" and each.media_type == PDF else ""


def got_copy(public_id: str, columns: Json) -> None:
    """Their picture has a copy here now, if it still hangs on anything and has none. Inside a transaction."""
    rows = Attachment.objects.filter(public_id=public_id, node__isnull=False, file="")
    if not rows.update(**columns, made_at=timezone.now()):
        erase_files(name for name in (columns["file"], columns["small"]) if name)
