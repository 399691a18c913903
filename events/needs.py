"""What a collective action needs, and how much of that people say they bring.

More than is needed is welcome: nobody is told no because somebody else was faster. Who brings what is for the
organisers alone; everybody else sees numbers. The gathering's own node counts, as it counts who comes.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from events.models import Attendee, Gathering
from events.models.gatherings import MOST_OF_ONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Need(NamedTuple):
    """One thing that is needed, `amount` of it; `covered` is how much people say they bring."""

    id: str
    text: str
    amount: int
    covered: int

    @property
    def left(self) -> int:
        return max(0, self.amount - self.covered)


def needed_at(gathering: Gathering) -> list[Need]:
    """In the order of its organisers, as its node counts; of one elsewhere at least what people of this node bring.

    One query for one elsewhere, else none.
    """
    known: Mapping[str, int] = {} if gathering.is_ours or not gathering.needed else brought_to(gathering)
    told = gathering.covered
    return [
        Need(each["id"], each["text"], each["amount"], max(told.get(each["id"], 0), known.get(each["id"], 0)))
        for each in gathering.needed
    ]


def brought_to(gathering: Gathering) -> dict[str, int]:
    """How many of each thing those bring who have a place, as far as this node knows them."""
    rows = gathering.attendees.filter(state=Attendee.State.COMING).values_list("brings", flat=True)
    return _added_up({each["id"] for each in gathering.needed}, rows.iterator())


def _added_up(ids: set[str], brought: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for each in brought:
        found.update({name: amount for name, amount in each.items() if name in ids})
    return dict(found)


def fitting(gathering: Gathering, said: Mapping[str, int]) -> dict[str, int]:
    """Of what somebody says they bring, what is needed: what is not, nobody asked for."""
    ids = [each["id"] for each in gathering.needed]
    return {name: min(said[name], MOST_OF_ONE) for name in ids if said.get(name, 0) > 0}


def count(gathering: Gathering) -> None:
    """Count anew what is brought to a gathering of ours, whose row the caller has locked."""
    if gathering.is_ours and gathering.needed:
        Gathering.objects.filter(pk=gathering.pk).update(covered=brought_to(gathering))
