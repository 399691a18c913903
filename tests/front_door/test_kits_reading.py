"""The files of the starter kits: all of them are whole in both languages, and a mistake in one is said where it is."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import pytest
import yaml

from cop.kits.reading import FOLDER, MOST_ANSWER, MOST_BODY, MOST_TITLE, PAGE_KINDS, SLUGS, read_kit
from cop.kits.said import LANGUAGES, BadKit
from frontend.text import render_markdown
from knowledge.models import MOST_ANSWER as MOST_OF_A_PAGE
from knowledge.models import MOST_BODY as LONGEST_BODY
from knowledge.models import Kind, Page

EVERY = [(slug, language) for slug in SLUGS for language in LANGUAGES]


def texts(part: Any) -> list[str]:
    """Every text in a kit."""
    if is_dataclass(part):
        return [text for field in fields(part) for text in texts(getattr(part, field.name))]
    if isinstance(part, tuple):
        return [text for each in part for text in texts(each)]
    return [part] if isinstance(part, str) else []


def changed(folder, slug="campaign", **values):
    """A kit's file with other values, by their path with `__` between the names."""
    said = yaml.safe_load((FOLDER / f"{slug}.yaml").read_text(encoding="utf-8"))
    for path, value in values.items():
        *way, last = [int(name) if name.isdigit() else name for name in path.split("__")]
        at = said
        for name in way:
            at = at[name]
        if value is None:
            del at[last]
        else:
            at[last] = value
    (folder / f"{slug}.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")


@pytest.mark.parametrize(("slug", "language"), EVERY)
def test_every_kit_is_whole_in_both_languages(slug, language):
    kit = read_kit(slug, language)
    assert 6 <= len(kit.words) <= 12 and 3 <= len(kit.pages) <= 5 and 2 <= len(kit.mandate.goals) <= 4
    for text in (kit.group.summary, kit.group.subject, kit.mandate.purpose, kit.mandate.decisions):
        assert "<p>" in render_markdown(text) or "<li>" in render_markdown(text)
    for page in kit.pages:
        assert len(page.body) > 400, page.title
        html = render_markdown(page.body)
        assert "<h2>" in html or "<ol>" in html or "<ul>" in html, page.title
        assert "| ---" not in html and "|---" not in html, f"a table of {page.title} is not one"
    assert len({page.title for page in kit.pages}) == len(kit.pages)


def test_the_two_languages_say_the_same_in_other_words():
    for slug in SLUGS:
        english, italian = (read_kit(slug, language) for language in LANGUAGES)
        assert english.group.topics == italian.group.topics and len(english.pages) == len(italian.pages)
        same = set(texts(english)) & set(texts(italian))
        long = {text for text in same if " " in text}
        assert not long, f"{slug}: not translated: {long}"


def test_no_two_kits_have_a_page_of_the_same_title():
    titles = [page.title for slug, language in EVERY for page in read_kit(slug, language).pages]
    assert len(titles) == len(set(titles))


def test_a_campaign_has_an_end():
    assert read_kit("campaign", "en").mandate.ends_months == 9


def test_every_file_of_the_folder_is_a_kit_that_is_shown():
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(SLUGS)


def test_what_a_page_may_be_is_what_know_how_takes():
    assert list(Kind.values) == list(PAGE_KINDS)
    assert Page._meta.get_field("title").max_length == MOST_TITLE
    assert MOST_OF_A_PAGE == MOST_ANSWER and LONGEST_BODY >= MOST_BODY


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"title": None}, "campaign.yaml: title must be given"),
        ({"colour": "red"}, "campaign.yaml: unknown: colour; accepted: difference, first_needs, group"),
        ({"title": "A campaign"}, "title: expected a text in each of en, it, got 'A campaign'"),
        ({"title__it": None}, "title: expected a text in each of en, it, got {'en': 'A campaign'}"),
        ({"title__it": "  "}, "title.it: expected some words, got '  '"),
        ({"title__it": 7}, "title.it: expected some words, got 7"),
        ({"title__en": "x" * 81}, "title.en: expected at most 80 characters, got '81: xxx"),
        ({"group": []}, "campaign.yaml: group: expected names and values, got []"),
        ({"group__kinds": ["party"]}, "group: kinds: expected some of community, action-group"),
        ({"group__topics": []}, "group: topics: expected a list of 1 to 6, each once, got []"),
        ({"group__topics": ["housing", "housing"]}, "group: topics: expected a list of 1 to 6, each once"),
        ({"group__joining": "closed"}, "group: joining: expected one of open, request, got 'closed'"),
        ({"group__roles__0__months": 0}, "roles 1: months: expected a whole number from 1 to 120, got 0"),
        ({"group__roles__0__months": True}, "roles 1: months: expected a whole number from 1 to 120, got True"),
        ({"words": []}, "words: expected a list of 6 to 12, got []"),
        ({"words__2": "Ask"}, "words 3: expected names and values, got 'Ask'"),
        ({"mandate__goals__1__unit": None}, "goals 2: expected target and unit, or neither"),
        ({"pages__0__kind": "poem"}, "pages 1: kind: expected one of knowledge, know-how"),
        ({"pages__0__topics": ["poetry"]}, "pages 1: topics: expected some of planning"),
        ({"first_needs__0__direction": "wish"}, "first_needs 1: direction: expected one of need, offer, got 'wish'"),
        (
            {"first_needs__0__shape": "round"},
            "first_needs 1: shape: expected one of brief, opening, lending, got 'round'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_is_accepted(tmp_path, values, told):
    changed(tmp_path, **values)
    with pytest.raises(BadKit) as raised:
        read_kit("campaign", "en", tmp_path)
    assert str(raised.value).startswith("campaign.yaml") and told in str(raised.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_in_one_language_is_wrong_in_both(tmp_path, language):
    changed(tmp_path, title__it="")
    with pytest.raises(BadKit, match=r"title\.it: expected some words"):
        read_kit("campaign", language, tmp_path)


def test_a_file_that_is_missing_or_no_yaml_is_told(tmp_path):
    with pytest.raises(BadKit, match=r"campaign\.yaml: cannot be read"):
        read_kit("campaign", "en", tmp_path)
    (tmp_path / "campaign.yaml").write_text("title: [", encoding="utf-8")
    with pytest.raises(BadKit, match=r"campaign\.yaml: cannot be read"):
        read_kit("campaign", "en", tmp_path)
    (tmp_path / "campaign.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadKit, match=r"campaign\.yaml: cannot be read"):
        read_kit("campaign", "en", tmp_path)
