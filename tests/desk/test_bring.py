"""`manage.py bring groups`: what a steward is told, what is listed, and what visitors and neighbours then see."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError
from django.db import transaction

from atlas.models import Topic
from cop.actions.listings import lister
from cop.federated.listings import ListingOnTheWire
from cop.models import Listing
from desk.models import Brought
from federation import publishing
from federation.reader import Reader
from journal.models import Entry
from tests.desk.registers import MAPPING, OUTCODES, SECTORS, listed, row

ENDS = ("left out", "refused", "joined", "other parts", "taken")


def test_without_yes_it_says_what_would_happen_and_writes_nothing(register):
    register.hold(row(1), row(2, name=""))
    said = register.say()
    assert "Nothing was written. Add --yes to list them." in said
    assert "line 3, name: '': expected a value" in said
    assert not Listing.objects.exists() and not Entry.objects.filter(name__startswith="listing").exists()
    assert register.look() | {"rows": 2, "refused": 1, "taken": 1, "new": 1} == register.look()
    assert "Nothing was written" not in register.say("--yes")
    assert Listing.objects.count() == 1


def test_a_second_time_changes_nothing_and_ten_edited_rows_change_ten(register):
    rows = [row(number) for number in range(130)]
    register.hold(*rows)
    assert register.bring()["new"] == 130
    versions = dict(Listing.objects.values_list("register_id", "version"))
    again = register.bring()
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 130)
    assert dict(Listing.objects.values_list("register_id", "version")) == versions

    edited = [row(number, activities="We meet on Wednesdays.") for number in range(10)]
    register.hold(*edited, *rows[10:])
    report = register.bring()
    assert (report["new"], report["changed"], report["same"]) == (0, 10, 120)
    assert Listing.objects.count() == 130
    assert Entry.objects.filter(name="listing.changed").count() == 10
    raised = {each for each, version in Listing.objects.values_list("register_id", "version") if version > 1}
    assert raised == {str(number) for number in range(10)}


def test_every_row_ends_in_one_way_and_every_refused_one_is_told_with_line_field_value_and_reason(register):
    long_id = "XX-" + "9" * 98
    register.describe(columns={**MAPPING["columns"], "url": {"column": "web", "format": "url"}})
    register.hold(
        row(1, activities="On two\nlines"),
        row(2, name="  "),
        row(3, org_id=""),
        row(4, org_id=long_id),
        row(5, org_id="XX-CHC-"),
        row(6, web="ask at the desk"),
        row(7, active="no"),
        row(1, name="Again"),
        row(8, org_id=f"{'X' * 61}-8"),
    )
    report = register.bring()
    assert register.refused == [
        ("4", "name", "", "expected a value"),
        ("5", "external_id", "", "expected a value"),
        ("6", "external_id", long_id, "expected at most 100 characters"),
        ("7", "external_id", "XX-CHC-", "expected a register of at most 60 characters, a hyphen and a number"),
        ("8", "url", "ask at the desk", "expected a web address such as https://example.org"),
        ("10", "external_id", "XX-CHC-1", "line 2 has the same one"),
        ("11", "external_id", f"{'X' * 61}-8", "expected a register of at most 60 characters, a hyphen and a number"),
    ]
    assert report["rows"] == 9 == sum(report[end] for end in ENDS)
    assert (report["refused"], report["left out"], report["new"]) == (7, 1, 1)
    assert listed(1).summary == "On two lines"


def test_values_that_cannot_be_read_are_left_out_where_the_mapping_says_so(register):
    register.hold(
        row(1, postcode="SE1", web="https://", codes="HO;ZZ"), row(2, web="www.two.example/us", codes="HO;XX;PL")
    )
    assert register.bring()["values left out"] == 3
    assert register.kept_without == [
        ("2", "postcode", "SE1", "expected a whole postcode such as SE1 7PB"),
        ("2", "url", "https://", "expected a web address such as https://example.org"),
        ("2", "codes", "ZZ", "the mapping does not know this code"),
    ]
    assert (listed(1).postcode, listed(1).website) == ("", "")
    assert listed(1).topics == ["urn:flotilla:topic:housing"]
    assert listed(2).website == "https://www.two.example/us"
    assert listed(2).topics == ["urn:flotilla:topic:housing", "urn:flotilla:topic:planning"]


def test_what_was_cut_is_in_the_report(register):
    slugs = list(Topic.objects.filter(scheme="topic").values_list("slug", flat=True)[:8])
    topics = [f"urn:flotilla:topic:{slug}" for slug in slugs]
    register.describe(topics={"column": "codes", "map": [{"topics": slugs, "codes": ["ALL"]}]})
    words = "word " * 300
    register.hold(row(1, activities=words, codes="ALL"))
    assert register.bring()["values cut"] == 2
    assert register.cut == [
        ("2", "summary", words[:200], "expected at most 1000 characters, got 1499"),
        ("2", "codes", ", ".join(topics[6:]), "expected at most 6 topics, got 8"),
    ]
    assert listed(1).summary.endswith("word…") and listed(1).topics == topics[:6]
    assert register.bring()["same"] == 1


def test_several_rows_of_one_organisation_add_their_topics_where_the_mapping_joins_them(register):
    register.describe(same_id="join")
    register.hold(row(1), row(1, name="Another name", codes="PL"))
    assert register.bring()["joined"] == 1
    assert listed(1).name == "Association 1"
    assert listed(1).topics == ["urn:flotilla:topic:housing", "urn:flotilla:topic:planning"]


def test_a_postcode_becomes_a_point_by_the_finest_table_that_knows_it(register):
    register.hold(
        row(1, postcode="se17pb"), row(2, postcode="LE1 5YA"), row(3, postcode="ZE1 0AA"), row(4, postcode="")
    )
    outcodes, sectors = register.place("districts.csv", OUTCODES), register.place("sectors.csv", SECTORS)
    register.bring(outcodes, sectors)
    near, far, nowhere, unsaid = (listed(number) for number in range(1, 5))
    assert (near.lat, near.lon, near.accuracy, near.area) == (51.5010, -0.1180, 300, "London")
    assert (near.postcode, far.area, far.accuracy) == ("SE1 7PB", "Leicester", 3000)
    assert nowhere.lat is nowhere.lon is None and nowhere.area == "" and nowhere.postcode == "ZE1 0AA"
    assert unsaid.lat is None
    assert register.kept_without == [("4", "point", "ZE1 0AA", "no table knows this postcode")]
    assert register.bring(sectors, outcodes)["same"] == 4, "the order of the tables is not the steward's care"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("sector,outcode,latitude,longitude\nSE1 7,SE1,0,0\n", "line 2: latitude, longitude: expected a point in"),
        ("sector,outcode,latitude,longitude\nSE1 7,SE1,nan,nan\n", "expected a point in"),
        ("place,north,east\nSE1,1,2\n", "expected the columns of a known table"),
        ("", "expected the columns of a known table"),
    ],
)
def test_a_table_of_points_that_cannot_be_right_is_refused_before_anything_is_listed(register, table, told):
    register.hold(row(1))
    with pytest.raises(CommandError, match=told):
        register.bring(register.place("points.csv", table))
    assert not Listing.objects.exists()


def test_places_at_sea_in_the_districts_are_passed_over(register):
    register.hold(row(1, postcode="JE2 3AB"))
    register.bring(register.place("districts.csv", OUTCODES))
    assert listed(1).lat is None


def test_the_page_tells_source_and_licence_and_offers_no_joining(register, client, work):
    register.hold(row(1))
    register.bring(register.place("sectors.csv", SECTORS))
    work()
    listing = listed(1)
    page = client.get(listing.get_absolute_url()).text
    assert "Listed from a public register. The organisation has not joined" in page
    assert '<a href="https://register.example/XX-CHC-1" rel="nofollow noopener">Register of associations</a>' in page
    assert "Open Government Licence v3.0, https://register.example/licence" in page
    assert "Contains information from the register, © the City." in page
    assert "Contains Royal Mail data" in page, "the point has a source as well"
    assert "within about 300 metres" in page
    assert "joining" not in page and ">Join" not in page
    assert client.get(f"{listing.get_absolute_url()}/joining").status_code == 404

    document = client.get(listing.get_absolute_url(), headers={"accept": "application/activity+json"}).json()
    assert document["type"] == "Article" and document["attributedTo"] == lister().uri
    assert not {"inbox", "outbox", "followers", "publicKey"} & set(document)
    assert document["licence"] == "Open Government Licence v3.0, https://register.example/licence"
    assert "Association 1" in client.get("/atlas/?kind=listing").text


def test_a_neighbour_reads_what_was_listed_as_it_was(register):
    register.hold(row(1), row(2, web="", postcode="", codes=""))
    register.bring(register.place("sectors.csv", SECTORS))
    wire = ListingOnTheWire()
    for number in (1, 2):
        listing = listed(number)
        read = wire.from_object(Reader(json.loads(json.dumps(wire.document(listing)))))
        assert {name: getattr(listing, name) for name in read if name != "summary"} == {
            name: value for name, value in read.items() if name != "summary"
        }


def test_one_that_the_steward_took_back_is_not_brought_back(register):
    register.hold(row(1))
    register.bring()
    with transaction.atomic():
        publishing.withdraw(listed(1), "listing", by=lister())
    register.hold(row(1, name="A new name"))
    assert register.bring()["same"] == 1
    assert listed(1).withdrawn_at is not None and listed(1).name == "Association 1"


def test_of_one_that_the_steward_took_back_nothing_is_remembered_that_the_register_said(register, work):
    register.hold(row(1), row(2))
    register.bring()
    with transaction.atomic():
        publishing.withdraw(listed(1), "listing", by=lister())
    work()
    register.hold(row(1, activities="We meet on Wednesdays."), row(2))
    assert register.bring()["same"] == 2
    assert list(Brought.objects.values_list("uri", flat=True)) == [listed(2).uri] and listed(1).summary == ""


def test_a_register_is_split_among_nodes_without_gap_or_overlap(register):
    register.hold(*(row(number) for number in range(150)))
    ours = []
    for part in ("1/3", "2/3", "3/3"):
        report = register.bring(f"--part={part}")
        assert report["rows"] == 150 == sum(report[end] for end in ENDS)
        ours.append(report["new"])
    assert sum(ours) == 150 == Listing.objects.count()
    assert min(ours) > 35, f"the shares are about equal, got {ours}"


def test_an_organisation_stays_in_its_part_when_the_register_grows_and_shrinks(register):
    rows = [row(number) for number in range(30)]
    register.hold(*rows)
    first = register.bring("--part=1/3")["new"]
    register.hold(row(100), *rows[:10], row(101), *rows[12:])
    for part in ("2/3", "3/3"):
        report = register.bring(f"--part={part}")
        assert report["new"] == report["taken"] > 0, "none of them is listed by the first node already"
    again = register.bring("--part=1/3")
    assert again["new"] <= 2 and first - 2 <= again["same"] <= first


@pytest.mark.parametrize("part", ["0/3", "4/3", "1", "a/b", "1/0", "-1/3", "1/1001"])
def test_a_part_that_is_none_is_refused(register, part):
    register.hold(row(1))
    with pytest.raises(CommandError, match="--part: expected a number of a number, such as 2/3, got"):
        register.bring(f"--part={part}")


def test_a_report_that_cannot_be_written_is_told_before_anything_is_listed(register, tmp_path):
    register.hold(row(1))
    with pytest.raises(CommandError, match=r"--report: .*No such file or directory"):
        register.bring(f"--report={tmp_path / 'nowhere' / 'report.csv'}")
    assert not Listing.objects.exists()
