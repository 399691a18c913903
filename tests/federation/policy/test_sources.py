"""Listening to accounts on other software: found by their name, followed by the node, read as what they are."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from atlas.models import Card
from cop.models import Group, Post
from events.models import Gathering
from federation.guard import FetchRefused
from federation.http import FetchFailed
from federation.models import Activity, Delivery, Following, Node, Source
from journal import Errand

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@pytest.fixture
def steward(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("alice@here.example", "pw", is_steward=True))
    return client


def group_of(stranger, name="Riparatori"):
    return stranger.somebody("@riparatori", "Group", name=name)


def finger(stranger, speaker, host="elsewhere.example"):
    address = f"https://{host}/.well-known/webfinger?resource=acct:riparatori@{host}"
    links = [{"rel": "self", "type": "application/activity+json", "href": speaker.uri}]
    stranger.web.pages[address] = {"subject": f"acct:riparatori@{host}", "links": links}


def listened_to(steward, stranger, work, address="@riparatori@elsewhere.example"):
    speaker = group_of(stranger)
    finger(stranger, speaker)
    assert steward.post("/desk/sources", {"address": address}).status_code == 302
    work()
    return speaker


@pytest.mark.parametrize("address", ["@riparatori@elsewhere.example", "https://elsewhere.example/@riparatori"])
def test_a_group_elsewhere_is_found_followed_and_stands_on_the_atlas(stranger, work, steward, address):
    speaker = listened_to(steward, stranger, work, address)
    follow = Activity.objects.get(type="Follow")
    assert (follow.object_uri, Delivery.objects.get(activity=follow).inbox) == (speaker.uri, f"{speaker.uri}/inbox")
    assert "They have not answered yet." in steward.get("/desk/sources").content.decode()
    following = Following.objects.get()
    stranger.does(speaker, "Accept", {"id": following.uri, "type": "Follow", "object": speaker.uri})
    work()
    assert Node.objects.get(origin=stranger.origin).peering == "none", "a source is no neighbour"
    assert "They have said yes." in steward.get("/desk/sources").content.decode()
    assert Card.objects.get(uri=speaker.uri).kind == "group"


def test_what_it_publishes_is_read_as_what_it_is(stranger, work, steward, web):
    speaker = listened_to(steward, stranger, work)
    following = Following.objects.get()
    stranger.does(speaker, "Accept", {"id": following.uri, "type": "Follow", "object": speaker.uri})
    event = {
        "id": f"{stranger.origin}/events/1", "type": "Event", "attributedTo": speaker.uri, "name": "Cena in cortile",
        "startTime": "2027-06-05T18:00:00Z", "to": [PUBLIC], "published": "2026-11-20T09:00:00Z",
    }  # fmt: skip
    stranger.does(speaker, "Create", event)
    maria = stranger.somebody("u/maria", name="Maria")
    page = {
        "id": f"{stranger.origin}/post/1", "type": "Page", "attributedTo": maria.uri, "name": "Chi ha un trapano?",
        "content": "<p>Per sabato.</p>", "to": [speaker.uri, PUBLIC], "audience": speaker.uri,
        "published": "2026-11-20T10:00:00Z",
    }  # fmt: skip
    web.pages[page["id"]] = {"@context": "https://www.w3.org/ns/activitystreams"} | page
    create = {"type": "Create", "id": f"{stranger.origin}/create/1", "actor": maria.uri, "object": page}
    stranger.does(speaker, "Announce", create)
    work()
    assert Gathering.objects.get().title == "Cena in cortile"
    subject = Post.objects.get()
    assert (subject.about_uri, subject.title, subject.called) == (speaker.uri, "Chi ha un trapano?", "Maria")
    shown = Client().get(Group.objects.get(uri=speaker.uri).get_absolute_url()).content.decode()
    assert "Chi ha un trapano?" in shown and "Cena in cortile" in shown


def test_the_steward_stops_listening(stranger, work, steward):
    speaker = listened_to(steward, stranger, work)
    following = Following.objects.get()
    stranger.does(speaker, "Accept", {"id": following.uri, "type": "Follow", "object": speaker.uri})
    work()
    assert steward.post(f"/desk/sources/{Source.objects.get().pk}/leaving").status_code == 302
    work()
    assert not Following.objects.exists() and not Source.objects.exists()
    assert Activity.objects.filter(type="Undo").exists()
    event = {"id": f"{stranger.origin}/events/2", "type": "Event", "attributedTo": speaker.uri, "name": "x"}
    stranger.does(speaker, "Create", event | {"to": [PUBLIC], "startTime": "2027-06-05T18:00:00Z"})
    work()
    assert not Gathering.objects.exists()


def test_who_says_no_is_shown_so(stranger, work, steward):
    speaker = listened_to(steward, stranger, work)
    stranger.does(speaker, "Reject", {"id": Following.objects.get().uri, "type": "Follow", "object": speaker.uri})
    work()
    assert "They have said no." in steward.get("/desk/sources").content.decode()


@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "@two@@ats", "ftp://x.example/a", "@a@", "https://", "\0", "@x@y/../z", "@a b@c.d"],
)
def test_what_names_nobody_is_refused_in_words(steward, address):
    answer = steward.post("/desk/sources", {"address": address})
    assert answer.status_code == 400 and answer.context["form"].errors["address"]
    assert not Source.objects.exists()


def test_ourselves_and_those_listened_to_already_are_refused(stranger, work, steward, settings):
    own = settings.ORIGIN.split("//")[1]
    for address in (f"@node@{own}", f"{settings.ORIGIN}/actor"):
        assert steward.post("/desk/sources", {"address": address}).status_code == 400
    listened_to(steward, stranger, work)
    assert steward.post("/desk/sources", {"address": "riparatori@elsewhere.example"}).status_code == 400
    assert Source.objects.count() == 1


def test_only_stewards_listen(client, stranger, work, steward):
    client.force_login(User.objects.create_user("bob@here.example", "pw"))
    assert client.get("/desk/sources").status_code == 404
    assert client.post("/desk/sources", {"address": "@a@b.example"}).status_code == 404
    listened_to(steward, stranger, work)
    assert client.post(f"/desk/sources/{Source.objects.get().pk}/leaving").status_code == 404
    assert Source.objects.count() == 1


def test_who_is_not_there_is_told_so_and_who_cannot_be_reached_is_tried_again(web, work, steward, stranger):
    steward.post("/desk/sources", {"address": "@ghost@elsewhere.example"})
    work()
    assert "Not found" in steward.get("/desk/sources").content.decode()
    web.pages["https://down.example/u/1"] = FetchFailed("no answer")
    steward.post("/desk/sources", {"address": "https://down.example/u/1"})
    work()
    assert Errand.objects.get(kind="federation.listen", state="ready").attempts == 1
    web.pages["https://inside.example/u/1"] = FetchRefused("a private address")
    steward.post("/desk/sources", {"address": "https://inside.example/u/1"})
    work()
    assert Source.objects.get(address="https://inside.example/u/1").problem == "a private address"


def test_a_webfinger_that_leads_to_somebody_elses_key_gives_nobody(stranger, web, work, steward):
    """The document must stand at the address it names itself."""
    speaker = group_of(stranger)
    finger(stranger, speaker)
    web.pages[speaker.uri] |= {"id": "https://victim.example/u/1"}
    steward.post("/desk/sources", {"address": "@riparatori@elsewhere.example"})
    work()
    assert Source.objects.get().problem and not Following.objects.exists()
