from django.urls import path, re_path

from atlas.views import atlas, data, ground, home, takeaway, topics

urlpatterns = [
    path("", home.home, name="home"),
    path("atlas/", atlas.atlas, name="atlas"),
    path("atlas/cards.geojson", data.cards_geojson, name="cards-geojson"),
    path("atlas/areas/<slug:slug>.geojson", data.area_outline, name="area-outline"),
    path("atlas/network.json", data.network_json, name="network-json"),
    re_path(r"^(?P<place>[a-z-]+)/list\.(?P<form>csv|geojson|ics|atom)$", takeaway.list_file, name="list-file"),
    path("map.pmtiles", ground.streets, name="streets"),
    path("topics/", topics.topic_list, name="topic-list"),
    path("topics/<slug:slug>", topics.topic_page, name="topic"),
]
