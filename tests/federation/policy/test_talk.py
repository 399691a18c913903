"""Conversations across nodes: answers from Mastodon and neighbours, messages to one person, and what is refused."""

from __future__ import annotations

import json

import pytest

from accounts.models import User
from atlas.models import Card
from cop.actions import conversations as actions
from cop.actions.groups import found_group
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal
from cop.models import Conversation, Member, Post, Proposal
from federation import actors, audiences
from federation.models import Activity, Delivery, Document
from notifications.models import Notice

PUBLIC = audiences.PUBLIC


@pytest.fixture
def alice(db):
    user = User.objects.create_user("alice@here.example", "pw")
    person = actors.for_user(user)
    change_page(person_of(person), {"name": "Alice", "is_public": True})
    return person


@pytest.fixture
def tenants(alice):
    return found_group(alice, name="Tenants of Camden", joining="open", language="en", steward_name="Alice")


@pytest.fixture
def need(alice, tenants):
    return publish_proposal(alice, tenants.actor, Proposal.Direction.NEED, title="A room for forty", language="en")


def toot(of, path="notes/1", **more):
    """A Note as Mastodon sends it."""
    return {
        "id": f"{of.origin}/{path}", "type": "Note", "attributedTo": f"{of.origin}/users/maria",
        "content": '<p><span class="h-card"><a href="https://here.example/x" class="u-url mention">@tenants</a></span>'
        "We have <b>one</b><script>alert(1)</script></p>",
        "contentMap": {"it": "<p>ignored</p>"}, "published": "2026-11-20T09:00:00Z", "to": [PUBLIC],
        "cc": [f"{of.origin}/users/maria/followers"], "summary": None, "sensitive": False,
    } | more  # fmt: skip


def maria(of):
    return of.somebody("users/maria", name="Maria")


def test_an_answer_from_mastodon_stands_under_the_need(stranger, outcomes, need, alice, client):
    """From a server nobody here has heard of: it answers something of ours, so it is let in."""
    writer = maria(stranger)
    stranger.does(writer, "Create", toot(stranger, inReplyTo=need.uri))
    assert outcomes() == ["post read"]
    post = Post.objects.get()
    assert (post.about_uri, post.reply_to, post.actor.name) == (need.uri, "", "Maria")
    page = client.get(need.get_absolute_url()).content.decode()
    assert "We have <b>one</b>" in page and "alert(1)" not in page and "Maria" in page
    assert not Card.objects.filter(uri=post.uri).exists(), "words are no thing of the atlas"
    assert Notice.objects.get(user__actor=alice).kind == "words_under_mine"


def test_the_group_passes_an_answer_on_to_its_followers_and_to_neighbours(peer, stranger, outcomes, need, tenants):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Follow", tenants.uri)
    stranger.does(maria(stranger), "Create", toot(stranger, inReplyTo=need.uri))
    outcomes()
    whole, plain = Activity.objects.filter(type="Announce", object_uri=f"{stranger.origin}/notes/1").order_by("pk")
    for announced in (whole, plain):
        assert announced.actor == tenants.actor
        told = Delivery.objects.filter(activity=announced).values_list("inbox", flat=True)
        assert list(told) == [f"{peer.origin}/inbox"]
    inner = json.loads(whole.body)["object"]
    assert (inner["type"], inner["actor"]) == ("Create", f"{stranger.origin}/users/maria"), "for Lemmy, unchanged"
    assert json.loads(plain.body)["object"] == f"{stranger.origin}/notes/1", "for Mastodon"


def test_what_a_neighbours_group_passes_on_is_asked_of_its_own_server(peer, web, stranger, outcomes, client):
    """Maria answers a need on Hackney; Hackney's group tells us; her own server is asked for it, and who she is."""
    group = peer.somebody("groups/menders", "Group", name="Menders")
    peer.does(group, "Create", peer.note(group))
    writer = maria(stranger)
    note = toot(stranger, inReplyTo=f"{peer.origin}/needs/1")
    web.pages[note["id"]] = {"@context": "https://www.w3.org/ns/activitystreams"} | note
    peer.does(group, "Announce", note["id"])
    outcomes()
    post = Post.objects.select_related("actor").get()
    assert (post.about_uri, post.actor.uri, post.actor.name) == (f"{peer.origin}/needs/1", writer.uri, "Maria")
    asked = len(web.asked)
    peer.does(group, "Announce", note["id"])
    outcomes()
    assert len(web.asked) == asked, "what is known is not asked for again"


def test_an_answer_to_an_answer_is_found_by_what_it_answers(stranger, outcomes, need):
    writer = maria(stranger)
    stranger.does(writer, "Create", toot(stranger, inReplyTo=need.uri))
    stranger.does(writer, "Create", toot(stranger, "notes/2", inReplyTo=f"{stranger.origin}/notes/1"))
    outcomes()
    second = Post.objects.get(uri=f"{stranger.origin}/notes/2")
    assert (second.about_uri, second.top_uri) == (need.uri, f"{stranger.origin}/notes/1")


def test_what_came_before_the_thing_it_answers_waits_for_it(peer, outcomes):
    dana = peer.somebody("users/maria", name="Maria")
    peer.does(dana, "Create", toot(peer, inReplyTo=f"{peer.origin}/needs/1"))
    assert outcomes() == ["answers nothing known here"]
    assert Document.objects.get().state == "ignored" and not Post.objects.exists()
    group = peer.somebody("groups/menders", "Group", name="Menders")
    peer.does(group, "Create", peer.note(group))
    outcomes()
    assert Post.objects.get().about_uri == f"{peer.origin}/needs/1"
    assert Document.objects.get(uri=f"{peer.origin}/notes/1").state == "read"


def test_a_note_that_answers_nothing_known_is_no_post(peer, outcomes):
    dana = peer.somebody("users/maria", name="Maria")
    peer.does(dana, "Create", toot(peer))
    assert outcomes() == ["answers nothing known here"]
    assert not Post.objects.exists()


def test_a_strangers_note_that_answers_nobody_here_is_not_kept(stranger, outcomes):
    stranger.does(maria(stranger), "Create", toot(stranger, inReplyTo="https://other.example/notes/1"))
    assert outcomes() == ["not from a neighbour, nor from anybody followed here: not kept"]
    assert not Document.objects.exists()


def test_a_neighbours_answer_says_what_it_is_about_before_its_parent_comes(peer, outcomes, need):
    dana = peer.somebody("people/dana", name="Dana")
    said = toot(
        peer, "posts/2", attributedTo=dana.uri, additionalType="https://schema.org/Comment", context=need.uri,
        inReplyTo=f"{peer.origin}/posts/1", source={"content": "See *there*", "mediaType": "text/markdown"},
        signed="Dana of Hackney", version=1,
    )  # fmt: skip
    peer.does(dana, "Create", said)
    assert outcomes() == ["post read"]
    post = Post.objects.get()
    assert (post.about_uri, post.text, post.called) == (need.uri, "See *there*", "Dana of Hackney")


def test_a_writer_changes_and_deletes_their_answer_and_nobody_else_does(stranger, outcomes, need):
    writer, mallory = maria(stranger), stranger.somebody("users/mallory")
    stranger.does(writer, "Create", toot(stranger, inReplyTo=need.uri))
    outcomes()
    forged = toot(stranger, inReplyTo=need.uri, content="<p>forged</p>", updated="2026-11-20T10:00:00Z")
    stranger.does(mallory, "Update", forged)
    stranger.does(mallory, "Delete", f"{stranger.origin}/notes/1")
    outcomes()
    assert "forged" not in Post.objects.get().html and Post.objects.get().withdrawn_at is None
    stranger.does(writer, "Update", forged | {"content": "<p>two rooms</p>"})
    outcomes()
    assert Post.objects.get().html == "<p>two rooms</p>"
    stranger.does(writer, "Delete", {"id": f"{stranger.origin}/notes/1", "type": "Tombstone"})
    outcomes()
    assert Post.objects.get().withdrawn_at is not None
    assert Document.objects.get(uri=f"{stranger.origin}/notes/1").raw == ""


def test_a_note_to_a_group_is_a_subject_for_those_who_follow_or_are_in_it(stranger, outcomes, tenants):
    writer = maria(stranger)
    to_group = toot(stranger, cc=[tenants.uri], tag=[{"type": "Mention", "href": tenants.uri, "name": "@tenants"}])
    stranger.does(writer, "Create", to_group)
    assert "a group that its writer is in or follows" in outcomes()[0]
    assert not Post.objects.exists()
    stranger.does(writer, "Follow", tenants.uri)
    outcomes()
    page = toot(stranger, "post/2", type="Page", name="Broken lifts", audience=tenants.uri, to=[tenants.uri, PUBLIC])
    stranger.does(writer, "Create", page)
    assert outcomes()[-1] == "post read"
    post = Post.objects.get()
    assert (post.about_uri, post.title) == (tenants.uri, "Broken lifts")


def test_what_is_for_members_cannot_be_answered_by_others(stranger, outcomes, alice, tenants):
    quiet = publish_proposal(
        alice, tenants.actor, Proposal.Direction.NEED, title="Quiet", language="en", audience=tenants.members_audience
    )
    stranger.does(maria(stranger), "Create", toot(stranger, inReplyTo=quiet.uri))
    assert "something its writer may read" in outcomes()[0]
    assert not Post.objects.exists()


def test_an_answer_of_ours_goes_to_whom_it_answers_and_to_neighbours(peer, stranger, outcomes, need, alice, work):
    stranger.does(maria(stranger), "Create", toot(stranger, inReplyTo=need.uri))
    outcomes()
    answer = actions.publish_post(alice, need.uri, "When?", reply_to=f"{stranger.origin}/notes/1")
    work()
    created = Activity.objects.get(type="Create", object_uri=answer.uri)
    told = set(Delivery.objects.filter(activity=created).values_list("inbox", flat=True))
    assert told == {f"{stranger.origin}/inbox", f"{peer.origin}/inbox"}
    said = json.loads(created.body)["object"]
    assert f"{stranger.origin}/users/maria" in said["cc"]


# --- To one person -------------------------------------------------------------------------------------


def direct(of, person, path="notes/7", **more):
    mention = {"type": "Mention", "href": person.uri, "name": "@alice"}
    return toot(of, path, to=[person.uri], cc=[], tag=[mention]) | more


def test_a_message_from_mastodon_is_a_conversation_and_the_answer_goes_back(stranger, outcomes, alice, work, client):
    writer = maria(stranger)
    stranger.does(writer, "Create", direct(stranger, alice), to=[alice.uri])
    assert outcomes() == ["post read"]
    conversation, post = Conversation.objects.get(), Post.objects.get()
    assert post.audience == conversation.uri
    assert not Document.objects.get().public
    assert Notice.objects.get(user__actor=alice).kind == "message"
    assert client.get(post.get_absolute_url()).status_code == 404
    client.force_login(alice.user)
    assert "We have <b>one</b>" in client.get(conversation.get_absolute_url()).content.decode()
    assert client.post(conversation.get_absolute_url(), {"text": "Yes", "language": "en"}).status_code == 302
    work()
    created = Activity.objects.get(type="Create", object_uri__contains="/posts/")
    assert list(Delivery.objects.filter(activity=created).values_list("inbox", flat=True)) == [
        f"{stranger.origin}/inbox"
    ]
    said = json.loads(created.body)
    assert (said["to"], said["object"]["to"]) == ([writer.uri], [writer.uri])
    assert said["object"]["inReplyTo"] == post.uri, "Mastodon threads by what it answers"
    assert not created.public


def test_nobody_is_written_to_who_shows_no_page(stranger, outcomes, alice):
    change_page(person_of(alice), {"is_public": False})
    stranger.does(maria(stranger), "Create", direct(stranger, alice), to=[alice.uri])
    assert outcomes() == ["not from a neighbour, nor from anybody followed here: not kept"]
    assert not Post.objects.exists() and not Conversation.objects.exists()


def test_who_left_gets_nothing_more_from_elsewhere(stranger, outcomes, alice):
    stranger.does(maria(stranger), "Create", direct(stranger, alice), to=[alice.uri])
    outcomes()
    actions.leave_conversation(alice, Conversation.objects.get())
    stranger.does(maria(stranger), "Create", direct(stranger, alice, "notes/8"), to=[alice.uri])
    outcomes()
    assert Post.objects.count() == 1


def test_a_message_cannot_be_answered_in_public_nor_joined_by_a_third(stranger, peer, outcomes, alice):
    stranger.does(maria(stranger), "Create", direct(stranger, alice), to=[alice.uri])
    outcomes()
    secret = Post.objects.get()
    mallory = peer.somebody("people/mallory")
    public = toot(peer, attributedTo=mallory.uri, inReplyTo=secret.uri)
    named = toot(
        peer, "notes/2", attributedTo=mallory.uri, context=secret.audience, to=[PUBLIC],
        additionalType="https://schema.org/Comment",
    )  # fmt: skip
    for forged in (public, named):
        peer.does(mallory, "Create", forged)
    said = outcomes()
    assert all("the one it answers, and nobody else" in each for each in said[-2:]), said
    assert Post.objects.count() == 1


def test_what_is_for_followers_alone_is_not_taken_for_a_message(stranger, outcomes, alice):
    to = [f"{stranger.origin}/users/maria/followers", alice.uri]
    stranger.does(maria(stranger), "Create", direct(stranger, alice, to=to), to=to)
    outcomes()
    assert not Post.objects.exists() and not Conversation.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"content": ""}, {"content": 7}, {"inReplyTo": {"id": 7}}, {"content": {"x": 1}}, {"tag": "x" * 9},
        {"name": ["a"], "content": None}, {"to": {"id": PUBLIC}}, {"inReplyTo": "not an address"},
        {"content": "<p>\u202e" + "x" * 200_000}, {"mediaType": "text/markdown", "content": "[x](javascript:alert(1))"},
    ],
)  # fmt: skip
def test_near_valid_words_are_read_or_refused_and_never_break_anything(stranger, outcomes, need, more, client):
    said = toot(stranger, inReplyTo=need.uri) | more
    writer = maria(stranger)
    answer = stranger.post(writer, stranger.activity(writer, "Create", said))
    assert answer.status_code in {202, 400}
    outcomes()
    page = client.get(need.get_absolute_url())
    assert page.status_code == 200 and b'href="javascript:' not in page.content


def test_a_member_elsewhere_writes_for_members(peer, outcomes, tenants):
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Join", tenants.uri, name="Dana")
    outcomes()
    assert Member.objects.get(actor__uri=dana.uri).state == "joined"
    quiet = toot(peer, attributedTo=dana.uri, to=[tenants.members_audience], cc=[], inReplyTo=tenants.uri)
    peer.does(dana, "Create", quiet, to=[tenants.members_audience])
    assert outcomes()[-1] == "post read"
    assert Post.objects.get().audience == tenants.members_audience
