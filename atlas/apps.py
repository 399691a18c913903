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
        from atlas import cards  # noqa: F401

        post_migrate.connect(load_vocabulary, sender=self)


def load_vocabulary(**kwargs: Any) -> None:
    from atlas import vocabulary

    # Going back before the first migration leaves nothing to fill.
    if {"atlas_topic", "federation_actor"} <= set(connection.introspection.table_names()):
        vocabulary.load()
