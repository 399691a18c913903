"""Correcting a listed organisation, and saying that one speaks for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from atlas.editing import EditFormMixin
from atlas.fields import LanguageField, PointFormMixin, TopicsField
from atlas.formfields import WebAddressField
from cop.models import Claim, Listing
from frontend.forms import Paragraphs


class ListingEditForm(EditFormMixin, PointFormMixin, forms.ModelForm):
    """What is changed here stays when the register is brought again."""

    topics = TopicsField(help_text=_("Up to six topics."))
    website = WebAddressField(label=_("Website"))
    language = LanguageField()

    class Meta:
        model = Listing
        fields = ("name", "summary", "website", "postcode", "area", "lat", "lon", "topics", "language")
        help_texts = {"area": _("In words, for example Camden, London.")}
        widgets = {"summary": Paragraphs(attrs={"rows": 5})}


class ClaimForm(forms.ModelForm):
    class Meta:
        model = Claim
        fields = ("name", "role", "proof", "group_name")
        help_texts = {
            "name": _("Only the stewards of this node read it."),
            "role": _("For example: secretary, or volunteer since 2024."),
            "proof": _("For example: write to the address on our website, or call our office and ask for me."),
            "group_name": _("If they accept, a group with this name takes the place of this page, and you lead it."),
        }
        widgets = {"proof": Paragraphs(attrs={"rows": 4})}

    def __init__(self, *args: Any, listing: Listing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("group_name", listing.name[:120])
