"""Pages that belong to the frame itself: the style page, the accessibility statement, reading offline."""

from django.urls import path

from frontend import views

urlpatterns = [
    path("style/", views.style, name="style"),
    path("style/pins.geojson", views.style_pins, name="style-pins"),
    path("style/network.json", views.style_network, name="style-network"),
    path("writing-help/", views.writing_help, name="writing-help"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("offline", views.offline, name="offline"),
    path("worker.js", views.worker, name="worker"),
]
