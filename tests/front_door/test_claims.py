"""“Is this you?”: somebody claims a listed organisation, this node's stewards answer, and a group takes its place."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts import actions as accounts
from accounts.models import User
from cop.actions.claims import MOST_OPEN, CannotClaim, claim_listing, grant_claim
from cop.actions.listings import list_organisation, lister
from cop.models import Claim, Group, Listing
from federation import actors
from federation.models import Node
from notifications.models import Notice
from tests.at_once import at_once
from tests.gatherings import HOUSING, Camden

pytestmark = pytest.mark.django_db
SAID = {
    "name": "Charlie", "role": "Secretary", "proof": "Write to our office.", "group_name": "Helpers of Camden",
}  # fmt: skip
FACTS = {
    "name": "Helpers of Camden", "summary": "We help.", "website": "https://helpers.example", "area": "Camden, London",
    "lat": 51.53, "lon": -0.12, "topics": [HOUSING], "language": "en", "source": "A register", "licence": "OGL",
}  # fmt: skip


@pytest.fixture
def camden(db) -> Camden:
    return Camden()


@pytest.fixture
def steward(camden) -> User:
    user = accounts.make_account("steward@camden.example", is_steward=True)
    actors.for_user(user)
    return user


@pytest.fixture
def listing(camden) -> Listing:
    with transaction.atomic():
        return list_organisation(lister(), "XX-CHC", "1", **FACTS)[0]


def more_listings(count: int) -> list[Listing]:
    with transaction.atomic():
        numbers = range(2, count + 2)
        return [list_organisation(lister(), "XX-CHC", str(number), **FACTS)[0] for number in numbers]


def claimed(camden: Camden, listing: Listing) -> Claim:
    answer = camden.client(camden.charlie).post(f"{listing.get_absolute_url()}/claim", SAID)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Claim.objects.get()


def test_the_page_asks_and_the_form_has_the_name_filled_in(camden, listing):
    page = camden.client().get(listing.get_absolute_url()).text
    assert "Is this you?" in page and f"{listing.get_absolute_url()}/claim" in page
    form = camden.client(camden.charlie).get(f"{listing.get_absolute_url()}/claim")
    assert form.context["form"]["group_name"].value() == "Helpers of Camden"
    assert camden.client().get(f"{listing.get_absolute_url()}/claim").status_code == 302, "a visitor signs in first"


@pytest.mark.parametrize("missing", list(SAID))
def test_a_claim_that_says_too_little_is_asked_for_the_rest(camden, listing, missing):
    answer = camden.client(camden.charlie).post(f"{listing.get_absolute_url()}/claim", SAID | {missing: " "})
    assert answer.status_code == 400 and missing in answer.context["form"].errors
    assert not Claim.objects.exists()


def test_a_yes_founds_the_group_and_the_listing_leads_to_it(camden, listing, steward, work):
    claim = claimed(camden, listing)
    work()
    assert Notice.objects.get(user=steward).kind == "listing_claimed"
    desk = camden.client(steward.actor)
    assert f"/desk/claims/{claim.pk}" in desk.get("/desk/").text
    assert f"/desk/claims/{claim.pk}" in desk.get("/notices/").text
    assert "Write to our office." in desk.get(f"/desk/claims/{claim.pk}").text
    assert desk.post(f"/desk/claims/{claim.pk}", {"answer": "yes"}).status_code == 302
    work()
    group = Group.objects.get(name="Helpers of Camden")
    assert (group.summary, group.website, group.area, group.lat) == (
        "We help.", "https://helpers.example", "Camden, London", 51.53,
    )  # fmt: skip
    assert group.topics == [HOUSING]
    assert [(each.actor, each.role) for each in group.members.all()] == [(camden.charlie, "steward")]
    gone = camden.client().get(listing.get_absolute_url())
    assert gone.status_code == 410 and group.get_absolute_url() in gone.text
    told = camden.client(camden.charlie).get("/notices/").text
    assert "Your group Helpers of Camden is here now" in told and group.get_absolute_url() in told
    with transaction.atomic():
        _row, happened = list_organisation(lister(), "XX-CHC", "1", **FACTS | {"summary": "We help more."})
    assert happened == "same"
    assert camden.client().get(listing.get_absolute_url()).status_code == 410, "the register does not bring it back"


def test_a_no_needs_a_reason_and_the_claimant_reads_it(camden, listing, steward, work):
    claim = claimed(camden, listing)
    desk = camden.client(steward.actor)
    assert desk.post(f"/desk/claims/{claim.pk}", {"answer": "no"}).status_code == 400
    desk.post(f"/desk/claims/{claim.pk}", {"answer": "no", "reason": "The office does not know you."})
    work()
    claim.refresh_from_db()
    assert claim.state == "refused" and not Group.objects.filter(name="Helpers of Camden").exists()
    assert "The office does not know you." in camden.client(camden.charlie).get("/notices/").text
    page = camden.client(camden.charlie).get(listing.get_absolute_url()).text
    assert "The office does not know you." in page
    assert "The office does not know you." not in camden.client(camden.bob).get(listing.get_absolute_url()).text
    camden.client(camden.charlie).post(f"{listing.get_absolute_url()}/claim", SAID)
    assert Claim.objects.filter(state="open").count() == 1, "after a no one may ask again, with better proof"


def test_nobody_asks_twice_at_once_and_the_database_says_so_too(camden, listing):
    claim = claimed(camden, listing)
    again = camden.client(camden.charlie).post(f"{listing.get_absolute_url()}/claim", SAID, follow=True)
    assert "You have asked already" in again.text and Claim.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(listing=listing, actor=claim.actor, **SAID)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(state="refused", answered_at=claim.asked_at)


def test_one_person_waits_for_few_answers_at_a_time(camden, listing, steward):
    others = more_listings(MOST_OPEN)
    for each in others:
        assert camden.client(camden.charlie).post(f"{each.get_absolute_url()}/claim", SAID).status_code == 302
    answer = camden.client(camden.charlie).post(f"{listing.get_absolute_url()}/claim", SAID)
    assert answer.status_code == 400 and Claim.objects.count() == MOST_OPEN
    assert "You have asked for 5 organisations and wait for the answers." in answer.text
    assert "Write to our office." in answer.text, "what they wrote is not lost"
    assert camden.client(camden.bob).post(f"{listing.get_absolute_url()}/claim", SAID).status_code == 302
    desk = camden.client(steward.actor)
    no = {"answer": "no", "reason": "The office does not know you."}
    assert desk.post(f"/desk/claims/{Claim.objects.get(listing=others[0]).pk}", no).status_code == 302
    assert camden.client(camden.charlie).post(f"{listing.get_absolute_url()}/claim", SAID).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_nobody_passes_that_number_by_asking_at_once():
    camden = Camden()
    asked = [partial(claim_listing, camden.charlie, each, **SAID) for each in more_listings(MOST_OPEN + 3)]
    given = at_once(*asked)
    refused = [no.reason for no in given if isinstance(no, CannotClaim)]
    assert refused == [CannotClaim.TOO_MANY] * 3, given
    assert Claim.objects.filter(actor=camden.charlie, state=Claim.State.OPEN).count() == MOST_OPEN


def test_only_stewards_of_the_node_answer(camden, listing):
    claim = claimed(camden, listing)
    for person in (camden.alice, camden.charlie):
        assert camden.client(person).get(f"/desk/claims/{claim.pk}").status_code == 404
        assert camden.client(person).post(f"/desk/claims/{claim.pk}", {"answer": "yes"}).status_code == 404
    with pytest.raises(PermissionDenied):
        grant_claim(User.objects.get(actor=camden.alice), claim)
    claim.refresh_from_db()
    assert claim.state == "open"


def test_a_second_answer_changes_nothing(camden, listing, steward):
    claim = claimed(camden, listing)
    desk = camden.client(steward.actor)
    desk.post(f"/desk/claims/{claim.pk}", {"answer": "yes"})
    said = desk.post(f"/desk/claims/{claim.pk}", {"answer": "no", "reason": "Changed my mind"}, follow=True)
    assert "Somebody has answered this already." in said.text
    claim.refresh_from_db()
    assert claim.state == "granted" and Group.objects.filter(name="Helpers of Camden").count() == 1


def test_of_two_who_claim_it_one_becomes_its_steward(camden, listing, steward):
    first = claimed(camden, listing)
    camden.client(camden.bob).post(f"{listing.get_absolute_url()}/claim", SAID | {"name": "Bob"})
    second = Claim.objects.get(actor=camden.bob)
    desk = camden.client(steward.actor)
    desk.post(f"/desk/claims/{first.pk}", {"answer": "yes"})
    said = desk.post(f"/desk/claims/{second.pk}", {"answer": "yes"}, follow=True)
    assert "This organisation is not listed any more." in said.text
    assert Group.objects.filter(name="Helpers of Camden").count() == 1
    desk.post(f"/desk/claims/{second.pk}", {"answer": "no", "reason": "Charlie leads it: ask to join."})
    second.refresh_from_db()
    assert second.state == "refused"


def test_one_of_another_node_is_claimed_there(camden, listing):
    node = Node.objects.create(origin="https://hackney.example", name="Hackney")
    actor = actors.heard_of("https://hackney.example/actor") if hasattr(actors, "heard_of") else listing.actor
    Listing.objects.filter(pk=listing.pk).update(
        node=node, actor=actor, uri="https://hackney.example/organisations/abcdefghjkmn"
    )
    listing.refresh_from_db()
    page = camden.client(camden.charlie).get(listing.get_absolute_url()).text
    assert 'href="https://hackney.example/organisations/abcdefghjkmn"' in page
    assert f"{listing.get_absolute_url()}/claim" not in page
    assert camden.client(camden.charlie).get(f"{listing.get_absolute_url()}/claim").status_code == 404
    assert camden.client(camden.charlie).post(f"{listing.get_absolute_url()}/claim", SAID).status_code == 404


EDIT = {
    "seen": "1", "name": "Helpers of Camden", "summary": "We help all.", "website": "https://helpers.example",
    "postcode": "", "area": "Camden, London", "lat": "51.53", "lon": "-0.12", "topics": [HOUSING], "language": "en",
}  # fmt: skip


def test_stewards_of_the_node_correct_a_listing_and_nobody_else_does(camden, listing, steward):
    edit = f"{listing.get_absolute_url()}/edit"
    assert camden.client(camden.bob).get(edit).status_code == 403
    assert camden.client(camden.bob).post(edit, EDIT).status_code == 403
    assert camden.client(camden.bob).post(f"{listing.get_absolute_url()}/withdrawal").status_code == 403
    assert camden.client().get(edit).status_code == 302
    assert camden.client(steward.actor).post(edit, EDIT | {"name": ""}).status_code == 400
    assert camden.client(steward.actor).post(edit, EDIT).status_code == 302
    listing.refresh_from_db()
    assert (listing.summary, listing.version) == ("We help all.", 2)
    assert camden.client(steward.actor).post(f"{listing.get_absolute_url()}/withdrawal").status_code == 302
    assert camden.client().get(listing.get_absolute_url()).status_code == 410
