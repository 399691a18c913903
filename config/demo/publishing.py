"""Each kind of entry of a kit, published through the action that people use."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from atlas import licences
from atlas.placed import StepFree
from config.demo.moments import EVENING, MORNING
from config.demo.stage import Stage, amount, labelled, moment_of, topics, where
from cop.actions.conversations import publish_post
from cop.actions.expertise import publish_expertise
from cop.actions.places import publish_place
from cop.actions.proposals import publish_proposal
from cop.models import Place, Proposal
from events.actions.attendance import attend
from events.actions.gatherings import publish_gathering
from events.models import Gathering
from funding.actions import publish_call
from knowledge.actions import change_page as change_know_how
from knowledge.actions import publish_page

if TYPE_CHECKING:
    from config.demo.kit import Entry
    from federation.models import Published

TERMS = {"engaged": "engaged", "pro-bono": "pro-bono", "both": "either"}


def proposal(stage: Stage, entry: Entry) -> Proposal:
    author, speaker = stage.speakers(entry)
    return publish_proposal(
        author,
        speaker,
        Proposal.Direction(entry["direction"]),
        title=entry["title"],
        summary=labelled(entry["summary"], entry["language"]),
        language=entry["language"],
        topics=topics(stage, entry),
        support=entry["support"],
        online=entry["where"] == "online",
        until=moment_of(stage, entry, "until", stage.kit.zone, EVENING),
        quantity=amount(entry, "quantity"),
        unit=entry.get("unit", ""),
        **_lent(stage, entry),
        **where(entry),
    )


def _lent(stage: Stage, entry: Entry) -> dict[str, Any]:
    """Of an offer that says how it is lent."""
    if "lent_by" not in entry:
        return {}
    return {
        "shape": Proposal.Shape.LENDING,
        "lent_by": entry["lent_by"],
        "longest": entry.get("longest", Proposal.USUAL_UNITS[entry["lent_by"]]),
        "how_many": entry.get("how_many", 1),
        "lends_to": entry.get("lends_to", Proposal.LendsTo.ASK),
        "terms": entry.get("terms", ""),
        "time_zone": str(stage.kit.zone),
    }


def gathering(stage: Stage, entry: Entry) -> Gathering:
    """Face to face it is in its group's area. Those who come to an action say what they bring."""
    zone = ZoneInfo(entry["time_zone"])
    walkable = "place" in entry
    ids = {text: secrets.token_hex(4) for text in entry.get("needed", {})}
    published = publish_gathering(
        *stage.speakers(entry),
        kind=entry["kind"],
        title=entry["title"],
        summary=labelled(entry["summary"], entry["language"]),
        language=entry["language"],
        starts=moment_of(stage, entry, "starts", zone, MORNING),
        ends=moment_of(stage, entry, "ends", zone, EVENING),
        time_zone=entry["time_zone"],
        place=entry.get("place", ""),
        address=entry.get("address", ""),
        step_free=StepFree.told(entry.get("step_free")),
        online=not walkable or "online_url" in entry,
        online_url=entry.get("online_url", ""),
        axis=entry["axis"],
        topics=topics(stage, entry),
        capacity=entry.get("capacity"),
        joining=entry["joining"],
        external_url=entry.get("join_url", ""),
        state=entry["state"],
        area=stage.groups[entry["group"]].area if walkable else "",
        lat=entry.get("lat"),
        lon=entry.get("lon"),
        needed=[{"id": ids[text], "text": text, "amount": number} for text, number in entry.get("needed", {}).items()],
        for_uri=stage.groups[entry["for_group"]].uri if "for_group" in entry else "",
        in_charge=entry.get("in_charge", ""),
    )
    for person, brought in entry.get("coming", {}).items():
        name = next(each["name"] for each in stage.kit.people if each["id"] == person)
        brings = {ids[text]: number for text, number in brought.items()}
        attend(stage.people[person], published, name=name, brings=brings)
    return published


def call(stage: Stage, entry: Entry) -> Published:
    zone = ZoneInfo(entry["time_zone"])
    return publish_call(
        *stage.speakers(entry),
        title=entry["title"],
        plain_summary=labelled(entry["plain_summary"], entry["language"]),
        language=entry["language"],
        giver=entry["giver"],
        who_can_apply=entry["who_can_apply"],
        how_to_apply=entry["how_to_apply"],
        minimum=amount(entry, "min"),
        maximum=amount(entry, "max"),
        total=amount(entry, "total"),
        currency=entry.get("currency", ""),
        opens_at=moment_of(stage, entry, "opens", zone, MORNING),
        closes_at=moment_of(stage, entry, "closes", zone, EVENING),
        time_zone=entry["time_zone"],
        topics=topics(stage, entry),
        **where(entry),
    )


def know_how(stage: Stage, entry: Entry) -> Published:
    """With the text it had before, where the file tells one, so that its history has something to show."""
    author, speaker = stage.speakers(entry)
    checked = moment_of(stage, entry, "checked_on", stage.kit.zone, MORNING) if "checked_on" in entry else None
    body = labelled(entry["body"], entry["language"])
    page = publish_page(
        author,
        speaker,
        kind=entry["kind"],
        title=entry["title"],
        short_answer=entry["short_answer"],
        body=labelled(entry["earlier"], entry["language"]) if "earlier" in entry else body,
        language=entry["language"],
        jurisdiction=entry["jurisdiction"],
        licence=entry.get("licence", licences.DEFAULT),
        checked_on=checked.date() if checked else None,
        checked_by=entry.get("checked_by", ""),
        adapted_from=entry.get("adapted_from", ""),
        topics=topics(stage, entry),
    )
    return change_know_how(author, page, {"body": body, "comment": entry.get("comment", "")}).page


def place(stage: Stage, entry: Entry) -> Place:
    return publish_place(
        *stage.speakers(entry),
        kind=entry["kind"],
        name=entry["name"],
        summary=labelled(entry["summary"], entry["language"]),
        services=entry.get("services", ""),
        give_back=entry.get("give_back", ""),
        language=entry["language"],
        address=entry.get("address", ""),
        opening=entry.get("opening", ""),
        step_free=StepFree.told(entry.get("step_free")),
        access=entry.get("access", []),
        topics=topics(stage, entry),
        **where(entry),
    )


def expertise(stage: Stage, entry: Entry) -> Published:
    """Of a group, or of one person who shows a page."""
    if "person" in entry:
        author = speaker = stage.people[entry["person"]]
    else:
        author, speaker = stage.speakers(entry)
    return publish_expertise(
        author,
        speaker,
        title=entry["title"],
        summary=labelled(entry["summary"], entry["language"]),
        experience=entry.get("experience", ""),
        ways=entry["ways"],
        terms=TERMS[entry["engagement"]],
        languages=entry["languages"],
        language=entry["language"],
        area=entry["area"],
        online=entry.get("online", False),
        topics=topics(stage, entry),
    )


def talk(stage: Stage, entry: Entry) -> Published:
    """Words of a person who shows a page, about a thing of the same file or in answer to words before."""
    about = stage.things[entry["about"]]
    return publish_post(
        stage.people[entry["person"]],
        about.uri,
        entry["text"],
        title=entry.get("title", ""),
        language=entry["language"],
    )
