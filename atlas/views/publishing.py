"""What somebody is told when they have published something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.utils.translation import gettext as _

from federation import restrictions

if TYPE_CHECKING:
    from django.http import HttpRequest

    from federation.models import Published


def tell_published(request: HttpRequest, row: Published, said: str = "") -> None:
    """That it is out, in the words `said` where a kind has its own; or that it waits for a steward, and nobody is told
    of it. One query."""
    if restrictions.waits_for_a_steward(row.uri):
        said = _(
            "This waits for a steward of this node, because it is the first thing you publish here. Nobody else sees"
            " it yet."
        )
    messages.success(request, said or _("Published. People who follow its topics are being told, on every node."))
