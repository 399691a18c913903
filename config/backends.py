"""Who is signed in, with the actor they read and speak as, in one question to the database instead of two."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Sign-in as allauth does it; afterwards each request reads the person together with their actor."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("actor").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    async def aget_user(self, user_id: Any) -> User | None:
        user = await User.objects.select_related("actor").filter(pk=user_id).afirst()
        return user if user is not None and self.user_can_authenticate(user) else None
