"""SQLite gives a turn to everybody who wants to write, also beside somebody who hardly ever stops writing."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from config import environment
from config.sqlite import base

HOLDS, PAUSES = 0.02, 0.001  # seconds, of a worker with much to do


@pytest.fixture
def database(db, tmp_path):
    """A node's database, connected to as nodes do."""
    handler = ConnectionHandler({"default": environment.database(f"sqlite:///{tmp_path / 'node.sqlite3'}")})
    connection = handler["default"]
    connection.inc_thread_sharing()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE said (words TEXT)")
    yield connection
    connection.close()


class Writer(threading.Thread):
    """Another connection that writes one transaction after the other."""

    def __init__(self, path: str) -> None:
        super().__init__(daemon=True)
        self.path, self.stopped, self.written = path, threading.Event(), 0
        self.begun = threading.Event()

    def run(self) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=30)) as connection:
            while not self.stopped.is_set():
                connection.execute("BEGIN IMMEDIATE")
                self.begun.set()
                time.sleep(HOLDS)
                connection.execute("COMMIT")
                self.written += 1
                time.sleep(PAUSES)


@pytest.fixture
def writer(database):
    other = Writer(database.settings_dict["NAME"])
    other.start()
    other.begun.wait(10)
    yield other
    other.stopped.set()
    other.join(10)


def test_who_writes_little_gets_a_turn_beside_who_writes_much(database, writer):
    """SQLite alone needed about 23 transactions of the other for each of ours; with more questions it is about 5."""
    before = writer.written
    for number in range(20):
        time.sleep(HOLDS)
        with database.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("INSERT INTO said VALUES (%s)", [str(number)])
            cursor.execute("COMMIT")
        time.sleep(HOLDS)
        with database.cursor() as cursor:  # and without a transaction
            cursor.execute("INSERT INTO said VALUES (%s)", [f"{number} again"])
    waited = writer.written - before
    assert waited < 12 * 40, f"{waited} transactions of the other for 40 of ours"
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM said")
        assert cursor.fetchone() == (40,)


def test_who_holds_the_lock_for_too_long_is_not_waited_for(database, monkeypatch):
    monkeypatch.setattr(base, "SQLITE_BUSY_SECONDS", 0.2)
    with closing(sqlite3.connect(database.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"), database.cursor() as cursor:
            cursor.execute("INSERT INTO said VALUES ('never')")
        other.execute("ROLLBACK")
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM said")
        assert cursor.fetchone() == (0,)


def test_what_is_wrong_otherwise_is_not_asked_again(database, monkeypatch):
    monkeypatch.setattr(base, "SQLITE_BUSY_SECONDS", 3600)
    with pytest.raises(OperationalError, match="no such table"), database.cursor() as cursor:
        cursor.execute("INSERT INTO heard VALUES ('never')")
