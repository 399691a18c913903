"""A thing with a topic of one node's own is found on another under the shared topic that this means."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings

from atlas import wire
from atlas.concept_rules import Words
from atlas.concepts import change_concept, map_concept, unmap_concept
from atlas.meaning import MOST_CARRIED
from atlas.models import Card, CardTopic, Mapping, Topic
from cop.models import Proposal
from federation.documents import content_hash, unknown_terms
from federation.models import Activity, Actor, Delivery, Document, Following, Publication
from federation.reader import Reader
from tests.concepts import ENVIRONMENT, RENTING, Stewards
from tests.gatherings import HOUSING

pytestmark = pytest.mark.django_db

ELSEWHERE = "https://lambeth.example/topics/high-water"
THEIRS = "https://hackney.example/topics/flood-watch"


@pytest.fixture
def camden(db) -> Stewards:
    return Stewards()


def said_of(need: Proposal) -> dict[str, Any]:
    """What went out last."""
    document: dict[str, Any] = json.loads(Publication.objects.get(uri=need.uri).document)
    return document


def as_hackneys(peer: Any, document: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The same document as it would come from Hackney's node, where Dana published it."""
    dana = peer.somebody("people/dana", name="Dana")
    moved = json.loads(json.dumps(document).replace(settings.ORIGIN, peer.origin))
    return dana, moved | {"attributedTo": dana.uri, "cc": [f"{dana.uri}/followers"]}


def listed(client: Any, slug: str) -> bool:
    return "Sandbags" in client.get(f"/needs/?topic={slug}").content.decode()


@pytest.mark.parametrize(
    "said",
    [{"exactMatch": ENVIRONMENT}, {"closeMatch": ENVIRONMENT}, {"broadMatch": ENVIRONMENT}, {"under": ENVIRONMENT}],
)
def test_a_neighbour_that_never_heard_of_the_topic_finds_the_thing_under_the_shared_one(
    camden, peer, outcomes, web, client, said
):
    need = camden.need(camden.topic(**said).iri)
    outcomes()
    document = said_of(need)
    assert document["topics"] == [f"{settings.ORIGIN}/topics/flood-watch", ENVIRONMENT]
    assert [tag["name"] for tag in document["tag"]] == ["#floodwatch", "#environment"]
    assert document["tag"][0]["href"] == f"{settings.ORIGIN}/topics/flood-watch"
    assert unknown_terms(document) == set()

    Card.objects.all().delete()
    Mapping.objects.all().delete()
    Topic.objects.local().delete()
    dana, theirs = as_hackneys(peer, document)
    peer.does(dana, "Create", theirs)
    assert outcomes()[-1] == "need read"
    card = Card.objects.get(uri=theirs["id"])
    assert set(CardTopic.objects.filter(card=card).values_list("topic_id", flat=True)) == {THEIRS, ENVIRONMENT}
    assert listed(client, "environment") and not listed(client, "housing")
    assert Proposal.objects.get(uri=theirs["id"]).topics == [THEIRS, ENVIRONMENT]
    assert not [url for url in web.asked if "/topics/" in url]


def test_what_is_mapped_to_a_neighbours_topic_is_found_under_it_there(camden, peer, outcomes, client):
    """Hackney maps its own topic to ours; what it tags with that is found under ours here."""
    camden.topic("High water")
    ours = f"{settings.ORIGIN}/topics/high-water"
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Create", peer.note(dana, name="Sandbags", topics=[THEIRS, ours]))
    assert outcomes()[-1] == "need read"
    assert listed(client, "high-water")


def test_a_mapping_of_later_is_told_to_the_neighbours(camden, peer, outcomes):
    topic = camden.topic()
    need, plain = camden.need(topic.iri), camden.need(HOUSING, title="A room")
    outcomes()
    assert said_of(need)["topics"] == [topic.iri]
    version, untouched = said_of(need)["version"], said_of(plain)
    mapping = map_concept(topic, "broadMatch", ENVIRONMENT, by=camden.alice)
    map_concept(topic, "exactMatch", ELSEWHERE, by=camden.alice)
    map_concept(camden.topic("Homes"), "exactMatch", HOUSING, by=camden.alice)
    outcomes()
    assert said_of(need)["topics"] == [topic.iri, ENVIRONMENT, ELSEWHERE]
    assert said_of(need)["version"] > version
    last = Activity.objects.filter(object_uri=need.uri).latest("pk")
    assert last.type == "Update" and Delivery.objects.filter(activity=last, inbox__startswith=peer.origin).exists()
    assert said_of(plain) == untouched, "what has shared topics alone says the same as ever"
    unmap_concept(mapping, by=camden.alice)
    change_concept(topic, Words(topic.labels, {}, {}), Topic.objects.get(iri=RENTING), by=camden.alice)
    outcomes()
    homes = f"{settings.ORIGIN}/topics/homes"
    assert said_of(need)["topics"] == [topic.iri, RENTING, ELSEWHERE, homes], "Housing follows from private renting"


def test_the_address_says_what_was_told(camden, peer, outcomes, client):
    topic = camden.topic(broadMatch=ENVIRONMENT)
    need = camden.need(topic.iri)
    outcomes()
    told = json.loads(client.get(need.get_absolute_url(), headers={"Accept": "application/activity+json"}).content)
    assert told["topics"] == said_of(need)["topics"]
    assert Publication.objects.get(uri=need.uri).version == told["version"]
    assert Publication.objects.get(uri=need.uri).content_hash == content_hash(told)


def test_the_topic_actor_says_what_it_means_and_tells_its_followers(camden, peer, outcomes, client):
    topic = camden.topic(under=ENVIRONMENT, exactMatch=ELSEWHERE, closeMatch=THEIRS)
    map_concept(topic, "closeMatch", "http://www.wikidata.org/entity/Q8068", by=camden.alice)
    page = client.get("/topics/flood-watch", headers={"Accept": "application/activity+json"})
    document = json.loads(page.content)
    assert document["id"] == topic.iri and document["type"] == "Service"
    assert document["broader"] == ENVIRONMENT
    assert document["exactMatch"] == ELSEWHERE
    assert set(document["closeMatch"]) == {THEIRS, "http://www.wikidata.org/entity/Q8068"}
    assert document["prefLabel"]["en"] == "Flood watch"
    assert unknown_terms(document) == set()
    named = client.get("/.well-known/webfinger?resource=acct:flood-watch@127.0.0.1:8000")
    assert named.json()["links"][0]["href"] == topic.iri

    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Follow", topic.iri)
    outcomes()
    assert Following.objects.get(follower__uri=dana.uri).state == Following.State.ACCEPTED
    change_concept(topic, Words({"en": "High water"}, {}, {}), topic.broader, by=camden.alice)
    outcomes()
    update = Activity.objects.filter(actor=topic.actor, type="Update").latest("pk")
    assert json.loads(update.body)["object"]["name"] == "High water"
    assert Delivery.objects.filter(activity=update, inbox__startswith=peer.origin).exists()


def test_followers_of_the_shared_topic_elsewhere_hear_of_it(camden, peer, outcomes):
    topic = camden.topic(broadMatch=ENVIRONMENT)
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Follow", f"{settings.ORIGIN}/topics/environment")
    outcomes()
    need = camden.need(topic.iri)
    outcomes()
    speaker = Actor.objects.get(uri=f"{settings.ORIGIN}/topics/environment")
    assert Activity.objects.filter(actor=speaker, type="Announce", object_uri=need.uri).count() == 1


@pytest.mark.parametrize(
    "topic",
    [
        "javascript:alert(1)",
        "https://x.example/" + "a" * 600,
        "https://u:p@x.example/t",
        "x y",
        "urn:flotilla:topic:" + "a" * 600,
    ],
)
def test_what_is_no_name_of_a_topic_is_left_out_and_the_thing_is_kept(peer, outcomes, topic):
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Create", peer.note(dana, topics=[topic, HOUSING, THEIRS]))
    assert outcomes()[-1] == "need read"
    assert Proposal.objects.get().topics == [HOUSING, THEIRS]


def test_so_many_topics_are_read_and_no_more():
    many = [f"https://x.example/topics/{n}" for n in range(100)]
    assert wire.read_topics(Reader({"topics": many})) == many[:MOST_CARRIED]
    assert wire.read_topics(Reader({"topics": "https://x.example/topics/1"})) == ["https://x.example/topics/1"]


def test_what_came_is_kept_as_it_was_said(camden, peer, outcomes):
    dana = peer.somebody("people/dana", name="Dana")
    note = peer.note(dana, topics=[THEIRS])
    peer.does(dana, "Create", note)
    assert outcomes()[-1] == "need read"
    assert json.loads(Document.objects.get(uri=note["id"]).raw)["topics"] == [THEIRS]
    assert CardTopic.objects.get(card__uri=note["id"]).iri == THEIRS
