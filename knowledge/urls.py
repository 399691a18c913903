from django.urls import path, re_path

from knowledge.views import pages, versions

_ID = r"(?P<public_id>[a-z0-9]{8,16})"
_NUMBER = r"(?P<number>[0-9]{1,10})"

urlpatterns = [
    path("know-how/", pages.page_list, name="know-how-list"),
    path("know-how/new", pages.new_page, name="know-how-new"),
    re_path(rf"^know-how/{_ID}$", pages.one_page, name="know-how"),
    re_path(rf"^know-how/{_ID}/edit$", pages.edit_page, name="know-how-edit"),
    re_path(rf"^know-how/{_ID}/withdrawal$", pages.withdraw_page, name="know-how-withdrawal"),
    re_path(rf"^know-how/{_ID}/history$", versions.history, name="know-how-history"),
    re_path(rf"^know-how/{_ID}/changes$", versions.changes, name="know-how-changes"),
    re_path(rf"^know-how/{_ID}/versions/{_NUMBER}$", versions.one_version, name="know-how-version"),
    re_path(rf"^know-how/{_ID}/versions/{_NUMBER}/restoration$", versions.restore_version, name="know-how-restoration"),
]
