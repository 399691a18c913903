"""WebFinger as RFC 7033 has it: its section 4 check by check, and what stands elsewhere."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from federation import limits
from tests.federation.webfinger import CHECKS, PATH, Check, acct, ask
from tests.gatherings import Camden


@pytest.fixture
def handle(db) -> str:
    return Camden().group.actor.handle


@pytest.mark.parametrize("each", CHECKS, ids=lambda each: f"{each.section} {each.says[:50]}")
def test_section_4(handle: str, each: Check) -> None:
    each.holds(handle)


def test_there_are_eighteen_of_them() -> None:
    assert len(CHECKS) == 18 and all(each.section.startswith("4") for each in CHECKS)


def test_scripts_of_any_page_may_read_every_answer(handle: str, monkeypatch) -> None:
    """Section 5."""
    answers = [ask(f"resource={acct(handle)}"), ask(""), ask("resource=acct:nobody@x.example"), Client().post(PATH)]
    monkeypatch.setattr(limits, "READS_PER_ADDRESS", 0)
    answers.append(ask(f"resource={acct(handle)}"))
    assert [answer.status_code for answer in answers] == [200, 400, 404, 405, 429]
    assert {answer["Access-Control-Allow-Origin"] for answer in answers} == {"*"}


def test_the_head_alone_can_be_asked_for(handle: str) -> None:
    answer = Client().head(f"{PATH}?resource={acct(handle)}")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/jrd+json" and not answer.content


def test_parameters_nobody_knows_are_no_trouble(handle: str) -> None:
    assert ask(f"x=1&resource={acct(handle)}&format=xml").status_code == 200


def test_the_node_itself_is_found_by_its_address_and_by_its_name(db) -> None:
    for resource in (settings.ORIGIN, f"{settings.ORIGIN}/", f"{settings.ORIGIN}/actor", acct("node"), acct("@node")):
        answer = ask(f"resource={resource}")
        assert answer.json()["aliases"] == [f"{settings.ORIGIN}/actor"], resource
