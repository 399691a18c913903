from django.urls import path, re_path

from funding import views

_ID = r"(?P<public_id>[a-z0-9]{8,16})"

urlpatterns = [
    path("calls/", views.call_list, name="calls"),
    path("calls/calendar.ics", views.list_calendar, name="calls-calendar"),
    path("calls/new", views.new_call, name="call-new"),
    re_path(rf"^calls/{_ID}$", views.call_page, name="call"),
    re_path(rf"^calls/{_ID}\.ics$", views.call_calendar, name="call-calendar"),
    re_path(rf"^calls/{_ID}/edit$", views.edit_call, name="call-edit"),
    re_path(rf"^calls/{_ID}/withdrawal$", views.withdraw_call, name="call-withdrawal"),
]
