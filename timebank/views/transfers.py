"""One's hours: what waits, what was given and received, and each transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from frontend.forms import form_page
from timebank import access, queries
from timebank.actions import transfers as actions
from timebank.actions.booking import BeyondLimit
from timebank.forms.transfers import ProposeForm, ThanksForm
from timebank.hours import in_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from federation.models import Actor
    from timebank.models import Account, Transfer

PER_PAGE = 30
STEPS: dict[str, tuple[Any, Any]] = {
    "confirming": (actions.confirm, gettext_lazy("Confirmed. It stands on both accounts now.")),
    "declining": (actions.decline, gettext_lazy("Not confirmed. Nothing was booked, and they are told.")),
    "taking-back": (actions.take_back, gettext_lazy("They are told that you take it back.")),
}


@signed_in
@require_safe
def my_hours(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.history_of(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "accounts": queries.accounts_to_show(request.actor),
        "waiting": queries.waiting_for(request.actor),
        "page": page,
        "history": [queries.line_of(each, request.actor) for each in page],
        "done": queries.hours_from_matches(request.actor),
    }
    return render(request, "timebank/hours.html", context)


@signed_in
@form_page
def new_transfer(request: HttpRequest, public_id: str) -> HttpResponse:
    account = access.account_for_proposing(request.actor, public_id)
    form = ProposeForm(request.POST or None, account=account, initial=ProposeForm.initial_of(request.GET))
    if request.method == "POST" and form.is_valid():
        transfer = _proposed(request, account, form)
        if transfer is not None:
            messages.success(request, _("Said. It is booked once the other has confirmed it."))
            return redirect(transfer)
    context = {"form": form, "account": account}
    return render(request, "timebank/transfer_form.html", context, status=400 if form.errors else 200)


def _proposed(request: HttpRequest, account: Account, form: ProposeForm) -> Transfer | None:
    try:
        return actions.propose(request.actor, account, form.whom(), form.said(), once=form.once_key)
    except BeyondLimit as beyond:
        form.add_error("hours", _beyond(beyond, request.actor))
    except actions.CannotBeAsked:
        form.add_error("other", _("They cannot be asked here any more. Choose somebody else."))
    except actions.TooMany:
        form.add_error(None, _("That is a lot for one day. Go on tomorrow."))
    except actions.NotPossible:
        form.add_error(None, _("This time bank has closed: nothing new can be said in it."))
    return None


def _beyond(beyond: BeyondLimit, person: Actor) -> str:
    """Whose limit it is, and of one's own how much there is room for; of somebody else's that is not told."""
    hours = {"hours": in_words(beyond.room)}
    if beyond.account.is_clearing:
        return _("The two banks have room for %(hours)s more between them. Ask a steward, or say less.") % hours
    if beyond.account.actor_id == person.pk:
        return _("Your account has room for %(hours)s more in this direction. Say less, or ask a steward.") % hours
    return _("Their account has no room for so much. Talk with them, or with a steward.")


@signed_in
@require_safe
def transfer_page(request: HttpRequest, public_id: str) -> HttpResponse:
    transfer = access.transfer_for_reading(request.actor, public_id)
    return render(request, "timebank/transfer.html", {"line": queries.line_of(transfer, request.actor)})


@signed_in
@require_POST
def take_step(request: HttpRequest, public_id: str, step: str) -> HttpResponse:
    transfer = access.transfer_for_reading(request.actor, public_id)
    act, done = STEPS[step]
    try:
        act(request.actor, transfer)
        messages.success(request, str(done))
    except actions.NotPossible:
        messages.error(request, _("That is not possible any more: somebody has done something meanwhile."))
    except BeyondLimit as beyond:
        messages.error(request, _beyond(beyond, request.actor))
    return redirect(transfer)


@signed_in
@form_page
def thanks(request: HttpRequest, public_id: str) -> HttpResponse:
    transfer = access.transfer_for_reading(request.actor, public_id)
    form = ThanksForm(request.POST or None, initial={"thanks": transfer.thanks})
    if request.method == "POST" and form.is_valid():
        try:
            actions.thank(request.actor, transfer, form.cleaned_data["thanks"])
            messages.success(request, _("Your thanks are on their way."))
        except actions.NotPossible:
            messages.error(request, _("Thanks can be said once it is confirmed."))
        return redirect(transfer)
    context = {"form": form, "line": queries.line_of(transfer, request.actor)}
    return render(request, "timebank/thanks_form.html", context, status=400 if form.errors else 200)
