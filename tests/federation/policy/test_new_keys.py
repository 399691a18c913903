"""Another SECRET_KEY, and other keys of actors: nobody falls silent, and the earlier ones are good for nothing."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from cop.actions.people import change_page, person_of
from federation import actors, http, keys, rotation
from federation.http import Answer
from federation.models import Activity, Actor, Delivery, Publication
from federation.signatures import SignatureRefused, verify_request
from tests.gatherings import Camden

EARLIER, PRESENT = "an earlier secret of this node", "the present secret of this node"


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


def keys_command(*arguments: str) -> str:
    said = StringIO()
    call_command("keys", *arguments, stdout=said)
    return said.getvalue()


def sealed_by(secret: str, settings) -> None:
    """Every actor of ours has keys, sealed with that secret."""
    settings.SECRET_KEY = secret
    for actor in Actor.objects.filter(node__isnull=True):
        actors.with_keys(actor)


def opens(actor: Actor) -> bool:
    actor.refresh_from_db()
    try:
        keys.load_private(keys.open_sealed(actor.rsa_private))
        keys.load_private(keys.open_sealed(actor.ed25519_private))
    except keys.SealBroken:
        return False
    return True


def test_what_an_earlier_secret_sealed_is_sealed_anew(camden, settings):
    settings.SECRET_KEY = EARLIER
    group, alice = actors.with_keys(camden.group.actor), actors.with_keys(camden.alice)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = PRESENT, [EARLIER]
    node = actors.with_keys(actors.this_node().actor)
    before = group.rsa_public, keys.open_sealed(group.rsa_private)
    assert "Sealed anew the keys of 2 actors; those of 1" in keys_command("reseal")
    settings.SECRET_KEY_FALLBACKS = []
    assert all(map(opens, (group, alice, node)))
    assert (group.rsa_public, keys.open_sealed(group.rsa_private)) == before, "they are the same keys"
    assert "Sealed anew the keys of 0 actors; those of 3" in keys_command("reseal")


def test_stopped_in_the_middle_it_goes_on_from_there(camden, settings, monkeypatch):
    settings.SECRET_KEY = EARLIER
    for actor in (camden.group.actor, camden.alice, camden.bob):
        actors.with_keys(actor)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = PRESENT, [EARLIER]
    real, done = keys.resealed, []

    def killed_after_one(sealed: str) -> str:
        if len(done) == 3:  # one actor has two keys
            raise KeyboardInterrupt
        done.append(sealed)
        return real(sealed)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(keys, "resealed", killed_after_one)
        rotation.reseal()
    assert "Sealed anew the keys of 2 actors; those of 1" in keys_command("reseal")


def test_keys_whose_secret_is_lost_are_named_and_the_others_sealed_all_the_same(camden, settings):
    settings.SECRET_KEY = "a secret nobody knows any more"
    lost = actors.with_keys(camden.group.actor)
    settings.SECRET_KEY = EARLIER
    actors.with_keys(camden.alice)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = PRESENT, [EARLIER]
    with pytest.raises(CommandError, match=f"1 actors open with no SECRET_KEY.*: {lost.handle}.*keys rotate"):
        keys_command("reseal")
    settings.SECRET_KEY_FALLBACKS = []
    assert opens(camden.alice) and not opens(lost)
    assert f"{lost.handle} signs with new keys" in keys_command("rotate", lost.handle)
    assert opens(lost)


def signed_by_the_earlier(actor: Actor) -> tuple[str, dict[str, str]]:
    from federation.outbound.signing import signer_for

    url = "https://hackney.example/inbox"
    return url, {"Host": "hackney.example", **signer_for(actor)("POST", url, b"{}")}


def test_a_group_signs_with_new_keys_and_everybody_is_told(camden, peer, work):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Follow", camden.group.uri)
    work()
    group = camden.group.actor
    url, earlier = signed_by_the_earlier(group)
    group.refresh_from_db()
    before, version = group.rsa_public, Publication.objects.get(uri=group.uri).version
    keys_command("rotate", group.handle)
    work()
    group.refresh_from_db()
    asked = Client().get(f"/groups/{camden.group.public_id}", headers={"Accept": "application/activity+json"})
    document = asked.json()
    assert document["publicKey"]["publicKeyPem"] == group.rsa_public != before
    assert Publication.objects.get(uri=group.uri).version == document["version"] == version + 1
    told = Activity.objects.get(type="Update", actor=group)
    assert json.loads(told.body)["object"]["publicKey"]["publicKeyPem"] == group.rsa_public
    assert f"{peer.origin}/inbox" in told.deliveries.values_list("inbox", flat=True)
    with pytest.raises(SignatureRefused):
        look_up = lambda _: keys.load_public(group.rsa_public)  # noqa: E731
        verify_request("POST", "/inbox", earlier, b"{}", look_up, origin="https://hackney.example")
    assert url


def test_the_node_and_its_topics_tell_of_new_keys_as_well(camden, peer, work):
    dana = peer.somebody("people/dana")
    peer.does(dana, "Follow", f"{settings.ORIGIN}/topics/housing")
    work()
    topic, node = Actor.objects.get(uri=f"{settings.ORIGIN}/topics/housing"), actors.this_node().actor
    keys_command("rotate", topic.handle, "node")
    work()
    for actor in (topic, node):
        actor.refresh_from_db()
        told = json.loads(Activity.objects.get(type="Update", actor=actor).body)["object"]
        assert told["publicKey"]["publicKeyPem"] == actor.rsa_public
        assert told["name"], "the whole of it, as others replace what they hold"


def test_who_shows_no_page_tells_nobody(camden, peer, work):
    actors.with_keys(camden.alice)
    keys_command("rotate", camden.alice.handle)
    work()
    assert not Activity.objects.filter(actor=camden.alice).exists()
    change_page(person_of(camden.alice), {"name": "Alice", "is_public": True})


def test_all_are_those_that_have_keys(camden):
    actors.with_keys(camden.group.actor)
    before = Actor.objects.get(pk=camden.group.actor.pk).rsa_public
    with_keys = Actor.objects.filter(node__isnull=True).exclude(rsa_private="", ed25519_private="").order_by("pk")
    expected = [f"{actor.handle} signs with new keys." for actor in with_keys]
    assert keys_command("rotate", "--all").splitlines() == expected
    assert 0 < len(expected) < Actor.objects.filter(node__isnull=True).count()
    assert Actor.objects.get(pk=camden.group.actor.pk).rsa_public != before


def test_a_handle_nobody_has_changes_nothing(camden):
    group = actors.with_keys(camden.group.actor)
    for arguments in ((group.handle, "nobody-of-this-name"), (), ("--all", group.handle)):
        with pytest.raises(CommandError, match=r"nobody-of-this-name|handles"):
            keys_command("rotate", *arguments)
    assert Actor.objects.get(pk=group.pk).rsa_public == group.rsa_public


def test_a_message_that_is_answered_401_is_sent_again(camden, peer, work, monkeypatch):
    """Their server has asked for a key of ours a moment ago, and asks again only in some minutes."""
    dana = peer.somebody("people/dana")
    asked: list[str] = []

    async def post(url, body, headers, **_how):
        asked.append("rfc9421" if "Signature-Input" in headers else "cavage")
        return Answer(401 if len(asked) < 4 else 202, {}, "")

    monkeypatch.setattr(http, "post", post)
    peer.does(dana, "Follow", camden.group.uri)
    for _ in range(3):
        Delivery.objects.update(due_at=timezone.now())
        work()
    assert asked[:4] == ["cavage", "rfc9421", "cavage", "rfc9421"], "both ways to sign, and both again"
    assert Delivery.objects.get(activity__type="Accept").state == "done"
