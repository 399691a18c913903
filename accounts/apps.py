from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from allauth.account.signals import email_confirmed

        from accounts.proving import address_proved

        email_confirmed.connect(address_proved, dispatch_uid="accounts.address_proved")
