"""Near-valid documents, since random junk finds nothing: every getter gives a bounded value or a BadField."""

import json
from datetime import datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.bounded import BadDocument, parse_document
from federation.documents import canonical, normalise
from federation.reader import BadField, Natural, Reader
from tests.federation.shared import files

words = st.text(st.sampled_from("aé<>&\"'#:/@.\u202e\0\ud800\n 0-T+Z"), max_size=30)
moments = st.from_regex(
    r"[0-9]{1,5}-[0-9]{1,3}-[0-9]{0,2}[Tt ]?[0-9]{0,2}:?[0-9]{0,2}(:[0-9]{2})?(\.[0-9]*)?(Z|[+-][0-9:]{0,6})?"
)
numbers = (
    st.integers()
    | st.floats()
    | st.sampled_from(["1e400", "Infinity", "NaN", "-0", "1_000", "٣", "0x1f", "1" * 60, ".5", "5.", "+", "1,5"])
)
addresses = st.lists(
    st.sampled_from(["https://", "http:", "urn:flotilla:topic:", "a.example", "/x", "[", "]", "::1", "@", ":", "99999",
                     "%", "#", "?", "é", "as:Public", "javascript:", " "]),
    max_size=6,
).map("".join)  # fmt: skip
types = st.sampled_from(
    ["Place", "VirtualLocation", "Hashtag", "Mention", "Link", "Document", "Image", "PostalAddress", "Note", "Event"]
)
names = st.sampled_from(
    ["id", "type", "name", "nameMap", "content", "contentMap", "url", "href", "location", "latitude", "longitude",
     "geo", "address", "streetAddress", "postalCode", "addressCountry", "radius", "units", "tag", "attachment",
     "startTime", "mediaType", "width", "items", "orderedItems", "inLanguage", "language", "identifier", "@context",
     "@language", "@value", "additionalType", "en", "it-IT", "to", "publishes"]
)  # fmt: skip
scalars = st.none() | st.booleans() | words | moments | numbers | addresses | types
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=15
)
documents = st.dictionaries(names, values, max_size=12)

GETTERS = [
    lambda read, name: read.text(name, 50),
    lambda read, name: read.text(name, 50, lines=True, required=True),
    lambda read, name: read.html(name, 200),
    lambda read, name: read.natural(name.removesuffix("Map"), 50),
    lambda read, name: read.natural(name.removesuffix("Map"), 200, html=True),
    lambda read, name: read.uri(name),
    lambda read, name: read.uris(name, 3),
    lambda read, name: read.url(name),
    lambda read, name: read.instant(name),
    lambda read, name: read.integer(name),
    lambda read, name: read.decimal(name, -10, 10),
    lambda read, name: read.boolean(name),
    lambda read, name: read.choice(name, ["Place", "Note"], "Note"),
    lambda read, name: read.place(name),
    lambda read, name: read.tags(name),
    lambda read, name: read.attachments(name),
    lambda read, name: read.children(name, 3),
    lambda read, name: read.items(3),
    lambda read, _: read.as_place(),
    lambda read, _: (read.type, read.types, read.additional_types, read.language()),
    lambda read, _: read.id,
    lambda read, name: name in read,
]


def storable(value: object) -> None:
    """What comes out fits a column of either database: no NUL, no surrogate, no endless text, no far-off year."""
    if isinstance(value, str):
        value.encode("utf-8")
        assert "\0" not in value and len(value) <= 2_100, value[:100]
    elif isinstance(value, datetime):
        assert 1899 <= value.year <= 2201 and value.utcoffset() is not None
    elif isinstance(value, Decimal):
        assert value.is_finite() and abs(value) <= 10
    elif isinstance(value, bool | int):
        assert 0 <= value < 2**31
    elif isinstance(value, Natural):
        for each in (value.text, value.language, *value.by_language.values()):
            storable(each)
    elif isinstance(value, list | tuple):
        for each in value:
            storable(each)


def probe(doc: dict) -> None:
    read = Reader(doc, "object")
    for name in [*doc, "absent"]:
        for getter in GETTERS:
            try:
                found = getter(read, name)
            except BadField as refusal:
                assert refusal.field.startswith("object") and refusal.accepted and len(str(refusal)) < 1_500
            else:
                storable(found)


@given(documents)
@settings(max_examples=150, deadline=None)
def test_every_getter_gives_a_bounded_value_or_a_named_refusal(doc) -> None:
    probe(doc)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_captured_documents_with_one_value_replaced(data) -> None:
    captured = files("activitypub")
    if not captured:
        return
    raw = data.draw(st.sampled_from(captured)).read_bytes()
    try:
        doc = parse_document(raw)
    except BadDocument:
        return
    target = doc
    while inner := [each for each in target.values() if isinstance(each, dict) and each]:
        if data.draw(st.booleans()):
            break
        target = data.draw(st.sampled_from(inner))
    if target:
        target[data.draw(st.sampled_from(sorted(target)))] = data.draw(values)
    probe(doc)
    probe(target)


@given(documents)
@settings(max_examples=150, deadline=None)
def test_whatever_the_parser_lets_through_can_be_normalised_and_hashed(doc) -> None:
    try:
        parsed = parse_document(json.dumps(doc).encode())
        assert canonical(normalise(parsed))
    except BadDocument as refusal:
        assert refusal.field
