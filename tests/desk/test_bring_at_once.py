"""A register is brought while somebody else works on the same rows: every row is listed once, and no edit is lost."""

from __future__ import annotations

import threading

import pytest
import yaml
from django.core.management import call_command
from django.db import connection

from accounts import actions as accounts
from atlas import vocabulary
from cop.actions.listings import change_listing, lister
from cop.models import Listing
from desk.bringing import keeping, uploads, writing
from desk.models import Brought, Import
from federation import actors
from journal.models import Errand
from tests.at_once import at_once, meet
from tests.desk.registers import MAPPING, Register, listed, row

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 250  # three transactions


@pytest.fixture
def register(transactional_db, tmp_path) -> Register:
    vocabulary.load()
    lister()
    return Register(tmp_path)


@pytest.fixture
def steward(register):
    user = accounts.make_account("steward@camden.example", is_steward=True)
    actors.for_user(user)
    return user


def test_the_command_and_the_desk_bring_the_same_register_at_once(register, steward, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    table = register.hold(*(row(number) for number in range(MANY)))
    uploaded = uploads.begin(steward, table.name, [table.read_bytes()], "", yaml.safe_dump(MAPPING).encode())
    uploads.look(Errand(kind="desk.look", payload={"import": uploaded.pk}))
    uploads.start(uploaded)
    meet(monkeypatch, writing, "lister")
    errand = Errand(kind="desk.bring", payload={"import": uploaded.pk})
    given = at_once(register.bring, lambda: uploads.bring(errand))
    [report] = [each for each in given if each is not None]
    desk = Import.objects.get()
    assert (desk.state, desk.done, desk.counts["refused"], report["refused"]) == ("done", MANY, 0, 0), report
    assert report["new"] + desk.counts["new"] == report["same"] + desk.counts["same"] == MANY
    assert Listing.objects.filter(version=1).count() == Listing.objects.count() == Brought.objects.count() == MANY


def test_two_runs_of_the_command_change_each_row_once(register, monkeypatch, tmp_path):
    register.hold(*(row(number) for number in range(MANY)))
    register.bring()
    table = register.hold(*(row(number, activities="We meet on Wednesdays.") for number in range(MANY)))
    meet(monkeypatch, writing, "lister")
    command = ("bring", "groups", str(table), f"--mapping={register.mapping}", "--yes", "--json")
    given = at_once(*[lambda: call_command(*command, stdout=(tmp_path / "said").open("w"))] * 2)
    assert given == [None, None]
    assert Listing.objects.filter(version=2).count() == Listing.objects.count() == MANY


def test_what_a_steward_edits_while_it_is_brought_stays(register, steward, monkeypatch):
    """The edit comes after the row was compared, and before it is written."""
    register.hold(row(1))
    register.bring()
    register.hold(row(1, name="A new name in the register"))
    real, planned = keeping.plan, threading.Event()

    def edit() -> None:
        planned.wait(10)
        change_listing(steward.actor, listed(1), {"name": "Ours"})
        connection.close()

    def plan(*given, **how):
        found = real(*given, **how)
        planned.set()
        editing.join(0.5)  # it waits for us, where it is kept from writing in between
        return found

    monkeypatch.setattr(keeping, "plan", plan)
    editing = threading.Thread(target=edit)
    editing.start()
    register.bring()
    editing.join()
    assert listed(1).name == "Ours"
