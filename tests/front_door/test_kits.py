"""Starter kits by their pages: read, begun with, taken over step by step, and suggested by the node."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from cop.actions.groups import change_group, found_group
from cop.actions.mandates import propose_version, withdraw_version
from cop.kits.reading import SLUGS, read_kit
from cop.kits.said import LANGUAGES
from cop.models import Group, MandateVersion, Proposal
from desk.kits import NoSuchKit, suggest_kit, suggested
from desk.models import SuggestedKit
from federation.models import Publication
from knowledge.actions import publish_page, withdraw_page
from knowledge.models import Page
from tests.gatherings import Camden

COURSE, HUB = read_kit("course", "en"), read_kit("hub", "en")


@pytest.fixture
def camden(db) -> Camden:
    camden = Camden()
    User.objects.filter(actor=camden.bob).update(is_steward=True)  # Bob looks after the node, Alice after the group
    camden.bob.user.refresh_from_db()
    return camden


@pytest.fixture
def alice(camden):
    return camden.client(camden.alice)


def text_of(client, path: str, status: int = 200, **headers) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == status, (path, answer.status_code)
    return " ".join(unescape(answer.content.decode()).split())


def steps(client, group: Group, kit: str = "course") -> list[str]:
    """The addresses of the steps that are still to be done."""
    page = text_of(client, f"{group.get_absolute_url()}/kit?kit={kit}")
    return re.findall(r'href="([^"]*[?&]kit=[^"]*)" rel="nofollow"', page)


def sent_by(page, *prefixes: str) -> dict[str, str]:
    """What a browser would send of forms as they are shown."""
    found: dict[str, str] = {}
    for name in prefixes:
        formset = page.context[name]
        forms = formset.forms if hasattr(formset, "forms") else [formset]
        if hasattr(formset, "management_form"):
            forms = [formset.management_form, *forms]
        for form in forms:
            for field in form:
                value = field.value()
                if value is not None and value is not False and value != []:
                    found[field.html_name] = value
    return found


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_anybody_reads_what_the_six_kits_hold(client, camden):
    page = text_of(client, "/kits/")
    for slug in SLUGS:
        kit = read_kit(slug, "en")
        assert f'href="/kits/{slug}"' in page and kit.title in page and kit.summary in page and kit.difference in page
    assert "7 words" in page and "3 first pages" in page


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_one_kit_is_shown_whole_in_either_language(client, camden, slug, language):
    kit = read_kit(slug, language)
    page = text_of(client, f"/kits/{slug}", **{"Accept-Language": language})
    for word in kit.words:
        assert word.label in page and word.meaning in page
    for said in (kit.mandate.title, *(role.title for role in kit.group.roles), *(each.title for each in kit.pages)):
        assert said in page
    assert all(each.title in page for each in kit.first_needs)
    assert page.count("<details") == 1 + len(kit.pages)
    assert f'lang="{kit.language}"' in page.split("<body")[0], "the page is in that language"


def test_a_kit_in_another_language_than_the_page_says_so(client, camden):
    page = text_of(client, "/kits/hub?language=it")
    italian = read_kit("hub", "it")
    assert f'<h1 lang="it">{italian.title}</h1>' in page and italian.words[0].meaning in page
    assert "/groups/new?kit=hub&language=it" in page
    assert text_of(client, "/kits/hub?language=tlh").count(HUB.title), "one that no kit is written in is passed over"


@pytest.mark.parametrize(
    "path", ["/kits/party", "/kits/hub/", "/groups/new?kit=party", "/know-how/new?kit=party&page=1"]
)
def test_a_kit_that_there_is_not_is_not_found(alice, path):
    text_of(alice, path, status=404)


def test_visitors_read_and_are_asked_to_sign_in_before_they_found(client, camden):
    assert "Sign in, and found a group from this kit" in text_of(client, "/kits/course")
    answer = client.get("/groups/new?kit=course")
    assert answer.status_code == 302 and answer["Location"].endswith("next=/groups/new%3Fkit%3Dcourse")
    assert "Begin with these words" not in text_of(client, "/kits/course")


# --- Founding ---------------------------------------------------------------------------------------------------------


def test_a_group_founded_from_a_kit_begins_with_its_words_and_goes_on_to_its_steps(camden, alice):
    assert 'href="/kits/"' in text_of(alice, "/groups/new")
    before = Publication.objects.count()
    shown = alice.get("/groups/new?kit=course&language=it")
    italian = read_kit("course", "it")
    assert shown.context["form"]["summary"].value() == italian.group.summary
    assert shown.context["form"]["kinds"].value() == list(italian.group.kinds)
    assert shown.context["form"]["topics"].value() == italian.topic_iris
    assert shown.context["form"]["language"].value() == "it" and not shown.context["form"]["name"].value()
    assert Group.objects.count() == 1 and Publication.objects.count() == before, "nothing happens by looking"
    sent = sent_by(shown, "form") | {"name": "Corso di prova"}
    answer = alice.post("/groups/new?kit=course&language=it", sent)
    group = Group.objects.get(name="Corso di prova")
    assert answer.status_code == 302 and answer["Location"] == f"{group.get_absolute_url()}/kit?kit=course"
    assert (group.summary, group.kinds, group.topics) == (
        italian.group.summary,
        list(italian.group.kinds),
        italian.topic_iris,
    )
    assert not group.subject and not MandateVersion.objects.exists() and not Page.objects.exists()
    page = text_of(alice, answer["Location"])
    assert italian.pages[0].title in page, "in the group's own language"


def test_what_is_wrong_in_the_form_of_a_kit_is_mended_there(alice):
    answer = alice.post("/groups/new?kit=hub", {"name": "", "joining": "open", "language": "en"})
    assert answer.status_code == 400 and answer.context["kit"] == HUB
    assert Group.objects.count() == 1


# --- Steps ------------------------------------------------------------------------------------------------------------


def test_a_steward_takes_over_practice_then_structure_and_sees_each_done(camden, alice):
    group = camden.group
    assert "Start from a kit" in text_of(alice, f"{group.get_absolute_url()}/practice")
    change_group(camden.alice, group, {"subject": "Our own subject"})
    todo = steps(alice, group)
    assert len(todo) == 3 + len(COURSE.pages)
    shown = alice.get(todo[0])
    assert shown.context["form"]["subject"].value() == "Our own subject", "only what is empty is filled in"
    assert shown.context["form"]["practice"].value() == COURSE.group.practice
    assert not shown.context["roles"].initial, "roles are a step of their own"
    group.refresh_from_db()
    assert (group.practice, group.version) == ("", 2), "nothing is saved by looking"
    answer = alice.post(todo[0], sent_by(shown, "form", "roles", "tables"))
    assert answer.status_code == 302 and answer["Location"] == f"{group.get_absolute_url()}/kit?kit=course"
    group.refresh_from_db()
    assert (group.subject, group.motivation) == ("Our own subject", COURSE.group.motivation)
    assert todo[0] not in steps(alice, group) and todo[1] in steps(alice, group)
    shown = alice.get(todo[1])
    answer = alice.post(todo[1], sent_by(shown, "form", "roles", "tables") | {"role-0-holder": "Erin"})
    assert answer.status_code == 302, (shown.context["roles"].errors, answer.context)
    group.refresh_from_db()
    assert [role["title"] for role in group.roles] == [role.title for role in COURSE.group.roles]
    assert group.roles[0]["holder"] == "Erin" and group.roles[0]["starts"] == f"{timezone.localdate()}"
    assert group.roles[0]["ends"] > group.roles[0]["starts"]
    assert [table["about"] for table in group.tables] == [table.about for table in COURSE.group.tables]
    assert todo[1] not in steps(alice, group)


def test_a_mandate_is_proposed_from_a_kit_and_only_where_there_is_none(camden, alice):
    group, campaign = camden.group, read_kit("campaign", "en")
    step = next(each for each in steps(alice, group, "campaign") if "/mandate/new" in each)
    shown = alice.get(step)
    assert campaign.title in text_of(alice, step)
    assert not MandateVersion.objects.exists()
    sent = sent_by(shown, "form", "goals", "parties") | {"title": "Our street first", "speaker": group.public_id}
    answer = alice.post(step, sent)
    assert answer.status_code == 302, [answer.context[name].errors for name in ("form", "goals", "parties")]
    assert answer["Location"] == f"{group.get_absolute_url()}/kit?kit=campaign"
    version = MandateVersion.objects.get()
    assert (version.title, version.purpose) == ("Our street first", campaign.mandate.purpose)
    assert [goal["text"] for goal in version.goals] == [goal.text for goal in campaign.mandate.goals]
    assert version.goals[1]["target"] == "50" and version.goals[1]["unit"] == "conversations"
    assert version.review_on < version.ends_on
    assert step not in steps(alice, group, "campaign")
    assert alice.get(step).context["form"]["title"].value() == "Our street first", "a kit replaces nothing"
    withdraw_version(camden.alice, version)
    assert step in steps(alice, group, "campaign")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_page_is_published_by_its_own_form_with_the_words_of_the_kit(camden, alice, language, work):
    group, kit = camden.group, read_kit("course", language)
    first = next(each for each in steps(alice, group) if "page=1" in each).replace(
        "language=en", f"language={language}"
    )
    shown = alice.get(first)
    body = shown.context["form"]["body"].value()
    assert body.startswith(kit.pages[0].body) and f"- **{kit.words[0].label}**: {kit.words[0].meaning}" in body
    assert not Page.objects.exists(), "nothing is published by looking"
    answer = alice.post(first, sent_by(shown, "form"))
    assert answer.status_code == 302 and answer["Location"] == f"{group.get_absolute_url()}/kit?kit=course"
    page = Page.objects.get()
    assert (page.title, page.kind, page.language) == (kit.pages[0].title, kit.pages[0].kind, language)
    assert page.actor == group.actor and page.topics == [f"urn:flotilla:topic:{slug}" for slug in kit.pages[0].topics]
    todo = steps(alice, group)
    assert not [each for each in todo if "page=1" in each] and [each for each in todo if "page=2" in each]
    second = alice.get(next(each for each in todo if "page=2" in each))
    assert COURSE.words[0].meaning not in second.context["form"]["body"].value(), "the words stand on the first alone"
    withdraw_page(camden.alice, page)
    assert [each for each in steps(alice, group) if "page=1" in each]


def test_a_page_of_somebody_else_does_not_count(camden, alice):
    erin = camden.somebody("erin")
    other = found_group(erin, name="Plan Readers", language="en")
    page = COURSE.pages[0]
    told = {"title": page.title, "short_answer": page.short_answer, "body": page.body, "language": "en"}
    publish_page(erin, other.actor, **told)
    assert [each for each in steps(alice, camden.group) if "page=1" in each]


@pytest.mark.parametrize("number", ["", "0", "9", "one", "1.0"])
def test_a_page_that_the_kit_does_not_have_is_not_found(alice, number):
    text_of(alice, f"/know-how/new?kit=course&page={number}", status=404)


def test_a_member_writes_a_page_of_a_kit_and_comes_to_the_page(camden):
    """The steps are the stewards'."""
    bob = camden.client(camden.bob)
    address = f"/know-how/new?{urlencode({'kit': 'course', 'page': 2, 'speaker': camden.group.public_id})}"
    answer = bob.post(address, sent_by(bob.get(address), "form"))
    assert answer.status_code == 302 and answer["Location"] == Page.objects.get().get_absolute_url()


def test_needs_of_a_kit_are_examples_that_nobody_publishes_unseen(camden, alice):
    authority = read_kit("authority", "en")
    page = text_of(alice, f"{camden.group.get_absolute_url()}/kit?kit=authority")
    addresses = re.findall(r'href="(/(?:needs|offers)/new[^"]*)" rel="nofollow"', page)
    assert len(addresses) == len(authority.first_needs) and "None of them is published by itself." in page
    form = alice.get(addresses[0]).context["form"]
    assert form["title"].value() == authority.first_needs[0].title and form["speaker"].value() == camden.group.public_id
    assert form.shape == Proposal.Shape.OPENING
    assert not Proposal.objects.exists()


def test_a_group_chooses_a_kit_at_any_time(camden, alice):
    page = text_of(alice, f"{camden.group.get_absolute_url()}/kit")
    for slug in SLUGS:
        assert f'href="{camden.group.get_absolute_url()}/kit?kit={slug}"' in page


def test_steps_are_for_stewards_of_the_group(camden, client):
    path = f"{camden.group.get_absolute_url()}/kit"
    for query in ("", "?kit=course"):
        assert client.get(path + query).status_code == 302, "a visitor signs in first"
        text_of(camden.client(camden.bob), path + query, status=403)
        text_of(camden.client(camden.charlie), path + query, status=403)
    text_of(camden.client(camden.alice), f"{path}?kit=party", status=404)
    assert camden.client(camden.alice).post(f"{path}?kit=course").status_code == 405
    text_of(camden.client(camden.bob), f"{camden.group.get_absolute_url()}/practice?kit=course", status=403)
    text_of(camden.client(camden.charlie), f"{camden.group.get_absolute_url()}/mandate/new?kit=course", status=403)


def test_a_mandate_in_force_is_a_step_that_is_done(camden, alice):
    said = {
        "title": "Ours",
        "purpose": "To read.",
        "review_on": timezone.localdate().replace(year=2199),
        "language": "en",
    }
    propose_version(camden.alice, camden.group.actor, camden.group, **said)
    assert not [each for each in steps(alice, camden.group) if "/mandate/new" in each]


# --- What the node suggests -------------------------------------------------------------------------------------------


def test_a_steward_of_the_node_suggests_a_kit_and_takes_it_back(camden, alice, client):
    bob = camden.client(camden.bob)
    assert 'href="/desk/kits"' in text_of(bob, "/desk/")
    assert HUB.summary in text_of(bob, "/desk/kits")
    assert bob.post("/desk/kits", {"suggested": "hub"}).status_code == 302
    assert suggested() == "hub" and 'value="hub" required' not in text_of(bob, "/desk/kits")
    page = text_of(alice, "/groups/new")
    assert page.index("/groups/new?kit=hub") < page.index('href="/kits/"') and HUB.title in page
    assert "Suggested on this node" in text_of(client, "/kits/")
    assert bob.post("/desk/kits", {"suggested": "course"}).status_code == 302
    assert SuggestedKit.objects.get().slug == "course", "one at a time"
    assert bob.post("/desk/kits", {"suggested": ""}).status_code == 302
    assert suggested() == "" and "/groups/new?kit=" not in text_of(alice, "/groups/new")
    assert "Suggested on this node" not in text_of(client, "/kits/")


def test_only_stewards_of_the_node_suggest_and_only_what_there_is(camden, alice, client):
    assert client.get("/desk/kits").status_code == 302
    text_of(alice, "/desk/kits", status=404)
    assert alice.post("/desk/kits", {"suggested": "hub"}).status_code == 404
    bob = camden.client(camden.bob)
    assert bob.post("/desk/kits", {"suggested": "party"}).status_code == 400
    with pytest.raises(PermissionDenied):
        suggest_kit("hub", by=camden.alice)
    with pytest.raises(NoSuchKit):
        suggest_kit("party", by=camden.bob)
    assert suggested() == ""


def test_the_database_keeps_one_suggestion_with_a_name(db):
    for wrong in ({"id": 2, "slug": "hub"}, {"slug": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SuggestedKit.objects.create(**wrong)


def test_a_suggested_kit_that_is_no_longer_there_is_passed_over(camden, alice):
    SuggestedKit.objects.create(slug="gone")
    assert "/groups/new?kit=" not in text_of(alice, "/groups/new")
    text_of(alice, "/kits/")
