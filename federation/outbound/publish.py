"""What was published, changed or withdrawn here goes on the record of our public objects and out to the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from federation import audiences, restrictions, types
from federation.documents import bucket_of, content_hash
from federation.models import Actor, Following, Publication, PublicationCounter
from federation.outbound import say
from journal import hold, reaction

if TYPE_CHECKING:
    from journal.models import Errand

Json = dict[str, Any]


@reaction("federation.publish", to=("*.published", "*.changed", "*.withdrawn"), origin="here")
def publish(errand: Errand) -> None:
    """Tell the others how a thing of ours now stands. Safe to run twice or late: it compares, it does not replay."""
    entry = errand.entry
    if entry is not None:
        publish_uri(entry.uri)


def publish_uri(uri: str) -> None:
    """Compare a thing of ours with what was last published, and say the difference. Inside a transaction."""
    hold(uri)
    found = types.locate(uri)
    if found is None:
        return
    type_, row = found
    if not row.is_ours or not type_.shared or row.audience == audiences.this_node():
        return
    last = Publication.objects.filter(uri=uri).first()
    silenced = type_.is_actor and restrictions.is_suspended(row.actor)
    if not type_.may_speak(row) or (not silenced and restrictions.is_off_the_network(row)):
        if last is not None and not last.tombstone:
            _raise_above(row, last)
            _withdraw(type_, row, last)
        return
    row = type_.silence(row) if silenced else row
    doc = type_.document(row)
    digest = content_hash(doc)
    if last is not None and not last.tombstone and last.content_hash == digest:
        return
    if last is not None and row.version <= last.version:
        _raise_above(row, last)
        doc = type_.document(row)
        digest = content_hash(doc)
    _remember(type_.kind_of(row), row, doc, digest, tombstone=False)
    verb = "Create" if last is None or last.tombstone else "Update"
    if silenced or type_.is_hidden(row):
        say.erase(uri)
    say.supersede(uri)
    say.say(row.actor, verb, doc, _recipients(type_, row, last), to=doc["to"], cc=doc.get("cc"))
    if verb == "Create" and row.audience == audiences.PUBLIC:
        _announce(doc.get("topics", []) if type_.topics_of(row) else [], row.uri)


def _raise_above(row: Any, last: Publication) -> None:
    """What is kept from others by a steward, and what comes back, is news to them: it has a version of its own. The
    action behind it changed no word of the thing itself, so its version is raised here, where it is told."""
    if row.version > last.version:
        return
    held = type(row).objects.select_for_update().only("pk", "version").get(pk=row.pk)
    row.version = max(held.version, last.version + 1)
    type(row).objects.filter(pk=row.pk).update(version=row.version)


def _withdraw(type_: types.FederatedType, row: Any, last: Publication) -> None:
    tombstone = type_.tombstone(row)
    to = types.addressing(row.audience, row.actor)
    _remember(last.kind, row, tombstone, content_hash(tombstone), tombstone=True)
    say.erase(row.uri)
    told_before = say.told_before(row.uri)
    inboxes = [*_recipients(type_, row, last), *told_before]
    say.say(row.actor, "Delete", tombstone, inboxes, to=to["to"], cc=to.get("cc"))


def _recipients(type_: types.FederatedType, row: Any, last: Publication | None) -> list[str]:
    """Who hears what it says now. Of what is for one group that is its members alone, whoever was told before; what
    is for everyone also goes wherever an earlier word of it went, and to nodes that read it in our catalogue and are
    no neighbours any more. Its kind may know of more."""
    more = type_.hears(row)
    if row.audience != audiences.PUBLIC:
        return [*say.readers_of(row.audience), *more]
    have_it = [*say.told_before(row.uri), *(say.readers_of_catalogue(last.position) if last is not None else ())]
    return [*say.neighbours(), *say.followers_of(row.actor), *have_it, *more]


def _remember(kind: str, row: Any, doc: Json, digest: str, *, tombstone: bool) -> None:
    Publication.objects.update_or_create(
        uri=row.uri,
        defaults={
            "kind": kind,
            "position": next_position(),
            "version": row.version,
            "content_hash": digest,
            "bucket": bucket_of(row.uri),
            "public": row.audience == audiences.PUBLIC,
            "tombstone": tombstone,
            "document": json.dumps(doc, ensure_ascii=False, separators=(",", ":")),
            "changed_at": timezone.now(),
        },
    )


def next_position() -> int:
    """The next cursor value. The counter's row stays locked until the caller's transaction ends, so a reader who sees
    position n has seen or can see everything below n."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("positions are given inside a transaction")
    if not PublicationCounter.objects.filter(id=1).update(last=F("last") + 1):
        PublicationCounter.objects.get_or_create(id=1)
        PublicationCounter.objects.filter(id=1).update(last=F("last") + 1)
    return PublicationCounter.objects.values_list("last", flat=True).get(id=1)


def _announce(topics: list[str], uri: str) -> None:
    """Topic actors pass a new thing on to those who follow them from elsewhere in the fediverse, also those that what
    it says it is about lies under."""
    if not topics:
        return
    followed = Following.objects.filter(
        followed__uri__in=[topic_actor_uri(iri) for iri in topics], state=Following.State.ACCEPTED
    ).values("followed")
    for actor in Actor.objects.filter(pk__in=followed, node__isnull=True):
        to, cc = [audiences.PUBLIC], [f"{actor.uri}/followers"]
        say.say(actor, "Announce", uri, say.followers_of(actor), to=to, cc=cc)


def topic_actor_uri(iri: str) -> str:
    """The actor on this node that speaks for a topic: at its own address for one of this node, for one with a
    host-free name at that of its page here (blueprint 4.14). Nobody's address for one of elsewhere."""
    from django.conf import settings

    if iri.startswith(("https:", "http:")):
        return iri
    return f"{settings.ORIGIN}/topics/{iri.rsplit(':', 1)[-1]}"
