"""Which way words run, and how foreign ones stand in a sentence without disturbing it.

Arabic, Hebrew, Persian, Urdu and others run from right to left. An element that holds such words says so by `dir`; in
the middle of a sentence they are isolated, see https://www.w3.org/International/articles/inline-bidi-markup/.
Characters that turn the direction around, with which `exe.fdp` shows as `pdf.exe`, are taken out of what people write
(Unicode TR 36, section 3.7).
"""

from __future__ import annotations

import re

RIGHT_TO_LEFT = frozenset(
    (
        "ar",
        "arc",
        "azb",
        "ckb",
        "dv",
        "fa",
        "glk",
        "he",
        "iw",
        "ji",
        "lrc",
        "mzn",
        "nqo",
        "pnb",
        "prs",
        "ps",
        "sd",
        "syr",
    )
) | frozenset(("ug", "ur", "yi"))
SCRIPTS = frozenset(("adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"))

EMBEDDINGS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Embeddings, overrides and isolates. Marks of one character (LRM, RLM, ALM) and joiners stay: words need them."""
_TURNING = dict.fromkeys(EMBEDDINGS)
_RUNS_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")
_ISOLATE, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def direction_of(language: str) -> str:
    """What `dir` must say of words in a language (BCP 47): `rtl`; `auto`, by their first letter, where nobody said
    which language it is; nothing where they run as our own pages do."""
    primary, *more = language.lower().split("-")
    if not primary:
        return "auto"
    script = next((each for each in more if len(each) == 4 and each.isalpha()), "")
    return "rtl" if (script in SCRIPTS if script else primary in RIGHT_TO_LEFT) else ""


def without_turns(words: str) -> str:
    """What somebody wrote without characters that turn around what stands beside them."""
    return words.translate(_TURNING)


def alone(words: object) -> str:
    """A name or a title for the middle of a plain sentence: isolated if any of it runs from right to left."""
    said = str(words)
    return f"{_ISOLATE}{said}{_END}" if _RUNS_LEFT.search(said) else said
