"""The notices of this app: something new under what a person follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from notifications import topics
from notifications.kinds import notice_kind

if TYPE_CHECKING:
    from notifications.models import Notice

NEW_IN_TOPIC = "new_in_topic"
NEW_FROM_GROUP = "new_from_group"
NEW_FROM_PERSON = "new_from_person"
NEW_IN_AREA = "new_in_area"
NEW_IN_FILTER = "new_in_filter"
NEWS = (NEW_FROM_GROUP, NEW_FROM_PERSON, NEW_IN_TOPIC, NEW_IN_AREA, NEW_IN_FILTER)

notice_kind(NEW_FROM_GROUP, _("New, because you follow the group %(name)s."), matter="news", needs_card=True)
notice_kind(NEW_FROM_PERSON, _("New, because you follow %(name)s."), matter="news", needs_card=True)
notice_kind(NEW_IN_AREA, _("New, because you follow the area %(area)s."), matter="news", needs_card=True)
notice_kind(NEW_IN_FILTER, _("New, because you follow the search “%(name)s”."), matter="news", needs_card=True)


@notice_kind(NEW_IN_TOPIC, _("New, because you follow the topic %(topic_name)s."), matter="news", needs_card=True)
def topic_words(notice: Notice) -> dict[str, str]:
    return {"topic_name": topics.label_on(notice)}
