"""How a gathering looks on the atlas: its card, who organises it, and the festival it is part of."""

from __future__ import annotations

from atlas.cards import CardData, LinkData, builder
from events.models import Gathering

# What needs no word on a card: it takes place as planned.
ORDINARY = Gathering.State.SCHEDULED


@builder("gathering")
def gathering_card(uri: str) -> CardData | None:
    rows = Gathering.objects.select_related("actor", "node", "festival")
    gathering: Gathering | None = rows.filter(uri=uri, withdrawn_at__isnull=True).first()
    if gathering is None:
        return None
    walkable = gathering.is_face_to_face
    return CardData.of(
        gathering,
        kind="gathering",
        title=gathering.title,
        summary=gathering.summary,
        starts=gathering.starts,
        ends=gathering.ends,
        state="" if gathering.state == ORDINARY else gathering.state,
        axis=gathering.axis,
        capacity=gathering.capacity,
        # On the map are the places people can go to.
        lat=gathering.lat if walkable else None,
        lon=gathering.lon if walkable else None,
        area=gathering.area or gathering.place,
        links=_links(gathering),
    )


def _links(gathering: Gathering) -> list[LinkData]:
    links = [LinkData(from_uri=gathering.actor.uri, to_uri=gathering.uri, relation="organises", state=gathering.state)]
    festival = gathering.festival
    if festival is not None and festival.kind == Gathering.Kind.FESTIVAL and festival.withdrawn_at is None:
        links.append(LinkData(to_uri=festival.uri, relation="part-of"))
    return links
