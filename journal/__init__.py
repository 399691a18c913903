"""The event-driven core: what happened, and the work that follows from it.

Rows are the truth and messages are hints. `record()` writes an Entry and one Errand per interested reaction
in the caller's transaction; workers claim due rows from the database; a bell only makes that happen sooner.
`docs/decisions/0001-event-driven-core.md` says why.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from journal import bell as bell
    from journal.claims import LeaseLost as LeaseLost
    from journal.claims import carry_out as carry_out
    from journal.claims import claim as claim
    from journal.claims import extend as extend
    from journal.claims import fail as fail
    from journal.claims import postpone as postpone
    from journal.claims import retry as retry
    from journal.claims import settle as settle
    from journal.keeper import last_heartbeat as last_heartbeat
    from journal.keeper import roll as roll
    from journal.lanes import lane as lane
    from journal.models import Claimable as Claimable
    from journal.models import Entry as Entry
    from journal.models import Errand as Errand
    from journal.models import Heartbeat as Heartbeat
    from journal.recording import OutsideTransaction as OutsideTransaction
    from journal.recording import Wanted as Wanted
    from journal.recording import errand as errand
    from journal.recording import errand_for_each as errand_for_each
    from journal.recording import hold as hold
    from journal.recording import record as record
    from journal.registry import entry_of as entry_of
    from journal.registry import errand_kind as errand_kind
    from journal.registry import periodic as periodic
    from journal.registry import reaction as reaction
    from journal.registry import rebuild as rebuild

_HOMES = {
    "bell": "journal.bell",
    "LeaseLost": "journal.claims",
    "carry_out": "journal.claims",
    "claim": "journal.claims",
    "extend": "journal.claims",
    "fail": "journal.claims",
    "postpone": "journal.claims",
    "retry": "journal.claims",
    "settle": "journal.claims",
    "last_heartbeat": "journal.keeper",
    "roll": "journal.keeper",
    "lane": "journal.lanes",
    "Claimable": "journal.models",
    "Entry": "journal.models",
    "Errand": "journal.models",
    "Heartbeat": "journal.models",
    "OutsideTransaction": "journal.recording",
    "Wanted": "journal.recording",
    "errand": "journal.recording",
    "errand_for_each": "journal.recording",
    "hold": "journal.recording",
    "record": "journal.recording",
    "entry_of": "journal.registry",
    "errand_kind": "journal.registry",
    "periodic": "journal.registry",
    "reaction": "journal.registry",
    "rebuild": "journal.registry",
}


def __getattr__(name: str) -> Any:
    """Import the public names on first use: models may only be imported once Django is set up."""
    if name not in _HOMES:
        raise AttributeError(f"module 'journal' has no attribute {name!r}")
    module = import_module(_HOMES[name])
    return module if name == "bell" else getattr(module, name)
