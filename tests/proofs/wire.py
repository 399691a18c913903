"""Our documents mean to others what they mean to us, and the shapes agreed on before are read here.

A node of this process with the demo kit. The document of every registered kind, the node's own, and an activity of
every verb we send are expanded by PyLD, where no word may be without a meaning, and read by Fedify, which must find the
type, the name and the words that were sent. The shapes that lie beside the repository come in by the front door.
Nothing asks the network. The quick form has one kit instead of three.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.proofs import Proof
from tests.proofs._node import a_node

NAME = "wire"

KITS = 3
BETWEEN_TIME_BANKS = {"EconomicEvent", "Clearing"}


def main(quick: bool) -> Proof:
    from tests.federation.peers.installing import NotInstalled

    try:
        with a_node():
            return _measured(1 if quick else KITS)
    except NotInstalled as missing:
        return Proof(f"not measured: {missing}", held=False)


def _measured(kits: int) -> Proof:
    from federation import types  # needs Django
    from tests.federation.peers import examples, spoken, wire_reading

    said = list(spoken.said_by_the_kit(kits))
    nameless = {name: wire_reading.unmapped(doc) for name, doc in said}
    public = [(name, doc) for name, doc in said if not _is_between_us(doc)]
    told = wire_reading.read_by_fedify([doc for _name, doc in public])
    lost = [(name, wire_reading.misread(doc, found)) for (name, doc), found in zip(public, told, strict=True)]
    _print_table(said, lost)

    kinds = {kind for type_ in types.all_types() for kind in type_.kinds}
    names = {name for name, _doc in said}
    missing = sorted((kinds | {f"a {verb}" for verb in spoken.VERBS} | {"the node", *spoken.SERVED}) - names)
    faults = [f"no {name} was said" for name in missing]
    faults += [f"{name}: no meaning for {sorted(words)}" for name, words in nameless.items() if words]
    faults += sorted({f"{name}: Fedify reads {why}" for name, why in lost if why})

    read = list(examples.read()) if examples.EXAMPLES.is_dir() else []
    for name, wanted, found in read:
        print(f"{name:<36}as {found}")
        if found != wanted:
            faults.append(f"{name}: read as {found!r}, not {wanted!r}")
    for fault in faults:
        print(f"NOT AS PROMISED: {fault}")
    clear = sum(not wire_reading.unmapped(doc) for _name, doc in said)
    intact = sum(not why for _name, why in lost)
    good = len({name.split()[0] for name, wanted, found in read if wanted == found})
    shapes = len({name.split()[0] for name, _wanted, _found in read})
    verbs = names & {f"a {verb}" for verb in spoken.VERBS}
    figure = (
        f"{len(said)} documents of {len(names & kinds)} kinds, {len(verbs)} verbs, {len(names - kinds - verbs)} more: "
        f"{clear} without an unmapped word in PyLD, {intact} of {len(public)} intact in Fedify; "
        + (f"{good} of {shapes} agreed shapes read" if read else f"the agreed shapes are not at {examples.EXAMPLES}")
    )
    return Proof(figure, held=not faults and bool(read))


def _is_between_us(doc: dict[str, Any]) -> bool:
    """What time banks say to each other alone: no other program is sent it, and Fedify knows no such types."""
    thing = doc.get("object")
    return isinstance(thing, dict) and thing.get("type") in BETWEEN_TIME_BANKS


def _print_table(said: list[tuple[str, dict[str, Any]]], lost: list[tuple[str, str]]) -> None:
    counted, misread = Counter(name for name, _doc in said), Counter(name for name, why in lost if why)
    for name in sorted(counted):
        print(f"{name:<36}{counted[name]:>5} said{misread[name]:>5} misread")
