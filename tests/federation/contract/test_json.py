"""JSON from anybody: what is JSON is read, what is not is refused with a reason, and nothing else happens."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.bounded import BadDocument, parse_document, parse_json
from tests.federation.shared import files, name_of, needs_shared_data

# Valid JSON that we refuse on purpose.
STRICTER = {
    "y_object_duplicated_key.json": "each name once",
    "y_object_duplicated_key_and_value.json": "each name once",
    "y_object_escaped_null_in_key.json": "NUL",
    "y_string_null_escape.json": "NUL",
    "y_number_real_capital_e.json": None,
}


@pytest.mark.parametrize("path", files("json-robustness"), ids=name_of)
@needs_shared_data
def test_json_test_suite(path) -> None:
    try:
        parse_json(path.read_bytes(), max_depth=600)
        read = True
    except BadDocument as refusal:
        read = False
        assert refusal.field and refusal.value and refusal.accepted
    if path.name.startswith("y_") and not STRICTER.get(path.name):
        assert read, "valid JSON was refused"
    elif not path.name.startswith("i_"):
        assert not read, "what is not JSON, or what we do not take, was read"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', {"a": 1}),
        ('\ufeff{"a": "é\\u00e9😀\\ud83d\\ude00"}', {"a": "éé😀😀"}),
        ('{"a": 9007199254740991, "b": -0.5e-3}', {"a": 2**53 - 1, "b": -0.0005}),
        ("[]", []),
        ("null", None),
    ],
)
def test_ordinary_json_is_read(text: str, expected) -> None:
    assert parse_json(text.encode()) == expected


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"\xff\xfe{\x00}\x00", "UTF-8"),
        (b'"\xed\xa0\x80"', "UTF-8"),
        (b'{"a": "\\ud800"}', "^a: expected text without NUL characters and lone surrogates"),
        (b'{"\\udfff": 1}', "lone surrogates"),
        (b'{"tag": [{"name": "a\\u0000b"}]}', r"^tag\[0\]\.name: expected text without NUL"),
        (b'{"a": 1, "a": 2}', "^a: expected each name once"),
        (b'{"a": NaN}', "finite"),
        (b'{"a": -Infinity}', "finite"),
        (b'{"a": 1e400}', "finite"),
        (b'{"a": 9007199254740992}', "^a: expected a finite number, if whole"),
        (b'{"a": ' + b"9" * 400 + b"}", "^a: expected a finite number, if whole"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "JSON"),
        (b'{"a": ' + b"9" * 5_000 + b".0}", "^a: expected a finite number"),
        (b"[[" + b'{"a": 1},' * 3 + b'{"b": [1e999]}]]', r"^document\[0\]\[3\]\.b\[0\]: expected a finite"),
        (b"[" * 21 + b"]" * 21, "at most 20 levels"),
        (b'{"a":' * 20 + b"[1]" + b"}" * 20, r"a\.a: expected at most 20 levels"),
        (b"[" * 100_000, "levels|JSON"),
        (b'{"a":' * 100_000, "levels|JSON"),
        (b'{"items": [' + b"0," * 200 + b"0]}", "^items: expected at most 200 members, got a list of 201"),
        (b"{" + b",".join(b'"%d":0' % n for n in range(301)) + b"}", "at most 300 members"),
        (b'"' + b"x" * 1_000_000 + b'"', "at most 1000000 bytes"),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_what_is_out_of_bounds_is_named(raw: bytes, reason: str) -> None:
    with pytest.raises(BadDocument, match=reason):
        parse_json(raw)


def test_twenty_levels_two_hundred_members_and_three_hundred_names_are_read() -> None:
    assert parse_json(b"[" * 20 + b"1" + b"]" * 20)
    assert len(parse_json(b"[" + b"0," * 199 + b"0]")) == 200
    assert len(parse_json(b"{" + b",".join(b'"%d":0' % n for n in range(300)) + b"}")) == 300


def test_a_repeated_name_at_the_end_of_a_long_list_is_found_quickly() -> None:
    """Counting every name for every name would take minutes."""
    raw = b"{" + b",".join(b'"%06d":1' % number for number in range(80_000)) + b',"079999":1}'
    with pytest.raises(BadDocument, match=r"^079999: expected each name once"):
        parse_json(raw)


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"x"', b"1"])
def test_a_document_is_an_object(raw: bytes) -> None:
    with pytest.raises(BadDocument, match="a JSON object"):
        parse_document(raw)


def test_an_error_never_repeats_a_long_value() -> None:
    for value in ("x" * 10_000, ["x"] * 10_000, 10**5_000, {"x" * 10_000: 1}, b"\0" * 500, object()):
        assert len(str(BadDocument("name", value, "text"))) < 200


pieces = st.sampled_from(
    ["{", "}", "[", "]", '"a"', ":", ",", "1", "-", ".", "e", "true", "nul", "\\u", "d800", "\0", " ", '"', "\\"]
)


@settings(deadline=None)
@given(st.lists(pieces, max_size=40).map("".join), st.binary(max_size=10))
def test_nearly_json_is_read_or_refused(text: str, tail: bytes) -> None:
    for raw in (text.encode(), text.encode() + tail):
        try:
            value = parse_json(raw)
        except BadDocument:
            continue
        assert parse_json(json.dumps(value).encode()) == value
