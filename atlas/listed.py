"""Listing a row of a register: said by the node itself, brought up to date by its number in the register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from federation import audiences, publishing

if TYPE_CHECKING:
    from federation.models import Actor

Row = TypeVar("Row", bound=Any)
Happened = Literal["new", "changed", "same"]


class ListRow(Protocol):
    """The action with which a kind lists one row."""

    def __call__(self, node: Actor, register: str, register_id: str, **fields: Any) -> tuple[Any, Happened]: ...


def list_row(
    model: type[Row], folder: str, kind: str, /, node: Actor, register: str, register_id: str, **fields: Any
) -> tuple[Row, Happened]:
    """List one row, or bring the one listed before up to date. Must be called inside a transaction.

    Safe to repeat: nothing is written, and no version raised, where nothing differs. One that was withdrawn here
    stays withdrawn: the steward took it back, and a register does not know why.
    """
    held = model.objects.ours().filter(register=register, register_id=register_id).first()
    if held is None:
        said = {"register": register, "register_id": register_id, **fields}
        made = publishing.publish(model, folder, kind, speaker=node, author=None, audience=audiences.PUBLIC, **said)
        return made, "new"
    if held.withdrawn_at is not None:
        return held, "same"
    changed = publishing.change(held, kind, by=node, **fields)
    return changed, "changed" if changed.version > held.version else "same"
