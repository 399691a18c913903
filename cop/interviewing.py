"""From spoken answers to the draft of an expertise card: nothing is made up, the words stay those of the person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from atlas.search.topics import topics_in
from cop.models.expertise import WAYS

if TYPE_CHECKING:
    from cop.models import Interview

MOST_TOPICS = 4
_sentence = re.compile(r"(?<=[.!?…])\s+")

# Words by which people say how they would help, without accents, as `atlas.search.words` folds them.
CUES = {
    "explain": ("explain", "talk", "call", "phone", "spiegare", "spiego", "parlare", "chiamata", "telefono"),
    "teach": ("teach", "course", "workshop", "train", "insegnare", "insegno", "corso", "laboratorio", "formazione"),
    "read": ("read", "comment", "check", "look over", "leggere", "leggo", "commentare", "controllare", "rileggere"),
    "do": ("do it", "with you", "build", "fix", "write", "fare", "faccio", "insieme", "aggiustare", "scrivere"),
    "accompany": ("come along", "go with", "accompany", "visit", "accompagnare", "accompagno", "venire", "vengo"),
}


def draft(interview: Interview) -> dict[str, Any]:
    """What an expertise form begins with. Titles of its parts are in the language of the answers."""
    with translation.override(interview.language):
        parts = (
            ("", interview.asked_for),
            (_("One time"), interview.story),
            (_("What to know first"), interview.advice),
            (_("How I can help"), interview.help),
            (_("What I cannot help with"), interview.limits),
        )
        summary = "\n\n".join(f"## {title}\n\n{text}" if title else text for title, text in parts if text.strip())
    whole = " ".join(text for _title, text in parts)
    return {
        "title": _first_sentence(interview.asked_for, 140),
        "summary": summary[:5000],
        "experience": _first_sentence(interview.learnt, 500),
        "ways": ways_in(interview.help),
        "topics": topics_in(whole)[:MOST_TOPICS],
        "language": interview.language,
        "languages": [interview.language],
    }


def ways_in(text: str) -> list[str]:
    """The ways to help that somebody's words name; the person ticks the others, or takes them back."""
    said = f" {text.casefold()} "
    return [slug for slug, _words in WAYS if any(cue in said for cue in CUES[slug])]


def _first_sentence(text: str, longest: int) -> str:
    first = next((each.strip() for each in _sentence.split(" ".join(text.split())) if each.strip()), "").rstrip(".")
    if len(first) <= longest:
        return first
    return first[: longest - 1].rsplit(" ", 1)[0] + "…"
