"""Flotillas by their pages: started, joined and left by each group's own act, summed, dissolved with a harvest."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from atlas.models import Card, Link
from cop.actions import flotillas as actions
from cop.actions import mandates
from cop.actions.groups import change_group, found_group, withdraw_group
from cop.flotillas.aboard import aboard, voyages_of
from cop.mandates.reading import goals_of, mandate_of
from cop.mandates.states import State
from cop.models import Consent, Group, MandateVersion, Ship
from cop.queries import groups_joined_by
from federation import moderation
from journal import errand
from notifications.models import Notice
from tests.matches import Meeting

HARBOUR = "Every estate gets its plans read before the deadline"


@pytest.fixture
def meeting(db) -> Meeting:
    return Meeting()


def in_days(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def form(meeting, **changed):
    sent = {
        "name": "Plans before the deadline",
        "harbour": HARBOUR,
        "ends_on": in_days(120).isoformat(),
        "summary": "Three groups and whoever joins.",
        "joining": "request",
        "language": "en",
        "ship": meeting.group.public_id,
        "brings": "Two readers on Tuesdays",
        "needs": "A room in Camden",
    }
    return sent | changed


def started(meeting, **changed) -> Group:
    answer = meeting.client(meeting.alice).post("/flotillas/new", form(meeting, **changed))
    assert answer.status_code == 302, answer.context["form"].errors
    return Group.objects.get(public_id=answer.url.rsplit("/", 1)[-1])


def sail(meeting, person, group, flotilla, **said):
    sent = {"ship": group.public_id, "brings": "", "needs": ""} | said
    return meeting.client(person).post(f"{flotilla.get_absolute_url()}/ships/new", sent)


def answer(meeting, person, flotilla, ship, word):
    return meeting.client(person).post(f"{flotilla.get_absolute_url()}/ships/{ship.public_id}/answer", {"answer": word})


def both(meeting, **changed) -> Group:
    """A flotilla with both groups aboard."""
    flotilla = started(meeting, joining="open", **changed)
    actions.sail_with(meeting.erin, meeting.readers, flotilla, {"brings": "Evenings", "needs": ""})
    return flotilla


def names(flotilla, reader=None) -> list[str]:
    return [ship.actor.name for ship in aboard(Group.objects.get(pk=flotilla.pk), reader)]


def told(person) -> list[str]:
    return list(Notice.objects.filter(user__actor=person, kind__startswith="flotilla").values_list("kind", flat=True))


def test_it_is_started_with_its_first_ship_and_found_by_everybody(meeting, client, work):
    flotilla = started(meeting, asks="Publish plans six weeks before.")
    work()
    page = client.get(flotilla.get_absolute_url()).content.decode()
    for words in (HARBOUR, "Tenants of Camden", "Two readers on Tuesdays", "A room in Camden", "Campaign"):
        assert words in page
    assert page.index("Publish plans six weeks before") < page.index("Who sails"), "what is asked stands first"
    assert flotilla.get_absolute_url() in client.get("/flotillas/").content.decode()
    assert HARBOUR in client.get(meeting.group.get_absolute_url()).content.decode()
    assert Card.objects.get(uri=flotilla.uri).summary == HARBOUR
    assert Link.objects.filter(from_uri=meeting.group.uri, to_uri=flotilla.uri, relation="sails").exists()


def test_a_form_sent_twice_starts_one(meeting):
    page = meeting.client(meeting.alice).get("/flotillas/new")
    once = page.context["form"]["once"].value()
    assert started(meeting, once=once).pk == started(meeting, once=once).pk
    assert Ship.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"harbour": ""}, "harbour"),
        ({"ends_on": ""}, "ends_on"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"ship": "nothing"}, "ship"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_missing_is_named(meeting, changed, field):
    answer = meeting.client(meeting.alice).post("/flotillas/new", form(meeting, **changed))
    assert answer.status_code == 400 and field in answer.context["form"].errors
    assert not Group.objects.exclude(harbour="").exists()


def test_only_stewards_of_a_group_send_it_sailing(meeting, client):
    answer = meeting.client(meeting.bob).get("/flotillas/new")
    assert "Found one first" in answer.content.decode(), "a member of a group is told what is missing"
    refused = meeting.client(meeting.bob).post("/flotillas/new", form(meeting))
    assert refused.status_code == 400 and not Group.objects.exclude(harbour="").exists()
    flotilla = started(meeting)
    assert sail(meeting, meeting.frank, meeting.readers, flotilla).status_code == 400
    with pytest.raises(actions.NotAllowed):
        actions.sail_with(meeting.frank, meeting.readers, flotilla, {})
    assert client.post("/flotillas/new", form(meeting)).url.startswith("/accounts/login")


def test_a_group_asks_and_the_stewards_answer(meeting, client, work):
    flotilla = started(meeting)
    work()
    assert sail(meeting, meeting.erin, meeting.readers, flotilla, brings="An evening a week").status_code == 302
    work()
    assert names(flotilla) == ["Tenants of Camden"], "asking is not being aboard"
    assert told(meeting.alice) == ["flotilla_asked"]
    ship = Ship.objects.get(actor=meeting.readers.actor)
    assert "An evening a week" in meeting.client(meeting.alice).get(flotilla.get_absolute_url()).content.decode()
    assert "An evening a week" not in client.get(flotilla.get_absolute_url()).content.decode()
    waits = meeting.client(meeting.erin).get(flotilla.get_absolute_url()).content.decode()
    assert "Plan Readers has asked to sail along" in waits
    for nobody in (meeting.bob, meeting.erin):
        assert answer(meeting, nobody, flotilla, ship, "welcome").status_code in (403, 404)
    assert answer(meeting, meeting.alice, flotilla, ship, "welcome").status_code == 302
    answer(meeting, meeting.alice, flotilla, ship, "welcome")
    work()
    assert names(flotilla) == ["Tenants of Camden", "Plan Readers"]
    assert told(meeting.erin) == ["flotilla_welcomed"] and "flotilla_welcomed" not in told(meeting.alice)
    assert Link.objects.filter(from_uri=meeting.readers.uri, to_uri=flotilla.uri, relation="sails").exists()
    assert [each.pk for each in voyages_of(meeting.readers, None)] == [flotilla.pk]


def test_a_group_is_turned_away_and_may_take_its_word_back(meeting, work):
    flotilla = started(meeting)
    sail(meeting, meeting.erin, meeting.readers, flotilla)
    ship = Ship.objects.get(actor=meeting.readers.actor)
    answer(meeting, meeting.alice, flotilla, ship, "ashore")
    work()
    assert told(meeting.erin) == ["flotilla_turned_away"] and names(flotilla) == ["Tenants of Camden"]
    page = meeting.client(meeting.erin).get(flotilla.get_absolute_url()).content.decode()
    assert "does not take Plan Readers aboard now" in page
    assert meeting.client(meeting.alice).get(flotilla.get_absolute_url()).context["asking"] == []
    meeting.client(meeting.erin).post(f"{ship.get_absolute_url()}/leaving")
    assert Ship.objects.get(pk=ship.pk).withdrawn_at is not None


def test_where_anyone_may_sail_along_saying_so_is_enough(meeting, work):
    flotilla = started(meeting, joining="open")
    work()
    sail(meeting, meeting.erin, meeting.readers, flotilla)
    work()
    assert names(flotilla) == ["Tenants of Camden", "Plan Readers"]
    assert "flotilla_asked" not in told(meeting.alice) and told(meeting.alice) == ["flotilla_welcomed"]


def test_a_ship_that_is_put_ashore_stays_ashore(meeting, work):
    flotilla = both(meeting)
    work()
    ship = Ship.objects.get(actor=meeting.readers.actor)
    answer(meeting, meeting.alice, flotilla, ship, "ashore")
    actions.change_ship(meeting.erin, ship, {"brings": "More evenings"})
    work()
    assert names(flotilla) == ["Tenants of Camden"]


def test_it_leaves_in_two_clicks_and_with_it_the_mandate(meeting, work):
    flotilla = both(meeting)
    work()
    version = agreed(meeting, flotilla)
    ship = Ship.objects.get(actor=meeting.readers.actor)
    page = meeting.client(meeting.erin).get(f"{ship.get_absolute_url()}/leaving").content.decode()
    assert "Nobody asks why" in page
    assert meeting.client(meeting.bob).post(f"{ship.get_absolute_url()}/leaving").status_code in (403, 404)
    meeting.client(meeting.erin).post(f"{ship.get_absolute_url()}/leaving")
    work()
    assert names(flotilla) == ["Tenants of Camden"] and "flotilla_left" in told(meeting.alice)
    flotilla.refresh_from_db()
    standing = mandate_of(flotilla, None).standing_of(version)
    assert standing.state == State.IN_FORCE and standing.stance_of(meeting.readers.uri) == Consent.Stance.LEFT
    assert not Link.objects.filter(from_uri=meeting.readers.uri, to_uri=flotilla.uri, relation="sails").exists()


def test_what_is_being_decided_goes_on_without_who_leaves(meeting, work):
    flotilla = both(meeting)
    work()
    version = proposed(meeting, flotilla)
    actions.leave_flotilla(meeting.erin, Ship.objects.get(actor=meeting.readers.actor))
    flotilla.refresh_from_db()
    assert mandate_of(flotilla, None).standing_of(version).state == State.IN_FORCE


def proposed(meeting, flotilla, **fields) -> MandateVersion:
    flotilla = Group.objects.select_related("actor", "node").get(pk=flotilla.pk)
    known = {
        "title": "Sail to the deadline",
        "purpose": HARBOUR,
        "language": "en",
        "review_on": in_days(60),
        "ends_on": in_days(120),
        "goals": [{"id": "plans", "text": "Read plans", "target": "10", "unit": "plans"}],
        "parties": [{"uri": meeting.readers.uri, "name": "Plan Readers", "role": "practitioner"}],
    }
    return mandates.propose_version(meeting.alice, meeting.group.actor, flotilla, **(known | fields))


def agreed(meeting, flotilla) -> MandateVersion:
    version = proposed(meeting, flotilla)
    mandates.give_stance(meeting.erin, version, Consent.Stance.CONSENT, speaker=meeting.readers.actor)
    return version


def test_its_mandate_is_signed_by_the_ships_and_needs_an_end(meeting, work):
    flotilla = both(meeting)
    work()
    address = f"{flotilla.get_absolute_url()}/mandate/new"
    page = meeting.client(meeting.erin).get(address)
    assert list(page.context["form"].speakers.values()) == [meeting.readers.actor], "a flotilla does not sign itself"
    lines = [line["body"].value() for line in page.context["parties"] if line["body"].value()]
    assert lines == [meeting.group.uri, meeting.readers.uri], "all who are aboard are named already"
    sent = {
        "speaker": meeting.readers.public_id,
        "title": "Sail to the deadline",
        "purpose": HARBOUR,
        "review_on": in_days(60).isoformat(),
        "language": "en",
        "goal-TOTAL_FORMS": "0",
        "goal-INITIAL_FORMS": "0",
        "party-TOTAL_FORMS": "2",
        "party-INITIAL_FORMS": "2",
        "party-0-body": meeting.group.uri,
        "party-0-role": "community",
        "party-1-body": meeting.readers.uri,
        "party-1-role": "practitioner",
    }
    refused = meeting.client(meeting.erin).post(address, sent)
    assert refused.status_code == 400 and "ends_on" in refused.context["form"].errors
    done = meeting.client(meeting.erin).post(address, sent | {"ends_on": in_days(120).isoformat()})
    version = MandateVersion.objects.get(public_id=done.url.rsplit("/", 1)[-1])
    assert set(version.party_uris) == {meeting.group.uri, meeting.readers.uri}
    flotilla.refresh_from_db()
    assert mandate_of(flotilla, None).standing_of(version).state == State.PROPOSED
    stance = f"{version.get_absolute_url()}/stance"
    assert meeting.client(meeting.bob).post(stance, {"stance": "consent"}).status_code == 403
    meeting.client(meeting.alice).post(stance, {"stance": "consent"})
    assert mandate_of(flotilla, None).standing_of(version).state == State.IN_FORCE


def test_nobody_who_is_not_aboard_proposes_its_mandate(meeting):
    flotilla = started(meeting)
    address = f"{flotilla.get_absolute_url()}/mandate/new"
    assert meeting.client(meeting.erin).get(address).status_code == 403
    with pytest.raises(mandates.NotAllowed):
        mandates.propose_version(meeting.erin, meeting.readers.actor, flotilla, title="Ours", purpose="Ours")


def test_no_ship_is_dropped_from_what_it_signed_without_its_own_word(meeting, work):
    flotilla = both(meeting)
    work()
    first = agreed(meeting, flotilla)
    second = proposed(meeting, flotilla, parties=[])
    flotilla.refresh_from_db()
    mandate = mandate_of(flotilla, None)
    assert mandate.current.version.pk == first.pk
    standing = mandate.standing_of(second)
    assert standing.state == State.PROPOSED and [each["uri"] for each in standing.waiting] == [meeting.readers.uri]
    page = meeting.client(meeting.erin).get(second.get_absolute_url()).content.decode()
    assert "Plan Readers" in page
    mandates.give_stance(meeting.erin, second, Consent.Stance.ASIDE, speaker=meeting.readers.actor)
    assert mandate_of(flotilla, None).current.version.pk == second.pk
    with time_machine.travel(timezone.now() + dt.timedelta(days=61), tick=False):
        third = proposed(meeting, flotilla, parties=[])
        assert mandate_of(flotilla, None).current.version.pk == third.pk, "what has lapsed binds nobody"


def test_progress_is_summed_from_all_ships(meeting, client, work):
    flotilla = both(meeting)
    work()
    agreed(meeting, flotilla)
    flotilla.refresh_from_db()
    for person, group, amount in ((meeting.alice, meeting.group, 3), (meeting.erin, meeting.readers, 4)):
        said = {"title": f"{amount} plans", "amount": amount, "reached_on": in_days(0)}
        mandates.tell_result(person, group.actor, flotilla, "plans", **said)
    assert goals_of(mandate_of(flotilla, None), None)[0].reached == 7
    assert "7 of 10 plans" in client.get(flotilla.get_absolute_url()).content.decode()


def test_it_dissolves_with_a_harvest_to_which_every_ship_adds(meeting, client, work):
    flotilla = both(meeting)
    work()
    version = agreed(meeting, flotilla)
    address = f"{flotilla.get_absolute_url()}/harvest"
    assert meeting.client(meeting.erin).post(address, {"harvest": "Ours"}).status_code == 403
    assert meeting.client(meeting.alice).post(address, {"harvest": ""}).status_code == 400
    meeting.client(meeting.alice).post(address, {"harvest": "Forty plans read; the index is with Plan Readers."})
    work()
    assert told(meeting.erin)[0] == "flotilla_dissolved", told(meeting.erin)
    ship = Ship.objects.get(actor=meeting.readers.actor)
    meeting.client(meeting.erin).post(f"{ship.get_absolute_url()}/edit", {"harvest": "We know the estates now."})
    page = client.get(flotilla.get_absolute_url()).content.decode()
    assert "Forty plans read" in page and "We know the estates now" in page and "Sail along" not in page
    flotilla.refresh_from_db()
    stranger = found_group(meeting.frank, name="Late Comers", language="en")
    with pytest.raises(actions.NotSailing):
        actions.sail_with(meeting.frank, stranger, flotilla, {})
    with pytest.raises(mandates.NotNow):
        proposed(meeting, flotilla)
    with pytest.raises(mandates.NotNow):
        mandates.tell_result(meeting.alice, meeting.group.actor, flotilla, "plans", title="x", reached_on=in_days(0))
    assert mandate_of(flotilla, None).current.version.pk == version.pk
    meeting.client(meeting.alice).post(address, {"harvest": "Forty-one plans read."})
    work()
    assert told(meeting.erin).count("flotilla_dissolved") == 1


def test_on_the_day_after_its_last_all_are_asked_once(meeting, work):
    flotilla = both(meeting)
    work()
    with time_machine.travel(timezone.now() + dt.timedelta(days=121), tick=False):
        for number in range(2):
            with transaction.atomic():
                errand("cop.tell_of_arrival", key=f"again-{number}")
            work()
        assert told(meeting.alice).count("flotilla_arrived") == told(meeting.erin).count("flotilla_arrived") == 1
        page = meeting.client(meeting.bob).get(flotilla.get_absolute_url()).content.decode()
        assert "Its last day has passed" in page


def test_its_own_page_of_changing_keeps_the_date_and_refuses_others(meeting):
    flotilla = started(meeting)
    address = f"{flotilla.get_absolute_url()}/flotilla"
    assert meeting.client(meeting.bob).get(address).status_code in (403, 404)
    assert meeting.client(meeting.alice).get(f"{flotilla.get_absolute_url()}/edit").url == address
    changed = {key: value for key, value in form(meeting).items() if key not in ("ship", "brings", "needs")}
    seen = meeting.client(meeting.alice).get(address).context["form"]["seen"].value()
    done = meeting.client(meeting.alice).post(address, changed | {"harbour": "All plans, in time", "seen": seen})
    assert done.status_code == 302 and Group.objects.get(pk=flotilla.pk).harbour == "All plans, in time"
    assert meeting.client(meeting.alice).get(f"{meeting.group.get_absolute_url()}/flotilla").status_code == 404


def test_the_document_says_what_it_is(meeting, client, work):
    flotilla = both(meeting)
    work()
    doc = client.get(flotilla.get_absolute_url(), headers={"accept": "application/activity+json"}).json()
    assert doc["type"] == "Group" and doc["harbour"] == HARBOUR
    assert doc["ships"] == [meeting.group.uri, meeting.readers.uri] and doc["endDate"] == in_days(120).isoformat()
    ship = Ship.objects.get(actor=meeting.readers.actor)
    said = client.get(ship.get_absolute_url(), headers={"accept": "application/activity+json"}).json()
    assert said["context"] == flotilla.uri and said["attributedTo"] == meeting.readers.uri
    assert said["brings"] == "Evenings" and "sails with" in said["content"]
    assert client.get(ship.get_absolute_url()).url == flotilla.get_absolute_url()


def test_the_database_keeps_the_rules(meeting):
    flotilla = both(meeting)
    ship = Ship.objects.get(actor=meeting.readers.actor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Group.objects.filter(pk=flotilla.pk).update(ends_on=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Group.objects.filter(pk=flotilla.pk).update(dissolved_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Group.objects.filter(pk=meeting.group.pk).update(asks="Something")
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.publish_ship(meeting.erin, meeting.readers, flotilla, {})
    assert ship.withdrawn_at is None


def test_a_closed_flotilla_says_nothing_any_more(meeting, client, work):
    flotilla = both(meeting)
    work()
    meeting.client(meeting.alice).post(f"{flotilla.get_absolute_url()}/withdrawal")
    work()
    row = Group.objects.get(pk=flotilla.pk)
    assert row.withdrawn_at is not None and row.harbour == "" and row.ships == []
    assert client.get(flotilla.get_absolute_url()).status_code == 410
    assert HARBOUR not in client.get("/flotillas/").content.decode()
    late = found_group(meeting.frank, name="Late Comers", language="en")
    with pytest.raises(actions.NotSailing):
        actions.sail_with(meeting.frank, late, row, {})


def test_a_group_is_no_flotilla_by_its_own_form(meeting):
    change_group(meeting.alice, meeting.group, {"summary": "We meet."})
    assert not Group.objects.get(pk=meeting.group.pk).is_flotilla
    assert meeting.client(meeting.alice).get(f"{meeting.group.get_absolute_url()}/ships/new").status_code == 404


def test_what_ships_do_for_it_stands_on_its_page(meeting, client, work):
    """A gathering of a ship that says it is for the flotilla; of anybody else it is only said."""
    flotilla = both(meeting)
    work()
    stranger = found_group(meeting.frank, name="Somebody Else", language="en")
    work()
    assert [each.pk for each in groups_joined_by(meeting.frank)] == [stranger.pk]
    assert flotilla.pk in [each.pk for each in groups_joined_by(meeting.erin)]
    for author, speaker, title in (
        (meeting.erin, meeting.readers.actor, "Reading by the canal"),
        (meeting.frank, stranger.actor, "Something else"),
    ):
        meeting.gathering(author=author, speaker=speaker, title=title, kind="action", for_uri=flotilla.uri)
    work()
    page = client.get(flotilla.get_absolute_url()).content.decode()
    assert "Reading by the canal" in page and "Something else" not in page


def fresh(flotilla) -> Group:
    return Group.objects.select_related("actor", "node").get(pk=flotilla.pk)


def steward(meeting):
    root = meeting.somebody("root")
    root.user.is_steward = True
    root.user.save()
    return root


def with_frank(meeting, flotilla, work) -> Group:
    group = found_group(meeting.frank, name="Boaters", joining=Group.Joining.OPEN, language="en")
    actions.sail_with(meeting.frank, group, fresh(flotilla), {"brings": "", "needs": ""})
    work()
    return group


def test_a_member_binds_no_ship_by_proposing(meeting, work):
    flotilla = both(meeting)
    work()
    party = {"uri": meeting.readers.uri, "name": "Plan Readers", "role": "practitioner"}
    with pytest.raises(mandates.NotAllowed):
        mandates.propose_version(
            meeting.bob, meeting.group.actor, fresh(flotilla), parties=[party], title="Mine", purpose="Mine"
        )
    assert not MandateVersion.objects.exists()


def test_what_who_has_left_reached_stays_counted(meeting, work):
    flotilla = both(meeting)
    work()
    agreed(meeting, flotilla)
    boaters = with_frank(meeting, flotilla, work)
    said = {"title": "Two plans", "amount": 2, "reached_on": in_days(0), "language": "en"}
    mandates.tell_result(meeting.frank, boaters.actor, fresh(flotilla), "plans", **said)
    actions.leave_flotilla(meeting.frank, Ship.objects.get(actor=boaters.actor))
    mandate = mandate_of(fresh(flotilla), None)
    assert goals_of(mandate, None)[0].reached == 2 and boaters.uri not in mandate.parties


def test_what_ships_have_signed_stays_when_its_proposer_is_put_ashore(meeting, work):
    flotilla = both(meeting)
    work()
    version = agreed(meeting, flotilla)
    actions.put_ashore(meeting.alice, flotilla, Ship.objects.get(actor=meeting.group.actor))
    current = mandate_of(fresh(flotilla), None).current
    assert current is not None and current.version.pk == version.pk


def test_a_closed_group_sails_no_more_and_holds_nobody_up(meeting, work):
    flotilla = both(meeting)
    work()
    first = agreed(meeting, flotilla)
    withdraw_group(meeting.erin, meeting.readers)
    work()
    assert names(flotilla) == ["Tenants of Camden"] and "flotilla_left" in told(meeting.alice)
    assert mandate_of(fresh(flotilla), None).standing_of(first).stance_of(meeting.readers.uri) == Consent.Stance.LEFT
    second = proposed(meeting, flotilla, parties=[])
    assert mandate_of(fresh(flotilla), None).current.version.pk == second.pk


def test_who_is_put_ashore_is_not_aboard_by_saying_so_anew(meeting, work):
    flotilla = both(meeting)
    work()
    ship = Ship.objects.get(actor=meeting.readers.actor)
    answer(meeting, meeting.alice, flotilla, ship, "ashore")
    actions.leave_flotilla(meeting.erin, ship)
    again = actions.sail_with(meeting.erin, meeting.readers, fresh(flotilla), {"brings": "", "needs": ""})
    work()
    assert names(flotilla) == ["Tenants of Camden"] and "flotilla_asked" in told(meeting.alice)
    answer(meeting, meeting.alice, flotilla, again, "welcome")
    assert names(flotilla) == ["Tenants of Camden", "Plan Readers"]


def test_who_has_left_makes_room_and_is_not_counted(meeting, client, work):
    flotilla = both(meeting)
    work()
    gone = [f"https://hackney.example/groups/{number}" for number in range(58)]
    Group.objects.filter(pk=flotilla.pk).update(ships=[*fresh(flotilla).ships, *gone])
    assert ">2 groups" in client.get("/flotillas/").content.decode().replace(" · ", ">")
    with_frank(meeting, flotilla, work)
    assert names(flotilla) == ["Tenants of Camden", "Plan Readers", "Boaters"]
    assert len(fresh(flotilla).ships) == 3


def test_a_group_that_is_hidden_is_not_among_those_who_sail(meeting, client, work):
    flotilla = both(meeting)
    work()
    moderation.hide(meeting.readers.uri, by=steward(meeting), reason="Unkind")
    work()
    assert "Plan Readers" not in client.get(flotilla.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("days", "hidden"), [(121, True), (160, False)])
def test_nobody_is_asked_about_what_is_hidden_or_long_over(meeting, work, days, hidden):
    flotilla = both(meeting)
    work()
    if hidden:
        moderation.hide(flotilla.uri, by=steward(meeting), reason="Unkind")
    with time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=False):
        with transaction.atomic():
            errand("cop.tell_of_arrival", key="again")
        work()
    assert "flotilla_arrived" not in told(meeting.erin)
