"""Where a request comes from, behind as many proxies as the settings trust."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

LONGEST = 64  # characters


def client_address(peer: str, forwarded: str) -> str:
    """The address of whoever asks: `peer` is who connected to us, `forwarded` what X-Forwarded-For says."""
    if settings.TRUSTED_PROXIES:
        named = forwarded.split(",")
        if len(named) >= settings.TRUSTED_PROXIES and named[-settings.TRUSTED_PROXIES].strip():
            return named[-settings.TRUSTED_PROXIES].strip()[:LONGEST]
    return peer or "unknown"


def address_of(meta: Mapping[str, Any]) -> str:
    """Of a request, by its META."""
    return client_address(str(meta.get("REMOTE_ADDR", "")), str(meta.get("HTTP_X_FORWARDED_FOR", "")))
