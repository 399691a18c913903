"""The judge of `./run prove kills`, before fabricated books: it finds what is lost, doubled and strange."""

from __future__ import annotations

import pytest

from tests.federation.live.ledger import Ledger, judge


def book(*, accepted: str, unanswered: str = "") -> Ledger:
    ledger = Ledger()
    for title in accepted + unanswered:
        ledger.send(title)
    for title in accepted:
        ledger.accept(title)
    return ledger


def test_what_was_accepted_is_there_once_on_both_nodes():
    verdict = judge(book(accepted="abc"), {"node": "cab", "peer": "abc"})
    assert verdict.holds and not list(verdict.faults())


@pytest.mark.parametrize("there", ["abc", "ab"])
def test_what_nobody_answered_may_be_there_or_not(there):
    assert judge(book(accepted="ab", unanswered="c"), {"node": there, "peer": there}).holds


def test_a_lost_thing_is_found_where_it_is_missing():
    verdict = judge(book(accepted="abc"), {"node": "abc", "peer": "ac"})
    assert not verdict.holds and verdict.lost == {"node": [], "peer": ["b"]}
    assert "lost on peer: b" in list(verdict.faults())


def test_a_doubled_thing_is_found_even_if_everything_is_there():
    verdict = judge(book(accepted="abc"), {"node": "abcb", "peer": "abc"})
    assert not verdict.holds and verdict.doubled == {"node": ["b"], "peer": []}


def test_what_nobody_answered_may_not_be_there_twice():
    verdict = judge(book(accepted="a", unanswered="b"), {"node": "abb", "peer": "abb"})
    assert not verdict.holds and verdict.counted(verdict.doubled) == 1


def test_nobody_else_published_anything():
    verdict = judge(book(accepted="a"), {"node": "ax", "peer": "a"})
    assert not verdict.holds and verdict.strange["node"] == ["x"]


def test_what_is_on_one_node_is_on_the_other():
    verdict = judge(book(accepted="a", unanswered="b"), {"node": "ab", "peer": "a"})
    assert not verdict.holds and verdict.disputed == ["b"]


def test_a_form_sent_again_is_one_entry():
    ledger = book(accepted="a")
    ledger.send("a")
    ledger.send("b")
    ledger.send("b")
    assert ledger.sent == ["a", "b"] and ledger.unanswered == {"b"}
