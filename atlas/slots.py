"""Places on the atlas pages where apps above this one add something of theirs.

    slots.fill(slots.TOPIC_ACTIONS, lambda request, topic: render_to_string("notifications/_follow_button.html", …))

in an AppConfig.ready(). A slot calls its functions with the request and what the slot is about, in the order they
were filled, on every page that has it. An empty answer takes no room.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from django.http import HttpRequest

TOPIC_ACTIONS = "topic-actions"  # topic: a Topic. Buttons beside the title of a topic's page
HOME_FOLLOWED = "home-followed"  # no subject. What the signed-in person follows; a whole <section>
HOME_WELCOME = "home-welcome"  # no subject. Who welcomes somebody new; a whole <section> beside the first steps
GROUP_ASIDE = "group-aside"  # group: a Group; runs: whether the reader leads it. Beside what the group says of itself
ATLAS_ACTIONS = "atlas-actions"  # filters: a CardFilter. What can be done with the list as filtered

Render = Callable[..., str]

_filled: dict[str, list[Render]] = {
    TOPIC_ACTIONS: [],
    HOME_FOLLOWED: [],
    HOME_WELCOME: [],
    GROUP_ASIDE: [],
    ATLAS_ACTIONS: [],
}


def fill(slot: str, render: Render) -> None:
    """Add to a slot. `render` returns HTML (a SafeString). Raises ValueError for a slot that no page has."""
    if slot not in _filled:
        raise ValueError(f"no page has a slot {slot!r}; there are {', '.join(_filled)}")
    _filled[slot].append(render)


def shown(slot: str, request: HttpRequest, **subject: Any) -> SafeString:
    """What everybody put into a slot. Plain text is escaped as in a template."""
    return mark_safe("".join(conditional_escape(render(request, **subject)) for render in _filled[slot]))
