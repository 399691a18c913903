"""Help with writing: gentle remarks on a text, as hints and never as errors. Pure functions; no other place has rules.

A form names the fields it wants looked at and what its readers will miss (`frontend.checking`); the careful words of a
node are handed down by the app that keeps them: `writing.careful_words_come_from(lambda: …)`. The reading ease is
that of Lucisano and Piemontese, “GULPEASE”, Scuola e città 3 (1988).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from frontend.plain_words import PLAINER

LONGEST_LOOKED_AT = 50_000  # letters of a text; of a longer one its beginning
LONGEST_TAKEN = 250_000  # letters of all that is sent to be looked at
LONG_SENTENCE = 25  # words
USUAL_SENTENCE = 20  # words on average, in English
EASE = 60  # of 100, in Italian
ENOUGH_WORDS = 40  # below which reading ease says nothing
MOST_OF_A_KIND = 3
OPENING = 5  # words of a sentence that say which it is

FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")
ITEM = re.compile(r"^\s{0,9}(?:[-*+•]|\d{1,3}[.)])\s")
# Each quantifier is bounded, or stops at what the next part begins with: no text makes these slow.
LINK = re.compile(r"\[([^\[\]\n]{0,300})\]\([^()\s]{0,2000}\)")
ADDRESS = re.compile(r"https?://\S+")
MARKUP = str.maketrans("’‘`*_#>|~", "''       ")
END = re.compile(r"[.!?…]{1,3}(?=[\"'»”)]?(?: |$))")
# What is written with a stop inside a sentence, and every single letter.
SHORTENED = {
    "e.g", "i.e", "etc", "approx", "mr", "mrs", "ms", "dr", "st", "no", "vs", "ecc", "es", "dott", "prof", "sig", "ing",
    "arch", "art", "pag", "p.es",
}  # fmt: skip
WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
ITALIAN_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")  # l'acqua is two


class Hint(NamedTuple):
    """One remark. `key` stays the same while the matter does, so that who has dismissed it is not told again."""

    kind: str
    key: str
    words: str


class Careful(NamedTuple):
    """A word that people of a node would rather not read, what to say instead, and why."""

    word: str
    language: str
    instead: str
    why: str


class Basic(NamedTuple):
    """What readers will miss where none of these fields of a form says anything."""

    fields: tuple[str, ...]
    words: str | Promise


@dataclass(frozen=True)
class Help:
    """What a form wants looked at: its texts, the main one first. `name` is what browsers call it."""

    name: str
    fields: tuple[str, ...]
    basics: tuple[Basic, ...] = ()


_careful: Callable[[], Iterable[Careful]] | None = None
_helps: dict[str, Help] = {}


def careful_words_come_from(ask: Callable[[], Iterable[Careful]]) -> None:
    """Called once at start by the app that keeps the careful words. `ask` runs for every look at a form: cache it."""
    global _careful
    _careful = ask


def offer(help_: Help) -> Help:
    """Make known what a form wants looked at, so that its page can ask while somebody writes."""
    _helps[help_.name] = help_
    return help_


def offered(name: str) -> Help | None:
    return _helps.get(name)


def asks(help_: Help) -> list[str]:
    """The names of everything in a form that is needed to look at it."""
    return list(dict.fromkeys([*help_.fields, "language", *(name for basic in help_.basics for name in basic.fields)]))


def look_at(help_: Help, said: Mapping[str, str]) -> dict[str, list[Hint]]:
    """The hints for each field of a form, from what stands in it. What readers will miss stands with the main field."""
    language = said.get("language") or get_language() or "en"
    careful = list(_careful()) if _careful else []
    found = {name: hints(said.get(name, ""), language, careful) for name in help_.fields}
    if any(said.get(name, "").strip() for name in help_.fields):
        found[help_.fields[0]] += _missing(help_, said)
    return found


def hints(text: str, language: str, careful: Iterable[Careful] = ()) -> list[Hint]:
    """What could be plainer in a text: at most a dozen remarks, none where there is nothing to say."""
    sentences = list(_sentences(text[:LONGEST_LOOKED_AT]))
    spoken = language.split("-")[0].lower()
    said = " ".join(sentences).lower()
    return [
        *_careful_words(said, spoken, careful),
        *_jargon(said, spoken),
        *(_long(sentences, spoken) if spoken in PLAINER else ()),
        *_ease(sentences, spoken),
    ]


# --- Rules ---------------------------------------------------------------------------------------------


def _careful_words(said: str, language: str, careful: Iterable[Careful]) -> list[Hint]:
    found = [each for each in careful if each.language == language and _is_said(each.word, said)]
    return [
        Hint("careful", f"careful:{each.word.lower()}", _sentence_about(each)) for each in found[: 2 * MOST_OF_A_KIND]
    ]


def _sentence_about(each: Careful) -> str:
    values = {"word": each.word, "instead": each.instead, "why": each.why}
    if not each.instead:
        return _("“%(word)s”: perhaps another word? %(why)s") % values
    return _("“%(word)s”: here we say “%(instead)s”. %(why)s") % values


def _jargon(said: str, language: str) -> list[Hint]:
    found = []
    for plain, forms in PLAINER.get(language, {}).items():
        form = next((form for form in forms if _is_said(form, said)), "")
        if form:
            words = _("“%(word)s”: would “%(plain)s” do?") % {"word": form, "plain": plain}
            found.append(Hint("jargon", f"jargon:{form}", words))
    return found[:MOST_OF_A_KIND]


def _long(sentences: list[str], language: str) -> list[Hint]:
    found = []
    for sentence in sentences:
        words = _words(sentence, language)
        if len(words) > LONG_SENTENCE:
            values = {"count": len(words), "opening": " ".join(sentence.split(" ")[:OPENING])[:80]}
            said = _("The sentence that begins “%(opening)s” has %(count)s words. Could it be two?") % values
            found.append(Hint("long", f"long:{values['opening'].lower()}", said))
    return found[:MOST_OF_A_KIND]


def _ease(sentences: list[str], language: str) -> list[Hint]:
    """For English the average length of a sentence, for Italian the Gulpease index; other languages are left alone."""
    words = [word for sentence in sentences for word in _words(sentence, language)]
    if len(words) < ENOUGH_WORDS:
        return []
    if language == "it" and (ease := gulpease(len(sentences), len(words), sum(map(len, words)))) < EASE:
        said = _(
            "Reading ease %(ease)s of 100 (Gulpease). From %(enough)s on, almost everyone can follow: shorter "
            "sentences and everyday words help."
        )
        return [Hint("ease", "ease", said % {"ease": ease, "enough": EASE})]
    average = len(words) / len(sentences)
    if language == "en" and average > USUAL_SENTENCE:
        said = _("Your sentences have %(count)s words on average. With 15 to 20, almost everyone can follow.")
        return [Hint("ease", "ease", said % {"count": round(average)})]
    return []


def gulpease(sentences: int, words: int, letters: int) -> int:
    """How easily an Italian text is read, 0 to 100: from 60 on by who has finished middle school. 100 for no words."""
    if not words:
        return 100
    return max(0, min(100, round(89 + (300 * sentences - 10 * letters) / words)))


def _missing(help_: Help, said: Mapping[str, str]) -> list[Hint]:
    return [
        Hint("missing", f"missing:{basic.fields[0]}", str(basic.words))
        for basic in help_.basics
        if not any(said.get(name, "").strip() for name in basic.fields)
    ]


# --- Words and sentences -------------------------------------------------------------------------------


def _sentences(text: str) -> Iterator[str]:
    """As people read them: without code, addresses and marks of Markdown; a heading or an item of a list is one."""
    for block in _blocks(text):
        plain = ADDRESS.sub(" ", LINK.sub(r"\1", block)).translate(MARKUP)
        plain, begins = " ".join(plain.split()), 0
        for end in END.finditer(plain):
            if _is_shortened(plain, end.start()):
                continue
            yield plain[begins : end.end()].strip()
            begins = end.end()
        if WORD.search(plain, begins):
            yield plain[begins:].strip()


def _is_shortened(plain: str, stop: int) -> bool:
    """Whether the stop at that place ends “e.g.” or “ecc.” and something follows."""
    before = plain[plain.rfind(" ", max(0, stop - 10), stop) + 1 : stop].lower().lstrip("(")
    return stop + 1 < len(plain) and (before in SHORTENED or (len(before) == 1 and before.isalpha()))


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, headings and items, each on one line; code between fences is left out."""
    lines: list[str] = []
    is_code = False
    for line in [*text.splitlines(), ""]:
        is_fence = bool(FENCE.match(line))
        if (is_fence or not line.strip() or line.startswith("#") or ITEM.match(line)) and lines:
            yield " ".join(lines)
            lines = []
        is_code ^= is_fence
        if is_fence or is_code:
            continue
        item = ITEM.match(line)
        lines += [line[item.end() :] if item else line] if line.strip() else []
        if line.startswith("#"):
            yield line
            lines = []


def _words(sentence: str, language: str) -> list[str]:
    return (ITALIAN_WORD if language == "it" else WORD).findall(sentence)


def _is_said(word: str, said: str) -> bool:
    """Whether a word or phrase stands in the text by itself, and not inside another word."""
    sought = " ".join(word.lower().replace("’", "'").split())
    return bool(sought) and sought in said and bool(re.search(rf"(?<!\w){re.escape(sought)}(?!\w)", said))
