from django.urls import path, re_path

from atlas.views import atlas, data, home, porter, skos, takeaway, topics

urlpatterns = [
    path("", home.home, name="home"),
    path("ask/", porter.ask, name="ask"),
    path("atlas/", atlas.atlas, name="atlas"),
    path("atlas/cards.geojson", data.cards_geojson, name="cards-geojson"),
    path("atlas/areas/<slug:slug>.geojson", data.area_outline, name="area-outline"),
    path("atlas/network.json", data.network_json, name="network-json"),
    re_path(r"^(?P<place>[a-z-]+)/list\.(?P<form>csv|geojson|ics|atom)$", takeaway.list_file, name="list-file"),
    re_path(r"^topics\.(?P<form>ttl|jsonld)$", skos.vocabulary_file, name="vocabulary-file"),
    re_path(r"^topics/(?P<slug>[-a-zA-Z0-9_]{1,64})\.(?P<form>ttl|jsonld)$", skos.topic_file, name="topic-file"),
    path("topics/", topics.topic_list, name="topic-list"),
    path("topics/<slug:slug>", topics.topic_page, name="topic"),
]
