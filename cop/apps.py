from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CopConfig(AppConfig):
    name = "cop"
    verbose_name = _("Communities of practice")

    def ready(self) -> None:
        """Hand this app's kinds down to the federation, the atlas and the notices."""
        from atlas import layers, porter, slots
        from atlas.embedding import keeping as embedding
        from atlas.lists import CardList, offer
        from cop import cards, federated, notices  # noqa: F401
        from cop.filters import LendingFilter, ProposalFilter
        from cop.lending import reactions  # noqa: F401
        from cop.matching import suggesting
        from cop.views.hosts import home_section

        offer(CardList("/groups/", _("Groups"), ("group",)))
        offer(CardList("/places/", _("Places"), ("place",)))
        offer(CardList("/expertise/", _("Expertise"), ("expertise",), has_points=False))
        offer(CardList("/needs/", _("Needs"), ("need",), ProposalFilter, has_dates=True))
        offer(CardList("/offers/", _("Offers"), ("offer",), ProposalFilter, has_dates=True))
        offer(CardList("/lending/", _("To borrow"), ("offer",), LendingFilter))
        embedding.compare("need")
        suggesting.answers_needs("offer", "expertise", "place")
        layers.belongs(layers.SUPPORT, "need", "offer", "expertise")
        layers.belongs(layers.ACTION, "group", "mandate")
        layers.belongs(layers.CONVERGING, "need")
        porter.answers(porter.PEOPLE, "group", "person", "listing", "expertise")
        porter.answers(porter.HELP, "need", "offer")
        porter.answers(porter.PLACES, "place")
        slots.fill(slots.HOME_WELCOME, home_section)
