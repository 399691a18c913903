from django.urls import path, re_path

from atlas.views import atlas, data, embed, ground, home, near, porter, skos, takeaway, topics, week

urlpatterns = [
    path("", home.home, name="home"),
    path("near/", near.near, name="near"),
    path("ask/", porter.ask, name="ask"),
    path("atlas/", atlas.atlas, name="atlas"),
    path("atlas/this-week", week.this_week, name="this-week"),
    path("atlas/cards.geojson", data.cards_geojson, name="cards-geojson"),
    path("atlas/areas/<slug:slug>.geojson", data.area_outline, name="area-outline"),
    path("atlas/network.json", data.network_json, name="network-json"),
    path("atlas/network/whole.json", data.whole_json, name="whole-json"),
    re_path(r"^(?P<place>[a-z-]+)/list\.(?P<form>csv|geojson|ics|atom)$", takeaway.list_file, name="list-file"),
    re_path(r"^topics\.(?P<form>ttl|jsonld)$", skos.vocabulary_file, name="vocabulary-file"),
    re_path(r"^topics/(?P<slug>[-a-zA-Z0-9_]{1,64})\.(?P<form>ttl|jsonld)$", skos.topic_file, name="topic-file"),
    re_path(r"^(?P<place>[a-z-]+)/embed/$", embed.embed, name="embed"),
    re_path(r"^(?P<place>[a-z-]+)/embed/points\.geojson$", embed.embed_points, name="embed-points"),
    re_path(r"^(?P<place>[a-z-]+)/on-your-website$", embed.on_your_website, name="on-your-website"),
    path("map.pmtiles", ground.streets, name="streets"),
    path("topics/", topics.topic_list, name="topic-list"),
    path("topics/<slug:slug>", topics.topic_page, name="topic"),
]
