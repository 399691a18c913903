"""What a group took out of its talk stays out on nodes that get the words, or become neighbours, only later."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cop.actions.conversations import publish_post
from cop.actions.people import change_page, person_of
from cop.models import Group, Post, Proposal
from federation import audiences, limits, neighbours, peering
from federation.models import Activity, AwaitedRemoval, Delivery, Node, Restriction
from tests.gatherings import Camden

PUBLIC = audiences.PUBLIC
AGREED = {"agree": "on", "agreement": peering.AGREEMENT}
REMEMBERED = "takes out what is not here yet: remembered"
NOT_KEPT = "takes out what is not known here: not kept"


def writes(of, about, path="notes/1", **more):
    of.does(of.dana, "Create", of.comment(about, path, **more))


def deleted_by(group, uri):
    return {"type": "Delete", "actor": group.uri, "object": uri, "summary": "Rude"}


# --- The node that gets the words later ------------------------------------------------------------------


def a_group(of, path="groups/menders", name="Menders"):
    """Speaks; its page comes with `published`."""
    return of.somebody(path, "Group", name=name)


def published(of, group):
    said = {**of.web.pages[group.uri], "version": 1, "to": [PUBLIC], "published": "2026-11-20T09:00:00Z"}
    return said | {"additionalType": "https://schema.org/Organization"}


@pytest.fixture
def menders(peer, outcomes):
    """A group on Hackney's node whose page is here."""
    group = a_group(peer)
    peer.does(group, "Create", published(peer, group))
    assert outcomes()[-1] == "group read"
    return group


def page_of(group_uri):
    return Client().get(Group.objects.get(uri=group_uri).get_absolute_url()).content.decode()


def takes_out(peer, group, uri):
    peer.does(group, "Announce", deleted_by(group, uri))


def puts_back(peer, group, uri):
    peer.does(group, "Announce", {"type": "Undo", "actor": group.uri, "object": deleted_by(group, uri)})


def test_what_was_taken_out_before_it_came_is_never_shown_until_it_is_put_back(peer, lambeth, menders, outcomes):
    uri = f"{lambeth.origin}/notes/1"
    takes_out(peer, menders, uri)
    assert outcomes()[-1] == REMEMBERED and not Restriction.objects.exists()
    writes(lambeth, menders.uri)
    assert outcomes()[-1] == "post read"
    post = Post.objects.get()
    assert "Rude words" not in page_of(menders.uri) and Client().get(post.get_absolute_url()).status_code == 404
    made = Restriction.objects.in_force().get()
    assert (made.object_uri, made.group.uri, made.reason) == (uri, menders.uri, "Rude")
    assert not AwaitedRemoval.objects.exists()
    puts_back(peer, menders, uri)
    assert outcomes()[-1] == "put back into the group's talk"
    assert "Rude words" in page_of(menders.uri)


def test_what_was_put_back_before_it_came_is_shown(peer, lambeth, menders, outcomes):
    uri = f"{lambeth.origin}/notes/1"
    takes_out(peer, menders, uri)
    puts_back(peer, menders, uri)
    assert outcomes()[-1] == "put back before it came"
    writes(lambeth, menders.uri)
    assert outcomes()[-1] == "post read"
    assert "Rude words" in page_of(menders.uri) and not Restriction.objects.exists()


def test_what_is_read_in_the_catalogue_of_its_writers_node_stays_out(peer, stranger, menders, web, outcomes):
    """The writer's node knows of no removal, and becomes a neighbour only now."""
    steward = Client()
    steward.force_login(User.objects.create_user("steward@here.example", "pw", is_steward=True))
    words = [stranger.comment(menders.uri), stranger.comment(menders.uri, "notes/2", content="<p>Kind words</p>")]
    page = {"id": f"{stranger.origin}/c?after=0", "type": "OrderedCollectionPage", "orderedItems": words, "last": 2}
    stranger.somebody("people/dana", name="Dana")
    web.pages[stranger.node.uri]["catalogue"] = f"{stranger.origin}/c"
    web.pages[f"{stranger.origin}/c?after=0"] = page
    takes_out(peer, menders, f"{stranger.origin}/notes/1")
    outcomes()
    steward.post("/desk/neighbours/invitations", {"address": stranger.origin, **AGREED})
    outcomes()
    follow = json.loads(Activity.objects.get(type="Follow").body)
    stranger.does(stranger.node, "Accept", follow)
    outcomes()
    shown = page_of(menders.uri)
    assert "Kind words" in shown and "Rude words" not in shown


def test_it_stays_out_where_the_thing_comes_after_the_words(peer, lambeth, menders, outcomes):
    """Whether removal or words came first; and of the group itself that is certain before its page is here."""
    need = f"{peer.origin}/needs/1"
    takes_out(peer, menders, f"{lambeth.origin}/notes/1")
    writes(lambeth, need)
    writes(lambeth, need, "notes/2")
    assert outcomes()[-2:] == ["post read", "post read"]
    takes_out(peer, menders, f"{lambeth.origin}/notes/2")
    assert outcomes()[-1] == REMEMBERED
    assert set(AwaitedRemoval.objects.values_list("waits_for", flat=True)) == {need}
    peer.does(menders, "Create", peer.note(menders))
    assert outcomes()[-1] == "need read"
    shown = Client().get(Proposal.objects.get().get_absolute_url()).content.decode()
    assert "Rude words" not in shown and Restriction.objects.in_force().count() == 2
    newcomers = a_group(peer, "groups/newcomers", "Newcomers")
    takes_out(peer, newcomers, f"{lambeth.origin}/notes/3")
    writes(lambeth, newcomers.uri, "notes/3")
    outcomes()
    assert Restriction.objects.in_force().filter(group__uri=newcomers.uri).exists()


def test_a_group_takes_nothing_out_of_a_talk_that_is_not_its_own_by_naming_it_first(peer, lambeth, menders, outcomes):
    """Neither words in another group's talk, nor under a thing that comes later, nor any other thing."""
    bad = a_group(peer, "groups/bad", "Bad")
    need, later = f"{lambeth.origin}/needs/1", f"{peer.origin}/needs/2"
    named = [f"{lambeth.origin}/notes/{number}" for number in (1, 2)]
    for uri in (*named, need):
        takes_out(peer, bad, uri)
    assert set(outcomes()[-3:]) == {REMEMBERED}
    writes(lambeth, menders.uri)
    writes(lambeth, later, "notes/2")
    lambeth.does(lambeth.dana, "Create", lambeth.note(lambeth.dana))
    outcomes()
    assert AwaitedRemoval.objects.get().object_uri == named[1], "nobody can say yet whose talk it is"
    peer.does(menders, "Create", peer.note(menders, "needs/2"))
    outcomes()
    assert not Restriction.objects.exists() and not AwaitedRemoval.objects.exists()
    assert "Rude words" in page_of(menders.uri)
    assert "Rude words" in Client().get(Proposal.objects.get(uri=later).get_absolute_url()).content.decode()
    assert Client().get(Proposal.objects.get(uri=need).get_absolute_url()).status_code == 200


def test_of_what_strangers_and_people_take_out_nothing_is_remembered(peer, stranger, menders, outcomes):
    theirs, uri = a_group(stranger), f"{stranger.origin}/notes/1"
    takes_out(stranger, theirs, uri)
    takes_out(peer, peer.somebody("people/dana", name="Dana"), uri)
    takes_out(peer, menders, f"{settings.ORIGIN}/posts/nothinghere1")
    assert outcomes()[-3:] == [NOT_KEPT] * 3
    takes_out(peer, menders, "no address")
    assert outcomes()[-1].startswith("refused: ")
    assert not AwaitedRemoval.objects.exists()


def test_of_one_node_the_newest_are_remembered(peer, lambeth, menders, outcomes, monkeypatch):
    monkeypatch.setattr(limits, "AWAITED_REMOVALS_PER_NODE", 2)
    takes_out(lambeth, a_group(lambeth), "https://x.example/1")
    for number in (1, 2, 3, 2):
        takes_out(peer, menders, f"{lambeth.origin}/notes/{number}")
    outcomes()
    kept = AwaitedRemoval.objects.values_list("object_uri", flat=True)
    assert set(kept) == {"https://x.example/1", f"{lambeth.origin}/notes/2", f"{lambeth.origin}/notes/3"}


def test_words_that_came_at_the_very_moment_are_found_a_minute_later(peer, lambeth, menders, outcomes):
    """Two workers take in removal and words at once, and neither sees what the other has not committed yet."""
    takes_out(peer, menders, f"{lambeth.origin}/notes/1")
    outcomes()
    unseen = AwaitedRemoval.objects.get()
    AwaitedRemoval.objects.all().delete()
    writes(lambeth, menders.uri)
    outcomes()
    unseen.save(force_insert=True)
    assert "Rude words" in page_of(menders.uri)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2)):
        outcomes()
    assert "Rude words" not in page_of(menders.uri) and not AwaitedRemoval.objects.exists()


# --- The group's node ------------------------------------------------------------------------------------


@pytest.fixture
def camden(db):
    camden = Camden()
    change_page(person_of(camden.bob), {"name": "Bob", "is_public": True})
    User.objects.filter(actor=camden.charlie).update(is_steward=True)
    return camden


@pytest.fixture
def posts(camden, lambeth, outcomes):
    """What Dana of Lambeth's node writes in our group's discussion."""
    lambeth.does(lambeth.dana, "Follow", camden.group.uri)
    for number in (1, 2):
        writes(lambeth, camden.group.uri, f"notes/{number}")
    assert outcomes()[-2:] == ["post read", "post read"]
    return list(Post.objects.order_by("pk"))


def take_out(camden, post):
    form = {"reason": "Rude"}
    assert camden.client(camden.alice).post(f"/posts/{post.public_id}/taking-out", form).status_code == 302


def put_back(camden, post):
    assert camden.client(camden.alice).post(f"/posts/{post.public_id}/putting-back").status_code == 302


def becomes_neighbour(camden, node, outcomes):
    node.does(node.node, "Follow", f"{settings.ORIGIN}/actor")
    outcomes()
    row = Node.objects.get(origin=node.origin)
    camden.client(camden.charlie).post(f"/desk/neighbours/{row.pk}/accept", AGREED)
    outcomes()


def told(camden, node):
    """What the group has told a node of its talk, as (verb, address, reason)."""
    said = Delivery.objects.filter(inbox__startswith=node.origin, activity__actor=camden.group.actor).order_by("pk")
    inner = [json.loads(each.activity.body)["object"] for each in said.filter(activity__farewell=True)]
    things = [each["object"] if each["type"] == "Delete" else each["object"]["object"] for each in inner]
    return [(each["type"], uri, each.get("summary")) for each, uri in zip(inner, things, strict=True)]


def test_a_new_neighbour_is_told_what_is_out_of_our_talk_and_of_nothing_else(camden, posts, stranger, outcomes, work):
    ours = publish_post(camden.bob, camden.group.uri, "Words of ours", title="Rude")
    for post in (*posts, ours):
        take_out(camden, post)
    put_back(camden, posts[1])
    work()
    assert told(camden, stranger) == []
    becomes_neighbour(camden, stranger, outcomes)
    assert told(camden, stranger) == [("Delete", posts[0].uri, "Rude")], "what is in again never was out for them"
    put_back(camden, posts[0])
    work()
    assert told(camden, stranger)[1:] == [("Undo", posts[0].uri, None)]
    said = Activity.objects.filter(actor=camden.group.actor, farewell=True)
    assert not said.filter(public=True).exists(), "it stands in no outbox"


def test_what_only_members_read_is_not_told_to_a_new_neighbour(camden, posts, stranger, outcomes):
    Post.objects.filter(pk=posts[0].pk).update(audience=camden.group.members_audience)
    for post in posts:
        take_out(camden, post)
    becomes_neighbour(camden, stranger, outcomes)
    assert told(camden, stranger) == [("Delete", posts[1].uri, "Rude")]


def test_after_a_block_a_neighbour_hears_what_was_decided_meanwhile(camden, posts, peer, work):
    hackney = Node.objects.get(origin=peer.origin)
    take_out(camden, posts[0])
    work()
    assert told(camden, peer) == [("Delete", posts[0].uri, "Rude")]
    neighbours.block(hackney)
    put_back(camden, posts[0])
    take_out(camden, posts[1])
    work()
    assert len(told(camden, peer)) == 1
    neighbours.unblock(hackney)
    work()
    assert told(camden, peer)[1:] == [("Undo", posts[0].uri, None), ("Delete", posts[1].uri, "Rude")]


def test_however_much_is_out_a_new_neighbour_is_told_all_of_it(camden, posts, stranger, outcomes, monkeypatch):
    monkeypatch.setattr("cop.actions.removal.TOLD_AT_ONCE", 1)
    for post in posts:
        take_out(camden, post)
    becomes_neighbour(camden, stranger, outcomes)
    assert sorted(uri for _verb, uri, _reason in told(camden, stranger)) == [post.uri for post in posts]
