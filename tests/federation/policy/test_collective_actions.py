"""A collective action over several nodes: who says what they bring, who counts it, and what nobody can make believe."""

from __future__ import annotations

import json

import pytest

from atlas.models import Card
from cop.actions.mandates import give_stance, propose_version
from cop.actions.membership import join_group
from cop.models import Consent, Group
from events.actions import attendance
from events.actions.gatherings import tell_outcome
from events.models import Attendee, Gathering
from federation.documents import content_hash
from federation.models import Activity, Document, Publication
from notifications.models import Notice
from tests.gatherings import NEXT_YEAR
from tests.together import CHAIRS, NEEDED, VAN, Acting

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTIVITY = {"Accept": "application/activity+json"}


@pytest.fixture
def acting(db) -> Acting:
    return Acting()


@pytest.fixture
def dana(peer):
    return peer.somebody("people/dana", name="Dana")


@pytest.fixture
def growers(peer, outcomes):
    """A group on Hackney's node, seen here."""
    speaker = peer.somebody("groups/growers", "Group", name="Hackney Growers")
    peer.does(speaker, "Create", peer.web.pages[speaker.uri] | {"to": [PUBLIC], "version": 1})
    assert outcomes()[-1] == "group read"
    return speaker


def event(peer, organiser, **said):
    """A collective action as our nodes send it, here from Hackney; None takes a property away."""
    known = {
        "id": f"{peer.origin}/gatherings/1",
        "type": "Event",
        "additionalType": "https://schema.org/Event",
        "category": ["CAUSES"],
        "attributedTo": organiser.uri,
        "name": "Plant a street",
        "startTime": f"{NEXT_YEAR}-05-01T10:00:00+01:00",
        "endTime": f"{NEXT_YEAR}-05-01T13:00:00+01:00",
        "timezone": "Europe/London",
        "location": {"type": "Place", "name": "Clissold Park"},
        "joinMode": "free",
        "participantCount": 3,
        "inCharge": "Dana",
        "needed": [
            {"id": CHAIRS, "text": "Spades", "amount": 6, "covered": 4},
            {"id": VAN, "text": "A barrow", "amount": 1},
        ],
        "published": "2026-11-20T09:00:00+00:00",
        "updated": "2026-11-20T09:00:00+00:00",
        "version": 1,
        "to": [PUBLIC],
    }
    return {name: value for name, value in (known | said).items() if value is not None}


@pytest.fixture
def theirs(peer, growers, outcomes) -> Gathering:
    peer.does(growers, "Create", event(peer, growers))
    assert outcomes()[-1] == "gathering read"
    return Gathering.objects.get(node__isnull=False)


def said(type_: str) -> dict:
    return json.loads(Activity.objects.filter(type=type_).latest("pk").body)


def brings(**amounts):
    return [{"id": name, "amount": amount} for name, amount in amounts.items()]


def covered(gathering: Gathering) -> dict[str, int]:
    return Gathering.objects.get(pk=gathering.pk).covered


# --- People of other nodes bring something to ours ----------------------------------------------------


def test_dana_joins_with_what_she_brings_says_it_anew_and_leaves(acting, peer, dana, outcomes, work):
    action = acting.action()
    work()
    published = Publication.objects.get(uri=action.uri).content_hash
    peer.does(dana, "Join", action.uri, name="Dana", brings=brings(**{CHAIRS: 3, "ffffffff": 9}))
    assert outcomes() == ["join: coming"] and covered(action) == {CHAIRS: 3}
    document = acting.client().get(action.get_absolute_url(), headers=ACTIVITY).json()
    assert [(each["amount"], each["covered"]) for each in document["needed"]] == [(5, 3), (1, 0)]
    assert content_hash(document) == published and document["version"] == 1, "a counter is no new version"
    assert dana.uri not in json.dumps(document)
    again = peer.activity(dana, "Join", action.uri, brings=brings(**{VAN: 1}))
    peer.post(dana, again)
    assert outcomes()[-1] == "join again: coming" and covered(action) == {VAN: 1}
    assert said("Accept")["object"]["id"] == again["id"]
    peer.does(dana, "Join", action.uri)
    assert outcomes()[-1] == "join again: coming" and covered(action) == {VAN: 1}, "who says nothing takes nothing back"
    peer.does(dana, "Join", action.uri, brings=[])
    assert outcomes()[-1] == "join again: coming" and covered(action) == {}
    peer.does(dana, "Join", action.uri, brings=brings(**{VAN: 1}))
    peer.does(dana, "Leave", action.uri)
    outcomes()
    assert covered(action) == {} and Gathering.objects.get(pk=action.pk).coming == 0


def test_what_is_brought_counts_once_there_is_a_place(acting, peer, dana, outcomes):
    action = acting.action(joining="request")
    peer.does(dana, "Join", action.uri, brings=brings(**{CHAIRS: 2}))
    peer.does(dana, "Join", action.uri, brings=brings(**{CHAIRS: 3}))
    assert outcomes() == ["join: asked", "join again: asked"] and covered(action) == {}
    attendance.accept_attendee(acting.alice, Attendee.objects.get())
    assert covered(action) == {CHAIRS: 3}
    assert "3 × Chairs" in acting.client(acting.alice).get(action.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        [{"id": CHAIRS, "amount": -1}],
        [{"id": CHAIRS, "amount": 1000}],
        [{"id": CHAIRS, "amount": 2**53 - 1}],
        [{"id": CHAIRS, "amount": "many"}],
        [{"id": CHAIRS, "amount": 1.5}],
        [{"id": {"a": 1}, "amount": 1}],
        [{"id": CHAIRS, "amount": 1}] * 13,
    ],
    ids=lambda bad: str(bad)[:40],
)
def test_hostile_amounts_are_refused_by_name_and_nobody_joins(acting, peer, dana, outcomes, bad):
    action = acting.action()
    peer.does(dana, "Join", action.uri, brings=bad)
    assert outcomes()[-1].startswith("refused: brings"), outcomes()
    assert not Attendee.objects.exists() and covered(action) == {}


@pytest.mark.parametrize(
    "odd", ["chairs", 7, [None, "x", 3], {"amount": 3}, [{"id": CHAIRS, "amount": 0}], [{}]], ids=str
)
def test_what_says_nothing_brings_nothing(acting, peer, dana, outcomes, odd):
    action = acting.action()
    peer.does(dana, "Join", action.uri, brings=odd)
    assert outcomes() == ["join: coming"] and covered(action) == {}


def test_a_thing_named_twice_counts_once(acting, peer, dana, outcomes):
    action = acting.action()
    peer.does(dana, "Join", action.uri, brings=[*brings(**{CHAIRS: 2}), *brings(**{CHAIRS: 900})])
    assert outcomes() == ["join: coming"] and covered(action) == {CHAIRS: 2}


def test_nobody_brings_in_the_name_of_another(acting, peer, dana, outcomes):
    action = acting.action()
    peer.does(dana, "Join", action.uri, brings=brings(**{CHAIRS: 2}))
    outcomes()
    mallory = peer.somebody("people/mallory")
    forged = peer.activity(dana, "Join", action.uri, brings=brings(**{CHAIRS: 0, VAN: 900}))
    assert peer.post(mallory, forged).status_code == 401
    assert covered(action) == {CHAIRS: 2}


# --- Our people bring something to theirs -------------------------------------------------------------


def test_an_action_of_hackney_is_shown_with_what_is_covered(acting, theirs, work):
    assert (theirs.kind, theirs.in_charge, theirs.covered) == ("action", "Dana", {CHAIRS: 4})
    page = acting.client().get(theirs.get_absolute_url()).content.decode()
    for words in ("Collective action", "Spades", "4 of 6", "2 still needed", "0 of 1", "In charge", "Dana"):
        assert words in page, words


def test_bob_tells_hackney_what_he_brings_and_what_he_brings_instead(acting, peer, theirs, growers, outcomes):
    bob = acting.client(acting.bob)
    sent = {"name": "Bob", f"brings_{VAN}": "2"}
    assert bob.post(f"{theirs.get_absolute_url()}/attendance", sent).status_code == 302
    first = said("Join")
    assert first["brings"] == brings(**{VAN: 2})
    peer.does(growers, "Accept", {"id": first["id"], "type": "Join"})
    assert outcomes()[-1] == "one of our people has a place"
    page = bob.get(theirs.get_absolute_url()).content.decode()
    assert "2 of 1" in page and "4 of 6" in page, "at least what this node knows of"
    assert bob.post(f"{theirs.get_absolute_url()}/bringing", {f"brings_{CHAIRS}": "1"}).status_code == 302
    second = said("Join")
    assert second["brings"] == brings(**{CHAIRS: 1}) and second["id"] != first["id"] and second["name"] == "Bob"
    peer.does(growers, "Accept", {"id": second["id"], "type": "Join"})
    assert outcomes()[-1] == "one of our people has a place" and Attendee.objects.get().brings == {CHAIRS: 1}
    bob.post(f"{theirs.get_absolute_url()}/bringing", {})
    assert said("Join")["brings"] == [], "what he takes back has to be heard"
    count = Activity.objects.filter(type="Join").count()
    bob.post(f"{theirs.get_absolute_url()}/bringing", {})
    assert Activity.objects.filter(type="Join").count() == count, "the same again is no news"


def test_a_join_that_waits_for_an_introduction_says_what_is_brought_by_then(acting, peer, outcomes, work):
    growers = peer.somebody("groups/growers", "Group", name="Hackney Growers")
    peer.does(growers, "Create", event(peer, growers))
    outcomes()
    theirs = Gathering.objects.get(node__isnull=False)
    type(theirs.actor).objects.filter(pk=theirs.actor_id).update(inbox="")
    attendance.attend(acting.bob, theirs, name="Bob", brings={VAN: 1})
    attendance.bring(acting.bob, theirs, {CHAIRS: 2})
    assert not Activity.objects.filter(type="Join").exists()
    work()
    assert said("Join")["brings"] == brings(**{CHAIRS: 2})


def test_what_bob_takes_back_from_hackney_is_no_longer_counted_here(acting, peer, theirs, growers, outcomes):
    attendance.attend(acting.bob, theirs, name="Bob", brings={VAN: 1})
    join = said("Join")["id"]
    peer.does(growers, "Accept", join)
    peer.does(growers, "Reject", join)
    outcomes()
    page = acting.client().get(theirs.get_absolute_url()).content.decode()
    assert "0 of 1" in page
    with pytest.raises(attendance.CannotCome):
        attendance.bring(acting.bob, theirs, {VAN: 1})


@pytest.mark.parametrize(
    ("needed", "kept"),
    [
        ("chairs", []),
        ([None, 3, "x", {}], []),
        ([{"id": "a1b2c3d4", "text": ""}], []),
        ([{"id": "../../etc", "text": "x", "amount": 1}], []),
        ([{"id": "A1B2C3D4", "text": "x", "amount": 1}], []),
        ([{"id": "a1b2c3d4", "text": "<b>x</b>"}], [{"id": "a1b2c3d4", "text": "<b>x</b>", "amount": 1}]),
        ([{"id": f"{number:08x}", "text": "x", "amount": 1} for number in range(40)], 12),
    ],
    ids=lambda value: str(value)[:30],
)
def test_odd_needs_are_left_out(acting, peer, growers, outcomes, needed, kept):
    peer.does(growers, "Create", event(peer, growers, needed=needed))
    assert outcomes()[-1] == "gathering read"
    held = Gathering.objects.get(node__isnull=False).needed
    assert held == kept or len(held) == kept
    page = acting.client(acting.bob).get(Gathering.objects.get(node__isnull=False).get_absolute_url())
    assert page.status_code == 200 and "<b>x</b>" not in page.content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 1000}, "amount"),
        ({"covered": -1}, "covered"),
        ({"covered": 10**9}, "covered"),
        ({"text": {"a": 1}}, "text"),
    ],
    ids=str,
)
def test_impossible_needs_are_refused_by_name(peer, growers, outcomes, changed, field):
    needed = [{"id": CHAIRS, "text": "Spades", "amount": 6} | changed]
    peer.does(growers, "Create", event(peer, growers, needed=needed))
    outcomes()
    assert not Gathering.objects.exists()
    assert f"needed[0].{field}" in Document.objects.get(uri=f"{peer.origin}/gatherings/1").reason


def test_needs_and_goals_of_what_is_no_action_are_left_out(acting, peer, growers, outcomes):
    lab = event(peer, growers, category=["LEARNING"], group=acting.group.uri, goal="metres")
    peer.does(growers, "Create", lab)
    assert outcomes()[-1] == "gathering read"
    held = Gathering.objects.get(node__isnull=False)
    assert (held.needed, held.covered, held.for_uri, held.goal_id) == ([], {}, acting.group.uri, "")


@pytest.mark.parametrize(
    "group", ["javascript:alert(1)", "tag:a,2026:1", "https://[", 7, f"https://a.example/{'x' * 600}", "SELF"], ids=str
)
def test_a_group_that_is_none_is_no_group(acting, peer, growers, outcomes, work, group):
    group = f"{peer.origin}/gatherings/1" if group == "SELF" else group
    peer.does(growers, "Create", event(peer, growers, group=group, goal="metres"))
    assert outcomes()[-1] == "gathering read"
    held = Gathering.objects.get(node__isnull=False)
    assert (held.for_uri, held.goal_id) == ("", "")
    work()
    assert Card.objects.filter(uri=held.uri).exists()


# --- Whom it is for, over nodes -----------------------------------------------------------------------


def test_a_body_of_another_node_stands_on_the_page_once_it_has_signed(acting, peer, growers, outcomes, work):
    peer.does(growers, "Create", event(peer, growers, group=acting.group.uri, goal="metres"))
    outcomes()
    work()
    theirs = Gathering.objects.get(node__isnull=False)

    def together() -> list[str]:
        return [card.uri for card in acting.client().get(acting.group.get_absolute_url()).context["together"]]

    assert together() == [], "nobody has agreed to anything with them"
    party = {"uri": growers.uri, "name": "Hackney Growers", "role": "community"}
    version = propose_version(
        acting.alice, acting.group.actor, acting.group, parties=[party], title="A clean canal", purpose="Herons.",
        review_on="2100-01-01", goals=[{"id": "metres", "text": "Clear the whole bank"}], language="en",
    )  # fmt: skip
    consent = {
        "id": f"{peer.origin}/consents/1",
        "type": "Note",
        "additionalType": "urn:flotilla:ns:Consent",
        "attributedTo": growers.uri,
        "inReplyTo": version.uri,
        "stance": "consent",
        "content": "<p>Yes</p>",
        "version": 1,
        "to": [PUBLIC],
    }
    peer.does(growers, "Create", consent)
    assert outcomes()[-1] == "consent read"
    assert together() == [theirs.uri]
    page = acting.client().get(theirs.get_absolute_url()).content.decode()
    assert "Goal: Clear the whole bank" in page
    peer.does(growers, "Update", consent | {"stance": "left", "version": 2})
    assert outcomes()[-1] == "consent read"
    assert together() == [], "who has left it stands there no more"


def test_an_action_of_ours_can_be_for_a_group_elsewhere(acting, peer, growers, outcomes, work):
    group = Group.objects.get(node__isnull=False)
    join_group(acting.alice, group, name="Alice")
    peer.does(growers, "Accept", said("Join")["id"])
    outcomes()
    form = acting.client(acting.alice).get("/gatherings/new").context["form"]
    assert (group.uri, "Hackney Growers") in form.fields["belongs_to"].choices
    sent = acting.lines(("", "Chairs", "2"), belongs_to=group.uri)
    assert acting.client(acting.alice).post("/gatherings/new", sent).status_code == 302
    work()
    create = said("Create")["object"]
    assert create["group"] == group.uri and create["category"] == ["CAUSES"]
    assert [(each["text"], each["amount"], each["covered"]) for each in create["needed"]] == [("Chairs", 2, 0)]


# --- What came of it, over nodes ----------------------------------------------------------------------


def test_bob_hears_once_what_came_of_what_he_went_to_in_hackney(acting, peer, theirs, growers, outcomes, work):
    attendance.attend(acting.bob, theirs, name="Bob")
    attendance.attend(acting.charlie, theirs, name="Charlie")
    bobs = json.loads(Activity.objects.filter(type="Join", actor=acting.bob).get().body)["id"]
    peer.does(growers, "Accept", bobs)
    outcomes()
    told = event(peer, growers, outcomeState="done", outcome="Forty **trees**.", outcomeOn=f"{NEXT_YEAR}-05-01")
    peer.does(growers, "Update", told | {"version": 2})
    peer.does(growers, "Update", told | {"version": 3, "outcome": "Forty-one **trees**."})
    assert outcomes()[-1] == "gathering read"
    work()
    heard = Notice.objects.filter(kind="gathering_outcome")
    assert [notice.user for notice in heard] == [acting.bob.user], "Charlie only asked"
    assert not Notice.objects.filter(kind="gathering_changed", user=acting.bob.user).exists()
    page = acting.client().get(theirs.get_absolute_url()).content.decode()
    assert "Forty-one <strong>trees</strong>" in page and "Done" in page


def test_words_without_an_outcome_say_nothing(peer, growers, outcomes):
    peer.does(growers, "Create", event(peer, growers, outcome="All went well", outcomeOn="2026-05-01"))
    peer.does(growers, "Update", event(peer, growers, outcomeState="a triumph", outcome="!", version=2))
    assert outcomes()[-1] == "gathering read"
    held = Gathering.objects.get(node__isnull=False)
    assert (held.outcome, held.outcome_note, held.outcome_on) == ("", "", None)


def test_nobody_else_tells_what_came_of_it(acting, peer, theirs, outcomes):
    mallory = peer.somebody("groups/mallory", "Group", name="Mallory")
    told = event(peer, mallory, outcomeState="not-done", version=9)
    peer.does(mallory, "Update", told)
    assert outcomes()[-1].startswith("refused: attributedTo")
    assert Gathering.objects.get(node__isnull=False).outcome == ""


def test_dana_elsewhere_is_sent_what_came_of_ours(acting, stranger, outcomes, work):
    erin = stranger.somebody("people/erin", name="Erin")
    action = acting.action()
    work()
    stranger.does(erin, "Join", action.uri, brings=brings(**{CHAIRS: 1}))
    outcomes()
    Gathering.objects.filter(pk=action.pk).update(starts="2026-01-01T10:00:00Z", ends="2026-01-01T12:00:00Z")
    tell_outcome(acting.alice, action, {"outcome": "not-done", "outcome_note": "It rained."})
    work()
    update = said("Update")["object"]
    assert (update["outcomeState"], update["outcome"], update["needed"][0]["covered"]) == ("not-done", "It rained.", 1)
    assert erin.uri not in json.dumps(update)


def test_a_stance_given_here_counts_for_the_page_too(acting, work):
    version = acting.mandate(signed=False)
    give_stance(acting.erin, version, Consent.Stance.ASIDE, speaker=acting.readers.actor)
    acting.action(author=acting.erin, speaker=acting.readers.actor, for_uri=acting.group.uri, needed=NEEDED)
    work()
    assert acting.client().get(acting.group.get_absolute_url()).context["together"] == [], "who stands aside does not"
