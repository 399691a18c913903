"""What people write is shown as they meant it, and nothing in it acts on the reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend.text import clean_html, plain, render_markdown


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='java\tscript:alert(1)'>x</a>",
        "<svg><script>alert(1)</script></svg>",
        "<p style='position:fixed'>x</p>",
        "<iframe src='https://evil.example'></iframe>",
        "<form action='/withdrawal' method='post'><button>x</button></form>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    ],
)
def test_nothing_in_foreign_html_acts(attack):
    shown = clean_html(attack)
    for part in ("<script", "onerror", "javascript:", "style=", "<iframe", "<form", "<svg", "<img", "data:"):
        assert part not in shown, shown


def test_markdown_shows_html_as_the_text_it_is():
    assert render_markdown("<b>bold</b> *soft*") == "<p>&lt;b&gt;bold&lt;/b&gt; <em>soft</em></p>\n"


def test_links_people_write_lend_no_weight():
    shown = render_markdown("[site](https://example.org/)")
    assert '<a href="https://example.org/" rel="nofollow noopener ugc">site</a>' in shown


def test_a_title_in_peoples_words_is_not_the_title_of_the_page():
    assert "<h1" not in render_markdown("# Loud") and "<h2>Loud</h2>" in render_markdown("# Loud")


def test_foreign_content_keeps_its_language():
    assert clean_html('<p lang="it">Ciao</p>') == '<p lang="it">Ciao</p>'


def test_plain_is_one_line_cut_between_words():
    assert plain("<p>One  two</p><p>three</p>", 100) == "One two three"
    assert plain("<p>One two three four</p>", 12) == "One two…"
    assert plain("a &amp; b &lt;c&gt;") == "a & b <c>"


@given(st.text(max_size=400), st.integers(min_value=1, max_value=80))
def test_plain_is_never_longer_than_asked_and_never_breaks(source, maximum):
    assert len(plain(source, maximum)) <= maximum
    assert "\n" not in plain(source, maximum)


@given(st.text(max_size=400))
def test_markdown_never_breaks(source):
    assert "<script" not in render_markdown(source).lower()
