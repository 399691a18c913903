from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("The steward's desk")

    def ready(self) -> None:
        """Register the notices stewards get, the errands of bringing a file, and what is forgotten of it."""
        from cop.kits import asking
        from desk import careful_words, kits, notices, queries, reactions  # noqa: F401
        from desk.bringing import uploads  # noqa: F401
        from frontend import shell, writing

        writing.careful_words_come_from(careful_words.in_force)
        asking.suggestion_comes_from(kits.suggested)
        shell.alarm_comes_from(queries.alarm)
