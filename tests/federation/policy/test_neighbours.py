"""A steward pauses, limits or blocks another node for a while, and nothing is lost by it."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from atlas import vocabulary
from cop.actions import conversations
from cop.actions.groups import found_group
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal
from cop.models import Proposal
from federation import actors, http, neighbours
from federation.http import Answer
from federation.kept_out import PAUSED
from federation.models import Activity, Delivery, Document, Following, Node
from journal import Entry, Errand, keeper
from notifications.actions import follow
from notifications.models import Notice

HOUSING = "urn:flotilla:topic:housing"
DAY = dt.timedelta(days=1)


@pytest.fixture
def steward(client, db):
    user = User.objects.create_user("steward@here.example", "pw", is_steward=True)
    client.force_login(user)
    return client


@pytest.fixture
def alice(db):
    vocabulary.load()
    person = actors.for_user(User.objects.create_user("alice@here.example", "pw"))
    change_page(person_of(person), {"name": "Alice", "is_public": True})
    return person


@pytest.fixture
def tenants(alice):
    return found_group(alice, name="Tenants of Camden", joining="open", language="en", steward_name="Alice")


@pytest.fixture
def sent(monkeypatch):
    """What our node posts: taken by whoever it goes to, unless `answer` says otherwise."""

    class Sent(list):
        answer = Answer(202, {}, "")

    found = Sent()

    async def post(url, body, headers, **_: object):
        found.append((url, json.loads(body)["type"]))
        return found.answer

    monkeypatch.setattr(http, "post", post)
    return found


@pytest.fixture
def catalogue(peer):
    """What Hackney publishes, as its catalogue has it."""
    address = f"{peer.origin}/catalogue"
    Node.objects.update(catalogue_url=address)
    peer.web.pages[peer.node.uri] |= {"catalogue": address}
    shelf = []

    def page():
        return {"id": address, "type": "OrderedCollectionPage", "orderedItems": shelf, "last": len(shelf)}

    for after in range(5):
        peer.web.pages[f"{address}?after={after}"] = page()
    peer.web.pages = {**peer.web.pages}
    peer.web.pages.update({f"{address}?after={after}": _Living(page) for after in range(5)})
    return shelf


class _Living:
    """A page that is written when it is asked for."""

    def __init__(self, write):
        self.write = write

    def __call__(self):
        return self.write()


def act(steward, node, what, **said):
    answer = steward.post(f"/desk/neighbours/{node.pk}/{what}", said)
    assert answer.status_code == 302, answer.content[:500]
    node.refresh_from_db()


def need_of(peer, path="needs/1", **more):
    group = peer.somebody("groups/menders", "Group", name="Menders of Hackney")
    peer.does(group, "Create", peer.web.pages[group.uri])
    peer.does(group, "Create", peer.note(group, path, **more))
    return f"{peer.origin}/{path}"


# Pausing ------------------------------------------------------------------------------------------------


def test_a_pause_of_a_day_ends_by_itself_and_nothing_is_lost(steward, peer, alice, tenants, work, sent, catalogue):
    work()
    sent.clear()
    node = Node.objects.get()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        act(steward, node, "pause", lasting="day")
        assert node.peering == "paused" and node.paused_until == timezone.now() + DAY
        publish_proposal(alice, tenants.actor, Proposal.Direction.NEED, title="While paused", language="en")
        for hours in (1, 12, 11):
            work()
            assert sent == [] and not Delivery.objects.filter(state="dead").exists()
            clock.shift(dt.timedelta(hours=hours))
        catalogue.append(peer.note(peer.somebody("groups/menders", "Group", name="Menders")))
        clock.shift(1)
        work()
        node.refresh_from_db()
        assert node.peering == "full" and node.paused_until is None
    assert (f"{peer.origin}/inbox", "Create") in sent, "what waited went out"
    assert (f"{peer.origin}/inbox", "Update") in sent, "they hear that we are back, and read on in ours"
    assert Document.objects.filter(uri=f"{peer.origin}/needs/1").exists(), "we read on in theirs"
    entry = Entry.objects.get(name="node.resumed")
    assert (entry.origin, entry.actor) == ("here", "")


@pytest.mark.parametrize(("left", "kind"), [(0, "federation.compare"), (5, "federation.catalogue")])
def test_after_a_pause_what_was_missed_is_compared_or_read_on(steward, peer, work, sent, left, kind):
    """What was pushed before moved no cursor: a catalogue that was read to its end is not read a second time."""
    Node.objects.update(digest_url=f"{peer.origin}/metro/digest", catalogue_left=left)
    work()
    Errand.objects.all().delete()
    neighbours.pause(Node.objects.get())
    neighbours.resume(Node.objects.get())
    asked = Errand.objects.filter(kind__in=["federation.compare", "federation.catalogue"])
    assert list(asked.values_list("kind", flat=True)) == [kind]


def test_what_is_for_one_group_waits_for_its_member_there_too(steward, peer, alice, tenants, work, sent):
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Join", tenants.uri, name="Dana")
    work()
    node = Node.objects.get()
    act(steward, node, "pause", lasting="open")
    sent.clear()
    conversations.publish_post(alice, tenants.uri, "For us alone.", members_only=True)
    work()
    assert sent == []
    act(steward, node, "resume")
    work()
    assert (f"{peer.origin}/inbox", "Create") in sent


def test_an_earlier_end_does_not_end_a_later_pause(steward, peer, work, sent):
    node = Node.objects.get()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        act(steward, node, "pause", lasting="day")
        act(steward, node, "resume")
        clock.shift(dt.timedelta(hours=1))
        act(steward, node, "pause", lasting="week")
        clock.shift(2 * DAY)
        work()
        node.refresh_from_db()
        assert node.peering == "paused"
        clock.shift(6 * DAY)
        work()
    node.refresh_from_db()
    assert node.peering == "full"


def test_a_pause_without_an_end_waits_for_a_steward_and_a_limited_neighbour_stays_limited(steward, peer, work, sent):
    node = Node.objects.get()
    act(steward, node, "limit")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        act(steward, node, "pause", lasting="open")
        clock.shift(30 * DAY)
        work()
        node.refresh_from_db()
        assert node.peering == "paused" and node.paused_until is None
        assert neighbours.resume(node).peering == "limited"


def test_who_is_paused_is_told_when_to_come_back(steward, peer):
    node = Node.objects.get()
    with time_machine.travel(timezone.now(), tick=False):
        act(steward, node, "pause", lasting="day")
        answer = peer.post(peer.node, peer.activity(peer.node, "Update", {"id": peer.node.uri}))
        assert answer.status_code == 503 and answer["Retry-After"] == "86400"
    neighbours.resume(node)
    neighbours.pause(node)
    answer = peer.post(peer.node, peer.activity(peer.node, "Update", {"id": peer.node.uri}))
    assert answer.status_code == 503 and 0 < int(answer["Retry-After"]) <= 86400


def test_a_neighbour_that_has_paused_is_not_called_unreachable(steward, peer, alice, tenants, work, sent):
    keeper.beat()
    sent.answer = Answer(503, {"Retry-After": "86400"}, f"{PAUSED}\n")
    work()
    assert Delivery.objects.filter(state="ready", answer__startswith="503").exists()
    for path in ("", f"/{Node.objects.get().pk}"):
        page = steward.get(f"/desk/neighbours{path}").content.decode()
        assert "They have paused." in page and "nreachable" not in page and "does not answer" not in page


@pytest.mark.parametrize("held", [{"peering": "paused"}, {"blocked_at": timezone.now()}])
def test_what_waits_on_purpose_is_not_called_late(steward, peer, alice, tenants, work, sent, held):
    keeper.beat()
    publish_proposal(alice, tenants.actor, Proposal.Direction.NEED, title="Waits", language="en")
    Delivery.objects.update(due_at=timezone.now() - DAY)
    work()
    sent.answer = Answer(503, {}, "down")
    publish_proposal(alice, tenants.actor, Proposal.Direction.NEED, title="Waits too", language="en")
    work()
    Delivery.objects.filter(state="ready").update(due_at=timezone.now() - DAY)
    assert "Some work is late" in steward.get("/desk/").content.decode()
    Node.objects.update(**held)
    assert "All is well" in steward.get("/desk/").content.decode()


@pytest.mark.parametrize("odd", [{}, {"lasting": "for ever"}, {"lasting": ""}])
def test_a_pause_needs_one_of_its_lengths(steward, peer, odd):
    node = Node.objects.get()
    assert steward.post(f"/desk/neighbours/{node.pk}/pause", odd).status_code == 400
    assert Node.objects.get().peering == "full"


# Limiting -----------------------------------------------------------------------------------------------


def test_a_limited_neighbour_is_shown_by_address_and_to_who_follows_it(steward, peer, alice, work, client):
    uri = need_of(peer)
    work()
    need = Proposal.objects.get(uri=uri)
    lists = ["/", "/needs/", "/atlas/", "/atlas/?view=network", "/atlas/?q=room", "/topics/housing", "/needs/list.atom"]
    shown = [path for path in lists if need.title in client.get(path).content.decode()]
    assert "/needs/" in shown and "/atlas/?q=room" in shown
    act(steward, Node.objects.get(), "limit")
    visitor, follower = type(client)(), type(client)()
    follower.force_login(alice.user)
    assert [path for path in lists if need.title in visitor.get(path).content.decode()] == []
    assert need.title in visitor.get(need.get_absolute_url()).content.decode()
    assert need.title not in follower.get("/needs/").content.decode()
    follow(alice.user, "group", f"{peer.origin}/groups/menders")
    assert need.title in follower.get("/needs/").content.decode()
    act(steward, Node.objects.get(), "unlimit")
    assert [path for path in lists if need.title in visitor.get(path).content.decode()] == shown


def test_a_limited_neighbour_stays_so_while_paused_and_once_it_is_none(steward, peer, outcomes, client):
    uri = need_of(peer)
    outcomes()
    node, title = Node.objects.get(origin=peer.origin), Proposal.objects.get(uri=uri).title
    visitor = type(client)()
    act(steward, node, "limit")
    for what in ("pause", "end"):
        act(steward, node, what, **({"lasting": "open"} if what == "pause" else {}))
        assert title not in visitor.get("/needs/").content.decode(), what
    peer.does(peer.node, "Follow", actors.this_node().actor.uri)
    outcomes()
    assert Node.objects.get(origin=peer.origin).peering == Node.Peering.ASKED
    assert title not in visitor.get("/needs/").content.decode(), "nobody undoes that by asking"
    act(steward, node, "unlimit")
    assert title in visitor.get("/needs/").content.decode()


def test_we_go_on_hearing_a_limited_neighbour_and_it_hears_us(steward, peer, alice, tenants, outcomes, work, sent):
    act(steward, Node.objects.get(), "limit")
    sent.clear()
    publish_proposal(alice, tenants.actor, Proposal.Direction.NEED, title="Still told", language="en")
    need_of(peer)
    assert "need read" in outcomes()
    assert (f"{peer.origin}/inbox", "Create") in sent


def test_nobody_hears_of_a_limited_neighbour_by_topic_alone(steward, peer, alice, work):
    follow(alice.user, "topic", HOUSING)
    act(steward, Node.objects.get(), "limit")
    need_of(peer, published=timezone.now().isoformat())
    work()
    assert not Notice.objects.filter(user=alice.user).exists()
    follow(alice.user, "group", f"{peer.origin}/groups/menders")
    need_of(peer, "needs/2", published=timezone.now().isoformat())
    work()
    assert Notice.objects.get(user=alice.user).kind == "new_from_group"


# Blocking -----------------------------------------------------------------------------------------------


def test_a_block_hides_everything_and_its_end_brings_everything_back(
    steward, peer, alice, tenants, work, sent, catalogue, client
):
    """One of everything that can come from there: a thing, an answer, a message, a member, somebody who waits, a
    notice, and what our group passed on."""
    dana = peer.somebody("people/dana", name="Dana of Hackney")
    peer.does(dana, "Join", tenants.uri, name="Dana of Hackney")
    peer.does(dana, "Follow", tenants.uri)
    uri = need_of(peer)
    ours = publish_proposal(alice, tenants.actor, Proposal.Direction.NEED, title="Ours", language="en")
    answer = {
        "type": "Note", "attributedTo": dana.uri, "content": "Words from Hackney",
        "published": timezone.now().isoformat(),
    }  # fmt: skip
    peer.does(dana, "Create", {"id": f"{peer.origin}/n/1", "to": ["as:Public"], "inReplyTo": ours.uri, **answer})
    private = {"id": f"{peer.origin}/n/2", "to": [alice.uri], "tag": [{"type": "Mention", "href": alice.uri}]}
    peer.does(dana, "Create", {**private, **answer, "content": "A private word"}, to=[alice.uri])
    work()
    need = Proposal.objects.get(uri=uri)
    reader = type(client)()
    reader.force_login(alice.user)
    looked = {
        need.get_absolute_url(): need.title,
        "/needs/": need.title,
        "/atlas/?q=room": need.title,
        "/needs/list.atom": need.title,
        ours.get_absolute_url(): "Words from Hackney",
        f"/threads/?about={ours.uri}": "Words from Hackney",
        "/conversations/": "Dana of Hackney",
        tenants.get_absolute_url(): "Dana of Hackney",
        "/notices/": "Dana of Hackney",
        f"/groups/{tenants.public_id}/outbox?page=1": f"{peer.origin}/n/1",
    }

    def seen() -> dict[str, bool]:
        headers = {"outbox": "application/activity+json"}
        found = {}
        for path, words in looked.items():
            accept = next((value for part, value in headers.items() if part in path), "text/html")
            found[path] = words in reader.get(path, headers={"accept": accept}).content.decode()
        return found

    assert all(seen().values()), seen()
    followings = Following.objects.count()
    act(steward, Node.objects.get(), "block", reason="A test of the block")
    assert not any(seen().values()), seen()
    assert reader.get(need.get_absolute_url()).status_code == 404
    refused = peer.post(
        dana, peer.activity(dana, "Create", {"id": f"{peer.origin}/n/3", "to": ["as:Public"], **answer})
    )
    assert refused.status_code == 403
    sent.clear()
    publish_proposal(alice, tenants.actor, Proposal.Direction.NEED, title="While blocked", language="en")
    work()
    assert sent == [] and Following.objects.count() == followings
    catalogue.append(peer.note(peer.somebody("groups/menders", "Group", name="Menders"), "needs/7"))
    act(steward, Node.objects.get(), "unblock")
    assert all(seen().values()), seen()
    work()
    assert Document.objects.filter(uri=f"{peer.origin}/needs/7").exists(), "what was missed is read"
    assert (f"{peer.origin}/inbox", "Update") in sent, "and they hear that there is something to read here"


def test_what_waits_for_a_blocked_node_neither_goes_out_nor_is_given_up(steward, peer, alice, tenants, work, sent):
    sent.answer = Answer(503, {}, "down")
    work()
    waiting = Delivery.objects.filter(state="ready").count()
    assert waiting
    act(steward, Node.objects.get(), "block", reason="Spam")
    sent.clear()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(3):
            clock.shift(DAY)
            work()
    assert sent == [] and Delivery.objects.filter(state="ready").count() == waiting
    sent.answer = Answer(202, {}, "")
    act(steward, Node.objects.get(), "unblock")
    work()
    assert not Delivery.objects.filter(state="ready").exists() and sent


def test_a_node_that_is_no_neighbour_can_be_blocked_before_it_asks(steward, stranger, outcomes):
    node = actors.hear_of_node(stranger.origin)
    act(steward, node, "block", reason="We know them")
    asked = stranger.post(stranger.node, stranger.activity(stranger.node, "Follow", f"{settings.ORIGIN}/actor"))
    assert asked.status_code == 403
    assert "Blocked" in steward.get("/desk/neighbours").content.decode()
    assert not Activity.objects.exists()


@pytest.mark.parametrize("what", ["block", "end"])
def test_what_hides_or_ends_a_lot_is_asked_for_on_a_page_of_its_own(steward, peer, what):
    node = Node.objects.get()
    page = steward.get(f"/desk/neighbours/{node.pk}/{what}")
    assert page.status_code == 200 and b"Leave it as it is" in page.content
    node.refresh_from_db()
    assert (node.peering, node.blocked_at) == ("full", None)


def test_a_block_says_why(steward, peer):
    node = Node.objects.get()
    assert steward.post(f"/desk/neighbours/{node.pk}/block").status_code == 400
    assert steward.post(f"/desk/neighbours/{node.pk}/block", {"reason": "x" * 301}).status_code == 400
    assert Node.objects.get().blocked_at is None


def test_a_block_is_made_and_ended_once(steward, peer):
    node = Node.objects.get()
    neighbours.block(node)
    for again in (neighbours.block, neighbours.pause, neighbours.limit):
        with pytest.raises(neighbours.CannotPeer):
            again(node)
    neighbours.unblock(node)
    with pytest.raises(neighbours.CannotPeer):
        neighbours.unblock(node)
