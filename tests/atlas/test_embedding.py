"""Vectors stand by the cards that are compared, in step with their words, whatever happens to the worker."""

from __future__ import annotations

import numpy
import pytest

from atlas.embedding import embedder as embedders
from atlas.embedding import keeping, vectors
from atlas.models import Embedding
from journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sails_are_compared(monkeypatch):
    monkeypatch.setattr(keeping, "_kinds", {"sail"})


def of(uri):
    return Embedding.objects.get(card__uri=uri)


def embedded(uri):
    return Entry.objects.filter(uri=uri, name="card.embedded").count()


def test_a_card_gets_a_vector_and_another_with_other_words(harbour, work):
    uri = harbour.publish(1, title="A room for forty", summary="With a kettle")
    other = harbour.publish(1, kind="buoy")
    work()
    first = of(uri)
    assert first.made_by == "trigrams-1" and len(first.vector) == 512 and embedded(uri) == 1
    assert not Embedding.objects.filter(card__uri=other).exists(), "of a kind that is compared with nothing"
    harbour.publish(1, title="A room for forty", summary="With a kettle", area="Camden")
    work()
    assert bytes(of(uri).vector) == bytes(first.vector) and embedded(uri) == 1, "the same words mean the same"
    harbour.publish(1, title="A van for a day", summary="")
    work()
    assert bytes(of(uri).vector) != bytes(first.vector) and embedded(uri) == 2
    harbour.withdraw(uri)
    work()
    assert not Embedding.objects.exists()


def test_what_changes_while_its_vector_is_made_is_made_again(harbour, work, monkeypatch):
    uri = harbour.publish(1, title="A room")
    made = keeping._made

    def changed_meanwhile(texts):
        if not keeping_seen:
            keeping_seen.append(texts)
            Embedding.objects.update(digest="of other words")
        return made(texts)

    keeping_seen: list = []
    monkeypatch.setattr(keeping, "_made", changed_meanwhile)
    work()
    assert of(uri).digest == "of other words" and of(uri).vector is not None and embedded(uri) == 1
    assert len(keeping_seen) == 1


def test_words_that_cannot_be_embedded_do_not_stop_the_others(harbour, work, monkeypatch):
    class Fussy(embedders.TrigramEmbedder):
        def encode(self, texts):
            if any("poison" in text for text in texts):
                raise ValueError("not this one")
            return super().encode(texts)

    monkeypatch.setitem(embedders.EMBEDDERS, "trigrams", Fussy)
    embedders._made.cache_clear()
    good, bad = harbour.publish(1, title="A room"), harbour.publish(2, title="poison")
    work()
    embedders._made.cache_clear()
    assert any(of(good).vector) and not any(of(bad).vector)


def test_another_embedder_makes_all_of_them_anew(harbour, work, monkeypatch):
    uri = harbour.publish(1, title="A room")
    work()
    keeping.mark_those_of_others()
    assert of(uri).vector is not None, "nothing to do while it is the same one"
    monkeypatch.setattr(embedders.TrigramEmbedder, "name", "trigrams-2")
    keeping.mark_those_of_others()
    assert of(uri).vector is None
    work()
    assert of(uri).made_by == "trigrams-2"


@pytest.fixture(scope="module")
def universal():
    return embedders.UniversalEmbedder()


def test_meaning_crosses_languages(universal):
    need, same, other = universal.encode(["Our roof leaks", "Ci piove in casa dal tetto", "A choir looks for tenors"])
    assert need @ same > need @ other + 0.2


def test_what_is_kept_is_as_near_as_what_was_made(universal):
    texts = ["Our roof leaks", "Ci piove in casa", "A choir looks for tenors", "Bikes for children", ""]
    made = universal.encode(texts)
    kept = vectors.unpacked([vectors.packed(each) for each in made], 512)
    assert numpy.abs(made @ made.T - kept @ kept.T).max() < 0.01
    assert not kept[-1].any(), "no words are like nothing"


def test_vectors_of_another_length_are_like_nothing():
    assert not vectors.unpacked([b"\1" * 16], 512).any()
    assert vectors.unpacked([], 512).shape == (0, 512)


def test_trigrams_know_the_same_words_only():
    made = embedders.TrigramEmbedder().encode(["roof leaks", "leaking roofs", "tetto", "of the"])
    assert made[0] @ made[1] > 0.5 and made[0] @ made[2] < 0.2 and not made[3].any()


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("MIND IN CAMDEN. We listen.", "mind in camden. We listen."),
        ("Ask the NHS. UNESCO too", "Ask the NHS. UNESCO too"),
        ("TO HELP. THE OLDER PEOPLE OF ITALY", "to help. the older people of italy"),
        ("LGBT", "LGBT"),
        ("", ""),
    ],
)
def test_what_is_all_in_capitals_is_read_in_small_letters(said, read):
    assert embedders.in_small_letters(said) == read
