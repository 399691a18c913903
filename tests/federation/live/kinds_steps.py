"""What each step does through the pages' forms, and what is to be seen of it on every node."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import NamedTuple

from tests.federation.live import kinds_reading as reading
from tests.federation.live.kinds import EDITED, ELSEWHERE, JOINED, LEFT, PUBLISHED, READ, REQUEST, WITHDRAWN
from tests.federation.live.kinds_shore import HOUSING_PAGE, PATIENCE, Shore, Thing
from tests.nodes import eventually

ASK = {
    ("group", "open"): "Join the group",
    ("group", "request"): "Ask to join",
    ("gathering", "open"): "Take a place",
    ("gathering", "request"): "Ask for a place",
}
ACCEPT = {"group": "Let in", "gathering": "Give a place"}
LEAVE = {"group": "Leave the group", "gathering": "Give my place back"}
ASKS = {"group": "asks to join", "gathering": "asks to come to"}
IS_IN = {"group": "You are now a member of", "gathering": "You have a place at"}
AGAIN = ", again"


class Step(NamedTuple):
    """Done once, looked at on every node, and checked once more in the end. All raise AssertionError."""

    do: Callable[[Thing], object]
    look: Callable[[Thing, Shore], object] = lambda thing, shore: None
    check: Callable[[Thing], object] = lambda thing: None


def soon(check: Callable[[], object]) -> None:
    eventually(check, within=PATIENCE)


# --- Published --------------------------------------------------------------------------------------------------------


def publish(thing: Thing) -> None:
    kind, steward = thing.kind, thing.home.steward
    if kind.card == "topic":
        thing.path, thing.title = HOUSING_PAGE, "Housing"
        return
    values = {kind.title: thing.title, **kind.form}
    if kind.card not in {"group", "person"}:
        values["speaker"] = f"Neighbours of {thing.home.name.title()}"
    answer = steward.press(kind.publish, kind.new_at, **values)
    thing.path = answer.url.removeprefix(thing.home.node.origin)
    if kind.card == "person":
        thing.path = eventually(lambda: thing.home.card("person", thing.title), within=PATIENCE)
    assert re.fullmatch(rf"/{kind.folder}/[a-z0-9]{{12}}", thing.path), f"led to {answer.url}"


def is_on_the_atlas(thing: Thing, shore: Shore) -> None:
    path = thing.path
    if thing.kind.card != "topic":
        path = eventually(lambda: shore.card(thing.kind.card, thing.title), within=PATIENCE)
        soon(lambda: shore.notice(shore.guest, thing.title, "because you follow the topic Housing"))
    page = shore.guest.get(path)
    assert page.status == 200 and thing.title in unescape(page.text), f"{page.url} on {shore.name}: {page.status}"
    thing.pages[shore.name] = path


# --- Read by programs -------------------------------------------------------------------------------------------------


def read(thing: Thing) -> None:
    reading.as_page_and_document(thing.home.node, thing)
    if thing.kind.type in {"Group", "Service"}:
        reading.web_finger(thing.home.node, thing)
        reading.collections(thing.home.node, thing)


def is_read_there(thing: Thing, shore: Shore) -> None:
    if shore is not thing.home:
        reading.leads_home(shore.node, thing)
    if thing.kind.has_calendar:
        reading.calendar(shore.node, thing)


# --- Joined -----------------------------------------------------------------------------------------------------------


def join(thing: Thing) -> None:
    if thing.kind.card == "topic":
        # People follow it on their own node; the guests do since the beginning, and hear what comes from everywhere.
        thing.home.steward.press("Follow", thing.path)
        return
    for shore in thing.everywhere:
        page = thing.pages[shore.name]
        if thing.kind.joining == ELSEWHERE:
            reading.signs_up_elsewhere(shore.guest, page)
        else:
            button = ASK[thing.kind.card, thing.kind.joining]
            shore.guest.press(button, page, name=shore.guest_name, message="I rent here")


def is_let_in(thing: Thing, shore: Shore) -> None:
    kind, home = thing.kind, thing.home
    if kind.card == "topic":
        assert shore is not home or "Stop following" in home.steward.get(thing.path).text
        return
    if kind.joining == ELSEWHERE:
        return
    if kind.joining == REQUEST:
        soon(lambda: home.notice(home.steward, f"{shore.guest_name} {ASKS[kind.card]}", thing.title))
        answer = ACCEPT[kind.card]
        home.steward.send(home.steward.form(answer, thing.path, beside=shore.guest_name), answer)
        soon(lambda: shore.notice(shore.guest, IS_IN[kind.card], thing.title))
    soon(lambda: LEAVE[kind.card] in shore.glance(shore.guest, thing.pages[shore.name]))
    soon(lambda: shore.guest_name in home.glance(home.steward, thing.path))


# --- Edited -----------------------------------------------------------------------------------------------------------


def edit(thing: Thing) -> None:
    before, thing.title = thing.title, thing.title + AGAIN
    thing.version += 1
    at = "/me/page" if thing.kind.card == "person" else f"{thing.path}/edit"
    form = thing.home.steward.form("Save", at)
    assert form.value(thing.kind.title) == before, f"the form at {at} does not show what is there"
    thing.home.steward.send(form.fill({thing.kind.title: thing.title}), "Save")


def is_changed(thing: Thing, shore: Shore) -> None:
    path = eventually(lambda: shore.card(thing.kind.card, thing.title), within=PATIENCE)
    assert path == thing.pages[shore.name], "an edit moved its page"
    assert not shore.card(thing.kind.card, thing.title.removesuffix(AGAIN)), f"{shore.name} shows the old one too"
    assert thing.title in unescape(shore.guest.get(path).text)
    if thing.kind.card == "gathering" and LEFT in thing.kind.steps:  # the guest has a place
        soon(lambda: shore.notice(shore.guest, f"“{thing.title}”, where you are going, was changed"))


# --- Left -------------------------------------------------------------------------------------------------------------


def leave(thing: Thing) -> None:
    if thing.kind.card == "topic":
        thing.home.steward.press("Stop following", thing.path)
        return
    for shore in thing.everywhere:
        shore.guest.press(LEAVE[thing.kind.card], thing.pages[shore.name])


def is_out(thing: Thing, shore: Shore) -> None:
    if thing.kind.card == "topic":
        assert shore is not thing.home or "Stop following" not in shore.steward.get(thing.path).text
        return
    assert ASK[thing.kind.card, thing.kind.joining] in shore.guest.get(thing.pages[shore.name]).text
    soon(lambda: shore.guest_name not in thing.home.glance(thing.home.steward, thing.path))


# --- Withdrawn --------------------------------------------------------------------------------------------------------


def withdraw(thing: Thing) -> None:
    thing.version += 1
    if thing.kind.card == "person":
        thing.home.steward.press("Save", "/me/page", is_public=False)
    else:
        thing.home.steward.press("Withdraw it everywhere", f"{thing.path}/withdrawal")


def is_gone(thing: Thing, shore: Shore) -> None:
    soon(lambda: not shore.card(thing.kind.card, thing.title))
    soon(lambda: not shore.notice(shore.guest, thing.title, "because you follow"))
    reading.gone(shore.node, thing)


def is_buried(thing: Thing) -> None:
    (reading.tombstone if thing.kind.ends_in_tombstone else reading.hidden)(thing.home.node, thing)


STEP = {
    PUBLISHED: Step(publish, is_on_the_atlas),
    READ: Step(read, is_read_there),
    JOINED: Step(join, is_let_in),
    EDITED: Step(edit, is_changed, lambda thing: reading.as_page_and_document(thing.home.node, thing)),
    LEFT: Step(leave, is_out),
    WITHDRAWN: Step(withdraw, is_gone, is_buried),
}
