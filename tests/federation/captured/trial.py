"""Every document of the table is sent, each alone, and judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings

from cop.actions.proposals import publish_proposal
from cop.models import Proposal
from federation import actors
from journal.lanes import work_until_idle
from tests.federation.captured.documents import HOSTILE, Expectation, expectations
from tests.federation.captured.judging import Case
from tests.federation.captured.sending import VICTIM, Sender
from tests.gatherings import Camden


def a_known_need() -> str:
    """The address of a public need of ours, which people elsewhere may answer. Its own work is done and out of the way:
    what is sent afterwards is forgotten each time, and would have to do it again."""
    camden = Camden()
    need = publish_proposal(
        camden.alice,
        camden.group.actor,
        Proposal.Direction.NEED,
        title="A room for forty people",
        summary="On Tuesdays.",
        language="en",
        support="space",
    )
    actors.with_keys(actors.this_node().actor)
    work_until_idle()
    return need.uri


def tried(*, only_captured: bool = False) -> Iterator[Case]:
    """The cases of all documents; with `only_captured` of what programs said, and of the forged and the broken."""
    known = a_known_need()
    yield from tried_each(chosen(only_captured), known)


def chosen(only_captured: bool) -> Iterator[Expectation]:
    for expectation in expectations():
        if not only_captured or expectation.is_captured or expectation.program in {HOSTILE, "_malformed"}:
            yield expectation


def tried_each(wanted: Iterable[Expectation], known: str) -> Iterator[Case]:
    for expectation in wanted:
        yield Case(expectation, tuple(_arrivals(expectation, known)))


def _arrivals(expectation: Expectation, known: str) -> Iterator:
    """A post is sent a second time as an answer; a forgery against a neighbour's person, and against one of ours."""
    yield Sender(expectation, victim=VICTIM).send()
    if expectation.program == HOSTILE:
        yield Sender(expectation, victim=settings.ORIGIN).send()
    elif expectation.expected == "post":
        yield Sender(expectation).answer(known)
