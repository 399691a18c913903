"""An address belongs to whoever reads its mail, not to whoever typed it first.

allauth verifies addresses and has no place to say what follows from it, so this listens to its signal.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import unstash_login
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from accounts.models import User


def address_proved(request: HttpRequest, email_address: EmailAddress, **_signal: Any) -> None:
    """Drops a password that a stranger set at sign-up with this address: it would stay a key to the account.

    A person who proves an address in the session that signed up, or after giving the password, keeps theirs.
    """
    user = email_address.user
    if user.has_usable_password() and not _chose_the_password(request, user):
        user.set_unusable_password()
        user.save(update_fields=["password"])


def _chose_the_password(request: HttpRequest, user: User) -> bool:
    """Whether this session signed in, signed up or gave the password as `user`."""
    if request.user.is_authenticated and request.user.pk == user.pk:
        return True
    if any(record["method"] == "password" for record in get_authentication_records(request, user)):
        return True
    login = unstash_login(request, peek=True)
    return bool(login and login.signup and login.user and login.user.pk == user.pk)
