"""What has met: shown with a need, an offer or expertise, where both sides of a match say that others may see it."""

from __future__ import annotations

from django.db import models

MOST_SHOWN = 20  # the newest


class Matched(models.Model):
    """`done_with` are finished matches, newest first: `{"uri", "title", "who"}` of the thing on the other side, its
    title and the name of whoever spoke for it. Written by `cop.reactions`, or as another node tells it."""

    done_with = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True
