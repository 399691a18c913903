"""Pictures and PDF files on the form of any kind: a few empty rows, and one for each that hangs there already."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from federation import attaching
from federation.models.attachments import LONGEST_ALT, LONGEST_NAME, MOST
from federation.rewriting import MOST_BYTES, MOST_PAGES, MOST_PIXELS, MOST_PIXELS_WHOLE, Unusable
from federation.uploads import rewrite

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms.boundfield import BoundField

    from federation.models import Attachment
    from federation.uploads import Rewritten

ROWS = 3  # empty ones at a time; the next save shows three more
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif,application/pdf"
SHOWN_NAME = 60  # characters of a file's name in a message

REFUSALS = {
    "type": _("“%(name)s” is not a file we can show. Choose a JPEG, PNG, WebP or GIF picture, or a PDF."),
    "broken": _("“%(name)s” is damaged or not complete. Open it on your device, save it again, and choose that file."),
    "empty": _("“%(name)s” is empty. Choose a JPEG, PNG, WebP or GIF picture, or a PDF."),
    "large": _("“%(name)s” is too large. Choose a file of at most %(megabytes)s MB."),
    "pixels": _(
        "“%(name)s” has too many pixels. Choose a JPEG of at most %(megapixels)s megapixels, or a PNG, WebP or GIF of"
        " at most %(whole)s."
    ),
    "pages": _("“%(name)s” has too many pages. Choose a PDF of at most %(pages)s pages."),
    "encrypted": _("“%(name)s” is locked with a password. Save it without one, and choose that file."),
    "time": _("“%(name)s” takes too long to read. Save it again in a simpler form, and choose that file."),
}
LIMITS = {
    "megabytes": MOST_BYTES // 1_000_000,
    "megapixels": MOST_PIXELS // 1_000_000,
    "whole": MOST_PIXELS_WHOLE // 1_000_000,
    "pages": MOST_PAGES,
}


class Row(NamedTuple):
    """The fields of one attachment; `held` is what hangs there already."""

    alt: BoundField | None
    name: BoundField
    file: BoundField | None = None
    remove: BoundField | None = None
    held: Attachment | None = None


class AttachmentsFormMixin(forms.Form):
    """For the form of a published thing, new or to change. Stands before EditFormMixin among the bases.

    What is chosen is decoded and written anew while the form is checked, and stored when the action is about to be
    called, so that no file is written inside a transaction.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance  # type: ignore[attr-defined]
        self.held_attachments = attaching.of_thing(row.uri) if row.pk else []
        for number, held in enumerate(self.held_attachments, 1):
            self._add_held(number, held)
        for number in range(self.empty_rows):
            self._add_empty(number)
        self.rewritten: dict[int, Rewritten] = {}

    @property
    def empty_rows(self) -> int:
        return min(ROWS, MOST - len(self.held_attachments))

    def _add_empty(self, number: int) -> None:
        which = len(self.held_attachments) + number + 1
        self.fields[f"new_file_{number}"] = forms.FileField(
            label=_("Picture or PDF %(number)s") % {"number": which},
            required=False,
            allow_empty_file=True,
            widget=forms.FileInput(attrs={"accept": ACCEPTED}),
            help_text=_("JPEG, PNG, WebP, GIF or PDF, at most %(megabytes)s MB.") % LIMITS,
        )
        self.fields[f"new_alt_{number}"] = _alt_field(which)
        self.fields[f"new_name_{number}"] = _name_field(which)

    def _add_held(self, number: int, held: Attachment) -> None:
        if held.is_picture:
            self.fields[f"held_alt_{held.public_id}"] = _alt_field(number)
            self.initial[f"held_alt_{held.public_id}"] = held.alt
        self.fields[f"held_name_{held.public_id}"] = _name_field(number)
        self.initial[f"held_name_{held.public_id}"] = held.name
        self.fields[f"held_remove_{held.public_id}"] = forms.BooleanField(
            label=_("Remove “%(name)s”") % {"name": held.name or held.alt}, required=False
        )

    @property
    def attachment_rows(self) -> list[Row]:
        """For the template: what hangs there, then the empty rows."""
        rows = []
        for held in self.held_attachments:
            key = held.public_id
            alt = self[f"held_alt_{key}"] if held.is_picture else None
            rows.append(Row(alt, self[f"held_name_{key}"], remove=self[f"held_remove_{key}"], held=held))
        rows += [
            Row(self[f"new_alt_{number}"], self[f"new_name_{number}"], file=self[f"new_file_{number}"])
            for number in range(self.empty_rows)
        ]
        return rows

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for held in self.held_attachments:
            self._clean_held(held, data)
        for number in range(self.empty_rows):
            self._clean_new(number, data)
        return data

    def _clean_held(self, held: Attachment, data: dict[str, Any]) -> None:
        name = f"held_alt_{held.public_id}"
        was_sent = self.add_prefix(name) in self.data
        if held.is_picture and was_sent and not data.get(name) and not data.get(f"held_remove_{held.public_id}"):
            self._say(name, _("Say in a few words what the picture shows, for people who cannot see it."))

    def _clean_new(self, number: int, data: dict[str, Any]) -> None:
        file = data.get(f"new_file_{number}")
        if file is None:
            if data.get(f"new_alt_{number}") or data.get(f"new_name_{number}"):
                self._say(f"new_file_{number}", _("Choose the file you describe here, or leave all of this empty."))
            return
        try:
            rewritten = rewrite(_bytes_of(file))
        except Unusable as unusable:
            self._say(f"new_file_{number}", REFUSALS[unusable.reason] % (LIMITS | {"name": _short(file.name or "")}))
            return
        if rewritten.is_picture and not data.get(f"new_alt_{number}"):
            self._say(
                f"new_alt_{number}", _("Say in a few words what the picture shows, for people who cannot see it.")
            )
        self.rewritten[number] = rewritten

    def _say(self, name: str, message: Any) -> None:
        if name not in self.errors:
            self.add_error(name, message)

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.errors:
            self.ask_for_files_again()

    def ask_for_files_again(self) -> None:
        """A browser keeps no file of a form that comes back: say so where one was chosen."""
        for number in range(self.empty_rows):
            file = self.files.get(self.add_prefix(f"new_file_{number}"))
            if file is not None:
                message = _("Choose “%(name)s” again: it was not saved, because something else is to be mended first.")
                self._say(f"new_file_{number}", message % {"name": _short(file.name or "")})

    def carried_out(self, change: Callable[..., Any], *who_and_what: Any) -> bool:
        done = False
        try:
            done = super().carried_out(change, *who_and_what)  # type: ignore[misc]
        except attaching.TooMany as too_many:
            self.refuse_too_many(too_many)
        finally:
            if not done:
                self.ask_for_files_again()
        return done

    def refuse_too_many(self, too_many: attaching.TooMany) -> None:
        message = ngettext(
            "Somebody else has attached something meanwhile: there is %(held)s thing, and there can be %(most)s.",
            "Somebody else has attached something meanwhile: there are %(held)s things, and there can be %(most)s.",
            too_many.held,
        )
        self.add_error(None, message % {"held": too_many.held, "most": MOST})

    def changes(self) -> dict[str, Any]:
        return super().changes() | self.attached_changes()  # type: ignore[misc,no-any-return]

    def attached_changes(self) -> dict[str, Any]:
        """`attached` for an action, where anything is to be attached, said anew or removed."""
        return {"attached": self._attaching} if self._attaching else {}

    @cached_property
    def _attaching(self) -> attaching.Attaching:
        data = self.cleaned_data
        kept = [
            attaching.keep(
                rewritten,
                alt=data[f"new_alt_{number}"],
                name=data[f"new_name_{number}"] or ("" if rewritten.is_picture else self._title_of(number)),
            )
            for number, rewritten in sorted(self.rewritten.items())
        ]
        removed = {each.public_id for each in self.held_attachments if data.get(f"held_remove_{each.public_id}")}
        return attaching.Attaching(tuple(kept), frozenset(removed), self._said_anew(removed))

    def _said_anew(self, removed: set[str]) -> dict[str, tuple[str, str]]:
        said = {}
        for held in self.held_attachments:
            alt, name = held.alt, held.name
            if self.add_prefix(f"held_alt_{held.public_id}") in self.data:
                alt = self.cleaned_data[f"held_alt_{held.public_id}"]
            if self.add_prefix(f"held_name_{held.public_id}") in self.data:
                name = self.cleaned_data[f"held_name_{held.public_id}"]
            if not held.is_picture:
                name = name or held.name
            if (alt, name) != (held.alt, held.name) and held.public_id not in removed:
                said[held.public_id] = (alt, name)
        return said

    def _title_of(self, number: int) -> str:
        """A file without a title is called as it was on its owner's device, without the ending."""
        name = self.cleaned_data[f"new_file_{number}"].name
        return _short(name.rpartition(".")[0] or name).replace("_", " ") or str(_("PDF file"))


def _alt_field(number: int) -> forms.CharField:
    return forms.CharField(
        label=_("What does picture %(number)s show?") % {"number": number},
        max_length=LONGEST_ALT,
        required=False,
        help_text=_("A sentence for people who cannot see it. Every picture needs one."),
    )


def _name_field(number: int) -> forms.CharField:
    return forms.CharField(
        label=_("Caption of picture %(number)s, or title of the PDF") % {"number": number},
        max_length=LONGEST_NAME,
        required=False,
    )


def _bytes_of(file: Any) -> bytes:
    """At most one byte more than is taken: that is enough to refuse it."""
    file.seek(0)
    data: bytes = file.read(MOST_BYTES + 1)
    file.seek(0)
    return data


def _short(name: str) -> str:
    printable = "".join(each for each in name if each.isprintable())
    return printable if len(printable) <= SHOWN_NAME else f"{printable[: SHOWN_NAME - 1]}…"
