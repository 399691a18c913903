"""The files behind attachments: copies of theirs are fetched, what nothing speaks of any more is erased."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from federation import attaching, http
from federation.asking import OneAtATime
from federation.fetching import TRY_AGAIN
from federation.guard import FetchRefused
from federation.http import PICTURES, FetchFailed
from federation.models import Attachment
from federation.outbound.signing import fetch_signer
from federation.rewriting import Unusable
from federation.uploads import rewrite
from journal import Errand, errand_kind, lane, periodic

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

PICTURE = "federation.fetch_picture"
SERVERS_AT_ONCE = 2
MOST_COPIED = 500_000_000  # bytes of pictures of other nodes; the oldest copies go first
DROPPED_AT_ONCE = 50
ORPHANED_AFTER = dt.timedelta(days=1)
ERASED_AT_ONCE = 500


_pictures = OneAtATime(PICTURE)


@lane("pictures", batch=1, width=SERVERS_AT_ONCE)
def drain_pictures(limit: int) -> int:
    return _pictures.drain(limit)


@errand_kind(PICTURE, atomic=False, own_lane=True)
def fetch_picture(errand_row: Errand) -> None:
    """Get a copy of a picture of theirs and write it anew, as one that is uploaded here.

    Until then, and where it cannot be had, pages show its description and a link to it.
    """
    public_id, origin = errand_row.payload["picture"], errand_row.payload["origin"]
    picture = Attachment.objects.filter(public_id=public_id, file="").select_related("node").first()
    if picture is None or picture.node is None or picture.node.blocked_at is not None:
        return
    try:
        rewritten = rewrite(_fetched(picture.url, is_theirs=picture.node.origin == origin))
        if not rewritten.is_picture:
            raise FetchRefused(f"{picture.url}: expected a picture, got {rewritten.media_type}")
        columns = attaching.write_files(picture.public_id, rewritten)
    except FetchFailed:
        raise  # their server may be back later: the errand is tried again
    except (FetchRefused, Unusable) as refused:
        log.info("picture %s of %s could not be had: %s", picture.public_id, picture.thing_uri, refused)
        return
    with transaction.atomic():
        attaching.got_copy(picture.public_id, columns)
        _make_room()


def _fetched(url: str, *, is_theirs: bool) -> bytes:
    """Their server learns who asks, since it may be for one group's members; a third one does not."""
    answer = http.fetch(url, sign=fetch_signer() if is_theirs else None, accept=PICTURES)
    if answer.status in TRY_AGAIN:
        raise FetchFailed(f"{url}: their server answered {answer.status}")
    if not answer.ok:
        raise FetchRefused(f"{url}: their server answered {answer.status}")
    if len(answer.body) > PICTURES.longest:
        raise FetchRefused(f"{url}: expected at most {PICTURES.longest} bytes")
    return answer.body


def _make_room() -> None:
    """Drop the oldest copies while they take more than MOST_COPIED; the pictures themselves are at home elsewhere."""
    copies = Attachment.objects.filter(node__isnull=False).exclude(file="")
    too_much = (copies.aggregate(all=Sum("size"))["all"] or 0) - MOST_COPIED
    for copy in copies.order_by("made_at")[:DROPPED_AT_ONCE] if too_much > 0 else ():
        if too_much <= 0:
            break
        too_much -= copy.size
        attaching.erase_files(copy.files())
        Attachment.objects.filter(pk=copy.pk).update(file="", small="", size=0, sha256="")


@errand_kind("federation.erase_files", atomic=False)
def erase_files(errand_row: Errand) -> None:
    """Erase files of the storage by name; what is gone already is no error."""
    for name in errand_row.payload["names"]:
        default_storage.delete(name)


@periodic("federation.tidy_files", every=dt.timedelta(hours=12), atomic=False)
def tidy_files(errand_row: Errand) -> None:
    """Erase files that are older than a day and hang on nothing: forms that were left, crashes between file and row."""
    for number, name in enumerate(_orphans()):
        if number >= ERASED_AT_ONCE:
            break
        default_storage.delete(name)


def _orphans() -> Iterator[str]:
    before = timezone.now() - ORPHANED_AFTER
    for folder in _listed(attaching.FOLDER)[0]:
        below = f"{attaching.FOLDER}/{folder}"
        names = {f"{below}/{each}" for each in _listed(below)[1]}
        known = {name for each in Attachment.objects.filter(public_id__startswith=folder) for name in each.files()}
        yield from (name for name in sorted(names - known) if default_storage.get_modified_time(name) < before)


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
