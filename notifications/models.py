"""What people want to hear of, and what they were told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.models import Entry


class Follow(models.Model):
    """`user` wants to hear of new things under `target`: the IRI of a topic, the URI of a group or a person, the
    words of an area, or the address of a filtered list, which alone has a `name` of their own choice.

    A local row: what neighbour nodes publish arrives anyway, so following asks nobody and tells nobody.
    """

    class Kind(models.TextChoices):
        TOPIC = "topic", _("Topic")
        GROUP = "group", _("Group")
        PERSON = "person", _("Person")
        AREA = "area", _("Area")
        FILTER = "filter", _("Search")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    target = models.CharField(max_length=500)
    name = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "target"], name="follow_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["topic", "group", "person", "area", "filter"]), name="follow_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="filter") & ~Q(name="") | ~Q(kind="filter") & Q(name=""),
                name="follow_of_a_search_has_a_name",
            ),
            models.CheckConstraint(condition=~Q(target=""), name="follow_has_target"),
        ]
        indexes = [models.Index(fields=["kind", "target"], name="follow_target")]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.kind} {self.target}"


class Pace(models.TextChoices):
    """How soon mail comes for a notice. On the page it always stands at once."""

    OFF = "off", _("No e-mail")
    AT_ONCE = "at-once", _("An e-mail at once")
    DAILY = "daily", _("In one e-mail a day")


class Matter(models.TextChoices):
    """What a notice is about, in the few words a person chooses their mail by."""

    NEWS = "news", _("New things")
    GROUPS = "groups", _("Joining groups")
    DATES = "dates", _("Gatherings you go to or organise")
    WORDS = "words", _("Messages and answers to you")
    MONEY = "money", _("Money")
    NODE = "node", _("This node and its neighbours")


class MailChoice(models.Model):
    """How soon `user` wants mail about a matter. Without a row, `matters.DEFAULTS` say it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choices")
    matter = models.CharField(max_length=8, choices=Matter.choices)
    pace = models.CharField(max_length=8, choices=Pace.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "matter"], name="mail_choice_once"),
            models.CheckConstraint(
                condition=Q(matter__in=["news", "groups", "dates", "words", "money", "node"]),
                name="mail_choice_matter_known",
            ),
            models.CheckConstraint(condition=Q(pace__in=["off", "at-once", "daily"]), name="mail_choice_pace_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} wants {self.matter} {self.pace}"


class QuietHours(models.Model):
    """No mail to `user` from `begins` to `ends`, by the clock where they are; over midnight if `ends` is earlier."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quiet_hours")
    begins = models.TimeField()
    ends = models.TimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(begins=models.F("ends")), name="quiet_hours_last")]

    def __str__(self) -> str:
        return f"quiet from {self.begins} to {self.ends} for {self.user_id}"


class Mail(models.Model):
    """One mail to one person, about one notice, or about those of a `day` (where they are).

    Made, with its notices, before it is handed to the mail server, and marked after: if the process is killed in
    between, it is sent again, from the same row and with the same Message-ID. So it may come twice, and is never lost.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mails")
    day = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], condition=Q(day__isnull=False), name="mail_once_a_day"),
        ]
        indexes = [models.Index(fields=["made_at"], name="mail_made")]

    def __str__(self) -> str:
        return f"mail {self.pk} to {self.user_id}"


class Notice(models.Model):
    """One thing told to one person. What it is about is read when the notice is shown, not kept here.

    An `entry` makes at most one notice of a kind for a person and thing, however often its errand runs.
    Without an entry there is at most one unread notice of that kind, and a second one renews it.
    It is in one `mail` at most.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=64)
    uri = models.CharField(max_length=500)
    params = models.JSONField(default=dict, blank=True)
    entry = models.ForeignKey(Entry, null=True, blank=True, on_delete=models.CASCADE, related_name="notices")
    made_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.ForeignKey(Mail, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "uri", "entry"], name="notice_once_per_entry"),
            models.UniqueConstraint(
                fields=["user", "kind", "uri"],
                condition=Q(entry__isnull=True, read_at__isnull=True),
                name="notice_one_unread_without_entry",
            ),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(uri=""), name="notice_is_about_something"),
        ]
        indexes = [
            models.Index(fields=["user", "-made_at", "-id"], name="notice_newest"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["uri"], name="notice_uri"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id} about {self.uri}"
