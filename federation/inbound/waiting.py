"""Documents that came before what they answer: read again once that is here."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from django.db import transaction

from federation.bounded import BadDocument
from federation.inbound.objects import take
from federation.models import Document
from journal import entry_of, reaction

if TYPE_CHECKING:
    from journal.models import Errand

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200  # answers to one thing; what is beyond comes when its server sends it again


@reaction("federation.take_waiting", to="*.published")
def take_waiting(errand: Errand) -> None:
    entry = entry_of(errand)
    waiting = Document.objects.filter(answers=entry.uri, state=Document.State.IGNORED, tombstone=False)
    for document in waiting.select_related("node").order_by("received_at", "pk")[:MOST_AT_ONCE]:
        try:
            with transaction.atomic():
                take(json.loads(document.raw), document.node)
        except BadDocument as bad:
            log.info("document %s still cannot be read: %s", document.uri, bad)
        except Exception:  # one answer that breaks us must not keep the others waiting
            log.exception("document %s could not be taken in", document.uri)
