from django.urls import path, re_path

from atlas.api import views

urlpatterns = [
    path("api/v1/", views.Index.as_view(), name="api-index"),
    path("api/v1/things/", views.Things.as_view(), name="api-things"),
    path("api/v1/thing", views.Thing.as_view(), name="api-thing"),
    path("api/v1/links/", views.Links.as_view(), name="api-links"),
    path("api/v1/topics/", views.Topics.as_view(), name="api-topics"),
    path("api/v1/areas/", views.Areas.as_view(), name="api-areas"),
    path("api/v1/nodes/", views.Nodes.as_view(), name="api-nodes"),
    path("api/v1/schema", views.Schema.as_view(), name="api-schema"),
    path("api/v1/docs", views.documentation, name="api-docs"),
    re_path(r"^api/(?P<rest>.*)$", views.Nowhere.as_view(), name="api-nowhere"),
]
