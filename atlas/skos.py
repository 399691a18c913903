"""The words of this node as SKOS (https://www.w3.org/TR/skos-reference/), in Turtle and JSON-LD.

rdflib takes room that most web processes never need, so it is imported when somebody first asks for a file.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.utils import translation

from atlas.models import Mapping, Topic
from frontend import shell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest
    from rdflib import Graph, URIRef

    from atlas.vocabulary import Vocabulary

MEDIA_TYPES = {"ttl": "text/turtle; charset=utf-8", "jsonld": "application/ld+json"}
FORMATS = {"ttl": "turtle", "jsonld": "json-ld"}


def wanted(request: HttpRequest) -> bool:
    """Whether a program asks for Turtle at the address of a page. Browsers ask for text/html first."""
    accepted = next(iter(request.accepted_types), None)
    return accepted is not None and (accepted.main_type, accepted.sub_type) == ("text", "turtle")


class Said(NamedTuple):
    """Some concepts and what is said of them, read from the database; `labels` are those of the node's own scheme."""

    concepts: list[Topic]
    vocabulary: Vocabulary
    mappings: list[tuple[str, str, str]]
    labels: dict[str, str]

    def fingerprint(self, form: str) -> str:
        """An ETag that changes with anything that stands in the file."""
        rows = [
            (each.iri, each.slug, each.scheme, each.broader and each.broader.iri, each.labels, each.alt_labels,
             each.definition, each.related, each.retired_at is None,
             [below.iri for below in self.vocabulary.narrower(each)])
            for each in self.concepts
        ]  # fmt: skip
        told = json.dumps([form, settings.ORIGIN, self.labels, rows, self.mappings], sort_keys=True)
        return f'W/"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def said(vocabulary: Vocabulary, only: Topic | None = None) -> Said:
    """All concepts of this node, or one. One query beside that of `vocabulary`, and the name of the node."""
    mappings = Mapping.objects.filter(topic__iri=only.iri) if only else Mapping.objects.all()
    told = mappings.values_list("topic__iri", "relation", "target").order_by("topic__iri", "relation", "target")
    return Said([only] if only else vocabulary.all, vocabulary, list(told), _own_scheme())


def _own_scheme() -> dict[str, str]:
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = translation.gettext("Topics of %(node)s") % {"node": shell.node_name()}
    return found


def written(told: Said, form: str) -> bytes:
    """The file: `ttl` or `jsonld`."""
    graph = _graph(told)
    if form == "jsonld":
        return graph.serialize(format="json-ld", context=_context(), indent=1, sort_keys=True, encoding="utf-8")
    return graph.serialize(format=FORMATS[form], encoding="utf-8")


def _graph(told: Said) -> Graph:
    from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef

    graph = Graph(bind_namespaces="none")
    for prefix, namespace in (("skos", SKOS), ("rdfs", RDFS), ("owl", OWL)):
        graph.bind(prefix, namespace)

    def add(iri: str, name: URIRef, value: URIRef | Literal) -> None:
        graph.add((URIRef(iri), name, value))

    for topic in told.concepts:
        scheme = scheme_of(topic)
        add(topic.iri, RDF.type, SKOS.Concept)
        add(topic.iri, SKOS.inScheme, URIRef(scheme))
        for name, language, text in _texts(topic):
            add(topic.iri, SKOS[name], Literal(text, lang=language))
        for name, other in _relations(topic, told.vocabulary):
            add(topic.iri, SKOS[name], URIRef(other))
        if topic.broader is None:
            add(topic.iri, SKOS.topConceptOf, URIRef(scheme))
            add(scheme, SKOS.hasTopConcept, URIRef(topic.iri))
        if topic.retired_at is not None:
            add(topic.iri, OWL.deprecated, Literal(True))
        if (page := topic.get_absolute_url()) and not topic.is_local:
            add(topic.iri, RDFS.seeAlso, URIRef(f"{settings.ORIGIN}{page}"))
    for scheme, labels in _schemes(told).items():
        add(scheme, RDF.type, SKOS.ConceptScheme)
        for language, text in labels.items():
            add(scheme, SKOS.prefLabel, Literal(text, lang=language))
    for iri, relation, target in told.mappings:
        add(iri, SKOS[relation], URIRef(target))
    return graph


def scheme_of(topic: Topic) -> str:
    """A shared list has the same name on every node; a node's own is named by its page."""
    return f"{settings.ORIGIN}/topics/" if topic.is_local else f"urn:flotilla:scheme:{topic.scheme}"


def _schemes(told: Said) -> dict[str, dict[str, str]]:
    """The lists that the concepts stand in, each with its labels."""
    found: dict[str, dict[str, str]] = {}
    for topic in told.concepts:
        if (scheme := scheme_of(topic)) not in found:
            found[scheme] = told.labels if topic.is_local else _in_all_languages(Topic.Scheme(topic.scheme))
    return found


def _in_all_languages(scheme: Topic.Scheme) -> dict[str, str]:
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = str(scheme.label)
    return found


def _texts(topic: Topic) -> Iterable[tuple[str, str, str]]:
    yield from (("prefLabel", language, text) for language, text in topic.labels.items())
    yield from (("definition", language, text) for language, text in topic.definition.items())
    yield from (("altLabel", language, text) for language, several in topic.alt_labels.items() for text in several)


def _relations(topic: Topic, vocabulary: Vocabulary) -> Iterable[tuple[str, str]]:
    if topic.broader is not None:
        yield "broader", topic.broader.iri
    yield from (("narrower", other.iri) for other in vocabulary.narrower(topic))
    yield from (("related", iri) for iri in topic.related)


def _context() -> dict[str, Any]:
    """Inline, so that nobody has to fetch it: terms as SKOS names them, words by language."""
    linked = (
        "broader narrower related inScheme topConceptOf hasTopConcept"
        " exactMatch closeMatch broadMatch narrowMatch relatedMatch"
    )
    return {
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "id": "@id",
        "type": "@type",
        "Concept": "skos:Concept",
        "ConceptScheme": "skos:ConceptScheme",
        "prefLabel": {"@id": "skos:prefLabel", "@container": "@language"},
        "altLabel": {"@id": "skos:altLabel", "@container": "@language"},
        "definition": {"@id": "skos:definition", "@container": "@language"},
        "deprecated": "owl:deprecated",
        "seeAlso": {"@id": "rdfs:seeAlso", "@type": "@id"},
        **{name: {"@id": f"skos:{name}", "@type": "@id"} for name in linked.split()},
    }
