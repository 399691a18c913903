"""The steward's forms."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from federation import identity
from federation.models import ThisNode
from frontend.forms import Paragraphs


class NeighbourForm(forms.Form):
    """The address of another node."""

    address = forms.CharField(
        label=_("Address of the node"), max_length=255, help_text=_("For example https://node.example.org")
    )

    def clean_address(self) -> str:
        address = self.cleaned_data["address"].strip()
        try:
            return identity.origin_of(address if "://" in address else f"https://{address}")
        except ValueError:
            raise ValidationError(
                _("Give the address of a node, such as https://node.example.org. You gave “%(address)s”."),
                params={"address": address},
            ) from None


class ThisNodeForm(forms.ModelForm):
    class Meta:
        model = ThisNode
        fields = ("name", "summary", "area", "contact")
        widgets = {"summary": Paragraphs(attrs={"rows": 4})}
        help_texts = {
            "name": _("Other nodes show it beside everything that comes from here."),
            "contact": _("Who to write to about this node. Everybody sees it."),
        }
