"""The real sample of a register: charities with London postcodes, with the mapping that Flotilla ships."""

from __future__ import annotations

import csv
import html
import io
import json

import pytest
from django.conf import settings
from django.core.management import call_command

from atlas import vocabulary
from atlas.models import Card
from config.demo.registers import CHARITIES, POSTCODES
from cop.federated.listings import ListingOnTheWire
from cop.models import Listing
from federation.reader import Reader
from journal.models import Entry
from tests.desk.test_bring import ENDS

TABLE = CHARITIES.table
DATA = settings.BASE_DIR.parent / "shared" / "data"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not (DATA / TABLE).is_file(), reason=f"no {TABLE} in ../shared/data beside the repository"),
]


def bring(*changed: str, data=DATA, part="1/1") -> dict[str, int]:
    said = io.StringIO()
    call_command("bring", *CHARITIES.arguments(data, part), *changed, stdout=said)
    counts: dict[str, int] = json.loads(said.getvalue())
    return counts


@pytest.fixture
def copied(tmp_path):
    """The sample where a test may edit it."""
    for path in (TABLE, *POSTCODES):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes((DATA / path).read_bytes())
    return tmp_path


def test_the_real_sample_is_listed_whole_placed_and_explained(client, tmp_path):
    vocabulary.load()
    report = bring(f"--report={tmp_path / 'report.csv'}")
    assert report["rows"] == 576 == sum(report[end] for end in ENDS)
    assert report["new"] == report["taken"] == Listing.objects.count() > 500
    assert report["refused"] == 0
    remarks = list(csv.DictReader((tmp_path / "report.csv").read_text().splitlines()))
    assert len(remarks) == report["values left out"] + report["values cut"]
    assert all(each["line"].isdigit() and each["field"] and each["value"] and each["why"] for each in remarks)
    unplaced = Listing.objects.filter(lat=None).count()
    assert unplaced <= 3, "London's postcodes are all in the tables"
    assert Listing.objects.filter(topics=[]).count() < report["new"] / 5
    for listing in Listing.objects.all():
        read = ListingOnTheWire().from_object(Reader(ListingOnTheWire().document(listing)))
        assert read["website"] == listing.website and read["source_url"] == listing.source_url
        listing.clean_fields()  # as a neighbour holds it against its own columns
    page = client.get(Listing.objects.order_by("pk")[0].get_absolute_url()).text
    assert "CC BY 4.0 (activity tags); Open Government Licence v3.0 (register data)" in page
    assert "Contains Royal Mail data" in page

    again = bring()
    assert (again["same"], again["new"], again["changed"]) == (report["new"], 0, 0)


def test_what_is_listed_of_the_real_sample_is_on_the_map_with_its_topics(client, work):
    vocabulary.load()
    listed = bring(part="1/30")["new"]
    work()
    cards = Card.objects.filter(kind="listing")
    assert cards.count() == listed > 10
    placed = cards.filter(lat__range=(51.2, 51.8), lon__range=(-0.6, 0.4), accuracy=300)
    assert placed.count() >= listed - 1
    first = placed.filter(topics__isnull=False)[0]
    found = client.get("/atlas/", {"kind": "listing", "topic": first.topics.all()[0].slug}).text
    assert html.escape(first.title) in found


def test_ten_edited_rows_of_the_real_sample_change_ten(copied):
    vocabulary.load()
    listed = bring(data=copied, part="1/2")["new"]
    rows = list(csv.DictReader((copied / TABLE).read_text(encoding="utf-8-sig").splitlines(keepends=True)))
    ours = set(Listing.objects.values_list("register_id", flat=True)[:10])
    for each in rows:
        if each["org_id"].rpartition("-")[2] in ours:
            each["name"] += " (renamed)"
    with (copied / TABLE).open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)
    report = bring(data=copied, part="1/2")
    assert (report["new"], report["changed"], report["same"]) == (0, 10, listed - 10)
    assert Entry.objects.filter(name="listing.changed").count() == 10
    assert Listing.objects.filter(name__endswith="(renamed)").count() == 10
