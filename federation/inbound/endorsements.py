"""Like and Announce of things of ours: counted, and taken back by who gave them."""

from __future__ import annotations

from federation import audiences, types
from federation.inbound.verbs import Incoming, Refused, verb
from federation.models import Endorsement


@verb("Like")
@verb("EmojiReact")
def liked(incoming: Incoming) -> str:
    """Also Misskey's and Pleroma's little pictures: which one it is does not count."""
    obj = incoming.activity.get("object")
    uri = obj.get("id") if isinstance(obj, dict) else obj
    if not isinstance(uri, str):
        raise Refused("object: expected an address")
    return count(incoming, uri, Endorsement.Kind.LIKE)


def count(incoming: Incoming, uri: str, kind: Endorsement.Kind) -> str:
    """One a person and thing, however often they say so. What is not for everyone is not there for strangers."""
    found = types.locate(uri)
    if found is None or not found[1].is_ours or found[1].withdrawn_at is not None:
        return "about nothing of ours: not counted"
    if found[1].audience != audiences.PUBLIC:
        return "about nothing of ours: not counted"
    Endorsement.objects.update_or_create(
        uri=uri, kind=kind, actor=incoming.actor, defaults={"activity_uri": incoming.uri}
    )
    return f"counted: {kind}"


@verb("Undo", of="Like")
@verb("Undo", of="EmojiReact")
@verb("Undo", of="Announce")
def taken_back(incoming: Incoming) -> str:
    """Only by whoever gave it, whatever the embedded copy claims."""
    inner = incoming.inner or {}
    theirs = Endorsement.objects.filter(actor=incoming.actor)
    obj = inner.get("object")
    uri = obj.get("id") if isinstance(obj, dict) else obj
    kind = Endorsement.Kind.ANNOUNCE if inner.get("type") == "Announce" else Endorsement.Kind.LIKE
    gone, _by_kind = theirs.filter(activity_uri=str(inner.get("id"))).delete()
    if not gone and isinstance(uri, str):
        gone, _by_kind = theirs.filter(uri=uri, kind=kind).delete()
    return "counted no more" if gone else "nothing of theirs to undo"
