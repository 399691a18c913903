"""What people write: under a thing, in a group's discussion, and to one person alone."""

from __future__ import annotations

import json
import re

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from cop.access import NotAllowed
from cop.actions import conversations as actions
from cop.actions import muting
from cop.actions.membership import leave_group
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal, withdraw_proposal
from cop.models import Conversation, Mute, Post, Proposal
from federation import audiences
from federation.models import Attachment, Publication
from notifications.models import Notice
from tests.gatherings import Camden
from tests.pictures import picture, upload

pytestmark = pytest.mark.django_db
ACTIVITY = "application/activity+json"


@pytest.fixture
def camden(db) -> Camden:
    """Bob and Charlie show a page; Alice does not."""
    cast = Camden()
    for person, name in ((cast.bob, "Bob Marsh"), (cast.charlie, "Charlie Quay")):
        change_page(person_of(person), {"name": name, "is_public": True})
    return cast


@pytest.fixture
def need(camden) -> Proposal:
    return publish_proposal(
        camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A room for forty", language="en"
    )


def written(camden: Camden, person, about: str, text: str = "We have one.", **more) -> Post:
    said = {"about": about, "text": text, "voice": "me", "language": "en"} | more
    answer = camden.client(person).post("/threads/", said)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Post.objects.get(public_id=answer["Location"].rsplit("/", 1)[1].split("#")[0])


def mutes(camden: Camden, person, about: str, mute: str = "yes"):
    return camden.client(person).post("/threads/muting", {"about": about, "mute": mute})


def notices(person) -> list[str]:
    found = Notice.objects.filter(user__actor=person).exclude(kind="somebody_joined")
    return list(found.order_by("pk").values_list("kind", flat=True))


def test_charlie_writes_under_a_need_and_those_behind_it_are_told(camden, need, work):
    post = written(camden, camden.charlie, need.uri, "We have **one** in Kentish Town.")
    assert (post.about_uri, post.reply_to, post.audience) == (need.uri, "", audiences.PUBLIC)
    assert (post.actor, post.signed) == (camden.charlie, "Charlie Quay")
    work()
    page = camden.client().get(need.get_absolute_url()).content.decode()
    assert "<strong>one</strong>" in page and "Charlie Quay" in page
    assert f"/people/{camden.charlie.uri.rsplit('/', 1)[1]}" in page, "the name leads to the page"
    assert notices(camden.alice) == ["words_under_mine"]
    assert notices(camden.charlie) == [], "who wrote it is not told"
    bell = camden.client(camden.alice).get("/notices/").content.decode()
    assert "Charlie Quay has written about “A room for forty”." in bell
    assert post.get_absolute_url() in bell


def test_an_answer_stands_below_what_it_answers_and_its_writer_is_told_once(camden, need, work):
    first = written(camden, camden.charlie, need.uri)
    answer = written(camden, camden.bob, need.uri, "Is it free on Tuesdays?", reply_to=first.uri)
    second = written(camden, camden.charlie, need.uri, "It is.", reply_to=answer.uri)
    assert (answer.about_uri, answer.reply_to, answer.top_uri) == (need.uri, first.uri, first.uri)
    assert (second.reply_to, second.top_uri) == (answer.uri, first.uri)
    work()
    page = camden.client().get(need.get_absolute_url()).content.decode()
    assert page.index("We have one.") < page.index("Is it free on Tuesdays?") < page.index("It is.")
    assert "In answer to Bob Marsh" in page
    assert notices(camden.charlie) == ["answered"]
    assert notices(camden.bob) == ["answered"]
    alone = camden.client().get(answer.get_absolute_url()).content.decode()
    assert "We have one." in alone and "It is." in alone


def test_naming_somebody_links_to_them_and_tells_them(camden, need, work):
    written(camden, camden.charlie, need.uri)
    post = written(camden, camden.bob, need.uri, "Ask @Charlie Quay, not @Nobody Known.")
    assert post.mentions == [camden.charlie.uri]
    assert f"[@Charlie Quay]({camden.charlie.uri})" in post.text and "@Nobody Known." in post.text
    work()
    assert notices(camden.charlie) == ["mentioned"]
    said = json.loads(camden.client().get(post.get_absolute_url(), headers={"accept": ACTIVITY}).content)
    assert [tag["href"] for tag in said["tag"]] == [camden.charlie.uri]
    assert camden.charlie.uri in said["cc"]


def test_a_first_name_is_enough_unless_two_have_it(camden, need):
    written(camden, camden.charlie, need.uri)
    written(camden, camden.bob, need.uri)
    assert written(camden, camden.bob, need.uri, "Ask @charlie.").mentions == [camden.charlie.uri]
    change_page(person_of(camden.bob), {"name": "Charlie Marsh", "is_public": True, "shown": []})
    assert written(camden, camden.bob, need.uri, "Ask @Charlie.").mentions == []
    assert written(camden, camden.bob, need.uri, "Ask @Charlie Quay.").mentions == [camden.charlie.uri]


def test_the_document_is_a_note_that_mastodon_threads(camden, need):
    first = written(camden, camden.charlie, need.uri)
    answer = written(camden, camden.bob, need.uri, "Is it free?", reply_to=first.uri)
    said = json.loads(camden.client().get(answer.get_absolute_url(), headers={"accept": ACTIVITY}).content)
    assert (said["type"], said["inReplyTo"], said["context"]) == ("Note", first.uri, need.uri)
    assert said["to"] == [audiences.PUBLIC] and camden.group.uri in said["cc"]
    assert "summary" not in said, "Mastodon would show it as a warning"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"voice": "the-mayor"}, "voice"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_cannot_be_published_is_named_and_kept_in_the_form(camden, need, said, field):
    form = {"about": need.uri, "text": "Words", "voice": "me", "language": "en"} | said
    answer = camden.client(camden.charlie).post("/threads/", form)
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not Post.objects.exists()


@pytest.mark.parametrize("about", ["", "nonsense", "https://elsewhere.example/needs/1", "\0", "x" * 600])
def test_there_is_no_thread_about_what_is_not_there(camden, about):
    assert camden.client().get("/threads/", {"about": about}).status_code == 404
    form = {"about": about, "text": "Words", "voice": "me", "language": "en"}
    assert camden.client(camden.charlie).post("/threads/", form).status_code == 404


def test_who_shows_no_page_is_told_how_to_write(camden, need):
    page = camden.client(camden.somebody("erin")).get(need.get_absolute_url()).content.decode()
    assert "Show your page, then you can write here" in page
    assert "Sign in to write" in camden.client().get(need.get_absolute_url()).content.decode()
    form = {"about": need.uri, "text": "Words", "voice": "me", "language": "en"}
    assert camden.client(camden.somebody("fay")).post("/threads/", form).status_code == 400
    assert camden.client().post("/threads/", form).status_code == 302
    assert not Post.objects.exists()


def test_alice_who_shows_no_page_speaks_for_her_group(camden, need):
    post = written(camden, camden.alice, need.uri, voice=camden.group.public_id)
    assert (post.actor, post.author, post.signed) == (camden.group.actor, camden.alice, "Tenants of Camden")


def test_nobody_speaks_for_a_group_they_are_not_in(camden, need):
    form = {"about": need.uri, "text": "Words", "voice": camden.group.public_id, "language": "en"}
    assert camden.client(camden.charlie).post("/threads/", form).status_code == 400
    assert not Post.objects.exists()


def test_a_thread_about_what_is_for_members_is_for_members(camden, work):
    ours = publish_proposal(
        camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A quiet word", language="en",
        audience=camden.group.members_audience,
    )  # fmt: skip
    post = written(camden, camden.bob, ours.uri)
    assert post.audience == camden.group.members_audience
    work()
    assert camden.client(camden.charlie).get(post.get_absolute_url()).status_code == 404
    assert camden.client(camden.charlie).get("/threads/", {"about": ours.uri}).status_code == 404
    form = {"about": ours.uri, "text": "Words", "voice": "me", "language": "en"}
    assert camden.client(camden.charlie).post("/threads/", form).status_code == 404
    assert not Publication.objects.filter(uri=post.uri, public=True).exists()
    assert notices(camden.alice) == ["words_under_mine"]
    bell = camden.client(camden.alice).get("/notices/").content.decode()
    assert "A quiet word" not in bell, "what is not for everyone is not named in a notice"


def test_members_open_subjects_in_their_group_and_others_cannot(camden, work):
    form = {
        "about": camden.group.uri, "title": "Lifts", "text": "Broken again.", "voice": "me", "language": "en",
    }  # fmt: skip
    assert camden.client(camden.charlie).post("/threads/", form).status_code == 403
    subject = written(camden, camden.bob, camden.group.uri, "Broken again.", title="Lifts")
    hidden = written(camden, camden.bob, camden.group.uri, "Between us.", title="Money", members_only="on")
    work()
    assert (subject.audience, hidden.audience) == (audiences.PUBLIC, camden.group.members_audience)
    assert notices(camden.alice) == ["words_in_group", "words_in_group"]
    outside = camden.client(camden.charlie).get(camden.group.get_absolute_url()).content.decode()
    assert "Lifts" in outside and "Between us." not in outside
    assert "Between us." in camden.client(camden.alice).get(camden.group.get_absolute_url()).content.decode()
    # Alice shows no page: among its members the group knows her by the name she gave it, outside she is nobody.
    answer = written(camden, camden.alice, camden.group.uri, "I called them.", reply_to=hidden.uri)
    assert (answer.signed, answer.audience) == ("Alice", camden.group.members_audience)
    public = {"about": camden.group.uri, "reply_to": subject.uri, "text": "Me too", "voice": "me", "language": "en"}
    assert camden.client(camden.alice).post("/threads/", public).status_code == 400


def test_who_shows_no_page_is_offered_to_write_for_the_members_only(camden):
    """And told why, and how to write for everyone: never let write first and refused then."""
    person_of(camden.alice)
    alice, group = camden.client(camden.alice), camden.group.get_absolute_url()
    page = alice.get(group).content.decode()
    assert "You show no page: only the members know who you are." in page
    assert re.search(r'<input type="checkbox" name="members_only"[^>]* checked', page)
    assert "You show no page" not in camden.client(camden.bob).get(group).content.decode()
    open_to_all = {"about": camden.group.uri, "text": "A whole hour of words", "voice": "me", "language": "en"}
    refused = alice.post("/threads/", open_to_all)
    assert refused.status_code == 400
    said = refused.content.decode()
    assert "Tick this, or show your page first" in said and "A whole hour of words" in said
    hidden = written(camden, camden.alice, camden.group.uri, "A whole hour of words", members_only="on")
    assert hidden.audience == camden.group.members_audience
    for_the_group = open_to_all | {"voice": camden.group.public_id}
    assert alice.post("/threads/", for_the_group).status_code == 302, "the group itself is known to everybody"


def test_who_shows_no_page_answers_for_all_only_in_the_name_of_the_group(camden):
    """And sees that: a group speaks for nobody who has not chosen it."""
    subject = written(camden, camden.bob, camden.group.uri, "Broken again.", title="Lifts")
    hidden = written(camden, camden.bob, camden.group.uri, "Between us.", members_only="on")
    voices = [re.findall(r'<option value="(\w+)"', _voices(camden, post)) for post in (subject, hidden)]
    assert voices == [[camden.group.public_id], ["me", camden.group.public_id]]


def _voices(camden, post: Post) -> str:
    page = camden.client(camden.alice).get(post.get_absolute_url()).content.decode()
    return page.partition('<select name="voice"')[2].partition("</select>")[0]


def test_who_left_the_group_reads_its_members_only_words_no_more(camden):
    hidden = written(camden, camden.bob, camden.group.uri, "Between us.", members_only="on")
    leave_group(camden.bob, camden.group)
    assert camden.client(camden.bob).get(hidden.get_absolute_url()).status_code == 404


def test_words_are_changed_and_taken_back_by_their_writer_alone(camden, need, work):
    post = written(camden, camden.charlie, need.uri)
    answer = written(camden, camden.bob, need.uri, "Is it free?", reply_to=post.uri)
    for somebody in (camden.alice, camden.bob):
        assert camden.client(somebody).get(f"{post.get_absolute_url()}/edit").status_code == 403
        assert camden.client(somebody).post(f"{post.get_absolute_url()}/withdrawal").status_code == 403
    form = {"text": "We have two.", "language": "en", "seen": "1"}
    assert camden.client(camden.charlie).post(f"{post.get_absolute_url()}/edit", form).status_code == 302
    post.refresh_from_db()
    assert (post.text, post.version) == ("We have two.", 2)
    assert camden.client(camden.charlie).post(f"{post.get_absolute_url()}/withdrawal").status_code == 302
    work()
    assert camden.client().get(post.get_absolute_url()).status_code == 410
    page = camden.client().get(need.get_absolute_url()).content.decode()
    assert "We have two." not in page
    assert "Taken back by whoever wrote it." in page and "Is it free?" in page, "the answer keeps its place"
    assert camden.client(camden.bob).post(f"{answer.get_absolute_url()}/withdrawal").status_code == 302
    assert "Taken back" not in camden.client().get(need.get_absolute_url()).content.decode()


def test_a_muted_thread_sends_no_notices_until_it_is_heard_again(camden, need, work):
    mute = {"about": need.uri, "mute": "yes", "next": need.get_absolute_url()}
    answer = camden.client(camden.alice).post("/threads/muting", mute)
    assert answer["Location"] == need.get_absolute_url()
    written(camden, camden.charlie, need.uri)
    work()
    assert notices(camden.alice) == []
    camden.client(camden.alice).post("/threads/muting", mute | {"mute": "no"})
    written(camden, camden.charlie, need.uri, "Another")
    work()
    assert notices(camden.alice) == ["words_under_mine"]


def test_only_what_somebody_may_read_can_be_muted(camden, need):
    secret = publish_proposal(
        camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A room", language="en",
        audience=camden.group.members_audience,
    )  # fmt: skip
    with_bob = actions.write_to(camden.charlie, camden.bob, "Hello", language="en").audience
    nobody = Conversation(public_id="abcdefghjkmn").uri
    elsewhere = with_bob.replace("/conversations/", "/needs/")
    for about in ("", "\0", "anything at all", "https://elsewhere.example/needs/1", nobody, elsewhere, camden.bob.uri):
        assert mutes(camden, camden.charlie, about).status_code == 404, about
    assert mutes(camden, camden.charlie, secret.uri).status_code == 404
    assert mutes(camden, camden.alice, with_bob).status_code == 404, "a conversation of two others"
    assert not Mute.objects.exists()
    assert mutes(camden, camden.bob, secret.uri).status_code == 302
    assert mutes(camden, camden.bob, with_bob).status_code == 302
    assert set(Mute.objects.values_list("actor", "about_uri")) == {
        (camden.bob.pk, secret.uri), (camden.bob.pk, with_bob),
    }  # fmt: skip


def test_what_was_muted_and_is_gone_can_be_heard_again(camden, need):
    mutes(camden, camden.charlie, need.uri)
    withdraw_proposal(camden.alice, need)
    assert mutes(camden, camden.charlie, need.uri, "no").status_code == 302
    assert not Mute.objects.exists()


def test_nobody_mutes_without_end(camden, need, monkeypatch):
    monkeypatch.setattr(muting, "MOST_MUTED", 1)
    mutes(camden, camden.charlie, need.uri)
    mutes(camden, camden.charlie, need.uri)
    client = camden.client(camden.charlie)
    said = client.post("/threads/muting", {"about": camden.gathering().uri, "mute": "yes"}, follow=True)
    assert "In one of them choose “Notify me again”" in said.text
    assert [each.about_uri for each in Mute.objects.all()] == [need.uri]
    assert mutes(camden, camden.bob, need.uri).status_code == 302 and Mute.objects.count() == 2


def test_a_form_sent_twice_publishes_once(camden, need):
    once = {"once": "a-token-of-the-page"}
    first = written(camden, camden.charlie, need.uri, **once)
    assert written(camden, camden.charlie, need.uri, **once) == first
    assert Post.objects.count() == 1


def test_nobody_floods_a_thread(camden, need, monkeypatch):
    monkeypatch.setattr(actions, "MOST_POSTS", 2)
    for number in range(2):
        written(camden, camden.charlie, need.uri, f"Word {number}")
    form = {"about": need.uri, "text": "Once more", "voice": "me", "language": "en"}
    answer = camden.client(camden.charlie).post("/threads/", form)
    assert answer.status_code == 400 and "Once more" in answer.content.decode()
    assert Post.objects.count() == 2


def test_a_long_thread_has_pages_and_the_last_is_where_talk_goes_on(camden, need):
    for number in range(23):
        actions_post(camden, need, f"Word number {number:02}")
    last = camden.client().get("/threads/", {"about": need.uri}).content.decode()
    assert "Word number 22" in last and "Word number 00" not in last
    first = camden.client().get("/threads/", {"about": need.uri, "page": 1}).content.decode()
    assert "Word number 00" in first and "Word number 22" not in first
    page = camden.client().get(need.get_absolute_url()).content.decode()
    assert "Word number 22" in page and "Read from the beginning" in page


def actions_post(camden, need, text):
    Post.objects.update(published_at="2026-01-01T00:00Z")
    return actions.publish_post(camden.charlie, need.uri, text)


# --- To one person alone -------------------------------------------------------------------------------


def message(camden: Camden, person, to, text="Shall we meet?"):
    public_id = to.uri.rsplit("/", 1)[1]
    return camden.client(person).post(f"/people/{public_id}/writing", {"text": text, "language": "en"})


def test_two_people_write_to_each_other_and_nobody_else_reads_it(camden, work):
    answer = message(camden, camden.charlie, camden.bob)
    assert answer.status_code == 302
    conversation = Conversation.objects.get()
    assert answer["Location"] == conversation.get_absolute_url()
    work()
    assert notices(camden.bob) == ["message"]
    assert "1 new" in camden.client(camden.bob).get("/conversations/").content.decode()
    shown = camden.client(camden.bob).get(conversation.get_absolute_url()).content.decode()
    assert "Shall we meet?" in shown and "camden.example" not in shown.replace("camden.example/", ""), "no address"
    assert "1 new" not in camden.client(camden.bob).get("/conversations/").content.decode(), "it was read"
    back = camden.client(camden.bob).post(conversation.get_absolute_url(), {"text": "Gladly.", "language": "en"})
    assert back.status_code == 302
    assert Conversation.objects.count() == 1
    work()
    for somebody in (camden.alice, None):
        assert camden.client(somebody).get(conversation.get_absolute_url()).status_code in {302, 404}
        for post in Post.objects.all():
            assert camden.client(somebody).get(post.get_absolute_url()).status_code == 404
    assert not Publication.objects.filter(public=True, kind="post").exists()
    page = camden.client(camden.charlie).get(f"/posts/{Post.objects.last().public_id}")
    assert page["Location"] == conversation.get_absolute_url()


def test_who_shows_no_page_cannot_be_written_to(camden):
    assert message(camden, camden.charlie, camden.alice).status_code == 404
    assert not Conversation.objects.exists()


def test_nobody_can_answer_a_message_in_public(camden):
    message(camden, camden.charlie, camden.bob)
    secret = Post.objects.get()
    form = {"about": secret.about_uri, "reply_to": secret.uri, "text": "Look!", "voice": "me", "language": "en"}
    assert camden.client(camden.bob).post("/threads/", form).status_code == 404
    with pytest.raises(NotAllowed, match="nothing here"):
        actions.publish_post(camden.bob, secret.about_uri, "Look!", reply_to=secret.uri)
    assert Post.objects.count() == 1


def test_who_left_a_conversation_gets_nothing_more_and_comes_back_by_writing(camden, work):
    message(camden, camden.charlie, camden.bob)
    conversation = Conversation.objects.get()
    left = camden.client(camden.bob).post(f"{conversation.get_absolute_url()}/leaving")
    assert left.status_code == 302
    assert conversation.get_absolute_url() not in camden.client(camden.bob).get("/conversations/").content.decode()
    refused = camden.client(camden.charlie).post(conversation.get_absolute_url(), {"text": "Hello?", "language": "en"})
    assert refused.status_code == 400 and "Hello?" in refused.content.decode(), "nothing written is lost"
    assert message(camden, camden.bob, camden.charlie, "Here I am again").status_code == 302
    assert message(camden, camden.charlie, camden.bob, "Good").status_code == 302


def test_a_conversation_of_others_cannot_be_left_written_to_or_read(camden):
    message(camden, camden.charlie, camden.bob)
    page = Conversation.objects.get().get_absolute_url()
    alice = camden.client(camden.alice)
    assert alice.get(page).status_code == 404
    assert alice.post(page, {"text": "Hi", "language": "en"}).status_code == 404
    assert alice.post(f"{page}/leaving").status_code == 404


def test_nobody_begins_more_conversations_in_a_day_than_people_do(camden, monkeypatch):
    monkeypatch.setattr(actions, "MOST_NEW_CONVERSATIONS", 0)
    answer = message(camden, camden.charlie, camden.bob)
    assert answer.status_code == 400 and "Shall we meet?" in answer.content.decode()
    assert not Conversation.objects.exists()


def test_the_database_refuses_a_post_about_nothing_and_two_conversations_of_one_pair(camden, need):
    post = written(camden, camden.charlie, need.uri)
    for wrong in ({"about_uri": ""}, {"text": ""}, {"reply_to": "https://x.example/1", "top_uri": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.filter(pk=post.pk).update(**wrong)
    message(camden, camden.charlie, camden.bob)
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.create(public_id="another", pair=Conversation.objects.get().pair)
    assert User.objects.count() == 3


# --- Pictures in what people write ----------------------------------------------------------------------


def test_a_picture_stands_with_the_words_it_came_with_and_needs_a_description(camden, need, client):
    form = {"about": need.uri, "text": "Look.", "voice": "me", "language": "en"}
    refused = camden.client(camden.charlie).post("/threads/", form | {"new_file_0": upload(picture())})
    assert refused.status_code == 400 and "new_alt_0" in refused.context["form"].errors
    post = written(camden, camden.charlie, need.uri, "Look.", new_file_0=upload(picture()), new_alt_0="A blue door")
    kept = Attachment.objects.get(thing_uri=post.uri)
    assert 'alt="A blue door"' in client.get(need.get_absolute_url()).content.decode()
    assert client.get(kept.path).status_code == 200
    said = json.loads(client.get(post.get_absolute_url(), headers={"accept": ACTIVITY}).content)
    assert [each["name"] for each in said["attachment"]] == ["A blue door"]
    edit = {"text": "Look!", "language": "en", "seen": "1", f"held_remove_{kept.public_id}": "on"}
    assert camden.client(camden.charlie).post(f"{post.get_absolute_url()}/edit", edit).status_code == 302
    assert not Attachment.objects.exists()


def test_a_picture_among_members_is_for_members(camden, client):
    hidden = written(
        camden, camden.bob, camden.group.uri, "Us.", members_only="on", new_file_0=upload(picture()), new_alt_0="Us"
    )
    kept = Attachment.objects.get(thing_uri=hidden.uri)
    assert camden.client(camden.alice).get(kept.path).status_code == 200
    assert camden.client(camden.charlie).get(kept.path).status_code == 404
    assert client.get(kept.path).status_code == 404
