"""`manage.py bring groups` with mappings and files that are of no use, or meant to harm."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.core.management import CommandError

from cop.federated.listings import ListingOnTheWire
from cop.models import Listing
from federation.reader import Reader
from tests.desk.registers import HEADER, MAPPING, SECTORS, listed, row

COLUMNS = MAPPING["columns"]
TOPICS = MAPPING["topics"]
LINE = ",".join(HEADER)
GOOD = "XX-CHC-1,One,,,,yes,"


def column(name, **said):
    return {"columns": {**COLUMNS, name: said}}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"kind": "group"}, "kind: expected listing or place or gathering or call, got 'group'"),
        ({"kind": None}, "kind: expected listing or place or gathering or call, got None"),
        ({"source": None}, "source: expected names and values, got None"),
        ({"source": {"name": "R"}}, "source: licence must be given; they are shown with everything that is listed"),
        ({"source": {**MAPPING["source"], "record_url": "javascript:alert(1)"}}, "source.record_url: expected an addr"),
        ({"source": {**MAPPING["source"], "license": "x"}}, "source: unknown: license; accepted: attribution, "),
        ({"columns": None}, "columns: expected names and values, got None"),
        ({"columns": {"name": COLUMNS["name"]}}, "columns: external_id must be given; got name"),
        (column("phone", column="tel"), "columns: unknown: phone; accepted: area, external_id, lat, lon, name, "),
        (
            column("name", required=True),
            "columns.name: expected either column or first_of or all_of or hash_of or value, got required",
        ),
        (column("name", column="a", first_of=["b"]), "columns.name: expected either column or first_of"),
        (column("name", column=7), "columns.name: expected a text of at most 200 characters, got 7"),
        (column("name", column="name", max=201), "columns.name.max: expected a whole number from 1 to 200, got 201"),
        (column("name", column="name", max=True), "columns.name.max: expected a whole number from 1 to 200, got True"),
        (column("name", column="name", requird=True), "columns.name: unknown: requird; accepted: "),
        (column("url", column="web", required="no"), "columns.url.required: expected true or false, got 'no'"),
        (
            column("url", column="web", format="link"),
            "columns.url.format: expected text or url or postcode, got 'link'",
        ),
        (
            column("url", column="web", when_bad="skip"),
            "columns.url.when_bad: expected refuse or leave-out, got 'skip'",
        ),
        (column("summary", first_of="activities"), "columns.summary.first_of: expected a list, got 'activities'"),
        ({"delimiter": ",,"}, "delimiter: expected one character, got ',,'"),
        ({"encoding": "klingon"}, "encoding: expected a name such as utf-8, got 'klingon'"),
        ({"encoding": "rot13"}, "encoding: expected a name such as utf-8, got 'rot13'"),
        ({"language": "English, please"}, "language: expected a tag such as en or pt-BR, got 'English, please'"),
        ({"only": ["yes"]}, "only: expected names and values, got ['yes']"),
        ({"same_id": "merge"}, "same_id: expected refuse or join, got 'merge'"),
        ({"topics": []}, "topics: expected names and values, got []"),
        ({"topics": {**TOPICS, "map": {"HO": "housing"}}}, "topics.map: expected a list, got {'HO': 'housing'}"),
        (
            {"topics": {**TOPICS, "map": [{"topics": ["howsing"], "codes": ["HO"]}]}},
            "topics.map: expected topics of this node, got howsing",
        ),
        (
            {"topics": {**TOPICS, "map": [{"topics": ["housing"], "codes": "HO"}]}},
            "topics.map.codes: expected a list, got 'HO'",
        ),
        ({"colums": {}}, "the mapping: unknown: colums; accepted: areas, columns, "),
    ],
)
def test_a_mistake_in_the_mapping_is_told_with_its_place_and_what_is_accepted(register, changed, told):
    register.describe(**changed)
    register.hold(row(1))
    with pytest.raises(CommandError, match=re.escape(f"register.yaml: {told}")):
        register.bring()
    assert not Listing.objects.exists()


@pytest.mark.parametrize("text", ["", "- a list", "a: [", "\x00", "!!python/object/apply:os.system ['true']"])
def test_a_mapping_that_is_no_mapping_is_refused(register, text):
    register.hold(row(1))
    register.mapping.write_text(text)
    with pytest.raises(CommandError, match=r"register\.yaml: "):
        register.bring()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "line 1: expected the names of the columns, at most 500"),
        (f"{GOOD}\n".encode(), "line 1: expected the names of the columns, and these are not there: active, "),
        (b"org_id,name\nXX-CHC-1,One\n", "these are not there: active, activities, codes, postcode, web"),
        (f"{LINE}\n".replace("web", "name").encode(), "these are not there: web"),
        (f"{LINE},name\n{GOOD},Two\n".encode(), "line 1: these columns stand there twice: name"),
        (f"{LINE}\n{GOOD}\nXX-CHC-2,Caf\xe9,,,,yes,\n".encode("latin-1"), "expected text in utf-8, got b'\\xe9,"),
        (f"{LINE}\n{GOOD}\n".encode("utf-16"), "near line 1: expected text in utf-8, got b'\\xff"),
        (f'{LINE}\n{GOOD}\n"XX-CHC-2,Two\n'.encode(), "line 3: unexpected end of data"),
        (f'{LINE}\nXX-CHC-1,"One"!,,,,yes,\n'.encode(), "line 2: ',' expected after '\"'"),
        (f"{LINE}\nXX-CHC-1,{'a' * 200_001},,,,yes,\n".encode(), "line 2: field larger than field limit (200000)"),
        (f"{LINE}\n{'a,' * 500_001}\n".encode(), "line 2: expected at most 1000000 characters"),
        (("a," * 501 + LINE + "\n").encode(), "line 1: expected the names of the columns, at most 500"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\xb5U0#", "expected "),
    ],
    ids=lambda each: "" if isinstance(each, bytes) else each[:40],
)
def test_a_file_that_is_no_such_table_is_refused_whole(register, content, told):
    register.table.write_bytes(content)
    with pytest.raises(CommandError, match=re.escape("register.csv: ") + ".*" + re.escape(told)):
        register.bring()
    assert not Listing.objects.exists()


def test_a_file_that_is_not_there_is_told(register, tmp_path):
    with pytest.raises(CommandError, match="No such file or directory"):
        register.bring()
    register.table = tmp_path
    with pytest.raises(CommandError, match="expected a file"):
        register.bring()


def test_a_table_with_nothing_below_its_header_lists_nothing(register):
    register.hold()
    assert register.bring()["rows"] == 0


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (f"\ufeff{LINE}\r\n{GOOD}\r\n".encode(), "utf-8"),
        (f"{LINE}\r{GOOD}\r".encode(), "utf-8"),
        (f"{LINE}\n\n,,,\n{GOOD},more,than,the,header\n".encode(), "utf-8"),
        (f"{LINE}\nXX-CHC-1,O\0ne,,,,yes\0\n".encode(), "utf-8"),
        (f"{LINE}\n{GOOD}\n".encode("utf-16"), "utf-16"),
        (f"{LINE}\nXX-CHC-1,One,\u20ac,,,yes,\n".encode("cp1252"), "cp1252"),
    ],
)
def test_tables_as_programs_write_them_are_read(register, content, encoding):
    register.describe(encoding=encoding)
    register.table.write_bytes(content)
    assert register.bring()["new"] == 1
    assert listed(1).name == "One"


HOSTILE = {
    "name": '=HYPERLINK("https://evil.example")<script>alert(1)</script>\u202e\x07',
    "activities": "<img src=x onerror=alert(1)> **bold** [here](javascript:alert(1)) " + "long " * 1000,
    "postcode": "=cmd|'/c calc'!A1",
    "web": "javascript:alert(document.domain)//example.org",
    "codes": "@SUM(1);HO",
}


def test_what_was_meant_to_harm_is_text_and_no_more(register, client, work):
    addresses = [
        "https://evil.example/ onclick=alert(1)",
        "https://a:b@c.de",
        "http://L.S.T",
        f"https://long.example/{'x' * 500}",
    ]
    register.hold(row(1, **HOSTILE), *(row(number, web=web) for number, web in enumerate(addresses, 2)))
    assert register.bring(register.place("sectors.csv", SECTORS))["new"] == 5
    work()
    listing = listed(1)
    assert listing.name == '=HYPERLINK("https://evil.example")<script>alert(1)</script>'
    assert len(listing.summary) <= 1000 and listing.summary.endswith("…")
    assert {listed(number).website for number in range(1, 6)} == {""}
    page = client.get(listing.get_absolute_url()).text
    assert html.escape("<script>alert(1)</script>") in page and "<script>alert" not in page
    assert not re.search(r"<[^>]+(onerror|onclick|javascript:)", page)
    # A spreadsheet that opens the report runs nothing.
    values = {value for _, _, value, _ in register.kept_without}
    assert "'=cmd|'/c calc'!A1" in values and "'@SUM(1)" in values


def test_a_neighbour_can_read_whatever_was_listed(register):
    odd = ["XX-CHC-1 2", 'XX-CHC-"3"', "XX-CHC-4/5?x=<6>", "XX-CHC-ü", "N7"]
    register.hold(*(row(number, **{**HOSTILE, "org_id": org_id}) for number, org_id in enumerate(odd)))
    assert register.bring()["new"] == len(odd)
    wire = ListingOnTheWire()
    for listing in Listing.objects.all():
        read = wire.from_object(Reader(json.loads(json.dumps(wire.document(listing)))))
        assert (read["register"], read["register_id"]) == (listing.register, listing.register_id)
        assert read["source_url"] == listing.source_url
        listing.clean_fields()  # as a neighbour holds it against its own columns


def test_a_row_whose_fields_together_have_no_room_is_refused_with_the_reason(register):
    register.describe(
        source={**MAPPING["source"], "record_url": f"https://register.example/{'x' * 400}/{{external_id}}"}
    )
    register.hold(row(1, org_id=f"XX-{'ü' * 50}"), row(2))
    assert register.bring()["new"] == 1
    [(line, name, _, why)] = register.refused
    assert (line, name) == ("2", "source_url") and "at most 500 characters" in why
