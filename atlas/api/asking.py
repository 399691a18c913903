"""What can be asked at each address, and what of it cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atlas import layers, relations
from atlas.api import paging
from atlas.fieldtypes import ConceptField, quote
from atlas.models import Area, Topic
from atlas.problems import BadQuery, faults_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import QueryDict

    from atlas.api.paging import Page, Values

LONGEST_ADDRESS = 500  # characters
MOST_ADDRESSES = 10  # that one question may name: proxies take lines of 8 kB


class Unreadable(ValueError):
    """Something that was asked for cannot be read; `faults` say what."""

    def __init__(self, faults: list[BadQuery]) -> None:
        super().__init__("; ".join(f"{bad.field}: {bad}" for bad in faults))
        self.faults = faults


class LimitField(forms.Field):
    """How many things a page has, USUAL where nobody says."""

    def clean(self, value: Any) -> int:
        text = str(value or paging.USUAL)
        if text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= paging.MOST:
            return int(text)
        message = gettext_lazy("“%(value)s” is not a number of things. Write a whole number from 1 to %(most)s.")
        raise ValidationError(message, "invalid", {"value": quote(text), "most": paging.MOST})


class AddressesField(forms.Field):
    """The addresses of things, as many as MOST_ADDRESSES."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        addresses = [address for address in value or () if address]
        if len(addresses) > MOST_ADDRESSES or any(
            len(address) > LONGEST_ADDRESS or "\0" in address for address in addresses
        ):
            message = gettext_lazy(
                "These are %(count)s addresses. Give up to %(most)s, each of up to %(longest)s characters."
            )
            numbers = {"count": len(addresses), "most": MOST_ADDRESSES, "longest": LONGEST_ADDRESS}
            raise ValidationError(message, "invalid", numbers)
        return addresses


def _choices(words: Iterable[str]) -> dict[str, Any]:
    known = list(words)
    return {"choices": [("", ""), *((word, word) for word in known)], "accepted": ", ".join(known)}


class PageForm(forms.Form):
    limit = LimitField(required=False)
    cursor = forms.CharField(required=False)


class ThingsForm(PageForm):
    """Beside the filters of the pages."""

    uri = AddressesField(required=False)
    exact = ConceptField(**_choices(["1"]))


class ThingForm(forms.Form):
    uri = forms.CharField(
        max_length=LONGEST_ADDRESS,
        error_messages={
            "required": gettext_lazy("Give the address of one thing, as it stands in “uri” of the list of things.")
        },
    )


class LinksForm(PageForm):
    relation = ConceptField()
    layer = ConceptField(**_choices(layer.slug for layer in layers.of_view("network")))
    to = forms.CharField(required=False, max_length=LONGEST_ADDRESS)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["relation"] = ConceptField(**_choices(relations.names()))
        self.fields["from"] = forms.CharField(required=False, max_length=LONGEST_ADDRESS)


class TopicsForm(PageForm):
    scheme = ConceptField(**_choices(Topic.Scheme.values))


class AreasForm(PageForm):
    level = ConceptField(**_choices(Area.Level.values))
    within = forms.SlugField(required=False, max_length=64)

    def clean_within(self) -> Area | None:
        slug = self.cleaned_data["within"]
        area = Area.objects.without_shapes().filter(slug=slug).first() if slug else None
        if slug and area is None:
            message = _("We do not know the area “%(value)s”. Write its “slug”, as it stands in the list of areas.")
            raise ValidationError(message % {"value": quote(slug)})
        return area


class SchemaForm(forms.Form):
    format = ConceptField(**_choices(["json", "yaml"]))


class NothingForm(forms.Form):
    """An address without parameters."""


class Asked:
    """The query string of one request, read by the forms of its address. Raises Unreadable for what they refuse, for
    what none of them knows, and for what is said twice: a program must not take another list for what it asked."""

    def __init__(self, path: str, query: QueryDict, *forms: forms.BaseForm) -> None:
        self.path, self.query, self.forms = path, query, forms
        faults = [*self._strangers(), *self._repeated()]
        for form in forms:
            faults += [bad for bad in faults_of(form) if bad.field not in {fault.field for fault in faults}]
        if faults:
            raise Unreadable(faults)

    @cached_property
    def values(self) -> dict[str, Any]:
        return {name: value for form in self.forms for name, value in form.cleaned_data.items()}

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def behind(self, paged: paging.Paged) -> Values | None:
        """Where the page begins; None at the start."""
        if not self["cursor"]:
            return None
        try:
            return paged.values_of(self["cursor"])
        except paging.BadCursor:
            message = _(
                "“%(value)s” is not a cursor for this question. Follow “next” of the page before as it is, or begin "
                "again without a cursor."
            )
            raise Unreadable([BadQuery("cursor", self["cursor"], message % {"value": quote(self["cursor"])})]) from None

    def paged(self, rows: QuerySet[Any, Any]) -> paging.Paged:
        return paging.Paged(rows, paging.question_of(self.path, self.query.lists()))

    def page(self, rows: QuerySet[Any, Any]) -> Page:
        paged = self.paged(rows)
        return paged.page(self["limit"], self.behind(paged))

    def next_query(self, cursor: str) -> str:
        query = self.query.copy()
        query["cursor"] = cursor
        return query.urlencode()

    @property
    def _names(self) -> list[str]:
        return [name for form in self.forms for name in form.fields]

    def _strangers(self) -> Iterable[BadQuery]:
        accepted = ", ".join(self._names) or _("none")
        message = _("We do not know “%(name)s”. What can be asked for here: %(accepted)s.")
        for name in sorted(self.query.keys() - set(self._names)):
            text = ", ".join(self.query.getlist(name))
            yield BadQuery(name, text, message % {"name": quote(name), "accepted": accepted})

    def _repeated(self) -> Iterable[BadQuery]:
        message = _("“%(name)s” was given %(count)s times. Give it once.")
        for name, values in self.query.lists():
            if len(values) > 1 and name in self._names and not self._takes_several(name):
                yield BadQuery(name, ", ".join(values), message % {"name": name, "count": len(values)})

    def _takes_several(self, name: str) -> bool:
        return any(isinstance(form.fields.get(name), AddressesField) for form in self.forms)
