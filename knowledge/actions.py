"""Publishing, changing, bringing back and withdrawing pages of know-how. Each of them writes the version it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction

from cop.access import require_edit as require_withdraw
from cop.access import require_speaking
from federation import attaching, audiences, publishing
from knowledge import merging
from knowledge.access import require_edit
from knowledge.models import Page, Revision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federation.models import Actor

FOLDER = KIND = "know-how"


class Saved(NamedTuple):
    """The page as it is now; `with_others` where it holds what somebody else saved in the meantime too."""

    page: Page
    with_others: bool = False


def publish_page(author: Actor, speaker: Actor, *, audience: str = audiences.PUBLIC, **fields: Any) -> Page:
    """A page, by a group one belongs to or by oneself, with its first version. Raises NotAllowed."""
    require_speaking(author, speaker)
    with transaction.atomic():
        page = publishing.publish(Page, FOLDER, KIND, speaker=speaker, author=author, audience=audience, **fields)
        _write_version(page, author)
    return page


def change_page(editor: Actor, page: Page, fields: Mapping[str, Any]) -> Saved:
    """Save the changes, together with what others have saved since `fields["seen"]`, the version the editor was shown.

    A comment alone makes no version; `attached` joins what others have attached. Raises NotAllowed for anybody but its
    author and the members of its group, merging.Crossed where the same words were changed, and attaching.TooMany; then
    nothing is written.
    """
    require_edit(editor, page)
    written = dict(fields)
    seen, comment, attached = written.pop("seen", None), written.pop("comment", ""), written.pop("attached", None)
    with transaction.atomic():
        now = Page.objects.select_for_update().get(pk=page.pk)
        merged = _with_what_others_saved(now, seen, written)
        changes = {name: value for name, value in merged.fields.items() if getattr(now, name) != value}
        if changes or (attached and attaching.would_change(now.uri, attached)):
            now = publishing.change(now, KIND, by=editor, attached=attached, comment=comment, **changes)
            _write_version(now, editor)
    return Saved(now, with_others=bool(changes) and merged.fields != written)


def restore_version(editor: Actor, page: Page, number: int, *, seen: int | None = None) -> Page:
    """Bring back what the page said in version `number`, as a new version; nothing happens if it says that now.

    Raises NotAllowed as `change_page`, Revision.DoesNotExist, and ChangedMeanwhile where the page is not at version
    `seen` any more.
    """
    require_edit(editor, page)
    with transaction.atomic():
        older = Revision.objects.get(page=page, number=number)
        before = Page.objects.select_for_update().get(pk=page.pk)
        if before.kept() == older.kept():
            return before
        now = publishing.change(before, KIND, by=editor, seen=seen, comment="", **older.kept())
        _write_version(now, editor, restored_from=number)
    return now


def withdraw_page(editor: Actor, page: Page) -> Page:
    """Raises NotAllowed for anybody but its author and the stewards of its group: it is gone for everyone."""
    require_withdraw(editor, page)
    with transaction.atomic():
        return publishing.withdraw(page, KIND, by=editor)


def _with_what_others_saved(now: Page, seen: int | None, written: dict[str, Any]) -> merging.Merged:
    if seen is None or seen == now.version:
        return merging.Merged(written)
    shown = Revision.objects.filter(page=now, number=seen).first() if 0 < seen < now.version else None
    # Of a version that never was, nothing can be told apart: whatever differs clashes.
    merged = merging.merge(shown.kept(), now.kept(), written) if shown else _all_clash(now, written)
    if merged.clashing:
        raise merging.Crossed(now, seen, merged)
    return merged


def _all_clash(now: Page, written: dict[str, Any]) -> merging.Merged:
    differing = frozenset(name for name, value in written.items() if getattr(now, name) != value)
    clashes = [merging.Clash(now.body, written["body"])] if "body" in differing else []
    return merging.Merged(written, differing, clashes)


def _write_version(page: Page, editor: Actor | None, *, restored_from: int | None = None) -> None:
    """Once for each version: a form that is sent twice gives the page it gave before."""
    Revision.objects.get_or_create(
        page=page,
        number=page.version,
        defaults={
            **page.kept(),
            "comment": page.comment,
            "editor": editor,
            "made_at": page.updated_at,
            "restored_from": restored_from,
        },
    )
