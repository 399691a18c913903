from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    name = "knowledge"
    verbose_name = _("Know-how")

    def ready(self) -> None:
        """Hand this app's kind down to the federation, the atlas and the notices."""
        from atlas import porter
        from atlas.lists import CardList, offer
        from cop.kits import steps
        from cop.matching import suggesting
        from knowledge import cards, federated, notices, queries  # noqa: F401
        from knowledge.filters import PageFilter

        offer(CardList("/know-how/", _("Know-how"), ("know-how",), PageFilter, has_points=False))
        porter.answers(porter.KNOWING, "know-how")
        steps.titles_come_from(queries.titles_of)
        suggesting.answers_needs("know-how")
