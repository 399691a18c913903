"""JSON from strangers, bounded before anything reads it.

Stricter than RFC 8259 where a document could mean two things or could not be stored: no duplicate names, no
NaN, no number that a double cannot hold exactly (so JCS, RFC 8785, can write it again), no lone surrogate,
no NUL.
"""

import codecs
import json
import math
from collections import deque
from dataclasses import dataclass
from typing import Any, NoReturn

from federation.limits import MAX_BYTES, MAX_DEPTH, MAX_LIST, MAX_NAMES

LARGEST_INTEGER = 2**53 - 1


class BadDocument(ValueError):
    """Something in a document is not as it must be: which field, what it held, what is accepted."""

    def __init__(self, field: str, value: object, accepted: str) -> None:
        self.field = field
        self.value = shortened(value)
        self.accepted = accepted
        super().__init__(f"{field}: expected {accepted}, got {self.value}")


def shortened(value: object) -> str:
    """A value for an error message: at most 80 printable characters, whatever it is."""
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    if isinstance(value, int) and not -(10**40) < value < 10**40:
        return "a very long number"
    if isinstance(value, str | bytes):
        value = value[:80]
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


def parse_document(raw: bytes, *, max_bytes: int = MAX_BYTES, max_list: int = MAX_LIST) -> dict[str, Any]:
    """`parse_json` for what must be an object, as every ActivityStreams document is."""
    value = parse_json(raw, max_bytes=max_bytes, max_list=max_list)
    if not isinstance(value, dict):
        raise BadDocument("document", value, "a JSON object")
    return value


def parse_json(
    raw: bytes,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_list: int = MAX_LIST,
    max_names: int = MAX_NAMES,
) -> Any:
    """The value of a JSON text in UTF-8. Raises BadDocument naming the first thing that is out of bounds."""
    if len(raw) > max_bytes:
        raise BadDocument("document", f"{len(raw)} bytes", f"at most {max_bytes} bytes")
    try:
        text = raw.removeprefix(codecs.BOM_UTF8).decode("utf-8")
        value = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_constant)
    except BadDocument:
        raise
    except UnicodeDecodeError as error:
        raise BadDocument("document", raw[error.start : error.start + 8], "UTF-8") from error
    except RecursionError as error:
        raise BadDocument("document", "deeper nesting", f"at most {max_depth} levels") from error
    except ValueError as error:  # also an integer of more than 4,300 digits
        raise BadDocument("document", str(error), "JSON") from error
    limits = Limits(max_depth, max_list, max_names)
    # Without escapes a text that was valid UTF-8 has neither NUL nor surrogates.
    if not _fits(value, limits, look_at_text="\\u" in text):
        _name_what_does_not_fit(value, limits)
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise BadDocument(name[:80].encode("utf-8", "replace").decode(), "given twice", "each name once")
            seen.add(name)
    return found


def _constant(text: str) -> NoReturn:
    raise BadDocument("number", text, "a finite number")


@dataclass(frozen=True)
class Limits:
    depth: int
    members: int  # of a list
    names: int  # of an object


def _fits(value: Any, limits: Limits, *, look_at_text: bool) -> bool:
    """Whether all is in bounds, one level of nesting at a time; this is what nearly every document pays for."""
    level, depth = [value], 1
    while level:
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                if depth > limits.depth or len(each) > limits.names:
                    return False
                if look_at_text and not all(map(_is_clean, each)):
                    return False
                inner.extend(each.values())
            elif isinstance(each, list):
                if depth > limits.depth or len(each) > limits.members:
                    return False
                inner.extend(each)
            elif isinstance(each, str):
                if look_at_text and not _is_clean(each):
                    return False
            elif not _is_storable(each):
                return False
        level, depth = inner, depth + 1
    return True


def _is_clean(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_storable(value: int | float | None) -> bool:
    """A number that a double, and so JCS, holds exactly; true, false and null are fine."""
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or -LARGEST_INTEGER <= value <= LARGEST_INTEGER


def _name_what_does_not_fit(value: Any, limits: Limits) -> NoReturn:
    """Walk again, with the path to each value, to say which one it was."""
    waiting: deque[tuple[str, Any, int]] = deque([("document", value, 1)])
    while waiting:
        path, each, depth = waiting.popleft()
        path = path[:200]
        if isinstance(each, dict | list):
            limit = limits.names if isinstance(each, dict) else limits.members
            if depth > limits.depth:
                raise BadDocument(path, "deeper nesting", f"at most {limits.depth} levels")
            if len(each) > limit:
                raise BadDocument(path, each, f"at most {limit} members")
            waiting.extend((inner, member, depth + 1) for inner, member in _members(path, each))
        elif isinstance(each, str):
            if not _is_clean(each):
                raise BadDocument(path, each, "text without NUL characters and lone surrogates")
        elif not _is_storable(each):
            raise BadDocument(path, each, "a finite number, if whole within ±(2^53 - 1)")
    raise BadDocument("document", "something", "a document in bounds")


def _members(path: str, value: dict[str, Any] | list[Any]) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [(f"{path}[{index}]", each) for index, each in enumerate(value)]
    prefix = "" if path == "document" else f"{path}."
    for name in value:
        if not _is_clean(name):
            raise BadDocument(path, name, "names without NUL characters and lone surrogates")
    return [(f"{prefix}{name[:60]}", each) for name, each in value.items()]
