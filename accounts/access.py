"""Who may do what with accounts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.models import Invitation, SignupPolicy, User
from frontend import keeping

if TYPE_CHECKING:
    from django.db.models import QuerySet

SESSION_KEY = "invitation"


class InvitationRefused(Exception):
    """A link cannot be used; the message says why to the person who holds it."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def is_steward(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and user.is_active and user.is_steward


def stewards() -> QuerySet[User]:
    """The people who look after this node."""
    return User.objects.filter(is_steward=True, is_active=True)


def require_steward(user: User) -> None:
    """Raises PermissionDenied unless `user` is a steward of this node."""
    if not is_steward(user):
        raise PermissionDenied("Only a steward of this node may do this.")


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view for people with an account. Visitors sign in and come back to the page, or to the form's `next`.

    A fragment asked for by a page that outlived its session is left as it is (204), never replaced by a form.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        keeping.never(request)
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        reading = request.method in {"GET", "HEAD"}
        sign_in = redirect_to_login(request.get_full_path() if reading else page_to_return_to(request))
        if not request.htmx:
            return sign_in
        return HttpResponse(status=204, headers={} if reading else {"HX-Redirect": sign_in.url})

    return guarded


def page_to_return_to(request: HttpRequest, otherwise: str = "/") -> str:
    """The page of this node that a form names as `next`, or `otherwise`; never an address elsewhere."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    # A bare word would be taken for the name of a page, which there may not be.
    return wanted if ours and wanted.startswith(("/", "https://", "http://")) else otherwise


def stewards_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view for stewards: visitors are asked to sign in, everybody else finds nothing there (404)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        keeping.never(request)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not is_steward(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def signup_mode() -> str:
    """How people join this node now: `open`, `invitation` or `closed`."""
    policy = SignupPolicy.objects.first()
    return policy.mode if policy else SignupPolicy.Mode.OPEN


def invitation_for_use(token: str) -> Invitation:
    """The invitation behind a link. Raises InvitationRefused when there is none that can still be used."""
    invitation = Invitation.objects.filter(token=token).select_related("made_by").first()
    if invitation is None:
        raise InvitationRefused(
            _("We do not know this invitation. Check that you have the whole link, or ask for a new one."),
            404,
        )
    if invitation.used_at is not None:
        raise already_used()
    if invitation.for_first_steward and User.objects.filter(is_steward=True).exists():
        raise InvitationRefused(
            _("This node has a steward already. Ask them for an invitation to become a steward too."), 410
        )
    if invitation.expires_at is not None and invitation.expires_at < timezone.now():
        raise InvitationRefused(_("This invitation is more than 30 days old. Ask for a new one."), 410)
    return invitation


def already_used() -> InvitationRefused:
    return InvitationRefused(
        _("This invitation has been used. A link works once: sign in if it was you, or ask for a new one."),
        410,
    )


def invitation_in_hand(request: HttpRequest) -> Invitation | None:
    """The usable invitation whose link this visitor opened in this session."""
    token = request.session.get(SESSION_KEY)
    if not token:
        return None
    try:
        return invitation_for_use(token)
    except InvitationRefused:
        return None


def may_sign_up(request: HttpRequest) -> bool:
    return signup_mode() == SignupPolicy.Mode.OPEN or invitation_in_hand(request) is not None
