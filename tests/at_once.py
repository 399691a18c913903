"""Things done at the same moment, each on a connection of its own. The test is marked `transaction=True`."""

from __future__ import annotations

import threading

from django.db import connection


def at_once(*asked) -> list[object]:
    """What each gave, or the error that it raised."""
    given: list[object] = []

    def ask(one) -> None:
        try:
            given.append(one())
        except Exception as error:  # noqa: BLE001  it is what the test looks at
            given.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(one,)) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def meet(monkeypatch, owner, name) -> None:
    """The first two that call `name` wait for each other before they go on."""
    together, real = threading.Barrier(2), getattr(owner, name)
    calls = iter(range(2))

    def waits(*given):
        found = real(*given)
        if next(calls, None) is not None:
            together.wait(5)
        return found

    monkeypatch.setattr(owner, name, waits)
