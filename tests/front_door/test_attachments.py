"""Pictures and PDF files on needs, gatherings and everything else: put there, looked at, said anew, taken away."""

from __future__ import annotations

import datetime as dt
import io
import os
import re

import pytest
import time_machine
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from cop.models import Group, Place, Proposal
from events.models import Gathering
from federation.models import Attachment, Publication
from federation.storeroom import ORPHANED_AFTER
from funding.models import Call
from journal.schedule import arm
from knowledge.models import Page, Revision
from tests.gatherings import FORM as GATHERING
from tests.know_how import Writers
from tests.pictures import (
    ALT,
    NEED,
    SECRET,
    need,
    paper,
    picture,
    polyglot,
    stored,
    telling_photograph,
    telling_png,
    upload,
)


@pytest.fixture
def camden(db) -> Writers:
    return Writers()


def with_picture(camden, **sent):
    return need(camden, **({"new_file_0": upload(telling_photograph()), "new_alt_0": ALT} | sent))


def change(camden, row, status=302, **sent):
    page = camden.client(camden.bob).get(f"{row.get_absolute_url()}/edit").content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    answer = camden.client(camden.bob).post(f"{row.get_absolute_url()}/edit", NEED | {"seen": seen} | sent)
    assert answer.status_code == status, answer.context and answer.context["form"].errors
    row.refresh_from_db()
    return answer


@pytest.fixture(autouse=True)
def empty_storeroom():
    """Rows of other tests were rolled back; their files were not."""
    for folder, _folders, names in os.walk(default_storage.path("attached")):
        for name in names:
            os.unlink(os.path.join(folder, name))


# --- A picture on a need ----------------------------------------------------------------------------------------------


def test_a_picture_stands_on_the_page_with_its_words(camden, client):
    row = with_picture(camden, new_name_0="The hall on Plender Street")
    kept = Attachment.objects.get()
    page = client.get(row.get_absolute_url()).content.decode()
    assert f'alt="{ALT}"' in page and "The hall on Plender Street</figcaption>" in page
    assert f'src="{kept.path}"' in page and 'width="400" height="640" loading="lazy"' in page, (
        "it was lying on its side"
    )
    assert (kept.uploaded_by, kept.position, kept.sha256 != "") == (camden.bob, 0, True)
    assert "photo" not in kept.file.name, "never the name it had"
    shown = client.get(kept.path)
    assert shown.status_code == 200 and shown["Content-Type"] == "image/webp"
    assert shown["X-Content-Type-Options"] == "nosniff" and "sandbox" in shown["Content-Security-Policy"]
    assert "default-src 'none'" in shown["Content-Security-Policy"] and "public" in shown["Cache-Control"]
    image = Image.open(io.BytesIO(shown.content))
    assert (image.format, image.size) == ("WEBP", (400, 640))
    assert f'srcset="{kept.small_path} 300w, {kept.path} 400w"' in page
    small = Image.open(io.BytesIO(client.get(kept.small_path).content))
    assert small.size == (300, 480)


@pytest.mark.parametrize("photograph", [telling_photograph, telling_png, polyglot])
def test_what_a_picture_tells_beside_its_pixels_is_gone(camden, client, photograph):
    with_picture(camden, new_file_0=upload(photograph()))
    for path in (Attachment.objects.get().path, Attachment.objects.get().small_path):
        data = client.get(path).content
        image = Image.open(io.BytesIO(data))
        assert not image.getexif() and not {"exif", "xmp", "icc_profile", "comment"} & image.info.keys()
        assert SECRET.encode() not in data and b"script" not in data and b"GPS" not in data


@pytest.mark.parametrize(
    ("format_", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("PNG", "I;16"),
     ("WEBP", "RGBA"), ("GIF", "P")],
)  # fmt: skip
def test_every_way_to_write_a_picture_is_read(camden, client, format_, mode):
    with_picture(camden, new_file_0=upload(picture(format_, mode=mode), "odd name"))
    assert Image.open(io.BytesIO(client.get(Attachment.objects.get().path).content)).size == (640, 400)


def test_a_large_picture_is_made_smaller(camden):
    with_picture(camden, new_file_0=upload(picture(size=(5000, 2500))))
    kept = Attachment.objects.get()
    assert (kept.width, kept.height) == (1600, 800)


def test_it_travels_as_part_of_the_document(camden, client, work):
    row = with_picture(camden, new_name_0="The hall", new_file_1=upload(paper(), "Lease_2027.pdf"))
    work()
    document = client.get(row.get_absolute_url(), headers={"Accept": "application/activity+json"}).json()
    photo, lease = Attachment.objects.all()
    assert document["attachment"] == [
        {
            "type": "Image", "mediaType": "image/webp", "url": f"{settings.ORIGIN}{photo.path}", "name": ALT,
            "caption": "The hall", "width": 400, "height": 640,
        },
        {
            "type": "Document", "mediaType": "application/pdf", "url": f"{settings.ORIGIN}{lease.path}",
            "name": "Lease 2027",
        },
    ]  # fmt: skip
    before = Publication.objects.get(uri=row.uri)
    change(camden, row, **{f"held_alt_{photo.public_id}": "Chairs", f"held_name_{photo.public_id}": "The hall"})
    work()
    after = Publication.objects.get(uri=row.uri)
    assert row.version == 2 and after.version == 2 and after.content_hash != before.content_hash


# --- Changing what hangs there ----------------------------------------------------------------------------------------


def test_words_are_said_anew_a_picture_is_added_and_one_removed(camden, client, work):
    row = with_picture(camden, new_file_1=upload(picture()), new_alt_1="The kettle")
    chairs, kettle = Attachment.objects.all()
    form = camden.client(camden.bob).get(f"{row.get_absolute_url()}/edit").content.decode()
    assert f'value="{ALT}"' in form and f'name="held_remove_{kettle.public_id}"' in form
    change(
        camden, row,
        **{
            f"held_alt_{chairs.public_id}": "Fifty chairs", f"held_remove_{kettle.public_id}": "on",
            "new_file_0": upload(picture()), "new_alt_0": "The door",
        },
    )  # fmt: skip
    assert list(Attachment.objects.values_list("alt", "position")) == [("Fifty chairs", 0), ("The door", 1)]
    assert row.version == 2
    work()
    assert client.get(kettle.path).status_code == 404
    assert len(stored()) == 4, "two pictures in two sizes"


def test_saving_it_unchanged_changes_nothing(camden):
    row = with_picture(camden)
    kept = Attachment.objects.get()
    change(camden, row, **{f"held_alt_{kept.public_id}": ALT, f"held_name_{kept.public_id}": ""})
    assert row.version == 1
    change(camden, row)  # as a page that was open before has it
    assert row.version == 1 and Attachment.objects.get().alt == ALT


def test_the_words_of_a_picture_cannot_be_taken_away(camden):
    row = with_picture(camden)
    kept = Attachment.objects.get()
    answer = change(camden, row, 400, **{f"held_alt_{kept.public_id}": ""})
    assert "what the picture shows" in answer.context["form"].errors[f"held_alt_{kept.public_id}"][0]
    change(camden, row, **{f"held_alt_{kept.public_id}": "", f"held_remove_{kept.public_id}": "on"})
    assert not Attachment.objects.exists()


def test_who_was_slower_is_told_and_chooses_the_file_again(camden):
    row = need(camden)
    change(camden, row, title="A hall")
    sent = NEED | {"seen": "1", "new_file_0": upload(picture(), "door.jpg"), "new_alt_0": "The door"}
    answer = camden.client(camden.bob).post(f"{row.get_absolute_url()}/edit", sent)
    assert answer.status_code == 400 and not Attachment.objects.exists()
    errors = answer.context["form"].errors
    assert (
        "Somebody else has saved changes" in errors["__all__"][0]
        and "Choose “door.jpg” again" in errors["new_file_0"][0]
    )


def test_what_is_wrong_elsewhere_asks_for_the_file_again(camden):
    answer = need(camden, status=400, title="", new_file_0=upload(picture(), "door.jpg"), new_alt_0="The door")
    assert "Choose “door.jpg” again" in answer.context["form"].errors["new_file_0"][0]
    page = answer.content.decode()
    assert (
        'aria-describedby="id_new_file_0_hint id_new_file_0_error"' in page and 'enctype="multipart/form-data"' in page
    )
    assert "The door" in page and not stored()


def test_there_are_six_at_most(camden):
    three = {f"new_file_{n}": upload(picture()) for n in range(3)} | {f"new_alt_{n}": f"Picture {n}" for n in range(3)}
    row = need(camden, **three)
    change(
        camden,
        row,
        **({f"new_file_{n}": upload(picture()) for n in range(3)} | {f"new_alt_{n}": "x" for n in range(3)}),
    )
    assert Attachment.objects.count() == 6
    form = camden.client(camden.bob).get(f"{row.get_absolute_url()}/edit").content.decode()
    assert 'type="file"' not in form
    change(camden, row, new_file_0=upload(picture()), new_alt_0="A seventh")
    assert Attachment.objects.count() == 6


def test_the_same_form_with_another_file_is_another_thing(camden):
    sent = {"once": "x" * 22, "new_alt_0": ALT}
    photos = [picture(), picture(), picture(size=(10, 10))]
    rows = [need(camden, new_file_0=upload(data), **sent) for data in photos]
    assert rows[0] == rows[1] != rows[2] and Attachment.objects.count() == 2


# --- PDF files --------------------------------------------------------------------------------------------------------


def test_a_pdf_is_a_link_with_its_size_and_nothing_in_it_runs(camden, client):
    row = need(camden, new_file_0=upload(paper(hostile=True), "../../etc/Lease <b>.pdf", "text/html"))
    kept = Attachment.objects.get()
    assert kept.kind == "file" and kept.name == "Lease <b>"
    page = client.get(row.get_absolute_url()).content.decode()
    assert f'<a href="{kept.path}">Lease &lt;b&gt;</a>' in page and re.search(r"PDF, \d", page)
    answer = client.get(kept.path)
    assert answer["Content-Type"] == "application/pdf" and "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"] == f'attachment; filename="{kept.public_id}.pdf"'
    for trace in (SECRET, "evil()", "hidden program", "payroll", "calc.exe", "OpenAction", "XFA", "pypdf", "Launch"):
        assert trace.encode() not in answer.content, trace
    read = PdfReader(io.BytesIO(answer.content))
    assert not read.metadata and not read.attachments and len(read.pages) == 1
    links = [each.get_object().get("/A", {}).get("/URI") for each in read.pages[0]["/Annots"]]
    assert links == ["https://camden.example/", None]


def test_what_helps_to_read_a_pdf_stays(camden, client):
    need(camden, new_file_0=upload(paper(pages=3), "guide.pdf"), new_name_0="A guide")
    read = PdfReader(io.BytesIO(client.get(Attachment.objects.get().path).content))
    assert (len(read.pages), read.trailer["/Root"]["/Lang"]) == (3, "it")
    assert [each.title for each in read.outline] == ["The first page"]


# --- Who sees it, and for how long ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("audience", "seen_by"), [("group", "alice bob"), ("node", "alice bob charlie")])
def test_a_file_is_seen_by_whom_its_thing_is_seen_by(camden, client, audience, seen_by):
    with_picture(camden, audience=audience, new_file_1=upload(paper(), "a.pdf"))
    for kept in Attachment.objects.all():
        for name in ("alice", "bob", "charlie"):
            answer = camden.client(getattr(camden, name)).get(kept.path)
            assert answer.status_code == (200 if name in seen_by else 404), name
            assert name not in seen_by or answer["Cache-Control"] == "private, no-store"
        assert client.get(kept.path).status_code == 404
    assert client.get(Attachment.objects.first().small_path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/media/abcdefghjkmn.webp", "/media/", "/media/../settings.py", "/media/abcdefghjkmn.html"]
)
def test_what_was_never_there_is_not_found(db, client, path):
    assert client.get(path).status_code == 404


def test_a_picture_is_not_at_the_address_of_a_pdf(camden, client):
    with_picture(camden)
    assert client.get(Attachment.objects.get().path.replace(".webp", ".pdf")).status_code == 404


def test_withdrawn_its_files_are_erased(camden, client, work):
    row = with_picture(camden, new_file_1=upload(paper(), "a.pdf"))
    paths = [each.path for each in Attachment.objects.all()]
    assert len(stored()) == 3
    camden.client(camden.bob).post(f"{row.get_absolute_url()}/withdrawal")
    assert [client.get(path).status_code for path in paths] == [404, 404], "at once"
    work()
    assert not Attachment.objects.exists() and not stored()


def test_a_file_that_hangs_on_nothing_is_erased_after_a_day(camden, work):
    with_picture(camden)
    default_storage.save("attached/ab/abcdefgh.webp", io.BytesIO(b"left behind"))
    arm()
    work()
    assert len(stored()) == 3
    with time_machine.travel(timezone.now() + ORPHANED_AFTER + dt.timedelta(hours=13)):
        arm()
        work()
    assert len(stored()) == 2 and Attachment.objects.get().file.name.rsplit("/", 1)[-1] in stored()


# --- On every kind ----------------------------------------------------------------------------------------------------


def everything(camden):
    speaker = {"speaker": camden.group.public_id, "audience": "everyone"}
    return {
        "/needs/new": (Proposal, NEED | speaker),
        "/offers/new": (Proposal, NEED | speaker),
        "/gatherings/new": (Gathering, GATHERING | speaker),
        "/calls/new": (Call, camden.form()),
        "/places/new": (
            Place,
            speaker | {"kind": "other", "name": "Hall", "area": "Camden", "step_free": "unknown", "language": "en"},
        ),
        "/know-how/new": (Page, camden.page_form()),
        "/groups/new": (Group, {"name": "Menders", "joining": "open", "language": "en"}),
    }


@pytest.mark.parametrize("path", ["/needs/new", "/offers/new", "/gatherings/new", "/calls/new", "/places/new",
                                  "/know-how/new", "/groups/new"])  # fmt: skip
def test_every_kind_can_show_a_picture_and_say_it_anew(camden, client, work, path):
    model, form = everything(camden)[path]
    alice = camden.client(camden.alice)
    answer = alice.post(path, form | {"new_file_0": upload(picture()), "new_alt_0": ALT})
    assert answer.status_code == 302, answer.context["form"].errors
    row = model.objects.get(public_id=answer.url.rsplit("/", 1)[-1])
    assert f'alt="{ALT}"' in client.get(answer.url).content.decode()
    work()
    document = client.get(answer.url, headers={"Accept": "application/activity+json"}).json()
    assert [each["name"] for each in document["attachment"] if each["type"] == "Image"] == [ALT]
    kept = Attachment.objects.get()
    sent = form | {
        "seen": str(row.version),
        f"held_alt_{kept.public_id}": "Chairs",
        "new_file_0": upload(paper(), "a.pdf"),
    }
    answer = alice.post(f"{answer.url}/edit", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    row.refresh_from_db()
    assert row.version == 2 and [each.alt for each in Attachment.objects.all()] == ["Chairs", ""]
    if model is Page:
        assert Revision.objects.filter(page=row).count() == 2


def test_two_who_attach_to_a_page_of_know_how_both_keep_theirs(camden):
    page = camden.page()
    for person, alt in ((camden.alice, "One"), (camden.bob, "Two")):
        sent = {"seen": "1", "new_file_0": upload(picture()), "new_alt_0": alt}
        answer = camden.client(person).post(f"{page.get_absolute_url()}/edit", camden.page_form() | sent)
        assert answer.status_code == 302, answer.context["form"].errors
    assert [each.alt for each in Attachment.objects.all()] == ["One", "Two"]


# --- The database itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [{"alt": ""}, {"position": 6}, {"kind": "film"}, {"file": ""}, {"url": "https://a.example/"}, {"sha256": ""}],
)
def test_the_database_itself_refuses_what_cannot_be(camden, fields):
    with_picture(camden)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.update(**fields)
