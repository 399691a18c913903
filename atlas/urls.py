from django.urls import path

from atlas.views import atlas, data, home, topics

urlpatterns = [
    path("", home.home, name="home"),
    path("atlas/", atlas.atlas, name="atlas"),
    path("atlas/cards.geojson", data.cards_geojson, name="cards-geojson"),
    path("atlas/network.json", data.network_json, name="network-json"),
    path("topics/", topics.topic_list, name="topic-list"),
    path("topics/<slug:slug>", topics.topic_page, name="topic"),
]
