from django.urls import path, re_path

from federation import collections, media, views, webfinger
from federation.inbound.door import inbox

# Every actor of ours has its collections below its own address, whatever its kind.
_ACTOR = r"(?P<actor>actor|(?:groups|people|topics)/[A-Za-z0-9-]{1,64})"
_FILE = r"(?P<public_id>[a-z0-9]{12})(?P<size>-small)?\.(?P<ending>webp|pdf)"

urlpatterns = [
    path(".well-known/webfinger", webfinger.webfinger, name="webfinger"),
    path(".well-known/nodeinfo", views.nodeinfo_links, name="nodeinfo-links"),
    re_path(r"^nodeinfo/(?P<version>2\.[01])$", views.nodeinfo, name="nodeinfo"),
    path("actor", views.node_actor, name="node-actor"),
    path("inbox", inbox, name="inbox"),
    re_path(rf"^{_ACTOR}/inbox$", inbox, name="actor-inbox"),
    re_path(rf"^{_ACTOR}/outbox$", collections.outbox, name="actor-outbox"),
    re_path(rf"^{_ACTOR}/followers$", collections.followers, name="actor-followers"),
    re_path(rf"^{_ACTOR}/following$", collections.following, name="actor-following"),
    path("activities/<slug:public_id>", views.activity, name="activity"),
    re_path(rf"^media/{_FILE}$", media.attachment, name="attachment"),
    path("metro/digest", views.metro_digest, name="metro-digest"),
    path("metro/neighbours", views.metro_neighbours, name="metro-neighbours"),
    path("metro/catalogue", views.metro_catalogue, name="metro-catalogue"),
]
