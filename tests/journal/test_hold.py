"""Two reactions that write down how one thing stands do not overlap."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from journal import OutsideTransaction, hold, record

THING, OTHER = "https://camden.example/needs/1", "https://camden.example/needs/2"


def _try_to_hold(uri: str) -> bool:
    try:
        with transaction.atomic():
            connection.cursor().execute("SET LOCAL lock_timeout = '200ms'")
            hold(uri)
    except OperationalError:
        return False
    finally:
        connection.close()
    return True


@pytest.mark.django_db(transaction=True)
def test_a_thing_is_held_by_one_transaction_at_a_time():
    if connection.vendor != "postgresql":
        pytest.skip("only where several transactions write at once")
    with transaction.atomic():
        record("need.published", THING)
        record("need.published", OTHER)
    with ThreadPoolExecutor(1) as another:
        with transaction.atomic():
            hold(THING)
            record("need.changed", THING)  # what is held can be written about, here and elsewhere
            assert another.submit(_try_to_hold, THING).result() is False
            assert another.submit(_try_to_hold, OTHER).result() is True
        assert another.submit(_try_to_hold, THING).result() is True


@pytest.mark.django_db(transaction=True)
def test_a_thing_nobody_wrote_of_is_held_by_nobody():
    with transaction.atomic():
        hold(THING)
    with pytest.raises(OutsideTransaction):
        hold(THING)
