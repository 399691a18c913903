"""One node of the demo, inside its own process: prepares its data, serves, and does what the demo asks of it.

The demo writes one order a line to our standard input and reads one line of JSON for each from our standard output.
When our input ends the demo has ended, however that happened, and so do we.
"""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from atlas.models import Card
from config import embedded, origin
from config.demo import loading, neighbourly
from config.demo.kit import Kit
from config.demo.registers import there
from cop.models import Post
from federation.models import Publication
from journal.lanes import lanes
from journal.models import Claimable

log = logging.getLogger(__name__)

Json = dict[str, Any]
MARKS = "demo.json"
BOROUGHS = Path(settings.BASE_DIR) / "frontend" / "static" / "dist" / "boroughs.geojson"
END_SECONDS = 20.0
"""After the demo is gone, how long a clean end may take."""


class DemoNode:
    """What this process does; `origins` are those of all nodes of the demo, by key."""

    def __init__(self, kit: Kit, origins: dict[str, str], data: Path | None, part: str) -> None:
        self.kit = kit
        self.origins = origins
        self.data = data
        self.part = part
        self.marks = Path(settings.DATA_DIR) / MARKS
        self._answers = _stdout_for_answers_only()

    def run(self) -> None:
        """Does not return: `serve` ends the process."""
        threading.Thread(target=self._follow_orders, name="demo-orders", daemon=True).start()
        self._answer(self._prepare())
        call_command("serve", migrate=False, stdout=sys.stderr, stderr=sys.stderr)

    def _prepare(self) -> Json:
        """Bring the data to where the kit wants it. Killed anywhere, the next start goes on from there."""
        call_command("migrate", interactive=False, verbosity=0)
        origin.remember_origin()
        known = self._read_marks()
        fresh = not loading.is_loaded(self.kit)
        if fresh:
            loading.load(self.kit)
            bring_areas()
            known = {"kit": self.kit.checksum, "loaded": timezone.now().date().isoformat()}
            self._write_marks(known)
        brought = self._bring() if self.data else None
        work_at_home()
        if not known.get("followed"):
            neighbourly.follow_at_home(self.kit)
        return {
            "fresh": fresh,
            "loaded": known.get("loaded"),
            "kit_has_changed": known.get("kit") != self.kit.checksum,
            "brought": brought,
        }

    def _bring(self) -> Json:
        """The report of each register, by its name."""
        assert self.data is not None
        found: Json = {}
        for register in there(self.data):
            said = io.StringIO()
            report = Path(settings.DATA_DIR) / f"import-report-{register.name}.csv"
            call_command("bring", *register.arguments(self.data, self.part), f"--report={report}", stdout=said)
            found[register.name] = json.loads(said.getvalue())
        return found

    # What the demo asks ---------------------------------------------------------------------------------

    def _follow_orders(self) -> None:
        for line in sys.stdin:
            order = line.strip()
            try:
                self._answer({"counts": self._counts, "invite": self._invite, "greet": self._greet}[order]())
            except Exception as error:  # whoever asked must not wait for ever
                log.exception("demo: could not do %r", order)
                self._answer({"error": f"{type(error).__name__}: {error}"})
            finally:
                connection.close()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(END_SECONDS)
        os._exit(1)

    def _invite(self) -> Json:
        """Once the others answer: ask them to become neighbours."""
        return {"invited": neighbourly.invite_neighbours(self.kit, self.origins)}

    def _greet(self) -> Json:
        """Once the neighbours' groups are known here: follow and join them."""
        known = self._read_marks()
        if known.get("followed"):
            return {}
        done = neighbourly.follow_and_join_across(self.kit, self.origins)
        self._write_marks(known | {"followed": True})
        return dict(done)

    def _counts(self) -> Json:
        """What a visitor sees here, by origin and kind, and of that what comes from registers; what we published; what
        remains to be done."""
        seen: dict[str, dict[str, int]] = {}
        listed: dict[str, dict[str, int]] = {}
        shown = Card.objects.visible_to(None)
        for found, cards in ((seen, shown), (listed, shown.exclude(source=""))):
            counted = cards.values_list("node__origin", "kind").annotate(n=Count("pk")).order_by()
            for home, kind, number in counted:
                found.setdefault(home or settings.ORIGIN, {})[kind] = number
        # What people write stands under things, and has no card of its own.
        posts = Post.objects.visible_to(None).values_list("node__origin").annotate(n=Count("pk")).order_by()
        for home, number in posts:
            seen.setdefault(home or settings.ORIGIN, {})["post"] = number
        published = Publication.objects.filter(public=True, tombstone=False).values_list("kind")
        now = timezone.now()
        rows: Counter[str] = Counter()
        for model in embedded.claimable_models():
            rows["due"] += model._default_manager.filter(state=Claimable.State.READY, due_at__lte=now).count()
            rows["dead"] += model._default_manager.filter(state=Claimable.State.DEAD).count()
        return {"seen": seen, "listed": listed, "published": dict(published.annotate(n=Count("pk")).order_by()), **rows}

    # --------------------------------------------------------------------------------------------------------

    def _answer(self, said: Json) -> None:
        self._answers.write(json.dumps(said) + "\n")
        self._answers.flush()

    def _read_marks(self) -> Json:
        try:
            found = json.loads(self.marks.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write_marks(self, marks: Json) -> None:
        draft = self.marks.with_suffix(".draft")
        draft.write_text(json.dumps(marks))
        draft.replace(self.marks)


def bring_areas() -> None:
    """London and its boroughs, from the base of the map that the build makes; without a build there are none."""
    if BOROUGHS.is_file():
        told = {"source": "Office for National Statistics and Ordnance Survey", "licence": "OGL-UK-3.0"}
        call_command("areas", BOROUGHS, level="borough", metropolis="London", stdout=io.StringIO(), **told)


def work_at_home() -> None:
    """Do what follows from the kit here before neighbours are invited: they then read it page by page, which is
    much cheaper than hearing of every single thing. Errands that reach outside wait for the server."""
    home = next(lane for lane in lanes() if lane.name == "errands")
    while home.run():
        pass


def _stdout_for_answers_only() -> io.TextIOWrapper:
    """Whatever else is printed in this process goes to the log, where standard error goes."""
    sys.stdout.flush()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers
