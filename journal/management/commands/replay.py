"""Do again what follows from entries, for example to rebuild the atlas."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from journal import replaying


class Command(BaseCommand):
    help = (
        "Ask again for the errands of a reaction kind or prefix (for example atlas, or atlas.card), once for "
        "the newest matching entry of every URI. Workers do them; running it twice asks only once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="a reaction kind, or the part of it before a dot")

    def handle(self, *args: Any, kind: str, **options: Any) -> None:
        try:
            count = replaying.replay(kind)
        except replaying.NothingToReplay as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Asked for {count} errands of {kind}. Workers do them now; `doctor` shows what fails.")
