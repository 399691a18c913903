"""What was taken back is erased: in our rows, in what we said, in what waits to be sent, in what others sent us."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from cop.actions import conversations as talk
from cop.actions.expertise import publish_expertise, withdraw_expertise
from cop.actions.groups import found_group, withdraw_group
from cop.actions.people import change_page, person_of
from cop.actions.places import publish_place, withdraw_place
from cop.actions.proposals import change_proposal, publish_proposal, withdraw_proposal
from cop.models import Person, Post, Proposal
from events.actions.attendance import attend
from events.actions.gatherings import withdraw_gathering
from events.models import Gathering
from federation import http
from federation.http import Answer
from federation.models import Activity, Delivery, Document, Receipt
from funding.actions import withdraw_call
from journal import retry
from knowledge.actions import change_page as change_know_how
from knowledge.actions import withdraw_page
from knowledge.models import Page
from notifications.models import Notice
from tests.federation.policy.test_talk import maria, toot
from tests.know_how import Writers

SECRET = "the key is under the third flowerpot"
NEED = Proposal.Direction.NEED


@pytest.fixture
def camden(db) -> Writers:
    return Writers()


@pytest.fixture
def edge(monkeypatch) -> Any:
    """The network's edge: `sent` has what went out, and to whom; who is in `down` is not reached."""

    class Edge:
        sent: list[tuple[str, dict[str, Any]]] = []
        down: set[str] = set()

        async def post(self, url: str, body: bytes, headers: Any, **_: Any) -> Answer:
            if url in self.down:
                return Answer(503, {}, "")
            self.sent.append((url, json.loads(body)))
            return Answer(202, {}, "")

        def heard(self, inbox: str, of: Any) -> list[str]:
            """What was said to them of one thing."""
            told = [said for url, said in self.sent if url == inbox and isinstance(said["object"], dict)]
            return [said["type"] for said in told if said["object"]["id"] == of.uri]

    played = Edge()
    played.sent, played.down = [], set()
    monkeypatch.setattr(http, "post", played.post)
    return played


def back(peer, edge, work) -> None:
    """Whoever was away speaks again, so that what waited goes out."""
    edge.down.clear()
    peer.does(peer.somebody("people/olive"), "Like", "http://127.0.0.1:8000/actor")
    work()


def where(said: str) -> set[str]:
    """The columns of the whole database in which it can be read."""
    found = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.CharField | models.TextField | models.JSONField | models.BinaryField):
                continue
            for value in model._default_manager.values_list(field.attname, flat=True).iterator():
                text = bytes(value).decode(errors="replace") if isinstance(field, models.BinaryField) else str(value)
                if value and said in text:
                    found.add(f"{model.__name__}.{field.name}")
    return found


def post(camden) -> tuple[Any, Any]:
    need = publish_proposal(camden.alice, camden.group.actor, NEED, title="A room", language="en")
    row = talk.publish_post(camden.alice, need.uri, f"So: {SECRET}", speaker=camden.group.actor)
    return row, lambda: talk.withdraw_post(camden.alice, row)


def subject(camden) -> tuple[Any, Any]:
    row = talk.publish_post(camden.alice, camden.group.uri, "See above", speaker=camden.group.actor, title=SECRET)
    return row, lambda: talk.withdraw_post(camden.alice, row)


def need(camden) -> tuple[Any, Any]:
    row = publish_proposal(camden.alice, camden.group.actor, NEED, title="A room", summary=SECRET, language="en")
    return row, lambda: withdraw_proposal(camden.alice, row)


def expertise(camden) -> tuple[Any, Any]:
    said = {"title": "Leases", "summary": SECRET, "experience": SECRET, "language": "en"}
    row = publish_expertise(camden.alice, camden.group.actor, **said)
    return row, lambda: withdraw_expertise(camden.alice, row)


def gathering(camden) -> tuple[Any, Any]:
    row = camden.gathering(summary=SECRET, address=SECRET)
    return row, lambda: withdraw_gathering(camden.alice, row)


def place(camden) -> tuple[Any, Any]:
    said = {"name": "The hall", "address": SECRET, "summary": SECRET, "give_back": SECRET, "language": "en"}
    row = publish_place(camden.alice, camden.group.actor, **said)
    return row, lambda: withdraw_place(camden.alice, row)


def call(camden) -> tuple[Any, Any]:
    row = camden.call(plain_summary=SECRET, who_can_apply=SECRET, how_to_apply=SECRET)
    return row, lambda: withdraw_call(camden.alice, row)


def know_how(camden) -> tuple[Any, Any]:
    row = camden.page(body=f"First: {SECRET}")
    change_know_how(camden.alice, row, {"body": "Better not to say", "comment": f"not to say that {SECRET}"})
    return row, lambda: withdraw_page(camden.alice, Page.objects.get(pk=row.pk))


def group(camden) -> tuple[Any, Any]:
    row = found_group(camden.alice, steward_name="Alice", name="Gardeners", summary=SECRET, language="en")
    return row, lambda: withdraw_group(camden.alice, row)


@pytest.mark.parametrize("kind", [post, subject, need, expertise, gathering, place, call, know_how, group])
def test_what_we_take_back_stands_nowhere_any_more(camden, peer, edge, work, kind):
    edge.down.add(f"{peer.origin}/inbox")
    row, withdraw = kind(camden)
    work()
    assert where(SECRET) >= {"Activity.body", "Publication.document"}
    withdraw()
    work()
    assert where(SECRET) == set()
    told = Delivery.objects.get(activity__object_uri=row.uri, activity__type="Delete")
    assert told.inbox == f"{peer.origin}/inbox"


def test_those_not_reached_yet_hear_only_that_it_is_gone(camden, peer, stranger, edge, work, client):
    """A neighbour that is away, one that has heard of it, and one whose worker died in the middle."""
    away, there = f"{peer.origin}/inbox", f"{stranger.origin}/inbox"
    stranger.does(maria(stranger), "Follow", camden.group.uri)
    work()
    edge.down.add(away)
    row, withdraw = need(camden)
    work()
    assert edge.heard(there, row) == ["Create"] and edge.heard(away, row) == []
    change_proposal(camden.alice, row, {"summary": f"{SECRET}, or the fourth"})
    work()
    in_hand = {"lease_owner": "a worker that was killed", "lease_until": timezone.now() + dt.timedelta(seconds=30)}
    told = Delivery.objects.filter(inbox=away, activity__type="Create", object_uri=row.uri)
    told.update(state="ready", **in_hand)
    withdraw()
    work()
    back(peer, edge, work)
    assert edge.heard(away, row) == ["Delete"]
    assert edge.heard(there, row) == ["Create", "Update", "Delete"]
    assert not Delivery.objects.filter(object_uri=row.uri).exclude(state="done").exists()
    outbox = client.get(f"{camden.group.get_absolute_url()}/outbox?page=1").content
    assert SECRET.encode() not in outbox and row.uri not in {
        item["object"] for item in json.loads(outbox)["orderedItems"] if isinstance(item["object"], str)
    }


def test_what_was_given_up_before_it_was_withdrawn_is_not_sent_again_by_a_steward(camden, peer, edge, work):
    row, withdraw = need(camden)
    work()
    Delivery.objects.filter(object_uri=row.uri).update(state="dead")
    withdraw()
    work()
    assert not any(retry(delivery) for delivery in Delivery.objects.filter(activity__type="Create"))
    assert edge.heard(f"{peer.origin}/inbox", row) == ["Create", "Delete"]


def test_an_activity_that_is_not_kept_any_more_can_still_be_spoken_of(camden, peer, outcomes, edge, client):
    """A neighbour passes on our Create, or takes a Like of it back, after its words are gone."""
    row, withdraw = need(camden)
    outcomes()
    created = Activity.objects.get(object_uri=row.uri, type="Create")
    withdraw()
    outcomes()
    dana = peer.somebody("people/dana")
    for verb in ("Announce", "Undo", "Accept", "Reject"):
        peer.does(dana, verb, created.uri)
    outcomes()
    assert not Receipt.objects.exclude(state="done").exists()
    assert client.get(created.uri.removeprefix("http://127.0.0.1:8000")).status_code == 404


def test_what_a_group_passed_on_is_erased_with_it_and_the_others_hear_so(camden, peer, stranger, edge, outcomes):
    """As Lemmy reads a group: its Announce holds the whole of what somebody wrote."""
    away = f"{peer.origin}/inbox"
    peer.does(peer.somebody("people/dana"), "Follow", camden.group.uri)
    outcomes()
    row = publish_proposal(camden.alice, camden.group.actor, NEED, title="A room", language="en")
    outcomes()
    edge.down.add(away)
    stranger.does(maria(stranger), "Create", toot(stranger, inReplyTo=row.uri, content=f"<p>{SECRET}</p>"))
    outcomes()
    assert {"Activity.body", "Post.html", "Document.raw", "Receipt.body"} <= where(SECRET)
    edge.sent.clear()
    stranger.does(maria(stranger), "Delete", {"id": f"{stranger.origin}/notes/1", "type": "Tombstone"})
    outcomes()
    back(peer, edge, outcomes)
    assert where(SECRET) == set()
    passed_on = [said["object"] for inbox, said in edge.sent if inbox == away and said["type"] == "Announce"]
    assert [each["type"] for each in passed_on] == ["Delete"]


def test_a_place_in_a_thread_stays_where_words_were(camden, stranger, outcomes, client):
    row = publish_proposal(camden.alice, camden.group.actor, NEED, title="A room", language="en")
    writer = maria(stranger)
    stranger.does(writer, "Create", toot(stranger, inReplyTo=row.uri, content=f"<p>{SECRET}</p>"))
    outcomes()
    first = Post.objects.get()
    talk.publish_post(camden.alice, row.uri, "Which one?", reply_to=first.uri, speaker=camden.group.actor)
    stranger.does(writer, "Delete", {"id": first.uri, "type": "Tombstone"})
    outcomes()
    page = client.get(row.get_absolute_url()).content.decode()
    assert "Taken back by whoever wrote it." in page and "Which one?" in page and SECRET not in page
    assert Document.objects.get(uri=first.uri).raw == "" and not where(SECRET)


def test_of_theirs_every_kind_is_emptied_and_what_they_publish_anew_is_whole_again(peer, outcomes):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", peer.note(dana, content=f"<p>{SECRET}</p>"))
    outcomes()
    assert where(SECRET) >= {"Proposal.summary", "Document.raw", "Receipt.body"}
    peer.does(dana, "Delete", {"id": peer.note(dana)["id"], "type": "Tombstone", "version": 2})
    outcomes()
    assert where(SECRET) == set()
    peer.does(dana, "Create", peer.note(dana, version=3, content="<p>On Mondays</p>"))
    outcomes()
    proposal = Proposal.objects.get()
    assert proposal.withdrawn_at is None and "On Mondays" in proposal.summary


def test_messages_that_broke_us_are_emptied_too(peer, outcomes):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Create", peer.note(dana, content=f"<p>{SECRET}</p>"))
    outcomes()
    Receipt.objects.update(state="dead")
    peer.does(dana, "Delete", {"id": peer.note(dana)["id"], "type": "Tombstone", "version": 2})
    outcomes()
    assert where(SECRET) == set()


def test_a_page_that_its_person_hides_is_in_nothing_that_we_said(camden, peer, edge, work):
    edge.down.add(f"{peer.origin}/inbox")
    person = person_of(camden.charlie)
    change_page(person, {"name": "Charlie", "is_public": True, "summary": SECRET, "shown": ["summary"]})
    work()
    assert "Activity.body" in where(SECRET)
    change_page(person, {"is_public": False})
    work()
    back(peer, edge, work)
    assert where(SECRET) == {"Person.summary"}, "their own words are theirs to show again"
    [hidden] = [said for _inbox, said in edge.sent if said["actor"] == person.uri]
    assert hidden["type"] == "Update" and "summary" not in hidden["object"] and "name" not in hidden["object"]
    assert Person.objects.get(pk=person.pk).summary == SECRET


def test_the_database_keeps_no_words_in_a_post_that_was_taken_back(camden):
    row, withdraw = post(camden)
    withdraw()
    for column in ("text", "html", "title", "warning", "signed"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.filter(pk=row.pk).update(**{column: SECRET})


def test_who_comes_to_a_gathering_that_is_withdrawn_is_told_which(camden, client, work):
    row, withdraw = gathering(camden)
    attend(camden.bob, row, name="Bob")
    withdraw()
    work()
    held = Gathering.objects.get(pk=row.pk)
    assert (held.summary, held.address, held.online_url) == ("", "", "") and held.title == row.title
    told = Notice.objects.get(user__actor=camden.bob, kind="gathering_withdrawn")
    assert told.params["gathering"] == row.title


def test_messages_that_passed_it_on_whole_are_emptied_too(peer, web, outcomes):
    """As Lemmy does; the group that passes it on is not whoever wrote it."""
    dana, group = peer.somebody("people/dana"), peer.somebody("groups/menders", "Group")
    said = web.pages[peer.note(dana)["id"]] = peer.note(dana, content=f"<p>{SECRET}</p>")
    peer.does(dana, "Create", said)
    peer.does(group, "Announce", peer.activity(dana, "Create", said))
    assert outcomes() == ["need read", "asked its own server for it"]
    peer.does(dana, "Delete", {"id": said["id"], "type": "Tombstone", "version": 2})
    outcomes()
    assert where(SECRET) == set()


def test_messages_that_come_after_it_was_taken_back_are_emptied_at_once(peer, outcomes):
    dana = peer.somebody("people/dana")
    said = peer.note(dana, content=f"<p>{SECRET}</p>")
    peer.does(dana, "Delete", {"id": said["id"], "type": "Tombstone", "version": 2})
    outcomes()
    peer.does(dana, "Create", said)
    assert outcomes()[1].startswith("older than version 2")
    assert where(SECRET) == set()
