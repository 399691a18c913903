"""Whatever an address, a query or a form holds, the answer is a page or a refusal in words, never a 500."""

from __future__ import annotations

import itertools
import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import signup_mode
from accounts.models import Invitation
from cop.actions.groups import found_group
from cop.actions.membership import join_group
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal
from cop.models import Member, Proposal
from events.models import Gathering
from federation import actors
from federation.models import Actor, Node, ThisNode
from funding.models import Call
from knowledge.models import Page
from tests.gatherings import HOUSING, Camden
from tests.know_how import Writers

ODD = [
    "", "%00", "a%00b", "%ED%A0%80", "%FF%FE", "-1", "0", "99999999999999999999999", "9" * 5000, "%C2%B2", "%D9%A3",
    "1e309", "nan", "../../etc/passwd", "%27%3B--", "<script>", "%F0%9F%9A%A2", "x" * 3000, "[]", "{}", "null", "None",
    "2026-02-30", "0000-00-00", "9999-12-31", "0001-01-01", "-122,0,122,0", "a,b,c,d", "nan,nan,nan,nan", "https://[", "http://x:99999999/",
    "acct:", "acct:a@", "urn:flotilla:topic:housing", "%0d%0aSet-Cookie:a=b",
]  # fmt: skip
NAMES = """
    q kind topic area axis support node since until bbox zoom view page status closes amount currency resource rel
    origin after next speaker festival title exact time_zone language format once state up_to from to when token
    older newer sort of ask address limit cursor uri relation layer near steps scheme level within group
    exchange place as first last day begins over
""".split()  # noqa: SIM905  words read best as words
ROUTE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


@pytest.fixture
def node(db):
    """A node with one of everything; what stands at its numbered addresses."""
    camden = Writers()
    need = publish_proposal(
        camden.alice, camden.group.actor, Proposal.Direction.NEED, title="A room", language="en", topics=[HOUSING]
    )
    change_page(person_of(camden.bob), {"name": "Bob", "is_public": True})
    lab, call, page = camden.gathering(), camden.call(), camden.page()
    asking = found_group(camden.alice, name="Menders", joining="request", language="en")
    join_group(camden.charlie, asking)
    neighbour = Node.objects.create(origin="https://neighbour.example")
    speaker = Actor.objects.create(uri=f"{neighbour.origin}/actor", node=neighbour, type="Application")
    Node.objects.filter(pk=neighbour.pk).update(actor=speaker, peering=Node.Peering.ASKED)
    camden.known = {
        "groups": camden.group.public_id, "needs": need.public_id, "offers": need.public_id,
        "gatherings": lab.public_id, "calls": call.public_id, "know-how": page.public_id,
        "people": camden.bob.uri.rsplit("/", 1)[-1],
        "member_id": Member.objects.filter(state="asked").get().pk,
        "node_id": neighbour.pk,
    }  # fmt: skip
    return camden


def routes(patterns=None, prefix=""):
    for each in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(each.pattern).lstrip("^").rstrip("$")
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, route)
        elif isinstance(each, URLPattern):
            yield route


def paths(node, odd: bool = False) -> list[str]:
    """Every address of the node, with what stands there; with `odd`, with what no address should hold."""
    found = set()
    for route in routes():
        filled = route.replace("(?P<direction>need|offer)s", "needs").replace(r"\.", ".").replace("\\", "")
        folder = filled.split("/")[0]
        values = share(len(found), ODD, 5) if odd else [node.known.get(folder, "1")]
        for value in values if ROUTE.search(filled) else [""]:

            def fill(match, value=value):
                name = match[1] or match[2]
                fixed = {"actor": "actor", "version": "2.1", "lane": "errand", "answer": "accept", "slug": "housing"}
                fixed["step"] = "block"
                fixed["number"] = "1"
                if odd and name not in {"actor", "lane", "answer", "step"}:
                    return value
                return fixed.get(name) or str(node.known.get(name, value if value else "1"))

            found.add("/" + ROUTE.sub(fill, filled))
    return sorted(found)


@pytest.fixture(params=["visitor", "steward"])
def asker(request, node) -> Client:
    if request.param == "visitor":
        client = Client(raise_request_exception=False)
    else:
        client = node.client(node.alice)
        client.raise_request_exception = False
        if request.param == "steward":
            node.alice.user.is_steward = True
            node.alice.user.save()
    return client


SHARE = 13  # each address gets every thirteenth value, the next one those beside them; all of them take an hour
NOT_READY = {"/ready"}
ACCEPTS = itertools.cycle(("text/html", "application/activity+json"))


def share(number: int, values: list, of: int = SHARE) -> list:
    """The values that address number `number` gets."""
    return values[number % of :: of]


def is_fine(answer, path: str) -> bool:
    return answer.status_code < 500 or path in NOT_READY


def test_every_query_on_every_page_is_answered(node, asker):
    bad = []
    for number, path in enumerate(paths(node)):
        for value in share(number, ODD):
            query = "&".join(f"{name}={value[:200]}" for name in NAMES)
            answer = asker.get(f"{path}?{query}&page={value}", headers={"accept": next(ACCEPTS)})
            if not is_fine(answer, path):
                bad.append((path, value[:80], answer.status_code))
    assert bad == []


def test_every_odd_address_is_answered(node, asker):
    bad = []
    for number, path in enumerate(paths(node, odd=True)):
        for method in share(number, ["get", "post"], 2):
            answer = getattr(asker, method)(path)
            if not is_fine(answer, path):
                bad.append((method, path[:80], answer.status_code))
    assert bad == []


FIELDS = """
    title summary name support speaker audience topics language area lat lon online until quantity unit kind kinds
    joining starts ends time_zone state place address step_free online_url external_url capacity axis festival
    plain_summary giver giver_uri who_can_apply minimum maximum total currency opens_at closes_at how_to_apply
    application_url effort_hours answer role message is_public shown practice languages website once mode email
    makes_steward next target up_to contact login password code handle short_answer body jurisdiction licence
    checked_on checked_by adapted_from comment seen preview services give_back opening access access_note venue text
    about reply_to voice members_only ways terms experience mute agree agreement lasting reason reports
    words told whom node decision hold_first_post
""".split()  # noqa: SIM905  words read best as words
TYPED = [
    [""], ["\0"], ["a\0b"], ["\ufffd"], ["-1"], ["9" * 400], ["1e309"], ["NaN"], ["Infinity"], ["²"], ["x" * 20000],
    ["2026-02-30T25:61"], ["9999-12-31T23:59"], ["0001-01-01T00:00"], ["a", "b", "c"], ["None"], ["everyone"], ["me"],
    ["https://["], ["javascript:alert(1)"], ["1", "1"], ["on"],
]  # fmt: skip


def test_every_form_answers_to_anything(node, asker):
    bad = []
    places = [path for path in paths(node) if "logout" not in path and "passkey" not in path]
    for number, path in enumerate(places):
        for typed in [None, *share(number, TYPED)]:
            answer = asker.post(path, {} if typed is None else dict.fromkeys(FIELDS, typed))
            if not is_fine(answer, path):
                bad.append((path, repr(typed)[:40], answer.status_code))
    assert bad == []


def good_forms(node) -> dict[str, dict]:
    """A form of each kind that would be taken, to spoil one field of."""
    shared = {"speaker": node.group.public_id, "audience": "everyone", "language": "en", "topics": [HOUSING]}
    lab = Camden.form(node)
    return {
        "/needs/new": {"title": "A room", "summary": "x", "support": "space", **shared},
        "/offers/new": {"title": "A room", "summary": "x", "support": "space", **shared},
        "/groups/new": {"name": "Menders", "joining": "open", "language": "en"},
        "/gatherings/new": lab,
        "/calls/new": node.form(),
        "/know-how/new": node.page_form(),
        f"/know-how/{node.known['know-how']}/edit": node.page_form(),
        f"/gatherings/{node.known['gatherings']}/edit": lab,
        f"/needs/{node.known['needs']}/edit": {"title": "A room", "support": "space", "language": "en"},
        "/me/page": {"name": "Alice", "language": "en"},
        "/me/account": {"language": "en", "time_zone": "Europe/London"},
        "/desk/node": {"name": "Camden"},
        "/reports/new": {"about": node.group.uri, "reason": "false", "words": "x"},
        "/threads/": {
            "about": node.group.uri,
            "voice": node.group.public_id,
            "text": "x",
            "language": "en",
            "reply_to": "",
        },
    }


@pytest.mark.parametrize("number", range(14))
def test_one_odd_field_in_a_good_form_is_answered(node, number):
    node.alice.user.is_steward = True
    node.alice.user.save()
    client = node.client(node.alice)
    client.raise_request_exception = False
    path, good = list(good_forms(node).items())[number]
    assert client.post(path, good).status_code == 302, client.post(path, good).content[:2000]
    bad = []
    names = sorted({*good, "once", "lat", "lon", "until", "quantity", "unit", "festival", "shown"})
    for at, name in enumerate(names):
        for typed in share(at, TYPED):
            answer = client.post(path, good | {name: typed})
            if not is_fine(answer, path):
                bad.append((name, repr(typed)[:40], answer.status_code))
    assert bad == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/metro/catalogue?after=%C2%B2", 400),
        ("/topics/housing/outbox?page=%C2%B2", 404),
        (f"/topics/housing/outbox?page={'9' * 5000}", 404),
        ("/.well-known/webfinger?resource=https://camden.example/%00", 400),
        ("/accounts/login/?next=https://[", 200),
        ("/accounts/signup/?next=https://[", 200),
    ],
)
def test_what_once_broke_a_page(node, client, address, status):
    """Digits that are no numbers, text no database keeps, addresses no parser takes."""
    assert client.get(address).status_code == status


# --- Who may do what --------------------------------------------------------------------------------------------------

GUESSES = {
    "answer": "accept", "role": "steward", "mode": "closed", "title": "Hijacked", "name": "Hijacked", "language": "it",
    "kind": "group", "summary": "Hijacked", "address": "https://evil.example", "capacity": "1",
}  # fmt: skip
ELSEWHERE = "https://evil.example/"


def doors_of_others(node) -> list[str]:
    """What only stewards of the group, authors, or stewards of the node may post to."""
    own = ("logout", "language", "/me/", "/notices", "leaving", "joining", "attendance", "/new", "inbox", "signup")
    return [path for path in paths(node) if not any(part in path for part in own) and "/accounts/2fa" not in path]


def state_of(node) -> list:
    rows = [node.group, *Proposal.objects.all(), *Gathering.objects.all(), *Call.objects.all(), *Page.objects.all()]
    versions = [(row.uri, type(row).objects.get(pk=row.pk).version) for row in rows]
    roles = list(Member.objects.order_by("pk").values_list("pk", "role", "state"))
    peerings = list(Node.objects.values_list("pk", "peering", "blocked_at"))
    return [
        versions,
        roles,
        peerings,
        signup_mode(),
        Invitation.objects.count(),
        Node.objects.count(),
        ThisNode.objects.count(),
    ]


@pytest.mark.parametrize("who", ["visitor", "stranger", "member"])
def test_who_may_not_changes_nothing(node, who):
    """Bob is a member and no steward, Charlie has asked to join another group, a visitor has no account."""
    client = node.client({"visitor": None, "stranger": node.charlie, "member": node.bob}[who])
    actors.this_node()
    before, opened = state_of(node), []
    for path in doors_of_others(node):
        answer = client.post(path, GUESSES)
        if answer.status_code not in {302, 400, 403, 404, 405, 429} and "/accounts/" not in path:
            opened.append((path, answer.status_code))
    assert opened == []
    assert state_of(node) == before


def test_a_form_without_the_token_of_a_page_is_refused(node):
    client = Client(enforce_csrf_checks=True)
    client.force_login(node.alice.user)
    done = {}
    for path in paths(node):
        answer = client.post(path, GUESSES)
        if answer.status_code < 400:
            done[path] = answer.status_code
    assert done == {}


def test_no_form_and_no_page_leads_to_another_site(node, asker):
    led = []
    for number, path in enumerate(paths(node)):
        for elsewhere in share(number, [ELSEWHERE, "//evil.example", "/\\evil.example", "https:evil.example"], 2):
            asked = [asker.post(path, GUESSES | {"next": elsewhere}), asker.get(f"{path}?next={elsewhere}")]
            led += [(path, each["Location"]) for each in asked if "evil" in urlsplit(each.get("Location", "")).netloc]
    assert led == []
