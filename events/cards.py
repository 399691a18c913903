"""How a gathering looks on the atlas: its card, who organises it, where, what for, and the festival it is part of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation

from atlas.cards import CardData, LinkData, builder, language_of_labels, refresh
from atlas.placed import StepFree
from atlas.relations import DONE
from cop.cards import FOR
from events.models import Attendee, Gathering
from journal import reaction

if TYPE_CHECKING:
    from journal.models import Errand

# What needs no word on a card: it takes place as planned.
ORDINARY = Gathering.State.SCHEDULED


@builder("gathering")
def gathering_card(uri: str) -> CardData | None:
    rows = Gathering.objects.select_related("actor", "node", "festival", "venue")
    gathering: Gathering | None = rows.filter(uri=uri, withdrawn_at__isnull=True).first()
    if gathering is None:
        return None
    walkable = gathering.is_face_to_face
    return CardData.of(
        gathering,
        kind="gathering",
        title=gathering.title,
        summary=gathering.summary,
        text=_text(gathering),
        starts=gathering.starts,
        ends=gathering.ends,
        state=_state(gathering),
        axis=gathering.axis,
        capacity=gathering.capacity,
        coming=_coming(gathering),
        # On the map are the places people can go to.
        lat=gathering.lat if walkable else None,
        lon=gathering.lon if walkable else None,
        area=gathering.area or gathering.place,
        step_free=StepFree(gathering.step_free).is_free if walkable else None,
        source=gathering.source,
        licence=gathering.licence,
        links=_links(gathering),
    )


def _state(gathering: Gathering) -> str:
    return "" if gathering.state == ORDINARY else gathering.state


def _coming(gathering: Gathering) -> int:
    """As its node counts them; of one elsewhere at least as many as this node knows of."""
    if gathering.is_ours:
        return gathering.coming
    known = gathering.attendees.filter(state=Attendee.State.COMING).count()
    return max(gathering.coming, known)


@reaction(
    "events.count_coming",
    to=("gathering.joined", "gathering.left", "gathering.join_accepted", "gathering.place_taken_back"),
)
def count_coming(each: Errand) -> None:
    """Its card says how many there are now."""
    if each.entry is not None:
        refresh("gathering", each.entry.uri, actor=each.entry.actor, origin=each.entry.origin)


def _text(gathering: Gathering) -> str:
    """All that can be found of it, beginning with what kind of gathering it is, in its own language."""
    with translation.override(language_of_labels(gathering.language)):
        kind = f"{gathering.get_kind_display()}."
    needed = "\n".join(each["text"] for each in gathering.needed)
    return "\n\n".join(filter(None, [kind, gathering.summary, needed, gathering.outcome_note, gathering.place]))


def _links(gathering: Gathering) -> list[LinkData]:
    links, state = [], _state(gathering)
    if not gathering.register:  # who lists it does not organise it
        organiser = gathering.actor.uri
        links.append(LinkData(from_uri=organiser, to_uri=gathering.uri, relation="organises", state=state))
    festival = gathering.festival
    if festival is not None and festival.kind == Gathering.Kind.FESTIVAL and festival.withdrawn_at is None:
        links.append(LinkData(to_uri=festival.uri, relation="part-of"))
    venue = gathering.venue
    if venue is not None and venue.withdrawn_at is None and gathering.is_face_to_face:
        links.append(LinkData(to_uri=venue.uri, relation="at", state=state))
    if gathering.for_uri:
        done = gathering.outcome == Gathering.Outcome.DONE
        links.append(LinkData(to_uri=gathering.for_uri, relation=FOR, state=DONE if done else state))
    return links
