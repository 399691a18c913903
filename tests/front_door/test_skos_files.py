"""The words of a node as Turtle and JSON-LD: read back by rdflib, they say what the rows say."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.conf import settings
from rdflib import OWL, RDF, SKOS, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from atlas.concepts import retire_concept
from atlas.models import Mapping, Topic
from checks import ROOT
from tests.concepts import ENVIRONMENT, Stewards

pytestmark = pytest.mark.django_db

WIKIDATA = "http://www.wikidata.org/entity/Q8068"
FORMS = [("ttl", "turtle", "text/turtle; charset=utf-8"), ("jsonld", "json-ld", "application/ld+json")]
OWN = URIRef(f"{settings.ORIGIN}/topics/")


@pytest.fixture
def camden(db) -> Stewards:
    camden = Stewards()
    camden.topic(under=ENVIRONMENT, exactMatch=WIKIDATA, relatedMatch="urn:flotilla:topic:housing")
    retire_concept(camden.topic('Old "words" & <more>'), by=camden.alice)
    return camden


def read(client, path: str, form: str) -> Graph:
    answer = client.get(path)
    assert answer.status_code == 200
    return Graph().parse(data=answer.content, format=form)


def texts(graph: Graph, iri: str, name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in graph.objects(URIRef(iri), SKOS[name]):
        assert isinstance(text, Literal)
        found.setdefault(str(text.language), []).append(str(text))
    return {language: sorted(several) for language, several in found.items()}


def links(graph: Graph, iri: str, name: str) -> set[str]:
    return {str(other) for other in graph.objects(URIRef(iri), SKOS[name])}


@pytest.mark.parametrize(("form", "parsed", "media_type"), FORMS)
def test_the_file_says_what_the_rows_say(camden, form, parsed, media_type):
    client = camden.client()
    assert client.get(f"/topics.{form}")["Content-Type"] == media_type
    graph = read(client, f"/topics.{form}", parsed)
    topics = list(Topic.objects.select_related("broader"))
    assert {str(iri) for iri in graph.subjects(RDF.type, SKOS.Concept)} == {topic.iri for topic in topics}
    for topic in topics:
        assert texts(graph, topic.iri, "prefLabel") == {code: [label] for code, label in topic.labels.items()}
        assert texts(graph, topic.iri, "altLabel") == {
            code: sorted(several) for code, several in topic.alt_labels.items()
        }
        assert texts(graph, topic.iri, "definition") == {code: [text] for code, text in topic.definition.items()}
        assert links(graph, topic.iri, "broader") == ({topic.broader.iri} if topic.broader else set())
        assert links(graph, topic.iri, "narrower") == {each.iri for each in topics if each.broader_id == topic.pk}
        assert links(graph, topic.iri, "related") == set(topic.related)
        [scheme] = links(graph, topic.iri, "inScheme")
        assert links(graph, topic.iri, "topConceptOf") == ({scheme} if topic.broader is None else set())
        assert (topic.iri in links(graph, scheme, "hasTopConcept")) == (topic.broader is None)
        deprecated = (URIRef(topic.iri), OWL.deprecated, Literal(True)) in graph
        assert deprecated == (topic.retired_at is not None)
    schemes = {str(iri) for iri in graph.subjects(RDF.type, SKOS.ConceptScheme)}
    assert schemes == {str(OWN), *(f"urn:flotilla:scheme:{each}" for each in Topic.Scheme.values)}
    for scheme in schemes:
        assert texts(graph, scheme, "prefLabel").keys() == {"en", "it"}
    said = {
        (str(one), name, str(other))
        for name in Mapping.Relation.values
        for one, other in graph.subject_objects(SKOS[name])
    }
    assert said == set(Mapping.objects.values_list("topic__iri", "relation", "target"))


def test_both_files_say_the_same(camden):
    client = camden.client()
    for path in ("/topics", "/topics/flood-watch", "/topics/housing"):
        assert isomorphic(read(client, f"{path}.ttl", "turtle"), read(client, f"{path}.jsonld", "json-ld"))


def test_json_ld_can_be_read_without_knowing_json_ld(camden):
    found = json.loads(camden.client().get("/topics/flood-watch.jsonld").content)
    [concept] = [each for each in found["@graph"] if each["type"] == "Concept"]
    assert concept["id"] == f"{settings.ORIGIN}/topics/flood-watch"
    assert concept["prefLabel"] == {"en": "Flood watch", "it": "Flood watch (it)"}
    assert concept["broader"] == ENVIRONMENT
    assert concept["exactMatch"] == WIKIDATA
    assert isinstance(found["@context"], dict)


def test_one_topic_alone(camden):
    client = camden.client()
    graph = read(client, "/topics/flood-watch.ttl", "turtle")
    assert list(graph.subjects(RDF.type, SKOS.Concept)) == [URIRef(f"{settings.ORIGIN}/topics/flood-watch")]
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [OWN]
    for path in ("/topics/nothing.ttl", "/topics/education.ttl", "/topics/housing.rdf", "/topics.xml"):
        assert client.get(path).status_code == 404


def test_a_file_that_has_not_changed_is_not_sent_again(camden):
    client = camden.client()
    for path in ("/topics.ttl", "/topics.jsonld", "/topics/flood-watch.ttl", "/topics/environment.jsonld"):
        etag = client.get(path)["ETag"]
        again = client.get(path, headers={"If-None-Match": etag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    before = {path: client.get(path)["ETag"] for path in ("/topics.ttl", "/topics/environment.ttl")}
    camden.topic("Tide tables", under=ENVIRONMENT)
    for path, etag in before.items():
        answer = client.get(path, headers={"If-None-Match": etag})
        assert answer.status_code == 200 and b"tide-tables" in answer.content


def test_pages_lead_to_the_files_and_programs_find_them(camden):
    client = camden.client()
    listed = client.get("/topics/").content.decode()
    assert '<link rel="alternate" type="text/turtle" href="/topics.ttl">' in listed
    assert "Take away as Turtle" in listed
    page = client.get("/topics/flood-watch").content.decode()
    assert '<link rel="alternate" type="application/ld+json" href="/topics/flood-watch.jsonld">' in page
    asked = client.get("/topics/flood-watch", headers={"Accept": "text/turtle"})
    assert (asked.status_code, asked["Location"]) == (303, "/topics/flood-watch.ttl")
    assert client.get("/topics/nothing", headers={"Accept": "text/turtle"}).status_code == 404
    assert client.get("/topics/flood-watch", headers={"Accept": "text/html, text/turtle"}).status_code == 200


def test_a_process_that_writes_no_file_does_not_carry_rdflib():
    """Memory is dear on a small node: the library comes in with the first file."""
    ask = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; import django; django.setup();"
        "from django.urls import get_resolver; get_resolver().url_patterns; print('rdflib' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
