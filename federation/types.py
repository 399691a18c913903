"""A kind declares itself federated: one class with two explicit functions, registered in its own app.

Everything every kind shares (ids, ownership, versions, addressing) is done here and in `federation.inbound.objects`,
so that a kind only says how its own columns travel.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import connection
from django.db.models import Count, Value
from django.utils import timezone

from federation import audiences
from federation.documents import CONTEXT
from federation.values import as_list, write_instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from federation.models import Actor, Published
    from federation.reader import Reader

Json = dict[str, Any]


class StaysDocument(Exception):
    """A document that is understood and belongs to nothing known here: kept as it is, shown nowhere.

    `answers` is the address it waits for: once that is here, the document is read again.
    """

    def __init__(self, reason: str, answers: str = "") -> None:
        super().__init__(reason)
        self.answers = answers


class FederatedType:
    """How one model travels. Subclasses are stateless and registered once with `@register`."""

    kinds: ClassVar[tuple[str, ...]]
    model: ClassVar[type[Published]]
    type: ClassVar[str]
    additional_type: ClassVar[str] = ""
    also_reads: ClassVar[tuple[tuple[str, str], ...]] = ()
    is_actor: ClassVar[bool] = False
    shared: ClassVar[bool] = True  # part of the metropolitan view, so of catalogue and digest

    def to_object(self, row: Any) -> Json:
        """The kind's own properties; id, type, owner, audience, version and dates are added by `document`."""
        raise NotImplementedError

    def from_object(self, read: Reader) -> dict[str, Any]:
        """Column values from a document of theirs. Raises `BadField` naming what could not be read."""
        raise NotImplementedError

    def kind_of(self, row: Any) -> str:
        return self.kinds[0]

    def topics_of(self, row: Any) -> list[str]:
        """IRIs of the topics whose actors announce this row to their followers; none where no topic does."""
        return list(getattr(row, "topics", ()))

    def may_speak(self, row: Any) -> bool:
        """Whether the row is out in the open at all; a person without a public page is not."""
        return row.withdrawn_at is None

    def is_hidden(self, row: Any) -> bool:
        """Whether a row that is still out in the open shows nothing any more: what was said of it before is erased."""
        return False

    def silence(self, row: Any) -> Any:
        """An actor's row as it is told while stewards let it say nothing: kept, with no words of its own in it.

        A Delete would end an account or a group in other programs for good, and a suspension can be undone. Such a row
        `is_hidden`, and its document `discoverable: false`. For kinds that are actors.
        """
        raise NotImplementedError

    def stands_under(self, row: Any) -> Actor | None:
        """Whose talk a row is part of: that actor may take it out of there (FEP-1b12). None for what stands alone."""
        return None

    def place_of(self, row: Any) -> str:
        """The address of the thing a row is said about, here or not; empty for what stands alone."""
        return ""

    def hears(self, row: Any) -> list[str]:
        """Inboxes elsewhere that hear of this row beside neighbours and followers: those it speaks to."""
        return []

    def asks(self, row: Any) -> Actor | None:
        """Who can answer a row of ours, where it asks or answers somebody: they may say that it was seen."""
        return None

    def welcomes(self, read: Reader, sender: Actor) -> bool:
        """Whether a stranger's document is taken in all the same, because it answers or addresses somebody here."""
        return False

    def audience_of(self, read: Reader, owner: Actor) -> str:
        """The audience of a document of theirs where this kind knows one of its own; empty for the usual three."""
        return ""

    def settle(self, values: dict[str, Any], read: Reader) -> dict[str, Any]:
        """A last look at the column values, now with `actor` and `audience`, before they are written."""
        return values

    def after_arrival(self, row: Any, read: Reader) -> None:
        """Rows beside the main one, written in the same transaction (members of a group, say)."""

    def document(self, row: Any) -> Json:
        """The whole ActivityStreams document of a row of ours, ready to send."""
        doc: Json = {"@context": CONTEXT, "id": row.uri, "type": self.type}
        if self.additional_type:
            doc["additionalType"] = self.additional_type
        doc |= {
            "url": row.uri,
            "attributedTo": row.actor.uri,
            "published": write_instant(row.published_at),
            "updated": write_instant(row.updated_at),
            "version": row.version,
        }
        doc |= addressing(row.audience, row.actor)
        if self.is_actor:
            from federation.actors import properties  # the Actor model is not loaded yet when types are declared

            doc |= properties(row.actor)
        doc |= self.to_object(row)
        if not self.is_hidden(row):
            from federation import attaching  # likewise

            doc |= endorsed(row.uri)
            doc["attachment"] = [*doc.get("attachment", []), *(attaching.on_the_wire(row.uri) if row.pk else [])]
        return {key: value for key, value in doc.items() if value not in (None, "", [], {})}

    def tombstone(self, row: Any) -> Json:
        """What stands at the address of a row of ours that was withdrawn (ActivityPub 6.4)."""
        deleted = write_instant(row.withdrawn_at or timezone.now())
        return {"id": row.uri, "type": "Tombstone", "formerType": self.type, "version": row.version, "deleted": deleted}


def endorsed(uri: str) -> Json:
    """How many like a thing of ours and passed it on, where anybody did. Counters: no part of what makes a version."""
    from federation.models import Endorsement  # models are not loaded yet when types are declared

    shown = Endorsement.objects.filter(uri=uri).exclude(actor__node__blocked_at__isnull=False)
    counted = shown.order_by().values_list("kind").annotate(n=Count("pk"))
    names = {Endorsement.Kind.LIKE: "likes", Endorsement.Kind.ANNOUNCE: "shares"}
    return {names[Endorsement.Kind(kind)]: {"type": "Collection", "totalItems": n} for kind, n in counted}


def addressing(audience: str, speaker: Actor) -> Json:
    """`to` and `cc` for one of the three audiences. "This node" has none: it never leaves."""
    if audience == audiences.PUBLIC:
        return {"to": [audiences.PUBLIC], "cc": [f"{speaker.uri}/followers"]}
    return {"to": [audience]}


_BY_WIRE: dict[tuple[str, str], FederatedType] = {}
_BY_KIND: dict[str, FederatedType] = {}


def register(cls: type[FederatedType]) -> type[FederatedType]:
    """Make a kind known to the federation. Raises ValueError when two claim the same name."""
    instance = cls()
    for wire in ((cls.type, cls.additional_type), *cls.also_reads):
        if wire in _BY_WIRE:
            raise ValueError(f"{wire} is already read by {_BY_WIRE[wire]!r}")
        _BY_WIRE[wire] = instance
    for kind in cls.kinds:
        if kind in _BY_KIND:
            raise ValueError(f"kind {kind!r} is already registered by {_BY_KIND[kind]!r}")
        _BY_KIND[kind] = instance
    return cls


def for_wire(type_: str, additional_types: tuple[str, ...]) -> FederatedType | None:
    """The kind a document is, by its type and, where it has one, its additionalType; None when we know none."""
    for additional in additional_types:
        found = _BY_WIRE.get((type_, additional))
        if found:
            return found
    return _BY_WIRE.get((type_, ""))


def for_document(doc: Json) -> FederatedType | None:
    """The kind a whole document is; of several types the first that we know.

    Whoever speaks has one type: by it alone is told who may speak for whom.
    """
    additional, said = doc.get("additionalType"), doc.get("type")
    named = tuple(map(str, as_list(additional or None)[:5]))
    known = (for_wire(str(each), named) for each in as_list(said)[:5])
    return next((each for each in known if each and (isinstance(said, str) or not each.is_actor)), None)


def for_kind(kind: str) -> FederatedType | None:
    return _BY_KIND.get(kind)


def all_types() -> list[FederatedType]:
    """Every registered type once, in order of registration."""
    return list(dict.fromkeys(_BY_KIND.values()))


def locate_all(uris: Iterable[str]) -> dict[str, tuple[FederatedType, Any]]:
    """The rows behind many addresses: one query to find them, and one for each kind among them."""
    asked, kinds = list(uris), all_types()
    if not asked:
        return {}
    found = [
        type_.model.objects.filter(uri__in=asked).order_by().annotate(which=Value(number)).values_list("which", "pk")
        for number, type_ in enumerate(kinds)
    ]
    keys: dict[int, list[int]] = {}
    for number, key in found[0].union(*found[1:], all=True):
        keys.setdefault(number, []).append(key)
    rows = {
        number: kinds[number].model.objects.filter(pk__in=held).select_related("actor", "node")
        for number, held in keys.items()
    }
    return {row.uri: (kinds[number], row) for number, held in rows.items() for row in held}


def locate(uri: str) -> tuple[FederatedType, Any] | None:
    """The row behind an address, ours or theirs, and how it travels. Two queries, however many kinds there are."""
    kinds = all_types()
    with connection.cursor() as cursor:
        cursor.execute(_where_it_stands(tuple(kind.model for kind in kinds)), [uri] * len(kinds))
        found = cursor.fetchone()
    if found is None:
        return None
    type_, key = kinds[found[0]], found[1]
    row = type_.model.objects.filter(pk=key).select_related("actor", "node").first()
    return (type_, row) if row is not None else None


@lru_cache(maxsize=4)
def _where_it_stands(models: tuple[type[Published], ...]) -> str:
    """The question, in SQL, for the number of a model and the key of its row. Written once: everything that is
    published or arrives is looked for, and putting a union of all tables together took longer than asking it."""
    quoted = connection.ops.quote_name
    tables = (
        f"SELECT {number} AS which, {quoted(model._meta.pk.attname)} FROM {quoted(model._meta.db_table)} WHERE uri = %s"
        for number, model in enumerate(models)
    )
    return " UNION ALL ".join(tables) + " LIMIT 1"
