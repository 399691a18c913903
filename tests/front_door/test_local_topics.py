"""Stewards add topics of their node, change them, map them to others and retire them; people choose and find them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from accounts.actions import set_language
from atlas.concept_rules import CannotSay, Words
from atlas.concepts import add_concept, retire_concept
from atlas.models import Mapping, Topic
from cop.models import Proposal
from federation import http
from journal.models import Entry
from tests.concepts import ENVIRONMENT, RENTING, Stewards
from tests.gatherings import HOUSING

pytestmark = pytest.mark.django_db

FORM = {
    "label_en": "Flood watch",
    "label_it": "Vedetta delle piene",
    "also_en": "river watch\r\nsandbag crew\r\n",
    "also_it": "",
    "definition_en": "People who look after a river.",
    "definition_it": "",
    "broader": "environment",
}
WIKIDATA = "http://www.wikidata.org/entity/Q8068"


@pytest.fixture
def camden(db) -> Stewards:
    return Stewards()


@pytest.fixture
def desk(camden):
    return camden.client(camden.alice)


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def happened(topic: Topic) -> list[str]:
    return list(Entry.objects.filter(uri=topic.iri).order_by("id").values_list("name", flat=True))


def test_a_steward_adds_a_topic_and_people_find_it_where_it_lies(camden, desk):
    assert "/desk/topics" in text_of(desk.get("/desk/"))
    assert "No topics of your own yet" in text_of(desk.get("/desk/topics"))
    answer = desk.post("/desk/new-topic", FORM)
    assert answer.headers["Location"] == "/desk/topics/flood-watch"
    topic = Topic.objects.get(slug="flood-watch")
    assert topic.iri == f"{settings.ORIGIN}/topics/flood-watch"
    assert topic.labels == {"en": "Flood watch", "it": "Vedetta delle piene"}
    assert topic.alt_labels == {"en": ["river watch", "sandbag crew"]}
    assert topic.broader.iri == ENVIRONMENT
    assert topic.flag == "environment"
    assert happened(topic) == ["topic.added"]
    assert "Flood watch" in text_of(desk.get("/desk/topics"))
    page = text_of(camden.client().get("/topics/flood-watch"))
    for words in ("Flood watch", "People who look after a river.", "river watch, sandbag crew", "#flag-environment"):
        assert words in page
    for where in ("/topics/environment", "/topics/", "/atlas/?q=a+sandbag+crew"):
        assert "/topics/flood-watch" in text_of(camden.client().get(where)), where


def test_it_is_offered_under_its_broad_topic_chosen_and_counted(camden, work):
    topic = camden.topic(under=ENVIRONMENT)
    client = camden.client(camden.alice)
    form = text_of(client.get("/needs/new"))
    environment, rest = form.index(f'value="{ENVIRONMENT}"'), form.index('value="urn:flotilla:topic:participation"')
    assert environment < form.index(f'value="{topic.iri}"') < rest
    sent = {"title": "Sandbags", "support": "space", "topics": [topic.iri], "language": "en", "audience": "everyone"}
    answer = client.post("/needs/new", sent | {"speaker": camden.group.public_id})
    assert answer.status_code == 302, text_of(answer)[:500]
    work()
    visitor = camden.client()
    for slug in ("flood-watch", "environment"):
        assert "Sandbags" in text_of(visitor.get(f"/topics/{slug}"))
        assert "Sandbags" in text_of(visitor.get(f"/needs/?topic={slug}"))
        assert re.search(
            rf'href="/topics/{slug}">[^<]+</a>\s*<span class="topic-count">1<', text_of(visitor.get("/topics/"))
        )
    assert "Sandbags" not in text_of(visitor.get("/needs/?topic=housing"))


def test_a_topic_of_its_own_stands_apart_and_one_that_means_a_shared_one_flies_its_flag(camden, desk, work):
    camden.topic("Boat people")
    camden.need(camden.topic(exactMatch=HOUSING).iri)
    camden.need(HOUSING, title="A room")
    work()
    assert Topic.objects.get(slug="boat-people").flag == ""
    assert Topic.objects.get(slug="flood-watch").flag == "housing"
    assert "Topics of this node" in text_of(desk.get("/needs/new"))
    for slug in ("flood-watch", "housing"):
        listed = text_of(camden.client().get(f"/needs/?topic={slug}"))
        assert "Sandbags" in listed and "A room" in listed
        assert re.search(
            rf'href="/topics/{slug}">[^<]+</a>\s*<span class="topic-count">2<', text_of(desk.get("/topics/"))
        )
    assert "Means the same as" in text_of(camden.client().get("/topics/housing"))


def test_a_steward_changes_words_and_place_and_the_address_stays(camden, desk, work):
    topic = camden.topic(under=ENVIRONMENT)
    camden.need(topic.iri)
    work()
    form = text_of(desk.get("/desk/topics/flood-watch"))
    assert 'value="Flood watch"' in form and "Flood watch volunteers" in form
    answer = desk.post("/desk/topics/flood-watch", FORM | {"label_en": "High water", "broader": "private-renting"})
    assert answer.status_code == 302
    work()
    topic.refresh_from_db()
    assert (topic.slug, topic.label("en"), topic.flag, topic.actor.name) == (
        "flood-watch",
        "High water",
        "housing",
        "High water",
    )
    assert "Sandbags" in text_of(camden.client().get("/needs/?topic=housing"))
    assert "Sandbags" not in text_of(camden.client().get("/needs/?topic=environment"))
    page = text_of(desk.get("/desk/topics/flood-watch"))
    assert "We added this topic." in page and "We changed its words or its place." in page
    assert "alice@camden.example" in page


def test_a_retired_topic_is_not_offered_and_what_has_it_keeps_it(camden, desk, work):
    topic = camden.topic(under=ENVIRONMENT)
    need = camden.need(topic.iri)
    work()
    assert desk.post("/desk/topics/flood-watch/retire").status_code == 302
    topic.refresh_from_db()
    assert topic.retired_at is not None and happened(topic) == ["topic.added", "topic.retired"]
    assert topic.iri not in text_of(desk.get("/needs/new"))
    assert topic.iri not in text_of(desk.get("/gatherings/new?topic=flood-watch"))
    form = text_of(desk.get(f"{need.get_absolute_url()}/edit"))
    assert f'value="{topic.iri}"' in form
    sent = {
        "title": "More sandbags",
        "support": "space",
        "topics": [topic.iri],
        "language": "en",
        "version": need.version,
    }
    assert desk.post(f"{need.get_absolute_url()}/edit", sent).status_code == 302
    need.refresh_from_db()
    assert (need.title, need.topics) == ("More sandbags", [topic.iri])
    fresh = {"title": "New", "support": "space", "topics": [topic.iri], "language": "en", "audience": "everyone"}
    refused = desk.post("/needs/new", fresh | {"speaker": camden.group.public_id})
    assert refused.status_code == 400 and topic.iri in text_of(refused)
    assert not Proposal.objects.filter(title="New").exists()
    work()
    page = text_of(camden.client().get("/topics/flood-watch"))
    assert "have retired this topic" in page and "More sandbags" in page
    assert "/topics/flood-watch" in text_of(camden.client().get("/topics/"))
    assert "More sandbags" in text_of(camden.client().get("/needs/?topic=flood-watch"))
    assert desk.post("/desk/topics/flood-watch/return").status_code == 302
    assert f'value="{topic.iri}"' in text_of(desk.get("/needs/new"))
    assert happened(topic)[-1] == "topic.returned"


def test_nobody_is_asked_to_write_about_a_retired_topic(camden):
    retire_concept(camden.topic(), by=camden.alice)
    page = text_of(camden.client().get("/topics/flood-watch"))
    assert "Nothing is about this topic" in page and "/needs/new" not in page


def test_a_steward_maps_a_topic_and_takes_it_back(camden, desk, work):
    topic = camden.topic()
    camden.need(topic.iri)
    work()
    path = "/desk/topics/flood-watch/mappings"
    assert desk.post(path, {"relation": "broadMatch", "known": ENVIRONMENT, "target": ""}).status_code == 302
    assert desk.post(path, {"relation": "closeMatch", "known": "", "target": f" {WIKIDATA} "}).status_code == 302
    own_page = {"relation": "relatedMatch", "known": "", "target": f"{settings.ORIGIN}/topics/private-renting"}
    assert desk.post(path, own_page).status_code == 302
    work()
    assert set(Mapping.objects.values_list("relation", "target")) == {
        ("broadMatch", ENVIRONMENT),
        ("closeMatch", WIKIDATA),
        ("relatedMatch", RENTING),
    }
    page = text_of(camden.client().get("/topics/flood-watch"))
    assert f'href="{WIKIDATA}"' in page and "Means nearly the same as" in page and 'href="/topics/environment"' in page
    assert "/topics/flood-watch" in text_of(camden.client().get("/topics/environment"))
    assert "Sandbags" in text_of(camden.client().get("/needs/?topic=environment"))
    broad = Mapping.objects.get(relation="broadMatch")
    assert desk.post(f"{path}/{broad.pk}/removal").status_code == 302
    work()
    assert "Sandbags" not in text_of(camden.client().get("/needs/?topic=environment"))
    assert happened(topic)[-2:] == ["topic.mapped", "topic.unmapped"]


def test_nobody_but_a_steward_finds_the_desk(camden):
    topic = camden.topic(exactMatch=WIKIDATA)
    mapping = Mapping.objects.get()
    pages = ["/desk/topics", "/desk/new-topic", "/desk/topics/flood-watch"]
    acts = ["retire", "return", "mappings", f"mappings/{mapping.pk}/removal"]
    for person, status in ((camden.bob, 404), (None, 302)):
        client = camden.client(person)
        for path in pages:
            assert client.get(path).status_code == status, path
        for path in [
            "/desk/new-topic",
            "/desk/topics/flood-watch",
            *(f"/desk/topics/flood-watch/{act}" for act in acts),
        ]:
            assert client.post(path, FORM).status_code == status, path
    assert happened(topic) == ["topic.added", "topic.mapped"]
    assert Topic.objects.local().count() == Mapping.objects.count() == 1


def test_what_is_shared_or_not_there_has_no_page_on_the_desk(camden, desk):
    for slug in ("housing", "nothing"):
        assert desk.get(f"/desk/topics/{slug}").status_code == 404
        assert desk.post(f"/desk/topics/{slug}/retire").status_code == 404
    other = camden.topic("Other", exactMatch=WIKIDATA)
    camden.topic()
    assert desk.post(f"/desk/topics/flood-watch/mappings/{other.mappings.get().pk}/removal").status_code == 404
    assert Mapping.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"label_en": "", "label_it": ""}, "label_en", "at least one language"),
        ({"label_en": "x" * 81}, "label_en", "80"),
        ({"label_en": "Housing"}, "label_en", "There is a topic “Housing” already"),
        ({"label_it": "ABITARE"}, "label_it", "There is a topic “ABITARE” already"),
        ({"also_en": "flood WATCH"}, "also_en", "“flood WATCH” is the name of the topic already"),
        ({"also_en": "one\ntwo\nOne"}, "also_en", "“One” stands here twice"),
        ({"also_en": "\n".join(f"w{n}" for n in range(21))}, "also_en", "at most 20 other words; you gave 21"),
        ({"also_en": "y" * 81}, "also_en", "has 81 letters; one to 80"),
        ({"definition_en": "z" * 601}, "definition_en", "600"),
        ({"broader": "nowhere"}, "broader", "nowhere"),
        ({"broader": "action"}, "broader", "action"),
    ],
)
def test_words_that_cannot_be_taken_are_named_with_what_is_accepted(camden, desk, changed, field, words):
    answer = desk.post("/desk/new-topic", FORM | changed)
    page = text_of(answer)
    assert answer.status_code == 400
    assert words in page
    assert f'href="#id_{field}"' in page
    assert not Topic.objects.local().exists()


def test_one_preferred_label_in_each_language_whatever_is_sent(camden, desk):
    """S14: two values for one field leave one label, on one line and without control characters."""
    assert desk.post("/desk/new-topic", FORM | {"label_en": ["First", "Flood\x07\r\nwatch"]}).status_code == 302
    assert Topic.objects.local().get().labels == {"en": "Flood watch", "it": "Vedetta delle piene"}


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://x.example/" + "a" * 2000,
        "https://x.example/a b",
        "https://x.example/\x00",
        "https://x.example/\x1b[2J",
        "https://user:secret@x.example/",
        "https:///nowhere",
        "//x.example/topics/a",
        "x.example/topics/a",
        "https://x.example/<script>",
        "urn:flotilla:topic:nowhere",
        f"{settings.ORIGIN}/topics/nowhere",
        f"{settings.ORIGIN}/topics/flood-watch",
    ],
)
def test_what_is_no_name_of_a_concept_is_refused(camden, desk, target):
    camden.topic()
    answer = desk.post("/desk/topics/flood-watch/mappings", {"relation": "exactMatch", "known": "", "target": target})
    assert answer.status_code == 400
    assert 'href="#id_target"' in text_of(answer)
    assert not Mapping.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"relation": "sameAs", "known": HOUSING, "target": ""}, "relation"),
        ({"relation": "exactMatch", "known": "urn:flotilla:topic:nowhere", "target": ""}, "known"),
        ({"relation": "exactMatch", "known": "", "target": ""}, "target"),
        ({"relation": "exactMatch", "known": HOUSING, "target": WIKIDATA}, "target"),
    ],
)
def test_a_mapping_says_one_thing_of_one_concept(camden, desk, sent, field):
    camden.topic()
    answer = desk.post("/desk/topics/flood-watch/mappings", sent)
    assert answer.status_code == 400 and f'href="#id_{field}' in text_of(answer)
    assert not Mapping.objects.exists()


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:1/topics/a", "http://169.254.169.254/latest", "http://10.0.0.1/x"]
)
def test_nothing_is_ever_fetched(camden, desk, work, monkeypatch, target):
    def fetched(*args: Any, **kwargs: Any) -> None:
        raise AssertionError(f"something was fetched: {args}")

    monkeypatch.setattr(http, "fetch", fetched)
    monkeypatch.setattr(http, "begin", fetched)
    topic = camden.topic()
    camden.need(topic.iri)
    desk.post("/desk/topics/flood-watch/mappings", {"relation": "closeMatch", "known": "", "target": target})
    work()
    for path in ("/topics/flood-watch", "/desk/topics/flood-watch", "/topics.ttl", "/topics/flood-watch.jsonld"):
        assert desk.get(path).status_code == 200
    assert Mapping.objects.get().target == target


def test_a_contradiction_is_said_at_the_form_and_nothing_changes(camden, desk):
    camden.topic(exactMatch=RENTING)
    answer = desk.post(
        "/desk/topics/flood-watch/mappings", {"relation": "relatedMatch", "known": HOUSING, "target": ""}
    )
    assert answer.status_code == 400
    assert "it cannot only have to do with it" in text_of(answer) and "Housing" in text_of(answer)
    assert Mapping.objects.count() == 1


def test_there_is_an_end_to_how_many_there_can_be(camden, monkeypatch):
    monkeypatch.setattr("atlas.concepts.MOST_CONCEPTS", 1)
    monkeypatch.setattr("atlas.concepts.MOST_MAPPINGS", 1)
    camden.topic(exactMatch=WIKIDATA)
    with pytest.raises(CannotSay, match="at most 1 topics"):
        camden.topic("Another")
    answer = camden.client(camden.alice).post(
        "/desk/topics/flood-watch/mappings", {"relation": "closeMatch", "known": "", "target": "urn:x:y"}
    )
    assert answer.status_code == 400 and "at most 1 others" in text_of(answer)


def test_two_topics_of_one_name_have_two_addresses_and_a_groups_name_is_not_taken(camden):
    retired = camden.topic("Tenants of Camden")
    retire_concept(retired, by=camden.alice)
    again = camden.topic("Tenants of Camden")
    assert retired.slug != again.slug
    assert {retired.actor.handle, again.actor.handle} == {retired.slug, again.slug}
    assert camden.group.actor.handle not in {retired.slug, again.slug}
    refused = camden.client(camden.alice).post(f"/desk/topics/{retired.slug}/return", follow=True)
    assert "There is a topic “Tenants of Camden” already" in text_of(refused)
    retired.refresh_from_db()
    assert retired.retired_at is not None


def test_a_topic_named_in_italian_alone_is_shown_so_to_everybody(camden):
    topic = add_concept(Words({"it": "Piene"}, {}, {}), None, by=camden.alice)
    assert topic.slug == "piene"
    assert "Piene" in text_of(camden.client().get("/topics/piene"))
    set_language(camden.alice.user, "it")
    with translation.override("it"):
        assert str(topic) == "Piene"


def test_who_follows_a_topic_hears_of_what_lies_under_it(camden, work):
    from notifications.actions import follow
    from notifications.models import Follow, Notice

    topic = camden.topic(closeMatch=HOUSING)
    follow(camden.bob.user, Follow.Kind.TOPIC, HOUSING)
    follow(camden.charlie.user, Follow.Kind.TOPIC, topic.iri)
    work()
    camden.need(topic.iri)
    work()
    told = Notice.objects.filter(kind="new_in_topic").values_list("user__email", "params")
    assert {email: params["topic"] for email, params in told} == {
        "bob@camden.example": HOUSING,
        "charlie@camden.example": topic.iri,
    }
