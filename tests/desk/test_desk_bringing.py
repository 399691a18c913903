"""Bringing a register at the desk: looked at first, then listed in pieces, wherever the process is killed."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from accounts import actions as accounts
from accounts.models import User
from atlas import vocabulary
from cop.models import Listing
from desk.bringing import uploads
from desk.models import Brought, Import
from federation import actors
from journal.models import Errand
from tests.desk.registers import HEADER, MAPPING, row
from tests.gatherings import Camden

pytestmark = pytest.mark.django_db
PAGE = "/desk/bringing"


@pytest.fixture
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT / "imports"


@pytest.fixture
def steward(db, media) -> Client:
    vocabulary.load()
    user = accounts.make_account("steward@camden.example", is_steward=True)
    actors.for_user(user)
    client = Client()
    client.force_login(user)
    return client


def table(*rows: dict[str, str]) -> bytes:
    lines = [",".join(HEADER), *(",".join(each[name] for name in HEADER) for each in rows)]
    return "\n".join([*lines, ""]).encode()


def described(**changed) -> SimpleUploadedFile:
    import yaml

    return SimpleUploadedFile("ours.yaml", yaml.safe_dump({**MAPPING, **changed}).encode())


def sent(steward: Client, content: bytes, name: str = "register.csv", **more):
    form = {"upload": SimpleUploadedFile(name, content), "own_mapping": described(), **more}
    return steward.post(PAGE, {name: value for name, value in form.items() if value is not None})


def test_the_report_is_in_the_language_of_who_brought_it(steward, media, work):
    User.objects.update(language="it")
    at = sent(steward, table(row(1), row(2, name="")))["Location"]
    work()
    page = steward.get(at, headers={"accept-language": "it"}).text
    assert "manca un valore" in page and "expected a value" not in page
    assert "manca un valore" in b"".join(steward.get(f"{at}/report.csv").streaming_content).decode()
    empty = sent(steward, b"\n", name="vuoto.csv")["Location"]
    work()
    assert "vuoto.csv" in steward.get(empty).text and "servono i nomi delle colonne" in steward.get(empty).text


def test_a_file_is_looked_at_and_listed_only_when_the_steward_says_so(steward, media, work):
    answer = sent(steward, table(row(1), row(2, name=""), row(3, postcode="SE1")))
    assert answer.status_code == 302
    at = answer["Location"]
    assert "Being looked at" in steward.get(at).text
    work()
    page = steward.get(at).text
    assert "What would happen" in page and "expected a whole postcode" in page and "Bring it" in page
    assert not Listing.objects.exists()
    report = b"".join(steward.get(f"{at}/report.csv").streaming_content).decode()
    assert "expected a value" in report and "line,field,value,why,row" in report
    steward.post(f"{at}/start")
    work()
    page = steward.get(at).text
    assert "Done" in page and "What happened" in page and "Bring it" not in page
    assert 'href="/atlas/?kind=listing"' in page, "the way to what is listed now"
    found = Import.objects.get()
    assert (found.state, found.done, found.total, found.counts["new"]) == ("done", 2, 2, 2)
    assert Listing.objects.count() == Brought.objects.count() == 2
    assert [path.name for path in (media / found.folder).iterdir()] == ["report.csv"], "the file is gone"
    steward.post(f"{at}/discard")
    assert not list(media.iterdir()) and not Import.objects.exists() and Listing.objects.count() == 2


def test_a_second_time_nothing_changes_and_what_was_edited_here_is_named(steward, work):
    for _ in range(2):
        at = sent(steward, table(row(1), row(2)))["Location"]
        work()
        steward.post(f"{at}/start")
        work()
    assert Import.objects.order_by("pk").last().counts["same"] == 2
    listing = Listing.objects.get(register_id="1")
    form = steward.get(f"{listing.get_absolute_url()}/edit").context["form"]
    said = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    assert steward.post(f"{listing.get_absolute_url()}/edit", said | {"name": "Ours"}).status_code == 302
    at = sent(steward, table(row(1), row(2)))["Location"]
    work()
    page = steward.get(at).text
    assert "edited here, where it is &#x27;Ours&#x27;" in page and "kept as it was edited here" in page


def test_killed_between_two_hundreds_it_goes_on_where_it_was(steward, work, monkeypatch):
    at = sent(steward, table(*(row(number) for number in range(250))))["Location"]
    work()
    steward.post(f"{at}/start")
    found = Import.objects.get()
    real, calls = uploads._bring_chunk, []

    def killed(*args):
        if len(calls) == 2:
            raise RuntimeError("killed")
        calls.append(args[-1])
        return real(*args)

    monkeypatch.setattr(uploads, "_bring_chunk", killed)
    with pytest.raises(RuntimeError):
        uploads.bring(Errand(kind="desk.bring", payload={"import": found.pk}))
    found.refresh_from_db()
    assert (found.done, found.state, Listing.objects.count()) == (200, "bringing", 200)
    monkeypatch.setattr(uploads, "_bring_chunk", real)
    work()
    found.refresh_from_db()
    assert (found.done, found.state, found.counts["new"]) == (250, "done", 250)


def test_two_workers_at_one_import_list_every_row_once(steward, work):
    at = sent(steward, table(*(row(number) for number in range(150))))["Location"]
    work()
    steward.post(f"{at}/start")
    found = Import.objects.get()
    mapping, rows = uploads._read(found, uploads.Report())
    assert uploads._bring_chunk(found, mapping, rows, 0)
    assert not uploads._bring_chunk(found, mapping, rows, 0), "the other one was first"
    work()
    found.refresh_from_db()
    assert found.counts["new"] == 150 == Listing.objects.count()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "these are not there"),
        (b"\x89PNG\r\n\x1a\n\0\0", "expected"),
        (b'{"a": 1}', "these are not there"),
    ],
)
def test_a_file_that_is_no_register_is_refused_in_words(steward, media, work, content, told):
    answer = sent(steward, content)
    if answer.status_code == 400:
        assert told in str(answer.context["form"].errors["upload"])
        return
    work()
    found = Import.objects.get()
    assert found.state == "failed" and told in found.error and "register.csv" in found.error
    assert str(media) not in found.error, "no path of ours"
    assert told in steward.get(answer["Location"]).text
    assert not Listing.objects.exists() and not (media / found.folder / "file").exists()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"upload": None}, "upload"),
        ({"own_mapping": None}, "mapping"),
        ({"own_mapping": None, "mapping": "../../settings"}, "mapping"),
        ({"own_mapping": SimpleUploadedFile("x.yaml", b"!!python/object/apply:os.system ['true']")}, "own_mapping"),
        ({"own_mapping": SimpleUploadedFile("x.yaml", b"a: &a [1]\nb: [*a, *a]")}, "own_mapping"),
        ({"own_mapping": SimpleUploadedFile("x.yaml", b"- 1")}, "own_mapping"),
    ],
)
def test_what_cannot_be_brought_is_said_beside_its_field_and_leaves_nothing(steward, media, form, field):
    answer = sent(steward, table(row(1)), **form)
    assert answer.status_code == 400 and field in answer.context["form"].errors
    assert not Import.objects.exists() and not (media.exists() and list(media.iterdir()))


def test_a_file_too_large_is_refused(steward, media, monkeypatch):
    monkeypatch.setattr("desk.forms.LARGEST_FILE", 100)
    answer = sent(steward, table(row(1)))
    assert answer.status_code == 400 and "it may have at most" in str(answer.context["form"].errors["upload"])
    monkeypatch.setattr("desk.bringing.uploads.MOST_ROWS", 1)


def test_too_many_rows_for_the_desk_are_refused(steward, work, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_ROWS", 1)
    sent(steward, table(row(1), row(2)))
    work()
    assert "at most 1 rows at the desk" in Import.objects.get().error


@pytest.mark.parametrize("name", ["../../../etc/passwd", "a\x00b.csv", "<script>.csv", "x" * 300 + ".csv", "con.csv"])
def test_the_name_of_a_file_is_never_a_path(steward, media, name):
    answer = sent(steward, table(row(1)), name=name)
    for found in Import.objects.all():
        assert "/" not in found.name and (media / found.folder / "file").is_file()
        assert "<script>" not in steward.get(answer["Location"]).text
    assert not (media.parent.parent / "etc").exists()


def test_only_stewards_of_the_node_bring(steward, media, work):
    at = sent(steward, table(row(1)))["Location"]
    work()
    camden = Camden()
    alice = camden.client(camden.alice)
    for path in (PAGE, at, f"{at}/report.csv"):
        assert alice.get(path).status_code == 404
        assert camden.client().get(path).status_code == 302
    for path in (PAGE, f"{at}/start", f"{at}/discard"):
        assert alice.post(path).status_code == 404
    work()
    assert Import.objects.get().state == "checked" and not Listing.objects.exists()


def test_the_database_refuses_an_import_that_cannot_be(db):
    for wrong in ({"state": "lost"}, {"word": "people"}, {"done": 2, "total": 1}, {"state": "failed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Import.objects.create(**{"folder": "a", "word": "groups", "name": "x", "mapping": "y"} | wrong)


def test_a_steward_takes_a_mapping_to_make_their_own_of_it(steward):
    page = steward.get(PAGE).text
    assert 'href="/desk/bringing/mappings/charities-london.yaml"' in page
    assert "postcodes.yaml" not in page, "what is no mapping is not offered as one"
    answer = steward.get("/desk/bringing/mappings/charities-london.yaml")
    assert b"Format of a mapping file" in b"".join(answer.streaming_content)
    for name in ("postcodes", "nowhere", "..", "settings"):
        assert steward.get(f"/desk/bringing/mappings/{name}.yaml").status_code == 404, name
    assert Client().get("/desk/bringing/mappings/charities-london.yaml").status_code == 302


def test_an_italian_steward_reads_what_became_of_each_row(steward, work):
    at = sent(steward, table(row(1), row(2, name="")))["Location"]
    work()
    steward.post("/language/", {"language": "it"})
    page = steward.get(at).text
    assert '<span lang="en">expected a value</span>' in page, "the reasons are English, and say so"
