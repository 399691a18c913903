"""What people on a node of ours and on other programs do together, each through what their own program offers."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from tests.federation.live.kinds import KINDS
from tests.federation.live.kinds_forms import Browser
from tests.federation.live.node import InhabitedNode
from tests.federation.peers.programs import DjangoActivityPubSite, FedifyPeer, Pasture
from tests.federation.peers.steps import Steps

LAB, NEED = "Lab: read a lease aloud", "A room for forty people"
ANSWER = "Above the bakery there is one."
SECOND_ANSWER = "And beside the library another."
GREETING = "Buongiorno"
AGAIN = ", again"
UNSIGNED = {"alice", "dean"}
"""Of the pasture's actors: what they ask for is open to all, but nobody may post without a signature."""
MATRIX_SECONDS = 60.0


class Host:
    """A node of ours as its steward uses it, with its one group."""

    def __init__(self, node: InhabitedNode) -> None:
        self.node = node
        self.steward = Browser.signed_in(node, f"steward@{node.name}.example")
        path = re.search(r'href="(/groups/[a-z0-9]{12})"', node.visit("/atlas/?kind=group").text)
        assert path, "the atlas shows no group"
        self.group = node.origin + path[1]

    def publish(self, kind_name: str, title: str) -> str:
        """By its form, as the group, for everyone; its address."""
        kind = next(kind for kind in KINDS if kind.name == kind_name)
        values = {kind.title: title, **kind.form, "speaker": f"Neighbours of {self.node.name.title()}"}
        answer = self.steward.press(kind.publish, kind.new_at, **values)
        assert answer.url.startswith(f"{self.node.origin}/{kind.folder}/") and "/new" not in answer.url, answer.url
        return answer.url

    def shows(self, uri: str, words: str) -> bool:
        """Whether a visitor reads these words there."""
        return words in unescape(self.node.visit(uri.removeprefix(self.node.origin)).text)

    def rotate_keys(self) -> None:
        """The group's, as whoever looks after the node would."""
        self.node.prepare(NEW_KEYS.format(uri=self.group))

    def documents_at(self, origin: str) -> list[tuple[str, str]]:
        """Address of what it keeps of another server, and whether that was read, refused or ignored."""
        return [(row[0], row[1]) for row in json.loads(self.node.prepare(KEPT.format(origin=origin)))]


NEW_KEYS = """
from django.core.management import call_command
from federation.models import Actor
call_command("keys", "rotate", Actor.objects.get(uri={uri!r}).handle)
"""

KEPT = """
import json
from federation.models import Document
print(json.dumps(list(Document.objects.filter(uri__startswith={origin!r}).values_list("uri", "state"))))
"""


def with_fedify(host: Host, peer: FedifyPeer) -> Steps:
    """Follow the group, get its lab and its need, answer, hear of the edit and the end, and follow no more. Between
    these, each side signs with new keys."""
    steps = Steps(f"Fedify, {peer.first_knock.split('-http')[0]} first")
    found = steps.do("finds the group", peer.told, "follow", whom=host.group) or {}
    steps.do("reads it as a Group", _same, found.get("type"), "Group")
    steps.see("follows it", lambda: peer.log(got="Accept", **{"from": host.group}))

    lab = steps.do("a lab is published", host.publish, "lab", LAB) or "-"
    need = steps.do("a need is published", host.publish, "need", NEED) or "-"
    event = steps.see("gets the lab as Event", lambda: peer.log(got="Create", object=lab, type="Event"))
    steps.do("with name, time and place", _event_is_whole, event)
    note = steps.see("gets the need as Note", lambda: peer.log(got="Create", object=need, type="Note"))
    steps.do("with its words and name", _note_is_whole, note)

    answer = steps.do("answers the need", peer.told, "answer", to=need, words=ANSWER) or {"id": "-"}
    steps.see("the answer stands under the need", lambda: host.shows(need, ANSWER))
    steps.see("the group passes it on", lambda: peer.log(got="Announce", object=answer["id"], **{"from": host.group}))

    steps.do("makes itself new keys", peer.told, "rotate")
    steps.do("answers once more", peer.told, "answer", to=need, words=SECOND_ANSWER)
    steps.see("what it signs with them is believed", lambda: host.shows(need, SECOND_ANSWER))
    steps.do("the group is given new keys", host.rotate_keys)
    steps.do("the need is edited", _edit, host, need)
    steps.see("gets the edit, signed with the new keys", lambda: peer.log(got="Update", object=need, name=NEED + AGAIN))
    steps.do("the lab is withdrawn", host.steward.press, "Withdraw it everywhere", f"{_path(lab)}/withdrawal")
    steps.see("hears of its end", lambda: peer.log(got="Delete", object=lab))

    steps.do("follows no more", peer.told, "unfollow", whom=host.group)
    steps.see("is no follower", lambda: host.node.document(f"{_path(host.group)}/followers")["totalItems"] == 0)
    steps.do("had no trouble", _nothing, [line for line in peer.log() if "trouble" in line or line.get("said")])
    return steps


def with_django_activitypub(host: Host, site: DjangoActivityPubSite) -> Steps:
    """It follows the group and gets its posts; we follow its account, and keep its note without showing it.

    It answers 400 to an Accept, whoever sends it: it never asks for one.
    """
    steps = Steps("django-activitypub")
    asked = steps.do("follows the group", site.told, "follow", whom=host.group) or {}
    steps.do("its signature holds", _same, asked.get("answered"), 202)
    accepts = steps.see("gets the Accept", lambda: site.log(got="Accept", knock="cavage"))
    steps.do("whose signature it verifies", _understood, accepts)
    steps.see("is a follower", lambda: host.node.document(f"{_path(host.group)}/followers")["totalItems"] == 1)

    need = steps.do("a need is published", host.publish, "need", NEED) or "-"
    notes = steps.see(
        "gets the need as Note",
        lambda: [row for row in site.asks("/control/rows")["notes"] if row["content_url"] == need],
    )
    steps.do("with its words, as the group's", _is_the_groups, notes, host.group)

    netloc = site.origin.split("//")[1]
    steps.do("our steward names its account", host.steward.press, "Listen", "/desk/sources", address=f"@anna@{netloc}")
    steps.see(
        "our node is its follower", lambda: f"{host.node.origin}/actor" in site.asks("/control/rows")["followers"]
    )
    said_yes = "They have said yes."
    steps.see("its Accept arrives", lambda: said_yes in unescape(host.steward.get("/desk/sources").text))
    note = steps.do("its account writes a note", site.told, "write", slug="hello", words=f"{GREETING}.") or {"id": "-"}
    steps.see("the note is kept, as no kind of ours", lambda: (note["id"], "ignored") in host.documents_at(site.origin))
    found = host.node.visit(f"/atlas/?q={quote(GREETING)}").text
    steps.do("and shown nowhere", _nothing, re.findall(f"{GREETING}[.]", found))
    return steps


def with_the_pasture(host: Host, pasture: Pasture) -> Steps:
    """Six actors ask for a group of ours and post to it, signed in six ways or not at all."""
    steps = Steps("fediverse-pasture")
    asked = f"{pasture.origin}/?actor_uri={quote(host.group, safe='')}"
    found = steps.do("asks for the group", _json_at, asked) or {"result": {}}
    for name, result in sorted(found["result"].items()):
        if isinstance(result, dict):
            steps.do(f"{name} reads it", _same, result.get("get_actor"), True)
            does = "does not post, unsigned" if name in UNSIGNED else "posts"
            steps.do(f"{name} {does}", _same, result.get("post_inbox"), name not in UNSIGNED)
    steps.do("finds it by WebFinger", _same, found["result"].get("webfinger"), True)
    return steps


def _json_at(url: str) -> Any:
    with urlopen(Request(url, headers={"Accept": "application/json"}), timeout=MATRIX_SECONDS) as answer:
        return json.load(answer)


def _edit(host: Host, uri: str) -> None:
    form = host.steward.form("Save", f"{_path(uri)}/edit")
    host.steward.send(form.fill({"title": NEED + AGAIN}), "Save")


def _path(uri: str) -> str:
    return "/" + uri.split("/", 3)[-1]


def _same(found: object, wanted: object) -> bool:
    assert found == wanted, f"{found!r}, not {wanted!r}"
    return True


def _nothing(found: object) -> bool:
    assert not found, found
    return True


def _event_is_whole(found: list[dict[str, Any]] | None) -> bool:
    assert found and found[0]["name"] == LAB and "lease" in found[0]["content"], found
    assert "07-05T17:30:00Z" in found[0]["starts"] and found[0]["place"] == "Camden Town Hall", found
    return True


def _note_is_whole(found: list[dict[str, Any]] | None) -> bool:
    assert found and found[0]["name"] == NEED and "For <strong>forty</strong> people." in found[0]["content"], found
    return True


def _is_the_groups(found: list[dict[str, Any]] | None, group: str) -> bool:
    assert found and "For <strong>forty</strong> people." in found[0]["content"], found
    return _same(found[0]["remote_actor__url"], group)


def _understood(found: list[dict[str, Any]] | None) -> bool:
    """It verifies a signature before it looks at the type, and refuses a bad one with 401."""
    assert found and (found[0]["answered"], "unsupported activity type" in found[0]["said"]) == (400, True), found
    return True
