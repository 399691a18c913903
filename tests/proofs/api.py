"""Programs can rely on the read API and on every open format: what they get is valid, complete, and never a 500.

One embedded node with the demo's content. Its description is judged by the rules of OpenAPI 3.1 in both languages;
schemathesis asks whatever the description allows and what it does not, and every answer must be one that is described.
Then a program walks through all lists and must meet exactly what the page's own files hold. Feeds are read by
feedparser, GeoJSON by geojson and shapely, the topics by rdflib as Turtle and JSON-LD. The quick form asks fewer times.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import feedparser
import geojson
import rdflib
from drf_spectacular.validation import validate_schema
from openapi_spec_validator import validate
from rdflib.namespace import RDF, SKOS
from shapely.geometry import shape

from checks import ROOT
from tests.federation.live.node import InhabitedNode
from tests.nodes import LiveNode
from tests.proofs import Proof
from tests.storage import free_port

NAME = "api"

EXAMPLES, QUICK_EXAMPLES = 120, 10  # of each address
SEED = 20261122
SECONDS = 1500.0
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method", "allow_header_conformance",
)  # fmt: skip
"""Not that whatever fits the description is accepted: a cursor that nobody gave fits, and is refused."""

LISTS = ("atlas", "groups", "needs", "offers", "places", "gatherings", "calls", "know-how", "expertise")
WITHOUT_POINTS = {"calls", "know-how", "expertise"}
RESOURCES = ("things", "links", "topics", "areas", "nodes")
TOPICS = {"/topics.ttl": "turtle", "/topics.jsonld": "json-ld"}
STOCK = """
from config.demo import loading
from config.demo.kit import KEYS, read_kit
from config.demo.node import bring_areas, work_at_home
from journal import Errand
for key in reversed(KEYS[:{kits}]):
    loading.load(read_kit(key))
bring_areas()
Errand.objects.filter(kind="federation.publish").delete()
work_at_home()
"""


class Told(list[str]):
    """What is wrong, a line each."""

    def unless(self, held: bool, wrong: str) -> None:
        if not held:
            self.append(wrong)


def main(quick: bool) -> Proof:
    wrong = Told()
    with tempfile.TemporaryDirectory(prefix="flotilla-api-") as folder:
        node = InhabitedNode("harbour", Path(folder) / "node", port=free_port())
        node.environment["TRUSTED_PROXIES"] = "1"
        node.lay_out()
        node.prepare(STOCK.format(kits=1 if quick else 3))
        node.start()
        try:
            described = _description(node, wrong)
            asked = _asked_at_random(node, Path(folder), quick, wrong)
            met = _walked(node, wrong)
            entries, features = _feeds(node, wrong), _points(node, wrong)
            concepts = _concepts(node, met["topics"], wrong)
        finally:
            node.kill()
            node.clear_away()
    for line in wrong:
        print(f"WRONG  {line}")
    lengths = ", ".join(f"{len(met[name])} {name}" for name in RESOURCES)
    scope = (
        f"{described} addresses in two languages, {asked} random questions, a walk through {lengths}, {entries} feed "
        f"entries, {features} GeoJSON features, {concepts} concepts"
    )
    outcome = f"{len(wrong)} things wrong, the first: {wrong[0]}" if wrong else "no server error, all as described"
    return Proof(f"{scope}: {outcome}", held=not wrong)


def _get(node: LiveNode, path: str, **headers: str) -> bytes:
    address = path if path.startswith("http") else f"{node.origin}{path}"
    with urlopen(Request(address, headers=headers), timeout=60) as answer:
        found: bytes = answer.read()
        return found


def _json(node: LiveNode, path: str, **headers: str) -> Any:
    return json.loads(_get(node, path, **headers))


def _description(node: LiveNode, wrong: Told) -> int:
    documents = [_json(node, "/api/v1/schema", **{"Accept-Language": language}) for language in ("en", "it")]
    for document in documents:
        try:
            validate(document)
            validate_schema(document)
        except Exception as error:  # noqa: BLE001 - whatever a validator raises is a fault of the description
            wrong.append(f"/api/v1/schema: {str(error)[:300]}")
    wrong.unless(documents[0]["paths"].keys() == documents[1]["paths"].keys(), "the languages describe other addresses")
    return len(documents[0]["paths"])


def _asked_at_random(node: LiveNode, folder: Path, quick: bool, wrong: Told) -> int:
    """How many questions schemathesis asked."""
    report = folder / "report.json"
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "run", f"{node.origin}/api/v1/schema"),
        *("--phases", "examples,fuzzing" if quick else "examples,coverage,fuzzing"),
        *("--max-examples", str(QUICK_EXAMPLES if quick else EXAMPLES), "--seed", str(SEED), "--no-shrink"),
        *("--checks", ",".join(CHECKS), "--continue-on-failure"),
        *("--report", "json", "--report-json-path", str(report)),
    ]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.proofs._many_readers", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **hooks},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    if not report.exists():
        wrong.append(f"schemathesis did not run: {(done.stdout + done.stderr)[-600:]}")
        return 0
    found = json.loads(report.read_text())
    if found["failures"] or found["errors"] or not found["complete"]:
        print(done.stdout[-6000:])
    wrong += [f"{each['title']}: {each.get('operations', each['count'])}" for each in found["failures"]]
    wrong += [f"{each['title']}: {each['count']} times" for each in found["errors"]]
    wrong.unless(
        found["complete"] and found["operations"]["tested"] == found["operations"]["total"], "not all were asked"
    )
    count: int = found["test_cases"]["generated"]
    return count


def _walked(node: LiveNode, wrong: Told) -> dict[str, list[Any]]:
    """Every entry of every list, page by page; the things must be those of the page's file, in its order."""
    found = {name: list(_pages(node, f"/api/v1/{name}/?limit=7")) for name in RESOURCES}
    rows = csv.DictReader(io.StringIO(_get(node, "/atlas/list.csv").decode().removeprefix("\ufeff")))
    wrong.unless([row["uri"] for row in rows] == [thing["uri"] for thing in found["things"]], "the CSV holds others")
    wrong += [f"no {name} at all" for name in RESOURCES if not found[name]]
    seen = {thing["uri"] for thing in found["things"]}
    for link in found["links"]:
        wrong.unless({link["from"], link["to"], link["source"]} <= seen, f"a link leads out of sight: {link}")
    sample = found["things"][:: max(1, len(found["things"]) // 20)]
    wrong += [f"{thing['self']} says something else" for thing in sample if _json(node, thing["self"]) != thing]
    return found


def _pages(node: LiveNode, address: str | None) -> Iterator[Any]:
    number = 0
    while address:
        number += 1
        page = _json(node, address, **{"X-Forwarded-For": f"198.19.{number // 250}.{number % 250}"})
        yield from page["results"]
        address = page["next"]


def _feeds(node: LiveNode, wrong: Told) -> int:
    """How many entries feedparser read without a complaint."""
    count = 0
    for name in LISTS:
        feed = feedparser.parse(_get(node, f"/{name}/list.atom"))
        wrong.unless(not feed.bozo and feed.version == "atom10", f"/{name}/list.atom: {feed.get('bozo_exception')}")
        for entry in feed.entries:
            whole = all(entry.get(key) for key in ("id", "title", "link", "updated_parsed", "published_parsed"))
            wrong.unless(whole, f"/{name}/list.atom: {entry.get('id')} lacks something")
        count += len(feed.entries)
    return count


def _points(node: LiveNode, wrong: Told) -> int:
    """How many features geojson and shapely both found good."""
    paths = ["/atlas/cards.geojson", *(f"/{name}/list.geojson" for name in LISTS if name not in WITHOUT_POINTS)]
    paths += [area["outline"] for area in _pages(node, "/api/v1/areas/?limit=200")]
    count = 0
    for path in paths:
        read = geojson.loads(_get(node, path).decode())
        wrong.unless(bool(read.is_valid), f"{path}: {str(read.errors())[:200]}")
        features = read.get("features", [read])
        for feature in features:
            wrong.unless(shape(feature["geometry"]).is_valid, f"{path}: {feature.get('id')} is no good shape")
        count += len(features)
    return count


def _concepts(node: LiveNode, topics: list[Any], wrong: Told) -> int:
    """How many concepts rdflib reads, each with the labels that the API gives it."""
    count = 0
    for path, form in TOPICS.items():
        try:
            graph = rdflib.Graph().parse(data=_get(node, path), format=form)
        except Exception as error:  # noqa: BLE001 - not there, or not readable: both are told
            wrong.append(f"{path}: {error}")
            continue
        for topic in topics:
            concept = rdflib.URIRef(topic["iri"])
            labels = {label.language: str(label) for label in graph.objects(concept, SKOS.prefLabel)}
            wrong.unless((concept, RDF.type, SKOS.Concept) in graph, f"{path}: {concept} is no concept")
            wrong.unless(labels == topic["labels"], f"{path}: {concept} is called {labels}")
        count = len(set(graph.subjects(RDF.type, SKOS.Concept)))
    return count
