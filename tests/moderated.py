"""Everywhere that a thing of ours can be found, to see that it is nowhere, and is back."""

from __future__ import annotations

import json

from django.test import Client

from cop.actions.people import person_of
from federation.models import Activity, Attachment


def everywhere(camden, need, client=None) -> dict[str, str]:
    """What a visitor, or who is signed in with `client`, finds wherever the need could be."""
    client = client or Client()
    picture_at = Attachment.objects.get(thing_uri=need.uri)
    addresses = {
        "page": need.get_absolute_url(), "picture": picture_at.path, "list": "/needs/", "atlas": "/atlas/",
        "map": "/atlas/cards.geojson", "network": "/atlas/network.json", "search": "/atlas/?q=quarrelsome",
        "feed": "/needs/list.atom", "calendar": "/needs/list.ics", "table": "/needs/list.csv",
        "topic": "/topics/housing",
        "home": "/", "person": person_of(camden.bob).get_absolute_url(), "thread": f"/threads/?about={need.uri}",
    }  # fmt: skip
    found = {}
    for name, address in addresses.items():
        answer = client.get(address)
        words = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[name] = words.decode(errors="replace").replace("q=quarrelsome", "") if answer.status_code == 200 else ""
    return found


def places_with(camden, need, client=None) -> set[str]:
    found = everywhere(camden, need, client)
    titled = {name for name, words in found.items() if "quarrelsome room" in words.lower()}
    return titled | ({"picture"} if found["picture"] else set())


def as_program(need, **headers):
    return Client().get(need.get_absolute_url(), headers={"Accept": "application/activity+json", **headers})


def said_of(need) -> list[tuple[str, int]]:
    told = Activity.objects.filter(object_uri=need.uri, type__in=["Create", "Update", "Delete"]).order_by("pk")
    return [(each.type, json.loads(each.body).get("object", {}).get("version", 0)) for each in told]
