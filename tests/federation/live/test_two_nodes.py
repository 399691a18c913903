"""Camden and Hackney as real processes, on both profiles: what is done on one is seen on the other."""

from __future__ import annotations

import json
import re

import pytest

from tests import parts
from tests.federation.live.stories import agree, asked_at, cards, publish_need, steward
from tests.nodes import eventually

pytestmark = pytest.mark.live

HOW_IT_RUNS = """
import json
from django.conf import settings
from django.db import connection
from journal.models import Heartbeat
workers = sorted(Heartbeat.objects.values_list("worker", flat=True))
broker, sockets = settings.BROKER_URL, settings.CHANNEL_LAYERS["default"]["BACKEND"]
print(json.dumps({"database": connection.vendor, "broker": broker, "sockets": sockets, "workers": workers}))
"""


def needs(node, words):
    """The titles of the needs with these words on its atlas: the stories of this file share their nodes."""
    return [title for title in cards(node, kind="need") if words in title]


def test_the_nodes_run_as_their_profile_says(shared_pair, profile):
    """Otherwise the same stories twice would prove nothing."""
    for node in shared_pair:
        database, broker, sockets, processes = {
            "embedded": ("sqlite", "memory://", "config.layers.EmbeddedChannelLayer", ["web"]),
            "production": (
                "postgresql",
                parts.broker(),
                "channels_redis.pubsub.RedisPubSubChannelLayer",
                ["web", "worker", "beat"],
            ),
        }[profile]
        worker = f":{node.processes['worker' if profile == 'production' else 'web'].pid}"
        said = eventually(lambda node=node, worker=worker: heard(node, worker), within=30)
        assert (said["database"], said["broker"], said["sockets"]) == (database, broker, sockets)
        assert list(node.processes) == processes and len({each.pid for each in node.processes.values()}) == len(
            processes
        )


def heard(node, worker):
    """How the node runs, once the worker process with this ending has been heard."""
    said = json.loads(node.prepare(HOW_IT_RUNS))
    return said if any(each.endswith(worker) for each in said["workers"]) else None


def test_what_is_published_changed_and_withdrawn_on_one_is_so_on_the_other(shared_pair):
    camden, hackney = shared_pair
    alice = steward(camden)
    path = publish_need(alice, "A room for forty people")
    assert camden.document(path)["name"] == "A room for forty people"
    eventually(lambda: needs(hackney, "A room for") == ["A room for forty people"], within=30)
    edit = {"title": "A room for fifty people", "support": "space", "language": "en"}
    assert alice.post(f"{path}/edit", edit).status == 200
    eventually(lambda: needs(hackney, "A room for") == ["A room for fifty people"], within=30)
    eventually(lambda: agree(camden, hackney), within=30)
    assert alice.post(f"{path}/withdrawal", {}).status == 200
    eventually(lambda: needs(hackney, "A room for") == [], within=30)
    assert camden.visit(path).status == 410
    eventually(lambda: agree(camden, hackney), within=30)


def test_a_node_that_was_down_catches_up(shared_pair):
    camden, hackney = shared_pair
    alice = steward(camden)
    hackney.kill()
    for number in range(5):
        publish_need(alice, f"While you were away {number}")
    hackney.start()
    publish_need(steward(hackney), "We were away, and are back")
    eventually(lambda: agree(camden, hackney), within=60)
    # Agreeing digests speak of the objects; their cards are made a moment later, from the journal.
    eventually(lambda: len(needs(hackney, "were away")) == 6, within=30)


def test_somebody_joins_a_group_of_the_other_node(shared_pair):
    camden, hackney = shared_pair
    dana = steward(hackney)
    groups = dana.get("/atlas/?kind=group").text
    path = re.search(r'href="(/groups/[a-z0-9]{12})"[^>]*>Neighbours of Camden', groups)
    assert path, groups[:3000]
    assert dana.post(f"{path[1]}/joining", {"name": "Dana", "message": "I rent here"}, path[1]).status == 200
    alice = steward(camden)
    desk = eventually(lambda: asked_at(alice, "I rent here"), within=30)
    answer = re.search(r"/groups/[a-z0-9]{12}/members/\d+/answer", desk)
    assert alice.post(answer[0], {"answer": "accept"}, "/desk/").status == 200
    eventually(lambda: "Leave the group" in dana.get(path[1]).text, within=30)
    eventually(lambda: "You are now a member of" in dana.get("/notices/").text, within=30)
