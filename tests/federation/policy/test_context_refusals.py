"""A context we do not know is refused and never fetched, wherever it stands."""

import pytest

from federation.bounded import BadDocument
from federation.documents import normalise

AS2 = "https://www.w3.org/ns/activitystreams"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("the network was asked for a context")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)


def refused(context, **more) -> None:
    doc = {"@context": context, "id": "https://a.example/1", "type": "Note", **more}
    with pytest.raises(BadDocument, match="@context") as refusal:
        normalise(doc)
    assert refusal.value.field == "@context"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/context",
        "http://127.0.0.1:8000/context",
        "file:///etc/passwd",
        "file:/etc/passwd",
        "ftp://a.example/x",
        "/etc/passwd",
        "context.json",
        "",
        "data:application/json,{}",
        "https://w3id.org.evil.example/fep/x",
        "http://[::1",
    ],
)
def test_unknown_context(url: str) -> None:
    refused(url)
    refused([AS2, url])
    refused([AS2, {"x": "https://x.example/"}, url])


@pytest.mark.parametrize("context", [3, True, [AS2, 3], [[AS2]], {"@import": "file:///etc/passwd"}], ids=str)
def test_a_context_that_is_none(context) -> None:
    refused(context)


def test_a_context_hidden_in_the_terms_of_another() -> None:
    refused({"@vocab": f"{AS2}#", "content": {"@id": "as:content", "@context": "file:///etc/passwd"}}, content="x")


def test_a_context_inside_an_embedded_object() -> None:
    """Read as plain JSON it is never looked at; rewritten, it is refused."""
    inner = {"@context": "file:///etc/passwd", "type": "Note"}
    doc = {"@context": AS2, "type": "Create", "object": inner}
    assert normalise(doc) is doc
    refused({"@vocab": f"{AS2}#"}, object=inner)


def test_contexts_that_include_each_other() -> None:
    refused({"@vocab": f"{AS2}#", "a": {"@id": "b:x"}, "b": {"@id": "a:x"}}, a="x")


def test_too_many_contexts() -> None:
    refused([AS2] * 21)


def test_a_large_document_is_not_rewritten() -> None:
    with pytest.raises(BadDocument, match="100000 characters"):
        normalise({"@context": {"@vocab": f"{AS2}#"}, "@type": "Note", "content": "x" * 100_000})


def test_several_objects_at_once() -> None:
    with pytest.raises(BadDocument, match="one object"):
        normalise({"@context": {"@vocab": f"{AS2}#"}, "@graph": [{"@type": "Note", "a": 1}, {"@type": "Note", "a": 2}]})
