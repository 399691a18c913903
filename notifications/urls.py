"""Addresses of notices and follows."""

from django.urls import include, path, re_path

from notifications.views import mail
from notifications.views import notices as views

notifications = (
    [
        path("notices/", views.notices, name="notices"),
        path("notices/bell", views.bell, name="bell"),
        path("notices/reading", views.reading_all, name="reading_all"),
        path("notices/<int:notice_id>/reading", views.reading, name="reading"),
        path("me/notices", mail.choices, name="mail"),
        re_path(r"^stopping/(?P<token>[A-Za-z0-9_:-]{1,300})$", mail.stop, name="stopping"),
        path("me/following", views.following, name="following"),
        path("me/following/additions", views.follows, name="follow"),
        path("me/following/removals", views.unfollows, name="unfollow"),
    ],
    "notifications",
)

urlpatterns = [path("", include(notifications))]
