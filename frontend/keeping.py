"""Which pages a browser may keep, to show them again when there is no network.

Every page says so in one header, with a name for the session it was made for: a browser that reads a page of another
session drops what it has kept (`js/worker/kept.js`). What asks who somebody is stays nowhere, nor do pages under
`/accounts/`: `never` and `also` are for views that know better than the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

HEADER = "Kept-Offline"
VISITOR = "visitor"
PRIVATE = "/accounts/"
NAME_LENGTH = 20


def never(request: HttpRequest) -> None:
    """What this request is answered with is for one pair of eyes."""
    request.kept_offline = False  # type: ignore[attr-defined]


def also(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorates a view whose data belong to a page that is kept."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.kept_offline = True  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return kept


def mark(request: HttpRequest, answer: HttpResponseBase) -> None:
    """Write the header on a page, and on data that belong to one. Asks the database nothing."""
    said = getattr(request, "kept_offline", None)
    is_page = answer.get("Content-Type", "").startswith("text/html")
    if request.method != "GET" or "HX-Request" in request.headers or not (is_page or said is not None):
        return
    allowed = said if said is not None else not request.path.startswith(PRIVATE)
    may = allowed and answer.status_code == 200 and "no-store" not in answer.get("Cache-Control", "")
    answer[HEADER] = f"{'yes' if may else 'no'} {_session(request)}"


def _session(request: HttpRequest) -> str:
    """Tells one session from another and says nothing about it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return VISITOR
    return salted_hmac("frontend.keeping", request.session.session_key or "").hexdigest()[:NAME_LENGTH]
