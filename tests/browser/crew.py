"""Who is on the node that is looked at; the names are those of the demo kit."""

from __future__ import annotations

VISITOR = ""
STEWARD = "amara@just-space.example"
LEADER = "kwame@just-space.example"
MEMBER = "declan@just-space.example"
GUARDED = "noor@just-space.example"
"""Signs in with a second factor."""
WITHOUT_PASSWORD = "beatrice@just-space.example"
"""Signs in with codes by mail."""
