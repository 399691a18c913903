"""Every address of the node. Each app brings its own, already complete paths."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from config import health

handler500 = "frontend.views.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("live", health.live, name="live"),
    path("ready", health.ready, name="ready"),
    path("", include("federation.urls")),
    path("", include("atlas.urls")),
    path("", include("atlas.api.urls")),
    path("", include("notifications.urls")),
    path("", include("accounts.urls")),
    path("", include("cop.urls")),
    path("", include("events.urls")),
    path("", include("funding.urls")),
    path("", include("timebank.urls")),
    path("", include("knowledge.urls")),
    path("", include("desk.urls")),
    path("", include("frontend.urls")),
    path("accounts/", include("allauth.urls")),
]
