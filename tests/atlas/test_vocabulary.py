"""The shared words are loaded once, the same everywhere, and keep SKOS's promises."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import translation

from atlas import vocabulary
from atlas.models import Topic
from atlas.vocabulary import Vocabulary

pytestmark = pytest.mark.django_db


def test_the_words_are_there_after_migrating_and_loading_again_only_reads(django_assert_num_queries):
    assert Topic.objects.filter(scheme="topic", broader=None).count() == 9
    assert Topic.objects.filter(scheme="axis").count() == 3
    with django_assert_num_queries(3):  # one table, between savepoint and release
        assert vocabulary.load() == 0


def test_a_changed_word_comes_back_and_nothing_is_deleted():
    housing = Topic.objects.get(iri="urn:flotilla:topic:housing")
    housing.labels = {"en": "Homes"}
    housing.save()
    own = Topic.objects.create(iri="urn:flotilla:topic:old", scheme="topic", slug="old", labels={"en": "Old"})
    assert vocabulary.load() == 1
    housing.refresh_from_db()
    assert housing.labels == {"en": "Housing", "it": "Abitare"}
    own.refresh_from_db()


def test_after_a_flush_the_words_come_back(transactional_db):
    call_command("flush", interactive=False, verbosity=0)
    assert Topic.objects.filter(scheme="topic").count() > 80


def test_labels_are_in_the_language_of_the_page_or_english():
    topic = Topic.objects.get(iri="urn:flotilla:topic:private-renting")
    with translation.override("it"):
        assert str(topic) == "Affitto privato"
    assert topic.label("en-gb") == "Private renting"
    assert topic.label("fr") == "Private renting"
    assert "sfratto" in topic.also_called("it")
    assert topic.define("it").startswith("Vivere in affitto")


def test_every_concept_has_one_label_in_each_language_and_none_stands_for_two():
    for scheme in Topic.Scheme.values:
        for language in ("en", "it"):
            taken: dict[str, str] = {}
            for topic in Topic.objects.filter(scheme=scheme):
                assert topic.labels[language]
                assert topic.definition[language]
                for label in {topic.labels[language], *topic.alt_labels.get(language, [])}:
                    known = taken.setdefault(label.casefold(), topic.slug)
                    assert known == topic.slug, f"{label!r} stands for {known} and for {topic.slug}"


def test_related_is_true_on_both_sides():
    by_iri = {topic.iri: topic for topic in Topic.objects.all()}
    for topic in by_iri.values():
        for other in topic.related:
            assert topic.iri in by_iri[other].related


def test_choices_put_narrower_topics_below_theirs():
    with translation.override("it"):
        choices = dict(Vocabulary().choices("topic"))
    assert choices["Abitare"][:2] == [("housing", "Abitare"), ("private-renting", "Affitto privato")]
    assert dict(Vocabulary().choices("axis", by="iri"))["urn:flotilla:axis:action"] == "Action and activation"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("my landlord wants an eviction", "private-renting"),
        ("How do I object to a development?", "planning-applications"),
        ("cerco un orto condiviso", "community-gardening"),
        ("come salvare un luogo di quartiere", "assets-of-community-value"),
    ],
)
def test_a_plain_question_leads_to_a_topic(question, expected):
    from atlas.searching import topics_named

    found = topics_named(question, Vocabulary().of("topic"))
    assert expected in [topic.slug for topic in found]
