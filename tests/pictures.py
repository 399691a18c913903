"""Pictures and PDF files to upload: good ones that tell too much, and hostile ones; and a need to hang them on."""

from __future__ import annotations

import io
import os
import struct
import zlib
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from cop.models import Proposal
from tests.gatherings import HOUSING

NEED = {"title": "A room", "summary": "For forty.", "support": "space", "topics": [HOUSING], "language": "en"}
ALT = "Forty chairs in a bright room"
SECRET = "Alice Secret"
CAMDEN = {1: "N", 2: (51.0, 32.0, 0.0), 3: "W", 4: (0.0, 8.0, 0.0)}  # EXIF GPS: latitude and longitude
ORIENTATION, ARTIST, GPS = 0x0112, 0x013B, 0x8825


def upload(data: bytes, name: str = "photo.jpg", media_type: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type=media_type)


def need(camden, client=None, status=302, **sent):
    form = NEED | {"speaker": camden.group.public_id, "audience": "everyone"} | sent
    answer = (client or camden.client(camden.bob)).post("/needs/new", form)
    assert answer.status_code == status, answer.context and answer.context["form"].errors
    return Proposal.objects.get(public_id=answer.url.rsplit("/", 1)[-1]) if status == 302 else answer


def stored() -> set[str]:
    """The files that lie under MEDIA_ROOT."""
    return {name for _folder, _folders, names in os.walk(default_storage.path("attached")) for name in names}


def picture(format_: str = "JPEG", *, size: tuple[int, int] = (640, 400), mode: str = "RGB", **more: Any) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "rebeccapurple" if mode in {"RGB", "RGBA"} else 1).save(written, format_, **more)
    return written.getvalue()


def telling_photograph() -> bytes:
    """A photograph lying on its side that says who took it, where, and in a comment what they thought."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[ARTIST] = SECRET
    exif.get_ifd(GPS).update(CAMDEN)
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    data = picture(exif=exif, comment=SECRET.encode(), xmp=xmp)
    assert data.count(SECRET.encode()) == 3 and Image.open(io.BytesIO(data)).getexif().get_ifd(GPS)
    return data


def telling_png() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", SECRET)
    notes.add_itxt("XML:com.adobe.xmp", SECRET)
    return picture("PNG", pnginfo=notes)


def polyglot() -> bytes:
    """A picture to one program, a web page to another."""
    return picture("GIF") + b"<html><script>alert(1)</script></html>"


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A small PNG that unfolds to gigabytes: nine hundred million pixels, honestly declared."""
    row = zlib.compressobj(9)
    lines = b"".join(row.compress(b"\0" * (width // 8 + 1)) for _ in range(height)) + row.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)) + _chunk(
        b"IDAT", lines
    ) + _chunk(b"IEND", b"")  # fmt: skip


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def paper(*, hostile: bool = False, password: str = "", pages: int = 1, text: str = "") -> bytes:
    """A PDF with an outline and a link; with `hostile`, everything in it that runs, hides or tells."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    writer.add_outline_item("The first page", 0)
    writer.root_object[NameObject("/Lang")] = TextStringObject("it")
    if hostile:
        _make_hostile(writer)
    if password:
        writer.encrypt(password)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _make_hostile(writer: PdfWriter) -> None:
    from pypdf.annotations import Link

    writer.add_metadata({"/Author": SECRET})
    writer.xmp_metadata = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    writer.add_attachment("payroll.exe", b"MZ hidden program")
    launch = _action("/Launch", "/F", "calc.exe")
    writer.root_object[NameObject("/OpenAction")] = launch
    writer.root_object[NameObject("/AA")] = DictionaryObject(
        {NameObject("/WC"): _action("/JavaScript", "/JS", "evil()")}
    )
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): TextStringObject("<xdp/>")})
    for url in ("https://camden.example/", "javascript:evil()"):
        writer.add_annotation(0, Link(rect=(0, 0, 50, 50), url=url))
    linked = writer.pages[0]["/Annots"][0].get_object()["/A"]
    linked[NameObject("/Next")] = _action("/JavaScript", "/JS", "evil()")


def _action(kind: str, name: str, value: str) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(kind), NameObject(name): TextStringObject(value)})
