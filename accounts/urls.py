"""Addresses of accounts beside allauth's own under /accounts/."""

from django.urls import include, path

from accounts.views import invitations, settings, signing_up

accounts = (
    [
        path("invitations/<slug:token>/", invitations.invitation, name="invitation"),
        path("invitations/<slug:token>/acceptance", invitations.accept, name="accept_invitation"),
        path("me/", settings.me, name="me"),
        path("me/account", settings.settings, name="settings"),
        path("accounts/signing-up/", signing_up.signing_up, name="signing_up"),
        path("accounts/signing-up/policy", signing_up.policy, name="signup_policy"),
        path("accounts/signing-up/invitations", signing_up.invitations, name="invitations"),
        path(
            "accounts/signing-up/invitations/<int:invitation_id>/withdrawal",
            signing_up.withdrawal,
            name="withdraw_invitation",
        ),
    ],
    "accounts",
)

urlpatterns = [
    path("", include(accounts)),
    path("language/", settings.language, name="set_language"),
]
