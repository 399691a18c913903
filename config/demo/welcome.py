"""What the demo says once its three nodes are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from config.demo.fleet import Ship
from config.demo.kit import read_kit

THINGS_TO_TRY = """
Three things to try
  1. Open the atlas of the first node: {first}/atlas/
     The list and the map show what all three published. Filter by topic, area or node.
  2. Sign in on the second node and follow the topic Housing: {second}/topics/housing
     Then publish a need about housing on the first: {first}/needs/new
     It appears on the second while you look, and its bell has a notice.
  3. Sign in on the third as its steward and open the desk: {third}/desk/
     Somebody from another node has asked to join a group. Say yes, and they hear of it on their own node.

Everything is invented and marked as demo. The organisations that give two nodes their names have not been asked.
Ctrl-C stops all three. What you do here is kept for the next time; --fresh begins anew.
"""


def welcome(ships: Sequence[Ship], prepared: dict[str, Any], say: Callable[[str], object]) -> None:
    """Addresses, how to sign in, three things to try."""
    from config.demo.loading import PASSWORD  # needs models

    kits = [read_kit(ship.key) for ship in ships]
    say("\nThree nodes, and each shows what all of them published:")
    for ship, kit in zip(ships, kits, strict=True):
        say(f"  {ship.origin}  {kit.node['name']}")
    say(f"\nSign in with any of these, and the password {PASSWORD}")
    for kit in kits:
        others = [kit.email(person["id"]) for person in kit.people if person is not kit.steward]
        say(f"  {kit.email(kit.steward['id'])} (steward), {', '.join(others)}")
    first, second, third = (ship.origin for ship in ships)
    say(THINGS_TO_TRY.format(first=first, second=second, third=third).rstrip())
    for ship in ships:
        if prepared[ship.key]["kit_has_changed"]:
            say(f"The kit of {ship.key} is newer than what this node shows: --fresh loads it.")
    loaded = {said["loaded"] for said in prepared.values() if not said["fresh"]}
    if loaded:
        say(f"Dates were counted from {min(map(str, loaded))}, when the kit was loaded; --fresh counts from today.")
