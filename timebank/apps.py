from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TimebankConfig(AppConfig):
    name = "timebank"
    verbose_name = _("Time banks")

    def ready(self) -> None:
        """Hand this app's kind down to the federation, its notices to those who get them, and its link to groups."""
        from atlas import slots
        from timebank import federated, notices, reactions  # noqa: F401
        from timebank.queries import bank_of_group

        slots.fill(slots.GROUP_ASIDE, bank_of_group)
