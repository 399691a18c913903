from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Gatherings")

    def ready(self) -> None:
        """Hand the kind down to the federation, the atlas and the notices."""
        from events import cards, federated, notices  # noqa: F401
