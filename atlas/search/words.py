"""From text to the stems that are stored and looked for: lower case, without accents, one form for all endings."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

import snowballstemmer

LANGUAGES = {"en": "english", "it": "italian"}
LONGEST_WORD = 40  # characters; nothing longer is a word
SHORTEST_TELLING = 2  # letters

# Words of a plain question that say nothing about what is looked for; written without accents, as `fold` leaves them.
SILENT = frozenset(
    """
    a about after all also an and any anyone are around as at away back be because been being but by can could did
    do does doing for from get give go got had has have having he help her here him his how i if in instead into is
    it its just know like looking made make many may me might more most much must my near need needs no nor not of
    off on one only or other our out over own please run she should so some somebody someone something such than
    that the their them then there these they thing things this those through to too under up us use used using
    very want wants was we were what when where which while who whom whose why will with would you your yours

    a ad ai al alla alle allo agli anche ancora avere aver bisogno c che chi ci come con cosa cui cerca cerco
    cercare d da dai dal dalla dalle dallo degli dei del dell della delle dello deve di dove e ed era essere esce fa
    fare fra gli ha hai hanno ho i il in io l la le lei li lo loro lui ma me mi mia mio ne negli nei nel nella nelle
    nello no noi non o ogni per perche piu poco posso possono puo puoi qua qualche qualcosa qualcuno quale quali
    quando quanto quella quelle quelli quello questa queste questi questo qui s se sei senza serve si sia siamo so
    sono sta sto su sua sue sugli sui sul sulla sulle suo suoi tra trovare trovo tu tua tuo un una uno usa
    usare uso va vi vicino voglio vorrei vuole aiuta aiuti aiuto aiutano
    """.split()  # noqa: SIM905  words read best as words
)
_word = re.compile(r"[^\W_]+")
# “Pauls” and “Paul's” are the same word, and so are “l'orto” and “orto”.
_possessive = re.compile(r"(?<=\w)['’`´]s\b")
_elided = re.compile(r"\b(?:l|un|d|s|c|dell|all|nell|sull|dall|quell|quest)['’`´](?=\w)", re.IGNORECASE)

_stemmers = threading.local()


def fold(text: str) -> str:
    """Lower case without accents and ligatures: what somebody types in a hurry."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def words_of(text: str) -> list[str]:
    """The words in order, folded; runs of letters and digits, at most LONGEST_WORD characters each."""
    bare = _possessive.sub("s", _elided.sub("", text))
    return [word for word in _word.findall(fold(bare)) if len(word) <= LONGEST_WORD]


def written(text: str) -> dict[str, str]:
    """The words of `text` as they stand there, by how `words_of` reads them."""
    return {fold(found): found for found in _word.findall(text)}


def is_telling(word: str) -> bool:
    return len(word) >= SHORTEST_TELLING and word not in SILENT


@lru_cache(maxsize=20_000)
def stem(word: str, language: str) -> str:
    """The stem of a folded word; the word itself in a language without stemmer, and where there are digits."""
    if language not in LANGUAGES or not word.isalpha():
        return word
    return fold(_stemmer(language).stemWord(word)) or word


def stems_of(word: str) -> list[str]:
    """All that a word somebody typed can stand as in a document, whichever language either is in."""
    return list(dict.fromkeys([*(stem(word, language) for language in LANGUAGES), word]))


def _stemmer(language: str) -> snowballstemmer.stemmer:
    """One for each thread: a stemmer remembers where it is in its word."""
    held = getattr(_stemmers, language, None)
    if held is None:
        held = snowballstemmer.stemmer(LANGUAGES[language])
        setattr(_stemmers, language, held)
    return held


def replaced(text: str, instead: dict[str, str]) -> str:
    """`text` with some of its words, given as `words_of` reads them, written otherwise."""
    return _word.sub(lambda found: instead.get(fold(found[0]), found[0]), text)
