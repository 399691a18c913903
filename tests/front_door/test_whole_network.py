"""The whole network: places that a process of its own works out, and everything a reader may see at them."""

from __future__ import annotations

import datetime as dt
import math
import sys

import pytest
import time_machine
from django.utils import timezone

from atlas import layout, network
from atlas.cards import LinkData
from atlas.models import Layout, Position
from federation import audiences
from journal import Errand, schedule
from tests.gatherings import HOUSING
from tests.news import appear

pytestmark = pytest.mark.django_db

WHOLE = "/atlas/network/whole.json"
LATER = layout.EVERY + dt.timedelta(seconds=1)


@pytest.fixture
def harbour(db, monkeypatch):
    """Where three things are already more than one drawing takes."""
    from tests.atlas import harbour as kind

    monkeypatch.setattr(network, "MOST_NODES", 2)
    kind.clear()
    yield kind
    kind.clear()


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def fleet(harbour, work, clock):
    """Two crews that help each other, each with three sails, laid out."""
    first = harbour.publish("first", kind="crew", title="First crew")
    second = harbour.publish(
        "second",
        kind="crew",
        title="Second crew",
        links=[LinkData(from_uri=f"{first.rpartition('/')[0]}/second", to_uri=first, relation="helps")],
    )
    for number in range(6):
        harbour.publish(number, group_uri=first if number % 2 else second, topics=[HOUSING])
    lay_out(work)
    return first


def lay_out(work):
    """All due work, with the next turn of what comes again and again."""
    work()
    schedule.arm()
    work()


def places():
    return {row.uri: (row.x, row.y) for row in Position.objects.all()}


def nodes(answer):
    """By title: kind, flag, degree, and the place."""
    return {node[1]: (node[2], node[3], node[6], (node[4], node[5])) for node in answer.json()["nodes"]}


def links(answer):
    found = answer.json()
    return {frozenset((found["nodes"][one][1], found["nodes"][other][1])) for one, other in found["links"]}


def test_everything_stands_at_the_place_that_was_worked_out(fleet, client):
    answer = client.get(WHOLE)
    found = nodes(answer)
    assert len(found) == 8 and answer.json()["left_out"] == 0
    assert found["First crew"][:3] == ("crew", "", 4)
    assert found["Sail number 1"][:3] == ("sail", "housing", 1)
    assert frozenset({"First crew", "Second crew"}) in links(answer) and len(links(answer)) == 7
    kept = {(round(x, 2), round(y, 2)) for x, y in places().values()}
    assert {each[3] for each in found.values()} == kept and len(kept) == 8, "each at its own"
    assert answer.json()["laid_out_at"] == Layout.objects.get().laid_out_at.isoformat()
    assert answer.json()["kinds"] == {"crew": "crew", "sail": "sail"}
    assert "no-cache" in answer["Cache-Control"]


def test_filters_leave_what_they_leave_on_the_page(fleet, harbour, client):
    found = nodes(client.get(WHOLE, {"kind": "sail", "group": fleet}))
    assert found.keys() == {"Sail number 1", "Sail number 3", "Sail number 5", "First crew"}, "with the other end"
    assert nodes(client.get(WHOLE, {"layer": "support"})).keys() == {"First crew", "Second crew"}
    assert client.get(WHOLE, {"around": "x" * 501}).status_code == 400
    assert client.post(WHOLE).status_code == 405


def test_what_does_not_fit_is_counted_and_the_newest_links_stay(fleet, client, monkeypatch):
    from atlas import whole

    for most in (2, 3):  # the third would be related to nothing that is drawn
        monkeypatch.setattr(whole, "MOST_NODES", most)
        answer = client.get(WHOLE)
        assert nodes(answer).keys() == {"Sail number 5", "First crew"}
        assert links(answer) == {frozenset({"Sail number 5", "First crew"})}
        assert answer.json()["left_out"] == 6


def test_what_is_not_for_everybody_has_a_place_and_no_reader_hears_of_it(fleet, harbour, client, work, clock):
    before = client.get(WHOLE).json()
    secret = harbour.publish("secret", group_uri=fleet, audience=audiences.of_group("https://elsewhere.example/g/1"))
    clock.shift(LATER)
    lay_out(work)
    assert secret in places()
    after = client.get(WHOLE)
    assert "secret" not in after.content.decode()
    assert {node[0] for node in after.json()["nodes"]} == {node[0] for node in before["nodes"]}
    assert after.json()["left_out"] == 0


def test_what_is_new_stands_beside_what_it_is_related_to(fleet, harbour, client, work):
    other = harbour.publish("new", title="New sail", group_uri=fleet)
    harbour.publish("newer", title="Newer sail")
    work()
    assert other not in places()
    found = nodes(client.get(WHOLE))
    assert math.dist(found["New sail"][3], found["First crew"][3]) < 1
    assert "Newer sail" not in found, "it is related to nothing"


def test_before_the_first_time_it_says_that_there_are_no_places_yet(harbour, client, work):
    crew = harbour.publish("first", kind="crew")
    harbour.publish(1, group_uri=crew)
    work()
    answer = client.get(WHOLE).json()
    assert answer["laid_out_at"] is None and len(answer["nodes"]) == 2


def test_the_same_links_are_laid_out_once_and_would_come_out_the_same(fleet, work, clock):
    first, at = places(), Layout.objects.get().laid_out_at
    clock.shift(LATER)
    lay_out(work)
    assert Layout.objects.get().laid_out_at == at, "nothing changed"
    Layout.objects.all().delete()
    clock.shift(LATER)
    lay_out(work)
    assert places() == first


def test_changed_links_are_laid_out_ten_minutes_later(fleet, harbour, work, clock):
    gone = f"{fleet.rpartition('/crews')[0]}/sails/1"
    harbour.withdraw(gone)
    new = harbour.publish("new", group_uri=fleet)
    lay_out(work)
    assert gone in places() and new not in places(), "not at once"
    clock.shift(LATER)
    lay_out(work)
    assert gone not in places() and new in places()


def test_few_links_need_no_places(harbour, work, monkeypatch):
    monkeypatch.setattr(network, "MOST_NODES", 600)
    harbour.publish(1, group_uri=harbour.publish("first", kind="crew"))
    lay_out(work)
    assert not Position.objects.exists() and not Layout.objects.exists()


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("import time; time.sleep(60)", "it took more than"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
        ("print('[[1, 2]]')", "1 places for 9 things"),
        ("print('[[1, NaN]]' )", "places for 9 things"),
        ("print('oak')", "Expecting value"),
        ("raise MemoryError('too small a boat')", "too small a boat"),
    ],
)
def test_whatever_becomes_of_the_process_the_old_places_stay(
    fleet, harbour, work, clock, monkeypatch, caplog, program, says
):
    before, at = places(), Layout.objects.get().laid_out_at
    new = harbour.publish("new", group_uri=fleet)
    clock.shift(LATER)
    monkeypatch.setattr(layout, "JOB", (sys.executable, "-c", program))
    monkeypatch.setattr(layout, "MOST_SECONDS", 1)
    lay_out(work)
    assert places() == before and Layout.objects.get().laid_out_at == at
    assert says in caplog.text
    assert not Errand.objects.filter(kind="atlas.layout", state="dead").exists()
    monkeypatch.undo()
    monkeypatch.setattr(network, "MOST_NODES", 2)
    clock.shift(LATER)
    lay_out(work)
    assert new in places()


def test_parts_that_do_not_hang_together_lie_side_by_side():
    from atlas.drawing_job import places as worked_out

    found = worked_out(40, [(n, n + 1) for n in range(38) if n % 10 != 9])
    assert len({(round(x, 3), round(y, 3)) for x, y in found}) == 40
    assert all(math.isfinite(x) and math.isfinite(y) for x, y in found)
    boxes = [found[start : start + 10] for start in (0, 10, 20)]
    edges = [
        (min(x for x, _y in b), max(x for x, _y in b), min(y for _x, y in b), max(y for _x, y in b)) for b in boxes
    ]
    for at, (left, right, top, bottom) in enumerate(edges):
        for left2, right2, top2, bottom2 in edges[at + 1 :]:
            assert right < left2 or right2 < left or bottom < top2 or bottom2 < top


def test_things_that_topics_alone_relate_are_laid_out_too(client, harbour, work, clock):
    for number in range(5):
        appear(f"Need {number}", HOUSING, kind="need", direction="need")
    lay_out(work)
    assert client.get("/atlas/network.json", {"layer": "support"}).json()["left_out"] > 0
    found = client.get(WHOLE, {"layer": "support"}).json()
    assert found["laid_out_at"] is not None and len(found["nodes"]) == 6
    assert HOUSING in places()


def test_no_place_outlives_what_stood_there(harbour, fleet, work, clock, monkeypatch):
    gone = [uri for uri in places() if uri.endswith(("/0", "/1", "/2"))]
    assert len(gone) == 3
    monkeypatch.setattr(layout, "JOB", (sys.executable, "-c", "raise SystemExit(1)"))
    for uri in gone:
        harbour.withdraw(uri)
    work()
    clock.shift(LATER)
    lay_out(work)
    assert len(places()) == 5 and not set(gone) & set(places())
