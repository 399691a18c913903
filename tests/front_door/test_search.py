"""Finding things by words: in either language, with typing errors, and never what a reader may not see."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts import actions
from atlas.models import Card, SearchDocument, Word
from federation import actors, audiences
from federation.models import AudienceKey, Node
from journal.lanes import work_until_idle
from tests.atlas import harbour as harbour_module

pytestmark = pytest.mark.django_db

MEMBERS = audiences.of_group(f"{settings.ORIGIN}/groups/tenants")


@pytest.fixture
def harbour(db):
    harbour_module.clear()
    yield harbour_module
    harbour_module.clear()


@pytest.fixture
def bob(db):
    """A member of the group whose audience is MEMBERS."""
    user = actions.make_account("bob@tenants.example", "a long enough secret")
    AudienceKey.objects.create(actor=actors.for_user(user), audience=MEMBERS)
    return user


def ask(client, q, **more):
    return client.get(f"/atlas/?{urlencode({'q': q, **more})}")


def titles(answer):
    found = re.findall(r'class="card-title"><a href="[^"]*"[^>]*>([^<]*)</a>', answer.content.decode())
    return [unescape(title) for title in found]


# --- Words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("q", ["evictions", "EVICTION", "évictions?", "who can help us with an eviction", "evict*"])
def test_endings_capitals_accents_and_plain_questions_do_not_matter(client, harbour, work, q):
    harbour.publish(1, title="Facing eviction?", language="en")
    harbour.publish(2, title="Choir on Mondays", language="en")
    work()
    assert titles(ask(client, q)) == ["Facing eviction?"]


@pytest.mark.parametrize(
    ("q", "title"),
    [
        ("biblioteca", "Wembley Library"),
        ("centro per gli anziani", "Pensioners centre"),
        ("rifugiati", "Mentors for refugees"),
        ("banca del cibo", "A food bank on Fridays"),
        ("l'orto condiviso", "Allotment behind the station"),
    ],
)
def test_italian_words_find_english_cards(client, harbour, work, q, title):
    for number, each in enumerate(
        [
            "Wembley Library",
            "Pensioners centre",
            "Mentors for refugees",
            "A food bank on Fridays",
            "Allotment behind the station",
        ]
    ):
        harbour.publish(number, title=each, language="en")
    work()
    assert titles(ask(client, q))[:1] == [title]


def test_english_words_find_italian_cards(client, harbour, work):
    harbour.publish(1, title="Biblioteche di quartiere", language="it")
    work()
    assert titles(ask(client, "library")) == ["Biblioteche di quartiere"]


def test_a_topic_is_found_by_its_name_in_the_other_language(client, harbour, work):
    harbour.publish(1, title="Mutual aid", topics=[harbour.HOUSING], language="en")
    harbour.publish(2, title="Something else", language="en")
    work()
    assert titles(ask(client, "abitare")) == ["Mutual aid"]


def test_a_card_that_does_not_say_its_language_is_read_in_the_one_it_is_in(harbour, work):
    harbour.publish(1, title="Cerchiamo delle stanze per le assemblee del nostro quartiere")
    work()
    assert SearchDocument.objects.get().language == "it"


def test_all_words_come_first_then_most_of_them(client, harbour, work):
    harbour.publish(1, title="Damp surveys", summary="In Peckham and around.", language="en")
    harbour.publish(2, title="Bread in Peckham", language="en")
    harbour.publish(3, title="Bicycles in Peckham", language="en")
    work()
    assert titles(ask(client, "who can help us with damp in Peckham"))[0] == "Damp surveys"
    assert titles(ask(client, "damp bicycles")) == [], "half of the question is no answer"


def test_a_word_that_nothing_has_is_left_out_and_named(client, harbour, work):
    harbour.publish(1, title="Sailing on the reservoir", language="en")
    work()
    answer = ask(client, "where can my <b>nephew sail")
    assert titles(answer) == ["Sailing on the reservoir"]
    assert "Nothing has: nephew. These have the other words." in answer.content.decode()
    assert "Nothing has" not in ask(client, "nephew").content.decode()


def test_the_title_tells_more_than_the_place_and_the_place_more_than_the_text(client, harbour, work):
    new, old = timezone.now(), timezone.now() - dt.timedelta(days=9)
    harbour.publish("text", title="Tools", summary="Also for the orchard, we hope.", updated=new, language="en")
    harbour.publish("place", title="Chairs", area="Orchard Street", updated=old, language="en")
    harbour.publish("title", title="The orchard", updated=old - dt.timedelta(days=1), language="en")
    work()
    assert titles(ask(client, "orchard")) == ["The orchard", "Chairs", "Tools"]


def test_text_beyond_the_summary_is_found_and_shown_with_the_word_marked(client, harbour, work):
    text = "<b>We</b> meet & talk. " * 20 + "There is a <i>kiln</i> in the cellar." + " More of it." * 20
    harbour.publish(1, title="Fellows Court", summary="A hall.", text=text, language="en")
    work()
    page = ask(client, "kilns").content.decode()
    assert "<mark>kiln</mark>" in page
    excerpt = page.partition("<mark>")[0].rpartition("<p")[2]
    assert "&amp; talk" in excerpt and "& talk" not in excerpt.replace("&amp; talk", "")
    assert "<mark>" not in ask(client, "hall").content.decode(), "what the card shows needs no explanation"


def test_an_excerpt_shows_markup_in_peoples_words_as_text(client, harbour, work):
    text = "word " * 60 + r"\<script>alert(1)\</script> kiln \<img src=x onerror=alert(1)>"
    harbour.publish(1, title="Fellows Court", summary="A hall.", text=text, language="en")
    work()
    page = ask(client, "kiln").content.decode()
    assert "<mark>kiln</mark>" in page and "<script>alert" not in page and "<img src=x" not in page


def test_what_was_withdrawn_or_changed_is_not_found_by_its_old_words(client, harbour, work):
    gone = harbour.publish(1, title="Kiln for rent", language="en")
    harbour.publish(2, title="Loom for rent", language="en")
    work()
    harbour.withdraw(gone)
    harbour.publish(2, title="Lathe for rent", language="en")
    work()
    assert titles(ask(client, "kiln", exact=1)) == titles(ask(client, "loom", exact=1)) == []
    assert titles(ask(client, "lathe")) == ["Lathe for rent"]
    assert not Word.objects.filter(word__in=["kiln", "loom"]).exists()
    assert Word.objects.get(word="rent").documents == 1


def test_everything_can_be_thrown_away_and_rebuilt(client, harbour, work):
    harbour.publish(1, title="Kiln for rent", language="en")
    work()
    words = sorted(Word.objects.values_list("word", "stem", "documents"))
    SearchDocument.objects.all().delete()
    Word.objects.all().delete()
    call_command("replay", "atlas")
    work()
    assert titles(ask(client, "kilns")) == ["Kiln for rent"]
    assert sorted(Word.objects.values_list("word", "stem", "documents")) == words


def test_cards_older_than_the_search_are_indexed_after_the_upgrade(client, harbour, work):
    harbour.publish(1, title="Kiln for rent", language="en")
    work()
    SearchDocument.objects.all().delete()
    call_command("migrate", verbosity=0)
    work()
    assert titles(ask(client, "kiln")) == ["Kiln for rent"]


def test_the_things_of_a_group_are_found_by_its_name_now(client, harbour, work):
    group = harbour.publish("group", kind="crew", title="Tenants of Camden", language="en")
    harbour.publish(1, title="A ladder", group_uri=group, language="en")
    work()
    harbour.publish("group", kind="crew", title="Renters of Camden", language="en")
    work()
    assert set(titles(ask(client, "renters"))) == {"Renters of Camden", "A ladder"}


# --- Typing errors ------------------------------------------------------------------------------------


def test_a_mistyped_word_is_mended_and_the_page_says_so_with_the_way_back(client, harbour, work):
    harbour.publish(1, title="Housing for all", language="en")
    harbour.publish(2, title="Music for all", language="en")
    work()
    answer = ask(client, "hosuing for all")
    assert titles(answer)[0] == "Housing for all"
    page = answer.content.decode()
    assert "Showing results for “housing for all”." in page
    assert 'href="?q=hosuing+for+all&amp;exact=1"' in page
    assert 'name="exact"' not in ask(client, "hosuing", exact=1).content.decode(), "the next question is a new one"


def test_the_exact_word_is_looked_for_when_asked(client, harbour, work):
    harbour.publish(1, title="Housing for all", language="en")
    work()
    answer = ask(client, "hosuing", exact=1)
    assert titles(answer) == [] and "Showing results for" not in answer.content.decode()
    assert "exact=1" in answer.content.decode().partition("data-source=")[2][:200], "the map shows the same"


def test_a_word_that_somebody_has_is_never_mended(client, harbour, work):
    harbour.publish(1, title="The Hosing Trust", language="en")
    harbour.publish(2, title="Housing for all", language="en")
    work()
    assert "Showing results for" not in ask(client, "hosing").content.decode()


def test_a_mistyped_italian_word_finds_english_cards(client, harbour, work):
    harbour.publish(1, title="Wembley Library", language="en")
    work()
    assert titles(ask(client, "bibblioteca Wembley")) == ["Wembley Library"]


# --- What a reader may not see --------------------------------------------------------------------------


def test_words_of_a_group_are_neither_found_nor_suggested_nor_counted_for_strangers(client, harbour, work, bob):
    harbour.publish(1, title="Zanzibar dossier", audience=MEMBERS, language="en")
    harbour.publish(2, title="Open day", language="en")
    work()
    for q in ("zanzibar", "zanzibarr", "Zanzibar dossier"):
        answer = ask(client, q)
        page = answer.content.decode()
        assert titles(answer) == [] and "thing found" not in page and "Showing results" not in page, q
    assert "Nothing has: dossier." in ask(client, "open dossier").content.decode(), "as if there were none"
    client.force_login(bob)
    assert titles(ask(client, "zanzibarr")) == ["Zanzibar dossier"]
    assert "Showing results for “zanzibar”" in ask(client, "zanzibarr").content.decode()


def test_words_of_a_blocked_node_are_not_suggested(client, harbour, work):
    node = Node.objects.create(origin="https://hackney.example", name="Hackney")
    harbour.publish(1, title="Zanzibar dossier", node=node, language="en")
    work()
    Node.objects.update(blocked_at=timezone.now())
    page = ask(client, "zanzibarr").content.decode()
    assert "Showing results" not in page and "Zanzibar dossier" not in page


def test_when_a_thing_is_narrowed_to_its_group_strangers_lose_its_words(client, harbour, work):
    harbour.publish(1, title="Zanzibar dossier", language="en")
    work()
    harbour.publish(1, title="Zanzibar dossier", audience=MEMBERS, language="en")
    work()
    assert titles(ask(client, "zanzibar")) == []
    assert set(Word.objects.values_list("audience", flat=True)) == {MEMBERS}


# --- Together with the other filters ----------------------------------------------------------------------


def test_counts_map_and_network_follow_the_words(client, harbour, work):
    harbour.publish(1, title="Kiln", kind="sail", lat=51.5, lon=-0.1, language="en")
    harbour.publish(2, title="Kilns and more", kind="buoy", language="en")
    harbour.publish(3, title="Loom", kind="sail", lat=51.5, lon=-0.1, language="en")
    work()
    page = ask(client, "kiln").content.decode()
    assert "2 things found." in page and "1 has a point on the map." in page
    assert titles(ask(client, "kiln", kind="buoy")) == ["Kilns and more"]
    assert client.get("/atlas/cards.geojson?q=kiln").json()["numberMatched"] == 1
    assert client.get("/atlas/network.json?q=kiln").status_code == 200


def test_results_stay_in_order_of_rank_over_pages(client, harbour, work):
    for number in range(45):
        harbour.publish(number, title=f"Hall {number}", summary="With a kiln." * (number % 2), language="en")
    work()
    pages = [titles(ask(client, "kiln hall", page=page)) for page in (1, 2)]
    assert len(set(pages[0]) | set(pages[1])) == len(pages[0]) + len(pages[1]) == 22


def test_with_too_many_to_compare_the_newest_come_first(client, harbour, work, monkeypatch):
    monkeypatch.setattr("atlas.search.finding.MOST_COMPARED", 3)
    for number in range(5):
        updated = timezone.now() - dt.timedelta(days=number)
        harbour.publish(number, title=f"Hall {number}", updated=updated, language="en")
    work()
    assert titles(ask(client, "hall")) == [f"Hall {number}" for number in range(5)]


def test_the_box_of_the_front_door_leads_here(client, harbour, work):
    assert 'action="/ask/"' in client.get("/").content.decode().partition('name="q"')[0].rpartition("<form")[2]


# --- Hostile questions ------------------------------------------------------------------------------------

ODD = [
    "", " ", "\0", "a\0b", '"', '""', "'", "''", "\\", "*", "a*", "NOT", "a NOT b", "NEAR(a b)", "AND OR", "a AND", "(",
    "title:kiln", "{title names}: kiln", "^kiln", "+kiln -hall", "kiln & | ! <-> hall", "kiln:*A", "%", "_", "%%_%",
    "'; DROP TABLE atlas_card; --", "🚢⚓", "👩‍👩‍👧", "مركز المجتمع", "ספרייה", "图书馆", "ห้องสมุด", "\u202ekiln",
    "e\u0301", "ﬁne", "İstanbul", "ß", "ǆ", "½ ² ٣", "-" * 200, "x" * 200, "x" * 10_000, "kiln " * 2_000,
    " ".join(f"word{number}" for number in range(30)), "a b c d e f g h i j k l", "l'", "dell’", "’s ’s",
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "questions"),
    [("/atlas/", ODD), ("/atlas/cards.geojson", ODD[2:20]), ("/gatherings/", ODD[2:20]), ("/calls/", ODD[2:20])],
)
def test_whatever_is_typed_gives_a_page(client, harbour, work, address, questions):
    harbour.publish(1, title="Kiln and hall 图书馆", summary="مركز", language="en")
    work()
    for q in questions:
        answer = client.get(f"{address}?{urlencode({'q': q})}")
        # Programs are told of a NUL; people see the page and what is wrong with their words.
        assert answer.status_code == (400 if "\0" in q and "geojson" in address else 200), q[:40]


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(q=st.text(max_size=60) | st.text(alphabet="\"'*()&|!:<->^+-~{}%_ \\kilnAND", max_size=40))
def test_any_string_at_all_gives_a_page(harbour, q):
    if not Card.objects.exists():
        harbour.publish(1, title="Kiln and hall", language="en")
        work_until_idle()
    assert Client().get(f"/atlas/?{urlencode({'q': q.encode('utf-8', 'replace')})}").status_code == 200


@pytest.mark.parametrize("word", ["图书馆", "مركز", "ספרייה", "İstanbul", "straße", "½", "naïve", "ﬁne"])
def test_words_of_any_script_find_themselves(client, harbour, work, word):
    harbour.publish(1, title=f"{word} one")
    harbour.publish(2, title="Another")
    work()
    assert titles(ask(client, word)) == [f"{word} one"]
