"""Places: publishing one, what its page says, and gatherings held at it."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import actions as accounts
from accounts.models import User
from atlas.models import Card, Link
from cop.actions.listings import lister
from cop.models import Place
from events.models import Gathering
from federation import actors, audiences, publishing
from tests.gatherings import HOUSING, Camden

pytestmark = pytest.mark.django_db
ACTIVITY = "application/activity+json"


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


def form(camden: Camden, **changed):
    said = {
        "speaker": camden.group.public_id, "audience": "everyone", "kind": "community-hub", "name": "The Corner Room",
        "summary": "A room for **forty**.", "services": "Homework club\nRepair table", "give_back": "An hour of paint",
        "address": "1 Example Street", "postcode": "NW1 0AA", "area": "Camden, London", "lat": "51.53", "lon": "-0.13",
        "opening": "Monday to Friday 9am to 6pm", "step_free": "yes", "access": ["lift", "hearing-loop"],
        "access_note": "Ring at the side door", "website": "https://corner.example", "topics": [HOUSING],
        "language": "en",
    }  # fmt: skip
    said |= changed
    return {name: value for name, value in said.items() if value is not None}


def published(camden: Camden, **changed) -> Place:
    answer = camden.client(camden.alice).post("/places/new", form(camden, **changed))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Place.objects.get(public_id=answer["Location"].rsplit("/", 1)[1])


def test_alice_publishes_a_place_and_everybody_reads_what_it_offers(camden, work):
    place = published(camden)
    work()
    page = camden.client().get(place.get_absolute_url()).content.decode()
    for words in (
        "The Corner Room", "Community hub", "<strong>forty</strong>", "Homework club", "An hour of paint", "1 Example",
        "Yes, there are no steps on the way in", "Hearing loop", "Ring at the side door", "Tenants of Camden",
    ):  # fmt: skip
        assert words in page, words
    card = Card.objects.get(uri=place.uri)
    assert (card.kind, card.title, card.lat, card.area) == ("place", "The Corner Room", 51.53, "Camden, London")
    listed = camden.client().get("/places/").content.decode()
    assert place.get_absolute_url() in listed


def test_who_cannot_climb_steps_finds_places_and_gatherings_without(camden, work):
    for name, steps in (("Flat Room", "yes"), ("Stairs Room", "no"), ("Unknown Room", "unknown")):
        published(camden, name=name, step_free=steps)
    for title, steps in (("Flat lab", "yes"), ("Stairs lab", "no")):
        camden.gathering(title=title, step_free=steps)
    camden.gathering(title="Online lab", step_free="yes", state="moved-online", online=True)
    work()
    for page in ("/places/?steps=none", "/atlas/?steps=none"):
        listed = camden.client().get(page).content.decode()
        assert "Flat Room" in listed and "Stairs Room" not in listed and "Unknown Room" not in listed, page
    for page in ("/gatherings/?steps=none", "/atlas/?steps=none"):
        listed = camden.client().get(page).content.decode()
        assert "Flat lab" in listed and "Stairs lab" not in listed, page
    assert "Online lab" not in camden.client().get("/gatherings/?steps=none").content.decode()
    assert "We do not know “many”" in camden.client().get("/places/?steps=many").content.decode()
    table = camden.client().get("/places/list.csv").content.decode("utf-8-sig")
    found = {row["title"]: row["step_free"] for row in csv.DictReader(io.StringIO(table))}
    assert found == {"Flat Room": "yes", "Stairs Room": "no", "Unknown Room": ""}


def test_an_empty_list_speaks_of_itself_and_a_fruitless_search_leads_back_to_it(camden):
    empty = camden.client().get("/places/").content.decode()
    assert "Nothing has been published here yet" in empty and 'href="/needs/new"' not in empty
    fruitless = camden.client().get("/places/?q=zebra").content.decode()
    assert re.search(r'<a[^>]+href="/places/"[^>]*>Show everything', fruitless)


def test_its_document_is_a_place_that_other_programs_read(camden):
    place = published(camden)
    said = json.loads(camden.client().get(place.get_absolute_url(), headers={"accept": ACTIVITY}).content)
    assert (said["type"], said["additionalType"]) == ("Place", "https://schema.org/CivicStructure")
    assert (said["latitude"], said["longitude"]) == (51.53, -0.13)
    assert said["address"]["streetAddress"] == "1 Example Street"
    assert said["accessibility"] == ["step-free", "lift", "hearing-loop"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "palace"}, "kind"),
        ({"address": "", "area": "", "lat": "", "lon": ""}, "address"),
        ({"lat": "51.5", "lon": ""}, "lon"),
        ({"lat": "95"}, "lat"),
        ({"access": ["trampoline"]}, "access"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"audience": "the-moon"}, "audience"),
    ],
)
def test_what_cannot_be_a_place_is_named_and_nothing_is_written(camden, changed, field):
    answer = camden.client(camden.alice).post("/places/new", form(camden, **changed))
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not Place.objects.exists()


def test_bob_may_not_change_what_alice_published_and_a_visitor_is_asked_to_sign_in(camden):
    place = published(camden)
    assert camden.client(camden.bob).get(f"{place.get_absolute_url()}/edit").status_code == 403
    assert camden.client(camden.bob).post(f"{place.get_absolute_url()}/withdrawal").status_code == 403
    assert camden.client().get(f"{place.get_absolute_url()}/edit").status_code == 302
    place.refresh_from_db()
    assert (place.version, place.withdrawn_at) == (1, None)


def test_a_place_of_the_group_is_the_same_404_to_others_as_none(camden):
    place = published(camden, audience="group")
    assert camden.client(camden.bob).get(place.get_absolute_url()).status_code == 200
    assert camden.client(camden.charlie).get(place.get_absolute_url()).status_code == 404
    assert camden.client().get(place.get_absolute_url()).status_code == 404


def test_alice_changes_and_withdraws_it(camden, work):
    place = published(camden)
    edit = form(camden, speaker=None, audience=None, opening="Always", seen="1")
    assert camden.client(camden.alice).post(f"{place.get_absolute_url()}/edit", edit).status_code == 302
    place.refresh_from_db()
    assert (place.opening, place.version) == ("Always", 2)
    assert camden.client(camden.alice).post(f"{place.get_absolute_url()}/withdrawal").status_code == 302
    work()
    assert camden.client().get(place.get_absolute_url()).status_code == 410
    assert not Card.objects.filter(uri=place.uri).exists()


def test_a_gathering_takes_what_it_does_not_say_from_its_place(camden, work):
    place = published(camden)
    at = camden.form(
        venue="the corner room", place="", address="", area="", lat="", lon="", step_free="unknown", online=None
    )
    answer = camden.client(camden.alice).post("/gatherings/new", at)
    assert answer.status_code == 302, answer.context["form"].errors
    lab = Gathering.objects.get()
    assert (lab.venue_id, lab.place, lab.address, lab.area) == (
        place.uri, "The Corner Room", "1 Example Street", "Camden, London",
    )  # fmt: skip
    assert (lab.lat, lab.lon, lab.step_free) == (51.53, -0.13, "yes")
    work()
    assert Link.objects.filter(from_uri=lab.uri, to_uri=place.uri, relation="at").exists()
    assert lab.get_absolute_url() in camden.client().get(place.get_absolute_url()).content.decode()
    assert place.get_absolute_url() in camden.client().get(lab.get_absolute_url()).content.decode()
    said = json.loads(camden.client().get(lab.get_absolute_url(), headers={"accept": ACTIVITY}).content)
    assert said["location"]["id"] == place.uri
    edit = camden.client(camden.alice).get(f"{lab.get_absolute_url()}/edit").context["form"]
    assert edit["venue"].value() == "The Corner Room"


def test_the_page_of_a_place_leads_to_a_form_that_names_it(camden):
    place = published(camden)
    shown = camden.client(camden.alice).get("/gatherings/new", {"venue": place.uri})
    assert shown.context["form"]["venue"].value() == "The Corner Room"


def test_a_name_that_two_places_have_is_not_guessed(camden):
    first, second = published(camden), published(camden, area="Hackney, London")
    answer = camden.client(camden.alice).post("/gatherings/new", camden.form(venue="The Corner Room"))
    assert answer.status_code == 400
    message = str(answer.context["form"].errors["venue"])
    assert "Hackney" in message and first.get_absolute_url() in message
    at = camden.form(venue=f"{settings.ORIGIN}{second.get_absolute_url()}")
    assert camden.client(camden.alice).post("/gatherings/new", at).status_code == 302
    assert Gathering.objects.get().venue_id == second.uri


@pytest.mark.parametrize(
    "said", ["Nowhere Hall", "https://elsewhere.example/places/1", "/places/zzzzzzzzzzzz", "\0", "https://["]
)
def test_a_place_nobody_knows_is_refused_by_its_name(camden, said):
    answer = camden.client(camden.alice).post("/gatherings/new", camden.form(venue=said))
    assert answer.status_code == 400
    assert "venue" in answer.context["form"].errors


def test_a_hidden_place_cannot_be_named_by_those_who_may_not_see_it(camden):
    place = published(camden, audience="group")
    charlie = camden.client(camden.charlie).post("/gatherings/new", camden.form(venue=place.uri, speaker="me"))
    assert charlie.status_code == 400
    assert "venue" in charlie.context["form"].errors


def test_what_the_node_lists_its_stewards_correct(camden):
    with transaction.atomic():
        listed = publishing.publish(
            Place, "places", "place", speaker=lister(), author=None, audience=audiences.PUBLIC, name="Old Library",
            kind="library", area="Camden", register="libraries", register_id="7", source="A register", licence="OGL",
        )  # fmt: skip
    page = camden.client().get(listed.get_absolute_url()).content.decode()
    assert "Listed from a public register" in page and "A register" in page
    assert camden.client(camden.bob).get(f"{listed.get_absolute_url()}/edit").status_code == 403
    steward = actors.for_user(accounts.make_account("steward@camden.example", is_steward=True))
    edit = form(camden, speaker=None, audience=None, name="New Library", seen="1")
    assert camden.client(steward).post(f"{listed.get_absolute_url()}/edit", edit).status_code == 302
    listed.refresh_from_db()
    assert (listed.name, listed.register_id) == ("New Library", "7")
    assert User.objects.get(actor=steward).is_steward


def test_the_database_refuses_a_register_without_a_source_and_a_second_row_of_the_same_number(camden):
    row = {"speaker": lister(), "author": None, "audience": audiences.PUBLIC, "name": "Hall", "area": "Camden"}
    whole = {"register": "halls", "register_id": "1", "source": "A register", "licence": "OGL"}
    with transaction.atomic():
        publishing.publish(Place, "places", "place", **row, **whole)
    for wrong in (whole, whole | {"register_id": "2", "licence": ""}, whole | {"register_id": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            publishing.publish(Place, "places", "place", **row, **wrong)
