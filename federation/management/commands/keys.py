"""Look after the keys that this node's actors sign with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from federation import rotation
from federation.models import Actor

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Seal the private keys of this node's actors under the present SECRET_KEY, or give actors new keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("reseal", help="seal anew what an earlier SECRET_KEY sealed; can be stopped and run again")
        rotate = verbs.add_parser("rotate", help="new keys for some actors, or for all; the others are told")
        rotate.add_argument(
            "handles", nargs="*", metavar="HANDLE", help="as in @HANDLE@this-node; the node's own is node"
        )
        rotate.add_argument("--all", action="store_true", help="for every actor that has keys")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        if verb == "reseal":
            self._reseal()
        else:
            self._rotate(options["handles"], everybody=options["all"])

    def _reseal(self) -> None:
        done = rotation.reseal()
        before = f"those of {done.before} were under the present SECRET_KEY already"
        self.stdout.write(f"Sealed anew the keys of {done.anew} actors; {before}.")
        if done.lost:
            raise CommandError(
                f"The keys of {len(done.lost)} actors open with no SECRET_KEY known here: {', '.join(done.lost)}. "
                "Put the earlier one in SECRET_KEY_FALLBACKS, or give them new keys: keys rotate HANDLE…"
            )

    def _rotate(self, handles: list[str], *, everybody: bool) -> None:
        if everybody == bool(handles):
            raise CommandError("Name the handles of actors, or say --all.")
        ours = Actor.objects.filter(node__isnull=True, gone_at__isnull=True)
        if everybody:
            ours = ours.exclude(rsa_private="", ed25519_private="")
        found = {actor.handle: actor for actor in ours.order_by("pk")}
        unknown = [] if everybody else [handle for handle in handles if handle not in found]
        if unknown:
            raise CommandError(f"Nobody on this node is called {', '.join(unknown)}. Nothing was changed.")
        for handle in found if everybody else dict.fromkeys(handles):
            rotation.rotate(found[handle])
            self.stdout.write(f"{handle} signs with new keys.")
