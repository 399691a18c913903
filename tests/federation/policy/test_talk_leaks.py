"""Words reach those they are for and nobody else, however they are addressed, edited, forged or passed on."""

from __future__ import annotations

import json

import pytest

from accounts.models import User
from cop.access import NotAllowed
from cop.actions import conversations as actions
from cop.actions.groups import found_group
from cop.actions.membership import join_group, leave_group
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal
from cop.models import Post, Proposal
from federation import actors, audiences
from federation.models import Activity, Actor, Delivery, Document, Following, Node, Receipt
from federation.sources import listen_to, stop_listening
from notifications.models import Notice
from tests.federation.policy.test_talk import direct, maria, toot

PUBLIC = audiences.PUBLIC


def somebody(name: str) -> Actor:
    person = actors.for_user(User.objects.create_user(f"{name}@here.example", "pw"))
    change_page(person_of(person), {"name": name.title(), "is_public": True})
    return person


@pytest.fixture
def alice(db):
    return somebody("alice")


@pytest.fixture
def tenants(alice):
    return found_group(alice, name="Tenants of Camden", joining="open", language="en", steward_name="Alice")


@pytest.fixture
def need(alice, tenants):
    return publish_proposal(alice, tenants.actor, Proposal.Direction.NEED, title="A room", language="en")


def inboxes(uri: str) -> set[str]:
    return set(Delivery.objects.filter(object_uri=uri).values_list("inbox", flat=True))


def test_words_for_members_go_to_nobody_they_only_name(stranger, work, alice, tenants):
    someone = maria(stranger)
    actors.read(stranger.web.pages[someone.uri], actors.hear_of_node(someone.uri))
    post = actions.publish_post(alice, tenants.uri, f"secret [@Maria]({someone.uri})", members_only=True)
    work()
    assert post.mentions == [someone.uri] and inboxes(post.uri) == set()
    actions.change_post(alice, post, {"text": f"still secret [@Maria]({someone.uri})"})
    work()
    assert inboxes(post.uri) == set()


def test_who_left_gets_no_answers_for_members_any_more(peer, outcomes, work, alice, tenants):
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Join", tenants.uri, name="Dana")
    said = toot(peer, attributedTo=dana.uri, to=[tenants.members_audience], cc=[], inReplyTo=tenants.uri)
    peer.does(dana, "Create", said, to=[tenants.members_audience])
    peer.does(dana, "Leave", tenants.uri)
    outcomes()
    answer = actions.publish_post(alice, tenants.uri, "Between us", reply_to=said["id"])
    work()
    assert answer.audience == tenants.members_audience and inboxes(answer.uri) == set()


def test_an_edited_message_goes_to_whom_it_was_for_and_to_no_third(peer, stranger, outcomes, work, alice):
    dana = peer.somebody("people/dana", name="Dana")
    actors.read(peer.web.pages[dana.uri], actors.hear_of_node(dana.uri))
    stranger.does(maria(stranger), "Create", direct(stranger, alice), to=[alice.uri])
    outcomes()
    writer = Actor.objects.get(uri=f"{stranger.origin}/users/maria")
    message = actions.write_to(alice, writer, "Hello")
    work()
    for text in ("Hello again", f"Hello, not [@Dana]({dana.uri})"):
        actions.change_post(alice, message, {"text": text})
        work()
    assert inboxes(message.uri) == {f"{stranger.origin}/inbox"}
    last = Activity.objects.filter(object_uri=message.uri, type="Update").last()
    assert json.loads(last.body)["object"]["to"] == [writer.uri]


def test_two_people_here_change_their_words_without_a_failed_errand(work, alice):
    bob = somebody("bob")
    message = actions.write_to(alice, bob, "Hello")
    actions.change_post(alice, message, {"text": "Hello again"})
    work()
    from journal.models import Errand

    assert not Errand.objects.exclude(state="done").filter(attempts__gt=0).exists()


def test_an_answer_is_never_wider_than_what_it_answers(peer, outcomes, alice, tenants):
    quiet = publish_proposal(
        alice, tenants.actor, Proposal.Direction.NEED, title="Quiet", language="en", audience=tenants.members_audience
    )
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Join", tenants.uri, name="Dana")
    peer.does(dana, "Create", toot(peer, attributedTo=dana.uri, inReplyTo=quiet.uri))
    assert "nobody beside those who read what it answers" in outcomes()[-1]
    assert not Post.objects.exists()


def test_a_group_does_not_sign_what_others_forged_of_somebodys_words(stranger, peer, web, outcomes, need, tenants):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Follow", tenants.uri)
    maria(stranger)
    real = toot(stranger, inReplyTo=need.uri)
    web.pages[real["id"]] = {"@context": "https://www.w3.org/ns/activitystreams"} | real
    mallory = peer.somebody("people/mallory")
    peer.does(mallory, "Create", real | {"content": "<p>FORGED</p>"})
    outcomes()
    assert Post.objects.get().actor.uri == f"{stranger.origin}/users/maria"
    assert not Activity.objects.filter(body__contains="FORGED").exists()


def test_what_is_taken_back_is_passed_on_and_stands_in_no_outbox(stranger, peer, web, outcomes, need, tenants, client):
    dana, writer = peer.somebody("people/dana"), maria(stranger)
    peer.does(dana, "Follow", tenants.uri)
    stranger.does(writer, "Create", toot(stranger, inReplyTo=need.uri))
    outcomes()
    stranger.does(writer, "Delete", {"id": f"{stranger.origin}/notes/1", "type": "Tombstone"})
    outcomes()
    last = Activity.objects.filter(type="Announce").last()
    assert json.loads(last.body)["object"]["type"] == "Delete"
    assert inboxes(f"{stranger.origin}/notes/1") == {f"{peer.origin}/inbox"}
    assert b"We have" not in client.get(f"{tenants.get_absolute_url()}/outbox?page=1").content


def test_a_neighbours_word_that_something_is_gone_is_checked_at_its_own_server(peer, stranger, web, outcomes):
    group = peer.somebody("groups/menders", "Group", name="Menders")
    peer.does(group, "Create", peer.note(group))
    writer = maria(stranger)
    note = toot(stranger, inReplyTo=f"{peer.origin}/needs/1")
    web.pages[note["id"]] = {"@context": "https://www.w3.org/ns/activitystreams"} | note
    peer.does(group, "Announce", note["id"])
    outcomes()
    gone = {"type": "Delete", "actor": writer.uri, "object": note["id"]}
    peer.does(group, "Announce", gone)
    outcomes()
    assert Post.objects.get().withdrawn_at is None, "it is still there"
    del web.pages[note["id"]]
    peer.does(group, "Announce", gone)
    outcomes()
    assert Post.objects.get().withdrawn_at is not None


def test_words_stay_where_they_were_written(stranger, outcomes, alice, need):
    writer = maria(stranger)
    stranger.does(writer, "Create", toot(stranger, inReplyTo=need.uri))
    outcomes()
    answer = actions.publish_post(alice, need.uri, "When?", reply_to=f"{stranger.origin}/notes/1")
    moved = toot(stranger, inReplyTo=answer.uri, updated="2026-11-20T10:00:00Z")
    stranger.does(writer, "Update", moved)
    outcomes()
    top = Post.objects.get(uri=f"{stranger.origin}/notes/1")
    assert (top.reply_to, top.top_uri, top.about_uri) == ("", "", need.uri)


def test_a_former_member_changes_no_words_of_the_group(alice, tenants, need):
    bob = somebody("bob")
    join_group(bob, tenants, name="Bob")
    post = actions.publish_post(bob, need.uri, "We think so", speaker=tenants.actor)
    leave_group(bob, tenants)
    with pytest.raises(NotAllowed):
        actions.change_post(bob, post, {"text": "We are all fools"})
    post.refresh_from_db()
    assert post.text == "We think so"


def test_who_closes_their_account_takes_their_words_along(stranger, outcomes, alice, need):
    writer = maria(stranger)
    stranger.does(writer, "Create", toot(stranger, inReplyTo=need.uri))
    stranger.does(writer, "Create", direct(stranger, alice), to=[alice.uri])
    outcomes()
    assert Post.objects.count() == 2 and Notice.objects.count() == 2
    stranger.does(writer, "Delete", writer.uri)
    outcomes()
    assert not Post.objects.filter(withdrawn_at=None).exists()
    assert not Notice.objects.exists(), "nobody is told any more of what was taken back"


def test_a_source_is_never_a_way_to_a_neighbour(peer, work, alice):
    node = Node.objects.get(origin=peer.origin)
    ours = actors.this_node().actor
    Following.objects.create(
        follower=ours,
        followed=node.actor,
        uri="https://here.example/f",
        state="refused",
        answered_at="2026-01-01T00:00Z",
    )
    source = listen_to(node.actor.uri)
    work()
    source.refresh_from_db()
    assert "ask it to become a neighbour" in source.problem
    stop_listening(source)
    assert Following.objects.filter(follower=ours, followed=node.actor).exists()


def test_strangers_cannot_leave_documents_with_people_who_show_no_page(stranger, outcomes, alice):
    change_page(person_of(alice), {"is_public": False})
    stranger.does(maria(stranger), "Create", direct(stranger, alice), to=[alice.uri])
    outcomes()
    assert not Document.objects.exists()


def test_people_elsewhere_write_no_faster_than_people_here(stranger, outcomes, alice, monkeypatch):
    monkeypatch.setattr(actions, "MOST_POSTS", 2)
    writer = maria(stranger)
    for number in range(4):
        stranger.does(writer, "Create", direct(stranger, alice, f"notes/{number}"), to=[alice.uri])
    outcomes()
    assert Post.objects.count() == 2


@pytest.mark.parametrize(
    "more",
    [
        {"to": [{"id": PUBLIC}]},
        {"to": [[]]},
        {"cc": [{"a": 1}, None]},
        {"inReplyTo": "https://elsewhere.example/notes/1"},
    ],
)
def test_odd_addressing_ends_in_an_outcome_and_never_in_a_fault(stranger, outcomes, need, more):
    said = toot(stranger, inReplyTo=need.uri) | more
    writer = maria(stranger)
    stranger.post(writer, stranger.activity(writer, "Create", said))
    outcomes()
    assert not Receipt.objects.exclude(state="done").exists(), list(Receipt.objects.values_list("error", flat=True))
