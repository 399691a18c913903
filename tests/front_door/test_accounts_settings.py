"""Signing in, language and time zone, and the steward's page about who may sign up."""

from __future__ import annotations

import re

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions, zones
from accounts.models import Invitation, SignupPolicy, User

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough secret"
ACCOUNT = "/me/account"


@pytest.fixture(autouse=True)
def clean_slate():
    yield
    timezone.deactivate()


@pytest.fixture
def bob():
    return actions.make_account("bob@tenants.example", PASSWORD)


@pytest.fixture
def steward():
    return actions.make_account("alice@tenants.example", PASSWORD, is_steward=True)


def test_bob_signs_in_with_his_password(client, bob):
    client.post(reverse("account_login"), {"login": "BOB@tenants.example", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(bob.pk)


def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong(client, bob):
    answer = client.post(reverse("account_login"), {"login": bob.email, "password": "something else"})
    assert answer.status_code == 200
    assert "not correct" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_bob_signs_in_with_a_code_from_his_mail(client, bob, mailoutbox):
    client.post(reverse("account_request_login_code"), {"email": bob.email})
    code = re.search(r"^\s*([0-9A-Z]{3,}-?[0-9A-Z]{3,})\s*$", mailoutbox[-1].body, re.MULTILINE)[1]
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert client.session["_auth_user_id"] == str(bob.pk)
    bob.refresh_from_db()
    assert bob.has_usable_password(), "the node made this account: its password is Bob's own"


def test_the_settings_page_asks_visitors_to_sign_in(client):
    answer = client.get(ACCOUNT)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_my_settings_lead_to_all_one_can_choose(client, bob, steward):
    assert client.get("/me/").status_code == 302
    client.force_login(bob)
    page = client.get("/me/").content.decode()
    assert ACCOUNT in page
    assert "/accounts/signing-up/" not in page
    client.force_login(steward)
    assert "/accounts/signing-up/" in client.get("/me/").content.decode()


def test_bob_chooses_italian_and_rome(client, bob):
    client.force_login(bob)
    client.post(ACCOUNT, {"language": "it", "time_zone": "Europe/Rome"})
    bob.refresh_from_db()
    assert (bob.language, bob.time_zone) == ("it", "Europe/Rome")
    page = client.get(ACCOUNT, headers={"accept-language": "en"})
    assert page.headers["Content-Language"] == "it"
    assert timezone.get_current_timezone_name() == "Europe/Rome"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "tlh"),
        ("language", "x" * 79),
        ("language", "en\x00"),
        ("language", ""),
        ("time_zone", "Mars/Base"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "Europe/../Europe/Rome"),
        ("time_zone", ""),
    ],
)
def test_an_unknown_language_or_zone_is_refused_and_named(client, bob, field, value):
    client.force_login(bob)
    answer = client.post(ACCOUNT, {"language": "it", "time_zone": "Europe/Rome", field: value})
    assert answer.status_code == 400
    if value and "\x00" not in value:
        assert f"“{value}” is not a" in answer.content.decode()
    bob.refresh_from_db()
    assert (bob.language, bob.time_zone) == ("en", "Europe/London"), "nothing is half-saved"


def test_a_zone_this_machine_lost_does_not_break_the_page(client, bob):
    User.objects.update(time_zone="Atlantis/Harbour")
    client.force_login(bob)
    assert client.get(ACCOUNT).status_code == 200


def test_every_zone_offered_is_accepted():
    offered = {name for _group, names in zones.choices() for name, _label in names}
    assert offered == zones.known()
    assert {"Europe/London", "Europe/Rome", "America/Argentina/Buenos_Aires", "UTC"} <= offered
    assert zones.label("America/Argentina/Buenos_Aires") == "Buenos Aires (Argentina)"


def test_a_visitors_choice_of_language_stays_in_a_cookie(client):
    answer = client.post(reverse("set_language"), {"language": "it", "next": "/language/"})
    assert (answer.status_code, answer.url) == (302, "/language/")
    assert client.get("/language/").headers["Content-Language"] == "it"


def test_the_choice_of_language_is_kept_with_the_account(client, bob):
    client.force_login(bob)
    client.post(reverse("set_language"), {"language": "it", "next": ACCOUNT})
    bob.refresh_from_db()
    assert bob.language == "it"
    elsewhere = Client()
    elsewhere.force_login(bob)
    assert elsewhere.get(ACCOUNT).headers["Content-Language"] == "it"


@pytest.mark.parametrize("value", ["xx", "", "<script>"])
def test_an_unknown_language_is_refused_with_those_there_are(client, value):
    answer = client.post(reverse("set_language"), {"language": value, "next": "/"})
    assert answer.status_code == 400
    assert "English" in answer.content.decode()
    assert "<script>" not in answer.content.decode()


def test_the_choice_of_language_does_not_lead_to_another_site(client):
    answer = client.post(reverse("set_language"), {"language": "it", "next": "https://elsewhere.example/"})
    assert answer.url == "/"


def test_a_new_account_speaks_the_language_it_was_made_in(client):
    client.post(reverse("set_language"), {"language": "it"})
    client.post(reverse("account_signup"), {"email": "dina@rete.example", "password1": PASSWORD})
    assert User.objects.get().language == "it"


@pytest.mark.django_db(transaction=True)
def test_language_and_zone_hold_when_the_page_is_served_asynchronously(bob):
    actions.set_settings(bob, language="it", time_zone="Asia/Tokyo")

    @async_to_sync
    async def visit():
        client = AsyncClient()
        await client.aforce_login(bob)
        return await client.get(ACCOUNT)

    page = visit()
    assert page.status_code == 200
    assert page.headers["Content-Language"] == "it"


def test_a_page_asks_once_who_is_signed_in(client, bob, django_assert_max_num_queries):
    client.force_login(bob)
    client.get(ACCOUNT)
    with django_assert_max_num_queries(3):  # session, person, and the e-mail flags of the page
        client.get(ACCOUNT)


STEWARDS_ONLY = [
    ("get", "/accounts/signing-up/"),
    ("post", "/accounts/signing-up/policy"),
    ("post", "/accounts/signing-up/invitations"),
    ("post", "/accounts/signing-up/invitations/1/withdrawal"),
]


@pytest.mark.parametrize(("method", "path"), STEWARDS_ONLY)
def test_the_stewards_page_is_not_there_for_others(client, bob, method, path):
    assert getattr(client, method)(path).status_code == 302, "a visitor is asked to sign in"
    client.force_login(bob)
    assert getattr(client, method)(path).status_code == 404
    assert not SignupPolicy.objects.exists()
    assert not Invitation.objects.exists()


def test_a_steward_closes_the_node(client, steward):
    client.force_login(steward)
    client.post("/accounts/signing-up/policy", {"mode": "closed"})
    assert Client().get(reverse("account_signup")).status_code == 403


@pytest.mark.parametrize("mode", ["half-open", "", "x" * 200])
def test_another_policy_is_refused_and_named(client, steward, mode):
    client.force_login(steward)
    answer = client.post("/accounts/signing-up/policy", {"mode": mode})
    assert answer.status_code == 400
    if mode == "half-open":
        assert "“half-open” is not a way to sign up" in answer.content.decode()


def test_a_steward_invites_by_mail(client, steward, mailoutbox):
    client.force_login(steward)
    client.post("/accounts/signing-up/invitations", {"email": "bob@tenants.example"})
    invitation = Invitation.objects.get()
    assert invitation.link in mailoutbox[-1].body
    assert invitation.link in client.get("/accounts/signing-up/").content.decode()


def test_a_steward_learns_when_the_mail_did_not_go(client, steward, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client.force_login(steward)
    page = client.post("/accounts/signing-up/invitations", {"email": "bob@tenants.example"}, follow=True)
    assert "could not send a mail to bob@tenants.example" in page.content.decode()
    assert Invitation.objects.get().link in page.content.decode()


def test_a_bad_address_is_refused_on_the_invitation_form(client, steward):
    client.force_login(steward)
    answer = client.post("/accounts/signing-up/invitations", {"email": "bob at tenants"})
    assert answer.status_code == 400
    assert not Invitation.objects.exists()


def test_a_withdrawn_invitation_does_not_work(client, steward):
    client.force_login(steward)
    invitation = actions.invite(steward)
    client.post(f"/accounts/signing-up/invitations/{invitation.pk}/withdrawal")
    assert Client().get(invitation.link).status_code == 404
    again = client.post(f"/accounts/signing-up/invitations/{invitation.pk}/withdrawal")
    assert again.status_code == 404
    assert client.post(f"/accounts/signing-up/invitations/{2**70}/withdrawal").status_code == 404
