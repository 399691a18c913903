"""What follows from a page being withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journal import reaction
from knowledge.models import Page, Revision

if TYPE_CHECKING:
    from journal.models import Errand


@reaction("knowledge.forget_versions", to="know-how.withdrawn")
def forget_versions(errand: Errand) -> None:
    """What a page said before goes with it, ours and theirs; not where it has been published anew in the meantime."""
    if errand.entry is None:
        return
    page = Page.objects.select_for_update(of=("self",)).filter(uri=errand.entry.uri, withdrawn_at__isnull=False).first()
    if page is not None:
        Revision.objects.forget_withdrawn(page)
