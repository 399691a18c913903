from django.urls import path, re_path

from events.views import attendance, gatherings, lists, outcome

_ID = r"(?P<public_id>[a-z0-9]{8,16})"

urlpatterns = [
    path("gatherings/", lists.gathering_list, name="gatherings"),
    path("gatherings/calendar.ics", lists.list_calendar, name="gatherings-calendar"),
    path("gatherings/new", gatherings.new_gathering, name="gathering-new"),
    re_path(rf"^gatherings/{_ID}$", gatherings.gathering_page, name="gathering"),
    re_path(rf"^gatherings/{_ID}\.ics$", lists.gathering_calendar, name="gathering-calendar"),
    re_path(rf"^gatherings/{_ID}/edit$", gatherings.edit_gathering, name="gathering-edit"),
    re_path(rf"^gatherings/{_ID}/withdrawal$", gatherings.withdraw_gathering, name="gathering-withdrawal"),
    re_path(rf"^gatherings/{_ID}/attendance$", attendance.attend, name="gathering-attendance"),
    re_path(rf"^gatherings/{_ID}/bringing$", attendance.bring, name="gathering-bringing"),
    re_path(rf"^gatherings/{_ID}/outcome$", outcome.outcome, name="gathering-outcome"),
    re_path(rf"^gatherings/{_ID}/leaving$", attendance.leave, name="gathering-leaving"),
    re_path(rf"^gatherings/{_ID}/attendees$", attendance.attendees, name="gathering-attendees"),
    re_path(
        rf"^gatherings/{_ID}/attendees/(?P<number>[0-9]{{1,18}})/answer$", attendance.answer, name="attendee-answer"
    ),
]
