"""The page behind an invitation link."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.access import SESSION_KEY, InvitationRefused, invitation_for_use, signed_in


@never_cache
@require_safe
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Leads a visitor to sign-up. Only making the account uses the link up: mail scanners open it too."""
    try:
        found = invitation_for_use(token)
    except InvitationRefused as refusal:
        return refused(request, refusal)
    if request.user.is_authenticated:
        return render(request, "accounts/invitation.html", {"invitation": found})
    request.session[SESSION_KEY] = token
    return redirect("account_signup")


@require_POST
@signed_in
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """A person with an account here takes the steward's role that the link offers."""
    try:
        actions.accept_stewardship(token, request.user)
    except InvitationRefused as refusal:
        return refused(request, refusal)
    messages.success(request, _("You are now a steward of this node."))
    return redirect("accounts:settings")


def refused(request: HttpRequest, refusal: InvitationRefused) -> HttpResponse:
    return render(request, "accounts/invitation_refused.html", {"message": refusal.message}, status=refusal.status)
