"""The kinds that can be brought, by the word of the command."""

from desk.bringing.kinds.calls import CALLS
from desk.bringing.kinds.fields import Field, Kind
from desk.bringing.kinds.gatherings import GATHERINGS
from desk.bringing.kinds.groups import GROUPS
from desk.bringing.kinds.places import PLACES

KINDS = {kind.word: kind for kind in (GROUPS, PLACES, GATHERINGS, CALLS)}
BY_NAME = {kind.name: kind for kind in KINDS.values()}

__all__ = ["BY_NAME", "KINDS", "Field", "Kind"]
