"""People's pages: nothing is shown before they choose to, then only what they tick."""

from __future__ import annotations

from html import unescape

import pytest
from django.db import IntegrityError, transaction

from cop.actions.groups import withdraw_group
from cop.actions.membership import join_group, leave_group
from cop.actions.people import person_of
from cop.actions.proposals import publish_proposal
from cop.models import Person, Proposal
from federation.models import Publication
from tests.gatherings import HOUSING, Camden

FORM = {
    "name": "Charlie Okafor",
    "summary": "Letters to **landlords**.",
    "topics": [HOUSING],
    "practice": "pro-bono",
    "languages": ["en", "it"],
    "area": "Hackney, London",
    "language": "en",
    "shown": ["summary", "languages"],
    "is_public": "on",
}
ACTIVITY = {"Accept": "application/activity+json"}


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


def save(camden, **changed):
    sent = {name: value for name, value in (FORM | changed).items() if value is not None}
    answer = camden.client(camden.charlie).post("/me/page", sent, follow=True)
    assert answer.status_code == 200, answer.context["form"].errors
    return person_of(camden.charlie)


def test_nobody_has_a_page_until_they_show_one(camden, client, work):
    person = person_of(camden.charlie)
    work()
    assert client.get(person.get_absolute_url()).status_code == 404
    document = client.get(person.get_absolute_url(), headers=ACTIVITY).json()
    assert set(document) >= {"id", "publicKey"} and "name" not in document, "only what checks a signature"
    assert "charlie" not in client.get("/atlas/?kind=person").content.decode().lower()
    assert not Publication.objects.filter(uri=person.uri).exists()


def test_only_what_is_ticked_is_shown(camden, client, work):
    person = save(camden)
    work()
    page = unescape(client.get(person.get_absolute_url()).content.decode())
    page = page[page.index("<main") : page.index("</main>")]  # around it, every page knows the topics' names
    assert "Charlie Okafor" in page and "<strong>landlords</strong>" in page and "Italiano" in page
    assert "Hackney" not in page and "Pro bono" not in page and "Housing" not in page
    document = client.get(person.get_absolute_url(), headers=ACTIVITY).text
    assert "Charlie Okafor" in document and "landlords" in document
    assert "Hackney" not in document and "pro-bono" not in document and HOUSING not in document
    assert "Charlie Okafor" in client.get("/atlas/?kind=person").content.decode()
    assert "Charlie Okafor" not in client.get("/atlas/?kind=person&topic=housing").content.decode()


def test_their_own_page_is_theirs_to_see(camden):
    person = save(camden, is_public=None)
    answer = camden.client(camden.charlie).get(person.get_absolute_url())
    assert answer.status_code == 200 and "Only you can see this page." in answer.content.decode()
    assert camden.client(camden.alice).get(person.get_absolute_url()).status_code == 404


def test_hiding_it_takes_everything_back(camden, client, work):
    person = save(camden)
    work()
    save(camden, is_public=None)
    work()
    assert client.get(person.get_absolute_url()).status_code == 404
    assert "Charlie" not in client.get(person.get_absolute_url(), headers=ACTIVITY).text
    assert "Charlie" not in client.get("/atlas/?kind=person").content.decode()
    held = Publication.objects.get(uri=person.uri)
    assert (held.version, held.tombstone) == (person.version + 1, False), (
        "changed, and never withdrawn: it signs things"
    )


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": ""}, "name", "Give a name to show your page"),
        ({"name": "x" * 121}, "name", "at most 120 characters"),
        ({"practice": "for gold"}, "practice", "for gold is not one of the available choices"),
        ({"shown": ["email"]}, "shown", "email is not one of the available choices"),
        ({"languages": ["tlh"]}, "languages", "tlh is not one of the available choices"),
        ({"topics": ["housing"]}, "topics", "housing is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(camden, changed, field, words):
    answer = camden.client(camden.charlie).post("/me/page", FORM | changed)
    assert answer.status_code == 400
    assert words in " ".join(answer.context["form"].errors.get(field, [])), answer.context["form"].errors
    assert not Person.objects.filter(is_public=True).exists()


@pytest.mark.parametrize("fields", [{"lat": 51.5, "lon": 0.1}, {"name": ""}, {"was_public": False}])
def test_the_database_itself_refuses_what_cannot_be(camden, fields):
    person = save(camden)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(**fields)


def test_visitors_sign_in_first(client, db):
    assert client.get("/me/page").url == "/accounts/login/?next=/me/page"


# --- The groups one is in --------------------------------------------------------------------------------------------


def related(client, person) -> list[str]:
    return [link["to"] for link in client.get("/atlas/network.json").json()["links"] if link["from"] == person.uri]


def test_who_is_in_a_group_is_told_to_nobody_before_they_choose_to(camden, client, work):
    join_group(camden.charlie, camden.group, name="Charlie")
    person = save(camden)
    work()
    assert related(client, person) == []
    assert "Tenants of Camden" not in client.get(person.get_absolute_url()).content.decode()
    assert "memberOf" not in client.get(person.get_absolute_url(), headers=ACTIVITY).json()


def test_the_groups_one_shows_stay_true(camden, client, work):
    person = save(camden, shown=["groups"])
    assert person.groups == []
    join_group(camden.charlie, camden.group, name="Charlie")
    work()
    assert related(client, person) == [camden.group.uri]
    assert "Tenants of Camden" in client.get(person.get_absolute_url()).content.decode()
    said = client.get(person.get_absolute_url(), headers=ACTIVITY).json()
    assert (said["memberOf"], said["version"]) == ([camden.group.uri], person.version + 1)
    leave_group(camden.charlie, camden.group)
    work()
    assert related(client, person) == []
    assert "Tenants of Camden" not in client.get(person.get_absolute_url()).content.decode()
    assert "memberOf" not in client.get(person.get_absolute_url(), headers=ACTIVITY).json()


def test_hiding_the_page_hides_the_groups(camden, client, work):
    join_group(camden.charlie, camden.group, name="Charlie")
    person = save(camden, shown=["groups"])
    assert person.groups == [camden.group.uri]
    assert save(camden, shown=["groups"], is_public=None).groups == []
    work()
    assert related(client, person) == []


def test_who_follows_a_person_finds_at_the_front_door_what_they_say_in_their_own_name(camden, work):
    person = save(camden)
    work()
    bob = camden.client(camden.bob)
    bob.post("/me/following/additions", {"kind": "person", "target": person.uri})
    join_group(camden.charlie, camden.group, name="Charlie")
    for speaker, title in ((camden.charlie, "A ladder"), (camden.group.actor, "A van for the group")):
        publish_proposal(camden.charlie, speaker, Proposal.Direction.NEED, title=title, language="en")
    work()
    page = bob.get("/").content.decode()
    followed = page.partition('id="followed"')[2].partition("</section>")[0]
    assert "A ladder" in followed and "A van for the group" not in followed, "nobody is told who wrote for a group"

    save(camden, is_public=None)
    work()
    page = bob.get("/").content.decode()
    assert "A ladder" not in page.partition('id="followed"')[2].partition("</section>")[0], "the page is not shown"


def test_a_group_that_was_closed_leaves_the_page_of_who_shows_it(camden, client, work):
    join_group(camden.charlie, camden.group, name="Charlie")
    person = save(camden, shown=["groups"])
    withdraw_group(camden.alice, camden.group)
    work()
    person.refresh_from_db()
    assert person.groups == []
    assert "memberOf" not in client.get(person.get_absolute_url(), headers=ACTIVITY).json()
