"""What follows here from a thing being taken back that a register brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk.models import Brought
from journal import reaction

if TYPE_CHECKING:
    from journal.models import Errand


@reaction("desk.forget_brought", to="*.withdrawn", origin="here")
def forget_brought(errand: Errand) -> None:
    """What the register said of it goes with it: the row itself says that it is not to be listed again."""
    if errand.entry is not None:
        Brought.objects.filter(uri=errand.entry.uri).delete()
