"""Expertise: saying what one knows, for oneself or a group, and finding it from everywhere."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction

from atlas.models import Card
from cop.actions.people import change_page, person_of
from cop.federated.expertise import ExpertiseOnTheWire
from cop.models import Expertise
from federation.documents import unknown_terms
from federation.reader import BadField, Reader
from notifications.actions import follow
from notifications.models import Notice
from tests.gatherings import HOUSING, Camden
from tests.pictures import picture, upload

pytestmark = pytest.mark.django_db
ACTIVITY = "application/activity+json"
WIRE = ExpertiseOnTheWire()
COLUMNS = ("title", "summary", "experience", "ways", "terms", "languages", "online", "topics", "area", "language")


@pytest.fixture
def camden(db) -> Camden:
    cast = Camden()
    change_page(person_of(cast.charlie), {"name": "Charlie Quay", "is_public": True})
    return cast


def form(**changed):
    said = {
        "speaker": "me", "audience": "everyone", "title": "Reading leases", "summary": "The **small** print.",
        "experience": "Twelve years of it.", "ways": ["read", "explain"], "terms": "pro-bono", "topics": [HOUSING],
        "languages": ["en", "it"], "area": "Camden", "online": "on", "language": "en",
    }  # fmt: skip
    return {name: value for name, value in (said | changed).items() if value is not None}


def published(camden: Camden, person=None, **changed) -> Expertise:
    answer = camden.client(person or camden.charlie).post("/expertise/new", form(**changed))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Expertise.objects.get(public_id=answer["Location"].rsplit("/", 1)[1])


def test_charlie_says_what_he_knows_and_it_is_found(camden, work):
    follow(camden.bob.user, "topic", HOUSING)
    known = published(camden)
    work()
    page = camden.client().get(known.get_absolute_url()).content.decode()
    for words in (
        "Reading leases",
        "<strong>small</strong>",
        "Read and comment",
        "Pro bono",
        "Italiano",
        "Charlie Quay",
    ):
        assert words in page, words
    card = Card.objects.get(uri=known.uri)
    assert (card.kind, card.support, card.lat) == ("expertise", "expertise", None)
    assert "Reading leases" in camden.client().get("/expertise/").content.decode()
    assert "Reading leases" in camden.client().get("/atlas/?support=expertise").content.decode()
    own = camden.client().get(person_of(camden.charlie).get_absolute_url()).content.decode()
    assert "Reading leases" in own, "it stands on the page of whoever knows it"
    assert Notice.objects.filter(user__actor=camden.bob, kind="new_in_topic", uri=known.uri).exists()


def test_a_group_says_what_it_knows(camden, work):
    known = published(camden, camden.bob, speaker=camden.group.public_id)
    work()
    assert known.actor == camden.group.actor
    assert "Reading leases" in camden.client().get(camden.group.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"), ({"topics": None}, "topics"), ({"ways": ["juggle"]}, "ways"),
        ({"terms": "free"}, "terms"), ({"speaker": "the-mayor"}, "speaker"), ({"title": "x" * 141}, "title"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_named(camden, changed, field):
    answer = camden.client(camden.charlie).post("/expertise/new", form(**changed))
    assert answer.status_code == 400 and field in answer.context["form"].errors
    assert not Expertise.objects.exists()


def test_only_its_writer_changes_and_withdraws_it(camden, work):
    known = published(camden)
    for path in ("edit", "withdrawal"):
        assert camden.client(camden.bob).post(f"{known.get_absolute_url()}/{path}", form()).status_code == 403
    edit = form(speaker=None, audience=None, title="Reading long leases", seen="1")
    assert camden.client(camden.charlie).post(f"{known.get_absolute_url()}/edit", edit).status_code == 302
    known.refresh_from_db()
    assert (known.title, known.version) == ("Reading long leases", 2)
    camden.client(camden.charlie).post(f"{known.get_absolute_url()}/withdrawal")
    work()
    assert camden.client().get(known.get_absolute_url()).status_code == 410
    assert not Card.objects.filter(uri=known.uri).exists()


def test_what_is_for_the_group_is_not_there_for_others(camden):
    known = published(camden, camden.bob, speaker=camden.group.public_id, audience="group")
    assert camden.client(camden.alice).get(known.get_absolute_url()).status_code == 200
    assert camden.client(camden.charlie).get(known.get_absolute_url()).status_code == 404


def test_what_is_sent_is_what_is_held(camden):
    known = published(camden)
    said = json.loads(camden.client().get(known.get_absolute_url(), headers={"accept": ACTIVITY}).content)
    assert not unknown_terms(said) and "summary" not in said
    read = WIRE.from_object(Reader(said))
    assert {name: read[name] for name in COLUMNS} == {name: getattr(known, name) for name in COLUMNS}


def test_strange_words_of_others_are_left_out_and_a_missing_title_refused():
    read = WIRE.from_object(Reader({"name": "X", "ways": ["juggle", "do"], "practice": "barter"}))
    assert (read["ways"], read["terms"]) == (["do"], "either")
    with pytest.raises(BadField, match="name"):
        WIRE.from_object(Reader({"content": "<p>x</p>"}))


def test_the_database_refuses_a_point(camden):
    known = published(camden)
    with pytest.raises(IntegrityError), transaction.atomic():
        Expertise.objects.filter(pk=known.pk).update(lat=51.5, lon=-0.1)


def test_a_picture_hangs_on_what_somebody_knows(camden, client):
    known = published(camden, new_file_0=upload(picture()), new_alt_0="A lease under a lamp")
    assert 'alt="A lease under a lamp"' in client.get(known.get_absolute_url()).content.decode()
