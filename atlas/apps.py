from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AtlasConfig(AppConfig):
    name = "atlas"
    verbose_name = _("Atlas")

    def ready(self) -> None:
        """Answer the journal, and have the shared words in the database after every migration."""
        from atlas import cards, converging, federated, layout, lists, rehanging  # noqa: F401  to answer the journal

        lists.offer(lists.CardList("/atlas/", _("Atlas"), has_dates=True))
        post_migrate.connect(load_vocabulary, sender=self)
        post_migrate.connect(index_what_is_not, sender=self)
        post_migrate.connect(embed_anew, sender=self)


def load_vocabulary(**kwargs: Any) -> None:
    from atlas import vocabulary

    # Going back before the first migration leaves nothing to fill.
    if {"atlas_topic", "federation_actor"} <= set(connection.introspection.table_names()):
        vocabulary.load()


def index_what_is_not(**kwargs: Any) -> None:
    """Have the workers write the search documents of cards that are older than the search."""
    from atlas.models import Card
    from journal.replaying import replay

    tables = {"atlas_card", "atlas_searchdocument", "journal_errand"}
    if tables <= set(connection.introspection.table_names()) and Card.objects.filter(document=None).exists():
        replay("atlas.card")


def embed_anew(**kwargs: Any) -> None:
    """Vectors of an embedder that the node no longer uses are made again."""
    from atlas.embedding import keeping

    if "atlas_embedding" in connection.introspection.table_names():
        keeping.mark_those_of_others()
