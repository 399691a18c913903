"""Which language a text is in, where its card does not say. Asked by workers only: the model takes about 100 MB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.search import words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SHORTEST_GUESS = 25  # letters; less than that is anybody's guess
SURE = 0.6

_identifier: LanguageIdentifier | None = None


def language_of(said: str, text: str) -> str:
    """What the card says, else a guess between the languages we have stems for; empty when not sure."""
    if said:
        return said.split("-")[0].lower()
    if sum(map(str.isalpha, text)) < SHORTEST_GUESS:
        return ""
    language, likelihood = _identify(text[:2000])
    return language if language in words.LANGUAGES and likelihood >= SURE else ""


def _identify(text: str) -> tuple[str, float]:
    global _identifier
    if _identifier is None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        _identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    language, likelihood = _identifier.classify(text)
    return str(language), float(likelihood)
