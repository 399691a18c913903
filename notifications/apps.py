from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from frontend import shell
        from notifications import on_the_atlas, queries

        autodiscover_modules("notices")
        shell.unread_notices_come_from(queries.unread_count)
        on_the_atlas.hand_down()
