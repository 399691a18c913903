"""Hours between two banks on two nodes: held, asked, answered once, and booked on both sides or on none."""

from __future__ import annotations

import json

import pytest
import time_machine
from django.db import IntegrityError, transaction

from cop.access import NotAllowed
from federation import audiences, moderation
from federation.models import Actor, Delivery, Node, Restriction
from federation.personal_blocks import block, unblock
from journal import schedule
from journal.models import Errand
from notifications.models import Notice
from tests.federation.clearing import Hackney, minutes, said_by_us
from tests.hours import Givers, balance, held, said, sum_of
from timebank import access
from timebank.actions import banks, between, booking, transfers
from timebank.actions import clearing as actions
from timebank.actions.transfers import Elsewhere
from timebank.comparing import comparison
from timebank.federated import clearing, exchange
from timebank.models import Account, Bank, Clearing, Movement, Transfer

State = Transfer.State


@pytest.fixture
def givers(db) -> Givers:
    return Givers()


@pytest.fixture
def there(peer, givers, outcomes) -> Hackney:
    return Hackney(peer, givers, outcomes)


@pytest.fixture
def opened(there) -> Hackney:
    there.opened()
    return there


def ours(there: Hackney, of: int = 90, side: str = "giver") -> Transfer:
    """Bob says that he gave Dana time."""
    givers = there.givers
    return transfers.propose(givers.bob, givers.bobs, Elsewhere(there.clearing, there.dana), said(side, of))


def theirs(there: Hackney, **said_) -> Transfer:
    event = there.event(there.givers.bobs, **said_)
    assert there.says("Offer", event) == "transfer: proposed"
    return Transfer.objects.get(uri=event["id"])


# The bank, and what is agreed


def test_a_bank_is_told_to_neighbours_and_no_account_is_in_it(givers, client):
    doc = client.get(givers.bank.get_absolute_url(), headers={"Accept": "application/activity+json"}).json()
    assert (doc["type"], doc["additionalType"]) == ("Note", "urn:flotilla:ns:TimeBank")
    assert (doc["limit"], doc["attributedTo"]) == (1_200, givers.group.uri)
    assert "20 h" in doc["content"] and "accounts" not in json.dumps(doc)
    for path in (givers.bobs.get_absolute_url(), "/timebank/"):
        answer = client.get(path, headers={"Accept": "application/activity+json"})
        assert answer.status_code in (302, 404)


def test_only_a_group_has_a_bank(there, peer):
    dana = peer.somebody("people/dana", name="Dana")
    doc = there.document() | {"id": f"{peer.origin}/timebanks/own", "attributedTo": dana.uri}
    assert "expected a group" in there.says("Create", doc, speaker=dana)
    assert Bank.objects.filter(node__isnull=False).count() == 1


def test_we_ask_and_they_say_yes(there, givers, work):
    path = f"{givers.bank.get_absolute_url()}/clearing/new"
    asked = givers.client(givers.alice).post(path, {"bank": there.bank.public_id, "cap": "15"})
    assert asked.status_code == 302 and there.clearing.state == Clearing.State.ASKED
    (update,) = said_by_us("Update", "Clearing")
    assert update["to"] == [there.menders.uri] and update["object"]["cap"] == minutes(900)
    assert there.says("Update", there.statement(600)) == "clearing: open"
    assert (there.clearing.common_cap, there.account.limit) == (600, 600), "the smaller of both counts"
    work()
    assert Notice.objects.filter(kind="clearing_open", user__actor=givers.alice).exists()
    page = givers.client(givers.alice).get(asked["Location"]).content.decode()
    assert "You allow 15 h, they allow 10 h" in page and "Both sides say the same." in page
    assert "Hours of Hackney" in givers.client().get(givers.bank.get_absolute_url()).content.decode()


def test_they_ask_and_we_say_yes(there, givers, work):
    assert there.says("Update", there.statement(600)) == "clearing: wanted"
    work()
    assert Notice.objects.filter(kind="clearing_asked", user__actor=givers.alice).exists()
    page = there.clearing.get_absolute_url()
    assert givers.client(givers.bob).get(page).status_code == 404
    assert givers.client(givers.alice).post(page, {"cap": "5"}).status_code == 302
    assert (there.clearing.state, there.clearing.common_cap) == (Clearing.State.OPEN, 300)


def test_nobody_but_a_steward_speaks_for_the_bank(there, givers):
    with pytest.raises(NotAllowed):
        actions.say_half(givers.bob, givers.bank, there.bank, 600)
    clearing = there.opened()
    for act in (actions.end, actions.ask_them):
        with pytest.raises(NotAllowed):
            act(givers.bob, clearing)
    for path in ("ending", "comparing"):
        assert givers.client(givers.bob).post(f"{clearing.get_absolute_url()}/{path}").status_code == 404
    with pytest.raises(transfers.NotPossible):
        actions.say_half(givers.alice, givers.bank, clearing, 0)


def test_nobody_but_the_group_of_that_bank_is_heard(opened, peer, givers):
    mallory = peer.somebody("people/mallory")
    others = peer.somebody("groups/others", "Group", name="Others")
    proposed, asked = theirs(opened), ours(opened)
    for speaker in (mallory, others):
        for type_, obj in (
            ("Update", opened.statement(1)),
            ("Offer", opened.event(givers.bobs)),
            ("Undo", {"type": "Offer", "actor": opened.menders.uri, "object": opened.event(givers.bobs)}),
            ("Update", opened.event(givers.bobs, path=proposed.uri.split("/", 3)[3], thanks="Mine")),
            ("Accept", said_by_us("Offer")[-1]),
            ("Reject", said_by_us("Offer")[-1]),
        ):
            assert opened.says(type_, obj, speaker=speaker).startswith("refused"), (speaker.uri, type_)
    assert {Transfer.objects.get(pk=each.pk).state for each in (proposed, asked)} == {State.PROPOSED}
    assert (opened.clearing.their_cap, Transfer.objects.count()) == (600, 2)


def test_a_bank_nobody_knows_is_not_heard(there, peer, givers):
    unknown = there.statement() | {"inScopeOf": f"{peer.origin}/timebanks/unknown"}
    assert there.says("Update", unknown).startswith("refused: actor")
    elsewhere = there.statement() | {"peerBank": f"{givers.bank.uri}x"}
    assert there.says("Update", elsewhere).startswith("refused: actor")
    assert there.says("Offer", there.event(givers.bobs)).startswith("refused: actor")
    ended = there.statement(state="closed")
    assert there.says("Update", ended).startswith("refused: actor"), "what never began does not end"
    assert not Clearing.objects.exists() and not Transfer.objects.exists()


def test_a_stranger_does_not_ask(there, peer):
    Node.objects.filter(origin=peer.origin).update(peering=Node.Peering.ENDED)
    assert there.says("Update", there.statement()).startswith("refused: actor")


def test_what_is_not_for_everyone_is_named_to_no_other_bank(there, givers):
    Bank.objects.filter(pk=givers.bank.pk).update(audience=audiences.this_node())
    givers.bank.refresh_from_db()
    with pytest.raises(NotAllowed):
        actions.say_half(givers.alice, givers.bank, there.bank, 600)
    path = f"{givers.bank.get_absolute_url()}/clearing/new"
    form = {"bank": there.bank.public_id, "cap": "10"}
    assert givers.client(givers.alice).post(path, form).status_code in (400, 403)
    assert there.says("Update", there.statement()).startswith("refused: actor"), "as if it were not there"
    assert not said_by_us("Update", "Clearing") and not Clearing.objects.exists()


def test_a_bank_that_closes_while_a_form_is_filled_in_asks_nobody(there, givers, monkeypatch):
    held = Bank.objects.get(pk=givers.bank.pk)
    banks.close_bank(givers.alice, givers.bank)
    monkeypatch.setattr(access, "bank_for_editing", lambda _person, _public_id: held)
    form = {"bank": there.bank.public_id, "cap": "10"}
    asked = givers.client(givers.alice).post(f"{held.get_absolute_url()}/clearing/new", form)
    assert asked.status_code == 400 and "This time bank has closed" in asked.content.decode()


@pytest.mark.parametrize("how", ["no neighbour", "suspended"])
def test_who_may_not_ask_does_not_ask_anew(opened, peer, givers, how, work):
    opened.says("Update", opened.statement(state="closed"))
    if how == "no neighbour":
        Node.objects.filter(origin=peer.origin).update(peering=Node.Peering.ENDED)
    else:
        givers.alice.user.is_steward = True
        givers.alice.user.save()
        menders = Actor.objects.get(uri=opened.menders.uri)
        moderation.restrict_actor(Restriction.Level.SUSPENDED, menders, by=givers.alice, reason="Threats")
    assert opened.says("Update", opened.statement(300)) == "clearing: ended"
    assert not Notice.objects.filter(kind="clearing_asked").exists()


def test_who_asks_and_ends_without_end_is_not_told_of_each_time(there, givers, work, monkeypatch):
    monkeypatch.setattr(clearing, "MOST_HALVES", 3)
    with time_machine.travel("2026-11-24T10:00:10Z", tick=False):
        for _ in range(4):
            there.says("Update", there.statement())
            there.says("Update", there.statement(state="closed"))
    assert Notice.objects.filter(kind__startswith="clearing", user__actor=givers.alice).count() == 4
    with time_machine.travel("2026-11-25T12:00:10Z", tick=False):
        assert there.says("Update", there.statement()) == "clearing: wanted", "another day they are heard"


def test_thanks_without_end_are_told_once(opened, givers, work):
    transfer = ours(opened)
    opened.answers("Accept", transfer)
    for number in range(4):
        event = opened.event(givers.bobs) | {"id": transfer.uri, "thanks": f"Thanks {number}"}
        assert opened.says("Update", event) == "transfer: thanks"
    assert Notice.objects.filter(kind="hours_thanked", user__actor=givers.bob).count() == 1


def test_a_bank_whose_group_is_gone_holds_nobody_for_ever(opened, givers, work):
    mine, asked = ours(opened), theirs(opened)
    opened.peer.does(opened.menders, "Delete", opened.menders.uri)
    work()
    assert opened.clearing.state == Clearing.State.ENDED
    assert (held(givers.bobs), held(opened.account)) == ((0, 0), (0, 0)), "nobody is left who could answer"
    states = [Transfer.objects.get(pk=each.pk).state for each in (mine, asked)]
    assert states == [State.WITHDRAWN, State.DECLINED]
    assert sum_of(givers.bank) == 0


@pytest.mark.parametrize("wrong", [
    {"version": -1}, {"version": None}, {"state": "ajar"}, {"cap": None}, {"cap": minutes(60_001)}, {"booked": "many"},
    {"cap": {"hasUnit": "day", "hasNumericalValue": "1"}},
    {"balance": {"hasUnit": "minute", "hasNumericalValue": "NaN"}},
    {"transfers": [{"id": "nowhere"}]}, {"updated": "0000-0-0T0:0"},
    {"balance": minutes(10**10)}, {"inScopeOf": None}, {"peerBank": ["x"]},
])  # fmt: skip
def test_a_statement_that_is_none_is_refused(there, wrong):
    assert there.says("Update", there.statement(**wrong)).startswith("refused:")
    assert not Clearing.objects.exists()


def test_an_older_half_and_an_older_statement_do_not_count(opened):
    newer = opened.statement(300, booked=1)
    older = opened.statement(500, version=1, updated="2026-01-01T00:00:00Z", booked=7)
    for said_ in (newer, older, newer):
        opened.says("Update", said_)
    assert (opened.clearing.their_cap, opened.clearing.told_count) == (300, 1)


def test_a_smaller_cap_takes_nothing_back(opened, givers):
    transfers.confirm(givers.bob, theirs(opened, of=500))
    opened.says("Update", opened.statement(60))
    assert (opened.clearing.common_cap, opened.account.limit, opened.account.balance) == (60, 500, 500)
    with pytest.raises(booking.BeyondLimit):
        transfers.confirm(givers.bob, theirs(opened, of=15))
    assert ours(opened, of=440).is_waiting, "the other way it may go"


# Ours: asked there


def test_what_waits_there_is_held_here_and_booked_by_their_yes(opened, givers, work):
    transfer = ours(opened)
    (offer,) = said_by_us("Offer")
    event = offer["object"]
    assert offer["to"] == [opened.menders.uri] and offer["actor"] == givers.group.uri
    assert (event["provider"], event["receiver"], event["resourceQuantity"]) == (
        givers.bobs.uri,
        opened.dana,
        minutes(90),
    )
    assert (event["signed"], givers.bob.uri in json.dumps(offer)) == ("Bob", False)
    assert list(Delivery.objects.filter(activity__type="Offer").values_list("inbox", flat=True)) == [
        f"{opened.menders.uri}/inbox"
    ]
    assert (held(givers.bobs), held(opened.account)) == ((90, 0), (0, 90))
    assert (balance(givers.bobs), Movement.objects.count()) == (0, 0)
    assert opened.answers("Accept", transfer, thanks="It closes!") == "transfer: confirmed"
    assert (held(givers.bobs), held(opened.account)) == ((0, 0), (0, 0))
    assert (balance(givers.bobs), balance(opened.account), sum_of(givers.bank)) == (90, -90, 0)
    transfer.refresh_from_db()
    assert (transfer.other_name, transfer.thanks) == ("Dana", "It closes!")
    work()
    kinds = set(Notice.objects.filter(user__actor=givers.bob).values_list("kind", flat=True))
    assert {"hours_confirmed", "hours_thanked"} <= kinds
    page = givers.client(givers.bob).get(transfer.get_absolute_url()).content.decode()
    assert "given to Dana" in page.replace("\u2068", "").replace("\u2069", "") and "It closes!" in page


def test_their_no_sets_it_free(opened, givers):
    assert opened.answers("Reject", ours(opened)) == "transfer: declined"
    assert (held(givers.bobs), held(opened.account), Movement.objects.count()) == ((0, 0), (0, 0), 0)


def test_an_answer_again_changes_nothing_and_another_one_is_refused(opened, givers):
    transfer = ours(opened)
    assert opened.answers("Accept", transfer) == "transfer: confirmed"
    assert opened.answers("Accept", transfer) == "transfer: confirmed already"
    assert opened.answers("Reject", transfer).startswith("refused")
    assert (balance(givers.bobs), Movement.objects.count()) == (90, 2)
    other = ours(opened)
    opened.answers("Reject", other)
    assert opened.answers("Accept", other).startswith("refused")
    assert balance(givers.bobs) == 90


def test_a_yes_to_what_we_never_said_books_nothing(opened, givers):
    ours(opened)
    for uri in (f"{givers.bank.uri}/nothing", f"{opened.peer.origin}/timebank/transfers/1"):
        proposal = {"id": f"{uri}#offer", "type": "Offer", "actor": givers.group.uri}
        said_ = opened.says("Accept", proposal | {"object": {"id": uri, "type": "EconomicEvent"}})
        assert said_.startswith("refused")
    # Nor is a proposal of theirs theirs to accept.
    mine = theirs(opened)
    proposal = {"id": "x", "type": "Offer", "actor": opened.menders.uri}
    assert opened.says("Accept", proposal | {"object": {"id": mine.uri, "type": "EconomicEvent"}}).startswith("refused")
    assert not Movement.objects.exists()


def test_what_is_held_counts_in_both_directions(opened, givers):
    for side, account in (("giver", (600, 0)), ("receiver", (600, 600))):
        ours(opened, of=600, side=side)
        assert held(givers.bobs) == account
    for side in ("giver", "receiver"):
        with pytest.raises(booking.BeyondLimit) as beyond:
            ours(opened, of=15, side=side)
        assert beyond.value.account.is_clearing, "ten hours are open between the two banks, and Bob is allowed twenty"
    with pytest.raises(booking.BeyondLimit):
        givers.proposed(givers.bobs, givers.erins, 615)
    opened.clearing.account.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=opened.account.pk).update(held_in=601)


def test_taking_back_is_asked_for_and_only_their_word_sets_it_free(opened, givers):
    transfer = ours(opened)
    givers.client(givers.bob).post(f"{transfer.get_absolute_url()}/taking-back")
    transfer.refresh_from_db()
    assert transfer.is_waiting and transfer.asked_back_at and held(givers.bobs) == (90, 0)
    (undo,) = said_by_us("Undo")
    assert undo["object"]["object"]["id"] == transfer.uri and undo["to"] == [opened.menders.uri]
    transfers.take_back(givers.bob, transfer)
    assert len(said_by_us("Undo")) == 1, "asked once"
    assert opened.answers("Reject", transfer, state="withdrawn") == "transfer: withdrawn"
    assert held(givers.bobs) == (0, 0)


def test_their_yes_stands_where_it_was_faster(opened, givers):
    transfer = ours(opened)
    transfers.take_back(givers.bob, transfer)
    assert opened.answers("Accept", transfer) == "transfer: confirmed"
    assert (balance(givers.bobs), held(givers.bobs)) == (90, (0, 0))


# Theirs: asked here


def test_they_propose_and_nothing_is_booked_before_bob_says_yes(opened, givers, work):
    transfer = theirs(opened)
    work()
    assert Notice.objects.filter(kind="hours_proposed", user__actor=givers.bob).exists()
    assert (balance(givers.bobs), held(givers.bobs), held(opened.account)) == (0, (0, 0), (0, 0))
    assert "A lock mended" in givers.client(givers.bob).get("/timebank/").content.decode()
    givers.client(givers.bob).post(f"{transfer.get_absolute_url()}/confirming")
    assert (balance(givers.bobs), balance(opened.account), sum_of(givers.bank)) == (-90, 90, 0)
    (accept,) = said_by_us("Accept")
    assert accept["object"]["object"]["id"] == transfer.uri and accept["to"] == [opened.menders.uri]
    assert (accept["result"]["state"], accept["result"]["signed"]) == ("confirmed", "Bob")
    transfers.thank(givers.bob, Transfer.objects.get(pk=transfer.pk), "Thank you, Dana")
    assert said_by_us("Update", "EconomicEvent")[0]["object"]["thanks"] == "Thank you, Dana"


def test_nobody_else_says_yes_for_bob(opened, givers):
    transfer = theirs(opened, gives=True)
    for person in (givers.alice, givers.erin, givers.charlie):
        with pytest.raises(NotAllowed):
            transfers.confirm(person, transfer)
    claimed = opened.event(givers.bobs, gives=True, state="confirmed")
    assert opened.says("Offer", claimed) == "transfer: proposed", "that they call it confirmed makes it so for nobody"
    assert not Movement.objects.exists()


def test_a_proposal_again_is_the_same_and_its_answer_is_said_again(opened, givers):
    event = opened.event(givers.bobs)
    assert [opened.says("Offer", event) for _ in range(2)] == ["transfer: proposed"] * 2
    transfer = Transfer.objects.get()
    transfers.confirm(givers.bob, transfer)
    assert opened.says("Offer", event) == "transfer: confirmed"
    accepts = said_by_us("Accept")
    assert len(accepts) == 2 and accepts[0]["result"] == accepts[1]["result"]
    assert opened.says("Offer", event | {"resourceQuantity": minutes(91)}).startswith("refused")
    assert (Movement.objects.count(), balance(givers.bobs)) == (2, -90)


def test_what_is_taken_back_there_cannot_be_said_yes_to_here(opened, givers):
    event = opened.event(givers.bobs)
    opened.says("Offer", event)
    undo = {"id": f"{event['id']}#offer", "type": "Offer", "actor": opened.menders.uri, "object": event}
    assert opened.says("Undo", undo) == "transfer: withdrawn"
    assert said_by_us("Reject")[-1]["result"]["state"] == "withdrawn"
    with pytest.raises(transfers.NotPossible):
        transfers.confirm(givers.bob, Transfer.objects.get())


def test_taken_back_before_it_came_it_never_comes(opened, givers, work):
    event = opened.event(givers.bobs)
    undo = {"id": f"{event['id']}#offer", "type": "Offer", "actor": opened.menders.uri, "object": event}
    assert opened.says("Undo", undo) == "transfer: withdrawn"
    assert opened.says("Offer", event) == "transfer: withdrawn"
    assert [each["result"]["state"] for each in said_by_us("Reject")] == ["withdrawn"] * 2
    work()
    assert not Notice.objects.filter(kind="hours_proposed").exists()
    assert givers.client(givers.bob).get("/timebank/").content.decode().count("A lock mended") == 0


def test_an_answer_here_stands_against_a_late_taking_back(opened, givers):
    event = opened.event(givers.bobs)
    opened.says("Offer", event)
    transfers.confirm(givers.bob, Transfer.objects.get())
    undo = {"id": f"{event['id']}#offer", "type": "Offer", "actor": opened.menders.uri, "object": event}
    assert opened.says("Undo", undo) == "transfer: confirmed"
    assert len(said_by_us("Accept")) == 2 and not said_by_us("Reject")


def test_whom_they_cannot_ask_is_a_no_that_stays_one(opened, givers):
    gone = opened.event(givers.bobs, receiver=f"{givers.bobs.uri[:-4]}aaaa")
    keeps_apart = block(givers.erin, opened.menders.uri)
    blocked = opened.event(givers.erins)
    for event in (gone, blocked):
        assert opened.says("Offer", event) == "transfer: declined"
    said_ = [each["result"] for each in said_by_us("Reject")]
    assert [each["state"] for each in said_] == ["declined"] * 2
    assert all("signed" not in each and "provider" not in each for each in said_), "the two cannot be told apart"
    unblock(givers.erin, keeps_apart.pk)
    assert opened.says("Offer", blocked) == "transfer: declined", "the same is never answered otherwise"
    assert not givers.client(givers.erin).get("/timebank/").content.decode().count("A lock mended")


def test_a_clearing_account_is_nobody_to_propose_to(opened, givers):
    assert opened.says("Offer", opened.event(opened.account)) == "transfer: declined"


@pytest.mark.parametrize("wrong", [
    {"id": "http://127.0.0.1:8000/timebank/transfers/aaaaaaaaaaaa"}, {"id": "https://elsewhere.example/t/1"},
    {"id": None},
    {"provider": "https://elsewhere.example/timebank/accounts/a"}, {"provider": None}, {"receiver": "x"},
    {"resourceQuantity": None}, {"resourceQuantity": minutes(0)}, {"resourceQuantity": minutes(-90)},
    {"resourceQuantity": minutes(2_881)}, {"resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "0.333"}},
    {"resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "1e400"}},
    {"resourceQuantity": {"hasUnit": "fortnight", "hasNumericalValue": "1"}}, {"startDate": "1066-10-14"},
    {"startDate": "2199-01-01"}, {"startDate": "0000-0-0T0:0"}, {"name": None}, {"inScopeOf": None}, {"peerBank": None},
    {"inScopeOf": "https://hackney.example/timebanks/other"},
])  # fmt: skip
def test_a_proposal_that_is_none_is_refused(opened, givers, wrong):
    event = opened.event(givers.bobs) | wrong
    assert opened.says("Offer", {name: value for name, value in event.items() if value is not None}).startswith(
        "refused:"
    )
    assert not Transfer.objects.exists()


def test_both_sides_of_it_here_or_both_there_is_refused(opened, givers):
    for both in (givers.erins.uri, opened.dana):
        event = opened.event(givers.bobs) | {"provider": both, "receiver": both}
        assert opened.says("Offer", event).startswith("refused: object.provider")


def test_hours_are_read_as_minutes(opened):
    assert theirs(opened, resourceQuantity={"hasUnit": "om2:hour", "hasNumericalValue": 1.25}).minutes == 75


def test_long_names_are_cut_and_clean(opened):
    transfer = theirs(opened, signed="D" * 5_000, name="Lock\n\u202e" + "x" * 5_000)
    assert len(transfer.other_name) == 120 and len(transfer.words) == 300 and "\n" not in transfer.words


def test_a_flood_is_not_taken_in(opened, givers, monkeypatch):
    monkeypatch.setattr(exchange, "MOST_FROM_ONE_BANK", 3)
    said_ = [opened.says("Offer", opened.event(givers.bobs)) for _ in range(5)]
    assert [each.startswith("refused") for each in said_] == [False] * 3 + [True] * 2
    monkeypatch.setattr(exchange, "MOST_FROM_ONE_BANK", 100)
    monkeypatch.setattr(exchange, "MOST_WAITING", 3)
    assert opened.says("Offer", opened.event(givers.bobs)).startswith("refused")
    assert opened.says("Offer", opened.event(givers.erins)) == "transfer: proposed"


def test_our_limit_and_the_cap_hold_for_what_they_propose(opened, givers):
    first, second = theirs(opened, of=600), theirs(opened, of=15)
    transfers.confirm(givers.bob, first)
    with pytest.raises(booking.BeyondLimit):
        transfers.confirm(givers.bob, second)
    assert balance(opened.account) == 600 and len(said_by_us("Accept")) == 1


# Ends


def test_after_the_end_nothing_new_begins_and_what_waits_is_answered(opened, givers, work):
    mine, asked = ours(opened), theirs(opened)
    givers.client(givers.alice).post(f"{opened.clearing.get_absolute_url()}/ending")
    assert said_by_us("Update", "Clearing")[-1]["object"]["state"] == "closed"
    with pytest.raises(transfers.CannotBeAsked):
        ours(opened)
    assert opened.says("Offer", opened.event(givers.bobs)) == "transfer: declined"
    transfers.confirm(givers.bob, asked)
    assert opened.answers("Accept", mine) == "transfer: confirmed"
    assert (balance(givers.bobs), sum_of(givers.bank)) == (0, 0)
    stale = opened.statement(700)
    assert opened.says("Update", stale) == "clearing: ended", "they have not heard of the end yet"
    assert opened.says("Update", opened.statement(state="closed")) == "clearing: ended"
    assert opened.says("Update", opened.statement(300)) == "clearing: wanted", "they ask anew"


def test_they_end_it_and_our_stewards_are_told(opened, givers, work):
    assert opened.says("Update", opened.statement(state="closed")) == "clearing: ended"
    assert said_by_us("Update", "Clearing")[-1]["object"]["state"] == "closed", "our half ends with it"
    work()
    assert Notice.objects.filter(kind="clearing_ended", user__actor=givers.alice).exists()


def test_a_bank_that_closes_there_clears_no_more(opened, work):
    gone = {"id": opened.uri, "type": "Tombstone", "formerType": "Note", "version": 2}
    opened.says("Delete", gone)
    work()
    assert opened.clearing.state == Clearing.State.ENDED


def test_who_is_gone_from_here_takes_back_and_says_no(opened, givers, work):
    from journal import record

    mine, asked = ours(opened), theirs(opened)
    with transaction.atomic():
        record("actor.gone", givers.bob.uri, actor=givers.bob.uri, origin="peer")
    work()
    assert said_by_us("Undo") and said_by_us("Reject")
    assert Transfer.objects.get(pk=asked.pk).state == State.DECLINED
    assert held(givers.bobs) == (90, 0), "only their word sets it free"
    assert opened.answers("Accept", mine) == "transfer: confirmed"
    assert (balance(givers.bobs), sum_of(givers.bank)) == (90, 0)


# What both have booked


def test_every_day_each_says_what_it_has_booked_and_asks_again(opened, givers, work):
    ours(opened), transfers.confirm(givers.bob, theirs(opened, of=30))
    before = len(said_by_us("Offer"))
    schedule.arm()
    Errand.objects.filter(kind="timebank.compare_daily").update(due_at="2026-01-01T00:00:00Z")
    work()
    told = said_by_us("Update", "Clearing")[-1]["object"]
    assert (told["booked"], told["waiting"], told["balance"], told["wanted"]) == (1, 1, minutes(30), True)
    assert sorted(each["state"] for each in told["transfers"]) == ["confirmed", "proposed"]
    assert len(said_by_us("Offer")) == before + 1, "whatever was lost, it is asked again"


def test_a_yes_that_was_lost_is_said_again(opened, givers):
    transfer = theirs(opened)
    transfers.confirm(givers.bob, transfer)
    line = {"id": transfer.uri, "type": "EconomicEvent", "state": "proposed", "resourceQuantity": minutes(-90)}
    opened.says("Update", opened.statement(waiting=1, transfers=[line]))
    assert len(said_by_us("Accept")) == 2
    found = comparison(opened.clearing)
    assert (found.agrees, found.not_there, found.stays) == (False, 1, False)
    page = givers.client(givers.alice).get(opened.clearing.get_absolute_url()).content.decode()
    assert "They have not booked 1 transfer yet." in page
    booked = line | {"state": "confirmed"}
    opened.says("Update", opened.statement(booked=1, balance=minutes(-90), transfers=[booked]))
    assert comparison(opened.clearing).agrees


def test_statements_without_end_are_not_all_answered(opened, givers):
    transfer = theirs(opened)
    transfers.confirm(givers.bob, transfer)
    line = {"id": transfer.uri, "type": "EconomicEvent", "state": "proposed", "resourceQuantity": minutes(-90)}
    with time_machine.travel("2026-11-24T10:00:10Z", tick=False):
        for _ in range(clearing.MOST_STATEMENTS + 3):
            opened.says("Update", opened.statement(waiting=1, transfers=[line]))
    assert len(said_by_us("Accept")) == 1 + clearing.MOST_STATEMENTS


def test_a_difference_that_stays_is_told_and_listed(opened, givers, work):
    transfers.confirm(givers.bob, theirs(opened))
    line = {"id": f"{givers.bank.uri}/t/unknown", "type": "EconomicEvent", "state": "confirmed"}
    said_ = opened.statement(booked=1, balance=minutes(45), transfers=[line | {"resourceQuantity": minutes(45)}])
    opened.says("Update", said_)
    opened.says("Update", said_ | {"version": opened.version + 1})
    work()
    assert Notice.objects.filter(kind="clearing_differs", user__actor=givers.alice).count() == 1, "told once"
    page = givers.client(givers.alice).get(opened.clearing.get_absolute_url()).content.decode()
    assert "booked there, not here" in page and "booked here, not there" in page
    assert balance(givers.bobs) == -90, "a statement books nothing"


def test_who_asks_for_our_statement_hears_it_once_a_minute(opened):
    Clearing.objects.update(said_at=None)
    before = len(said_by_us("Update", "Clearing"))
    for _ in range(3):
        opened.says("Update", opened.statement(wanted=True))
    assert len(said_by_us("Update", "Clearing")) == before + 1


def test_what_is_killed_between_is_done_or_not_at_all(opened, givers, monkeypatch):
    transfer = theirs(opened)

    def dies(_transfer):
        raise RuntimeError("killed")

    monkeypatch.setattr(transfers.events, "answer", dies)
    with pytest.raises(RuntimeError):
        transfers.confirm(givers.bob, transfer)
    transfer.refresh_from_db()
    assert (transfer.state, Movement.objects.count(), said_by_us("Accept")) == (State.PROPOSED, 0, [])
    monkeypatch.setattr(transfers.events, "offer", dies)
    with pytest.raises(RuntimeError):
        ours(opened)
    assert held(givers.bobs) == (0, 0) and Transfer.objects.count() == 1
    assert between.ask_again(opened.clearing, most=10) == 0
