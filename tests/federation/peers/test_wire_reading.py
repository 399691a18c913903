"""The two judges of our documents find what is wrong with one."""

from __future__ import annotations

import pytest

from federation.documents import CONTEXT
from tests.federation.peers.wire_reading import misread, unmapped

NOTE = {"@context": CONTEXT, "id": "https://a.example/1", "type": "Note", "name": "A room", "content": "<p>x</p>"}
READ = {"id": NOTE["id"], "type": "Note", "names": ["A room"], "contents": ["<p>x</p>"], "inside": None}
CREATE = {"id": "https://a.example/2", "type": "Create", "object": NOTE}
READ_CREATE = {"id": CREATE["id"], "type": "Create", "names": [], "contents": [], "object": NOTE["id"], "inside": READ}


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, set()),
        ({"colour": 1}, {"_:colour"}),
        ({"location": {"type": "Shed"}}, {"_:Shed"}),
        ({"@context": {"name": "https://schema.org/name"}, "type": []}, {"id", "type", "content"}),
    ],
    ids=["none", "a property", "a type inside", "without ActivityStreams"],
)
def test_a_word_that_nobody_gave_a_meaning_is_named(more, found):
    assert unmapped(NOTE | more) == found


@pytest.mark.parametrize(
    ("doc", "read", "word"),
    [
        (NOTE, READ | {"type": "Article"}, "type"),
        (NOTE, READ | {"names": []}, "name"),
        (NOTE | {"contentMap": {"it": "<p>y</p>"}}, READ, "content"),
        (NOTE, {"error": "TypeError"}, "TypeError"),
        (CREATE, READ_CREATE | {"inside": READ | {"contents": ["z"]}}, "content"),
        (CREATE, READ_CREATE | {"inside": None}, "object"),
        (CREATE | {"object": "https://a.example/3"}, READ_CREATE, "object"),
    ],
)
def test_what_was_lost_or_changed_on_the_way_is_named(doc, read, word):
    assert word in misread(doc, read)


def test_what_arrived_whole_is_not_complained_about():
    assert misread(NOTE, READ) == misread(CREATE, READ_CREATE) == ""
