"""The words people read for each relation between two things, and the layer of the network that shows it.

An app that links its things by a relation of its own names it: `name_relation("funds", _("funds"), layers.MONEY)`. A
sentence reads from thing, words, to thing.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from atlas.models import Card

BY = "by"  # who a thing comes from
DONE = "done"  # the state of a relation that has led to something; things themselves cannot be in it


class Relation(NamedTuple):
    """`layer` is the slug of one of `atlas.layers`; empty where the relation is no layer's own."""

    words: str | Promise
    layer: str


_relations: dict[str, Relation] = {
    BY: Relation(_("comes from"), ""),
    "member": Relation(_("is a member of"), "action"),
    "part-of": Relation(_("is part of"), "action"),
    "organises": Relation(_("organises"), "action"),
    "answers": Relation(_("answers"), "support"),
    "helps": Relation(_("helps"), "support"),
    "funds": Relation(_("funds"), "money"),
    "applies-to": Relation(_("applies to"), "money"),
    "related": Relation(_("has to do with"), ""),
}


def name_relation(relation: str, words: str | Promise, layer: str = "") -> None:
    """Give a relation its words and layer. Raises ValueError when it has others already."""
    known = _relations.setdefault(relation, Relation(words, layer))
    if (str(known.words), known.layer) != (str(words), layer):
        raise ValueError(f"relation {relation!r} already reads {str(known.words)!r} in layer {known.layer!r}")


def words_for(relation: str) -> str:
    """In the reader's language; the bare name of a relation that no app named."""
    return str(_relations[relation].words) if relation in _relations else relation


def state_words(state: str) -> str:
    """In the reader's language; one that nobody has words for, as it is."""
    if state == DONE:
        return gettext("done")
    return str(Card.State(state).label) if state in Card.State else state


def names() -> list[str]:
    """Of all relations that were named."""
    return list(_relations)


def of_layer(layer: str) -> list[str]:
    """The relations that a layer of the network shows."""
    return [name for name, relation in _relations.items() if relation.layer == layer]
