"""Groups, by their pages: founding, changing, joining, answering, roles, closing."""

from __future__ import annotations

from html import unescape

import pytest
from django.utils import translation

from accounts.actions import set_language
from accounts.models import User
from cop.actions.membership import NoLongerThere, accept_member, join_group, refuse_member, set_role
from cop.actions.proposals import publish_proposal
from cop.models import Group, Member, Proposal
from federation.models import Actor, AudienceKey, Node, Publication
from tests.gatherings import HOUSING, Camden

FORM = {
    "name": "Renters' Tuesday",
    "summary": "We read leases **aloud**.",
    "kinds": ["community", "campaign"],
    "topics": [HOUSING],
    "joining": "request",
    "area": "Camden, London",
    "lat": "51,5290",
    "lon": "-0.1255",
    "languages": ["en", "it"],
    "language": "en",
    "website": "renters.example/tuesday",
}


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


@pytest.fixture
def tuesday(camden) -> Group:
    """A group that Alice founded by its form; people ask to join it."""
    answer = camden.client(camden.alice).post("/groups/new", FORM)
    assert answer.status_code == 302, answer.context["form"].errors
    return Group.objects.get(name="Renters' Tuesday")


def notices(camden, person):
    page = camden.client(person).get("/notices/").content.decode()
    return " ".join(unescape(page).split())


def ask(camden, person, group, name="Charlie"):
    camden.client(person).post(f"{group.get_absolute_url()}/joining", {"name": name, "message": "I rent here"})
    return Member.objects.get(group=group, actor=person)


# --- Founding and changing --------------------------------------------------------------------------------------------


def test_a_group_is_founded_on_one_screen_and_everybody_can_read_it(camden, tuesday, work, client):
    work()
    page = unescape(client.get(tuesday.get_absolute_url()).content.decode())
    assert "Renters' Tuesday" in page and "<strong>aloud</strong>" in page and "Camden, London" in page
    assert "Italiano" in page and "https://renters.example/tuesday" in page
    assert "1 person is in this group." in page and "Alice" not in page, "who is in it, only its members see"
    document = client.get(tuesday.get_absolute_url(), headers={"Accept": "application/activity+json"}).json()
    assert (document["type"], document["name"], document["version"]) == ("Group", "Renters' Tuesday", 1)
    assert "Renters' Tuesday" in unescape(client.get("/groups/?topic=housing").content.decode())
    assert tuesday.author == camden.alice and Publication.objects.get(uri=tuesday.uri).kind == "group"


def test_only_a_name_is_needed(camden):
    answer = camden.client(camden.bob).post("/groups/new", {"name": "Bob's", "joining": "open", "language": "en"})
    assert answer.status_code == 302, answer.context["form"].errors
    assert Group.objects.get(name="Bob's").members.get().role == Member.Role.STEWARD


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"name": "x" * 121}, "name", "at most 120 characters (it has 121)"),
        ({"name": "a\0b"}, "name", "Null characters are not allowed."),
        ({"summary": "x" * 5001}, "summary", "at most 5000 characters"),
        ({"kinds": ["cabal"]}, "kinds", "cabal is not one of the available choices"),
        ({"topics": ["urn:flotilla:topic:nonsense"]}, "topics", "urn:flotilla:topic:nonsense"),
        ({"joining": "by magic"}, "joining", "by magic is not one of the available choices"),
        ({"lat": "91"}, "lat", "less than or equal to 90"),
        ({"lat": "nan"}, "lat", "Enter a number."),
        ({"lon": ""}, "lon", "Give both latitude and longitude"),
        ({"languages": ["tlh"]}, "languages", "tlh is not one of the available choices"),
        ({"language": ""}, "language", "This field is required."),
        ({"website": "javascript:alert(1)"}, "website", "“javascript:alert(1)” is not a web address we can use."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(camden, changed, field, words):
    before = Group.objects.count()
    answer = camden.client(camden.alice).post("/groups/new", FORM | changed)
    assert answer.status_code == 400
    said = " ".join(answer.context["form"].errors.get(field, []))
    assert words in said, answer.context["form"].errors
    assert Group.objects.count() == before


def test_a_change_raises_the_version_and_goes_out(camden, tuesday, work):
    alice = camden.client(camden.alice)
    form = alice.get(f"{tuesday.get_absolute_url()}/edit").context["form"]
    assert form.initial["website"] == "https://renters.example/tuesday"
    answer = alice.post(f"{tuesday.get_absolute_url()}/edit", FORM | {"name": "Renters' Wednesday"})
    assert answer.status_code == 302
    work()
    tuesday.refresh_from_db()
    assert (tuesday.name, tuesday.version, tuesday.actor.name) == ("Renters' Wednesday", 2, "Renters' Wednesday")
    assert Publication.objects.get(uri=tuesday.uri).version == 2


@pytest.mark.parametrize("who", ["bob", "charlie"])
@pytest.mark.parametrize("path", ["edit", "withdrawal"])
def test_only_its_stewards_change_or_close_it(camden, who, path):
    client = camden.client(getattr(camden, who))
    for answer in (client.get(f"{camden.group.get_absolute_url()}/{path}"), client.post(
        f"{camden.group.get_absolute_url()}/{path}", FORM
    )):  # fmt: skip
        assert answer.status_code == 403
    camden.group.refresh_from_db()
    assert camden.group.name == "Tenants of Camden" and camden.group.withdrawn_at is None


def test_who_is_not_signed_in_signs_in_first(camden, client):
    for path in ("/groups/new", f"{camden.group.get_absolute_url()}/edit"):
        answer = client.get(path)
        assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={path}")


def test_a_closed_group_is_gone_and_its_tombstone_says_so(camden, tuesday, work, client):
    alice = camden.client(camden.alice)
    assert "Renters' Tuesday" in unescape(alice.get(f"{tuesday.get_absolute_url()}/withdrawal").content.decode())
    assert alice.post(f"{tuesday.get_absolute_url()}/withdrawal").status_code == 302
    work()
    assert client.get(tuesday.get_absolute_url()).status_code == 410
    tombstone = client.get(tuesday.get_absolute_url(), headers={"Accept": "application/activity+json"})
    assert (tombstone.status_code, tombstone.json()["type"]) == (410, "Tombstone")
    assert "Renters' Tuesday" not in unescape(client.get("/groups/").content.decode())


# --- What it publishes ------------------------------------------------------------------------------------------------


def test_a_group_s_page_shows_what_it_publishes_of_every_kind(camden, work, client):
    for number in range(7):
        publish_proposal(
            camden.bob, camden.group.actor, Proposal.Direction.NEED, title=f"Chairs {number}", language="en"
        )
    camden.gathering()
    work()
    page = client.get(camden.group.get_absolute_url()).content.decode()
    assert "Lab: read a lease together" in page and "Chairs 6" in page and "Chairs 0" not in page
    address = page.split('href="/atlas/?group=')[1].split('"')[0]
    all_of_them = client.get(f"/atlas/?group={unescape(address)}").content.decode()
    assert all(f"Chairs {number}" in all_of_them for number in range(7)) and "Lab: read" not in all_of_them
    assert "You see only what comes from Tenants of Camden." in all_of_them


def test_what_is_for_members_only_is_not_on_the_page_of_others(camden, work, client):
    publish_proposal(
        camden.bob, camden.group.actor, Proposal.Direction.NEED, title="A quiet word", language="en",
        audience=camden.group.members_audience,
    )  # fmt: skip
    work()
    path = camden.group.get_absolute_url()
    assert "A quiet word" not in client.get(path).content.decode()
    assert "A quiet word" not in client.get(f"/atlas/?group={camden.group.uri}").content.decode()
    assert "A quiet word" not in camden.client(camden.charlie).get(path).content.decode()
    assert "A quiet word" in camden.client(camden.alice).get(path).content.decode()


def test_the_page_costs_the_same_with_many_things_and_people(
    camden, work, django_assert_max_num_queries, django_capture_on_commit_callbacks
):
    for number in range(20):
        publish_proposal(
            camden.bob, camden.group.actor, Proposal.Direction.OFFER, title=f"Chair {number}", language="en"
        )
        ask(camden, camden.somebody(f"person{number}"), camden.group, f"Person {number}")
    work()
    alice = camden.client(camden.alice)
    with django_assert_max_num_queries(20):
        page = alice.get(camden.group.get_absolute_url()).content.decode()
    assert "Person 19" in page and "Chair 19" in page


# --- Joining ----------------------------------------------------------------------------------------------------------


def test_an_open_group_is_joined_at_once_and_its_steward_hears_of_it(camden, work):
    charlie = camden.client(camden.charlie)
    answer = charlie.post(f"{camden.group.get_absolute_url()}/joining", {"name": "Charlie"}, follow=True)
    page = answer.content.decode()
    assert "Welcome to the group." in page and "Leave the group" in page and "Alice" in page
    work()
    assert "Charlie has joined Tenants of Camden." in notices(camden, camden.alice)


def test_who_asks_is_answered_and_told(camden, tuesday, work):
    ask(camden, camden.charlie, tuesday)
    work()
    assert "Charlie asks to join Renters' Tuesday." in notices(camden, camden.alice)
    alice = camden.client(camden.alice)
    page = alice.get(tuesday.get_absolute_url()).content.decode()
    assert "Waiting for your answer" in page and "I rent here" in page
    member = Member.objects.get(group=tuesday, actor=camden.charlie)
    alice.post(f"{tuesday.get_absolute_url()}/members/{member.pk}/answer", {"answer": "accept"})
    work()
    assert "You are now a member of Renters' Tuesday." in notices(camden, camden.charlie)
    assert "Leave the group" in camden.client(camden.charlie).get(tuesday.get_absolute_url()).content.decode()


def test_a_steward_is_not_told_of_whom_they_let_in_and_the_others_are(camden, tuesday, work):
    bob = ask(camden, camden.bob, tuesday, name="Bob")
    set_role(camden.alice, accept_member(camden.alice, bob), Member.Role.STEWARD)
    charlie = ask(camden, camden.charlie, tuesday)
    work()
    alice = camden.client(camden.alice)
    alice.post(f"{tuesday.get_absolute_url()}/members/{charlie.pk}/answer", {"answer": "accept"})
    work()
    assert "Charlie has joined Renters' Tuesday." not in notices(camden, camden.alice)
    assert "Charlie has joined Renters' Tuesday." in notices(camden, camden.bob)


def test_somebody_without_a_name_has_none_in_the_language_of_each_reader(camden, work):
    join_group(camden.charlie, camden.group)  # as a Join from another program, which names nobody
    work()
    alice = User.objects.get(actor=camden.alice)
    for language in ("en", "it"):
        set_language(alice, language)
        with translation.override(language):
            somebody = translation.gettext("Somebody")
        assert f"{somebody} " in notices(camden, camden.alice)
    assert somebody != "Somebody"


def test_a_no_is_told_kindly_and_leaves_nothing_behind(camden, tuesday, work):
    member = ask(camden, camden.charlie, tuesday)
    answer = {"answer": "refuse"}
    camden.client(camden.alice).post(f"{tuesday.get_absolute_url()}/members/{member.pk}/answer", answer)
    work()
    assert "Renters' Tuesday did not let you in this time." in notices(camden, camden.charlie)
    assert not Member.objects.filter(group=tuesday, actor=camden.charlie).exists()


def test_a_request_can_be_taken_back(camden, tuesday):
    ask(camden, camden.charlie, tuesday)
    charlie = camden.client(camden.charlie)
    assert "Take the request back" in charlie.get(tuesday.get_absolute_url()).content.decode()
    charlie.post(f"{tuesday.get_absolute_url()}/leaving")
    assert "Ask to join" in charlie.get(tuesday.get_absolute_url()).content.decode()


def test_joining_twice_is_said_and_changes_nothing(camden):
    bob = camden.client(camden.bob)
    answer = bob.post(f"{camden.group.get_absolute_url()}/joining", {"name": "Robert"}, follow=True)
    assert "You are in this group, or have asked already." in answer.content.decode()
    assert Member.objects.get(group=camden.group, actor=camden.bob).name == "Bob"


def test_joining_needs_a_name(camden, tuesday):
    answer = camden.client(camden.charlie).post(f"{tuesday.get_absolute_url()}/joining", {"name": ""})
    assert answer.status_code == 400 and "This field is required." in answer.content.decode()
    assert not Member.objects.filter(group=tuesday, actor=camden.charlie).exists()


def test_a_removed_member_is_told_and_sees_no_more_of_the_people(camden, work):
    member = Member.objects.get(group=camden.group, actor=camden.bob)
    path = camden.group.get_absolute_url()
    camden.client(camden.alice).post(f"{path}/members/{member.pk}/answer", {"answer": "refuse"})
    work()
    assert "You are no longer a member of Tenants of Camden." in notices(camden, camden.bob)
    assert "Alice" not in camden.client(camden.bob).get(path).content.decode()


# --- Roles ------------------------------------------------------------------------------------------------------------


def role(camden, person, member, value):
    path = f"{camden.group.get_absolute_url()}/members/{member.pk}/role"
    return camden.client(person).post(path, {"role": value}, follow=True)


def test_a_second_steward_lets_the_first_one_go(camden):
    alice, bob = (Member.objects.get(group=camden.group, actor=person) for person in (camden.alice, camden.bob))
    leaving = f"{camden.group.get_absolute_url()}/leaving"
    page = camden.client(camden.alice).post(leaving, follow=True).content.decode()
    assert "You are the only steward. Make somebody else a steward first." in page
    assert "A group cannot be without a steward." in role(camden, camden.alice, alice, "member").content.decode()
    role(camden, camden.alice, bob, "steward")
    page = camden.client(camden.alice).post(leaving, follow=True).content.decode()
    assert "You have left the group." in page
    assert list(camden.group.members.values_list("actor", "role")) == [(camden.bob.pk, "steward")]


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_nobody_but_a_steward_gives_roles_or_answers(camden, who):
    bob = Member.objects.get(group=camden.group, actor=camden.bob)
    person = getattr(camden, who)
    assert role(camden, person, bob, "steward").status_code == 403
    path = f"{camden.group.get_absolute_url()}/members/{bob.pk}/answer"
    assert camden.client(person).post(path, {"answer": "refuse"}).status_code == 403
    bob.refresh_from_db()
    assert bob.role == Member.Role.MEMBER


def test_a_member_of_another_group_is_not_answered_here(camden, tuesday):
    stranger = Member.objects.get(group=camden.group, actor=camden.bob)
    path = f"{tuesday.get_absolute_url()}/members/{stranger.pk}/answer"
    page = camden.client(camden.alice).post(path, {"answer": "refuse"}, follow=True).content.decode()
    assert "They have left, or somebody has answered already." in page
    assert Member.objects.filter(pk=stranger.pk).exists()


@pytest.mark.parametrize("what", ["answer", "role"])
def test_an_answer_that_is_none_is_said(camden, what):
    bob = Member.objects.get(group=camden.group, actor=camden.bob)
    path = f"{camden.group.get_absolute_url()}/members/{bob.pk}/{what}"
    page = camden.client(camden.alice).post(path, {what: "perhaps"}, follow=True).content.decode()
    assert "Choose a" in page
    bob.refresh_from_db()
    assert (bob.role, bob.state) == ("member", "joined")


@pytest.mark.parametrize("answer", ["refuse", "accept"])
def test_answering_somebody_who_has_gone_says_so(camden, answer):
    bob = Member.objects.get(group=camden.group, actor=camden.bob)
    path = f"{camden.group.get_absolute_url()}/members/{bob.pk}/answer"
    alice = camden.client(camden.alice)
    assert "Your answer is on its way." in alice.post(path, {"answer": "refuse"}, follow=True).content.decode()
    page = alice.post(path, {"answer": answer}, follow=True).content.decode()
    assert "They have left, or somebody has answered already." in page


def test_whoever_is_gone_when_the_answer_is_written_is_no_fault(camden):
    bob = Member.objects.get(group=camden.group, actor=camden.bob)
    refuse_member(camden.alice, bob)
    with pytest.raises(NoLongerThere):
        refuse_member(camden.alice, bob)


def test_only_people_of_this_node_become_stewards(camden):
    stranger = Actor.objects.create(
        uri="https://far.example/people/1", type="Person", inbox="https://far.example/inbox",
        node=Node.objects.create(origin="https://far.example"),
    )  # fmt: skip
    member = join_group(stranger, camden.group, name="Far away")
    assert role(camden, camden.alice, member, "steward").status_code == 403
    member.refresh_from_db()
    assert member.role == Member.Role.MEMBER


def test_a_closed_group_can_be_left_by_everybody(camden):
    alice, bob = camden.client(camden.alice), camden.client(camden.bob)
    alice.post(f"{camden.group.get_absolute_url()}/withdrawal")
    for person in (bob, alice):
        page = unescape(person.get("/me/page").content.decode())
        assert 'Tenants of Camden <span class="soft">closed' in page
        answer = person.post(f"{camden.group.get_absolute_url()}/leaving", follow=True)
        assert "You have left the group." in answer.content.decode()
    assert not Member.objects.filter(group=camden.group).exists()
    assert not AudienceKey.objects.filter(audience=camden.group.members_audience).exists()


def test_who_is_in_a_group_hears_that_it_was_closed(camden, work):
    camden.client(camden.alice).post(f"{camden.group.get_absolute_url()}/withdrawal")
    work()
    assert "Tenants of Camden was closed by its stewards." in notices(camden, camden.bob)
    assert "was closed" not in notices(camden, camden.alice), "she did it herself"
    assert "was closed" not in notices(camden, camden.charlie), "who has nothing to do with it"


def test_nobody_leaves_a_group_they_are_not_in(camden):
    assert camden.client(camden.charlie).post(f"{camden.group.get_absolute_url()}/leaving").status_code == 404
