"""Three neighbouring nodes on this machine with a labelled demo kit; `--check` compares what they hold and stops."""

from __future__ import annotations

import argparse
import fcntl
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import check, fleet
from config.demo.fleet import DemoFailed, Fleet
from config.demo.kit import KEYS, BadKit, read_kit
from config.demo.registers import EDITED, REGISTERS, there
from config.demo.welcome import welcome

PORT = 8101
PARTS = [f"{number}/{len(KEYS)}" for number in range(1, len(KEYS) + 1)]


class Command(BaseCommand):
    help = "Three neighbouring nodes on this machine, filled with a labelled demo kit. Ctrl-C stops them."
    # The nodes judge their own configuration; this process serves nothing and has none.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="start, compare what the three hold, stop")
        parser.add_argument("--data", type=Path, metavar="DIR", help="list the registers of DIR too")
        parser.add_argument("--fresh", action="store_true", help="throw away what an earlier demo kept")
        parser.add_argument("--port", type=int, help=f"of the first node, the others follow (default: {PORT})")
        parser.add_argument(
            "--directory", type=Path, help="where the nodes keep their data (default: demo-data, or none with --check)"
        )
        parser.add_argument("--as-node", choices=KEYS, help=argparse.SUPPRESS)
        parser.add_argument("--ports", help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        data = _data(options["data"])
        if options["as_node"]:
            self._be_node(options["as_node"], options["ports"], data)
            return
        signal.signal(signal.SIGINT, signal.default_int_handler)  # scripts start what runs beside them deaf to it
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGHUP, _end)
        try:
            with _directory(options["directory"], lasting=not options["check"]) as folder:
                self._sail(folder, data, options)
        except DemoFailed as failed:
            raise CommandError(str(failed)) from failed
        except KeyboardInterrupt:
            self.stdout.write("\nAll three nodes have stopped.")

    def _be_node(self, key: str, ports: str, data: Path | None) -> None:
        from config.demo.node import DemoNode  # needs models

        origins = {key: f"http://{fleet.HOST}:{port}" for key, port in zip(KEYS, ports.split(","), strict=True)}
        try:
            DemoNode(read_kit(key), origins, data, PARTS[KEYS.index(key)]).run()
        except BadKit as bad:
            raise CommandError(str(bad)) from bad

    def _sail(self, folder: Path, data: Path | None, options: dict[str, Any]) -> None:
        if options["fresh"]:
            fleet.wipe(folder)
        started = time.monotonic()
        with Fleet(folder, _ports(options["port"], may_move=options["check"]), self._say) as ships:
            fleet.check_origins(ships.ships)
            self._say(f"Starting three nodes: {', '.join(KEYS)}. The first start takes about half a minute.")
            patience = check.PATIENCE_WITH_REGISTERS if data else check.PATIENCE_SECONDS
            prepared = ships.start(data)
            ready = time.monotonic()
            for ship in ships.ships:
                ship.ask("invite")
            self._say("All three serve. Waiting until each holds what the others published…")
            check.settle(ships, patience)
            agreed = time.monotonic()
            for ship in ships.ships:
                ship.ask("greet")
            if not options["check"]:
                welcome(ships.ships, prepared, self._say)
                _until_one_ends(ships)
            check.settle(ships, patience)
            self._report(ships, data, prepared)
            self._say(
                f"The digests agreed {agreed - started:.1f} s after the start, "
                f"{agreed - ready:.1f} s after all three were ready."
            )

    def _report(self, ships: Fleet, data: Path | None, prepared: dict[str, Any]) -> None:
        findings = check.Findings(ships)
        findings.table(self._say)
        self._say("")
        findings.judge()
        if data is not None:
            reports = {key: said["brought"] for key, said in prepared.items()}
            for key, registers in reports.items():
                for name, report in registers.items():
                    counted = ", ".join(f"{count} {what}" for what, count in report.items() if count)
                    self._say(f"{key} imported {name}: {counted}")
            findings.judge_listed(reports)
            findings.faults += check.bring_again(ships, data, PARTS)
            if not findings.faults:
                self._say("A second import changed nothing.")
                findings.faults += check.bring_edited(ships, data, PARTS)
            if not findings.faults:
                self._say(f"A third import of each, with {EDITED} edited rows, changed {EDITED}.")
        if findings.faults:
            raise DemoFailed("\n  ".join(["the three nodes do not show the same:", *findings.faults]))
        self._say("Every node shows what each of them published, and the digests agree.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _data(said: Path | None) -> Path | None:
    if said is None:
        return None
    data = said.resolve()
    if not there(data):
        tables = ", ".join(str(register.table) for register in REGISTERS)
        raise CommandError(f"--data: expected a folder that has one of {tables}; {data} has none. Without: ./run demo")
    return data


def _ports(said: int | None, *, may_move: bool) -> Sequence[int]:
    """Three ports in a row. A check nobody chose a port for goes elsewhere when a demo is running already."""
    first = said or PORT
    if not 1024 <= first <= 65_533:
        raise DemoFailed(f"--port: expected a number from 1024 to 65533, got {first}")
    ports = [first + number for number in range(len(KEYS))]
    taken = fleet.busy(ports)
    if not taken:
        return ports
    if may_move and said is None:
        return fleet.free_ports(len(KEYS))
    busy = ", ".join(map(str, taken))
    raise DemoFailed(f"something else uses port {busy} of this machine. Stop it, or choose others with --port 8201.")


@contextmanager
def _directory(said: Path | None, *, lasting: bool) -> Iterator[Path]:
    """Where the nodes' data lies: kept, and used by one demo at a time; or made for this check and gone with it."""
    if said is None and not lasting:
        with tempfile.TemporaryDirectory(prefix="flotilla-demo-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
        return
    kept = (said or Path(settings.BASE_DIR) / "demo-data").resolve()
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoFailed(f"another demo runs with the data in {kept}. Stop it, or use --directory.") from None
        yield kept


def _until_one_ends(ships: Fleet) -> None:
    """Serve on. Raises DemoFailed when a node ends by itself, KeyboardInterrupt at Ctrl-C."""
    while True:
        for ship in ships.ships:
            ship.check_alive()
        time.sleep(1)


def _end(number: int, frame: Any) -> None:
    raise SystemExit(128 + number)
