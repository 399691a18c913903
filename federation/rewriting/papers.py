"""A PDF as its pages alone: nothing in it runs, asks, hides or tells who made it.

What helps people to read it stays: its text, its language, its structure for screen readers, its outline, its links to
the web and the fields of a form one fills in.
"""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, PdfObject, StreamObject

from federation.rewriting import MOST_PAGES, Unusable

KEPT_OF_CATALOG = {
    "/Type", "/Pages", "/Lang", "/MarkInfo", "/StructTreeRoot", "/PageLabels", "/ViewerPreferences", "/PageLayout",
    "/Outlines", "/Dests", "/Names", "/OCProperties", "/AcroForm",
}  # fmt: skip
# Wherever these stand they run something, carry a second file, or say who made the first.
NEVER = (
    "/AA", "/OpenAction", "/JS", "/JavaScript", "/XFA", "/CO", "/EmbeddedFiles", "/EmbeddedFile", "/EF", "/AF",
    "/Metadata", "/PieceInfo", "/PA", "/RichMediaContent", "/RichMediaSettings", "/Renditions", "/Perms", "/Legal",
    "/Collection",
)  # fmt: skip
# An action may lead to a place in the file or to the web, nothing else.
GOES = {"/URI", "/GoTo"}
WEB = ("http://", "https://", "mailto:")
RUNS = {"/FileAttachment", "/Sound", "/Movie", "/Screen", "/3D", "/RichMedia", "/TrapNet"}
START_OF_SCAN = 0xDA
NOTES = {*range(0xE1, 0xEE), 0xEF, 0xFE}  # APP1 to APP13, APP15, COM

BROKEN = (
    PyPdfError, OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError,
    NotImplementedError, AssertionError,
)  # fmt: skip


def rewrite(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The same pages, written anew. Raises Unusable for what is encrypted or broken, and for too many pages."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise Unusable("encrypted")
        pages = len(reader.pages)
        if not 0 < pages <= MOST_PAGES:
            raise Unusable("pages" if pages else "broken")
        first = PdfWriter(clone_from=reader)
        _clean(first)
        # What was cut off is still in there, reachable by nothing: only what is reachable goes into the second.
        second = PdfWriter(clone_from=PdfReader(io.BytesIO(_written(first))))
        return {"media_type": "application/pdf", "pages": pages}, [_written(second)]
    except BROKEN as error:
        raise Unusable("broken") from error


def _written(writer: PdfWriter) -> bytes:
    writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _clean(writer: PdfWriter) -> None:
    catalog = writer.root_object
    for name in set(catalog) - KEPT_OF_CATALOG:
        del catalog[name]
    names = _resolved(catalog.get("/Names"))
    if isinstance(names, DictionaryObject):
        for name in set(names) - {"/Dests"}:
            del names[name]
    for each in writer._objects:
        if each is not None:
            _clean_object(each)


def _clean_object(root: PdfObject) -> None:
    """Everything inside one object, without recursion: files nest as deep as their makers like."""
    waiting: list[Any] = [root]
    while waiting:
        each = waiting.pop()
        if isinstance(each, DictionaryObject):
            _clean_dictionary(each)
            waiting.extend(each.values())
        elif isinstance(each, ArrayObject):
            waiting.extend(each)


def _clean_dictionary(each: DictionaryObject) -> None:
    for name in NEVER:
        if name in each:
            del each[name]
    if isinstance(each, StreamObject):
        for name in ("/F", "/FFilter", "/FDecodeParms"):  # its contents in a file elsewhere
            each.pop(NameObject(name), None)
        _clean_photograph(each)
    if "/S" in each and "/Title" not in each:  # an action; what comes next in an outline may stay
        each.pop(NameObject("/Next"), None)
    action = _resolved(each.get("/A"))
    if isinstance(action, DictionaryObject) and "/S" in action and not _is_harmless(action):
        del each["/A"]
    annotations = _resolved(each.get("/Annots"))
    if isinstance(annotations, ArrayObject):
        kept = [one for one in annotations if not _runs(one)]
        each[NameObject("/Annots")] = ArrayObject(kept)


def _clean_photograph(stream: StreamObject) -> None:
    """A JPEG inside the file tells as much of its maker as one outside."""
    if _resolved(stream.get("/Filter")) in ("/DCTDecode", ["/DCTDecode"]):
        stream._data = _without_notes(stream._data)


def _without_notes(jpeg: bytes) -> bytes:
    """Without comments and application segments, but for JFIF's and Adobe's, which say how colours are meant."""
    kept, at = [jpeg[:2]], 2
    while jpeg[at : at + 1] == b"\xff" and at + 4 <= len(jpeg):
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if marker == START_OF_SCAN or length < 2:
            break
        if marker not in NOTES:
            kept.append(jpeg[at : at + 2 + length])
        at += 2 + length
    return b"".join([*kept, jpeg[at:]])


def _is_harmless(action: DictionaryObject) -> bool:
    if str(action.get("/S")) not in GOES:
        return False
    return "/URI" not in action or str(_resolved(action["/URI"])).strip().lower().startswith(WEB)


def _runs(annotation: Any) -> bool:
    found = _resolved(annotation)
    return isinstance(found, DictionaryObject) and str(found.get("/Subtype")) in RUNS


def _resolved(value: Any) -> Any:
    return value.get_object() if isinstance(value, PdfObject) else value
