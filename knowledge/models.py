"""Pages of know-how, and every version of each."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atlas import licences
from atlas.placed import Topical
from federation.models import Actor, Published

MOST_BODY = 50_000  # characters of Markdown
MOST_ANSWER = 500  # characters, plain
MOST_COMMENT = 200  # characters
EARLIEST_CHECK, LATEST_CHECK = dt.date(1900, 1, 1), dt.date(2199, 12, 31)


class Kind(models.TextChoices):
    KNOWLEDGE = "knowledge", _("Knowledge")
    KNOW_HOW = "know-how", _("Know-how")
    GOOD_PRACTICE = "good-practice", _("Good practice")
    RESOURCE = "resource", _("Resource")


class Written(Topical):
    """What a page says, and what each version of it said.

    `short_answer` is plain and on one line, `body` is Markdown. `licence` is an SPDX identifier of `licences`, or, of
    another node, a web address. `checked_on` is a day, since nobody checks to the minute. `adapted_from` is a web
    address or a page's URI. `comment` says in a few words why this version was made.
    """

    kind = models.CharField(_("kind of page"), max_length=16, choices=Kind.choices, default=Kind.KNOW_HOW)
    title = models.CharField(_("title"), max_length=200)
    short_answer = models.CharField(_("the short answer"), max_length=MOST_ANSWER, blank=True)
    body = models.TextField(_("the whole answer"), max_length=MOST_BODY, blank=True)
    jurisdiction = models.CharField(_("where it holds"), max_length=100, blank=True)
    licence = models.CharField(_("licence"), max_length=500, blank=True, default=licences.DEFAULT)
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    checked_by = models.CharField(_("checked by"), max_length=200, blank=True)
    adapted_from = models.CharField(_("adapted from"), max_length=500, blank=True)
    credit = models.CharField(_("made by, and with"), max_length=300, blank=True)
    comment = models.CharField(_("what was changed, and why"), max_length=MOST_COMMENT, blank=True)

    #: What a version keeps and a later one can bring back; `comment` belongs to one version alone.
    KEPT: ClassVar = (
        "kind", "title", "short_answer", "body", "jurisdiction", "licence", "checked_on", "checked_by",
        "adapted_from", "credit", "topics", "language",
    )  # fmt: skip

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="%(class)s_kind_known"),
            models.CheckConstraint(condition=~Q(title=""), name="%(class)s_has_title"),
            models.CheckConstraint(
                condition=Q(checked_by="") | Q(checked_on__isnull=False), name="%(class)s_checked_by_has_day"
            ),
            models.CheckConstraint(
                condition=Q(checked_on__isnull=True) | Q(checked_on__gte=EARLIEST_CHECK, checked_on__lte=LATEST_CHECK),
                name="%(class)s_checked_in_bounds",
            ),
        ]

    @property
    def licence_name(self) -> str:
        return licences.name_of(self.licence)

    @property
    def licence_address(self) -> str:
        return licences.address_of(self.licence)

    def kept(self) -> dict[str, Any]:
        """What this version says, by column."""
        return {name: getattr(self, name) for name in self.KEPT}


class Page(Published, Written):
    """How something is done, or what is known about it: by a group or a person, for whoever needs it next."""

    WORDS = ("short_answer", "body", "credit", "comment")

    class Meta:
        constraints: ClassVar = [
            *Published.Meta.constraints,
            *Written.Meta.constraints,
            models.CheckConstraint(
                condition=Q(node__isnull=False) | Q(withdrawn_at__isnull=False) | (~Q(short_answer="") & ~Q(body="")),
                name="page_ours_answers",
            ),
            models.CheckConstraint(
                condition=Q(node__isnull=False) | Q(licence__in=list(licences.NAMES)), name="page_ours_is_open"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/know-how/{self.public_id}"


class AppendOnly(TypeError):
    """A version is written once; what it said is changed by a later one."""


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Rows are added here and only read afterwards. They go with their page, when that is withdrawn."""

    def update(self, **values: Any) -> NoReturn:
        raise AppendOnly("a version cannot be changed; write a new one")

    def delete(self) -> NoReturn:
        raise AppendOnly("a version cannot be deleted; it goes with its page")

    def forget_withdrawn(self, page: Page) -> None:
        """Erase what a page said, once nobody is to read it any more."""
        if page.withdrawn_at is None:
            raise AppendOnly("the versions of a page go when it is withdrawn")
        models.QuerySet(self.model, using=self.db).filter(page=page).delete()

    def forget_before(self, page: Page, number: int) -> int:
        """Let go of versions of another node's page that are too old to keep; returns how many."""
        if page.is_ours:
            raise AppendOnly("of our own pages every version is kept")
        gone, _by_kind = models.QuerySet(self.model, using=self.db).filter(page=page, number__lt=number).delete()
        return gone


class Revision(Written):
    """One version of a page, as it was. `number` is the `version` the page had then; a withdrawal has none.

    `editor` is the person who made it; nobody for a page of another node, which only says who speaks.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=16, blank=True)
    editor = models.ForeignKey(Actor, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    restored_from = models.PositiveIntegerField(null=True, blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            *Written.Meta.constraints,
            models.UniqueConstraint(fields=["page", "number"], name="revision_once_per_version"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_number_from_one"),
            models.CheckConstraint(
                condition=Q(restored_from__isnull=True) | Q(restored_from__lt=F("number")),
                name="revision_restores_an_older_one",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.page_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnly("a version cannot be changed; write a new one")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("a version cannot be deleted; it goes with its page")
