from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("The steward's desk")

    def ready(self) -> None:
        """Register the notices stewards get."""
        from desk import notices  # noqa: F401
