"""For stewards: who may come, and invitations."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import actions, queries
from accounts.access import signup_mode, stewards_only
from accounts.forms import InvitationForm, SignupPolicyForm
from accounts.models import Invitation


@stewards_only
@require_safe
def signing_up(request: HttpRequest) -> HttpResponse:
    return page(request)


@stewards_only
@require_POST
def policy(request: HttpRequest) -> HttpResponse:
    form = SignupPolicyForm(request.POST)
    if form.is_valid():
        try:
            actions.set_signup_policy(request.user, form.cleaned_data["mode"])
        except ValidationError as refusal:
            form.add_error("mode", refusal)
        else:
            messages.success(request, _("Saved. It holds for everybody from now on."))
            return redirect("accounts:signing_up")
    return page(request, policy_form=form)


@stewards_only
@require_POST
def invitations(request: HttpRequest) -> HttpResponse:
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return page(request, invitation_form=form)
    try:
        _say_what_became_of(request, actions.invite(request.user, **form.cleaned_data))
    except actions.AlreadyInvited as already:
        message = _("%(email)s has an invitation that waits in the list. Withdraw it to make another one.")
        messages.info(request, message % {"email": already})
    return redirect("accounts:signing_up")


def _say_what_became_of(request: HttpRequest, invitation: Invitation) -> None:
    if not invitation.email:
        messages.success(request, _("The invitation is ready. Copy its link from the list and hand it over."))
    elif actions.send_invitation(invitation):
        messages.success(request, _("We sent the invitation to %(email)s.") % {"email": invitation.email})
    else:
        messages.error(
            request,
            _("We could not send a mail to %(email)s. Copy the link from the list and hand it over yourself.")
            % {"email": invitation.email},
        )


@stewards_only
@require_POST
def withdrawal(request: HttpRequest, invitation_id: int) -> HttpResponse:
    actions.withdraw_invitation(request.user, invitation_id)
    messages.success(request, _("The invitation is withdrawn. Its link does not work any more."))
    return redirect("accounts:signing_up")


def page(
    request: HttpRequest,
    policy_form: SignupPolicyForm | None = None,
    invitation_form: InvitationForm | None = None,
) -> HttpResponse:
    refused = policy_form is not None or invitation_form is not None
    context = {
        "policy_form": policy_form or SignupPolicyForm(initial={"mode": signup_mode()}),
        "invitation_form": invitation_form or InvitationForm(),
        "invitations": queries.waiting_invitations(),
    }
    return render(request, "accounts/signing_up.html", context, status=400 if refused else 200)
