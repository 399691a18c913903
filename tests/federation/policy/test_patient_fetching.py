"""What could not be read just now is asked for again; what leads nowhere is left."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from cop.models import Proposal
from federation.catalogue import ask
from federation.http import Fetched, FetchFailed
from federation.models import Node
from journal import Errand

THIRD = "https://third.example/needs/1"


def due_again() -> None:
    Errand.objects.filter(state="ready").update(due_at=timezone.now())


def test_a_server_that_is_away_is_asked_again(peer, web, work):
    dana = peer.somebody("people/dana")
    web.pages[THIRD] = FetchFailed("no answer within 10 seconds")
    peer.does(dana, "Announce", THIRD)
    work()
    web.pages[THIRD] = Fetched(THIRD, 503, "text/plain", b"", {})
    due_again()
    work()
    eve = "https://third.example/people/eve"
    web.pages[THIRD] = peer.note(dana) | {"id": THIRD, "attributedTo": eve}
    due_again()
    work()
    assert Proposal.objects.get().uri == THIRD


def test_a_server_that_has_no_such_thing_is_not_asked_again(peer, web, work):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Announce", THIRD)
    work()
    due_again()
    work()
    assert web.asked.count(THIRD) == 1


def test_a_document_that_is_not_the_thing_asked_for_is_not_taken(peer, web, work):
    """The id must be the address itself, and its owner must live there: what somebody uploaded to a server, or what its
    search shows, could speak for everybody there."""
    dana = peer.somebody("people/dana")
    eve = "https://third.example/people/eve"
    web.pages[THIRD] = peer.note(dana) | {"id": "https://third.example/needs/2", "attributedTo": eve}
    other = "https://third.example/needs/3"
    web.pages[other] = peer.note(dana) | {"id": other}
    peer.does(dana, "Announce", THIRD)
    peer.does(dana, "Announce", other)
    work()
    assert not Proposal.objects.exists()
    assert not Errand.objects.filter(kind="federation.fetch", state="ready").exists()


def test_a_catalogue_that_goes_in_circles_is_left(peer, web, work):
    dana = peer.somebody("people/dana")
    page = f"{peer.origin}/metro/catalogue?after=0"
    web.pages[page] = {"orderedItems": [peer.note(dana)], "last": 0, "next": page}
    Node.objects.update(catalogue_url=f"{peer.origin}/metro/catalogue")
    with transaction.atomic():
        ask(Node.objects.get())
    work()
    assert web.asked.count(page) == 1
    assert "last: expected more than 0" in Errand.objects.get(kind="federation.catalogue").error
