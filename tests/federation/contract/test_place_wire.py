"""How places travel: what we send says all we hold, and what others send is read as far as it goes."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.federated.places import PlaceOnTheWire
from cop.models import Place
from federation.documents import unknown_terms
from federation.models import Actor
from federation.reader import BadField, Reader
from tests.federation.shared import DATA, DESIGN, needs_shared_data

pytestmark = pytest.mark.django_db  # a document counts what others said of the thing

WIRE = PlaceOnTheWire()
COLUMNS = (
    "kind", "name", "summary", "services", "give_back", "address", "postcode", "area", "lat", "lon", "accuracy",
    "opening", "step_free", "access", "access_note", "website", "topics", "language", "register", "register_id",
    "source", "source_url", "licence", "attribution",
)  # fmt: skip


def hall(**changed) -> Place:
    now = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
    known = {
        "uri": "https://camden.example/places/abcdefghjkmn", "public_id": "abcdefghjkmn",
        "actor": Actor(uri="https://camden.example/groups/tenants", name="Tenants", type="Group"),
        "published_at": now, "updated_at": now, "kind": "porters-lodge", "name": "Portineria", "language": "it",
        "summary": "Una *stanza*.", "services": "Pacchi\nChiavi", "give_back": "Un'ora", "address": "Via Esempio 1",
        "postcode": "20100", "area": "Milano", "lat": 45.46, "lon": 9.19, "accuracy": 300, "opening": "lun-ven\n9-18",
        "step_free": "no", "access": ["lift", "quiet-room"], "access_note": "Suonare", "website": "https://p.example",
        "topics": ["urn:flotilla:topic:housing"], "register": "luoghi", "register_id": "7", "source": "Un elenco",
        "source_url": "https://elenco.example", "licence": "CC-BY-4.0", "attribution": "Comune di prova",
    }  # fmt: skip
    return Place(**(known | changed))


@pytest.mark.parametrize(
    "place",
    [
        hall(),
        hall(register="", register_id="", source="", source_url="", licence="", attribution=""),
        hall(lat=None, lon=None, accuracy=None, opening="", step_free="unknown", access=[], services="", give_back=""),
    ],
)
def test_what_we_send_says_all_that_we_hold(place):
    document = json.loads(json.dumps(WIRE.document(place)))
    assert not unknown_terms(document)
    read = WIRE.from_object(Reader(document))
    assert {name: read[name] for name in COLUMNS} == {name: getattr(place, name) for name in COLUMNS}


@needs_shared_data
def test_the_agreed_example_is_read():
    read = WIRE.from_object(Reader(json.loads((DESIGN / "wire-examples" / "place.json").read_text())))
    assert (read["name"], read["lat"], read["opening"]) == ("Casa di quartiere", 44.5, "Mo-Fr 09:00-18:00")
    assert (read["address"], read["postcode"], read["area"]) == ("Via Esempio 1", "40121", "Bologna")
    assert "Sala 40 posti" in read["summary"]


@needs_shared_data
def test_places_of_gancio_are_read():
    for path in sorted((DATA / "activitypub" / "gancio").glob("Place--physical*.json")):
        assert WIRE.from_object(Reader(json.loads(path.read_text())))["name"], path.name


@pytest.mark.parametrize(
    "said", [{}, {"name": ""}, {"name": "X", "latitude": 95, "longitude": 0}, {"name": {"a": 1}}, {"latitude": 51}]
)
def test_what_is_no_place_is_refused_by_the_name_of_the_field(said):
    with pytest.raises(BadField) as refused:
        WIRE.from_object(Reader({"type": "Place", "id": "https://x.example/1"} | said))
    assert refused.value.field


def test_words_of_other_nodes_that_we_do_not_know_are_left_out():
    said = {"name": "X", "kinds": ["space-station"], "accessibility": ["teleport", "lift", "steps"]}
    read = WIRE.from_object(Reader(said))
    assert (read["kind"], read["access"], read["step_free"]) == ("other", ["lift"], "no")


@given(
    st.dictionaries(
        st.sampled_from(
            ["name", "kinds", "accessibility", "openingHours", "address", "radius", "identifier", "website"]
        ),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), st.lists, max_leaves=4)
        | st.dictionaries(st.sampled_from(["value", "propertyID", "streetAddress", "postalCode"]), st.text(max_size=9)),
    )
)
def test_whatever_it_holds_it_is_read_or_refused(said):
    try:
        WIRE.from_object(Reader({"id": "https://x.example/1", "type": "Place"} | said))
    except BadField as refused:
        assert refused.field
