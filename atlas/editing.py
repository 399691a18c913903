"""Two people change one thing at the same time: the second sees what the first has saved, before replacing it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from federation.publishing import ChangedMeanwhile

if TYPE_CHECKING:
    from collections.abc import Callable

    from federation.models import Published


class EditFormMixin(forms.Form):
    """For the form of a published row: the page carries the version that it showed."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.version if self.instance.pk else None  # type: ignore[attr-defined]

    def changes(self) -> dict[str, Any]:
        """The checked values by column, for an action."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}  # type: ignore[attr-defined]

    def carried_out(self, change: Callable[..., Any], *who_and_what: Any) -> bool:
        """Whether `change(*who_and_what, changes)` was made. If somebody was faster, the form keeps what was written
        and says what is saved now; sent once more, it replaces that."""
        try:
            change(*who_and_what, {**self.changes(), "seen": self.cleaned_data["seen"]})
        except ChangedMeanwhile as meanwhile:
            self._compare(meanwhile.row)
            return False
        return True

    def _compare(self, now: Published) -> None:
        written = self.changes()
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.add_prefix("seen")] = str(now.version)  # type: ignore[index]
        self.add_error(
            None, _("Somebody else has saved changes since you opened this page. Yours are below, not saved yet.")
        )
        for column, value in written.items():
            name = column if column in self.fields else column.removesuffix("_id")
            if name in self.fields and getattr(now, column) != value:
                self.add_error(name, saved_now(self.fields[name], getattr(now, column)))


def saved_now(field: forms.Field, value: Any) -> Any:
    """What is saved in a field somebody is about to replace, as an error beside it."""
    words = _in_words(field, value)
    if not words:
        return _("Nothing is saved here now. Save again to replace that.")
    return _("Saved now: “%(value)s”. Save again to replace it.") % {"value": words}


def _in_words(field: forms.Field, value: Any) -> str:
    """The whole of it: what somebody is about to replace must be there to read."""
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        flat: Any = flatten_choices(choices)
        labels = {str(key): str(label) for key, label in flat}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(each), str(each)) for each in chosen if each not in (None, ""))
    if isinstance(value, dt.datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return "" if value is None else str(value)
