"""Pictures and PDF files from outside, decoded and written anew in a process of their own.

The process (`python -m federation.rewriting`) holds neither keys nor a database, and little time and memory: what makes
a decoder hang or crash costs that process, never the node. This package knows nothing of Django; `federation.uploads`
asks it.
"""

from __future__ import annotations

MOST_BYTES = 10_000_000  # of a file as it comes
MOST_PIXELS = 40_000_000  # of a JPEG, which is decoded no larger than it is needed
MOST_PIXELS_WHOLE = 20_000_000  # of the others: a whole WebP of this size takes about 300 MB to decode
MOST_PAGES = 500
LONGEST_SIDE = 1600  # pixels
SMALL_SIDE = 480  # pixels, of the copy for small screens
SECONDS = 10  # of a processor's work on one file
MEMORY = 900_000_000  # bytes of address space, a third of it for libraries


class Unusable(Exception):
    """The file cannot be taken; `reason` is one of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


REASONS = ("type", "broken", "pixels", "encrypted", "pages", "large", "empty", "time")
