"""`./run messages`: bring every language's catalogue up to date with the code.

New messages arrive empty, and messages that nothing asks for any more leave. Nothing is guessed: a changed
sentence is a new sentence, so a translation never says what the page no longer says.
"""

from __future__ import annotations

from checks import ROOT
from checks.translations import LANGUAGES, extracted, faults, po_path, store, stored


def main() -> None:
    template = extracted()
    for language in LANGUAGES:
        catalogue = stored(language)
        catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
        store(language, catalogue)
        waiting = len(faults(language))
        print(f"{po_path(language).relative_to(ROOT)}: {len(template)} messages, {waiting} still to translate")


if __name__ == "__main__":
    main()
