"""The style page shows every component, in every look and language: what is not on it was never looked at."""

from __future__ import annotations

import re
from functools import cache

import pytest
from django.conf import settings
from django.test import Client

from checks import ROOT

pytestmark = pytest.mark.django_db

COMPONENTS = ROOT / "frontend" / "templates" / "frontend" / "components"
STYLES = ROOT / "frontend" / "css" / "components"
DRAWN = {"map-view", "network-view", "atlas-view", "view-jump", "in-text"}
"""Made by the islands and in the flag locker: the page has the islands."""
_CLASS = re.compile(r"\.([a-z][a-z-]*)")


def roots(css: str) -> set[str]:
    """The root classes of a style sheet: one for each component, whose parts begin with its name."""
    selectors = re.findall(r"([^{};]+)\{", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    names = {name for each in selectors if "@" not in each for name in _CLASS.findall(each)}
    names = {each for each in names if not each.startswith(("is-", "has-", "leaflet-", "htmx-", "js"))}
    return {each for each in names if not any(each.startswith(f"{other}-") for other in names)}


@cache
def classes_there_are() -> frozenset[str]:
    return frozenset(name for path in STYLES.glob("*.css") for name in roots(path.read_text(encoding="utf-8")))


def test_every_component_of_the_templates_is_on_it(client):
    used = {each.name for each in client.get("/style/").templates}
    there_are = {f"frontend/components/{path.name}" for path in COMPONENTS.glob("*.html")}
    assert len(there_are) > 20
    missing = sorted(there_are - used)
    assert not missing, missing


def test_every_component_of_the_style_sheets_is_on_it(client):
    page = client.get("/style/").content.decode()
    shown = {name for each in re.findall(r'class="([^"]*)"', page) for name in each.split()}
    assert len(classes_there_are()) > 60
    missing = sorted(classes_there_are() - shown - DRAWN)
    assert not missing, missing


def test_a_component_that_is_not_on_it_is_missed():
    assert roots(".sail { color: red; } .sail-edge:hover > .is-wet { color: red; } @media print { .oar { } }") == {
        "sail",
        "oar",
    }


def test_every_token_of_a_look_is_also_one_of_the_others():
    """What more contrast and forced colours change is a token that there is, and they leave out none."""
    css = (ROOT / "frontend" / "css" / "tokens.css").read_text(encoding="utf-8")
    usual, contrast, forced = re.split(r"@media \((?:prefers-contrast: more|forced-colors: active)\)", css)
    named = [set(re.findall(r"(--[a-z0-9-]+):", part)) for part in (usual, contrast, forced)]
    assert named[1] - named[0] == set() and named[2] - named[0] == set()
    colours = set(re.findall(r"(--[a-z-]+): light-dark", usual))
    assert colours - named[1] == set(), "more contrast leaves out a role"
    assert colours - named[2] == set(), "forced colours leave out a role"


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_a_look_and_a_language_are_chosen_by_links(client, theme, language):
    answer = client.get(f"/style/?theme={theme}&language={language}")
    page = answer.content.decode()
    assert f'<html lang="{language}" data-theme="{theme}">' in page
    assert answer["Content-Language"] == language
    for other in ("light", "dark", "contrast"):
        assert f'href="?theme={other}&amp;language={language}"' in page
    assert page.count('class="look"') == 1


def test_without_a_choice_every_look_stands_beside_the_others(client):
    page = client.get("/style/").content.decode()
    assert re.findall(r'class="look" data-theme="([a-z]+)"', page) == ["light", "dark", "contrast"]


@pytest.mark.parametrize("query", ["theme=neon", "language=tlh", "theme=%00&language=%FF", "language=" + "x" * 5000])
def test_what_there_is_not_is_passed_over(client: Client, query):
    page = client.get(f"/style/?{query}").content.decode()
    assert '<html lang="en" data-theme="">' in page and page.count('class="look"') == 3


def test_ids_are_there_once(client):
    ids = re.findall(r'\sid="([^"]+)"', client.get("/style/").content.decode())
    assert sorted(ids) == sorted(set(ids))
