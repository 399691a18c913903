"""The same version of an object has the same hash on every node, whichever way it got there."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.bounded import BadDocument, parse_document, parse_json
from federation.documents import BUCKETS, CONTEXT, bucket_of, canonical, content_hash
from federation.values import write_instant
from tests.federation.shared import DATA, files, name_of, needs_shared_data

GATHERING = {
    "@context": CONTEXT,
    "id": "https://hackney.example/gatherings/k3v9x2",
    "type": "Event",
    "name": "Città e contratti — laboratorio",
    "version": 3,
    "location": {"type": "Place", "latitude": 51.5, "longitude": -0.11},
    "participantCount": 17,
    "attendees": {"type": "Collection", "totalItems": 17},
    "replies": {"type": "Collection", "totalItems": 2},
}


@pytest.mark.parametrize("path", files("signatures/jcs-rfc8785/input"), ids=name_of)
@needs_shared_data
def test_the_published_jcs_vectors(path) -> None:
    value = parse_json(path.read_bytes())
    expected = (DATA / "signatures/jcs-rfc8785/output" / path.name).read_bytes()
    assert canonical({"value": value}) == b'{"value":' + expected.strip() + b"}"


def test_counters_context_and_signatures_do_not_change_the_hash() -> None:
    later = {
        **GATHERING,
        "@context": "https://www.w3.org/ns/activitystreams",
        "participantCount": 18,
        "remainingAttendeeCapacity": 2,
        "attendees": "https://hackney.example/gatherings/k3v9x2/attendees",
        "replies": {"type": "Collection", "totalItems": 9},
        "proof": {"type": "DataIntegrityProof"},
        "signature": {"type": "RsaSignature2017"},
    }
    assert content_hash(later) == content_hash(GATHERING)


@pytest.mark.parametrize(
    "change",
    [{"name": "Other"}, {"version": 4}, {"startTime": "2026-12-05T10:00:00Z"}, {"location": None}],
    ids=str,
)
def test_any_other_change_changes_the_hash(change) -> None:
    assert content_hash({**GATHERING, **change}) != content_hash(GATHERING)


def test_canonical_form_is_pinned() -> None:
    """Nodes of different versions compare these hashes: a change here breaks every digest in the metropolis."""
    assert canonical({"b": 1.0, "a": ["ö", {"d": None, "c": True}], "attendees": 3}) == (
        '{"a":["ö",{"c":true,"d":null}],"b":1}'.encode()
    )
    assert content_hash(GATHERING) == "17ad95ad21bcb7343fd1ad5b058f0ec4b0134eb63632aa4ba0d7bd075eeee2c8"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcdé"), inner, max_size=4),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["name", "content", "é", "z"]), json_values))
def test_a_journey_as_json_in_any_order_keeps_the_hash(doc) -> None:
    travelled = parse_document(json.dumps(dict(reversed(doc.items())), ensure_ascii=False).encode())
    assert content_hash(travelled) == content_hash(doc)


@pytest.mark.parametrize("value", [float("inf"), 2**53, "\ud800", {1, 2}, b"x"])
def test_what_has_no_canonical_form_is_named(value) -> None:
    with pytest.raises(BadDocument, match="canonical form"):
        canonical({"name": value})


def test_buckets_are_spread_and_stable() -> None:
    found = [bucket_of(f"https://hackney.example/needs/{number}") for number in range(2_000)]
    assert set(found) <= set(range(BUCKETS)) and len(set(found)) > 200
    assert bucket_of("https://hackney.example/needs/1") == found[1]


def test_a_moment_in_utc_ends_in_z_and_one_on_the_clocks_of_a_place_tells_its_offset():
    """Some programs read nothing but Z; `+00:00` on London's clocks says that it is winter there."""
    moment = datetime(2026, 1, 20, 18, 30, 0, 250_000, tzinfo=UTC)
    told = [write_instant(moment), *(write_instant(moment, ZoneInfo(f"Europe/{name}")) for name in ("London", "Rome"))]
    assert told == ["2026-01-20T18:30:00Z", "2026-01-20T18:30:00+00:00", "2026-01-20T19:30:00+01:00"]
