"""A person travels only once they show their page, and then only with the fields they chose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atlas import wire
from cop.actions.people import MOST_GROUPS
from cop.models import Person
from federation.types import FederatedType, register
from frontend.text import render_markdown

if TYPE_CHECKING:
    from federation.reader import Reader

Json = dict[str, Any]


@register
class PersonOnTheWire(FederatedType):
    """A plain Person. Without a public page only what signatures need is told, see `actors.bare_document`."""

    kinds = ("person",)
    model = Person
    type = "Person"
    additional_type = "https://schema.org/Person"
    also_reads = (("Person", ""),)
    is_actor = True

    def may_speak(self, person: Person) -> bool:
        return person.was_public and person.withdrawn_at is None

    def is_hidden(self, person: Person) -> bool:
        return not person.is_public

    def silence(self, person: Person) -> Person:
        """As if they had closed their page."""
        person.is_public = False
        return person

    def topics_of(self, person: Person) -> list[str]:
        return []  # a person is not announced; who looks for expertise finds them

    def to_object(self, person: Person) -> Json:
        """A hidden page is an Update with nothing in it: a Delete would end the account in other programs for good."""
        if not person.is_public:
            return {"attributedTo": "", "discoverable": False, "indexable": False}
        summary = str(person.seen("summary"))
        said: Json = {
            "name": person.name,
            "attributedTo": "",
            "summary": render_markdown(summary),
            "practice": person.seen("practice"),
            "languages": person.seen("languages"),
            "manuallyApprovesFollowers": False,
            "discoverable": True,
            "indexable": True,
        }
        if summary:
            said["source"] = {"content": summary, "mediaType": "text/markdown"}
        groups: Any = person.seen("groups")
        if groups:
            said["memberOf"] = groups
        topics: Any = person.seen("topics")
        return said | wire.topics(topics) | wire.place(area=str(person.seen("area")))

    def from_object(self, read: Reader) -> Json:
        said = wire.read_words(read, name_length=120)
        practice = read.text("practice", 8)
        return said | {
            "name": said["name"] or read.text("preferredUsername", 64) or read.uri("id", required=True)[-120:],
            "practice": practice if practice in Person.Practice.values else "",
            "languages": read.strings("languages", 10),
            "topics": wire.read_topics(read),
            "groups": read.addresses_among("memberOf", MOST_GROUPS),
            "area": wire.read_where(read)["area"],
            "is_public": read.boolean("discoverable", default=True),
            "was_public": True,
        }
