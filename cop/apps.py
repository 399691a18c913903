from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CopConfig(AppConfig):
    name = "cop"
    verbose_name = _("Communities of practice")

    def ready(self) -> None:
        """Hand this app's kinds down to the federation, the atlas and the notices."""
        from cop import cards, federated, notices  # noqa: F401
