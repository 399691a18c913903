"""Forms that look at the words written in them, on request: “Check my words” shows hints and publishes nothing."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict

from frontend import writing

CHECK = "check"  # the name of the button


class WritingHelpMixin(forms.Form):
    """Stands first among the bases of a form that has `writing_help`:

        writing_help = writing.offer(Help("need", ("summary",), (Basic(("area",), _("You do not say where.")),)))

    Sent by that button, a form is neither right nor wrong: it has no errors, and is never valid. So no view has to know
    of it, and none can publish what somebody only wanted looked at.
    """

    writing_help: ClassVar[writing.Help]

    @property
    def is_check(self) -> bool:
        return self.is_bound and CHECK in self.data

    def is_valid(self) -> bool:
        return not self.is_check and super().is_valid()

    def full_clean(self) -> None:
        if not self.is_check:
            super().full_clean()
            return
        self._errors = ErrorDict()
        self.cleaned_data = {}

    @cached_property
    def hints(self) -> dict[str, list[writing.Hint]]:
        """By the name of a field; empty where nobody asked."""
        if not self.is_check:
            return {}
        said = {name: value for name, value in self.data.items() if isinstance(value, str)}
        return {name: found for name, found in writing.look_at(self.writing_help, said).items() if found}


def help_beside(form: Any, name: str) -> writing.Help | None:
    """What a form wants looked at, beside those of its fields that it wants it for."""
    wanted: writing.Help | None = getattr(form, "writing_help", None)
    return wanted if wanted and name in wanted.fields else None
