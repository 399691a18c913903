"""What cannot be attached is refused beside its field, with the file's name and what is accepted, in a few seconds."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cop.models import Proposal
from federation import uploads
from federation.models import Attachment
from federation.rewriting import MOST_BYTES, Unusable
from frontend.uploads import MOST_BYTES as MOST_READ
from tests.gatherings import Camden
from tests.pictures import ALT, NEED, bomb, paper, picture, polyglot, upload

HOSTILE = Path(__file__).parents[3] / "shared" / "data" / "security" / "uploads"
FILES = sorted(HOSTILE.iterdir()) if HOSTILE.is_dir() else []
PAGE = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><circle r="9"/></svg>'

NO_SUCH_TYPE = "is not a file we can show. Choose a JPEG, PNG, WebP or GIF picture, or a PDF."
BROKEN = "is damaged or not complete."


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


def send(camden, data: bytes, name: str = "photo.jpg", **sent):
    form = NEED | {"speaker": camden.group.public_id, "audience": "everyone", "new_alt_0": ALT} | sent
    return camden.client(camden.bob).post("/needs/new", form | {"new_file_0": upload(data, name)})


def refusal(answer, field: str = "new_file_0") -> str:
    assert answer.status_code == 400
    assert not Proposal.objects.exists() and not Attachment.objects.exists()
    return " ".join(answer.context["form"].errors[field])


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("flyer.svg", SVG, NO_SUCH_TYPE),
        ("flyer.jpg", SVG, NO_SUCH_TYPE),
        ("flyer.png", PAGE, NO_SUCH_TYPE),
        ("flyer.gif", b"GIF89a" + PAGE, "“flyer.gif”"),
        ("flyer.webp", b"RIFF\x24\x00\x00\x00WEBPVP8 " + PAGE, BROKEN),
        ("flyer.docx", b"PK\x03\x04" + b"\0" * 400, NO_SUCH_TYPE),
        ("flyer.bmp", picture("BMP"), NO_SUCH_TYPE),
        ("flyer.tiff", picture("TIFF"), NO_SUCH_TYPE),
        ("flyer.ico", picture("ICO", size=(32, 32)), NO_SUCH_TYPE),
        ("flyer.jpg", b"", "is empty. Choose a JPEG"),
        ("flyer.jpg", b"\0" * 5000, NO_SUCH_TYPE),
        ("flyer.jpg", b"\xff\xd8\xff\xe0" + b"\xff" * 5000, "flyer.jpg"),
        ("flyer.jpg", picture("JPEG")[:900], BROKEN),
        ("flyer.png", picture("PNG")[:-900], BROKEN),
        ("flyer.webp", picture("WEBP")[:-20], BROKEN),
        ("flyer.pdf", paper()[:300], BROKEN),
        ("flyer.pdf", b"%PDF-1.7\n" + PAGE, BROKEN),
        ("flyer.pdf", b"%PDF-1.7\n", BROKEN),
        ("flyer.pdf", b"\n" + paper(), NO_SUCH_TYPE),
        ("flyer.pdf", paper(password="x"), "is locked with a password."),
        ("flyer.pdf", paper(pages=501), "has too many pages. Choose a PDF of at most 500 pages."),
    ],
)
def test_what_is_no_picture_and_no_pdf_is_refused(camden, name, data, words):
    said = refusal(send(camden, data, name))
    assert words in said and f"“{name}”" in said


@pytest.mark.parametrize("file", FILES or [None], ids=lambda file: getattr(file, "name", "none"))
def test_hostile_uploads_are_made_harmless_or_refused(camden, client, file):
    if file is None:
        pytest.skip(f"no hostile uploads at {HOSTILE}")
    answer = send(camden, file.read_bytes(), file.name)
    if file.suffix == ".svg":
        assert NO_SUCH_TYPE in refusal(answer)
        return
    assert answer.status_code == 302
    kept = client.get(Attachment.objects.get().path)
    assert kept["Content-Type"] == "image/webp"
    for trace in (b"<", b"script", b"alert", b"onmouse", b"http"):
        assert trace not in kept.content or trace == b"<", trace


def test_a_bomb_is_refused_by_the_size_it_claims(camden):
    began = time.monotonic()
    said = refusal(send(camden, bomb(), "flat.png"))
    assert (
        "“flat.png” has too many pixels. Choose a JPEG of at most 40 megapixels, or a PNG, WebP or GIF of at most 20."
        in said
    )
    assert time.monotonic() - began < 5


def test_a_bomb_that_claims_less_is_refused_too(camden):
    small = bytearray(bomb())
    small[16:24] = (1000).to_bytes(4) + (1000).to_bytes(4)
    answer = send(camden, bytes(small), "flat.png")
    assert answer.status_code in {302, 400}, "its first million pixels at most"


def test_ten_megabytes_are_the_most(camden):
    said = refusal(send(camden, picture() + b"\0" * MOST_BYTES, "heavy.jpg"))
    assert "“heavy.jpg” is too large. Choose a file of at most 10 MB." in said


def test_no_more_of_a_file_is_read_than_it_takes_to_refuse_it(camden):
    answer = send(camden, b"\0" * (MOST_READ * 3), "endless.bin")
    assert "is too large" in refusal(answer)
    assert answer.wsgi_request.FILES["new_file_0"].size <= MOST_READ


def test_what_takes_too_long_is_given_up(camden, monkeypatch):
    monkeypatch.setattr(uploads, "PATIENCE_SECONDS", 0.01)
    assert "“photo.jpg” takes too long to read." in refusal(send(camden, picture()))


def test_who_waits_too_long_for_their_turn_is_told(monkeypatch):
    monkeypatch.setattr(uploads, "WAIT_SECONDS", 0.01)
    for _ in range(uploads.AT_ONCE):
        assert uploads._turns.acquire(timeout=1)
    try:
        with pytest.raises(Unusable, match="time"):
            uploads.rewrite(picture())
    finally:
        for _ in range(uploads.AT_ONCE):
            uploads._turns.release()


def test_a_picture_without_words_is_refused(camden):
    said = refusal(send(camden, picture(), new_alt_0=" "), "new_alt_0")
    assert said == "Say in a few words what the picture shows, for people who cannot see it."


def test_words_without_a_file_are_refused(camden):
    form = NEED | {"speaker": camden.group.public_id, "audience": "everyone", "new_alt_0": ALT}
    answer = camden.client(camden.bob).post("/needs/new", form)
    assert "Choose the file you describe here" in refusal(answer)


def test_too_many_files_at_once_are_refused(camden):
    files = {f"new_file_{number}": upload(picture()) for number in range(40)}
    answer = camden.client(camden.bob).post("/needs/new", NEED | {"speaker": camden.group.public_id} | files)
    assert answer.status_code == 400 and not Proposal.objects.exists()


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "x" * 300 + ".jpg", "\u202egpj.exe", "a\0b.jpg", "<b>.jpg", ".jpg"]
)
def test_the_name_of_a_file_is_only_ever_words(camden, client, name):
    answer = send(camden, picture(), name)
    assert answer.status_code in {302, 400}
    for kept in Attachment.objects.all():
        assert kept.file.name.startswith(f"attached/{kept.public_id[:2]}/") and len(kept.file.name) < 40
    assert "<b>" not in answer.content.decode()


def test_a_picture_that_is_a_page_too_is_only_a_picture_afterwards(camden, client):
    assert send(camden, polyglot(), "both.html").status_code == 302
    answer = client.get(Attachment.objects.get().path)
    assert answer["Content-Type"] == "image/webp" and b"script" not in answer.content


def test_nobody_attaches_to_what_they_may_not_change(camden):
    send(camden, picture())
    row = Proposal.objects.get()
    sent = NEED | {"seen": "1", "new_file_0": upload(picture()), "new_alt_0": "Mine"}
    assert camden.client(camden.charlie).post(f"{row.get_absolute_url()}/edit", sent).status_code == 403
    assert Attachment.objects.count() == 1
