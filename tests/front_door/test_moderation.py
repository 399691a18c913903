"""What stewards hide, limit, suspend or remove: nobody finds it anywhere, and undone it is back everywhere."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from cop.actions.conversations import publish_post, write_to
from cop.actions.people import change_page, person_of
from cop.actions.proposals import publish_proposal
from cop.models import Proposal
from federation import moderation, reports
from federation.attaching import Attaching, keep
from federation.models import Actor, Flag, Publication, Restriction
from federation.uploads import rewrite
from notifications.actions import follow
from notifications.models import Notice
from tests.gatherings import HOUSING, Camden
from tests.moderated import as_program, places_with, said_of
from tests.neighbours import a_neighbour
from tests.pictures import picture

HIDDEN, LIMITED, SUSPENDED = Restriction.Level.HIDDEN, Restriction.Level.LIMITED, Restriction.Level.SUSPENDED


@pytest.fixture
def camden(db):
    camden = Camden()
    User.objects.filter(actor=camden.alice).update(is_steward=True)
    camden.alice = Actor.objects.get(pk=camden.alice.pk)
    change_page(person_of(camden.bob), {"name": "Bob", "is_public": True})
    return camden


@pytest.fixture
def hackney(db):
    return a_neighbour()


@pytest.fixture
def need(camden, work):
    """Bob's own words, with a picture."""
    need = publish_proposal(
        camden.bob,
        camden.bob,
        Proposal.Direction.NEED,
        title="A quarrelsome room",
        language="en",
        lat=51.5,
        lon=-0.1,
        topics=[HOUSING],
        attached=Attaching((keep(rewrite(picture()), alt="A room", name=""),)),
    )
    work()
    return need


def hide(camden, need, reason="It hurts people."):
    return moderation.hide(need.uri, by=camden.alice, reason=reason)


def report_of(camden, thing) -> Flag:
    flag, _is_new = reports.report(camden.charlie, thing, "hurtful", "Look at it.")
    return flag


def test_what_is_hidden_is_nowhere_and_is_back_when_that_is_undone(camden, hackney, need, work):
    before = places_with(camden, need)
    assert {"page", "picture", "list", "map", "search", "feed", "table", "topic", "person", "thread"} <= before
    hidden = hide(camden, need)
    assert places_with(camden, need) == set(), "at once, before any work was done"
    work()
    assert as_program(need).status_code == 410 and as_program(need).json()["type"] == "Tombstone"
    assert Publication.objects.get(uri=need.uri).tombstone
    outbox = Client().get(f"{camden.bob.uri.removeprefix(settings.ORIGIN)}/outbox?page=1").content.decode()
    assert "quarrelsome" not in outbox
    assert camden.client(camden.alice).post(f"/desk/moderation/{hidden.pk}/undoing").status_code == 302
    work()
    assert places_with(camden, need) == before
    answer = as_program(need)
    assert answer.status_code == 200 and answer.json()["name"] == "A quarrelsome room"
    versions = [version for _verb, version in said_of(need)]
    assert [verb for verb, _version in said_of(need)][1:] == ["Delete", "Create"]
    assert versions[1] < versions[2] == answer.json()["version"], "each is news to those who hold the one before"


def test_who_wrote_it_and_the_stewards_still_see_what_is_hidden_and_why(camden, need, work):
    hide(camden, need)
    work()
    for person in (camden.bob, camden.alice):
        page = camden.client(person).get(need.get_absolute_url()).content.decode()
        assert "A quarrelsome room" in page and "have hidden this" in page and "It hurts people." in page
    assert camden.client(camden.charlie).get(need.get_absolute_url()).status_code == 404


def test_a_decision_undone_twice_is_undone_once(camden, need):
    hidden = hide(camden, need)
    moderation.lift(hidden, by=camden.alice)
    with pytest.raises(moderation.NotInForce):
        moderation.lift(hidden, by=camden.alice)
    assert (
        "undone already"
        in camden.client(camden.alice).post(f"/desk/moderation/{hidden.pk}/undoing", follow=True).content.decode()
    )
    again = hide(camden, need, "Once more")
    assert again.pk != hidden.pk and Restriction.objects.count() == 2, "every decision stays on record"
    assert hide(camden, need).pk == again.pk, "what is hidden is not hidden twice"


def test_the_database_keeps_one_decision_of_a_kind_and_no_half_ones(camden, need):
    hide(camden, need)
    for wrong in (
        {"level": "hidden", "object_uri": need.uri},
        {"level": "hidden", "object_uri": ""},
        {"level": "suspended", "object_uri": need.uri},
        {"level": "hidden", "actor": camden.bob, "object_uri": need.uri},
        {"level": "suspended", "actor": camden.bob, "group": camden.group.actor},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Restriction.objects.create(**wrong)


def test_nobody_but_a_steward_decides_or_reads_reports(camden, need):
    flag = report_of(camden, need)
    hidden = hide(camden, need)
    for person in (camden.bob, camden.charlie):
        with pytest.raises(PermissionDenied):
            moderation.hide(need.uri, by=person, reason="")
        with pytest.raises(PermissionDenied):
            moderation.restrict_actor(SUSPENDED, camden.alice, by=person, reason="")
        with pytest.raises(PermissionDenied):
            moderation.lift(hidden, by=person)
        client = camden.client(person)
        for path in (
            "/desk/reports",
            f"/desk/reports/{flag.pk}",
            "/desk/moderation",
            f"/desk/moderation/{hidden.pk}/refusal",
        ):
            assert client.get(path).status_code == 404, path
        for path in (f"/desk/reports/{flag.pk}", f"/desk/moderation/{hidden.pk}/undoing"):
            assert client.post(path, {"decision": "nothing", "words": "x"}).status_code == 404, path
    flag.refresh_from_db()
    assert flag.seen_at is None and flag.closed_at is None and Restriction.objects.in_force().exists()


def test_a_suspended_person_is_heard_nowhere_and_publishes_nothing_until_that_is_undone(camden, hackney, need, work):
    post = publish_post(camden.bob, camden.group.uri, "Listen to me", title="Listen")
    work()
    suspended = moderation.restrict_actor(SUSPENDED, camden.bob, by=camden.alice, reason="Insults")
    work()
    assert places_with(camden, need) == set()
    assert "Listen to me" not in Client().get(camden.group.get_absolute_url()).content.decode()
    assert as_program(need).status_code == as_program(post).status_code == 410
    assert as_program(need)["Cache-Control"] == "no-cache", "or a browser would keep it for ever, and this is undone"
    said = as_program(person_of(camden.bob)).json()
    assert said["type"] == "Person" and "name" not in said and said["publicKey"], "an account that may come back"
    assert {verb for verb, _version in said_of(person_of(camden.bob))} == {"Create", "Update"}, "no Delete ends it"
    with pytest.raises(moderation.Suspended):
        publish_proposal(camden.bob, camden.bob, Proposal.Direction.NEED, title="Again", language="en")
    founding = {"name": "Bob again", "joining": "open", "language": "en", "steward_name": "Bob"}
    assert camden.client(camden.bob).post("/groups/new", founding).status_code == 403
    form = {"about": camden.group.uri, "voice": "me", "text": "Again", "language": "en"}
    assert camden.client(camden.bob).post("/threads/", form).status_code == 403
    moderation.lift(suspended, by=camden.alice)
    work()
    assert {"page", "list", "map", "person"} <= places_with(camden, need)
    assert as_program(person_of(camden.bob)).json()["name"] == "Bob"
    assert as_program(post).status_code == 200
    publish_post(camden.bob, camden.group.uri, "Sorry", title="Sorry")


def test_a_suspended_group_keeps_its_address_and_loses_its_words(camden, hackney, work):
    need = publish_proposal(camden.bob, camden.group.actor, Proposal.Direction.NEED, title="Ours", language="en")
    work()
    suspended = moderation.restrict_actor(SUSPENDED, camden.group.actor, by=camden.alice, reason="A sham")
    work()
    assert Client().get(camden.group.get_absolute_url()).status_code == 404
    said = as_program(camden.group).json()
    assert said["type"] == "Group" and said["discoverable"] is False and as_program(need).status_code == 410
    assert not said.keys() & {"name", "nameMap", "summary", "website", "location", "attachment", "tag", "memberCount"}
    with pytest.raises(moderation.Suspended):
        publish_proposal(camden.bob, camden.group.actor, Proposal.Direction.NEED, title="More", language="en")
    moderation.lift(suspended, by=camden.alice)
    work()
    assert Client().get(camden.group.get_absolute_url()).status_code == 200 == as_program(need).status_code


def test_who_is_limited_is_in_no_list_and_opens_by_address_and_for_followers(camden, need, work):
    follow(camden.charlie.user, "person", camden.bob.uri)
    moderation.restrict_actor(LIMITED, camden.bob, by=camden.alice, reason="Too many at once")
    work()
    assert places_with(camden, need) == {"page", "picture", "person", "thread"}
    follow(camden.alice.user, "topic", HOUSING)
    publish_proposal(camden.bob, camden.bob, Proposal.Direction.NEED, title="Another", language="en", topics=[HOUSING])
    work()
    told = Notice.objects.filter(kind__startswith="new_")
    assert set(told.values_list("user__actor", flat=True)) == {camden.charlie.pk}, "only who follows them"
    notices = camden.client(camden.charlie).get("/notices/").content.decode()
    assert "Another" in notices


def test_a_nodes_own_actor_is_not_suspended(camden):
    from federation import actors

    with pytest.raises(moderation.CannotRestrict):
        moderation.restrict_actor(SUSPENDED, actors.this_node().actor, by=camden.alice, reason="")


@pytest.mark.parametrize("decision", ["hide", "remove", "limit", "suspend", "nothing"])
def test_a_decision_closes_every_report_of_the_thing_and_all_are_told(camden, need, work, decision):
    flag = report_of(camden, need)
    dana = camden.somebody("dana")
    other, _is_new = reports.report(dana, need, "false", "")
    work()
    Notice.objects.all().delete()
    page = f"/desk/reports/{flag.pk}"
    assert "Look at it." in camden.client(camden.alice).get(page).content.decode()
    answer = camden.client(camden.alice).post(page, {"decision": decision, "words": "Be kinder."})
    assert answer.status_code == 302
    work()
    assert set(Flag.objects.values_list("outcome_words", flat=True)) == {"Be kinder."}
    for reporter in (camden.charlie, dana):
        assert Notice.objects.filter(user__actor=reporter, kind="report_answered").count() == 1
        assert "Be kinder." in camden.client(reporter).get("/reports/").content.decode()
    kind = {"hide": "thing_hidden", "remove": "removed_by_stewards", "limit": "limited", "suspend": "suspended"}
    told = Notice.objects.filter(user__actor=camden.bob)
    assert [each.kind for each in told] == ([kind[decision]] if decision in kind else [])
    if told:
        assert "Be kinder." in camden.client(camden.bob).get("/notices/").content.decode()
    seen = Client().get(need.get_absolute_url()).status_code
    assert seen == {"hide": 404, "remove": 404, "suspend": 404}.get(decision, 200)
    assert other.uri != flag.uri


def test_a_page_of_a_person_is_not_hidden_and_a_thing_that_is_gone_cannot_be_decided_about(camden, need, work):
    """An account that is taken from other nodes never comes back there, so that is no choice."""
    flag = report_of(camden, person_of(camden.bob))
    page = camden.client(camden.alice).get(f"/desk/reports/{flag.pk}").content.decode()
    assert 'value="suspend"' in page and 'value="hide"' not in page and 'value="remove"' not in page
    refused = camden.client(camden.alice).post(f"/desk/reports/{flag.pk}", {"decision": "hide", "words": "x"})
    assert refused.status_code == 400 and not Restriction.objects.exists()
    second = report_of(camden, need)
    camden.client(camden.bob).post(f"{need.get_absolute_url()}/withdrawal")
    page = camden.client(camden.alice).get(f"/desk/reports/{second.pk}").content.decode()
    assert 'value="nothing"' in page and 'value="hide"' not in page and "is gone" in page


def test_one_person_has_one_open_report_of_a_thing_and_not_too_many(camden, need, monkeypatch):
    form = {"about": need.uri, "reason": "false", "words": ""}
    client = camden.client(camden.charlie)
    assert client.post("/reports/new", form).status_code == client.post("/reports/new", form).status_code == 302
    assert Flag.objects.count() == 1
    monkeypatch.setattr(reports, "MOST_OPEN", 1)
    answer = client.post("/reports/new", {**form, "about": camden.group.uri})
    assert answer.status_code == 400 and "wait for an answer" in answer.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Flag.objects.create(uri="x", object_uri=need.uri, reporter=camden.charlie)


def test_a_name_is_told_only_where_its_owner_wants_that(camden, need):
    change_page(person_of(camden.charlie), {"name": "Charlie Chaplin"})
    form = {"about": need.uri, "reason": "false", "words": "Wrong."}
    camden.client(camden.charlie).post("/reports/new", form)
    assert "Chaplin" not in Flag.objects.get().words
    camden.client(camden.charlie).post("/reports/new", {**form, "about": camden.group.uri, "told": "on"})
    assert Flag.objects.get(object_uri=camden.group.uri).words == "Wrong.\n\nCharlie Chaplin"


def test_the_form_promises_nothing_that_a_tick_would_break_and_says_where_there_is_no_name(camden, hackney, need):
    nameless = camden.somebody("eve")
    Proposal.objects.filter(pk=need.pk).update(node=hackney, author=None)
    for thing in (need, camden.group):
        page = camden.client(nameless).get("/reports/new", {"about": thing.uri}).content.decode()
        assert "your name unless you tick the box below" in page and "does not learn who you are" not in page
    form = {"about": camden.group.uri, "reason": "false", "words": "Wrong.", "told": "on"}
    refused = camden.client(nameless).post("/reports/new", form)
    assert refused.status_code == 400 and "You have no name here that we could tell" in refused.content.decode()
    assert not Flag.objects.exists()
    assert camden.client(nameless).post("/reports/new", form | {"told": ""}).status_code == 302


def test_what_cannot_be_read_cannot_be_reported(camden, need):
    """Absent and forbidden are the same; visitors sign in first."""
    hide(camden, need)
    message = write_to(camden.alice, camden.bob, "Between us")
    client = camden.client(camden.charlie)
    for about in (need.uri, message.uri, "", "https://nowhere.example/x", "\0", f"{settings.ORIGIN}/topics/housing"):
        assert client.get("/reports/new", {"about": about}).status_code == 404, about
        assert client.post("/reports/new", {"about": about, "reason": "false"}).status_code == 404, about
    assert Client().get("/reports/new", {"about": camden.group.uri}).status_code == 302
    assert not Flag.objects.exists()
    assert camden.client(camden.bob).get("/reports/new", {"about": message.uri}).status_code == 200


def test_the_log_says_what_was_decided_by_whom_and_what_was_undone(camden, need):
    hidden = hide(camden, need)
    log = camden.client(camden.alice)
    assert "It hurts people." in log.get("/desk/moderation").content.decode()
    moderation.lift(hidden, by=camden.alice)
    page = log.get("/desk/moderation").content.decode()
    assert "undone" in page and "A quarrelsome room" in page and "/undoing" not in page


def test_words_about_what_is_hidden_reach_nobody(camden, need, work):
    """Nobody is told of hidden words, nor can anybody write under what is hidden."""
    post = publish_post(camden.bob, camden.group.uri, "Nasty words", title="Nasty")
    moderation.hide(post.uri, by=camden.alice, reason="Nasty")
    work()
    assert not Notice.objects.filter(uri=post.uri).exists()
    assert "Nasty words" not in Client().get(camden.group.get_absolute_url()).content.decode()
    assert Client().get(post.get_absolute_url()).status_code == 404
    hide(camden, need)
    answer = camden.client(camden.charlie).post("/threads/", {"about": need.uri, "text": "x", "voice": "me"})
    assert answer.status_code == 404


def test_a_suspended_member_can_still_leave_and_be_asked_to(camden, work):
    """Their page follows what happened to them; nobody stumbles over the suspension."""
    change_page(person_of(camden.bob), {"shown": ["groups"]})
    moderation.restrict_actor(SUSPENDED, camden.bob, by=camden.alice, reason="Insults")
    answer = camden.client(camden.bob).post(f"{camden.group.get_absolute_url()}/leaving")
    assert answer.status_code == 302 and person_of(camden.bob).groups == []


def test_a_steward_reads_of_a_person_only_what_they_show(camden):
    change_page(person_of(camden.bob), {"summary": "My private words", "shown": []})
    flag = report_of(camden, person_of(camden.bob))
    page = camden.client(camden.alice).get(f"/desk/reports/{flag.pk}").content.decode()
    assert "Bob" in page and "My private words" not in page


def test_long_words_in_any_script_fit_into_the_notice_about_them(camden, work):
    need = publish_proposal(camden.bob, camden.bob, Proposal.Direction.NEED, title="🙂" * 100, language="en")
    report_of(camden, need)
    moderation.hide(need.uri, by=camden.alice, reason="🙃" * 500)
    work()
    assert Notice.objects.filter(user__actor=camden.alice, kind="report_waiting").exists()
    assert "🙃" in camden.client(camden.bob).get("/notices/").content.decode()
