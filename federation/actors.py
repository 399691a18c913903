"""Making our actors, describing them, and reading theirs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.text import slugify

from federation import identity, keys, room
from federation.documents import CONTEXT
from federation.fetching import Gone, get_document, get_json_object
from federation.models import Actor, Node, ThisNode
from federation.reader import BadField, Reader
from federation.values import as_list

if TYPE_CHECKING:
    from accounts.models import User

Json = dict[str, Any]
HANDLE_TRIES = 5
ED25519_MULTIKEY = "z6Mk"  # Mitra names its RSA key in the same list, first
ACTOR_TYPES = frozenset(Actor.Type.values)


def free_handle(wanted: str) -> str:
    """A handle nobody on this node has, as close to `wanted` as can be: letters, digits and hyphens, at most 40."""
    base = re.sub(r"[^a-z0-9-]", "", slugify(wanted))[:40].strip("-") or "group"
    taken = set(
        Actor.objects.filter(node__isnull=True)
        .annotate(lower=Lower("handle"))
        .filter(lower__startswith=base)
        .values_list("lower", flat=True)
    )
    if base not in taken:
        return base
    return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)


def make_actor(type_: Actor.Type, uri: str, *, handle: str, name: str = "", user: User | None = None) -> Actor:
    """An actor of ours. Its keys are made when first needed, since an RSA pair costs a tenth of a second.

    Raises IntegrityError for a `uri` or `user` that has one already.
    """
    actor = Actor(
        uri=uri,
        type=type_,
        name=name[:200],
        inbox=f"{uri}/inbox",
        shared_inbox=f"{settings.ORIGIN}/inbox",
        user=user,
        read_at=timezone.now(),
    )
    for again in range(HANDLE_TRIES):
        actor.handle = free_handle(handle)
        try:
            with transaction.atomic():
                actor.save(force_insert=True)
            break
        except IntegrityError:  # somebody may have taken the handle since we looked
            if again == HANDLE_TRIES - 1:
                raise
    return actor


def for_user(user: User) -> Actor:
    """The actor a person acts with, made at first need. Its handle is random: it says nothing about them."""
    held = user._state.fields_cache.get("actor")  # as `config.backends` has read it with the person
    found = held or Actor.objects.filter(user=user).first()
    if found:
        return found
    public_id = identity.new_public_id()
    uri = identity.new_uri("people", public_id)
    try:
        return make_actor(Actor.Type.PERSON, uri, handle=f"p-{public_id}", user=user)
    except IntegrityError:  # another request of theirs was first
        return Actor.objects.get(user=user)


def one_at_a_time(actor: Actor) -> None:
    """Whoever else asks this for the same actor waits until our transaction has ended: for rules that count rows.

    Rows that only refer to the actor are written meanwhile.
    """
    Actor.objects.select_for_update(no_key=True).only("pk").filter(pk=actor.pk).first()


def this_node() -> ThisNode:
    """This node's own row, made with its actor at first need."""
    found = ThisNode.objects.select_related("actor").first()
    if found:
        return found
    with transaction.atomic():
        uri = f"{settings.ORIGIN}/actor"
        name = settings.NODE_NAME or urlsplit(settings.ORIGIN).netloc
        actor = Actor.objects.filter(uri=uri).first()
        actor = actor or make_actor(Actor.Type.APPLICATION, uri, handle="node", name=name)
        return ThisNode.objects.get_or_create(id=1, defaults={"actor": actor, "name": name})[0]


def with_keys(actor: Actor) -> Actor:
    """The same actor of ours, with both key pairs made if they were not. Safe to call from several workers at once."""
    actor = with_proof_key(actor)
    if actor.rsa_private:
        return actor
    actor.refresh_from_db()  # somebody else may have made them since: a pair costs a tenth of a second
    if not actor.rsa_private:
        Actor.objects.filter(pk=actor.pk, rsa_private="").update(**_new_rsa(actor))
        actor.refresh_from_db()
    return actor


def with_proof_key(actor: Actor) -> Actor:
    """The same, with the pair alone that proofs are made with: that takes no time worth speaking of."""
    if actor.ed25519_private:
        return actor
    Actor.objects.filter(pk=actor.pk, ed25519_private="").update(**_new_ed25519(actor))
    actor.refresh_from_db()
    return actor


def new_keys(actor: Actor) -> Json:
    """Columns of an actor of ours with two new pairs, whatever it has now."""
    return _new_rsa(actor) | _new_ed25519(actor)


def _new_rsa(actor: Actor) -> Json:
    made = keys.make_rsa()
    return {
        "rsa_key_id": f"{actor.uri}#main-key",
        "rsa_public": made.public_pem,
        "rsa_private": keys.seal(made.private_pem),
        "keys_read_at": timezone.now(),
    }


def _new_ed25519(actor: Actor) -> Json:
    made = keys.make_ed25519()
    return {
        "ed25519_key_id": f"{actor.uri}#ed25519-key",
        "ed25519_public": keys.encode_multikey(keys.load_public(made.public_pem)),
        "ed25519_private": keys.seal(made.private_pem),
    }


def properties(actor: Actor) -> Json:
    """What every actor document of ours carries, whatever its kind (ActivityPub 4.1, FEP-521a)."""
    actor = with_keys(actor)
    return {
        "preferredUsername": actor.handle,
        "inbox": actor.inbox,
        "outbox": f"{actor.uri}/outbox",
        "followers": f"{actor.uri}/followers",
        "following": f"{actor.uri}/following",
        "endpoints": {"sharedInbox": actor.shared_inbox},
        **public_keys(actor),
    }


def public_keys(actor: Actor) -> Json:
    """The keys of an actor of ours that has them: what its signatures are checked by, also once it is gone."""
    return {
        "publicKey": {"id": actor.rsa_key_id, "owner": actor.uri, "publicKeyPem": actor.rsa_public},
        "assertionMethod": [
            {
                "id": actor.ed25519_key_id,
                "type": "Multikey",
                "controller": actor.uri,
                "publicKeyMultibase": actor.ed25519_public,
            }
        ],
    }


def bare_document(actor: Actor) -> Json:
    """What must be told of any actor of ours so that its signatures can be checked and answers reach it; no more."""
    return {"@context": CONTEXT, "id": actor.uri, "type": actor.type, "discoverable": False, **properties(actor)}


def hear_of(uri: str) -> Actor:
    """The row for an actor somebody mentioned; theirs is made empty and read when needed.

    Raises ValueError for an address that is no http(s) address, or one of ours that does not exist.
    """
    found = Actor.objects.filter(uri=uri).select_related("node").first()
    if found:
        return found
    if identity.is_ours(uri):
        raise ValueError(f"no such actor on this node: {uri[:200]}")
    identity.fits("actor", uri)
    node = hear_of_node(uri)
    room.require_for_actor(uri, node)
    return Actor.objects.get_or_create(uri=uri, defaults={"node": node})[0]


def hear_of_node(uri: str) -> Node:
    """The row of the server an address is on, made at first hearing. Raises ValueError as `origin_of` does."""
    if identity.is_ours(uri):
        raise ValueError(f"{uri[:200]} is on this node itself")
    return Node.objects.get_or_create(origin=identity.origin_of(uri))[0]


def read(doc: Json, node: Node) -> Actor:
    """Store what an actor of theirs says of itself. The caller has made sure that `doc` came from `node` itself.

    Raises BadField; an actor of another origin, or one whose keys belong to somebody else, is refused.
    """
    reader = Reader(doc)
    uri = identity.fits("id", reader.uri("id", required=True))
    if identity.origin_of(uri) != node.origin:
        raise BadField("id", uri, f"an address on {node.origin}")
    type_ = reader.choice("type", ACTOR_TYPES)
    inbox = identity.fits("inbox", reader.url("inbox", required=True))
    shared_inbox = _shared_inbox(doc, node)
    if identity.origin_of(inbox) != node.origin:
        raise BadField("inbox", inbox, f"an address on {node.origin}")
    room.require_for_actor(uri, node)
    actor, _ = Actor.objects.update_or_create(
        uri=uri,
        node=node,
        defaults={
            "type": type_,
            "handle": reader.text("preferredUsername", 64),
            "name": (reader.text("name", 200) or reader.text("preferredUsername", 200)),
            "inbox": inbox,
            "shared_inbox": shared_inbox,
            "read_at": timezone.now(),
            "gone_at": None,
            **_keys(doc, uri),
        },
    )
    return actor


def _shared_inbox(doc: Json, node: Node) -> str:
    endpoints = doc.get("endpoints")
    if not isinstance(endpoints, dict) or "sharedInbox" not in endpoints:
        return ""
    address = Reader(endpoints).url("sharedInbox")
    return address if address and identity.origin_of(identity.fits("sharedInbox", address)) == node.origin else ""


def _keys(doc: Json, uri: str) -> Json:
    """RSA and Ed25519 keys of an actor document. A key that names another owner is not theirs to give."""
    found: Json = {"rsa_key_id": "", "rsa_public": "", "ed25519_key_id": "", "ed25519_public": ""}
    for key in _listed(doc.get("publicKey")):
        if key.get("owner") == uri and isinstance(key.get("publicKeyPem"), str):
            _usable("publicKeyPem", key["publicKeyPem"])
            found |= {"rsa_key_id": _key_id("publicKey", key, uri), "rsa_public": key["publicKeyPem"]}
            break
    for key in _listed(doc.get("assertionMethod")):
        multibase = str(key.get("publicKeyMultibase", ""))[:100]
        if key.get("controller") == uri and key.get("type") == "Multikey" and multibase.startswith(ED25519_MULTIKEY):
            _usable("publicKeyMultibase", multibase)
            found |= {"ed25519_key_id": _key_id("assertionMethod", key, uri), "ed25519_public": multibase}
            break
    if found["rsa_public"] or found["ed25519_public"]:
        found["keys_read_at"] = timezone.now()
    return found


def _key_id(field: str, key: Json, owner: str) -> str:
    """The key's own name. With a name on another server it would stand in the way of whoever that belongs to."""
    name = identity.fits(f"{field}.id", str(key.get("id", "")))
    if identity.origin_of(name) != identity.origin_of(owner):
        raise BadField(f"{field}.id", name, f"an address on {identity.origin_of(owner)}")
    return name


def _usable(field: str, text: str) -> None:
    try:
        keys.load_public(text)
    except keys.BadKey as bad:
        raise BadField(field, text[:40], str(bad)) from bad


def _listed(value: Any) -> list[Json]:
    return [item for item in as_list(value)[:20] if isinstance(item, dict)]


def fetch(uri: str) -> Actor:
    """Ask an actor's own server who it is, signed by our node. Never call inside a transaction.

    `uri` may be the address of a key: with a fragment, or of a bare key document naming its owner on the same server.
    Raises as `fetching.get_document`.
    """
    from federation.outbound.signing import fetch_signer  # signing needs actors

    address = uri.split("#", 1)[0]
    sign = fetch_signer()
    try:
        doc = get_json_object(address, sign)
    except Gone as gone:
        return _last_seen(address, gone)
    owner = doc.get("owner")
    if "publicKeyPem" in doc and isinstance(owner, str) and owner != doc.get("id"):
        if identity.origin_of(owner) != identity.origin_of(address):
            raise BadField("owner", owner, f"an actor on {identity.origin_of(address)}")
        return read(get_document(owner, sign), hear_of_node(owner))
    if doc.get("id") not in {address, uri}:
        raise BadField("id", doc.get("id"), address)
    return read(doc, hear_of_node(address))


def _last_seen(uri: str, gone: Gone) -> Actor:
    """An actor of theirs that is no longer there, by the keys on its tombstone. Raises `gone` when it has none.

    What it said before, or says in farewell, may reach us after that: our nodes leave the keys for it.
    """
    doc = gone.tombstone or {}
    found = _keys(doc, uri)
    if doc.get("id") != uri or not found["rsa_public"]:
        raise gone
    node = hear_of_node(uri)
    room.require_for_actor(uri, node)
    known = {"node": node, "gone_at": timezone.now(), "read_at": timezone.now(), **found}
    return Actor.objects.update_or_create(uri=uri, defaults=known)[0]
