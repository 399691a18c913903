"""The three things that happen to every published row of ours: it is published, changed, withdrawn.

Actions of every kind end here, inside their own transaction: identity, version and journal are the same for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.http import Http404
from django.utils import timezone

from federation import attaching, identity, moderation
from federation.models import Submission
from journal import record

if TYPE_CHECKING:
    from federation.attaching import Attaching
    from federation.models import Actor, Published

Row = TypeVar("Row", bound="Published")

# What a change may never touch: who said it, to whom, under which name. What everybody saw cannot be unsent.
FIXED = frozenset({"uri", "public_id", "node", "actor", "author", "audience", "version", "published_at"})


class NotOurs(PermissionError):
    """Things of other nodes are changed there."""


class ChangedMeanwhile(ValueError):
    """Somebody else has changed the row since it was shown; `row` is what it is now."""

    def __init__(self, row: Published, seen: int) -> None:
        super().__init__(f"{row.uri} is at version {row.version}, and was shown at {seen}")
        self.row = row


def publish(
    model: type[Row],
    folder: str,
    kind: str,
    /,
    *,
    speaker: Actor,
    author: Actor | None,
    audience: str,
    once: str = "",
    attached: Attaching | None = None,
    **fields: Any,
) -> Row:
    """A new row of ours with its address, on the record as `<kind>.published`, with what is attached to it.

    What the first of somebody new says may wait for a steward (`moderation.hold_if_first`); who is suspended publishes
    and changes nothing (raises moderation.Suspended).
    With `once`, the key of a form and its contents, a form that is sent again gives the row that it gave before.
    """
    moderation.require_not_suspended(speaker, author)
    public_id = identity.new_public_id()
    uri = identity.new_uri(folder, public_id)
    before = given_before(model, author, once, uri)
    if before is not None:
        return before
    now = timezone.now()
    row = model.objects.create(
        uri=uri,
        public_id=public_id,
        actor=speaker,
        author=author,
        audience=audience,
        published_at=now,
        updated_at=now,
        **fields,
    )
    if attached is not None:
        attaching.attach(row.uri, attached, by=author or speaker)
    if not moderation.hold_if_first(row, author):
        record(f"{kind}.published", row.uri, actor=(author or speaker).uri)
    return row


def given_before(model: type[Row], author: Actor | None, once: str, uri: str) -> Row | None:
    """The row that `author`'s form `once` gave before; None the first time, and then it is on record as giving `uri`.

    Call it first in the transaction that makes the row: of two that come at the same moment, the second waits here.
    """
    if not once or author is None:
        return None
    submission, is_first = Submission.objects.get_or_create(author=author, key=once, defaults={"uri": uri})
    return None if is_first else model.objects.get(uri=submission.uri)


def change(
    row: Row,
    kind: str,
    /,
    *,
    by: Actor,
    seen: int | None = None,
    attached: Attaching | None = None,
    speaks: bool = True,
    **fields: Any,
) -> Row:
    """New values for a row of ours, and what changes of its attachments; nothing is recorded when nothing differs.

    `seen` is the version that `by` was shown: where it is older, nothing is written unless nothing differs.
    `speaks` is False where a row only follows what others did.
    Raises NotOurs, Http404 for what was withdrawn meanwhile, ChangedMeanwhile, attaching.TooMany, moderation.Suspended,
    and ValueError for what cannot change.
    """
    fixed = FIXED & fields.keys()
    if fixed:
        raise ValueError(f"{', '.join(sorted(fixed))} cannot be changed after publishing")
    if speaks:
        moderation.require_not_suspended(row.actor, by)
    row = _held(row)
    if row.withdrawn_at is not None:
        raise Http404(f"{row.uri} was withdrawn")
    differing = {name: value for name, value in fields.items() if getattr(row, name) != value}
    attaches = attached is not None and attaching.would_change(row.uri, attached)
    if differing or attaches:
        if seen is not None and seen != row.version:
            raise ChangedMeanwhile(row, seen)
        if attached is not None and attaches:
            attaching.attach(row.uri, attached, by=by)
        _raise_version(row, **differing)
        record(f"{kind}.changed", row.uri, actor=by.uri)
    return row


def say_anew(row: Row, kind: str, /, *, by: Actor) -> Row:
    """A new version of a row whose columns stay as they are: its document says something new. Raises NotOurs."""
    row = _held(row)
    if row.withdrawn_at is None:
        _raise_version(row)
        record(f"{kind}.changed", row.uri, actor=by.uri)
    return row


def withdraw(row: Row, kind: str, *, by: Actor) -> Row:
    """Take a row of ours back, everywhere it went, and erase its words and files. A second time changes nothing.

    Raises NotOurs.
    """
    row = _held(row)
    if row.withdrawn_at is None:
        attaching.detach(row.uri)
        _raise_version(row, withdrawn_at=timezone.now(), **row.without_words())
        record(f"{kind}.withdrawn", row.uri, actor=by.uri)
    return row


def _held(row: Row) -> Row:
    """The row as it is now, locked until the action ends, so that two editors raise the version twice."""
    held = type(row).objects.select_for_update().get(pk=row.pk)
    if not held.is_ours:
        raise NotOurs(f"{held.uri} belongs to another node")
    return held  # type: ignore[no-any-return]


def _raise_version(row: Published, **fields: Any) -> None:
    row.version += 1
    row.updated_at = timezone.now()
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=["version", "updated_at", *fields])
