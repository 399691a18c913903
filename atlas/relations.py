"""The words people read for each relation between two things.

An app that links its things by a relation of its own names it: `name_relation("funds", _("funds"))`. A sentence
reads from thing, words, to thing.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_words: dict[str, str | Promise] = {
    "by": _("comes from"),
    "member": _("is a member of"),
    "part-of": _("is part of"),
    "organises": _("organises"),
    "answers": _("answers"),
    "helps": _("helps"),
    "funds": _("funds"),
    "applies-to": _("applies to"),
    "related": _("has to do with"),
}


def name_relation(relation: str, words: str | Promise) -> None:
    """Give a relation its words. Raises ValueError when it has others already."""
    known = _words.setdefault(relation, words)
    if str(known) != str(words):
        raise ValueError(f"relation {relation!r} already reads {str(known)!r}, not {str(words)!r}")


def words_for(relation: str) -> str:
    """In the reader's language; the bare name of a relation that no app named."""
    return str(_words.get(relation, relation))
