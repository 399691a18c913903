from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FederationConfig(AppConfig):
    name = "federation"
    verbose_name = _("Federation")

    def ready(self) -> None:
        """Fill the tables of verbs, lanes and errands."""
        from federation import (  # noqa: F401
            awaited,
            catalogue,
            describing,
            erasing,
            housekeeping,
            introductions,
            moderation,
            neighbours,
            peering,
            seeing,
            sources,
            storeroom,
        )
        from federation.inbound import (  # noqa: F401
            endorsements,
            flags,
            following,
            objects_verbs,
            reading,
            removals,
            waiting,
            work,
        )
        from federation.outbound import deliver, publish  # noqa: F401
        from frontend import shell

        shell.node_name_comes_from(describing.name_of_this_node)
