"""One bad thing from elsewhere is refused by name and stops nothing else, on either database."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction

from cop.models import Proposal
from federation import actors
from federation.catalogue import ask
from federation.models import Actor, Delivery, Document, Node, Receipt
from federation.outbound.say import say
from journal import Errand


def quantity(amount: str) -> dict:
    return {"type": "Intent", "resourceQuantity": {"hasNumericalValue": amount, "hasUnit": "one"}}


POISON = {
    "an id longer than we keep": {"id": "https://hackney.example/needs/" + "x" * 600},
    "an id on a host that is none": {"id": "https://hack_ney.example/needs/1"},
    "an id with an impossible port": {"id": "https://hackney.example:99999999/needs/1"},
    "an id that is no web address": {"id": "urn:uuid:1"},
    "an id inside an object": {"id": {"id": "https://hackney.example/needs/2"}},
    "an owner longer than we keep": {"attributedTo": "https://hackney.example/people/" + "x" * 600},
    "an owner on a host that is none": {"attributedTo": "https://hack_ney.example/people/1"},
    "an owner that is no web address": {"attributedTo": "urn:uuid:1"},
    "a quantity too large to keep": {"publishes": quantity("99999999999999")},
    "an audience longer than we keep": {"to": ["https://hackney.example/" + "x" * 600 + "/members"]},
    "a group with a website longer than we keep": {
        "type": "Group",
        "id": "https://hackney.example/groups/1",
        "inbox": "https://hackney.example/inbox",
        "website": "https://hackney.example/" + "x" * 600,
    },
    "a group whose inbox is longer than we keep": {
        "type": "Group",
        "id": "https://hackney.example/groups/1",
        "inbox": "https://hackney.example/" + "x" * 600,
    },
    "a group whose inbox is on a host that is none": {
        "type": "Group",
        "id": "https://hackney.example/groups/1",
        "inbox": "https://hack_ney.example/inbox",
    },
    "a listing whose source is longer than we keep": {
        "type": "Article",
        "additionalType": "https://schema.org/Organization",
        "identifier": {"propertyID": "GB-CHC", "value": "1"},
        "source_name": "A register",
        "licence": "OGL",
        "isBasedOn": "https://hackney.example/" + "x" * 600,
    },
    "a listing with a radius of more than the earth": {
        "type": "Article",
        "additionalType": "https://schema.org/Organization",
        "identifier": {"propertyID": "GB-CHC", "value": "1"},
        "source_name": "A register",
        "licence": "OGL",
        "location": {"type": "Place", "latitude": 1, "longitude": 1, "radius": 99999999, "units": "miles"},
    },
}


@pytest.mark.parametrize("bad", POISON.values(), ids=POISON.keys())
def test_a_bad_thing_in_a_catalogue_is_left_out_and_the_page_goes_on(peer, web, work, bad):
    dana = peer.somebody("people/dana")
    web.pages[f"{peer.origin}/metro/catalogue?after=0"] = {
        "type": "OrderedCollectionPage",
        "orderedItems": [peer.note(dana, path="needs/7") | bad, peer.note(dana, path="needs/8", name="The next one")],
        "last": 8,
    }
    node = Node.objects.get()
    Node.objects.update(catalogue_url=f"{peer.origin}/metro/catalogue")
    with transaction.atomic():
        ask(node)
    work()
    assert Proposal.objects.filter(title="The next one").exists(), list(Errand.objects.values_list("kind", "error"))
    assert Node.objects.get().catalogue_cursor == 8


@pytest.mark.parametrize("bad", POISON.values(), ids=POISON.keys())
def test_a_bad_thing_that_is_posted_is_settled_at_once(peer, work, bad):
    dana = peer.somebody("people/dana")
    answer = peer.post(dana, peer.activity(dana, "Create", peer.note(dana) | bad))
    assert answer.status_code in {202, 400, 401}
    work()
    for receipt in Receipt.objects.all():
        assert receipt.state == Receipt.State.DONE, (receipt.error, receipt.outcome)


def test_an_inbox_nobody_can_sign_for_does_not_stop_the_others(peer, web, outcomes, work):
    """The inbox is signed for before it is connected to; what cannot be signed ends its own delivery only."""
    odd = peer.somebody("people/odd", inbox=f"{peer.origin}/in\N{GREEK SMALL LETTER OMEGA}box", endpoints={})
    group = actors.make_actor(Actor.Type.GROUP, f"{settings.ORIGIN}/groups/abcdefghjkmn", handle="g", name="G")
    peer.does(odd, "Follow", group.uri)
    outcomes()
    with transaction.atomic():
        say(group, "Announce", "https://x.example/1", ["http://127.0.0.1:1/inbox", f"{peer.origin}/inbox"], to=[])
    work()
    tried = Delivery.objects.filter(inbox=f"{peer.origin}/inbox", activity__type="Announce").get()
    assert tried.attempts or tried.state != "ready", tried.error


def test_a_keyid_longer_than_we_keep_is_refused_at_the_door(peer, web):
    long = peer.somebody("people/" + "x" * 600)
    answer = peer.post(long, peer.activity(long, "Create", peer.note(long)))
    assert answer.status_code in {400, 401}
    assert not Document.objects.exists()
