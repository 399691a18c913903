from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FundingConfig(AppConfig):
    name = "funding"
    verbose_name = _("Funding")

    def ready(self) -> None:
        """Hand this app's kind down to the federation, the atlas and the notices."""
        from atlas import layers, porter
        from atlas.lists import CardList, offer
        from cop.matching import suggesting
        from funding import calendars, cards, federated, notices  # noqa: F401
        from funding.filters import CallFilter

        offer(CardList("/calls/", _("Funding calls"), ("call",), CallFilter, True, calendars.calendar_of_list, False))
        layers.belongs(layers.MONEY, "call")
        porter.answers(porter.MONEY, "call")
        suggesting.answers_needs("call")
