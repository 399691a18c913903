"""Pictures and files by their address: for those who may see the thing they hang on, and for as long as it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from federation import restrictions, types
from federation.models import Attachment
from federation.negotiation import hosts_a_reader

if TYPE_CHECKING:
    from federation.models import Published

# A file is opened alone, so to say in an empty room: nothing in it runs or loads, whatever a browser takes it for.
ALONE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
PUBLIC_SECONDS = 3600  # a file that was withdrawn may be in caches for so long
TYPES = {"webp": "image/webp", "pdf": "application/pdf"}


@require_safe
def attachment(request: HttpRequest, public_id: str, ending: str, size: str | None = None) -> HttpResponse:
    """One picture, in one of two sizes, or a PDF to save. Absent and forbidden give the same 404."""
    found = Attachment.objects.filter(public_id=public_id).first()
    kept: Any = (found.small if size else found.file) if found is not None else None
    if found is None or not kept or not kept.name.endswith(f".{ending}"):
        raise Http404
    is_public = _seen_by_all(request, found.thing_uri)
    try:
        with kept.open("rb") as opened:
            response = HttpResponse(opened.read(), content_type=TYPES[ending])
    except FileNotFoundError:
        raise Http404 from None
    return _with_headers(response, found, is_public=is_public)


def _seen_by_all(request: HttpRequest, uri: str) -> bool:
    """Whether a visitor sees the thing too, so that caches may keep what hangs on it. Raises Http404 where the asker
    does not."""
    located = types.locate(uri)
    if located is None:
        raise Http404
    type_, thing = located
    things, reader = type_.model._default_manager, getattr(request, "actor", None) or None
    seen = things.visible_to(reader).filter(pk=thing.pk).exists()
    if not seen and not _asked_by_a_neighbour(request, thing):
        raise Http404
    return seen and (reader is None or things.visible_to(None).filter(pk=thing.pk).exists())


def _asked_by_a_neighbour(request: HttpRequest, thing: Published) -> bool:
    """What is for one group goes to the node of a member too, as its document does."""
    if not thing.is_ours or thing.withdrawn_at is not None or "Signature" not in request.headers:
        return False
    if restrictions.is_off_the_network(thing):
        return False
    return hosts_a_reader(request, thing.audience)


def _with_headers(response: HttpResponse, found: Attachment, *, is_public: bool) -> HttpResponse:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = ALONE
    response["Cross-Origin-Resource-Policy"] = "cross-origin" if is_public else "same-origin"
    response["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}" if is_public else "private, no-store"
    response["Content-Disposition"] = "inline" if found.is_picture else f'attachment; filename="{found.public_id}.pdf"'
    return response
