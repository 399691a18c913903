"""Reports across nodes: on the right desks, back at the reporter, and nobody else's word for it."""

from __future__ import annotations

import json

import pytest

from accounts.models import User
from cop.models import Proposal
from federation import actors, audiences
from federation.models import Activity, Delivery, Flag, Receipt
from notifications.models import Notice
from tests.gatherings import Camden

PUBLIC = audiences.PUBLIC


@pytest.fixture
def camden(db):
    camden = Camden()
    User.objects.filter(actor=camden.alice).update(is_steward=True)
    return camden


@pytest.fixture
def their_need(peer, outcomes):
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Create", peer.note(dana))
    assert outcomes() == ["need read"]
    return Proposal.objects.get(node__isnull=False)


@pytest.fixture
def our_need(camden):
    from cop.actions.proposals import publish_proposal

    need = Proposal.Direction.NEED
    return publish_proposal(camden.alice, camden.group.actor, need, title="A room for forty", language="en")


def report(camden, thing, **more):
    form = {"about": thing.uri, "reason": "hurtful", "words": "It calls <my> neighbours names.", **more}
    return camden.client(camden.charlie).post("/reports/new", form)


def decide(camden, flag, decision, words="It was unkind."):
    return camden.client(camden.alice).post(f"/desk/reports/{flag.pk}", {"decision": decision, "words": words})


def kinds_told(person):
    return set(Notice.objects.filter(user__actor=person).values_list("kind", flat=True))


def sent(type_):
    return [json.loads(each.body) for each in Activity.objects.filter(type=type_).order_by("pk")]


def test_a_report_of_a_neighbours_thing_goes_to_both_desks_and_names_nobody(camden, peer, their_need, work):
    assert report(camden, their_need).status_code == 302
    work()
    flag = Flag.objects.get()
    assert flag.passed_to == their_need.node and "report_waiting" in kinds_told(camden.alice)
    assert "Read the report" in camden.client(camden.alice).get("/desk/").content.decode()
    (said,) = sent("Flag")
    assert said["actor"] == actors.this_node().actor.uri and said["object"] == [their_need.uri, their_need.actor.uri]
    assert said["content"] == "It calls &lt;my&gt; neighbours names." and said["reason"] == "hurtful"
    assert camden.charlie.uri not in json.dumps(said) and said["to"] == [peer.node.uri]
    assert not Activity.objects.get(type="Flag").public
    assert list(Delivery.objects.filter(activity__type="Flag").values_list("inbox", flat=True)) == [
        f"{peer.node.uri}/inbox"
    ]


def test_the_reporter_sees_each_step_and_hears_of_the_outcome(camden, peer, their_need, work, outcomes):
    report(camden, their_need)
    work()
    flag, page = Flag.objects.get(), camden.client(camden.charlie)
    Delivery.objects.filter(activity__type="Flag").update(state="done", delivered_at=flag.received_at)
    assert "Their node has it" in page.get("/reports/").content.decode()
    peer.does(peer.node, "Read", flag.uri, to=[actors.this_node().actor.uri])
    outcomes()
    assert "A steward of theirs has read it" in page.get("/reports/").content.decode()
    assert not kinds_told(camden.charlie)
    peer.does(peer.node, "Accept", {"id": flag.uri, "type": "Flag"}, content="<b>Taken down.</b>", to=[PUBLIC])
    assert outcomes()[-1] == "their answer to our report"
    shown = page.get("/reports/").content.decode()
    assert "done something about it" in shown and "Taken down." in shown
    assert kinds_told(camden.charlie) == {"report_answered_there"}


def test_only_the_node_a_report_went_to_answers_it(camden, peer, stranger, their_need, work, outcomes):
    """Neither another server nor somebody else on theirs; and the first answer stands."""
    report(camden, their_need)
    work()
    flag = Flag.objects.get()
    mallory, ghost = peer.somebody("people/mallory"), stranger.node
    for who, whose in ((peer, mallory), (stranger, ghost)):
        who.does(whose, "Accept", {"id": flag.uri, "type": "Flag", "object": their_need.uri}, content="Nothing wrong")
        who.does(whose, "Reject", {"id": flag.uri, "type": "Flag", "object": their_need.uri})
        who.does(whose, "Read", flag.uri)
    refused = [outcome for outcome in outcomes() if outcome.startswith("refused")]
    assert len(refused) == 6
    flag.refresh_from_db()
    assert flag.answered_there_at is None and flag.seen_there_at is None
    peer.does(peer.node, "Reject", {"id": flag.uri, "type": "Flag"}, content="It is fine.")
    peer.does(peer.node, "Accept", {"id": flag.uri, "type": "Flag"}, content="We changed our minds.")
    assert outcomes()[-2:] == ["their answer to our report", "answered before"]
    flag.refresh_from_db()
    assert (flag.acted_there, flag.words_there) == (False, "It is fine.")


def test_a_report_from_mastodon_waits_at_the_desk_and_is_answered(camden, stranger, our_need, outcomes, client):
    """An instance actor names the account and some of its posts; of several things the first of ours counts."""
    proxy = stranger.node
    group, posts = our_need.actor.uri, [our_need.uri, "https://other.example/notes/9", 7, None, {"id": "x"}]
    stranger.does(proxy, "Flag", [group, *posts], content="Spam & <i>lies</i>", to=[our_need.actor.uri])
    assert outcomes() == ["a report for our stewards"]
    flag = Flag.objects.get()
    assert (flag.object_uri, flag.words, flag.reason, flag.reporter) == (our_need.uri, "Spam & lies", "other", None)
    assert "report_waiting" in kinds_told(camden.alice)
    page = camden.client(camden.alice).get(f"/desk/reports/{flag.pk}").content.decode()
    assert "Spam &amp; lies" in page and "A room for forty" in page
    camden.client(camden.alice).get(f"/desk/reports/{flag.pk}")
    assert [said["object"] for said in sent("Read")] == [flag.uri], "seen is said once"
    decide(camden, flag, "hide")
    (answer,) = sent("Accept")
    assert answer["object"]["id"] == flag.uri and answer["content"] == "It was unkind."
    assert answer["result"] == {"type": "Object", "name": "hidden"}
    assert client.get(our_need.get_absolute_url()).status_code == 404


def test_a_report_where_nothing_was_done_is_answered_with_a_no(camden, stranger, our_need, outcomes):
    stranger.does(stranger.node, "Flag", our_need.uri, reason="false")
    outcomes()
    flag = Flag.objects.get()
    assert flag.reason == "false"
    decide(camden, flag, "nothing", "It is true.")
    assert not sent("Accept") and sent("Reject")[0]["content"] == "It is true."
    assert decide(camden, flag, "hide").status_code == 302, "another steward was first"
    assert Flag.objects.get().outcome == "nothing"


def test_a_report_about_nothing_of_ours_is_taken_and_forgotten(camden, peer, stranger, their_need, outcomes):
    gone = "http://localhost:8000/needs/nothinghere1"
    for about in (their_need.uri, gone, [], [[], {}], {"type": "Note"}, ["https://["], "x" * 900):
        stranger.does(stranger.node, "Flag", about)
    assert set(outcomes()[1:]) == {"about nothing of ours: not kept"}
    assert not Flag.objects.exists() and not Notice.objects.filter(kind="report_waiting").exists()


def test_a_report_that_comes_twice_is_one(camden, stranger, our_need, outcomes):
    said = stranger.activity(stranger.node, "Flag", our_need.uri)
    assert stranger.post(stranger.node, said).status_code == stranger.post(stranger.node, said).status_code == 202
    outcomes()
    assert Receipt.objects.count() == Flag.objects.count() == 1


def test_one_node_cannot_bury_the_desk_in_reports(camden, stranger, our_need, outcomes, monkeypatch):
    monkeypatch.setattr("federation.inbound.flags.MOST_OPEN", 2)
    for _ in range(3):
        stranger.does(stranger.node, "Flag", our_need.uri)
    assert outcomes()[2].startswith("refused: object: 2 of your reports wait")
    assert Flag.objects.count() == 2


def test_a_blocked_nodes_things_are_not_reported_to_it(camden, peer, their_need, work):
    """It is not shown here any more, so there is nothing to report."""
    type(their_need.node).objects.update(blocked_at=their_need.published_at)
    assert report(camden, their_need).status_code == 404
    assert not Flag.objects.exists()
