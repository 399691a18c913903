"""What a browser may keep, to show it without a network: what everybody may read, and never for the next person."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.actions import make_account

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough one"
HEADER = "Kept-Offline"


@pytest.fixture
def alice():
    return make_account("alice@tenants.example", PASSWORD, is_steward=True)


@pytest.fixture
def signed_in(alice) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.mark.parametrize("path", ["/", "/atlas/", "/atlas/?view=network", "/topics/", "/needs/", "/accessibility/"])
def test_what_everybody_may_read_is_kept(client, path):
    assert client.get(path)[HEADER] == "yes visitor"


@pytest.mark.parametrize("path", ["/atlas/cards.geojson", "/atlas/network.json"])
def test_the_points_and_links_of_the_atlas_are_kept_with_it(client, path):
    assert client.get(path)[HEADER] == "yes visitor"


@pytest.mark.parametrize(
    "path",
    ["/desk/", "/desk/node", "/me/", "/me/account", "/conversations/", "/notices/", "/needs/new", "/accounts/email/"],
)
def test_what_is_for_one_person_is_not_kept(signed_in, path):
    answer = signed_in.get(path)
    assert answer.status_code == 200
    assert answer[HEADER].startswith("no ")


@pytest.mark.parametrize("path", ["/accounts/login/", "/offline", "/nowhere"])
def test_pages_to_sign_in_on_and_pages_that_are_none_are_not_kept(client, path):
    assert client.get(path)[HEADER] == "no visitor"


def test_an_answer_with_errors_is_not_kept(client):
    assert client.get("/atlas/cards.geojson?zoom=all")[HEADER] == "no visitor"


def test_each_session_has_a_name_that_says_nothing_about_it(client, signed_in, alice):
    mine = signed_in.get("/")[HEADER].split()[1]
    assert mine == signed_in.get("/atlas/")[HEADER].split()[1] != "visitor"
    assert mine not in signed_in.session.session_key
    signed_in.post("/accounts/logout/")
    assert signed_in.get("/")[HEADER] == "yes visitor"
    signed_in.force_login(alice)
    assert signed_in.get("/")[HEADER].split()[1] not in {mine, "visitor"}


def test_what_is_sent_and_pieces_of_pages_say_nothing(client):
    assert HEADER not in client.post("/language/", {"language": "it", "next": "/"})
    assert HEADER not in client.get("/atlas/", headers={"HX-Request": "true", "HX-Target": "results"})


def test_what_servers_tell_each_other_is_as_it_was(client):
    for path in ("/actor", "/nodeinfo/2.1", "/metro/digest", "/metro/catalogue?after=0"):
        assert HEADER not in client.get(path, headers={"Accept": "application/activity+json"})


def test_the_worker_acts_for_the_whole_site_and_is_looked_for_each_time(client):
    answer = client.get("/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert b"import" not in answer.content.split(b"addEventListener")[0], "it is served away from the other files"
    assert client.post("/worker.js").status_code == 405


@pytest.mark.parametrize("language", ["en", "it"])
def test_the_page_that_stands_in_is_the_same_for_everybody(client, signed_in, alice, language):
    spoken = {"accept-language": language}
    page = client.get("/offline", headers=spoken).content.decode()
    assert f'<html lang="{language}"' in page and "data-kept-pages" in page and alice.email not in page


def test_a_page_says_when_it_was_made(client):
    page = client.get("/").content.decode()
    assert "You are offline. This is how the page looked on " in page
    assert "(UTC)" in page.split("This is how the page looked on ")[1][:60]
