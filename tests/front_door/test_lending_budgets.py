"""The pages of what is lent ask the database as often for many reservations as for two."""

from __future__ import annotations

import pytest

from cop.actions.reservations import give
from federation import actors
from tests.front_door.test_budgets import counted
from tests.lending import Shed, days

FEW, MANY = 2, 6
BUDGETS = {"/lending/": 12, "/lending/?near=51.5,-0.1": 12, "/lending/mine": 9, "LENT": 22, "LENT/reserving": 10}


@pytest.fixture
def shed(db) -> Shed:
    return Shed()


def grow(shed: Shed, ladders, numbers) -> None:
    for number in numbers:
        person = shed.somebody(f"person{number}")
        give(shed.alice, shed.reserved(ladders, days(0, 2), by=person))
        shed.reserved(ladders, days(4), by=person)
        shed.reserved(shed.lent(title=f"Tent {number}"), days(number), by=shed.bob)


def test_no_page_asks_once_for_each_reservation(shed, work):
    ladders = shed.lent(title="Ladders", how_many=50)
    grow(shed, ladders, range(FEW))
    work()
    assert actors.this_node()
    client, found = shed.client(shed.alice), {}
    for grown in (False, True):
        if grown:
            grow(shed, ladders, range(FEW, FEW + MANY))
            work()
        for path in BUDGETS:
            address = path.replace("LENT", ladders.get_absolute_url())
            client.get(address)  # what is only asked the first time does not count
            found.setdefault(path, []).append(len(counted(client, address)))
    assert all(few >= many for few, many in found.values()), found
    assert all(many <= BUDGETS[path] for path, (_few, many) in found.items()), found
