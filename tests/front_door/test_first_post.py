"""Where stewards want it, the first thing somebody new publishes waits for one of them."""

from __future__ import annotations

import json

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import User
from cop.actions.conversations import change_post, publish_post, write_to
from cop.actions.groups import found_group
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal
from cop.models import Post, Proposal
from federation import actors
from federation.describing import describe_this_node
from federation.models import Activity, Actor, Delivery, Node, Restriction
from journal.models import Entry
from notifications.models import Notice
from tests import calls, know_how, pictures
from tests.gatherings import HOUSING, Camden


@pytest.fixture
def camden(db):
    camden = Camden()
    User.objects.filter(actor=camden.alice).update(is_steward=True)
    camden.alice = Actor.objects.get(pk=camden.alice.pk)
    actors.this_node()
    describe_this_node(hold_first_post=True)
    node = Node.objects.create(origin="https://hackney.example", name="Hackney")
    actor = Actor.objects.create(uri=f"{node.origin}/actor", node=node, type="Application", inbox=f"{node.origin}/in")
    Node.objects.filter(pk=node.pk).update(actor=actor, peering=Node.Peering.FULL)
    change_page(person_of(camden.bob), {"name": "Bob", "is_public": True})
    return camden


def need_of(camden, person, title="A first need"):
    return publish_proposal(person, person, Proposal.Direction.NEED, title=title, language="en")


def sent_about(thing) -> list[str]:
    return list(Delivery.objects.filter(object_uri=thing.uri).order_by("pk").values_list("activity__type", flat=True))


def test_it_is_seen_by_its_author_and_stewards_alone_and_leaves_for_nowhere_until_it_is_published(camden, work):
    need = need_of(camden, camden.bob)
    work()
    assert not sent_about(need) and not Entry.objects.filter(name="need.published", uri=need.uri).exists()
    for person, status in ((None, 404), (camden.charlie, 404), (camden.bob, 200), (camden.alice, 200)):
        assert camden.client(person).get(need.get_absolute_url()).status_code == status
    assert "waits for a steward" in camden.client(camden.bob).get(need.get_absolute_url()).content.decode()
    assert "A first need" not in Client().get("/needs/").content.decode()
    program = {"Accept": "application/activity+json"}
    for person in (None, camden.bob, camden.alice):
        assert camden.client(person).get(need.get_absolute_url(), headers=program).status_code == 404
    desk = camden.client(camden.alice)
    page = desk.get("/desk/").content.decode()
    assert "A first need" in page and Notice.objects.filter(kind="post_held", user__actor=camden.alice).exists()
    held = Restriction.objects.get()
    assert desk.post(f"/desk/moderation/{held.pk}/undoing").status_code == 302
    work()
    assert sent_about(need) == ["Create"]
    assert "A first need" in Client().get("/needs/").content.decode()
    assert Client().get(need.get_absolute_url(), headers=program).status_code == 200
    assert Notice.objects.filter(kind="first_post_let_through", user__actor=camden.bob).exists()
    assert "A first need" not in desk.get("/desk/").content.decode()
    second = need_of(camden, camden.bob, "A second need")
    work()
    assert sent_about(second) == ["Create"], "whoever was let through once waits no more"


def test_what_is_refused_was_never_anywhere_and_its_author_is_told_why(camden, work):
    need = need_of(camden, camden.bob)
    work()
    held = Restriction.objects.get()
    desk = camden.client(camden.alice)
    assert desk.post(f"/desk/moderation/{held.pk}/refusal", {"words": ""}).status_code == 400
    assert desk.post(f"/desk/moderation/{held.pk}/refusal", {"words": "Say where it is."}).status_code == 302
    work()
    assert not sent_about(need) and Client().get(need.get_absolute_url()).status_code != 200
    assert "Say where it is." in camden.client(camden.bob).get("/notices/").content.decode()
    assert desk.post(f"/desk/moderation/{held.pk}/refusal", {"words": "Again"}).status_code == 404
    need_of(camden, camden.bob, "Tried again")
    assert Restriction.objects.in_force().count() == 1, "nothing of theirs was let through yet"


def test_all_that_somebody_new_writes_waits_until_the_first_is_published(camden, work):
    post = publish_post(camden.bob, camden.group.uri, "First words", title="Hello")
    need = need_of(camden, camden.bob)
    change_post(camden.bob, Post.objects.get(pk=post.pk), {"text": "Other first words"})
    work()
    assert Restriction.objects.in_force().count() == 2 and not sent_about(post) and not sent_about(need)
    assert "first words" not in Client().get(camden.group.get_absolute_url()).content.decode().lower()
    assert not Notice.objects.filter(kind="words_in_group").exists()
    held = Restriction.objects.get(object_uri=post.uri)
    camden.client(camden.alice).post(f"/desk/moderation/{held.pk}/undoing")
    work()
    assert sent_about(post) == ["Create"] and not sent_about(need)
    assert "Other first words" in Client().get(camden.group.get_absolute_url()).content.decode()
    assert Notice.objects.filter(kind="words_in_group", user__actor=camden.alice).exists()
    (said,) = [json.loads(each.body) for each in Activity.objects.filter(type="Create", object_uri=post.uri)]
    assert "Other first words" in said["object"]["content"]


def test_a_group_is_a_first_thing_as_any_other(camden, work, client):
    group = found_group(camden.bob, name="Buy these at bargain.example", joining="open")
    work()
    assert client.get(group.get_absolute_url()).status_code == 404 and not sent_about(group)
    program = {"Accept": "application/activity+json"}
    assert client.get(group.get_absolute_url(), headers=program).status_code == 404
    need_of(camden, camden.bob)
    assert Restriction.objects.in_force().count() == 2, "nothing of theirs was let through yet"
    held = Restriction.objects.get(object_uri=group.uri)
    camden.client(camden.alice).post(f"/desk/moderation/{held.pk}/undoing")
    work()
    assert sent_about(group) == ["Create"] and client.get(group.get_absolute_url()).status_code == 200


def test_messages_stewards_and_who_published_before_do_not_wait(camden, work):
    describe_this_node(hold_first_post=False)
    change_page(person_of(camden.charlie), {"name": "Charlie", "is_public": True})
    need_of(camden, camden.charlie, "Before the rule")
    describe_this_node(hold_first_post=True)
    need_of(camden, camden.charlie, "After it")
    change_page(person_of(camden.alice), {"name": "Alice", "is_public": True})
    write_to(camden.bob, camden.alice, "Hello Alice")
    publish_proposal(camden.alice, camden.group.actor, Proposal.Direction.NEED, title="Ours", language="en")
    assert not Restriction.objects.exists()
    need_of(camden, camden.bob)
    assert Restriction.objects.count() == 1, "a message lets nobody through"


@pytest.mark.parametrize("waits", [True, False])
def test_who_publishes_is_told_whether_it_is_out_or_waits(camden, waits):
    describe_this_node(hold_first_post=waits)
    shared = {"speaker": "me", "audience": "everyone", "language": "en", "topics": [HOUSING], "area": "Camden"}
    forms = {
        "/needs/new": pictures.NEED,
        "/places/new": {"name": "The Corner Room", "kind": "community-hub", "step_free": "yes"},
        "/expertise/new": {"title": "Reading leases", "summary": "The small print.", "terms": "pro-bono"},
        "/gatherings/new": camden.form(),
        "/calls/new": calls.FORM | {"speaker": camden.group.public_id},
        "/know-how/new": know_how.PAGE | {"speaker": camden.group.public_id},
        "/threads/": {"about": camden.group.uri, "text": "Hello", "voice": "me", "language": "en"},
    }
    for path, form in forms.items():
        answer = camden.client(camden.bob).post(path, shared | form)
        assert answer.status_code == 302, (path, answer.context["form"].errors)
        (said,) = [str(each) for each in get_messages(answer.wsgi_request)]
        assert ("waits for a steward" in said) == waits and ("Published" in said) != waits, (path, said)
