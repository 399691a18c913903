"""Hours given and received within one bank: said by one, confirmed by the other, within everybody's limit."""

from __future__ import annotations

import html
import re
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from cop.access import NotAllowed
from cop.actions import matches
from cop.actions.groups import withdraw_group
from cop.actions.membership import leave_group
from cop.models.matches import NEED
from federation import moderation
from federation.models import Actor, Restriction
from federation.personal_blocks import block
from journal import record
from notifications.models import Notice
from tests.at_once import at_once
from tests.hours import Givers, balance, said, sum_of
from tests.matches import Meeting, side
from timebank.actions import accounts, banks, booking, transfers
from timebank.models import Account, Bank, Movement, Transfer

State = Transfer.State


@pytest.fixture
def givers(db) -> Givers:
    return Givers()


def page(givers: Givers, person: Actor | None, path: str) -> str:
    answer = givers.client(person).get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_alice_opens_a_bank_and_bob_joins_and_gives(db):
    from tests.gatherings import Camden

    camden = Camden()
    form = {"name": "Hours", "summary": "Shelves and **soup**.", "limit": "20", "language": "en"}
    opened = camden.client(camden.alice).post(f"{camden.group.get_absolute_url()}/timebank/new", form)
    bank = Bank.objects.get()
    assert opened.status_code == 302 and opened["Location"] == bank.get_absolute_url()
    assert (bank.limit, bank.actor) == (1_200, camden.group.actor)
    for person in (camden.alice, camden.bob):
        assert camden.client(person).post(f"{bank.get_absolute_url()}/joining").status_code == 302
    mine, alices = Account.objects.get(actor=camden.bob), Account.objects.get(actor=camden.alice)
    assert (mine.name, mine.limit, mine.balance) == ("Bob", 1_200, 0)
    path = f"{mine.get_absolute_url()}/transfers/new"
    sent = {"side": "giver", "other": alices.public_id, "hours": "1", "quarters": "30", "words": "A shelf"}
    sent["done_on"] = timezone.localdate().isoformat()
    assert camden.client(camden.bob).post(path, sent).status_code == 302
    transfer = Transfer.objects.get()
    assert (transfer.minutes, transfer.state, transfer.giver) == (90, State.PROPOSED, mine)
    assert balance(mine) == 0, "nothing is booked before Alice has said yes"
    waiting = page_of(camden, camden.alice, "/timebank/")
    assert "A shelf" in waiting and "1 h 30 min received from" in waiting
    camden.client(camden.alice).post(f"{transfer.get_absolute_url()}/confirming")
    assert (balance(mine), balance(alices), sum_of(bank)) == (90, -90, 0)
    assert "You have given 1 h 30 min more than you received." in page_of(camden, camden.bob, "/timebank/")
    assert "You have received 1 h 30 min more than you gave." in page_of(camden, camden.alice, "/timebank/")
    camden.client(camden.alice).post(f"{transfer.get_absolute_url()}/thanks", {"thanks": "It stands!"})
    assert "It stands!" in page_of(camden, camden.bob, transfer.get_absolute_url())


def page_of(camden, person, path: str) -> str:
    answer = camden.client(person).get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_each_of_the_two_is_told_of_what_the_other_does(givers, work):
    transfer = givers.confirmed(givers.bobs, givers.erins)
    transfers.thank(givers.erin, transfer, "Thank you!")
    transfers.decline(givers.erin, givers.proposed(givers.bobs, givers.erins, 15))
    work()
    told = {(each.kind, each.user.actor) for each in Notice.objects.filter(kind__startswith="hours")}
    assert told == {
        ("hours_proposed", givers.erin),
        ("hours_confirmed", givers.bob),
        ("hours_thanked", givers.bob),
        ("hours_declined", givers.bob),
    }
    notices = page(givers, givers.erin, "/notices/")
    assert "Bob" in notices and "1 h 30 min" in notices


def test_who_blocks_the_other_is_not_told(givers, work):
    transfer = givers.proposed(givers.bobs, givers.erins)
    block(givers.erin, givers.bob.uri)
    work()
    assert not Notice.objects.filter(kind="hours_proposed", uri=transfer.page).exists()


def test_whoever_received_can_say_it_too(givers):
    transfer = givers.proposed(givers.bobs, givers.erins, by=givers.erin)
    assert (transfer.asked, transfer.proposed_by) == (givers.bobs, "receiver")
    transfers.confirm(givers.bob, transfer)
    assert (balance(givers.bobs), balance(givers.erins)) == (90, -90)


def test_only_whoever_is_asked_answers(givers):
    transfer = givers.proposed(givers.bobs, givers.erins)
    for person in (givers.bob, givers.alice, givers.charlie):
        for answer in (transfers.confirm, transfers.decline):
            with pytest.raises(NotAllowed):
                answer(person, transfer)
    for person, status in ((givers.alice, 404), (givers.charlie, 404), (givers.bob, 403)):
        path = f"{transfer.get_absolute_url()}/confirming"
        assert givers.client(person).post(path).status_code == status
    assert sum_of(givers.bank) == 0 and not Movement.objects.exists()


def test_what_is_answered_is_not_answered_again(givers):
    declined = transfers.decline(givers.erin, givers.proposed(givers.bobs, givers.erins))
    confirmed = givers.confirmed(givers.bobs, givers.erins)
    for transfer in (declined, confirmed):
        for act in (transfers.confirm, transfers.decline):
            with pytest.raises(transfers.NotPossible):
                act(givers.erin, transfer)
        with pytest.raises(transfers.NotPossible):
            transfers.take_back(givers.bob, transfer)
    assert balance(givers.bobs) == 90


def test_only_its_proposer_takes_it_back(givers):
    transfer = givers.proposed(givers.bobs, givers.erins)
    for person in (givers.erin, givers.alice):
        with pytest.raises(NotAllowed):
            transfers.take_back(person, transfer)
    assert transfers.take_back(givers.bob, transfer).state == State.WITHDRAWN
    with pytest.raises(transfers.NotPossible):
        transfers.confirm(givers.erin, transfer)


def test_only_whoever_received_gives_thanks_and_only_once_confirmed(givers):
    transfer = givers.proposed(givers.bobs, givers.erins)
    with pytest.raises(transfers.NotPossible):
        transfers.thank(givers.erin, transfer, "Thank you")
    transfers.confirm(givers.erin, transfer)
    for person in (givers.bob, givers.alice):
        with pytest.raises(NotAllowed):
            transfers.thank(person, transfer, "I thank myself")
    assert Transfer.objects.get(pk=transfer.pk).thanks == ""


def test_nobody_leaves_their_limit(givers):
    givers.confirmed(givers.bobs, givers.erins, 1_200)
    with pytest.raises(booking.BeyondLimit) as beyond:
        givers.proposed(givers.bobs, givers.alices, 15)
    assert (beyond.value.account, beyond.value.room) == (givers.bobs, 0)
    asked = givers.proposed(givers.alices, givers.erins, 15)
    with pytest.raises(booking.BeyondLimit):
        transfers.confirm(givers.erin, asked)
    answer = givers.client(givers.erin).post(f"{asked.get_absolute_url()}/confirming", follow=True)
    assert "Your account has room for 0 min more" in answer.content.decode()
    assert Transfer.objects.get(pk=asked.pk).state == State.PROPOSED
    givers.confirmed(givers.erins, givers.bobs, 600)
    transfers.confirm(givers.erin, asked)
    assert (balance(givers.bobs), balance(givers.erins), sum_of(givers.bank)) == (600, -615, 0)


def test_how_the_account_of_somebody_else_stands_is_told_to_nobody(givers):
    givers.confirmed(givers.bobs, givers.erins, 1_200)
    asked = givers.proposed(givers.alices, givers.bobs, 30, by=givers.bob)
    assert asked.state == State.PROPOSED
    asked = givers.proposed(givers.alices, givers.erins, 30)
    assert asked.state == State.PROPOSED, "that Erin has no room is not told to Alice"
    seen = page(givers, givers.alice, givers.erins.get_absolute_url())
    assert "20 h" not in seen
    assert givers.client(givers.bob).get(f"{givers.bank.get_absolute_url()}/accounts").status_code == 403
    assert "20 h more received than given" in page(givers, givers.alice, f"{givers.bank.get_absolute_url()}/accounts")
    assert "20 h</dd>" in page(givers, None, givers.bank.get_absolute_url()), "what was exchanged in all is for all"


def test_the_database_itself_refuses(givers):
    transfer = givers.confirmed(givers.bobs, givers.erins)
    wrong = [
        lambda: Account.objects.filter(pk=givers.bobs.pk).update(balance=F("limit") + 1),
        lambda: Account.objects.filter(pk=givers.bobs.pk).update(balance=-F("limit") - 1),
        lambda: Account.objects.filter(pk=givers.bobs.pk).update(held_in=F("limit")),
        lambda: Account.objects.filter(pk=givers.erins.pk).update(held_out=F("limit")),
        lambda: Account.objects.filter(pk=givers.bobs.pk).update(closed_at=timezone.now()),
        lambda: Movement.objects.create(transfer=transfer, account=givers.bobs, minutes=1),
        lambda: Movement.objects.create(transfer=transfer, account=givers.alices, minutes=0),
        lambda: Transfer.objects.filter(pk=transfer.pk).update(minutes=2_881),
        lambda: Transfer.objects.filter(pk=transfer.pk).update(giver=F("receiver")),
        lambda: Transfer.objects.filter(pk=transfer.pk).update(giver=None),
        lambda: Transfer.objects.filter(pk=transfer.pk).update(other_uri="https://hackney.example/timebank/accounts/a"),
        lambda: Transfer.objects.filter(pk=transfer.pk).update(state="proposed"),
        lambda: Bank.objects.filter(pk=givers.bank.pk).update(limit=1),
    ]
    for change in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert sum_of(givers.bank) == 0


def test_one_bank_for_a_group_and_one_account_for_a_person(givers):
    with pytest.raises(banks.AlreadyThere):
        banks.open_bank(givers.alice, givers.group, name="Another", language="en", limit=600)
    assert accounts.open_account(givers.bob, givers.bank).pk == givers.bobs.pk
    for person, group in ((givers.bob, givers.group), (givers.charlie, givers.group)):
        with pytest.raises(NotAllowed):
            banks.open_bank(person, group, name="Another", language="en", limit=600)
    with pytest.raises(NotAllowed):
        accounts.open_account(givers.charlie, givers.bank)
    assert givers.client(givers.charlie).post(f"{givers.bank.get_absolute_url()}/joining").status_code == 403


def test_pages_of_others_are_not_there(givers):
    transfer = givers.proposed(givers.bobs, givers.erins)
    for path in (transfer.get_absolute_url(), givers.bobs.get_absolute_url(), f"{transfer.get_absolute_url()}/thanks"):
        assert givers.client(givers.charlie).get(path).status_code == 404
        assert givers.client().get(path).status_code == 302
    for path in ("name", "transfers/new"):
        assert givers.client(givers.erin).get(f"{givers.bobs.get_absolute_url()}/{path}").status_code == 404
    assert givers.client(givers.erin).post(f"{givers.bobs.get_absolute_url()}/closing").status_code == 404
    assert givers.client(givers.bob).get(f"{givers.erins.get_absolute_url()}/limit").status_code == 404
    for path in ("edit", "withdrawal", "accounts", "clearing", "clearing/new"):
        assert givers.client(givers.bob).get(f"{givers.bank.get_absolute_url()}/{path}").status_code == 403


def test_stewards_set_limits_within_what_is_used(givers):
    givers.confirmed(givers.bobs, givers.erins, 600)
    path = f"{givers.bobs.get_absolute_url()}/limit"
    client = givers.client(givers.alice)
    assert "10 h are used already" in client.post(path, {"limit": "9"}).content.decode()
    assert client.post(path, {"limit": "1001"}).status_code == 400
    assert client.post(path, {"limit": "10"}).status_code == 302
    assert Account.objects.get(pk=givers.bobs.pk).limit == 600
    with pytest.raises(NotAllowed):
        accounts.set_limit(givers.bob, givers.bobs, 6_000)
    with pytest.raises(transfers.NotPossible):
        accounts.set_limit(givers.alice, givers.bobs, 599)


def test_another_limit_of_the_bank_reaches_the_accounts_that_had_the_old_one(givers):
    givers.confirmed(givers.bobs, givers.erins, 900)
    accounts.set_limit(givers.alice, givers.alices, 300)
    form = {"name": "Hours of Camden", "summary": "", "limit": "10", "language": "en", "seen": "1"}
    givers.client(givers.alice).post(f"{givers.bank.get_absolute_url()}/edit", form)
    limits = {each.pk: each.limit for each in Account.objects.all()}
    assert limits == {givers.alices.pk: 300, givers.bobs.pk: 1_200, givers.erins.pk: 1_200}
    givers.confirmed(givers.erins, givers.bobs, 600)
    banks.change_bank(givers.alice, givers.bank, {"limit": 1_200})
    banks.change_bank(givers.alice, givers.bank, {"limit": 600})
    assert set(Account.objects.exclude(pk=givers.alices.pk).values_list("limit", flat=True)) == {600}


def test_an_account_closes_at_nothing_and_without_anything_waiting(givers):
    transfer = givers.confirmed(givers.bobs, givers.erins)
    client = givers.client(givers.bob)
    client.post(f"{givers.bobs.get_absolute_url()}/closing")
    assert Account.objects.get(pk=givers.bobs.pk).is_open
    waiting = givers.proposed(givers.erins, givers.bobs)
    transfers.confirm(givers.bob, waiting)
    givers.proposed(givers.bobs, givers.alices)
    with pytest.raises(transfers.NotPossible):
        accounts.close_account(givers.bob, givers.bobs)
    transfers.take_back(givers.bob, Transfer.objects.get(receiver=givers.alices))
    client.post(f"{givers.bobs.get_absolute_url()}/closing")
    closed = Account.objects.get(pk=givers.bobs.pk)
    assert (closed.is_open, closed.name) == (False, "")
    assert "somebody who is not here any more" in page(givers, givers.erin, transfer.get_absolute_url())
    assert "Bob" not in page(givers, givers.erin, "/timebank/").replace("Bob (demo)", "")
    assert sum_of(givers.bank) == 0


def test_whoever_left_the_group_begins_nothing_new(givers):
    waiting = givers.proposed(givers.erins, givers.bobs)
    leave_group(givers.bob, givers.group)
    with pytest.raises(NotAllowed):
        givers.proposed(givers.bobs, givers.erins)
    with pytest.raises(transfers.CannotBeAsked):
        givers.proposed(givers.erins, givers.bobs)
    assert transfers.confirm(givers.bob, waiting).state == State.CONFIRMED, "what waited can still be answered"


def test_whoever_left_the_group_reads_no_names_in_its_bank(givers):
    leave_group(givers.bob, givers.group)
    client = givers.client(givers.bob)
    path = f"{givers.bobs.get_absolute_url()}/transfers/new"
    assert [client.get(path).status_code, client.post(path, {"words": ""}).status_code] == [403, 403]
    assert client.get(givers.erins.get_absolute_url()).status_code == 404
    assert client.get(givers.bobs.get_absolute_url()).status_code == 200, "their own is theirs"
    assert path not in page(givers, givers.bob, "/timebank/")


def test_a_name_is_shown_as_it_is_written(givers):
    accounts.rename_account(givers.erin, givers.erins, "Erin O'Neill & Co")
    transfer = givers.confirmed(givers.bobs, givers.erins)
    for path in ("/timebank/", transfer.get_absolute_url()):
        assert "given to Erin O'Neill & Co" in html.unescape(page(givers, givers.bob, path)), path


def test_who_is_suspended_neither_names_themself_nor_allows_more(givers):
    givers.charlie.user.is_steward = True
    givers.charlie.user.save()
    for person in (givers.alice, givers.bob):
        moderation.restrict_actor(Restriction.Level.SUSPENDED, person, by=givers.charlie, reason="Threats")
    with pytest.raises(moderation.Suspended):
        accounts.rename_account(givers.bob, givers.bobs, "A threat")
    with pytest.raises(moderation.Suspended):
        accounts.set_limit(givers.alice, givers.alices, 60_000)
    assert givers.client(givers.bob).post(f"{givers.bobs.get_absolute_url()}/name", {"name": "X"}).status_code == 403
    assert Account.objects.get(pk=givers.bobs.pk).name == "Bob"


def test_thanks_that_change_are_told_once(givers, work):
    transfer = givers.confirmed(givers.bobs, givers.erins)
    for words in ("Thanks", "Many thanks", "So many thanks"):
        transfers.thank(givers.erin, transfer, words)
    work()
    assert Notice.objects.filter(kind="hours_thanked", user__actor=givers.bob).count() == 1
    assert Transfer.objects.get(pk=transfer.pk).thanks == "So many thanks"


def test_who_keep_apart_are_not_asked(givers):
    block(givers.erin, givers.bob.uri)
    for giver, receiver in ((givers.bobs, givers.erins), (givers.erins, givers.bobs)):
        with pytest.raises(transfers.CannotBeAsked):
            givers.proposed(giver, receiver)


def test_who_is_suspended_neither_asks_nor_answers(givers):
    waiting = givers.proposed(givers.erins, givers.bobs)
    givers.alice.user.is_steward = True
    givers.alice.user.save()
    moderation.restrict_actor(Restriction.Level.SUSPENDED, givers.bob, by=givers.alice, reason="Threats")
    with pytest.raises(moderation.Suspended):
        givers.proposed(givers.bobs, givers.erins)
    with pytest.raises(moderation.Suspended):
        transfers.confirm(givers.bob, waiting)
    assert not Movement.objects.exists()


def test_one_is_not_both_sides_nor_uses_the_account_of_another(givers):
    with pytest.raises(transfers.CannotBeAsked):
        transfers.propose(givers.bob, givers.bobs, givers.bobs, said())
    with pytest.raises(NotAllowed):
        transfers.propose(givers.erin, givers.bobs, givers.alices, said())


def test_a_form_says_what_is_to_be_mended(givers):
    path = f"{givers.bobs.get_absolute_url()}/transfers/new"
    good = {"side": "giver", "other": givers.erins.public_id, "hours": "0", "quarters": "15", "words": "Soup"}
    good["done_on"] = timezone.localdate().isoformat()
    client = givers.client(givers.bob)
    for wrong in (
        {"quarters": "0"}, {"hours": "48"}, {"hours": "-1"}, {"quarters": "20"}, {"words": ""}, {"other": ""},
        {"other": givers.bobs.public_id}, {"side": "both"}, {"done_on": "2999-01-01"}, {"done_on": "1999-01-01"},
        {"done_on": "yesterday"}, {"words": "x" * 301},
    ):  # fmt: skip
        answer = client.post(path, good | wrong)
        assert answer.status_code == 400 and "aria-invalid" in answer.content.decode(), wrong
    assert not Transfer.objects.exists()
    sent = good | {"once": "a-token"}
    assert client.post(path, sent).status_code == client.post(path, sent).status_code == 302
    assert Transfer.objects.count() == 1, "a form that is sent twice says it once"
    filled = page(givers, givers.bob, f"{path}?side=receiver&words=Bread&minutes=75&other={givers.erins.public_id}")
    assert 'value="Bread"' in filled and '<option value="15" selected>' in filled
    assert client.get(f"{path}?minutes=²³&side=\0&words=").status_code == 200


def test_a_hundred_a_day_are_enough(givers, monkeypatch):
    monkeypatch.setattr(transfers, "MOST_PROPOSED", 2)
    for _ in range(2):
        givers.proposed(givers.bobs, givers.erins, 15)
    with pytest.raises(transfers.TooMany):
        givers.proposed(givers.bobs, givers.alices, 15)


def test_a_bank_that_closed_begins_nothing_and_keeps_what_was(givers, work):
    done, waiting = givers.confirmed(givers.bobs, givers.erins), givers.proposed(givers.bobs, givers.erins)
    path = f"{givers.bank.get_absolute_url()}/withdrawal"
    assert givers.client(givers.alice).post(path).status_code == 302
    with pytest.raises(transfers.NotPossible):
        givers.proposed(givers.bobs, givers.erins)
    with pytest.raises(transfers.NotPossible):
        transfers.confirm(givers.erin, waiting)
    with pytest.raises(NotAllowed):
        accounts.open_account(givers.alice, Bank.objects.get())
    assert done.words in page(givers, givers.bob, "/timebank/")
    assert givers.client().get(givers.bank.get_absolute_url()).status_code == 410
    assert banks.open_bank(givers.alice, givers.group, name="Anew", language="en", limit=600).pk != givers.bank.pk


def test_a_group_that_closes_closes_its_bank(givers, work):
    withdraw_group(givers.alice, givers.group)
    work()
    assert Bank.objects.get().withdrawn_at is not None


def test_who_is_gone_is_named_nowhere_and_the_sums_stay(givers, work):
    done = givers.confirmed(givers.bobs, givers.erins)
    mine, asked = givers.proposed(givers.bobs, givers.alices), givers.proposed(givers.alices, givers.bobs)
    with transaction.atomic():
        record("actor.gone", givers.bob.uri, actor=givers.bob.uri, origin="peer")
    work()
    assert Account.objects.get(pk=givers.bobs.pk).name == "" and balance(givers.bobs) == 90
    states = [Transfer.objects.get(pk=each.pk).state for each in (done, mine, asked)]
    assert states == [State.CONFIRMED, State.WITHDRAWN, State.DECLINED]
    assert sum_of(givers.bank) == 0
    assert "Bob" not in page(givers, givers.erin, done.get_absolute_url())


def test_the_page_of_the_group_leads_to_its_bank(givers):
    assert givers.bank.get_absolute_url() in page(givers, None, givers.group.get_absolute_url())
    from cop.actions.groups import found_group

    other = found_group(givers.alice, name="Without", joining="open", language="en")
    assert "timebank/new" in page(givers, givers.alice, other.get_absolute_url())
    assert "timebank/new" not in page(givers, givers.bob, other.get_absolute_url())


def test_pages_ask_as_often_for_many_as_for_two(givers, django_assert_max_num_queries):
    for _ in range(4):
        givers.confirmed(givers.bobs, givers.erins, 15)
        givers.confirmed(givers.erins, givers.bobs, 15)
        givers.proposed(givers.erins, givers.bobs, 15)
    client = givers.client(givers.bob)
    leading = givers.client(givers.alice)
    paths = {
        "/timebank/": 16,
        givers.bank.get_absolute_url(): 18,
        f"{givers.bobs.get_absolute_url()}/transfers/new": 12,
    }
    for path, most in paths.items():
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200
    with django_assert_max_num_queries(12):
        assert leading.get(f"{givers.bank.get_absolute_url()}/accounts").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(db):
    givers = Givers()
    transfer = givers.proposed(givers.bobs, givers.erins)
    given = at_once(*[lambda: transfers.confirm(givers.erin, transfer)] * 2)
    assert sorted(type(each).__name__ for each in given) == ["NotPossible", "Transfer"]
    assert (balance(givers.bobs), Movement.objects.count(), sum_of(givers.bank)) == (90, 2, 0)


@pytest.mark.django_db(transaction=True)
def test_two_that_fit_only_one_by_one_do_not_both(db):
    givers = Givers()
    one, other = givers.proposed(givers.bobs, givers.erins, 900), givers.proposed(givers.bobs, givers.alices, 900)
    given = at_once(lambda: transfers.confirm(givers.erin, one), lambda: transfers.confirm(givers.alice, other))
    assert sorted(type(each).__name__ for each in given) == ["BeyondLimit", "Transfer"]
    assert (balance(givers.bobs), sum_of(givers.bank)) == (900, 0)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_open_one_account(db):
    givers = Givers()
    accounts.close_account(givers.bob, givers.bobs)
    given = at_once(*[lambda: accounts.open_account(givers.bob, givers.bank)] * 2)
    assert len({each.pk for each in given}) == 1


def test_hours_of_a_finished_match_begin_a_form(db):
    meeting = Meeting()
    bank = banks.open_bank(meeting.alice, meeting.group, name="Hours", language="en", limit=1_200)
    account = accounts.open_account(meeting.bob, bank)
    match = meeting.proposed()
    matches.agree(meeting.bob, side(match, NEED))
    matches.finish(meeting.bob, side(match, NEED), outcome="", may_show=False, hours=Decimal("2.4"))
    hours = page_of(meeting, meeting.bob, "/timebank/")
    found = re.search(
        r'href="(/timebank/accounts/[^"]+/transfers/new\?[^"]+)"[^<]*>[^<]*</a> <span[^>]*>([^<]+)<', hours
    )
    assert found and found[2] == "2 h 30 min", "in quarters of an hour"
    form = page_of(meeting, meeting.bob, html.unescape(found[1]))
    assert match.title in form and account.public_id in found[1]
    assert re.search(r'value="receiver"[^>]*checked', form)
    assert meeting.need.title not in page_of(meeting, meeting.alice, "/timebank/")
