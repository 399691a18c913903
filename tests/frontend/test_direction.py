"""Words that run from right to left say so, stand alone in our sentences, and cannot turn the others around."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from frontend.direction import EMBEDDINGS, alone, direction_of, without_turns
from frontend.specimens import Node, Specimen
from frontend.text import clean_html, plain, render_markdown

ROOM = "غرفة لأربعين شخصا"


def shown(template: str, **values):
    return Template("{% load flotilla %}" + template).render(Context(values))


@pytest.mark.parametrize(
    ("language", "way"),
    [
        ("ar", "rtl"),
        ("ar-EG", "rtl"),
        ("he", "rtl"),
        ("fa-IR", "rtl"),
        ("UR", "rtl"),
        ("ps", "rtl"),
        ("ckb", "rtl"),
        ("pa-Arab-PK", "rtl"),
        ("ar-Latn", ""),
        ("az", ""),
        ("en", ""),
        ("it-IT", ""),
        ("klingon", ""),
        ("", "auto"),
        ("-", "auto"),
    ],
)
def test_the_direction_of_a_language(language, way):
    assert direction_of(language) == way


def test_peoples_words_carry_their_direction():
    html = shown("{% content text 'ar' %}", text=ROOM)
    assert f'<div class="content" lang="ar" dir="rtl"><p>{ROOM}</p>' in html
    assert '<div class="content" dir="auto">' in shown("{% content text %}", text=ROOM)
    assert shown("<h1{% lang_attr 'ur' %}>") == '<h1 lang="ur" dir="rtl">'
    assert shown("<h1{% lang_attr '' %}>") == '<h1 dir="auto">'
    assert shown("<h1{% lang_attr 'en' %}>") == "<h1>"


def test_a_card_holds_title_and_summary_on_the_same_side_and_names_alone():
    card = Specimen("need", ROOM, ROOM, ["housing"], Node("https://souk.example", "عقدة"), "جيران", language="ar")
    html = shown("{% card card %}", card=card)
    assert 'class="card-title" dir="rtl"><a href="/style/" lang="ar" dir="rtl">' in html
    assert '<p class="card-summary" lang="ar" dir="rtl">' in html
    assert "from \u2068عقدة\u2069, " in html and "<bdi>جيران</bdi>" in html


def test_breadcrumbs_and_pennants_keep_foreign_names_apart():
    assert f"<bdi>{ROOM}</bdi>" in shown("{% breadcrumbs 'Needs' '/needs/' title %}", title=ROOM)
    assert "<span>\u2068عقدة\u2069</span>" in shown("{% pennant 'https://souk.example' 'عقدة' %}")


def test_only_what_runs_left_is_isolated():
    assert alone("Camden") == "Camden" and alone("Città 12") == "Città 12"
    assert alone("Camden كامدن") == "\u2068Camden كامدن\u2069"


@pytest.mark.parametrize(
    "turn", ["\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "&#x202e;", "&#8295;"]
)
def test_nothing_people_write_turns_what_stands_beside_it(turn):
    for shown_words in (
        render_markdown(f"pay {turn}gpj.exe"),
        clean_html(f"<p>pay {turn}gpj.exe</p>"),
        plain(f"<p>pay {turn}gpj.exe</p>"),
    ):
        assert "pay gpj.exe" in shown_words


def test_no_address_comes_about_by_taking_a_turn_away():
    assert "javascript:" not in clean_html("<a href='java&#x202e;script:alert(1)'>x</a>")


def test_joiners_and_marks_stay_since_words_need_them():
    assert without_turns("می\u200cخواهم\u200f!") == "می\u200cخواهم\u200f!"


@given(st.text(st.characters(categories=["L", "Cf", "Zs", "P"]), max_size=60))
def test_what_is_left_never_turns_and_is_otherwise_the_same(words):
    straight = without_turns(words)
    assert not set(map(ord, straight)) & set(EMBEDDINGS)
    assert straight == "".join(each for each in words if ord(each) not in EMBEDDINGS)
