"""Addresses of notices and follows."""

from django.urls import include, path

from notifications import views

notifications = (
    [
        path("notices/", views.notices, name="notices"),
        path("notices/bell", views.bell, name="bell"),
        path("notices/reading", views.reading_all, name="reading_all"),
        path("notices/<int:notice_id>/reading", views.reading, name="reading"),
        path("me/following", views.following, name="following"),
        path("me/following/additions", views.follows, name="follow"),
        path("me/following/removals", views.unfollows, name="unfollow"),
    ],
    "notifications",
)

urlpatterns = [path("", include(notifications))]
