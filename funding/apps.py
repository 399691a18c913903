from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FundingConfig(AppConfig):
    name = "funding"
    verbose_name = _("Funding")

    def ready(self) -> None:
        """Hand this app's kind down to the federation, the atlas and the notices."""
        from funding import cards, federated, notices  # noqa: F401
