"""How a page of know-how looks on the atlas: its short answer, and what it was adapted from."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from atlas.cards import CardData, LinkData, builder
from atlas.relations import name_relation
from knowledge.models import Page

ADAPTED = "adapted-from"

name_relation(ADAPTED, _("is adapted from"))


@builder("know-how")
def page_card(uri: str) -> CardData | None:
    pages = Page.objects.select_related("actor", "node")
    page: Page | None = pages.filter(uri=uri, withdrawn_at__isnull=True).first()
    if page is None:
        return None
    return CardData.of(
        page,
        kind="know-how",
        title=page.title,
        summary=page.short_answer or page.body,
        text="\n\n".join(filter(None, [page.short_answer, page.body, page.checked_by])),
        area=page.jurisdiction,
        licence=page.licence_name,
        links=[LinkData(to_uri=page.adapted_from, relation=ADAPTED)] if page.adapted_from else [],
    )
