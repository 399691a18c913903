"""Two people change one thing at the same time: the second sees what the first has saved, before replacing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.fieldtypes import quote
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

    def carried_out(self, change: Callable[..., Any], *who_and_what: Any) -> bool:
        """Whether `change(*who_and_what, changes)` was made. If somebody was faster, the form keeps what was written
        and says what is saved now; sent once more, it replaces that."""
        try:
            change(*who_and_what, {**self.changes(), "seen": self.cleaned_data["seen"]})  # type: ignore[attr-defined]
        except ChangedMeanwhile as meanwhile:
            self._compare(meanwhile.row)
            return False
        return True

    def _compare(self, now: Published) -> None:
        written = self.changes()  # type: ignore[attr-defined]
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.add_prefix("seen")] = str(now.version)  # type: ignore[index]
        self.add_error(
            None, _("Somebody else has saved changes since you opened this page. Yours are below, not saved yet.")
        )
        for name, value in written.items():
            if name in self.fields and getattr(now, name) != value:
                self.add_error(name, _saved_now(self.fields[name], getattr(now, name)))


def _saved_now(field: forms.Field, value: Any) -> Any:
    if not value:
        return _("Nothing is saved here now. Save again to replace that.")
    if isinstance(field, forms.CharField):
        return _("Saved now: “%(value)s”. Save again to replace it.") % {"value": quote(value)}
    return _("Something else is saved here now. Save again to replace it.")
