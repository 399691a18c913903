"""What apps publish becomes cards, topics and links; the journal says what moved."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction

from atlas import cards, cells
from atlas.cards import LinkData
from atlas.models import Card, CardTopic, Link
from federation import audiences
from federation.models import Actor, AudienceKey, Node
from journal.models import Entry
from journal.replaying import replay

pytestmark = pytest.mark.django_db


@pytest.fixture
def hackney(db):
    return Node.objects.create(origin="https://hackney.example", name="Hackney")


def told(uri):
    return list(Entry.objects.filter(uri=uri, name__startswith="card.").values_list("name", flat=True).order_by("id"))


def everything():
    """All the atlas holds, without primary keys."""
    columns = [field.attname for field in Card._meta.concrete_fields if field.name != "id"]
    return (
        list(Card.objects.order_by("uri").values(*columns)),
        sorted(CardTopic.objects.values_list("card__uri", "topic_id")),
        sorted(
            map(
                str,
                Link.objects.values_list("source_uri", "from_uri", "to_uri", "relation", "state", "amount"),
            )
        ),
    )


def test_a_published_thing_appears_once_moves_and_goes(harbour, work):
    uri = harbour.publish(1, title="A room in Camden", topics=[harbour.HOUSING])
    work()
    card = Card.objects.get()
    assert (card.uri, card.title, card.node, card.topics.get().slug) == (
        uri,
        "A room in Camden",
        None,
        "housing",
    )
    assert card.appeared_at == Entry.objects.get(name="card.appeared").at

    harbour.publish(1, title="A bigger room in Camden")
    work()
    card.refresh_from_db()
    assert card.title == "A bigger room in Camden"
    assert not card.topics.exists()

    harbour.withdraw(uri)
    work()
    assert not Card.objects.exists()
    assert told(uri) == ["card.appeared", "card.moved", "card.gone"]


def test_a_thing_that_comes_back_appears_again(harbour, work):
    uri = harbour.publish(1)
    work()
    harbour.withdraw(uri)
    work()
    harbour.publish(1)
    work()
    assert told(uri) == ["card.appeared", "card.gone", "card.appeared"]


def test_doing_an_errand_twice_changes_and_tells_nothing(harbour, work):
    uri = harbour.publish(1, topics=[harbour.HOUSING], group_uri="https://a.example/groups/1", group_name="Tenants")
    work()
    before = everything()
    with transaction.atomic():
        cards.refresh("sail", uri)
    assert everything() == before
    assert told(uri) == ["card.appeared"]


def test_a_peers_thing_is_told_as_theirs(harbour, work, hackney):
    uri = harbour.publish(1, node=hackney)
    work()
    assert Card.objects.get(uri=uri).node == hackney
    assert Entry.objects.get(name="card.appeared").origin == "peer"


def test_the_summary_becomes_short_plain_words(harbour, work):
    harbour.publish(
        1, summary="**Two** rooms, [with a garden](https://a.example).\n\n" + "Long. " * 200, title="x" * 400
    )
    work()
    card = Card.objects.get()
    assert card.summary.startswith("Two rooms, with a garden. Long.")
    assert len(card.summary) <= 280
    assert len(card.title) == 300


def test_links_live_and_die_with_their_source(harbour, work):
    funder = "https://a.example/groups/funder"
    uri = harbour.publish(
        1,
        group_uri="https://a.example/groups/tenants",
        links=[LinkData(to_uri=funder, relation="funded", amount=Decimal("500.00"), currency="GBP")],
    )
    work()
    assert set(Link.objects.values_list("to_uri", "relation")) == {
        (funder, "funded"),
        ("https://a.example/groups/tenants", "by"),
    }
    harbour.publish(1, links=[LinkData(to_uri=funder, relation="funded", state="asked")])
    work()
    assert list(Link.objects.values_list("state", "amount", "currency")) == [("asked", None, "")]
    harbour.withdraw(uri)
    work()
    assert not Link.objects.exists()


def test_a_group_that_changes_its_name_is_renamed_on_its_cards(harbour, work):
    group = harbour.publish("tenants", kind="crew", title="Tenants of Camden")
    harbour.publish(1, group_uri=group, group_name="Tenants of Camden")
    work()
    harbour.publish("tenants", kind="crew", title="Renters of Camden")
    work()
    assert Card.objects.get(kind="sail").group_name == "Renters of Camden"


def test_a_kind_without_cards_is_left_alone(harbour, work):
    with transaction.atomic():
        harbour.record("stranger.published", "https://a.example/strangers/1")
    work()
    assert not Card.objects.exists()


def test_two_functions_cannot_make_the_cards_of_one_kind():
    with pytest.raises(ValueError, match=r"'sail' are made by tests.atlas.harbour.harbour_card already"):
        cards.builder("sail")(lambda uri: None)


def test_a_clock_that_runs_ahead_gains_nothing(harbour, work):
    harbour.publish(1, updated=dt.datetime(2999, 1, 1, tzinfo=dt.UTC))
    work()
    assert Card.objects.get().updated.year < 2999


def test_the_atlas_thrown_away_and_rebuilt_is_the_same(harbour, work, hackney):
    group = harbour.publish("tenants", kind="crew", title="Tenants of Camden", lat=51.53, lon=-0.14)
    harbour.publish(1, group_uri=group, topics=[harbour.HOUSING, harbour.RENTING], area="Camden, London")
    harbour.publish(2, node=hackney, links=[LinkData(to_uri=group, relation="helps")])
    gone = harbour.publish(3)
    work()
    harbour.publish("tenants", kind="crew", title="Renters of Camden", lat=51.53, lon=-0.14)
    harbour.publish(2, node=hackney, links=[LinkData(to_uri=group, relation="helps", state="agreed")])
    harbour.withdraw(gone)
    work()
    before, said = everything(), Entry.objects.count()

    Card.objects.all().delete()
    Link.objects.all().delete()
    assert replay("atlas") > 0
    work()

    assert everything() == before
    assert Entry.objects.count() == said  # nobody is told again


def test_a_rebuild_removes_what_the_journal_never_heard_of(harbour, work):
    harbour.publish(1)
    work()
    stray = Card.objects.get()
    stray.pk, stray.uri = None, "https://a.example/sails/stray"
    stray.save()
    Link.objects.create(
        from_uri=stray.uri,
        to_uri="https://a.example/x",
        relation="by",
        source_uri="https://a.example/sails/stray",
    )
    replay("atlas")
    work()
    assert Card.objects.get().uri != stray.uri
    assert not Link.objects.exists()


def test_everyone_sees_public_cards_members_their_groups_and_nobody_those_of_a_blocked_node(harbour, work, hackney):
    members = audiences.of_group("http://127.0.0.1:8000/groups/tenants")
    harbour.publish("public")
    harbour.publish("members", audience=members)
    harbour.publish("theirs", node=hackney)
    work()
    bob = Actor.objects.create(uri="http://127.0.0.1:8000/people/bob", handle="p-bob", type="Person")
    AudienceKey.objects.create(actor=bob, audience=members)

    def seen(reader):
        return sorted(uri.rsplit("/")[-1] for uri in Card.objects.visible_to(reader).values_list("uri", flat=True))

    assert seen(None) == ["public", "theirs"]
    assert seen(bob) == ["members", "public", "theirs"]
    Node.objects.update(blocked_at=dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    assert seen(bob) == ["members", "public"]


@pytest.mark.parametrize(("lat", "lon"), [(51.5, -0.12), (-90, -180), (90, 180), (0.01, 0.01), (45.46, 9.19)])
def test_a_coarser_cell_holds_the_finer_one(lat, lon):
    cell = cells.cell_of(lat, lon)
    assert 0 <= cell < 1 << 2 * cells.BITS
    close = cells.cell_of(min(lat + 1e-7, 90), lon)
    assert cell >> cells.shift_for(10) == close >> cells.shift_for(10)


def test_cells_follow_the_squares_of_the_map():
    london, camden, milan = (
        cells.cell_of(51.5, -0.12),
        cells.cell_of(51.55, -0.14),
        cells.cell_of(45.46, 9.19),
    )
    assert london >> cells.shift_for(4) == camden >> cells.shift_for(4)
    assert london >> cells.shift_for(12) != camden >> cells.shift_for(12)
    assert london >> cells.shift_for(5) != milan >> cells.shift_for(5)
