from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Gatherings")

    def ready(self) -> None:
        """Hand the kind down to the federation, the atlas and the notices."""
        from atlas import layers, porter
        from atlas.lists import CardList, offer
        from events import calendars, cards, federated, notices  # noqa: F401
        from events.filters import GatheringFilter

        calendar = calendars.calendar_of_list
        offer(CardList("/gatherings/", _("Gatherings"), ("gathering",), GatheringFilter, True, calendar))
        for layer in (layers.FACE, layers.POPULAR, layers.ACTION, layers.CONVERGING):
            layers.belongs(layer, "gathering")
        porter.answers(porter.DATES, "gathering")
