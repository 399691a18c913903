"""What is found under what, and what may not be said together."""

from __future__ import annotations

import pytest
from django.db import transaction

from atlas import meaning, vocabulary
from atlas.concept_rules import CannotSay, Words
from atlas.concepts import change_concept, map_concept, retire_concept, unmap_concept
from atlas.integrity import Contradiction, contradictions
from atlas.meaning import Statements
from atlas.models import Card, CardTopic, Mapping, Topic
from atlas.vocabulary import Concept, Vocabulary
from federation.moderation import StewardsOnly
from journal.replaying import replay
from tests.atlas.harbour import HOUSING, PLANNING, RENTING
from tests.concepts import Stewards

pytestmark = pytest.mark.django_db

ELSEWHERE = "https://hackney.example/topics/high-water"


@pytest.fixture
def camden(db) -> Stewards:
    return Stewards()


def words_of(topic: Topic) -> Words:
    return Words(topic.labels, topic.alt_labels, topic.definition)


def found_under(slug: str) -> set[str]:
    known = Vocabulary()
    topic = known.get("topic", slug)
    assert topic is not None
    return set(Card.objects.about(known.with_narrower(topic)).values_list("title", flat=True))


def test_the_shared_words_do_not_contradict_each_other():
    assert list(contradictions(Statements.of_this_node())) == []


@pytest.mark.parametrize("relation", ["exactMatch", "closeMatch", "broadMatch"])
def test_a_thing_is_found_under_what_its_topic_means(camden, harbour, work, relation):
    topic = camden.topic(**{relation: PLANNING})
    harbour.publish(1, title="Ours", topics=[topic.iri])
    work()
    assert found_under("planning") == found_under("flood-watch") == {"Ours"}
    assert found_under("housing") == set()


def test_an_exact_match_holds_both_ways_and_a_close_one_does_not(camden, harbour, work):
    camden.topic("Same", exactMatch=HOUSING)
    camden.topic("Near", closeMatch=HOUSING)
    harbour.publish(1, title="A room", topics=[HOUSING])
    harbour.publish(2, title="A tenancy", topics=[RENTING])
    work()
    assert found_under("same") == {"A room", "A tenancy"}
    assert found_under("near") == set()


def test_what_is_narrower_or_only_related(camden, harbour, work):
    camden.topic("Wide", narrowMatch=HOUSING)
    related = camden.topic("Beside", relatedMatch=HOUSING)
    harbour.publish(1, title="A room", topics=[HOUSING])
    harbour.publish(2, title="Something else", topics=[related.iri])
    work()
    assert found_under("wide") == {"A room"}
    assert found_under("beside") == {"Something else"}
    assert found_under("housing") == {"A room"}


def test_a_deep_topic_is_found_under_all_above_it(camden, harbour, work):
    upper = camden.topic("Upper", under=RENTING)
    lower = camden.topic("Lower", under=upper.iri)
    harbour.publish(1, title="Deep", topics=[lower.iri])
    work()
    for slug in ("lower", "upper", "private-renting", "housing"):
        assert found_under(slug) == {"Deep"}, slug
    assert Topic.objects.get(pk=lower.pk).flag == "housing"
    with pytest.raises(CannotSay, match="4 levels"):
        camden.topic("Lowest", under=lower.iri)


def test_things_of_a_neighbour_are_found_under_what_its_topic_is_mapped_to(camden, harbour, work):
    camden.topic(exactMatch=ELSEWHERE, broadMatch=PLANNING)
    harbour.publish(1, title="Theirs", topics=[ELSEWHERE])
    work()
    assert found_under("flood-watch") == found_under("planning") == {"Theirs"}


def test_what_is_mapped_later_moves_what_is_there(camden, harbour, work):
    topic = camden.topic()
    harbour.publish(1, title="Before", topics=[topic.iri])
    harbour.publish(2, title="Untouched", topics=[PLANNING])
    work()
    assert found_under("planning") == {"Untouched"}
    mapping = map_concept(topic, "broadMatch", PLANNING, by=camden.alice)
    work()
    assert found_under("planning") == {"Before", "Untouched"}
    unmap_concept(mapping, by=camden.alice)
    work()
    assert found_under("planning") == {"Untouched"}
    change_concept(topic, words_of(topic), Topic.objects.get(iri=HOUSING), by=camden.alice)
    work()
    assert found_under("housing") == {"Before"}


def test_more_things_than_one_errand_takes(camden, harbour, work, monkeypatch):
    monkeypatch.setattr("atlas.rehanging.AT_A_TIME", 2)
    topic = camden.topic()
    for number in range(5):
        harbour.publish(number, topics=[topic.iri])
    work()
    map_concept(topic, "broadMatch", PLANNING, by=camden.alice)
    work()
    assert CardTopic.objects.filter(topic_id=PLANNING, said=False).count() == 5


def test_the_atlas_rebuilt_says_the_same(camden, harbour, work):
    topic = camden.topic(broadMatch=PLANNING)
    harbour.publish(1, topics=[topic.iri])
    work()
    rows = sorted(CardTopic.objects.values_list("card__uri", "topic_id", "said"))
    Card.objects.all().delete()
    replay("atlas")
    work()
    assert sorted(CardTopic.objects.values_list("card__uri", "topic_id", "said")) == rows
    assert [row[2] for row in rows] == [True, False]


def test_what_only_follows_is_no_news_and_is_not_shown_as_said(camden, harbour, work):
    topic = camden.topic(broadMatch=PLANNING)
    uri = harbour.publish(1, topics=[topic.iri])
    work()
    [card] = Card.objects.filter(uri=uri).for_page()
    assert [each.topic.iri for each in card.said_topics] == [topic.iri]


def test_where_all_topics_are_shared_and_nothing_is_mapped_one_query_says_so(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert meaning.implied([HOUSING, RENTING]) == []
    with django_assert_num_queries(0):
        assert meaning.carried([HOUSING, RENTING]) == [HOUSING, RENTING]


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (("exactMatch", RENTING), ("broadMatch", HOUSING), ""),
        (("exactMatch", RENTING), ("narrowMatch", HOUSING), "circle|the same and be part"),
        (("exactMatch", RENTING), ("exactMatch", HOUSING), "the same and be part"),
        (("exactMatch", HOUSING), ("relatedMatch", RENTING), "cannot only have to do"),
        (("broadMatch", RENTING), ("relatedMatch", HOUSING), "cannot only have to do"),
        (("broadMatch", RENTING), ("narrowMatch", HOUSING), "circle"),
        (("closeMatch", RENTING), ("broadMatch", HOUSING), ""),
    ],
)
def test_what_contradicts_what_is_said_already_is_refused(camden, first, second, words):
    topic = camden.topic(**dict([first]))
    if not words:
        map_concept(topic, *second, by=camden.alice)
        return
    with pytest.raises(CannotSay, match=words) as refused:
        map_concept(topic, *second, by=camden.alice)
    assert refused.value.field == "target"
    assert Mapping.objects.count() == 1


def test_two_that_mean_the_same_elsewhere_cannot_be_part_of_each_other(camden):
    """S45: an exact match is transitive; S46: and disjoint with a broader and a related one."""
    one = camden.topic("One", exactMatch=ELSEWHERE)
    two = camden.topic("Two", under=one.iri)
    with pytest.raises(CannotSay, match="the same and be part"):
        map_concept(two, "exactMatch", ELSEWHERE, by=camden.alice)
    three = camden.topic("Three", relatedMatch=one.iri)
    with pytest.raises(CannotSay, match="the same and only"):
        map_concept(three, "exactMatch", ELSEWHERE, by=camden.alice)


def test_one_pair_has_one_relation_and_nothing_is_mapped_to_itself(camden):
    topic = camden.topic(exactMatch=ELSEWHERE)
    for relation in Mapping.Relation.values:
        with pytest.raises(CannotSay, match="already"):
            map_concept(topic, relation, ELSEWHERE, by=camden.alice)
        with pytest.raises(CannotSay, match="itself"):
            map_concept(topic, relation, topic.iri, by=camden.alice)


def test_no_topic_lies_under_itself(camden):
    one = camden.topic("One")
    two = camden.topic("Two", under=one.iri)
    for broader in (one, two):
        with pytest.raises(CannotSay, match="lies under it") as refused:
            change_concept(one, words_of(one), broader, by=camden.alice)
        assert refused.value.field == "broader"
    with pytest.raises(CannotSay, match="circle"):
        map_concept(one, "broadMatch", two.iri, by=camden.alice)


def test_contradictions_are_named():
    statements = Statements(under=[("a", "b"), ("b", "c"), ("c", "a")], related=[("a", "c"), ("x", "y")])
    assert {each for each, _pair in contradictions(statements)} == {
        Contradiction.CIRCLE,
        Contradiction.PART_AND_RELATED,
    }
    assert [each for each, _pair in contradictions(Statements(same=[("x", "y")], related=[("x", "y")]))] == [
        Contradiction.SAME_AND_RELATED
    ]


def test_only_a_steward_says_anything(camden):
    topic = camden.topic()
    for refused in (
        lambda: change_concept(topic, words_of(topic), None, by=camden.bob),
        lambda: map_concept(topic, "exactMatch", HOUSING, by=camden.bob),
        lambda: retire_concept(topic, by=camden.bob),
    ):
        with pytest.raises(StewardsOnly):
            refused()


def test_shared_topics_are_nobodys_to_change(camden):
    housing = Topic.objects.get(iri=HOUSING)
    with pytest.raises(Topic.DoesNotExist):
        change_concept(housing, words_of(housing), None, by=camden.alice)


def test_a_shared_topic_that_comes_later_leaves_ours_its_address(camden, monkeypatch):
    ours = camden.topic("Flood watch")
    columns = {"scheme": "topic", "slug": "flood-watch", "order": 900, "labels": {"en": "Floods"}, "alt_labels": {},
               "definition": {}, "related": [], "flag": "environment"}  # fmt: skip
    theirs = Concept("urn:flotilla:topic:flood-watch", None, columns)
    known = vocabulary.concepts()
    monkeypatch.setattr(vocabulary, "concepts", lambda: (*known, theirs))
    with transaction.atomic():
        assert vocabulary.load() == 1
    assert vocabulary.load() == 0
    assert Topic.objects.get(iri=ours.iri).slug == "flood-watch"
    assert Topic.objects.get(iri=theirs.iri).slug == "flood-watch-2"
