"""What is for one group, or for this node, can be found by nobody else: on no page, in no file, by no program."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from atlas.models import Card
from cop.actions.groups import found_group
from cop.actions.membership import join_group, leave_group
from cop.actions.people import change_page, person_of
from cop.actions.proposals import change_proposal, publish_proposal, withdraw_proposal
from cop.models import Group, Proposal
from federation import actors, audiences
from federation.models import Activity, Delivery, Node
from federation.signatures import sign_cavage
from notifications.actions import follow
from notifications.models import Follow, Notice
from tests.gatherings import HOUSING
from tests.know_how import Writers

SECRET = "Xylophone"
ACTIVITY = "application/activity+json"


@pytest.fixture
def camden(db) -> Writers:
    return Writers()


def secrets_of(camden: Writers, audience: str) -> list:
    """One thing of each kind that only `audience` may see; each carries the word."""
    need = {
        "title": f"{SECRET} need",
        "summary": SECRET,
        "language": "en",
        "topics": [HOUSING],
        "lat": 51.5,
        "lon": -0.1,
    }
    group = camden.group.actor
    return [
        publish_proposal(camden.alice, group, Proposal.Direction.NEED, audience=audience, **need),
        publish_proposal(camden.alice, group, Proposal.Direction.OFFER, audience=audience, **need),
        camden.gathering(title=f"{SECRET} lab", summary=SECRET, area=SECRET, audience=audience),
        camden.call(title=f"{SECRET} grant", plain_summary=SECRET, giver=SECRET, audience=audience),
        camden.page(title=f"{SECRET} page", short_answer=SECRET, body=SECRET, jurisdiction=SECRET, audience=audience),
    ]


def addresses(rows: list, camden: Writers) -> list[str]:
    """Every address of the node that can be asked for without knowing a number."""
    found: list[str] = []

    def walk(patterns, prefix=""):
        for each in patterns:
            route = prefix + str(each.pattern)
            if isinstance(each, URLResolver):
                walk(each.url_patterns, route)
            elif isinstance(each, URLPattern) and not set("<(") & set(route):
                found.append("/" + route.lstrip("/^").rstrip("$"))

    walk(get_resolver().url_patterns)
    for row in rows:
        path = row.get_absolute_url()
        found += [path, f"{path}.ics", f"{path}/edit", f"{path}/withdrawal", f"{path}/attendees", f"{path}/outbox"]
        found += [f"{path}/history", f"{path}/changes", f"{path}/versions/1", f"/metro/catalogue?id={path}"]
    group = camden.group.get_absolute_url()
    found += [group, f"{group}/outbox?page=1", f"{group}/followers", f"{group}/members", "/actor/outbox?page=1"]
    found += ["/topics/housing", "/topics/housing/outbox?page=1", "/nodeinfo/2.1", "/people/" + _id(camden.alice)]
    found += [f"/activities/{activity.uri.rsplit('/', 1)[-1]}" for activity in Activity.objects.all()]
    found += ["/atlas/?view=network", "/atlas/?view=topics", "/atlas/cards.geojson?zoom=3", "/metro/catalogue?after=0"]
    found += ["/calls/?status=any", "/gatherings/calendar.ics", "/calls/calendar.ics"]
    return found


def _id(actor) -> str:
    return actor.uri.rsplit("/", 1)[-1]


def leaks(client: Client, paths: list[str], **headers) -> list[str]:
    found = []
    for path in paths:
        answer = client.get(path, headers=headers)
        assert answer.status_code < 500 or path == "/ready", path
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if SECRET.encode() in body:
            found.append(path)
    return found


@pytest.mark.parametrize("to", ["group", "node"])
def test_nobody_outside_finds_it_anywhere(camden, peer, work, to):
    """A visitor, a program, a neighbour's node, and, for what is for a group, somebody of another group here."""
    audience = camden.group.members_audience if to == "group" else audiences.this_node()
    found_group(camden.charlie, name="Menders", joining="open", language="en")
    for kind, target in ((Follow.Kind.TOPIC, HOUSING), (Follow.Kind.GROUP, camden.group.uri)):
        work()
        follow(camden.charlie.user, kind, target)
    dana = peer.somebody("people/dana")
    peer.does(dana, "Follow", camden.group.uri)
    peer.does(dana, "Follow", f"{settings.ORIGIN}/topics/housing")
    work()
    before = digest()
    rows = secrets_of(camden, audience)
    work()
    paths = addresses(rows, camden)
    visitor = Client()
    assert leaks(visitor, paths) == []
    assert leaks(visitor, paths, accept=ACTIVITY) == []
    assert digest() == before
    assert not [row for row in Delivery.objects.select_related("activity") if SECRET in row.activity.body]
    assert leaks(camden.client(camden.bob), [rows[0].get_absolute_url()]), "members see it"
    stranger = camden.client(camden.charlie)
    if to == "group":
        assert leaks(stranger, paths) == []
        assert not Notice.objects.filter(user=camden.charlie.user, uri__in=[row.uri for row in rows]).exists()
        asked = [
            f"/{path}/?q=xylophone&area=xylo"
            for path in ("atlas", "needs", "offers", "calls", "gatherings", "know-how")
        ]
        assert leaks(stranger, asked) == []
    for path in paths:
        headers = peer_headers(peer, path)
        assert SECRET.encode() not in Client().get(path, headers=headers).content, path


def digest() -> dict:
    return json.loads(Client().get("/metro/digest").content)


def peer_headers(peer, path: str) -> dict[str, str]:
    """A GET as the neighbour's node signs it."""
    signed = sign_cavage(peer.node.private, peer.node.keyid, "GET", f"{settings.ORIGIN}{path}", None, None)
    return {"Host": urlsplit(settings.ORIGIN).netloc, **signed, "Accept": ACTIVITY}


@pytest.fixture
def shared(camden, peer, work):
    """Dana of Hackney is in the group, and the group has a need for its members."""
    dana = peer.somebody("people/dana")
    peer.does(dana, "Join", camden.group.uri)
    work()
    need = publish_proposal(
        camden.alice,
        camden.group.actor,
        Proposal.Direction.NEED,
        audience=camden.group.members_audience,
        title=SECRET,
        language="en",
    )
    work()
    return dana, need


def told(need) -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(object_uri=need.uri).order_by("pk")
    return list(rows.values_list("activity__type", "inbox"))


def test_a_member_elsewhere_is_sent_it_and_may_fetch_it(camden, peer, shared):
    _dana, need = shared
    assert told(need) == [("Create", f"{peer.origin}/inbox")]
    for row in secrets_of(camden, need.audience):
        path = row.get_absolute_url()
        answer = Client().get(path, headers=peer_headers(peer, path))
        assert answer.status_code == 200 and SECRET in answer.text, path
        unsigned = Client().get(path, headers={"Accept": ACTIVITY})
        assert unsigned.status_code == 404


def test_a_member_elsewhere_learns_that_it_was_withdrawn(camden, peer, shared):
    _dana, need = shared
    withdraw_proposal(camden.alice, need)
    path = need.get_absolute_url()
    answer = Client().get(path, headers=peer_headers(peer, path))
    assert answer.status_code == 410 and json.loads(answer.content)["type"] == "Tombstone"
    assert Client().get(path, headers={"Accept": ACTIVITY}).status_code == 404


@pytest.mark.parametrize("now", ["blocked", "ended", "limited", "trial"])
def test_a_node_that_is_no_full_neighbour_any_more_is_sent_and_given_nothing(camden, peer, shared, work, now):
    _dana, need = shared
    if now == "blocked":
        Node.objects.update(blocked_at=timezone.now())
    else:
        Node.objects.update(peering=now)
    change_proposal(camden.alice, need, {"summary": f"More about the {SECRET}"})
    work()
    assert told(need) == [("Create", f"{peer.origin}/inbox")]
    answer = Client().get(need.get_absolute_url(), headers=peer_headers(peer, need.get_absolute_url()))
    assert answer.status_code == 404


def test_who_left_the_group_hears_of_no_change_but_of_the_end(camden, peer, shared, work):
    dana, need = shared
    peer.does(dana, "Leave", camden.group.uri)
    work()
    change_proposal(camden.alice, need, {"summary": f"More about the {SECRET}"})
    work()
    assert [verb for verb, _inbox in told(need)] == ["Create"]
    withdraw_proposal(camden.alice, need)
    work()
    assert [verb for verb, _inbox in told(need)] == ["Create", "Delete"]
    last = Activity.objects.filter(type="Delete").get()
    assert SECRET not in last.body and not last.public


def test_an_object_that_names_nobody_is_for_nobody(peer, outcomes, client):
    """Blind copies and the like: their readers are not known to us, so nobody here may read it."""
    dana = peer.somebody("people/dana")
    note = peer.note(dana, name=SECRET)
    del note["to"]
    activity = peer.activity(dana, "Create", note, bcc=["https://hackney.example/people/eve"])
    del activity["to"]
    peer.post(dana, activity)
    outcomes()
    assert not Proposal.objects.exists()


def test_only_members_speak_to_the_members_of_our_group(camden, peer, outcomes):
    dana, mallory = peer.somebody("people/dana"), peer.somebody("people/mallory")
    peer.does(dana, "Join", camden.group.uri)
    outcomes()
    to = [camden.group.members_audience]
    peer.does(mallory, "Create", peer.note(mallory, "needs/m", to=to), to=to)
    outcomes()
    assert not Proposal.objects.exists()
    peer.does(dana, "Create", peer.note(dana, "needs/d", to=to), to=to)
    outcomes()
    assert Proposal.objects.get().audience == camden.group.members_audience


def test_what_a_person_hides_or_withdraws_is_in_no_outbox(camden, client, work):
    person = change_page(
        person_of(camden.bob), {"name": "Bob", "summary": SECRET, "shown": ["summary"], "is_public": True}
    )
    need = publish_proposal(
        camden.bob, camden.bob, Proposal.Direction.NEED, title=f"{SECRET} need", language="en", topics=[HOUSING]
    )
    work()
    outbox = f"{person.get_absolute_url()}/outbox?page=1"
    assert SECRET in client.get(outbox).text
    withdraw_proposal(camden.bob, need)
    change_page(person_of(camden.bob), {"name": "Bob", "is_public": False})
    work()
    paths = [outbox, *(f"/activities/{activity.uri.rsplit('/', 1)[-1]}" for activity in Activity.objects.all())]
    assert leaks(Client(), paths) == []


def test_a_member_who_leaves_sees_no_more(camden, client, work):
    rows = secrets_of(camden, camden.group.members_audience)
    work()
    bob = camden.client(camden.bob)
    assert leaks(bob, [row.get_absolute_url() for row in rows])
    leave_group(camden.bob, camden.group)
    work()
    assert leaks(bob, addresses(rows, camden)) == []
    join_group(camden.bob, camden.group)
    assert leaks(bob, ["/atlas/"]) == ["/atlas/"]
    with transaction.atomic():
        assert Card.objects.visible_to(actors.for_user(camden.bob.user)).filter(title__startswith=SECRET).count() == 5
    assert Group.objects.count() == 1
