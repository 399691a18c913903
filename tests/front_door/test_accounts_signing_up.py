"""Who may have an account here: open, by invitation, closed; links that work once; the first steward."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.models import Invitation, User

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough secret"


@pytest.fixture
def steward():
    return actions.make_account("alice@tenants.example", PASSWORD, is_steward=True)


def sign_up(client: Client, email: str, password: str = PASSWORD):
    return client.post(reverse("account_signup"), {"email": email, "password1": password})


def code_in(mail) -> str:
    found = re.search(r"^\s*([0-9A-Z]{3,}-?[0-9A-Z]{3,})\s*$", mail.body, re.MULTILINE)
    assert found, mail.body
    return found[1]


def prove_address(client: Client, mailoutbox):
    return client.post(reverse("account_email_verification_sent"), {"code": code_in(mailoutbox[-1])})


def test_an_open_node_takes_anyone_who_proves_their_address(client, mailoutbox):
    assert sign_up(client, "bob@tenants.example").status_code == 302
    assert "_auth_user_id" not in client.session, "the address is not proved yet"
    prove_address(client, mailoutbox)
    assert client.session["_auth_user_id"] == str(User.objects.get(email="bob@tenants.example").pk)


def test_sign_up_works_without_a_password(client, mailoutbox):
    sign_up(client, "bob@tenants.example", password="")
    prove_address(client, mailoutbox)
    assert not User.objects.get(email="bob@tenants.example").has_usable_password()
    assert "_auth_user_id" in client.session


def test_a_password_that_is_too_short_is_refused_with_the_rule(client):
    page = sign_up(client, "bob@tenants.example", password="short")
    assert "at least 10 characters" in page.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("mode", ["invitation", "closed"])
def test_a_node_that_is_not_open_refuses_and_says_how_people_join(client, steward, mode):
    actions.set_signup_policy(steward, mode)
    for answer in (client.get(reverse("account_signup")), sign_up(client, "bob@tenants.example")):
        assert answer.status_code == 403
        said = "by invitation" if mode == "invitation" else "nobody new for now"
        assert said in answer.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize("mode", ["open", "invitation", "closed"])
def test_an_invitation_opens_sign_up_whatever_the_policy(client, steward, mailoutbox, mode):
    actions.set_signup_policy(steward, mode)
    invitation = actions.invite(steward, "bob@tenants.example")
    form = client.get(invitation.link, follow=True)
    assert form.status_code == 200
    assert "bob@tenants.example" in form.content.decode()

    sign_up(client, "bob@work.example")

    invitation.refresh_from_db()
    bob = User.objects.get(email="bob@work.example")
    assert invitation.used_by == bob
    assert invitation.used_at is not None
    assert not bob.is_steward


def test_opening_the_link_does_not_use_it(client, steward):
    invitation = actions.invite(steward)
    client.get(invitation.link)
    client.head(invitation.link)
    invitation.refresh_from_db()
    assert invitation.used_at is None


def test_a_used_invitation_is_refused_with_a_clear_message(client, steward):
    actions.set_signup_policy(steward, "closed")
    invitation = actions.invite(steward)
    client.get(invitation.link)
    sign_up(client, "bob@tenants.example")

    answer = Client().get(invitation.link)

    assert answer.status_code == 410
    assert "This invitation has been used" in answer.content.decode()


def test_two_people_with_one_link_race_and_the_second_learns_why(client, steward):
    actions.set_signup_policy(steward, "closed")
    invitation = actions.invite(steward)
    late = Client()
    client.get(invitation.link)
    late.get(invitation.link)
    sign_up(client, "bob@tenants.example")

    answer = sign_up(late, "charlie@tenants.example")

    assert answer.status_code == 403
    assert not User.objects.filter(email="charlie@tenants.example").exists()


def test_a_link_used_in_the_moment_between_check_and_save_makes_no_account(client, steward):
    """The first check passes, another process takes the link, then this account would be written."""
    actions.set_signup_policy(steward, "closed")
    invitation = actions.invite(steward)
    client.get(invitation.link)

    def someone_is_faster(**_signal):
        Invitation.objects.update(used_at=timezone.now())

    pre_save.connect(someone_is_faster, sender=User)
    try:
        answer = sign_up(client, "charlie@tenants.example")
    finally:
        pre_save.disconnect(someone_is_faster, sender=User)

    assert answer.status_code == 302
    assert answer.url == invitation.get_absolute_url()
    assert User.objects.count() == 1


def test_an_address_invited_twice_gets_one_link_and_one_mail(client, steward, mailoutbox):
    client.force_login(steward)
    path = reverse("accounts:invitations")
    client.post(path, {"email": "dana@x.example"})
    page = client.post(path, {"email": "Dana@x.example"}, follow=True).content.decode()
    assert Invitation.objects.filter(email="dana@x.example").count() == 1 == len(mailoutbox)
    assert "dana@x.example has an invitation that waits in the list" in page


def test_an_address_whose_invitation_grew_old_or_was_used_can_be_invited_again(client, steward):
    client.force_login(steward)
    path = reverse("accounts:invitations")
    for ended in ({"made_at": timezone.now() - timedelta(days=31)}, {"used_at": timezone.now()}):
        client.post(path, {"email": "dana@x.example"})
        Invitation.objects.filter(used_at=None).update(**ended)
        client.post(path, {"email": "dana@x.example"})
        Invitation.objects.get(used_at=None, made_at__gt=timezone.now() - timedelta(days=1)).delete()


def test_an_invitation_grows_old(client, steward):
    invitation = actions.invite(steward)
    Invitation.objects.update(made_at=timezone.now() - timedelta(days=31))
    answer = client.get(invitation.link)
    assert answer.status_code == 410
    assert "more than 30 days old" in answer.content.decode()


@pytest.mark.parametrize("token", ["nobody-made-this", "x" * 500])
def test_an_unknown_link_says_so(client, token):
    answer = client.get(f"/invitations/{token}/")
    assert answer.status_code == 404
    assert "We do not know this invitation" in answer.content.decode()


def test_the_first_steward_link_is_made_once_and_works_once(client):
    link = actions.first_steward_link()
    assert link == actions.first_steward_link()
    assert Invitation.objects.count() == 1

    client.get(link)
    sign_up(client, "alice@tenants.example")

    alice = User.objects.get()
    assert alice.is_steward
    assert client.session["_auth_user_id"] == str(alice.pk), "no mail has to work for the first steward"
    assert actions.first_steward_link() is None
    assert Client().get(link).status_code == 410


def test_the_first_steward_link_dies_when_a_steward_came_another_way(client):
    link = actions.first_steward_link()
    actions.make_account("alice@tenants.example", PASSWORD, is_steward=True)
    answer = client.get(link)
    assert answer.status_code == 410
    assert "has a steward already" in answer.content.decode()


def test_someone_with_an_account_takes_the_stewards_role_by_the_link(client):
    bob = actions.make_account("bob@tenants.example", PASSWORD)
    client.force_login(bob)
    link = actions.first_steward_link()
    assert "Become a steward" in client.get(link).content.decode()
    client.post(link + "acceptance")
    bob.refresh_from_db()
    assert bob.is_steward
    assert client.post(link + "acceptance").status_code == 410


def test_an_ordinary_invitation_gives_an_account_holder_nothing(client, steward):
    bob = actions.make_account("bob@tenants.example", PASSWORD)
    client.force_login(bob)
    invitation = actions.invite(steward)
    assert client.post(f"{invitation.get_absolute_url()}acceptance").status_code == 409
    bob.refresh_from_db()
    assert not bob.is_steward


def test_the_second_account_with_one_address_is_not_made_and_not_betrayed(client, steward, mailoutbox):
    answer = sign_up(client, "Alice@Tenants.example")
    assert answer.status_code == 302, "the page does not tell who has an account"
    assert User.objects.count() == 1
    assert mailoutbox[-1].to == ["alice@tenants.example"]


def test_the_stranger_who_typed_an_address_first_keeps_no_key_to_it(client, mailoutbox):
    sign_up(Client(), "bob@tenants.example", password="the stranger's password")
    cache.clear()

    client.post(reverse("account_request_login_code"), {"email": "bob@tenants.example"})
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mailoutbox[-1])})

    assert "_auth_user_id" in client.session, "the owner of the mailbox signs in"
    assert not User.objects.get().has_usable_password()


def test_a_mail_server_that_is_down_is_said_and_breaks_nothing(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = sign_up(client, "bob@tenants.example")
    assert answer.status_code == 503
    assert "mail server did not take it" in answer.content.decode()


NO_ADDRESSES = [
    "",
    "bob",
    "bob@",
    "a" * 300 + "@x.example",
    "bob\x00@x.example",
    "b@x.example\r\nBcc: y@x.example",
]


@pytest.mark.parametrize("email", NO_ADDRESSES)
def test_an_address_that_is_none_is_refused_on_the_form(client, email):
    answer = sign_up(client, email)
    assert answer.status_code == 200
    assert not User.objects.exists()
