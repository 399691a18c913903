"""A group's stewards take words out of its talk: on every node that shows the talk, and by nobody else's word."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from accounts.models import User
from cop.actions.conversations import publish_post
from cop.actions.membership import accept_member
from cop.actions.people import change_page, person_of
from cop.models import Group, Member, Post
from federation import audiences, moderation
from federation.models import Activity, Actor, Delivery, Restriction
from notifications.models import Notice
from tests.gatherings import Camden

PUBLIC = audiences.PUBLIC


@pytest.fixture
def camden(db):
    camden = Camden()
    change_page(person_of(camden.bob), {"name": "Bob", "is_public": True})
    User.objects.filter(actor=camden.charlie).update(is_steward=True)
    camden.steward = Actor.objects.get(pk=camden.charlie.pk)  # of the node
    return camden


@pytest.fixture
def their_post(camden, peer, outcomes):
    """Dana of Hackney's node writes in our group's discussion."""
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Follow", camden.group.uri)
    peer.does(dana, "Create", peer.comment(camden.group.uri))
    assert outcomes()[-1] == "post read"
    return Post.objects.get()


def take_out(camden, person, post, reason="Rude"):
    return camden.client(person).post(f"/posts/{post.public_id}/taking-out", {"reason": reason})


def announced(group):
    said = Activity.objects.filter(actor=group.actor, type="Announce").order_by("pk")
    bodies = [json.loads(each.body) for each in said]
    return [each["object"] for each in bodies if isinstance(each.get("object"), dict)]


def test_a_steward_takes_out_what_came_from_elsewhere_and_all_who_have_it_are_told(
    camden, their_post, peer, work, client
):
    page = camden.client(camden.alice).get(camden.group.get_absolute_url()).content.decode()
    assert "Rude words" in page and "/taking-out" in page
    assert "/taking-out" not in camden.client(camden.bob).get(camden.group.get_absolute_url()).content.decode()
    assert take_out(camden, camden.alice, their_post).status_code == 302
    work()
    assert "Rude words" not in client.get(camden.group.get_absolute_url()).content.decode()
    removal = announced(camden.group)[-1]
    expected = {"type": "Delete", "actor": camden.group.uri, "object": their_post.uri, "summary": "Rude"}
    assert removal == expected
    told = Activity.objects.filter(actor=camden.group.actor, type="Announce").latest("pk")
    inboxes = set(Delivery.objects.filter(activity=told).values_list("inbox", flat=True))
    assert inboxes == {f"{peer.origin}/inbox"} and not told.public
    stood = Activity.objects.filter(actor=camden.group.actor, type="Announce", public=True)
    assert not stood.filter(body__contains="Rude words").exists(), "it stands in no outbox of the group any more"
    listed = camden.client(camden.alice).get(f"{camden.group.get_absolute_url()}/taken-out").content.decode()
    assert "Rude words" in listed
    camden.client(camden.alice).post(f"/posts/{their_post.public_id}/putting-back")
    work()
    undone, passed_on = announced(camden.group)[-2:]
    assert undone["type"] == "Undo" and passed_on["type"] == "Create", "who follows the group hears it again"
    assert stood.filter(body__contains="Rude words").exists()
    assert "Rude words" in client.get(camden.group.get_absolute_url()).content.decode()


def test_what_members_elsewhere_alone_may_read_is_taken_out_there_too(camden, peer, outcomes, work):
    """By the members' nodes only: nobody else hears that there was anything."""
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Join", camden.group.uri)
    outcomes()
    accept_member(camden.alice, Member.objects.get(actor__uri=dana.uri))
    members = camden.group.members_audience
    peer.does(dana, "Create", peer.comment(camden.group.uri, to=[members]), to=[members])
    assert outcomes()[-1] == "post read"
    take_out(camden, camden.alice, Post.objects.get())
    work()
    told = Activity.objects.filter(actor=camden.group.actor, type="Announce").latest("pk")
    assert json.loads(told.body)["object"]["type"] == "Delete" and json.loads(told.body)["to"] == [members]
    assert "cc" not in json.loads(told.body) and not told.public
    assert set(Delivery.objects.filter(activity=told).values_list("inbox", flat=True)) == {f"{peer.origin}/inbox"}


def hide(camden, post):
    return moderation.hide(post.uri, by=camden.steward, reason="Rude")


def outbox_of(camden, client):
    page = f"{camden.group.get_absolute_url()}/outbox?page=1"
    return client.get(page, headers={"Accept": "application/activity+json"}).content.decode()


def test_what_a_node_steward_hides_stands_in_no_outbox_of_ours_until_that_is_undone(camden, their_post, work, client):
    assert "Rude words" in outbox_of(camden, client)
    decision = hide(camden, their_post)
    work()
    assert "Rude words" not in outbox_of(camden, client)
    moderation.lift(decision, by=camden.steward)
    work()
    assert outbox_of(camden, client).count("Rude words") == 1


def test_what_the_suspended_wrote_stands_there_as_little_and_what_they_write_meanwhile_follows(
    camden, their_post, peer, outcomes, work, client
):
    level = Restriction.Level.SUSPENDED
    suspended = moderation.restrict_actor(level, their_post.actor, by=camden.steward, reason="Rude")
    work()
    dana = peer.somebody("people/dana", name="Dana")
    later = peer.comment(camden.group.uri, "notes/2", content="<p>Kind words</p>")
    peer.does(dana, "Create", later)
    outcomes()
    assert "words" not in outbox_of(camden, client)
    moderation.lift(suspended, by=camden.steward)
    work()
    assert "Rude words" in outbox_of(camden, client) and "Kind words" in outbox_of(camden, client)


def test_that_a_hidden_post_was_taken_back_is_passed_on_all_the_same(camden, their_post, peer, outcomes, work):
    hide(camden, their_post)
    work()
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Delete", {"id": their_post.uri, "type": "Tombstone", "version": 2})
    outcomes()
    assert announced(camden.group)[-1]["type"] == "Delete"


def test_what_is_ours_is_taken_back_from_the_others_and_comes_back(camden, peer, work, client):
    post = publish_post(camden.bob, camden.group.uri, "Rude words of ours", title="Rude")
    work()
    take_out(camden, camden.alice, post)
    work()
    verbs = Activity.objects.filter(object_uri=post.uri, actor=post.actor).order_by("pk").values_list("type", flat=True)
    assert list(verbs) == ["Create", "Delete"]
    assert client.get(post.get_absolute_url()).status_code == 404
    assert Notice.objects.filter(user__actor=camden.bob, kind="taken_out_of_talk").exists()
    camden.client(camden.alice).post(f"/posts/{post.public_id}/putting-back")
    work()
    assert list(verbs.all()) == ["Create", "Delete", "Create"]
    assert client.get(post.get_absolute_url()).status_code == 200


def test_only_stewards_of_the_group_take_words_out_of_its_talk(camden, their_post, work):
    for person in (camden.bob, camden.charlie):
        assert take_out(camden, person, their_post).status_code == 404
        assert camden.client(person).get(f"{camden.group.get_absolute_url()}/taken-out").status_code == 404
    assert not Restriction.objects.exists()
    take_out(camden, camden.alice, their_post)
    assert camden.client(camden.bob).post(f"/posts/{their_post.public_id}/putting-back").status_code == 404
    assert Restriction.objects.in_force().count() == 1


@pytest.fixture
def their_group(peer, outcomes):
    """A group on Hackney's node in whose discussion Dana, and Bob of ours, have written."""
    menders = peer.somebody("groups/menders", "Group", name="Menders")
    document = {**peer.web.pages[menders.uri], "name": "Menders", "version": 1, "to": [PUBLIC]}
    document |= {"additionalType": "https://schema.org/Organization", "published": "2026-11-20T09:00:00Z"}
    peer.does(menders, "Create", document)
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Create", peer.comment(menders.uri))
    assert outcomes()[-2:] == ["group read", "post read"]
    return menders


def deleted_by(group, post_uri):
    return {"type": "Delete", "actor": group.uri, "object": post_uri, "summary": "<b>Rude</b>"}


def test_what_a_group_elsewhere_takes_out_is_hidden_here_and_comes_back(peer, their_group, outcomes, client):
    post = Post.objects.get()
    page = Group.objects.get(uri=their_group.uri).get_absolute_url()
    assert "Rude words" in client.get(page).content.decode()
    peer.does(their_group, "Announce", deleted_by(their_group, post.uri))
    assert outcomes()[-1] == "taken out of the group's talk"
    assert "Rude words" not in client.get(page).content.decode()
    assert Restriction.objects.get().reason == "Rude"
    post.refresh_from_db()
    assert post.withdrawn_at is None and post.html, "the words are their writer's"
    undone = {"type": "Undo", "actor": their_group.uri, "object": deleted_by(their_group, post.uri)}
    peer.does(their_group, "Announce", undone)
    assert outcomes()[-1] == "put back into the group's talk"
    assert "Rude words" in client.get(page).content.decode()
    peer.does(their_group, "Announce", undone)
    assert outcomes()[-1] == "nothing of theirs to undo"


def test_nobody_takes_words_out_of_a_talk_that_is_not_theirs(peer, web, stranger, their_group, outcomes):
    """Another group of the same node, a person, another server, or one who says that the group did it."""
    post = Post.objects.get()
    other = peer.somebody("groups/other", "Group", name="Other")
    web.pages[post.uri] = peer.comment(their_group.uri)
    for who, whose in ((peer, other), (stranger, stranger.somebody("groups/bad", "Group"))):
        who.does(whose, "Announce", deleted_by(whose, post.uri))
        assert outcomes()[-1].startswith("refused: object: ")
        who.does(whose, "Announce", deleted_by(their_group, post.uri))
        outcomes()
        who.does(whose, "Announce", {"type": "Undo", "actor": their_group.uri, "object": deleted_by(whose, post.uri)})
        assert outcomes()[-1].startswith("refused: actor: ")
    post.refresh_from_db()
    assert not Restriction.objects.exists() and post.withdrawn_at is None


def test_what_a_group_elsewhere_takes_out_of_ours_is_hidden_and_not_taken_from_its_writer(
    peer, camden, their_group, outcomes, work, client
):
    group = Group.objects.get(uri=their_group.uri)
    joined = {"state": Member.State.JOINED, "joined_at": timezone.now()}
    Member.objects.create(group=group, actor=camden.bob, name="Bob", **joined)
    post = publish_post(camden.bob, group.uri, "Words of Bob", title="Hello")
    work()
    peer.does(their_group, "Announce", deleted_by(their_group, post.uri))
    assert outcomes()[-1] == "taken out of the group's talk"
    assert "Words of Bob" not in client.get(group.get_absolute_url()).content.decode()
    assert "Words of Bob" in camden.client(camden.bob).get(post.get_absolute_url()).content.decode()
    assert not Activity.objects.filter(object_uri=post.uri, type="Delete").exists(), "it is their talk, not our post"
    assert Notice.objects.filter(user__actor=camden.bob, kind="taken_out_of_talk").exists()
