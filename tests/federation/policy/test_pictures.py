"""Pictures and files of other nodes: what is read, what gets a copy here, what is refused, and what goes again."""

from __future__ import annotations

import json

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from cop.models import Proposal
from federation import catalogue, http, storeroom
from federation.audiences import PUBLIC
from federation.digest import of_origin
from federation.documents import content_hash
from federation.guard import FetchRefused
from federation.http import Fetched, FetchFailed
from federation.models import Actor, Attachment, AudienceKey, Document, Node, Publication
from federation.signatures import sign_cavage
from journal import Errand
from tests.gatherings import Camden
from tests.pictures import ALT, SECRET, bomb, need, paper, picture, telling_photograph, upload

PHOTO, PAPER = "https://hackney.example/media/abcdefghjkmn.webp", "https://hackney.example/media/nmkjhgfedcba.pdf"
IMAGE = {
    "type": "Image", "mediaType": "image/webp", "url": PHOTO, "name": "A long table", "caption": "Clissold Park",
    "width": 4000, "height": 3000,
}  # fmt: skip
LEAFLET = {"type": "Document", "mediaType": "application/pdf", "url": PAPER, "name": "The leaflet"}


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


@pytest.fixture
def dana(peer):
    return peer.somebody("people/dana", name="Dana")


def found(data: bytes, media_type: str = "image/webp", status: int = 200, url: str = PHOTO) -> Fetched:
    return Fetched(url, status, media_type, data, {})


def published(peer, dana, *attached, **more) -> Proposal:
    peer.does(dana, "Create", peer.note(dana, attachment=list(attached), **more))
    return Proposal.objects.filter(node__isnull=False).first()


def page_of(client, row=None) -> str:
    row = row or Proposal.objects.get(node__isnull=False)
    return client.get(row.get_absolute_url()).content.decode()


def test_a_neighbour_s_picture_is_shown_from_a_copy_written_anew(peer, dana, web, client, work):
    web.pages[PHOTO] = found(telling_photograph())
    published(peer, dana, IMAGE, LEAFLET)
    work()
    photo, leaflet = Attachment.objects.all()
    assert (photo.alt, photo.name, photo.width, photo.height) == ("A long table", "Clissold Park", 400, 640)
    assert (leaflet.kind, leaflet.name, leaflet.path) == ("file", "The leaflet", "")
    page = page_of(client)
    assert f'src="{photo.path}"' in page and 'alt="A long table"' in page and "Clissold Park</figcaption>" in page
    assert f'<a href="{PAPER}" rel="nofollow noopener noreferrer ugc" dir="auto">The leaflet</a>' in page
    shown = client.get(photo.path)
    assert shown["Content-Type"] == "image/webp" and SECRET.encode() not in shown.content
    assert PAPER not in web.asked, "files are read where they live"


def test_until_it_is_fetched_there_are_its_words_and_a_link(peer, dana, web, client, work):
    web.pages[PHOTO] = FetchFailed(f"{PHOTO}: no answer within 10 seconds")
    published(peer, dana, IMAGE)
    work()
    page = page_of(client)
    assert "A long table" in page and f'href="{PHOTO}"' in page and "<img src" not in page.partition("<main")[2]
    assert Errand.objects.get(kind="federation.fetch_picture").state == "ready", "to be tried again"


@pytest.mark.parametrize(
    "page",
    [
        found(b"\0" * 5_000_001),
        found(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        found(paper()),
        found(picture()[:500]),
        found(bomb()),
        found(b""),
        found(picture(), status=404),
        found(picture(), status=302),
        FetchRefused(f"{PHOTO}: Content-Type: expected image/webp, got 'text/html'"),
    ],
    ids=["too large", "svg", "pdf", "truncated", "bomb", "empty", "not found", "redirect", "wrong type"],
)
def test_what_is_no_picture_stays_a_link(peer, dana, web, client, work, page):
    web.pages[PHOTO] = page
    published(peer, dana, IMAGE)
    work()
    assert Attachment.objects.get().file == ""
    assert Errand.objects.get(kind="federation.fetch_picture").state == "done", "no use trying again"
    assert f'href="{PHOTO}"' in page_of(client)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/desk/",
        "http://169.254.169.254/latest/meta-data/",
        "https://[::1]/x.png",
        "https://localhost/",
    ],
)
def test_a_picture_inside_our_network_is_not_asked_for(peer, dana, work, url, monkeypatch, settings):
    """The edge is real here: the guard itself refuses."""
    settings.ALLOW_PRIVATE_ADDRESSES = False
    published(peer, dana, IMAGE | {"url": url})
    monkeypatch.setattr(http, "fetch", lambda url, **how: http.run(http.get_json(url, **how)))
    work()
    assert Errand.objects.get(kind="federation.fetch_picture").state == "done", "refused for good, not tried again"
    assert Attachment.objects.get().file == ""


@pytest.mark.parametrize(
    "attached",
    [
        "https://a.example/x.png",
        {"type": "Link", "href": "https://a.example/"},
        {"type": "Video", "mediaType": "video/mp4", "url": "https://a.example/x.mp4"},
        {"type": "Document", "mediaType": "text/html", "url": "https://a.example/x.html"},
        {"type": "Image", "mediaType": "image/svg+xml", "url": "https://a.example/x.svg"},
        {"type": "Image", "url": "javascript:alert(1)"},
        {"type": "Image", "url": "https://a.example/" + "x" * 3000},
        {"type": "Image", "url": ["https://a.example/x.png"] * 3, "width": "wide"},
        {"type": "Image"},
        {"type": "Image", "url": {"href": {}}},
        {"type": ["Image"], "name": {}, "url": "https://a.example/x.png"},
        None,
        7,
    ],
)
def test_what_cannot_be_used_is_left_out_and_costs_nothing_else(peer, dana, outcomes, attached):
    published(peer, dana, attached, LEAFLET)
    assert outcomes() == ["need read"]
    assert Attachment.objects.filter(url=PAPER).count() == 1 and Attachment.objects.count() <= 2


def test_six_are_kept_of_one_thing_each_once(peer, dana, outcomes):
    many = [IMAGE | {"url": f"https://hackney.example/{number % 12}.png"} for number in range(20)]
    published(peer, dana, *many)
    assert outcomes() == ["need read"] and Attachment.objects.count() == 6


def test_mastodon_s_way_to_attach_is_read(peer, dana, web, work):
    web.pages["https://files.example/1.jpg"] = found(picture(), "image/jpeg")
    published(
        peer, dana, {"type": "Document", "mediaType": "image/jpeg", "url": "https://files.example/1.jpg", "name": None}
    )
    work()
    photo = Attachment.objects.get()
    assert (photo.kind, photo.alt, bool(photo.file)) == ("picture", "", True)


def test_a_picture_in_an_answer_is_shown_in_the_thread(camden, peer, dana, web, client, work):
    """From Mastodon, say, where pictures come with most of what is written."""
    web.pages[PHOTO] = found(picture())
    row = need(camden)
    note = {
        "id": f"{peer.origin}/notes/1",
        "type": "Note",
        "attributedTo": dana.uri,
        "to": [PUBLIC],
        "inReplyTo": row.uri,
    }
    peer.does(dana, "Create", note | {"content": "<p>This one?</p>", "attachment": [IMAGE | {"type": "Document"}]})
    work()
    assert f'src="{Attachment.objects.get().path}"' in page_of(client, row)


def test_a_change_keeps_the_copies_of_what_stays_and_erases_the_rest(peer, dana, web, work):
    second = IMAGE | {"url": "https://hackney.example/media/second.webp", "name": "A short table"}
    web.pages |= {PHOTO: found(picture()), second["url"]: found(picture(size=(50, 50)))}
    published(peer, dana, IMAGE, second)
    work()
    gone, stays = Attachment.objects.all()
    asked = len(web.asked)
    peer.does(dana, "Update", peer.note(dana, attachment=[second | {"name": "A round table"}], version=2))
    work()
    kept = Attachment.objects.get()
    assert (kept.alt, kept.position, kept.file.name, kept.public_id) == (
        "A round table", 0, stays.file.name, stays.public_id,
    )  # fmt: skip
    assert len(web.asked) == asked, "the copy is not fetched again"
    assert not default_storage.exists(gone.file.name) and default_storage.exists(kept.file.name)


def test_withdrawn_there_its_copy_is_erased_here(peer, dana, web, client, work):
    web.pages[PHOTO] = found(picture())
    published(peer, dana, IMAGE)
    work()
    photo = Attachment.objects.get()
    peer.does(dana, "Delete", {"id": f"{peer.origin}/needs/1", "type": "Tombstone", "version": 2})
    work()
    assert not Attachment.objects.exists()
    assert client.get(photo.path).status_code == 404 and not default_storage.exists(photo.file.name)


def test_of_a_blocked_node_nothing_is_shown(peer, dana, web, client, work):
    web.pages[PHOTO] = found(picture())
    published(peer, dana, IMAGE)
    work()
    path = Attachment.objects.get().path
    assert client.get(path).status_code == 200
    Node.objects.filter(origin=peer.origin).update(blocked_at=timezone.now())
    assert client.get(path).status_code == 404


def test_of_those_who_are_no_neighbours_no_copy_is_made(peer, dana, web, client, work):
    """Those we have invited are heard already, and shown; their pictures are links until they are neighbours."""
    Node.objects.filter(origin=peer.origin).update(peering=Node.Peering.INVITED)
    published(peer, dana, IMAGE)
    work()
    assert PHOTO not in web.asked and Attachment.objects.get().file == ""


def test_the_oldest_copies_make_room_for_new_ones(peer, dana, web, work, monkeypatch):
    monkeypatch.setattr(storeroom, "MOST_COPIED", 1)
    second = IMAGE | {"url": "https://hackney.example/media/second.webp"}
    web.pages |= {PHOTO: found(picture()), second["url"]: found(picture())}
    published(peer, dana, IMAGE, second)
    work()
    assert {each.file.name for each in Attachment.objects.all()} == {""}
    assert {each.path for each in Attachment.objects.all()} == {""}


def test_the_view_is_provably_the_same_with_what_is_attached(camden, peer, web, work):
    """What we publish with a picture, taken in as it is sent, hashes to the same on the other side."""
    need(camden, new_file_0=upload(picture()), new_alt_0=ALT)
    work()
    ours = Publication.objects.get(kind="need")
    sent = next(each for each in catalogue.page(0)["orderedItems"] if each["id"] == ours.uri)
    assert sent["attachment"][0]["name"] == ALT and content_hash(sent) == ours.content_hash
    elsewhere = json.loads(json.dumps(sent).replace("http://127.0.0.1:8000", peer.origin))
    dana = peer.somebody("groups/elsewhere", "Group", name="Elsewhere")
    peer.does(dana, "Create", elsewhere | {"attributedTo": dana.uri})
    work()
    held = Document.objects.get(uri=elsewhere["id"])
    assert held.content_hash == content_hash(json.loads(held.raw)) and of_origin(peer.origin)["count"] == 1
    assert Attachment.objects.get(thing_uri=held.uri).alt == ALT


def test_what_is_for_one_group_is_given_to_the_node_of_a_member_and_to_no_other(camden, peer, stranger, client, work):
    row = need(camden, audience="group", new_file_0=upload(picture()), new_alt_0=ALT)
    path = Attachment.objects.get().path
    url = f"http://127.0.0.1:8000{path}"

    def asked_by(other) -> int:
        signed = sign_cavage(other.node.private, other.node.keyid, "GET", url, None, None)
        return client.get(path, headers={"Host": "127.0.0.1:8000", **signed}).status_code

    assert asked_by(peer) == 404, "nobody there is in the group"
    dana = peer.somebody("people/dana", name="Dana")
    peer.does(dana, "Follow", camden.group.actor.uri)
    AudienceKey.objects.create(actor=Actor.objects.get(uri=dana.uri), audience=row.audience)
    assert asked_by(peer) == 200
    assert asked_by(stranger) == 404 and client.get(path).status_code == 404
