"""Every sentence of the interface, as code and templates ask for it, and what each language says instead.

Extraction stands on Babel alone, because a bare Debian has no gettext tools. Templates go through Django's
own `templatize`, so a message id here is exactly the one that the template asks for when it is rendered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from checks import APPS, ROOT

LANGUAGES = ("it",)

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
TRANSLATOR_COMMENT = ("Translators:",)
BRACES = re.compile(r"\{\w*\}")


def sources() -> Iterator[Path]:
    """Python modules and templates of the product, in a stable order, relative to the repository."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*")):
            inside = path.relative_to(ROOT)
            module = path.suffix == ".py" and "migrations" not in inside.parts
            template = path.suffix in {".html", ".txt"} and "templates" in inside.parts
            if module or template:
                yield inside


def _as_python(path: Path) -> bytes:
    text = (ROOT / path).read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text.encode()
    # Indentation means nothing in a template, and would stop Babel's Python tokenizer.
    lines = templatize(text, origin=str(path)).splitlines()
    return "\n".join(line.lstrip() for line in lines).encode()


def extracted() -> Catalog:
    """A catalogue of every message that the product can ask for, with the files that ask."""
    template = Catalog(project="Flotilla", fuzzy=False)
    for path in sources():
        found = extract(
            "python",
            BytesIO(_as_python(path)),
            keywords=KEYWORDS,
            comment_tags=TRANSLATOR_COMMENT,
            options={"encoding": "utf-8"},
        )
        for line, message, comments, context in found:
            template.add(message, locations=[(str(path), line)], auto_comments=comments, context=context)
    return template


def po_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def stored(language: str) -> Catalog:
    """What the repository holds for a language; an empty catalogue when it holds none yet."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, project="Flotilla", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def store(language: str, catalogue: Catalog) -> None:
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, sort_by_file=True, include_lineno=False, ignore_obsolete=True)


def _fault(message: Message, held: Catalog) -> str:
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    if not all(strings):
        return "has no translation"
    if message.fuzzy:
        return "is marked fuzzy"
    known = set().union(*(BRACES.findall(text) for text in ids))
    for text in strings:
        if unknown := set(BRACES.findall(text)) - known:
            return f"is translated with a placeholder it does not have: {', '.join(sorted(unknown))}"
    return "; ".join(str(error) for error in message.check(held))


def faults(language: str) -> list[str]:
    """One line per message of the product that a reader of this language would not see properly."""
    held = stored(language)
    found = []
    for wanted in extracted():
        if not wanted.id:
            continue
        message = held.get(wanted.id if isinstance(wanted.id, str) else wanted.id[0], wanted.context)
        fault = _fault(message, held) if message else "is not in the catalogue"
        if fault:
            where = ", ".join(sorted({path for path, _line in wanted.locations}))
            found.append(f"{language}: {wanted.id!r} {fault} ({where})")
    return found
