"""A steward lays streets under the map, from an address or from a file of the node; without that, nobody is asked."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from accounts.actions import make_account
from atlas.views import ground as streets_view
from federation.models import ThisNode
from tests.streets import PICTURES, a_map

pytestmark = pytest.mark.django_db

TILES = "https://tiles.example.org/{z}/{x}/{y}.png"
CREDIT = "© OpenStreetMap, https://www.openstreetmap.org/copyright"


@pytest.fixture
def steward() -> Client:
    client = Client()
    client.force_login(make_account("alice@tenants.example", is_steward=True))
    return client


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    return tmp_path


def choose(steward: Client, tiles: str, credit: str = CREDIT):
    return steward.post("/desk/node", {"name": "Camden", "tiles": tiles, "tiles_credit": credit})


def pictures_allowed(client: Client, path: str) -> str:
    policy = client.get(path)["Content-Security-Policy"]
    return next(each for each in policy.split("; ") if each.startswith("img-src"))


def test_without_a_steward_no_page_asks_anybody_else(client, data_dir):
    for path in ("/", "/atlas/"):
        page = client.get(path).content.decode()
        assert "data-tiles" not in page and "data-streets" not in page and "data-credit" not in page
        assert pictures_allowed(client, path) == "img-src 'self' data:"


@pytest.mark.django_db(transaction=True)
def test_a_stewards_tiles_lie_under_the_maps_and_only_their_host_is_allowed_there(client, steward, data_dir):
    assert choose(steward, TILES).status_code == 302
    for path in ("/", "/atlas/"):
        page = client.get(path).content.decode()
        assert f'data-tiles="{TILES}"' in page and f'data-credit="{CREDIT}"' in page
        assert pictures_allowed(client, path) == "img-src 'self' data: https://tiles.example.org"
        assert client.get(path)["Content-Security-Policy"].count("tiles.example.org") == 1
    for path in ("/atlas/?view=topics", "/needs/", "/accessibility/", "/accounts/login/"):
        assert pictures_allowed(client, path) == "img-src 'self' data:"


@pytest.mark.django_db(transaction=True)
def test_tiles_of_the_node_itself_open_no_door(client, steward, data_dir):
    assert choose(steward, "/static/tiles/{z}/{x}/{y}.png").status_code == 302
    assert pictures_allowed(client, "/atlas/") == "img-src 'self' data:"


@pytest.mark.parametrize(
    ("tiles", "why"),
    [
        ("http://tiles.example.org/{z}/{x}/{y}.png", "begins with https://"),
        ("//tiles.example.org/{z}/{x}/{y}.png", "begins with https://"),
        ("javascript:alert(1)//{z}/{x}/{y}", "begins with https://"),
        ("https://me:secret@tiles.example.org/{z}/{x}/{y}.png", "begins with https://"),
        ("https:///{z}/{x}/{y}.png", "begins with https://"),
        ("https://[::1/{z}/{x}/{y}.png", "begins with https://"),
        ("https://*.example.org/{z}/{x}/{y}.png", "begins with https://"),
        ("https://{z}.example.org/{x}/{y}.png", "begins with https://"),
        ("https://tiles.example.org:99999/{z}/{x}/{y}.png", "begins with https://"),
        ("https://tiles.example.org/{z}/{x}.png", "Write {y} once"),
        ("https://tiles.example.org/{z}/{x}/{y}/{y}.png", "Write {y} once"),
        ("https://{s}.tiles.example.org/{z}/{x}/{y}.png", "come from one address"),
        ("https://tiles.example.org/{z}/{x}/{y}.png; script-src *", "no spaces"),
        ("https://tiles.example.org/{z}/{x}/{y}.png,https://b.example", "no spaces"),
        ("https://tìles.example.org/{z}/{x}/{y}.png", "no spaces"),
        ('https://tiles.example.org/{z}/{x}/{y}.png" onload="', "no spaces"),
        ("https://tiles.example.org/{z}/{x}/{y}.png?" + "k" * 500, "at most 500 characters"),
    ],
)
def test_an_address_that_is_none_comes_back_with_the_reason(steward, tiles, why):
    answer = choose(steward, tiles)
    assert answer.status_code == 400
    assert why in answer.content.decode().replace("&#x27;", "'")
    assert ThisNode.objects.get().tiles == ""


def test_whose_map_it_is_must_be_said(steward):
    answer = choose(steward, TILES, credit="")
    assert answer.status_code == 400 and "Say whose map it is." in answer.content.decode()


def test_a_file_in_the_data_folder_is_shown_and_told_on_the_desk(client, steward, data_dir):
    assert f"Put it here: {data_dir / 'map.pmtiles'}" in steward.get("/desk/node").content.decode()
    (data_dir / "map.pmtiles").write_bytes(a_map())
    page = client.get("/atlas/").content.decode()
    assert 'data-streets="/map.pmtiles"' in page and f'data-credit="{CREDIT}"' in page
    assert pictures_allowed(client, "/atlas/") == "img-src 'self' data:"
    assert "the maps show it" in steward.get("/desk/node").content.decode()


@pytest.mark.parametrize(
    ("contents", "why"),
    [(b"not a map", "no PMTiles file of version 3"), (a_map(PICTURES), "holds pictures"), (b"", "no PMTiles file")],
)
def test_a_file_that_is_no_map_is_not_used_and_the_desk_says_why(client, steward, data_dir, contents, why):
    (data_dir / "map.pmtiles").write_bytes(contents)
    assert "data-streets" not in client.get("/atlas/").content.decode()
    assert why in steward.get("/desk/node").content.decode()


def test_a_folder_in_its_place_breaks_nothing(client, steward, data_dir):
    (data_dir / "map.pmtiles").mkdir()
    assert client.get("/atlas/").status_code == 200 and client.get("/map.pmtiles").status_code == 404
    assert "cannot be read" in steward.get("/desk/node").content.decode()


def asked(client: Client, span: str):
    return client.get("/map.pmtiles", headers={"range": span} if span else {})


def test_the_file_is_given_in_parts(client, data_dir):
    whole = a_map()
    (data_dir / "map.pmtiles").write_bytes(whole)
    first, rest = asked(client, "bytes=0-6"), asked(client, "bytes=100-")
    assert (first.status_code, first.content, first["Content-Range"]) == (206, b"PMTiles", f"bytes 0-6/{len(whole)}")
    assert rest.content == whole[100:] and first["ETag"] == rest["ETag"]
    beyond = asked(client, f"bytes=10-{10**9}")
    assert beyond.content == whole[10:] and beyond["Content-Range"].endswith(f"/{len(whole)}")
    head = client.head("/map.pmtiles")
    assert (head["Content-Length"], head["Accept-Ranges"]) == (str(len(whole)), "bytes")


def test_no_answer_is_larger_than_its_bound(client, data_dir, monkeypatch):
    monkeypatch.setattr(streets_view, "MOST_BYTES", 64)
    (data_dir / "map.pmtiles").write_bytes(a_map())
    part = asked(client, "bytes=0-120")
    assert len(part.content) == 64 and part["Content-Range"].startswith("bytes 0-63/")


@pytest.mark.parametrize(
    "span",
    ["", "bytes=9-3", "bytes=-5", "bytes=0-1,4-5", "bytes=99999999-", "lines=0-1", "bytes=a-b", "bytes=" + "9" * 40],
)
def test_what_is_no_part_of_it_is_refused_and_says_how_large_it_is(client, data_dir, span):
    (data_dir / "map.pmtiles").write_bytes(a_map())
    refused = asked(client, span)
    assert refused.status_code == 416 and refused["Content-Range"] == f"bytes */{len(a_map())}"


def test_without_a_file_there_is_nothing(client, data_dir):
    assert asked(client, "bytes=0-6").status_code == 404
