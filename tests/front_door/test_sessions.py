"""Where a person is signed in, and how they sign out everywhere else."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts import actions as accounts
from accounts.templatetags.devices import device_words

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough one"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
)
SESSIONS = "/accounts/sessions/"


@pytest.fixture
def bob():
    return accounts.make_account("bob@tenants.example", PASSWORD)


def browser(email: str, user_agent: str) -> Client:
    client = Client(headers={"user-agent": user_agent})
    answer = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def test_bob_sees_his_browsers_in_words_and_which_one_this_is(bob):
    laptop = browser(bob.email, FIREFOX)
    browser(bob.email, PHONE)
    text = laptop.get(SESSIONS).content.decode().partition("<main")[2].partition("</main>")[0]
    assert "Firefox on Linux" in text
    assert "Safari on iPhone" in text
    assert text.count("this browser") == 1
    assert text.count("Signed in: ") == 2 and text.count("(London time)") == 2, "the hour tells two evenings apart"
    assert text.index("Firefox on Linux") < text.index("this browser") < text.index("Safari on iPhone")


def test_bob_signs_out_everywhere_else(bob):
    laptop, phone = browser(bob.email, FIREFOX), browser(bob.email, PHONE)
    assert is_signed_in(phone)
    text = laptop.post(SESSIONS, follow=True).content.decode()
    assert "You are signed out everywhere else." in text
    assert "Sign out everywhere else" not in text
    assert is_signed_in(laptop)
    assert not is_signed_in(phone)


def test_nobody_sees_or_ends_the_sessions_of_others(bob):
    accounts.make_account("charlie@tenants.example", PASSWORD)
    bobs, charlies = browser(bob.email, FIREFOX), browser("charlie@tenants.example", PHONE)
    assert "Firefox" not in charlies.get(SESSIONS).content.decode()
    charlies.post(SESSIONS)
    assert is_signed_in(bobs)


def test_a_session_that_is_over_is_not_listed(bob):
    laptop, phone = browser(bob.email, FIREFOX), browser(bob.email, PHONE)
    phone.post("/accounts/logout/")
    assert "iPhone" not in laptop.get(SESSIONS).content.decode()
    assert UserSession.objects.count() == 1


def test_visitors_are_asked_to_sign_in(client):
    assert client.get(SESSIONS).url.startswith("/accounts/login/")


def test_signing_out_elsewhere_needs_the_form_of_this_node(bob):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob)
    assert strict.post(SESSIONS).status_code == 403


def test_my_settings_lead_there_and_to_the_passkeys(bob):
    text = browser(bob.email, FIREFOX).get("/me/").content.decode()
    assert f'href="{SESSIONS}"' in text
    assert 'href="/accounts/2fa/"' in text


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [(EDGE, "Edge on Windows"), ("curl/8.5", "A browser we do not know"), ("", "A browser we do not know")],
)
def test_a_browser_is_called_what_people_call_it(user_agent, words):
    assert device_words(user_agent) == words


def test_what_a_browser_says_of_itself_is_no_markup(bob):
    text = browser(bob.email, "<script>alert(1)</script> Firefox").get(SESSIONS).content.decode()
    assert "<script>alert" not in text


def test_who_has_no_passkey_reads_so(bob):
    assert "You have no passkey yet." in browser(bob.email, FIREFOX).get("/accounts/2fa/").content.decode()


def test_a_new_passkey_signs_in_by_itself_unless_one_says_otherwise(bob):
    laptop = browser(bob.email, FIREFOX)
    laptop.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = laptop.get("/accounts/2fa/webauthn/add/")
    assert page.context["form"]["passwordless"].value() is True
    text = page.content.decode()
    assert "It lets me in without a password" in text and "Name of this passkey" in text
    assert "<noscript><p>A passkey needs JavaScript" in text
