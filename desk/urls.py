from django.urls import path, re_path

from desk.views import neighbours, overview

urlpatterns = [
    path("desk/", overview.desk, name="desk"),
    path("desk/node", overview.this_node, name="desk-node"),
    path("desk/work", overview.work, name="desk-work"),
    re_path(
        r"^desk/work/(?P<lane>errand|receipt|delivery)/(?P<row_id>[0-9]{1,18})/retrying$",
        overview.retrying,
        name="desk-retrying",
    ),
    path("desk/neighbours", neighbours.neighbours, name="desk-neighbours"),
    path("desk/neighbours/invitations", neighbours.invite, name="desk-invite"),
    re_path(
        r"^desk/neighbours/(?P<node_id>[0-9]{1,18})/(?P<answer>accept|refuse|pause|resume|end)$",
        neighbours.answer,
        name="desk-answer",
    ),
]
