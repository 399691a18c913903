"""The places of the whole network: worked out now and then, in a process of its own, and kept.

Nobody waits for it: pages read what is kept, and whatever goes wrong leaves that as it is. What came since the last
time stands beside what it is related to (`beside`).
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import math
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, Max, OuterRef
from django.utils import timezone

from atlas import layers, linked, network
from atlas.models import Card, Layout, Link, Position, Topic
from journal import periodic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from journal.models import Errand

    Place = tuple[float, float]

log = logging.getLogger(__name__)

EVERY = dt.timedelta(minutes=10)
MOST_SECONDS = 60  # then the places stay as they are until the next time
MOST_LINKS = 100_000  # the newest, and as many between things and their topics
BATCH = 1_000  # rows of one statement
JOB = (sys.executable, "-m", "atlas.drawing_job")
PASSES = 4  # how far what is new may stand from what has a place: neighbours of neighbours of neighbours
GOLDEN = math.pi * (3 - math.sqrt(5))


class LayoutFailed(Exception):
    """The process did not come to an end, or not to places."""


@periodic("atlas.layout", every=EVERY, atomic=False)
def lay_out(errand: Errand) -> None:
    """Give every linked thing a place, where links changed since the last time and there are more of them than a
    drawing takes at once."""
    _forget_what_is_gone()
    links = Link.objects.aggregate(links=Count("pk"), newest_link=Max("pk"))
    on_topics = linked.about(layers.SUPPORT)
    found = {"links": links["links"] + on_topics.count(), "newest_link": links["newest_link"] or 0}
    # Every link joins two: with half as many nothing is ever left out of the usual drawing.
    if found["links"] * 2 <= network.MOST_NODES or Layout.objects.filter(**found).exists():
        return
    ends: list[tuple[str, str]] = [
        *Link.objects.order_by("-pk").values_list("from_uri", "to_uri")[:MOST_LINKS],
        *on_topics.order_by("-card").values_list("card__uri", "topic__iri")[:MOST_LINKS],
    ]
    numbers = {uri: number for number, uri in enumerate(dict.fromkeys(uri for pair in sorted(ends) for uri in pair))}
    try:
        places = _worked_out(len(numbers), sorted((numbers[one], numbers[other]) for one, other in ends))
    except LayoutFailed as failed:
        log.warning("the network was not laid out anew, the places of %s things stay: %s", len(numbers), failed)
        return
    _keep(dict(zip(numbers, places, strict=True)), found)


def _forget_what_is_gone() -> None:
    """No address of what was withdrawn stays with its place, also while nothing is laid out anew."""
    card, topic = Card.objects.filter(uri=OuterRef("uri")), Topic.objects.filter(iri=OuterRef("uri"))
    Position.objects.filter(~Exists(card), ~Exists(topic)).delete()


def beside(places: dict[str, Place], links: Iterable[tuple[str, str]]) -> dict[str, Place]:
    """Places for everything that is linked: those that are known, then in the middle of what has one and it is
    related to, a little aside; what hangs together without any stands around all others."""
    pairs = list(links)
    found = {uri: places[uri] for pair in pairs for uri in pair if uri in places}
    for _pass in range(PASSES):
        fresh: dict[str, list[Place]] = {}
        for one, other in pairs:
            if one in found and other not in found:
                fresh.setdefault(other, []).append(found[one])
            elif other in found and one not in found:
                fresh.setdefault(one, []).append(found[other])
        if not fresh:
            break
        for number, (uri, near) in enumerate(fresh.items()):
            angle = number * GOLDEN
            x, y = (sum(values) / len(near) for values in zip(*near, strict=True))
            found[uri] = (x + math.cos(angle) * 0.7, y + math.sin(angle) * 0.7)
    far = max((math.hypot(x, y) for x, y in found.values()), default=0.0)
    left = dict.fromkeys(uri for pair in pairs for uri in pair if uri not in found)
    for number, uri in enumerate(left):
        reach, angle = far + 1 + math.sqrt(number), number * GOLDEN
        found[uri] = (math.cos(angle) * reach, math.sin(angle) * reach)
    return found


def _worked_out(count: int, links: Sequence[tuple[int, int]]) -> list[Place]:
    """By a process that neither grows this one nor outlives MOST_SECONDS. Raises LayoutFailed."""
    asked = json.dumps({"count": count, "links": links})
    try:
        done = subprocess.run(JOB, input=asked, capture_output=True, text=True, timeout=MOST_SECONDS, check=True)
        places = [(float(x), float(y)) for x, y in json.loads(done.stdout)]
    except subprocess.TimeoutExpired as late:
        raise LayoutFailed(f"it took more than {MOST_SECONDS} seconds") from late
    except (OSError, subprocess.CalledProcessError, ValueError, TypeError) as broken:
        said = str(getattr(broken, "stderr", "") or broken).strip()
        raise LayoutFailed(said[-300:]) from broken
    if len(places) != count or not all(math.isfinite(x) and math.isfinite(y) for x, y in places):
        raise LayoutFailed(f"{len(places)} places for {count} things")
    return places


def _keep(places: dict[str, Place], found: dict[str, Any]) -> None:
    """A part at a time, since others write meanwhile: at once, 60,000 places keep SQLite for two seconds. Only when all
    are kept it is noted of which links they are; whoever is interrupted begins anew the next time."""
    rows = [Position(uri=uri, x=x, y=y) for uri, (x, y) in places.items()]
    for start in range(0, len(rows), BATCH):
        Position.objects.bulk_create(
            rows[start : start + BATCH], update_conflicts=True, unique_fields=["uri"], update_fields=["x", "y"]
        )
    Layout.objects.update_or_create(pk=Layout.THE_ONE, defaults={**found, "laid_out_at": timezone.now()})
