"""The steward's own map of streets, in the parts that browsers ask for."""

from __future__ import annotations

import os
import re

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from atlas import ground

MOST_BYTES = 4 * 1024 * 1024
"""Of one answer. Whoever asks for more gets this much, and can read so in Content-Range (RFC 9110 section 14.4)."""
SECONDS = 3600
_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})")


@require_safe
def streets(request: HttpRequest) -> HttpResponse:
    """`/map.pmtiles` by single ranges of bytes (RFC 9110 section 14); never whole: it may be as large as a disk."""
    try:
        with ground.path().open("rb") as file:
            kept = os.fstat(file.fileno())
            answer = _part(request, file.fileno(), kept.st_size)
    except OSError:
        raise Http404 from None
    answer["ETag"] = f'"{kept.st_size:x}-{kept.st_mtime_ns:x}"'
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = f"public, max-age={SECONDS}"
    return answer


def _part(request: HttpRequest, file: int, size: int) -> HttpResponse:
    asked = request.headers.get("Range", "")
    if request.method == "HEAD" and not asked:
        return HttpResponse(content_type="application/vnd.pmtiles", headers={"Content-Length": str(size)})
    match = _RANGE.fullmatch(asked)
    first = int(match[1]) if match else size
    last = min(int(match[2]) if match and match[2] else size - 1, size - 1, first + MOST_BYTES - 1)
    if match is None or first > last:
        message = f"Range: expected one like bytes=0-16383 within {size} bytes, got {asked[:60]!r}\n"
        refused = HttpResponse(message, status=416, content_type="text/plain; charset=utf-8")
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    part = HttpResponse(os.pread(file, last - first + 1, first), status=206, content_type="application/vnd.pmtiles")
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    return part
