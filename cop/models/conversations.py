"""What people write to each other: under a thing, in a group's discussion, or to one person alone."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from federation.models import Actor, Published

LONGEST_TEXT = 10_000  # characters


class Post(Published):
    """Words by somebody about the thing at `about_uri`: any published row, a group, or a conversation of two.

    `top_uri` is the post that opened this part of the thread, empty for that post itself. Ours are Markdown in `text`;
    what other programs write comes as clean HTML in `html`. `signed` is the name it was written under.
    """

    about_uri = models.CharField(max_length=500)
    reply_to = models.CharField(max_length=500, blank=True)
    top_uri = models.CharField(max_length=500, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    text = models.TextField(_("your words"), max_length=LONGEST_TEXT, blank=True)
    html = models.TextField(max_length=50_000, blank=True)
    warning = models.CharField(max_length=300, blank=True, help_text="what somebody is warned of before reading")
    signed = models.CharField(max_length=120, blank=True)
    mentions = models.JSONField(default=list, blank=True, help_text="addresses of those the words speak to")

    WORDS = ("title", "text", "html", "warning", "signed", "mentions")

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            models.CheckConstraint(condition=~Q(about_uri=""), name="post_is_about_something"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=False) | ~Q(text="") | ~Q(html="") | ~Q(title=""),
                name="post_says_something",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=False) | Q(node__isnull=False) | ~Q(text=""), name="post_ours_has_text"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(title="", text="", html="", warning="", signed=""),
                name="post_withdrawn_says_nothing",
            ),
            models.CheckConstraint(
                condition=(Q(reply_to="") & Q(top_uri="")) | (~Q(reply_to="") & ~Q(top_uri="")),
                name="post_answer_has_a_top",
            ),
            models.CheckConstraint(condition=~Q(reply_to=F("uri")), name="post_answers_another"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["about_uri", "top_uri", "published_at"], name="post_in_thread"),
            models.Index(fields=["reply_to"], name="post_answers"),
        ]

    def __str__(self) -> str:
        return self.title or self.uri

    def get_absolute_url(self) -> str:
        return f"/posts/{self.public_id}"

    @property
    def words(self) -> str | SafeString:
        """For `{% content %}`: Markdown of ours, clean HTML of theirs."""
        return self.text or mark_safe(self.html)

    @property
    def called(self) -> str:
        """Who wrote it, as they signed it or as their node calls them."""
        return self.signed or self.actor.name or self.actor.handle


class Conversation(models.Model):
    """Two people write to each other; each node keeps its own, named by the pair. What they write is Posts."""

    public_id = models.CharField(max_length=16, unique=True)
    pair = models.CharField(max_length=64, unique=True, help_text="the keys of both actors, the smaller one first")
    started_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"conversation {self.pk}"

    def get_absolute_url(self) -> str:
        return f"/conversations/{self.public_id}"

    @property
    def uri(self) -> str:
        """Its name as the audience of its posts. Nothing can be fetched there without being one of the two."""
        return f"{settings.ORIGIN}{self.get_absolute_url()}"


class Participant(models.Model):
    """One of the two; `read_at` is up to when they have read. Who has left gets nothing more."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="conversations")
    read_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["conversation", "actor"], name="participant_once")]

    def __str__(self) -> str:
        return f"{self.actor_id} in {self.conversation_id}"


class Mute(models.Model):
    """This person of ours wants no notices of what is written about `about_uri`."""

    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="mutes")
    about_uri = models.CharField(max_length=500, db_index=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["actor", "about_uri"], name="mute_once")]

    def __str__(self) -> str:
        return f"{self.actor_id} hears nothing of {self.about_uri}"
